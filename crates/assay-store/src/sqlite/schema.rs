//! The forms of the two databases, and how an older one is brought up.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use crate::sqlite::fault::during;
use crate::store::StoreError;

/// One step from a form to the next. Its name is kept in the database, so that one file is never taken for the other.
#[derive(Debug)]
pub struct Migration {
    name: &'static str,
    sql: &'static str,
}

/// The forms of `events.sqlite`. A released step is never changed; another one is added.
pub const EVENTS: &[Migration] = &[Migration { name: "events/1", sql: include_str!("events_1.sql") }];

/// The forms of `wraps.sqlite`.
pub const WRAPS: &[Migration] = &[Migration { name: "wraps/1", sql: include_str!("wraps_1.sql") }];

/// Brings a database up to the newest form, in one transaction.
///
/// # Errors
/// [`StoreError::TooNew`] if a newer program made it, [`StoreError::Corrupt`] if it is none of ours.
pub fn bring_up(conn: &mut Connection, steps: &[Migration]) -> Result<(), StoreError> {
    let known = steps.len() as u32;
    let transaction =
        conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(during("waiting for the database"))?;
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table'", [], |row| row.get(0))
        .map_err(during("reading the database's form"))?;
    if tables == 0 {
        transaction
            .execute_batch("CREATE TABLE form (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;")
            .map_err(during("making a new database"))?;
    }
    let found: i64 = transaction
        .query_row("SELECT coalesce(max(number), 0) FROM form", [], |row| row.get(0))
        .map_err(|error| StoreError::Corrupt(format!("this database is none of Assay's: {error}")))?;
    let found = u32::try_from(found).map_err(|_| StoreError::Corrupt(format!("table form, rowid {found}")))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (number, step) in (1u32..).zip(steps) {
        if number > found {
            transaction.execute_batch(step.sql).map_err(during("bringing the database to a newer form"))?;
            transaction
                .execute("INSERT INTO form (number, name) VALUES (?1, ?2)", (number, step.name))
                .map_err(during("bringing the database to a newer form"))?;
            continue;
        }
        let name: Option<String> = transaction
            .query_row("SELECT name FROM form WHERE number = ?1", [number], |row| row.get(0))
            .optional()
            .map_err(during("reading the database's form"))?;
        if name.as_deref() != Some(step.name) {
            return Err(StoreError::Corrupt(format!(
                "table form, rowid {number}: expected {}, found {}",
                step.name,
                name.as_deref().unwrap_or("nothing")
            )));
        }
    }
    transaction.commit().map_err(during("bringing the database to a newer form"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_empty_file_becomes_the_newest_form_and_stays_so() {
        let mut conn = Connection::open_in_memory().unwrap();
        bring_up(&mut conn, EVENTS).unwrap();
        bring_up(&mut conn, EVENTS).unwrap();
        let forms: i64 = conn.query_row("SELECT count(*) FROM form", [], |row| row.get(0)).unwrap();
        assert_eq!(forms, 1);
    }

    #[test]
    fn a_newer_form_is_refused() {
        let mut conn = Connection::open_in_memory().unwrap();
        bring_up(&mut conn, WRAPS).unwrap();
        conn.execute("INSERT INTO form VALUES (2, 'wraps/2')", []).unwrap();
        let error = bring_up(&mut conn, WRAPS).unwrap_err();
        assert_eq!(error.to_string(), "the store has form 2, and this program knows 1: use the newer program");
    }

    #[test]
    fn one_file_is_not_taken_for_the_other() {
        let mut conn = Connection::open_in_memory().unwrap();
        bring_up(&mut conn, WRAPS).unwrap();
        let error = bring_up(&mut conn, EVENTS).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt(ref text) if text.contains("expected events/1, found wraps/1")));
    }

    #[test]
    fn a_foreign_database_is_left_alone() {
        let mut conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE mine (x)").unwrap();
        assert!(matches!(bring_up(&mut conn, EVENTS), Err(StoreError::Corrupt(_))));
        let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn a_step_that_fails_leaves_the_older_form() {
        let steps = [
            Migration { name: "test/1", sql: "CREATE TABLE a (x)" },
            Migration { name: "test/2", sql: "CREATE TABLE b (x); CREATE TABLE a (x)" },
        ];
        let mut conn = Connection::open_in_memory().unwrap();
        bring_up(&mut conn, &steps[..1]).unwrap();
        assert!(bring_up(&mut conn, &steps).is_err());
        let b: i64 =
            conn.query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'b'", [], |row| row.get(0)).unwrap();
        assert_eq!(b, 0);
        bring_up(&mut conn, &steps[..1]).unwrap();
    }
}

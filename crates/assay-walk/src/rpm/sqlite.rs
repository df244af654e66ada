//! rpm's database as SQLite: a table `Packages` with a header in each row.
//!
//! The file is a stranger's, and SQL can be stored in it. So the table has to
//! be a plain one, nothing that the schema brings along is trusted, and the
//! number of steps is bounded.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB};

use super::List;

/// Steps of SQLite's machine between two looks at how many were taken.
const STEPS: i32 = 1_000_000;
/// Looks until it is stopped: a real database needs less than one.
const LOOKS: u32 = 2_000;

pub fn read(bytes: &[u8], list: &mut List<'_>) -> Result<(), String> {
    let mut owned = bytes.to_vec();
    // A database that is written through a log cannot be opened from memory; its file alone says the same as the last
    // time that the log was empty.
    if let Some([write, read]) = owned.get_mut(18..20) {
        (*write, *read) = (1, 1);
    }
    let broken = |e: rusqlite::Error| format!("SQLite says: {e}");
    let mut connection = Connection::open_in_memory().map_err(broken)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(broken)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(broken)?;
    connection.deserialize_read_exact(MAIN_DB, owned.as_slice(), owned.len(), true).map_err(broken)?;
    connection.pragma_update(None, "cell_size_check", true).map_err(broken)?;
    let mut looks = 0;
    let stop = move || {
        looks += 1;
        looks > LOOKS
    };
    connection.progress_handler(STEPS, Some(stop)).map_err(broken)?;
    let kind = connection.query_row(
        "SELECT type || ':' || (sql NOT LIKE '%VIRTUAL%') FROM sqlite_schema WHERE name = 'Packages'",
        [],
        |row| row.get::<_, String>(0),
    );
    match kind {
        Ok(kind) if kind == "table:1" => {}
        Ok(_) => return Err("its `Packages` is no plain table".to_owned()),
        Err(rusqlite::Error::QueryReturnedNoRows) => return Err("it has no table `Packages`".to_owned()),
        Err(e) => return Err(broken(e)),
    }
    let mut statement = connection.prepare("SELECT blob FROM Packages ORDER BY hnum").map_err(broken)?;
    let mut rows = statement.query([]).map_err(broken)?;
    while let Some(row) = rows.next().map_err(broken)? {
        match row.get_ref(0).map_err(broken)?.as_blob() {
            Ok(header) => list.header(header)?,
            Err(_) => list.header(&[])?,
        }
    }
    Ok(())
}

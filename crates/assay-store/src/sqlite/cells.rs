//! Columns read back: strictly, and with the place named when they are not
//! what was written.

use assay_base::Instant;
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, Params, Row as SqlRow};

use crate::row::Tag;
use crate::sqlite::fault::during;
use crate::store::StoreError;

/// One row of an answer. Column 0 is always its rowid.
pub struct Cells<'r, 's> {
    row: &'r SqlRow<'s>,
    table: &'static str,
}

impl Cells<'_, '_> {
    /// What stands there cannot be read.
    pub fn corrupt(&self, column: usize) -> StoreError {
        let name = self.row.as_ref().column_name(column).unwrap_or("?");
        let rowid = self.row.get::<_, i64>(0).map_or_else(|_| "?".to_owned(), |rowid| rowid.to_string());
        StoreError::Corrupt(format!("table {}, rowid {rowid}, column {name}", self.table))
    }

    fn get<T: FromSql>(&self, column: usize) -> Result<T, StoreError> {
        self.row.get(column).map_err(|_| self.corrupt(column))
    }

    fn is_null(&self, column: usize) -> bool {
        matches!(self.row.get_ref(column), Ok(ValueRef::Null))
    }

    /// A value, or nothing where the column is null.
    pub fn maybe<T>(
        &self,
        column: usize,
        read: impl Fn(&Self, usize) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        if self.is_null(column) { Ok(None) } else { read(self, column).map(Some) }
    }

    /// So many bytes.
    pub fn bytes<const N: usize>(&self, column: usize) -> Result<[u8; N], StoreError> {
        let value = self.row.get_ref(column).map_err(|_| self.corrupt(column))?;
        let bytes = value.as_blob().map_err(|_| self.corrupt(column))?;
        bytes.try_into().map_err(|_| self.corrupt(column))
    }

    /// Bytes of any length.
    pub fn blob(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        self.get(column)
    }

    /// A tag.
    pub fn tag(&self, column: usize) -> Result<Tag, StoreError> {
        self.bytes(column).map(Tag)
    }

    /// A text.
    pub fn text(&self, column: usize) -> Result<String, StoreError> {
        self.get(column)
    }

    /// A text that is JSON of something.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| self.corrupt(column))
    }

    /// A number that is not negative.
    pub fn number(&self, column: usize) -> Result<u64, StoreError> {
        u64::try_from(self.get::<i64>(column)?).map_err(|_| self.corrupt(column))
    }

    /// Yes or no.
    pub fn flag(&self, column: usize) -> Result<bool, StoreError> {
        match self.get::<i64>(column)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.corrupt(column)),
        }
    }

    /// An instant.
    pub fn instant(&self, column: usize) -> Result<Instant, StoreError> {
        let micros = self.get(column)?;
        let instant = Instant::from_micros(micros);
        if instant.as_micros() == micros { Ok(instant) } else { Err(self.corrupt(column)) }
    }
}

/// Every row of an answer.
pub fn all<T>(
    conn: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Cells<'_, '_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut found = Vec::new();
    each(conn, table, sql, params, |cells| {
        found.push(read(cells)?);
        Ok(true)
    })?;
    Ok(found)
}

/// The one row of an answer.
pub fn one<T>(
    conn: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Cells<'_, '_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut found = None;
    each(conn, table, sql, params, |cells| {
        found = Some(read(cells)?);
        Ok(false)
    })?;
    Ok(found)
}

/// Rows one by one, until `see` says that it has enough.
pub fn each(
    conn: &Connection,
    table: &'static str,
    sql: &str,
    params: impl Params,
    mut see: impl FnMut(&Cells<'_, '_>) -> Result<bool, StoreError>,
) -> Result<(), StoreError> {
    const WHAT: &str = "reading the store";
    let mut statement = conn.prepare_cached(sql).map_err(during(WHAT))?;
    let mut rows = statement.query(params).map_err(during(WHAT))?;
    while let Some(row) = rows.next().map_err(during(WHAT))? {
        if !see(&Cells { row, table })? {
            break;
        }
    }
    Ok(())
}

/// A number from a question that always has one.
pub fn count(conn: &Connection, table: &'static str, sql: &str, params: impl Params) -> Result<u64, StoreError> {
    one(conn, table, sql, params, |cells| cells.number(0)).map(Option::unwrap_or_default)
}

//! Wraps of data keys, and shredding.

use assay_seal::data_key::DataKeyId;
use rusqlite::Connection;

use crate::limits;
use crate::sqlite::cells::{all, count, one};
use crate::sqlite::fault::{during, within};
use crate::store::StoreError;

/// Keeps a wrap; the one before it, for the same recipient, is overwritten.
pub fn put(conn: &Connection, key: DataKeyId, recipient: &str, wrap: &[u8]) -> Result<(), StoreError> {
    within("a recipient's name", recipient.len(), limits::WORD)?;
    within("a wrap", wrap.len(), limits::WRAP)?;
    // A shredded key stays shredded, whoever comes late with a wrap of it.
    if is_shredded(conn, key)? {
        return Err(StoreError::OutOfOrder(format!("the key {key} was shredded")));
    }
    conn.prepare_cached(
        "INSERT INTO wrap (data_key, recipient, wrap) VALUES (?1, ?2, ?3)
         ON CONFLICT (data_key, recipient) DO UPDATE SET wrap = ?3",
    )
    .and_then(|mut statement| statement.execute((key.to_bytes(), recipient, wrap)))
    .map_err(during("keeping a wrap"))?;
    Ok(())
}

/// Takes wraps of a key away, of one recipient or of all. SQLite overwrites them (`secure_delete`).
pub fn take_away(conn: &Connection, key: DataKeyId, recipient: Option<&str>) -> Result<(), StoreError> {
    conn.prepare_cached("DELETE FROM wrap WHERE data_key = ?1 AND (?2 IS NULL OR recipient = ?2)")
        .and_then(|mut statement| statement.execute((key.to_bytes(), recipient)))
        .map_err(during("taking a wrap away"))?;
    Ok(())
}

/// Takes every wrap of a key away, and lets no new one come.
pub fn shred(conn: &Connection, key: DataKeyId) -> Result<(), StoreError> {
    take_away(conn, key, None)?;
    mark(conn, key)
}

/// Notes in either database that a key was shredded.
pub fn mark(conn: &Connection, key: DataKeyId) -> Result<(), StoreError> {
    conn.prepare_cached("INSERT INTO shredded (data_key) VALUES (?1) ON CONFLICT DO NOTHING")
        .and_then(|mut statement| statement.execute([key.to_bytes()]))
        .map_err(during("noting that a key was shredded"))?;
    Ok(())
}

/// Whether either database notes so.
pub fn is_shredded(conn: &Connection, key: DataKeyId) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM shredded WHERE data_key = ?1";
    Ok(count(conn, "shredded", sql, [key.to_bytes()])? > 0)
}

/// Every key that this database notes as shredded.
pub fn shredded(conn: &Connection) -> Result<Vec<DataKeyId>, StoreError> {
    all(conn, "shredded", "SELECT rowid, data_key FROM shredded", [], |cells| cells.bytes(1).map(DataKeyId::from_bytes))
}

/// The wrap for a recipient.
pub fn get(conn: &Connection, key: DataKeyId, recipient: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT rowid, wrap FROM wrap WHERE data_key = ?1 AND recipient = ?2";
    one(conn, "wrap", sql, (key.to_bytes(), recipient), |cells| cells.blob(1))
}

/// Who holds wraps of a key.
pub fn recipients(conn: &Connection, key: DataKeyId) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT rowid, recipient FROM wrap WHERE data_key = ?1 ORDER BY recipient";
    all(conn, "wrap", sql, [key.to_bytes()], |cells| cells.text(1))
}

/// Keys with wraps, and shredded ones, after one of them.
pub fn keys(conn: &Connection, after: Option<DataKeyId>, limit: usize) -> Result<Vec<DataKeyId>, StoreError> {
    let after = after.map(|key| key.to_bytes().to_vec()).unwrap_or_default();
    let limit = limit.min(limits::ANSWER) as i64;
    let sql = "SELECT 0, data_key FROM (
                   SELECT * FROM (SELECT DISTINCT data_key FROM wrap WHERE data_key > ?1
                                  ORDER BY data_key LIMIT ?2)
                   UNION
                   SELECT * FROM (SELECT data_key FROM shredded WHERE data_key > ?1 ORDER BY data_key LIMIT ?2))
               ORDER BY data_key LIMIT ?2";
    all(conn, "wrap", sql, (after, limit), |cells| cells.bytes(1).map(DataKeyId::from_bytes))
}

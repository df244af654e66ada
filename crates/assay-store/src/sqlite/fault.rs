//! What SQLite says, in the store's own errors. Its messages name tables and
//! columns, never values.

use rusqlite::ErrorCode;

use crate::store::StoreError;

/// Turns an error of SQLite into the store's, naming what was attempted.
pub fn during(what: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { seconds: 1 },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Corrupt(format!("{what}: {error}")),
        Some(ErrorCode::ConstraintViolation) => StoreError::OutOfOrder(format!("{what}: {error}")),
        _ => StoreError::Broken { what, error: Box::new(error) },
    }
}

/// The same for files.
pub fn file(what: &'static str) -> impl Fn(std::io::Error) -> StoreError {
    move |error| StoreError::Broken { what, error: Box::new(error) }
}

/// Whether this error leaves in doubt what is on the disk: then nothing more may be acknowledged on top of it.
pub fn leaves_doubt(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// Refuses what is longer than a store takes.
pub fn within(what: &'static str, size: usize, limit: usize) -> Result<(), StoreError> {
    if size > limit {
        return Err(StoreError::TooLarge { what, size: size as u64, limit: limit as u64 });
    }
    Ok(())
}

/// A number as SQLite keeps one.
pub fn whole(what: &'static str, number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::TooLarge { what, size: number, limit: i64::MAX as u64 })
}

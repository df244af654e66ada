//! Connections that read. Each read sees one consistent state, while the
//! writer goes on.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rusqlite::Connection;

use crate::sqlite::fault::during;
use crate::sqlite::place::{self, Options};
use crate::store::StoreError;

/// So many connections are kept for later, and so many may be in use at once.
const KEPT: usize = 8;
const AT_ONCE: usize = 128;

/// Who reads from a database.
pub struct Readers {
    path: PathBuf,
    options: Options,
    idle: Mutex<Vec<Connection>>,
    reading: AtomicUsize,
}

/// Counts one reader, for as long as it lives.
struct Seat<'r>(&'r AtomicUsize);

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Readers {
    /// Readers of this database.
    pub fn new(path: PathBuf, options: Options) -> Self {
        Self { path, options, idle: Mutex::default(), reading: AtomicUsize::new(0) }
    }

    /// Looks at one consistent state.
    pub fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        const WHAT: &str = "reading the store";
        let before = self.reading.fetch_add(1, Ordering::SeqCst);
        let _seat = Seat(&self.reading);
        if before >= AT_ONCE {
            return Err(StoreError::Busy { seconds: 1 });
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let conn = match idle {
            Some(conn) => conn,
            None => place::connect_to_read(&self.path, &self.options)?,
        };
        // The first question fixes the state that all later ones see.
        conn.execute_batch("BEGIN; SELECT 1 FROM form LIMIT 1").map_err(during(WHAT))?;
        // If `look` panics, the connection is closed with it.
        let seen = look(&conn);
        conn.execute_batch("ROLLBACK").map_err(during(WHAT))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(conn);
        }
        seen
    }
}

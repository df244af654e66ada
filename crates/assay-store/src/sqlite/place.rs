//! The folder of an instance: whose it is, and how its databases are opened.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::sqlite::fault::{during, file};
use crate::store::StoreError;

/// The database of events and views.
pub const EVENTS: &str = "events.sqlite";
/// The database of wraps.
pub const WRAPS: &str = "wraps.sqlite";
/// The folder of blobs.
pub const BLOBS: &str = "blobs";

/// How an instance is opened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// So many callers may wait for the writer; one more is told to come back (R16).
    pub queue: usize,
    /// So long each of them waits, also for another process.
    pub patience: Duration,
    /// After so many pages the write-ahead log is brought into the database.
    pub checkpoint_pages: u32,
    /// Whether what is acknowledged is on the disk. Without it a power cut loses what was acknowledged: for showing
    /// that the tests of durability notice it, and for filling a store that is thrown away.
    #[doc(hidden)]
    pub durable: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { queue: 1024, patience: Duration::from_secs(5), checkpoint_pages: 1000, durable: true }
    }
}

/// Makes a folder that nobody else can look into.
pub fn make_private(dir: &Path) -> Result<(), StoreError> {
    DirBuilder::new().mode(0o700).create(dir).map_err(file("making a folder"))
}

/// Makes what was written into a folder survive a power cut: names are the folder's content.
pub fn sync_folder(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(file("writing a folder to the disk"))
}

/// The folder of the instance, made if need be.
pub fn prepare(dir: &Path, options: &Options) -> Result<(), StoreError> {
    // From the outside in, each folder's name on the disk before anything is in it.
    let missing: Vec<&Path> =
        dir.ancestors().take_while(|above| !above.as_os_str().is_empty() && !above.exists()).collect();
    for folder in missing.into_iter().rev() {
        match make_private(folder) {
            // Another process opens the same store for the first time.
            Err(_) if folder.is_dir() => {}
            made => made?,
        }
        if options.durable
            && let Some(parent) = folder.parent()
        {
            sync_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
        }
    }
    let mode = fs::metadata(dir).map_err(file("looking at the store's folder"))?.permissions().mode();
    if mode & 0o077 != 0 {
        // A folder that holds nothing yet is taken; one that others share is not closed before their noses.
        let empty = fs::read_dir(dir).map_err(file("looking at the store's folder"))?.next().is_none();
        if !empty {
            return Err(StoreError::Broken {
                what: "opening the store",
                error: format!("others can look into {}; run `chmod 700` on it", dir.display()).into(),
            });
        }
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(file("closing the store's folder"))?;
    }
    for name in [EVENTS, WRAPS] {
        // SQLite would make it with the umask's mode; its own files beside it take this one's.
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(dir.join(name)) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(file("making a database")(error)),
        }
    }
    Ok(())
}

/// A connection that writes.
pub fn connect_to_write(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    const WHAT: &str = "opening the database";
    let conn = connect(path, options)?;
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(during(WHAT))?;
    if mode != "wal" {
        return Err(StoreError::Broken { what: WHAT, error: format!("no write-ahead log here, only {mode}").into() });
    }
    // Views of a million findings are changed in a dozen places each time.
    conn.pragma_update(None, "cache_size", -32 << 10).map_err(during(WHAT))?;
    // FULL: each commit syncs the log before it is acknowledged (invariant 25).
    conn.pragma_update(None, "synchronous", if options.durable { "FULL" } else { "OFF" }).map_err(during(WHAT))?;
    conn.pragma_update(None, "foreign_keys", "ON").map_err(during(WHAT))?;
    // What is deleted is overwritten: shredding must leave nothing on a free page.
    conn.query_row("PRAGMA secure_delete = ON", [], |_| Ok(())).map_err(during(WHAT))?;
    conn.query_row(&format!("PRAGMA wal_autocheckpoint = {}", options.checkpoint_pages), [], |_| Ok(()))
        .map_err(during(WHAT))?;
    Ok(conn)
}

/// A connection that reads.
pub fn connect_to_read(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    let conn = connect(path, options)?;
    conn.pragma_update(None, "query_only", "ON").map_err(during("opening the database"))?;
    Ok(conn)
}

/// A connection that copies what it sees into another file.
pub fn connect_to_copy(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    connect(path, options)
}

fn connect(path: &Path, options: &Options) -> Result<Connection, StoreError> {
    const WHAT: &str = "opening the database";
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(during(WHAT))?;
    conn.busy_timeout(options.patience).map_err(during(WHAT))?;
    conn.set_prepared_statement_cache_capacity(96);
    // The file is hostile until it is read: no code of its own, no odd cells, no writing to its schema.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true).map_err(during(WHAT))?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false).map_err(during(WHAT))?;
    conn.pragma_update(None, "cell_size_check", "ON").map_err(during(WHAT))?;
    // Nothing is ever sorted into a file outside the store's folder.
    conn.pragma_update(None, "temp_store", "MEMORY").map_err(during(WHAT))?;
    Ok(conn)
}

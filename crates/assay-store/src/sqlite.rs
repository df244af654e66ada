//! The store in SQLite: one folder with two databases and the blobs.
//!
//! `events.sqlite` holds events, views, outbox and settings; `wraps.sqlite`
//! holds who can open what, apart, because its backups are kept apart and not
//! for long; `blobs/` holds sealed files under random names. All are readable
//! by their owner only. Several processes may have one folder open.

mod blobs;
mod cells;
mod events;
pub(crate) mod fault;
mod look;
mod page;
pub(crate) mod place;
mod readers;
mod rows;
mod schema;
mod wraps;
mod writer;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use assay_seal::data_key::DataKeyId;

pub(crate) use self::blobs::fan;
pub use self::place::Options;

use self::blobs::Blobs;
use self::cells::{all, one};
use self::fault::{during, file, within};
use self::look::Look;
use self::readers::Readers;
use self::writer::Writer;
use crate::event::BlobId;
use crate::limits;
use crate::row::Row;
use crate::store::{Committed, Decision, Store, StoreError, View};

/// A store in a folder.
pub struct Sqlite {
    dir: PathBuf,
    options: Options,
    events: Writer,
    events_seen: Readers,
    wraps: Writer,
    wraps_seen: Readers,
    blobs: Blobs,
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("dir", &self.dir).finish_non_exhaustive()
    }
}

impl Sqlite {
    /// Opens the store in this folder; makes it if there is none.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] if a newer program made it, [`StoreError::Corrupt`] if it is no store of Assay's, and
    /// whatever the disk says.
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_with(dir, &Options::default())
    }

    /// The same, otherwise than by default.
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub fn open_with(dir: &Path, options: &Options) -> Result<Self, StoreError> {
        place::prepare(dir, options)?;
        let (events_at, wraps_at) = (dir.join(place::EVENTS), dir.join(place::WRAPS));
        let mut events = place::connect_to_write(&events_at, options)?;
        schema::bring_up(&mut events, schema::EVENTS)?;
        let mut wraps = place::connect_to_write(&wraps_at, options)?;
        schema::bring_up(&mut wraps, schema::WRAPS)?;
        let blobs = Blobs::open(dir.join(place::BLOBS), options.durable)?;
        if options.durable {
            place::sync_folder(dir)?;
        }
        let store = Self {
            dir: dir.to_owned(),
            options: options.clone(),
            events: Writer::new(events, options.queue, options.patience),
            events_seen: Readers::new(events_at, options.clone()),
            wraps: Writer::new(wraps, options.queue, options.patience),
            wraps_seen: Readers::new(wraps_at, options.clone()),
            blobs,
        };
        store.shred_again()?;
        Ok(store)
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Copies one consistent state of a database into a file that is empty.
    pub(crate) fn copy(&self, database: &str, into: &Path) -> Result<(), StoreError> {
        let conn = place::connect_to_copy(&self.dir.join(database), &self.options)?;
        let into = into.to_str().ok_or_else(|| StoreError::Broken {
            what: "copying a database",
            error: "the path is not UTF-8, and SQLite takes no other".into(),
        })?;
        conn.execute("VACUUM INTO ?1", [into]).map_err(during("copying a database"))?;
        Ok(())
    }

    /// Where a blob lies.
    pub(crate) fn blob_path(&self, id: BlobId) -> PathBuf {
        self.blobs.path(id)
    }

    /// Reads every page and every reference of both databases.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] with what SQLite found first.
    pub fn check(&self) -> Result<(), StoreError> {
        for (name, readers) in [(place::EVENTS, &self.events_seen), (place::WRAPS, &self.wraps_seen)] {
            readers.read(|conn| {
                let found: String =
                    conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(during("checking"))?;
                if found != "ok" {
                    return Err(StoreError::Corrupt(format!("{name}: {found}")));
                }
                let mut statement = conn.prepare("PRAGMA foreign_key_check").map_err(during("checking"))?;
                if statement.exists([]).map_err(during("checking"))? {
                    return Err(StoreError::Corrupt(format!("{name}: a row refers to an event that is not there")));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Finishes what a power cut interrupted, and shreds what an older backup of the wraps brought back.
    fn shred_again(&self) -> Result<(), StoreError> {
        let noted = self.events_seen.read(wraps::shredded)?;
        let mut done: Vec<_> = self.wraps_seen.read(wraps::shredded)?;
        done.sort_unstable();
        let missing: Vec<_> = noted.into_iter().filter(|key| done.binary_search(key).is_err()).collect();
        if !missing.is_empty() {
            self.wraps.run(&mut |conn| missing.iter().try_for_each(|key| wraps::shred(conn, *key)))?;
        }
        match self.purge_wraps() {
            // Another process reads just now. It emptied the log when it began, and does so when it ends.
            Err(StoreError::Busy { .. }) if missing.is_empty() => Ok(()),
            purged => purged,
        }
    }

    /// What was overwritten in the database is in no log either, also after a power cut.
    fn purge_wraps(&self) -> Result<(), StoreError> {
        self.wraps.purge()?;
        if self.options.durable {
            // SQLite cuts the log and leaves it to the system when the disk hears of it.
            let log = self.dir.join(format!("{}-wal", place::WRAPS));
            match std::fs::File::open(log).and_then(|log| log.sync_all()) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(file("emptying the write-ahead log")(error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Store for Sqlite {
    fn write(&self, decide: &mut Decision<'_>) -> Result<Option<Committed>, StoreError> {
        self.events.run(&mut |conn| match decide(&Look { conn })? {
            Some(batch) => events::keep(conn, &batch).map(Some),
            None => Ok(None),
        })
    }

    fn read(&self, look: &mut (dyn FnMut(&dyn View) -> Result<(), StoreError> + '_)) -> Result<(), StoreError> {
        self.events_seen.read(|conn| look(&Look { conn }))
    }

    fn put_wrap(&self, key: DataKeyId, recipient: &str, wrap: &[u8]) -> Result<(), StoreError> {
        self.wraps.run(&mut |conn| wraps::put(conn, key, recipient, wrap))
    }

    fn wrap(&self, key: DataKeyId, recipient: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.wraps_seen.read(|conn| wraps::get(conn, key, recipient))
    }

    fn recipients(&self, key: DataKeyId) -> Result<Vec<String>, StoreError> {
        self.wraps_seen.read(|conn| wraps::recipients(conn, key))
    }

    fn drop_wrap(&self, key: DataKeyId, recipient: &str) -> Result<(), StoreError> {
        self.wraps.run(&mut |conn| wraps::take_away(conn, key, Some(recipient)))?;
        self.purge_wraps()
    }

    fn shred(&self, key: DataKeyId) -> Result<(), StoreError> {
        // The note first: after a power cut between the two, opening finishes it.
        self.events.run(&mut |conn| wraps::mark(conn, key))?;
        self.wraps.run(&mut |conn| wraps::shred(conn, key))?;
        self.purge_wraps()
    }

    fn is_shredded(&self, key: DataKeyId) -> Result<bool, StoreError> {
        self.wraps_seen.read(|conn| wraps::is_shredded(conn, key))
    }

    fn put_blob(&self, id: BlobId, sealed: &[u8]) -> Result<(), StoreError> {
        self.blobs.put(id, sealed)
    }

    fn blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        self.blobs.get(id)
    }

    fn drop_blob(&self, id: BlobId) -> Result<(), StoreError> {
        self.blobs.drop(id)
    }

    fn confirm(&self, leaves: &[(u64, u64)]) -> Result<(), StoreError> {
        within("the leaves of a confirmation", leaves.len(), limits::ANSWER)?;
        self.events.run(&mut |conn| events::confirm(conn, leaves))
    }

    fn replace_rows(&self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError> {
        self.events.run(&mut |conn| {
            for view in rows::VIEWS {
                conn.execute(&format!("DELETE FROM {view}"), []).map_err(during("emptying the views"))?;
            }
            for row in &mut *rows {
                rows::put(conn, &row)?;
            }
            Ok(())
        })
    }

    fn keys(&self, after: Option<DataKeyId>, limit: usize) -> Result<Vec<DataKeyId>, StoreError> {
        self.wraps_seen.read(|conn| wraps::keys(conn, after, limit))
    }

    fn blobs(&self, after: Option<BlobId>, limit: usize) -> Result<Vec<BlobId>, StoreError> {
        self.blobs.list(after, limit)
    }

    fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        let sql = "SELECT rowid, name, value FROM setting";
        let found = self
            .events_seen
            .read(|conn| all(conn, "setting", sql, [], |cells| Ok((cells.text(1)?, cells.text(2)?))))?;
        Ok(found.into_iter().collect())
    }

    fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT rowid, value FROM setting WHERE name = ?1";
        self.events_seen.read(|conn| one(conn, "setting", sql, [name], |cells| cells.text(1)))
    }

    fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        within("a setting's name", name.len(), limits::WORD)?;
        within("a setting", value.len(), limits::SETTING)?;
        self.events.run(&mut |conn| {
            conn.prepare_cached(
                "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2",
            )
            .and_then(|mut statement| statement.execute([name, value]))
            .map_err(during("keeping a setting"))?;
            Ok(())
        })
    }
}

//! Export and import: everything that a store keeps, as lines of JSON that
//! anybody can read (`docs/store.md`), and an equal store made of them
//! (invariant 28).
//!
//! The lines hold sealed bytes and wraps, as the store does; what they open
//! to, only the holder of a key can say. They go through [`Store`], so an
//! export of one backend is an import of another.

mod line;
mod read;

use std::io::{BufRead, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use self::line::Line;
use crate::draft::Draft;
use crate::hex;
use crate::sqlite::Sqlite;
use crate::sqlite::fault::file;
use crate::store::{Store, StoreError};

/// How many lines were written or read, and their digest: equal stores give equal ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many, with the first and the last.
    pub lines: u64,
    /// SHA-256 of all before the last, in hexadecimal.
    pub sha256: String,
}

/// Writes everything that a store keeps. What is added meanwhile is not in it.
///
/// # Errors
/// If the store cannot be read or `out` not be written.
pub fn export(store: &dyn Store, out: &mut dyn Write) -> Result<Summary, StoreError> {
    let mut lines = Lines { out, hash: Sha256::new(), count: 0 };
    lines.write(&Line::head())?;
    for (name, value) in store.settings()? {
        lines.write(&Line::Setting { name, value })?;
    }
    // As in a backup: events before the wraps and blobs that they speak of.
    store.read(&mut |view| {
        let mut after = 0;
        loop {
            let events = view.events_after(after, 1000)?;
            let Some(last) = events.last() else { break };
            after = last.number;
            for event in events {
                lines.write(&Line::event(event))?;
            }
        }
        view.all_rows()?.into_iter().try_for_each(|row| lines.write(&Line::Row { row }))
    })?;
    let mut after = None;
    loop {
        let keys = store.keys(after, 1000)?;
        let Some(last) = keys.last() else { break };
        after = Some(*last);
        for key in keys {
            if store.is_shredded(key)? {
                lines.write(&Line::Shredded { key })?;
                continue;
            }
            for recipient in store.recipients(key)? {
                if let Some(wrap) = store.wrap(key, &recipient)? {
                    lines.write(&Line::Wrap { key, recipient, wrap })?;
                }
            }
        }
    }
    let mut after = None;
    loop {
        let ids = store.blobs(after, 1000)?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        for id in ids {
            let Some(sealed) = store.blob(id)? else { continue };
            let parts = sealed.chunks(line::PART);
            lines.write(&Line::Blob { id, bytes: sealed.len() as u64 })?;
            for part in parts {
                lines.write(&Line::Part { bytes: part.to_vec() })?;
            }
        }
    }
    lines.end()
}

/// Fills an empty store with what an export holds. If it fails half-way, throw the store away.
///
/// # Errors
/// [`StoreError::NotEmpty`] if the store keeps anything; [`StoreError::Corrupt`], with the line, if the export is cut,
/// changed, or none.
pub fn import(store: &dyn Store, input: &mut dyn BufRead) -> Result<Summary, StoreError> {
    read::fill(store, input)
}

/// Makes a new store in a folder of an export: all of it or nothing.
///
/// # Errors
/// As [`import`]; and [`StoreError::NotEmpty`] if something is there already.
pub fn import_into(into: &Path, input: &mut dyn BufRead) -> Result<Summary, StoreError> {
    let draft = Draft::begin(into)?;
    let store = Sqlite::open(draft.dir())?;
    let summary = import(&store, input)?;
    store.check()?;
    drop(store);
    draft.finish()?;
    Ok(summary)
}

/// Lines on their way out.
struct Lines<'o> {
    out: &'o mut dyn Write,
    hash: Sha256,
    count: u64,
}

impl Lines<'_> {
    fn write(&mut self, line: &Line) -> Result<(), StoreError> {
        const WHAT: &str = "writing the export";
        let mut text =
            serde_json::to_vec(line).map_err(|error| StoreError::Broken { what: WHAT, error: Box::new(error) })?;
        text.push(b'\n');
        self.hash.update(&text);
        self.count += 1;
        self.out.write_all(&text).map_err(file(WHAT))
    }

    fn end(mut self) -> Result<Summary, StoreError> {
        let sha256: [u8; 32] = self.hash.clone().finalize().into();
        let lines = self.count + 1;
        self.write(&Line::End { lines, sha256 })?;
        self.out.flush().map_err(file("writing the export"))?;
        Ok(Summary { lines, sha256: hex::text(&sha256) })
    }
}

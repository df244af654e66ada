//! Reading an export, line by line, into an empty store.

use std::io::{BufRead, Read as _};

use sha2::{Digest as _, Sha256};

use super::Summary;
use super::line::{FORM, Line, MAX_LINE};
use crate::event::{BlobId, NewEvent};
use crate::hex;
use crate::limits;
use crate::row::Row;
use crate::sqlite::fault::file;
use crate::store::{Batch, Store, StoreError};

/// So much is gathered before it is kept.
const GATHERED: usize = 500;
const GATHERED_BYTES: usize = 16 << 20;

/// Fills `store`, which must be empty.
pub fn fill(store: &dyn Store, input: &mut dyn BufRead) -> Result<Summary, StoreError> {
    refuse_unless_empty(store)?;
    let mut filling = Filling { store, events: Vec::new(), bytes: 0, rows: Vec::new(), leaves: Vec::new(), blob: None };
    let (mut hash, mut count, mut text) = (Sha256::new(), 0u64, Vec::new());
    loop {
        text.clear();
        input.take(MAX_LINE as u64 + 1).read_until(b'\n', &mut text).map_err(file("reading the export"))?;
        count += 1;
        let wrong = |why: &str| StoreError::Corrupt(format!("line {count} of the export: {why}"));
        if text.last() != Some(&b'\n') {
            return Err(wrong(if text.len() > MAX_LINE { "it is too long" } else { "the export is cut off here" }));
        }
        let line: Line = serde_json::from_slice(&text).map_err(|error| wrong(&error.to_string()))?;
        if (count == 1) != matches!(line, Line::Head { .. }) {
            return Err(wrong("an export has one head, and it comes first"));
        }
        if let Line::End { lines, sha256 } = line {
            filling.keep()?;
            let found: [u8; 32] = hash.finalize().into();
            if filling.blob.is_some() || lines != count || sha256 != found {
                return Err(wrong("the export is not as it was written"));
            }
            let rest = input.fill_buf().map_err(file("reading the export"))?;
            if !rest.is_empty() {
                return Err(wrong("something follows the end"));
            }
            return Ok(Summary { lines, sha256: hex::text(&sha256) });
        }
        hash.update(&text);
        filling.take(line, &wrong)?;
    }
}

fn refuse_unless_empty(store: &dyn Store) -> Result<(), StoreError> {
    let mut full = !store.settings()?.is_empty();
    full |= !store.keys(None, 1)?.is_empty() || !store.blobs(None, 1)?.is_empty();
    store.read(&mut |view| {
        full |= view.last_number()? > 0 || !view.all_rows()?.is_empty();
        Ok(())
    })?;
    if full { Err(StoreError::NotEmpty("the store".into())) } else { Ok(()) }
}

/// What was read and is not kept yet.
struct Filling<'s> {
    store: &'s dyn Store,
    events: Vec<(u64, NewEvent)>,
    bytes: usize,
    rows: Vec<Row>,
    leaves: Vec<(u64, u64)>,
    blob: Option<(BlobId, u64, Vec<u8>)>,
}

impl Filling<'_> {
    fn take(&mut self, line: Line, wrong: &dyn Fn(&str) -> StoreError) -> Result<(), StoreError> {
        if self.blob.is_some() && !matches!(line, Line::Part { .. }) {
            return Err(wrong("a blob has fewer bytes than it should"));
        }
        match line {
            Line::Head { form } if form == FORM => Ok(()),
            Line::Head { .. } => Err(wrong("it is of another form than assay-export/1")),
            Line::Setting { name, value } => self.store.set_setting(&name, &value),
            Line::Event { number, envelope, payload, commitment, leaf } => {
                self.bytes += payload.len();
                self.leaves.extend(leaf.map(|leaf| (number, leaf)));
                self.events.push((number, NewEvent { envelope, payload, commitment }));
                self.keep_if_enough()
            }
            Line::Row { row } => {
                self.rows.push(row);
                self.keep_if_enough()
            }
            Line::Wrap { key, recipient, wrap } => self.store.put_wrap(key, &recipient, &wrap),
            Line::Shredded { key } => self.store.shred(key),
            Line::Blob { bytes, .. } if bytes > limits::BLOB as u64 => Err(wrong("a blob is too large")),
            Line::Blob { id, bytes: 0 } => self.store.put_blob(id, &[]),
            Line::Blob { id, bytes } => {
                self.blob = Some((id, bytes, Vec::new()));
                Ok(())
            }
            Line::Part { bytes: part } => {
                let Some((id, bytes, mut sealed)) = self.blob.take() else {
                    return Err(wrong("a part of no blob"));
                };
                sealed.extend_from_slice(&part);
                let found = sealed.len() as u64;
                if found > bytes || part.is_empty() {
                    return Err(wrong("a blob has other bytes than it should"));
                }
                if found == bytes {
                    return self.store.put_blob(id, &sealed);
                }
                self.blob = Some((id, bytes, sealed));
                Ok(())
            }
            // The caller sees the end first.
            Line::End { .. } => Ok(()),
        }
    }

    fn keep_if_enough(&mut self) -> Result<(), StoreError> {
        if self.events.len() + self.rows.len() < GATHERED && self.bytes < GATHERED_BYTES {
            return Ok(());
        }
        self.keep()
    }

    fn keep(&mut self) -> Result<(), StoreError> {
        let (numbers, events): (Vec<u64>, Vec<_>) = std::mem::take(&mut self.events).into_iter().unzip();
        let batch = Batch { events, rows: std::mem::take(&mut self.rows) };
        self.bytes = 0;
        let kept = self.store.write(&mut |_| Ok(Some(batch.clone())))?.unwrap_or_default();
        if kept.numbers != numbers {
            return Err(StoreError::Corrupt("the export's events are not all there".into()));
        }
        self.store.confirm(&std::mem::take(&mut self.leaves))
    }
}

//! A store in memory, as plain as can be: what SQLite is compared with.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use assay_seal::data_key::DataKeyId;
use assay_store::event::{BlobId, StoredEvent};
use assay_store::limits;
use assay_store::row::Row;
use assay_store::store::{Batch, Committed, Decision, Store, StoreError, View};

/// Everything that a store keeps.
#[derive(Debug, Clone, Default)]
pub struct State {
    pub events: Vec<StoredEvent>,
    pub outbox: BTreeSet<u64>,
    /// By the row's kind and id.
    pub rows: BTreeMap<(u8, [u8; 16]), Row>,
    pub wraps: BTreeMap<(DataKeyId, String), Vec<u8>>,
    pub shredded: BTreeSet<DataKeyId>,
    pub blobs: BTreeMap<BlobId, Vec<u8>>,
    pub settings: BTreeMap<String, String>,
}

/// A promise that the store breaks on purpose, to show that the suite notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// What a refused batch began is kept.
    HalfBatches,
    /// Two callers may decide on the same state.
    NoLock,
    /// Time may run backwards.
    AnyTime,
    /// A shredded key takes new wraps.
    Resurrects,
    /// A confirmation may be changed.
    MovesLeaves,
}

/// The reference store.
#[derive(Default)]
pub struct Memory {
    pub state: Mutex<State>,
    pub fault: Option<Fault>,
}

fn refuse<T>(why: &str) -> Result<T, StoreError> {
    Err(StoreError::OutOfOrder(why.into()))
}

fn within(what: &'static str, size: u64, limit: u64) -> Result<(), StoreError> {
    if size > limit { Err(StoreError::TooLarge { what, size, limit }) } else { Ok(()) }
}

fn word(text: &str) -> Result<(), StoreError> {
    within("a word", text.len() as u64, limits::WORD as u64)
}

fn name(text: &str) -> Result<(), StoreError> {
    within("a name", text.len() as u64, limits::NAME as u64)
}

impl State {
    fn keep(&mut self, batch: &Batch) -> Result<Committed, StoreError> {
        within("events", batch.events.len() as u64, limits::EVENTS as u64)?;
        within("rows", batch.rows.len() as u64, limits::ROWS as u64)?;
        let mut numbers = Vec::new();
        for event in &batch.events {
            let envelope = &event.envelope;
            word(&envelope.stream.0)?;
            word(&envelope.kind)?;
            within("a payload", event.payload.len() as u64, limits::PAYLOAD as u64)?;
            within("a stream", envelope.place, limits::STREAM)?;
            if envelope.stream.0.is_empty() || envelope.kind.is_empty() {
                return refuse("no stream or no kind");
            }
            if self.events.last().is_some_and(|last| last.envelope.at > envelope.at) {
                return refuse("time ran backwards");
            }
            let places = self.events.iter().filter(|kept| kept.envelope.stream == envelope.stream).count() as u64;
            if envelope.place != places + 1 || self.events.iter().any(|kept| kept.envelope.id == envelope.id) {
                return refuse("not the next place, or kept already");
            }
            let number = self.events.len() as u64 + 1;
            self.events.push(StoredEvent {
                number,
                envelope: envelope.clone(),
                payload: event.payload.clone(),
                commitment: event.commitment,
                leaf: None,
            });
            self.outbox.insert(number);
            numbers.push(number);
        }
        for row in &batch.rows {
            self.put(row)?;
        }
        Ok(Committed { numbers })
    }

    fn put(&mut self, row: &Row) -> Result<(), StoreError> {
        let key = match row {
            Row::Member(row) => {
                name(&row.name)?;
                (0, row.id.to_bytes())
            }
            Row::Person(row) => {
                name(&row.name)?;
                within("roles", row.roles.len() as u64, limits::ROLES as u64)?;
                row.roles.iter().try_for_each(|role| word(role))?;
                (1, row.id.to_bytes())
            }
            Row::Lease(row) => {
                word(&row.method)?;
                word(&row.state)?;
                within("a token", row.token, i64::MAX as u64)?;
                (2, row.id.to_bytes())
            }
            Row::Finding(row) => {
                word(&row.state)?;
                (3, row.id.to_bytes())
            }
            Row::Case(row) => {
                word(&row.word)?;
                word(&row.embargo)?;
                name(row.advisory.as_deref().unwrap_or(""))?;
                (4, row.id.to_bytes())
            }
            Row::Engagement(row) => {
                word(&row.developer)?;
                word(&row.state)?;
                (5, row.id.to_bytes())
            }
        };
        let clashes = self.rows.iter().any(|(other, kept)| {
            *other != key
                && match (kept, row) {
                    (Row::Member(kept), Row::Member(row)) => kept.name == row.name,
                    (Row::Person(kept), Row::Person(row)) => kept.name == row.name,
                    (Row::Case(kept), Row::Case(row)) => kept.advisory.is_some() && kept.advisory == row.advisory,
                    _ => false,
                }
        });
        if clashes {
            return refuse("somebody else's name");
        }
        self.rows.insert(key, row.clone());
        Ok(())
    }
}

impl Memory {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of a change, or nothing of it.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut state = self.state();
        if self.fault == Some(Fault::HalfBatches) {
            return change(&mut state);
        }
        let mut next = state.clone();
        let value = change(&mut next)?;
        *state = next;
        Ok(value)
    }
}

impl Store for Memory {
    fn write(&self, decide: &mut Decision<'_>) -> Result<Option<Committed>, StoreError> {
        if self.fault == Some(Fault::NoLock) {
            let seen = self.state().clone();
            let decided = decide(&seen)?;
            std::thread::sleep(std::time::Duration::from_millis(1));
            return self.change(|state| decided.map(|batch| state.keep(&batch)).transpose());
        }
        if self.fault == Some(Fault::AnyTime) {
            let last = self.state().events.last().map(|event| event.envelope.at);
            return self.change(|state| match decide(state)? {
                Some(mut batch) => {
                    batch.events.iter_mut().for_each(|event| event.envelope.at = last.unwrap_or(event.envelope.at));
                    state.keep(&batch).map(Some)
                }
                None => Ok(None),
            });
        }
        self.change(|state| match decide(state)? {
            Some(batch) => state.keep(&batch).map(Some),
            None => Ok(None),
        })
    }

    fn read(&self, look: &mut (dyn FnMut(&dyn View) -> Result<(), StoreError> + '_)) -> Result<(), StoreError> {
        let seen = self.state().clone();
        look(&seen)
    }

    fn put_wrap(&self, key: DataKeyId, recipient: &str, wrap: &[u8]) -> Result<(), StoreError> {
        word(recipient)?;
        within("a wrap", wrap.len() as u64, limits::WRAP as u64)?;
        let mut state = self.state();
        if state.shredded.contains(&key) && self.fault != Some(Fault::Resurrects) {
            return refuse("shredded");
        }
        state.wraps.insert((key, recipient.into()), wrap.into());
        Ok(())
    }

    fn wrap(&self, key: DataKeyId, recipient: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state().wraps.get(&(key, recipient.into())).cloned())
    }

    fn recipients(&self, key: DataKeyId) -> Result<Vec<String>, StoreError> {
        Ok(self.state().wraps.keys().filter(|(of, _)| *of == key).map(|(_, recipient)| recipient.clone()).collect())
    }

    fn drop_wrap(&self, key: DataKeyId, recipient: &str) -> Result<(), StoreError> {
        self.state().wraps.remove(&(key, recipient.into()));
        Ok(())
    }

    fn shred(&self, key: DataKeyId) -> Result<(), StoreError> {
        let mut state = self.state();
        state.wraps.retain(|(of, _), _| *of != key);
        state.shredded.insert(key);
        Ok(())
    }

    fn is_shredded(&self, key: DataKeyId) -> Result<bool, StoreError> {
        Ok(self.state().shredded.contains(&key))
    }

    fn put_blob(&self, id: BlobId, sealed: &[u8]) -> Result<(), StoreError> {
        within("a blob", sealed.len() as u64, limits::BLOB as u64)?;
        let mut state = self.state();
        match state.blobs.get(&id) {
            Some(kept) if kept != sealed => refuse("kept with other bytes"),
            Some(_) => Ok(()),
            None => {
                state.blobs.insert(id, sealed.into());
                Ok(())
            }
        }
    }

    fn blob(&self, id: BlobId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.state().blobs.get(&id).cloned())
    }

    fn drop_blob(&self, id: BlobId) -> Result<(), StoreError> {
        self.state().blobs.remove(&id);
        Ok(())
    }

    fn confirm(&self, leaves: &[(u64, u64)]) -> Result<(), StoreError> {
        self.change(|state| {
            for &(number, leaf) in leaves {
                within("a number", number, i64::MAX as u64)?;
                within("a leaf", leaf, i64::MAX as u64)?;
                let taken = state.events.iter().any(|event| event.leaf == Some(leaf) && event.number != number);
                let Some(event) = state.events.iter_mut().find(|event| event.number == number) else {
                    return refuse("no such event");
                };
                match event.leaf {
                    Some(known) if known == leaf => {}
                    Some(_) if self.fault == Some(Fault::MovesLeaves) => event.leaf = Some(leaf),
                    Some(_) => return refuse("another leaf"),
                    None if taken => return refuse("the leaf is taken"),
                    None => {
                        event.leaf = Some(leaf);
                        state.outbox.remove(&number);
                    }
                }
            }
            Ok(())
        })
    }

    fn replace_rows(&self, rows: &mut dyn Iterator<Item = Row>) -> Result<(), StoreError> {
        self.change(|state| {
            state.rows.clear();
            for row in &mut *rows {
                state.put(&row)?;
            }
            Ok(())
        })
    }

    fn keys(&self, after: Option<DataKeyId>, limit: usize) -> Result<Vec<DataKeyId>, StoreError> {
        let state = self.state();
        let mut keys: BTreeSet<_> = state.wraps.keys().map(|(key, _)| *key).collect();
        keys.extend(&state.shredded);
        Ok(keys.into_iter().filter(|key| Some(*key) > after).take(limit).collect())
    }

    fn blobs(&self, after: Option<BlobId>, limit: usize) -> Result<Vec<BlobId>, StoreError> {
        Ok(self.state().blobs.keys().copied().filter(|id| Some(*id) > after).take(limit).collect())
    }

    fn settings(&self) -> Result<BTreeMap<String, String>, StoreError> {
        Ok(self.state().settings.clone())
    }

    fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.state().settings.get(name).cloned())
    }

    fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        word(name)?;
        within("a setting", value.len() as u64, limits::SETTING as u64)?;
        self.state().settings.insert(name.into(), value.into());
        Ok(())
    }
}

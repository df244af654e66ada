//! Rebuilding: the views are functions of the events, and this shows it.

use std::collections::BTreeMap;

use assay_case::{case, finding, lease, member};
use assay_store::event::{StoredEvent, StreamId};
use assay_store::row::Row;

use crate::kept::Kept;
use crate::local::Local;
use crate::payload;
use crate::payload::Payload;
use crate::refusal::Refusal;
use crate::review::Family;

/// So many events are read at a time.
const STEP: usize = 2_000;

/// What a rebuild gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Events that were read.
    pub events: u64,
    /// Streams whose key was shredded: their rows stay as they were.
    pub tombstones: u64,
    /// Rows that were not as the events say. None in a sound store.
    pub different: Vec<String>,
}

impl Local {
    /// Makes every row anew from the events, compares it with the live one, and puts the new ones in place.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or an event does not open.
    pub fn rebuild(&self) -> Result<Rebuilt, Refusal> {
        let live = self.look(|view| Ok(view.all_rows()?))?;
        let mut streams: BTreeMap<StreamId, Vec<StoredEvent>> = BTreeMap::new();
        let mut events = 0;
        loop {
            let step = self.look(|view| Ok(view.events_after(events, STEP)?))?;
            let Some(last) = step.last() else { break };
            events = last.number;
            for kept in step {
                streams.entry(kept.envelope.stream.clone()).or_default().push(kept);
            }
        }
        let mut rows: BTreeMap<String, Row> = BTreeMap::new();
        let mut tombstones = 0;
        for (stream, kept) in &streams {
            let made = match stream.0.split('_').next() {
                Some("mbr") => self.rows_of::<member::State>(kept)?,
                Some("lse") => self.rows_of::<lease::State>(kept)?,
                Some("fnd") => self.rows_of::<finding::State>(kept)?,
                Some("cas") => self.rows_of::<case::State>(kept)?,
                Some("fam") => self.rows_of::<Family>(kept)?,
                _ => return Err(unknown(stream)),
            };
            match made {
                Some(made) => rows.extend(made.into_iter().map(|row| (key(&row), row))),
                None => {
                    tombstones += 1;
                    rows.extend(live.iter().filter(|row| key(row) == stream.0).map(|row| (key(row), row.clone())));
                }
            }
        }
        let before: BTreeMap<String, &Row> = live.iter().map(|row| (key(row), row)).collect();
        let names = before.keys().chain(rows.keys()).cloned().collect::<std::collections::BTreeSet<_>>();
        let different =
            names.into_iter().filter(|name| before.get(name).copied() != rows.get(name)).collect::<Vec<_>>();
        self.store.replace_rows(&mut rows.into_values())?;
        Ok(Rebuilt { events, tombstones, different })
    }

    /// The rows of a stream; none if its key was shredded.
    pub(crate) fn rows_of<K: Kept>(&self, events: &[StoredEvent]) -> Result<Option<Vec<Row>>, Refusal> {
        let mut state = K::default();
        for kept in events {
            let Some(payload) = self.opened::<K>(kept)? else { return Ok(None) };
            state.apply(&payload.event);
        }
        Ok(Some(state.rows(&self.vault)))
    }

    /// An event's payload; none if its key was shredded.
    pub(crate) fn opened<K: Kept>(&self, kept: &StoredEvent) -> Result<Option<Payload<K::Event>>, Refusal> {
        let Some(key) = self.vault.key(&*self.store, kept.envelope.key)? else { return Ok(None) };
        let bytes = key
            .open(&payload::place(&kept.envelope), &kept.payload)
            .map_err(|error| Refusal::broken(format!("the event {} does not open: {error}", kept.envelope.id)))?;
        payload::read::<K>(&kept.envelope, &bytes).map(Some)
    }
}

fn unknown(stream: &StreamId) -> Refusal {
    Refusal::broken(format!("`{}` is the stream of nothing that this program knows", stream.0))
        .help("use the newer program")
}

/// What tells two rows apart.
fn key(row: &Row) -> String {
    match row {
        Row::Member(row) => row.id.to_string(),
        Row::Person(row) => row.id.to_string(),
        Row::Lease(row) => row.id.to_string(),
        Row::Finding(row) => row.id.to_string(),
        Row::Case(row) => row.id.to_string(),
        Row::Engagement(row) => row.id.to_string(),
    }
}

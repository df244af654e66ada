//! A unit of work: everything that one decision reads and stages, under the
//! writer's lock. It is kept whole or not at all.

use assay_base::{Actor, Entropy, Instant};
use assay_seal::data_key::DataKey;
use assay_store::event::{Envelope, EventId, NewEvent, StreamId};
use assay_store::row::Row;
use assay_store::store::{Batch, Store, View};
use zeroize::Zeroizing;

use crate::kept::Kept;
use crate::payload::{self, Written};
use crate::refusal::Refusal;
use crate::vault::Vault;

/// What is read and staged in one transaction.
pub struct Unit<'a> {
    /// What is kept now.
    pub view: &'a dyn View,
    /// The instant of the decision: the clock's, but never earlier than the last event.
    pub now: Instant,
    /// Where ids, salts and nonces come from.
    pub entropy: &'a mut dyn Entropy,
    store: &'a dyn Store,
    vault: &'a Vault,
    /// A key whose wrap is on disk already, for the one new stream that most commands begin.
    spare: &'a mut Option<DataKey>,
    staged: Vec<Staged>,
    rows: Vec<Row>,
}

struct Staged {
    event: NewEvent,
    plain: Zeroizing<Vec<u8>>,
}

/// A thing with its place: what the next event of its stream needs.
pub struct Loaded<K> {
    /// Its state, staged events included.
    pub state: K,
    /// How many events its stream has.
    pub place: u64,
    /// Whether its key was shredded: nothing can be said or done about it any more.
    pub shredded: bool,
}

/// What staging gave.
pub struct Stage<K> {
    /// The state after the events.
    pub state: K,
    /// What is sealed of each of them.
    pub written: Vec<Written>,
}

impl<'a> Unit<'a> {
    pub(crate) fn new(
        view: &'a dyn View,
        now: Instant,
        entropy: &'a mut dyn Entropy,
        (store, vault): (&'a dyn Store, &'a Vault),
        spare: &'a mut Option<DataKey>,
    ) -> Result<Self, Refusal> {
        // A clock that was set back neither re-opens nor lengthens anything.
        let now = view.last_instant()?.map_or(now, |last| now.max(last));
        Ok(Self { view, now, entropy, store, vault, spare, staged: Vec::new(), rows: Vec::new() })
    }

    /// The instance's keys and tags.
    pub fn vault(&self) -> &'a Vault {
        self.vault
    }

    /// The state of a stream; that of an empty one if there is none.
    ///
    /// # Errors
    ///
    /// The store or a payload cannot be read.
    pub fn load<K: Kept>(&self, stream: &StreamId) -> Result<Loaded<K>, Refusal> {
        let mut loaded = self.kept::<K>(stream)?;
        for staged in self.staged.iter().filter(|staged| staged.event.envelope.stream == *stream) {
            loaded.place = staged.event.envelope.place;
            loaded.state.apply(&payload::read::<K>(&staged.event.envelope, &staged.plain)?.event);
        }
        Ok(loaded)
    }

    /// The state of a stream as it is on disk, without what was staged: what a caller may see is judged by that.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn kept<K: Kept>(&self, stream: &StreamId) -> Result<Loaded<K>, Refusal> {
        let mut state = K::default();
        let mut place = 0;
        let mut shredded = false;
        for kept in self.view.stream(stream)? {
            place = kept.envelope.place;
            match self.vault.key(self.store, kept.envelope.key)? {
                Some(key) => {
                    let bytes = key.open(&payload::place(&kept.envelope), &kept.payload).map_err(|error| {
                        Refusal::broken(format!("the event {} does not open: {error}", kept.envelope.id))
                    })?;
                    state.apply(&payload::read::<K>(&kept.envelope, &bytes)?.event);
                }
                None => shredded = true,
            }
        }
        Ok(Loaded { state, place, shredded })
    }

    /// The state of a stream that must be there.
    ///
    /// # Errors
    ///
    /// There is none, it was shredded, or it cannot be read.
    pub fn existing<K: Kept>(&self, stream: &StreamId) -> Result<Loaded<K>, Refusal> {
        let loaded = self.load::<K>(stream)?;
        if loaded.place == 0 {
            return Err(Refusal::not_found(K::NOUN));
        }
        if loaded.shredded {
            return Err(Refusal::call("shredded", format!("this {} was shredded: its key is gone", K::NOUN)));
        }
        Ok(loaded)
    }

    /// Stages events of one stream, with the rows that follow from them. `actor` is who asks, where the events name a key.
    ///
    /// # Errors
    ///
    /// There are no events, or a key or a payload cannot be made.
    pub fn stage<K: Kept>(&mut self, events: &[K::Event], actor: Actor) -> Result<Stage<K>, Refusal> {
        let first = events.first().ok_or_else(|| Refusal::broken(format!("a {} was to change by nothing", K::NOUN)))?;
        let stream = K::stream(first);
        let mut loaded = self.load::<K>(&stream)?;
        let mut all = Vec::new();
        let key = self.key_of(&stream)?;
        for event in events {
            loaded.place += 1;
            let envelope = Envelope {
                id: EventId::draw(self.entropy),
                stream: stream.clone(),
                place: loaded.place,
                kind: K::kind(event),
                version: K::version(event),
                at: K::at(event),
                actor: K::actor(event).unwrap_or(actor),
                key: key.id(),
            };
            let written = payload::write::<K>(event, self.entropy)?;
            let sealed = key.seal(&payload::place(&envelope), &written.bytes, self.entropy);
            let event_kept = NewEvent { envelope, payload: sealed, commitment: written.commitment.0 };
            self.staged.push(Staged { event: event_kept, plain: written.bytes.clone() });
            all.push(written);
            loaded.state.apply(event);
        }
        self.rows.extend(loaded.state.rows(self.vault));
        Ok(Stage { state: loaded.state, written: all })
    }

    /// The stream's data key: that of its first event, or a new one.
    fn key_of(&mut self, stream: &StreamId) -> Result<DataKey, Refusal> {
        let staged = self.staged.iter().find(|staged| staged.event.envelope.stream == *stream);
        let known = match staged {
            Some(staged) => Some(staged.event.envelope.key),
            None => self.view.stream(stream)?.first().map(|first| first.envelope.key),
        };
        if let Some(id) = known {
            return self
                .vault
                .key(self.store, id)?
                .ok_or_else(|| Refusal::call("shredded", "this was shredded: its key is gone"));
        }
        match self.spare.take() {
            Some(key) => Ok(key),
            None => self.vault.draw(self.store, self.entropy),
        }
    }

    /// What is to be written; none if nothing was staged.
    pub(crate) fn into_batch(self) -> Option<Batch> {
        if self.staged.is_empty() {
            return None;
        }
        let events = self.staged.into_iter().map(|staged| staged.event).collect();
        Some(Batch { events, rows: self.rows })
    }
}

//! The vault: who can open what.
//!
//! Each stream and each blob has a data key of its own. The instance holds a
//! wrap of it under the master key, which stands outside the store. What was
//! opened once is remembered for the length of the process, never on disk.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use assay_base::Entropy;
use assay_seal::data_key::{DataKey, DataKeyId};
use assay_seal::tag::TagKey;
use assay_seal::wrap::{self, MasterKey};
use assay_store::row::Tag;
use assay_store::store::Store;

use crate::refusal::Refusal;

/// To whom the instance's own wraps are written.
pub const INSTANCE: &str = "instance";

/// So many keys are remembered at most; then all are forgotten, and unwrapped again when needed.
const REMEMBERED: usize = 4096;

/// The instance's keys at work.
pub struct Vault {
    master: MasterKey,
    tags: TagKey,
    known: Mutex<HashMap<DataKeyId, DataKey>>,
}

impl Vault {
    /// With this master key.
    pub fn new(master: MasterKey) -> Self {
        let tags = TagKey::of(&master);
        Self { master, tags, known: Mutex::new(HashMap::new()) }
    }

    /// Draws a data key and keeps the instance's wrap of it, durably: what it seals can be opened after a power cut.
    ///
    /// # Errors
    ///
    /// The wrap could not be made or kept.
    pub fn draw(&self, store: &dyn Store, entropy: &mut dyn Entropy) -> Result<DataKey, Refusal> {
        let key = DataKey::draw(entropy);
        let wrapped = wrap::wrap(&key, &self.master.recipient())
            .map_err(|error| Refusal::broken(format!("a data key could not be wrapped: {error}")))?;
        store.put_wrap(key.id(), INSTANCE, &wrapped)?;
        self.remember(&key);
        Ok(key)
    }

    /// The key of this id; none if it was shredded.
    ///
    /// # Errors
    ///
    /// The wrap is missing though nobody shredded it, or does not open with this master key.
    pub fn key(&self, store: &dyn Store, id: DataKeyId) -> Result<Option<DataKey>, Refusal> {
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            return Ok(Some(known.clone()));
        }
        let Some(wrapped) = store.wrap(id, INSTANCE)? else {
            if store.is_shredded(id)? {
                return Ok(None);
            }
            return Err(Refusal::broken(format!("the wrap of the data key {id} is missing"))
                .help("restore the wraps from their own backup: `assay admin restore`"));
        };
        let key = self
            .master
            .unwrap(&wrapped)
            .map_err(|error| Refusal::broken(format!("the wrap of the data key {id}: {error}")))?;
        if key.id() != id {
            return Err(Refusal::broken(format!("the wrap of the data key {id} holds another key")));
        }
        self.remember(&key);
        Ok(Some(key))
    }

    /// Forgets a key: after shredding, and for a wrap that was drawn for nothing.
    pub fn forget(&self, id: DataKeyId) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    }

    /// The tag of a text in a domain.
    pub fn tag(&self, domain: &str, text: &str) -> Tag {
        Tag(self.tags.tag(domain, text.as_bytes()))
    }

    fn remember(&self, key: &DataKey) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key.id(), key.clone());
    }
}

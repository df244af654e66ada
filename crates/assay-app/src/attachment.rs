//! Attachments: bundles, statements, patches and staged advisories, each sealed
//! under a data key of its own.
//!
//! A blob's id is a tag of its name: with the master key it can be found
//! again, without it says nothing. So no event has to carry it, and no file
//! name tells what lies in it.

use assay_base::{MemberId, PersonId, SystemEntropy};
use assay_bundle::digest::Sha256;
use assay_seal::data_key::DataKeyId;
use assay_store::event::BlobId;

use crate::local::Local;
use crate::refusal::Refusal;
use crate::vault::Vault;

/// What an attachment is called inside the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// A bundle as a member brought it. Two members' copies are two blobs, so that one can be shredded alone.
    pub fn bundle(member: MemberId, bundle: Sha256) -> Self {
        Self(format!("bundle/{member}/{}", bundle.to_hex()))
    }

    /// A runner's signed statement.
    pub fn statement(digest: Sha256) -> Self {
        Self(format!("statement/{}", digest.to_hex()))
    }

    /// A patch.
    pub fn patch(digest: Sha256) -> Self {
        Self(format!("patch/{}", digest.to_hex()))
    }

    /// A staged advisory, by the digest of what approvers sign: its record.
    pub fn record(candidate: Sha256) -> Self {
        Self(format!("record/{}", candidate.to_hex()))
    }

    /// What one approver signed.
    pub fn approval(candidate: Sha256, person: PersonId) -> Self {
        Self(format!("approval/{}/{person}", candidate.to_hex()))
    }
}

/// The id under which an attachment lies.
pub fn id(vault: &Vault, name: &Name) -> BlobId {
    let tag = vault.tag("attachment", &name.0).0;
    let mut half = [0; 16];
    half.copy_from_slice(&tag[..16]);
    BlobId::from_bytes(half)
}

impl Local {
    /// Keeps an attachment, durably. One that is there already stays: names hold digests.
    ///
    /// # Errors
    ///
    /// The store refuses.
    pub(crate) fn attach(&self, name: &Name, content: &[u8]) -> Result<(), Refusal> {
        let id = id(&self.vault, name);
        if self.store.blob(id)?.is_some() {
            return Ok(());
        }
        let key = self.vault.draw(&*self.store, &mut SystemEntropy)?;
        let mut kept = key.id().to_bytes().to_vec();
        kept.extend_from_slice(&key.seal(id.to_string().as_bytes(), content, &mut SystemEntropy));
        match self.store.put_blob(id, &kept) {
            // Somebody kept the same a moment ago, under a key of his own: that one stays, and ours opens nothing.
            Err(_) if self.store.blob(id)?.is_some() => {
                self.vault.forget(key.id());
                Ok(self.store.drop_wrap(key.id(), crate::vault::INSTANCE)?)
            }
            kept => Ok(kept?),
        }
    }

    /// An attachment; none if there is none, or if it was shredded.
    ///
    /// # Errors
    ///
    /// The store cannot be read, or what lies there does not open.
    pub(crate) fn attachment(&self, name: &Name) -> Result<Option<Vec<u8>>, Refusal> {
        let id = id(&self.vault, name);
        let Some(kept) = self.store.blob(id)? else { return Ok(None) };
        let (key, sealed) = kept
            .split_first_chunk::<16>()
            .ok_or_else(|| Refusal::broken(format!("the blob {id} is too short to be one")))?;
        let Some(key) = self.vault.key(&*self.store, DataKeyId::from_bytes(*key))? else { return Ok(None) };
        let content = key
            .open(id.to_string().as_bytes(), sealed)
            .map_err(|error| Refusal::broken(format!("the blob {id} does not open: {error}")))?;
        Ok(Some(content.to_vec()))
    }

    /// An attachment that an event names.
    ///
    /// # Errors
    ///
    /// It is not there, or cannot be read.
    pub(crate) fn attached(&self, what: &str, name: &Name) -> Result<Vec<u8>, Refusal> {
        self.attachment(name)?.ok_or_else(|| {
            Refusal::broken(format!("{what} is not in the store any more"))
                .help("if it was shredded, nothing can be done; else restore the blobs from the backup")
        })
    }
}

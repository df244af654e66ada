//! One advisory of a release: what was signed by the approvers, against what
//! the index says and what the files are.

use std::collections::BTreeMap;

use assay_advisory::record::{FixLevel, Record};
use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_seal::{Envelope, KeyId};

use crate::candidate::{Approval, signed_by_enough};
use crate::index::Entry;
use crate::layout;
use crate::refusal::Refusal;
use crate::trust::Trust;

/// An advisory whose approval was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The record.
    pub record: Record,
    /// The trusted approvers that signed it.
    pub approvers: Vec<KeyId>,
}

impl Checked {
    /// When it was published.
    #[must_use]
    pub fn published(&self) -> Instant {
        self.record.published
    }

    /// The verified level of its patch, if a runner verified it.
    #[must_use]
    pub fn level(&self) -> Option<FixLevel> {
        self.record.fix.as_ref()?.verification.as_ref().map(|verification| verification.level)
    }
}

/// Checks an advisory. `files` are its files by path; each has the digest that the index names.
pub(crate) fn check(entry: &Entry, files: &BTreeMap<String, Vec<u8>>, trust: &Trust) -> Result<Checked, Refusal> {
    let refuse = |why: String| Refusal::NotApproved { id: entry.id.clone(), why };
    let path = layout::of_advisory(&entry.id, layout::RECORD);
    let bytes = files.get(&path).ok_or(Refusal::Missing { path })?;
    let envelope = Envelope::parse(bytes).map_err(|error| refuse(error.to_string()))?;
    if envelope.to_json() != *bytes {
        return Err(refuse("its envelope is not as an approver writes it".into()));
    }
    let (payload, approvers) = signed_by_enough(envelope, trust).map_err(|error| refuse(error.to_string()))?;
    let approval = Approval::parse(&payload).map_err(refuse)?;
    let record = Record::parse(approval.record.as_bytes()).map_err(|error| refuse(error.to_string()))?;
    // An approval of one advisory is no approval of another one.
    if record.id != entry.id {
        return Err(refuse(format!("the approved record is {}", record.id)));
    }
    if record.published != entry.published {
        return Err(refuse("the index gives another instant of publication than the record".into()));
    }
    let listed: BTreeMap<String, Sha256> = entry
        .files
        .iter()
        .filter_map(|file| {
            let name = file.path.strip_prefix(&layout::of_advisory(&entry.id, ""))?;
            (name != layout::RECORD).then(|| (name.to_owned(), file.sha256))
        })
        .collect();
    if listed != approval.files {
        return Err(refuse("its files are not the ones that were approved".into()));
    }
    check_fix(&record, &listed, |name| files.get(&layout::of_advisory(&entry.id, name)).map(Vec::as_slice))
        .map_err(|why| refuse(why.to_owned()))?;
    Ok(Checked { record, approvers })
}

/// Whether the record speaks of this patch and this statement, and the statement names the runner that the record names.
pub(crate) fn check_fix<'a>(
    record: &Record,
    digests: &BTreeMap<String, Sha256>,
    content: impl Fn(&str) -> Option<&'a [u8]>,
) -> Result<(), &'static str> {
    let fix = record.fix.as_ref();
    let verification = fix.and_then(|fix| fix.verification.as_ref());
    if digests.get(layout::PATCH).copied() != fix.map(|fix| fix.patch) {
        return Err("the patch is not the one that the record names");
    }
    if digests.get(layout::STATEMENT).copied() != verification.map(|verification| verification.statement) {
        return Err("the statement is not the one that the record names");
    }
    if let (Some(verification), Some(bytes)) = (verification, content(layout::STATEMENT)) {
        let envelope = Envelope::parse(bytes).map_err(|_| "the statement is no DSSE envelope")?;
        if !envelope.claimed_signers().any(|key| key.to_string() == verification.runner) {
            return Err("the statement is not signed by the runner that the record names");
        }
    }
    Ok(())
}

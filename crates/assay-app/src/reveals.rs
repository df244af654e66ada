//! Reveals: what the ledger's entries of a published case stood for. Each field
//! is opened or withheld by the table below, and nothing is opened by default.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use assay_case::{case, finding};
use assay_ledger::Reveal;
use assay_store::event::{StoredEvent, StreamId};

use crate::kept::Kept;
use crate::local::Local;
use crate::payload;
use crate::refusal::Refusal;

/// Fields that are opened for every event of a published case.
const ALWAYS: &[&str] = &["type", "version", "stream", "instant"];

/// Which of its own fields an event's reveal opens. What is not named stays shut: who acted, who takes part, what was
/// said among those who were read in, the model that a finder used, and every text that the approvers did not sign (a
/// submitted title may speak of more than the advisory does). What was submitted is fixed by its digests.
const OPENED: &[(&str, &[&str])] = &[
    ("finding.submitted", &["bundle-id", "claim-id"]),
    ("finding.supplied", &["bundle-id", "claim-id"]),
    ("finding.run-recorded", &["assurance", "bundle-id", "controls", "counts", "statement", "tier", "verdict"]),
    ("finding.merged", &["into"]),
    ("finding.published", &["advisory", "case", "published", "record"]),
    ("case.opened", &["embargo"]),
    ("case.end-set", &["before", "end"]),
    ("case.embargo-exited", &["end", "reason"]),
    ("case.fix-attached", &["builds", "counts", "level", "patch", "statement"]),
    ("case.advisory-staged", &["record"]),
    ("case.advisory-approved", &["record"]),
    ("case.published", &["advisory", "record"]),
];

/// Whether a field of an event of a published case is opened.
pub(crate) fn is_opened(kind: &str, field: &str) -> bool {
    ALWAYS.contains(&field) || OPENED.iter().any(|(known, fields)| *known == kind && fields.contains(&field))
}

impl Local {
    /// Writes a reveal for each event of these streams that the ledger holds.
    pub(crate) fn write_reveals(
        &self,
        streams: &BTreeSet<StreamId>,
        to: &Path,
        not_done: &mut Vec<String>,
    ) -> Result<(), Refusal> {
        let failed =
            |error: &dyn ToString| Refusal::broken(format!("a reveal cannot be written: {}", error.to_string()));
        fs::create_dir_all(to).map_err(|error| failed(&error))?;
        for stream in streams {
            for kept in self.look(|view| Ok(view.stream(stream)?))? {
                let Some(leaf) = kept.leaf else { continue };
                let reveal = match self.reveal(&kept, leaf) {
                    Ok(Some(reveal)) => reveal,
                    Ok(None) => continue,
                    Err(refusal) => {
                        not_done.push(refusal.to_string());
                        continue;
                    }
                };
                let text = reveal.to_json().map_err(|error| failed(&error))?;
                fs::write(to.join(format!("{leaf}.json")), text).map_err(|error| failed(&error))?;
            }
        }
        Ok(())
    }

    fn reveal(&self, kept: &StoredEvent, leaf: u64) -> Result<Option<Reveal>, Refusal> {
        match kept.envelope.kind.split('.').next() {
            Some("finding") => self.reveal_of::<finding::State>(kept, leaf),
            Some("case") => self.reveal_of::<case::State>(kept, leaf),
            _ => Ok(None),
        }
    }

    fn reveal_of<K: Kept>(&self, kept: &StoredEvent, leaf: u64) -> Result<Option<Reveal>, Refusal> {
        let Some(opened) = self.opened::<K>(kept)? else { return Ok(None) };
        let fields = payload::fields::<K>(&opened.event)?;
        let kind = &kept.envelope.kind;
        Reveal::new(&self.home.instance.origin, leaf, &fields, &opened.salts, |field| is_opened(kind, field.name()))
            .map(Some)
            .map_err(|error| Refusal::broken(format!("a reveal of the event {}: {error}", kept.envelope.id)))
    }
}

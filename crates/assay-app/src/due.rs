//! What is due: leases that ran out, embargoes whose instant has come,
//! advisories that may go out, and the ledger's batch. A worker calls this
//! again and again; each step can be interrupted and is then done the next time.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_case::aggregate::Aggregate as _;
use assay_case::caller::{Caller, Role};
use assay_case::case::{self, Case, Command};
use assay_case::finding;
use assay_case::ids::{CaseId, LeaseId};
use assay_case::lease;
use assay_repo::{Approved, LedgerHead, Next, Publisher};
use assay_review::ModelId;
use assay_store::store::View;

use crate::bundled;
use crate::cases;
use crate::leases;
use crate::local::Local;
use crate::lock::Turn;
use crate::refusal::Refusal;
use crate::sequence::Batch;

/// How long a release folder's index holds: a client that sees nothing newer for longer knows that something is wrong.
const LIFETIME: Duration = Duration::from_secs(7 * 86_400);
/// So much of one kind is done in one go.
const MOST: usize = 1_000;

/// What was done.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// Leases that ran out.
    pub expired: Vec<LeaseId>,
    /// Engagements of the review room whose window came to its end.
    pub windows: Vec<ModelId>,
    /// Cases whose embargo ended.
    pub ended: Vec<CaseId>,
    /// Cases that went out, with their advisories' numbers.
    pub published: Vec<(CaseId, String)>,
    /// The ledger's batch, if one was due.
    pub batch: Option<Batch>,
    /// The release folder's version, if it changed.
    pub version: Option<u64>,
    /// What could not be done, and why. The rest was.
    pub stuck: Vec<String>,
}

impl Local {
    /// Does what is due.
    ///
    /// # Errors
    ///
    /// The store or the disk failed.
    pub fn do_due(&self) -> Result<Done, Refusal> {
        // Two workers take turns: neither meets the other's half-done work.
        let _turn = self.home.turn(Turn::Worker)?;
        let now = self.now();
        let mut done = Done::default();
        // What cannot be done stops nothing else: an embargo does not wait for somebody's broken lease.
        self.expire_leases(now, &mut done)?;
        match self.end_windows(now, MOST) {
            Ok(ended) => done.windows = ended,
            Err(refusal) => done.stuck.push(refusal.to_string()),
        }
        self.end_embargoes(now, &mut done)?;
        self.publish_ready(now, &mut done)?;
        match self.write_batch_if_due(now) {
            Ok(batch) => done.batch = batch,
            Err(refusal) => done.stuck.push(refusal.to_string()),
        }
        match self.write_release(now, &mut done.stuck) {
            Ok(version) => done.version = version,
            Err(refusal) => done.stuck.push(refusal.to_string()),
        }
        Ok(done)
    }

    fn expire_leases(&self, now: Instant, done: &mut Done) -> Result<(), Refusal> {
        for row in self.look(|view| Ok(view.leases_due(now, MOST)?))? {
            let expired = self.decide(|unit| {
                // It may have been renewed or given back a moment ago.
                if unit.view.lease(row.id)?.as_ref() != Some(&row) {
                    return Ok(false);
                }
                let state = unit.existing::<lease::State>(&leases::stream(row.id))?.state;
                let events = state.decide(&Caller::CLOCK, lease::Command::Expire, &mut unit.ctx())?;
                unit.stage::<lease::State>(&events, assay_base::Actor::Clock)?;
                Ok(true)
            });
            match expired {
                Ok(true) => done.expired.push(row.id),
                Ok(false) => {}
                Err(refusal) => done.stuck.push(format!("{}: {refusal}", row.id)),
            }
        }
        Ok(())
    }

    fn end_embargoes(&self, now: Instant, done: &mut Done) -> Result<(), Refusal> {
        for row in self.look(|view| Ok(view.embargoes_due(now, MOST)?))? {
            let ended = self.decide(|unit| {
                // Another end may have been agreed on, or it is public already.
                if unit.view.case(row.id)?.as_ref() != Some(&row) {
                    return Ok(false);
                }
                self.case_decides(unit, &Caller::CLOCK, row.id, Command::ExitEmbargo).map(|_| true)
            });
            match ended {
                Ok(true) => done.ended.push(row.id),
                Ok(false) => {}
                Err(refusal) => done.stuck.push(format!("{}: {refusal}", row.id)),
            }
        }
        Ok(())
    }

    /// Records the publication of every case that may go out. The decision comes first and is durable; the folder
    /// follows from it, also after an interruption.
    fn publish_ready(&self, now: Instant, done: &mut Done) -> Result<(), Refusal> {
        for row in self.look(|view| Ok(view.publications_due(MOST)?))? {
            match self.publish_case(row.id, now) {
                Ok(number) => done.published.push((row.id, number)),
                Err(refusal) => done.stuck.push(stuck(row.id, &refusal)),
            }
        }
        Ok(())
    }

    fn publish_case(&self, id: CaseId, now: Instant) -> Result<String, Refusal> {
        let (state, now) = self.case_state(id, now)?;
        let case = state.get().ok_or_else(|| Refusal::not_found("case"))?;
        let digest = self.staged_digest(case)?;
        // All of it is put together and checked before anything is decided: a case is not called published whose
        // advisory could not go out.
        let approved = self.approved(case, digest)?;
        let record = approved.record().clone();
        if now < record.published {
            return Err(Refusal::call(
                "advisory-later",
                format!("the approved advisory is dated {}, and the embargo is over", record.published),
            )
            .help("stage it again, which dates it anew, and have two persons approve it"));
        }
        // The embargo was lengthened after it was signed: what it says of dates is not so.
        let ran_out = case.embargo.as_ref().filter(|embargo| embargo.exited == Some(case::ExitReason::EndReached));
        if let Some(embargo) = ran_out.filter(|embargo| record.published < embargo.end) {
            return Err(Refusal::call(
                "advisory-earlier",
                format!(
                    "the approved advisory is dated {}, and the embargo ended at {}",
                    record.published, embargo.end
                ),
            )
            .help("stage it again, which dates it anew, and have two persons approve it"));
        }
        let number = record.id.to_string();
        let line = bundled::line(&number)?;
        self.decide(|unit| {
            still_approved(unit.view, case)?;
            if unit.view.published()?.iter().any(|row| row.advisory.as_deref() == Some(&number)) {
                return Err(Refusal::call("number-taken", format!("{number} is published already, of another case"))
                    .help("stage it again, and have two persons approve it"));
            }
            let command = Command::Publish { advisory: line.clone(), record: digest };
            self.case_decides(unit, &Caller::CLOCK, id, command)?;
            let publication = unit.existing::<case::State>(&cases::stream(id))?.state.publication()?;
            for finding in publication.findings() {
                let command = finding::Command::Publish { publication: publication.clone() };
                self.finding_decides(unit, &Caller::CLOCK, finding, command)?;
            }
            Ok(())
        })?;
        Ok(number)
    }

    /// The advisory with its approvals, checked against the keys that members trust.
    fn approved(&self, case: &Case, digest: Sha256) -> Result<Approved, Refusal> {
        let candidate = self.candidate(self.staged_record(digest)?)?;
        if bundled::digest(candidate.payload()) != digest {
            return Err(Refusal::broken("the staged advisory is not the one that was approved"));
        }
        candidate
            .approve(self.approvals(case, digest)?, &self.trust()?)
            .map_err(|error| Refusal::broken(format!("the approvals do not hold: {error}")))
    }

    /// Brings the release folder up to what is decided and to what the ledger holds. None if nothing is new.
    fn write_release(&self, now: Instant, not_done: &mut Vec<String>) -> Result<Option<u64>, Refusal> {
        let published = self.look(|view| Ok(view.published()?))?;
        if published.is_empty() {
            return Ok(None);
        }
        let failed = |error: &dyn ToString| Refusal::broken(format!("the release folder: {}", error.to_string()));
        let mut approved = Vec::new();
        let mut streams = BTreeSet::new();
        for row in &published {
            // One whose parts are gone stays as it is in the folder, and does not hold up the others.
            match self.published_now(row.id, now) {
                Ok((case, one)) => {
                    approved.push(one);
                    streams.insert(cases::stream(row.id));
                    streams.extend(case.all_findings().map(crate::findings::stream));
                }
                Err(refusal) => not_done.push(stuck(row.id, &refusal)),
            }
        }
        let beside = Beside::begin(self.home.root()).map_err(|error| failed(&error))?;
        let head = self.copy_ledger(&beside.path().join(assay_repo::layout::LEDGER))?;
        self.write_reveals(&streams, &beside.path().join(assay_repo::layout::REVEALS), not_done)?;
        let publisher = Publisher::new(self.home.release(), self.trust()?, self.home.keys()?.index, LIFETIME)
            .map_err(|error| failed(&error))?;
        let next = Next { approved, ledger_head: head, beside: Some(beside.path().to_owned()) };
        let before = self.store.setting(VERSION)?;
        let written = publisher.publish(&next, now).map_err(|error| failed(&error))?;
        let version = written.version.to_string();
        if before.as_deref() == Some(version.as_str()) {
            return Ok(None);
        }
        self.store.set_setting(VERSION, &version)?;
        Ok(Some(written.version))
    }

    /// A published case, and what went out, or is to go out now.
    fn published_now(&self, id: CaseId, now: Instant) -> Result<(Case, Approved), Refusal> {
        let (state, _) = self.case_state(id, now)?;
        let case = state.get().cloned().ok_or_else(|| Refusal::not_found("case"))?;
        let out = case.published.as_ref().ok_or_else(|| Refusal::broken("a published case without a record"))?;
        let approved = self.approved(&case, out.record)?;
        // INVARIANT 5, once more: a clock that was set back waits.
        if approved.record().published > now {
            return Err(Refusal::broken(format!("its instant is {}, and the clock says {now}", out.at)));
        }
        Ok((case, approved))
    }

    /// The ledger as it is now, for the folder that goes out.
    fn copy_ledger(&self, to: &Path) -> Result<Option<LedgerHead>, Refusal> {
        let from = self.home.ledger();
        let failed =
            |error: &dyn ToString| Refusal::broken(format!("the ledger cannot be copied: {}", error.to_string()));
        if !from.join("checkpoint").exists() {
            return Ok(None);
        }
        let folder = assay_ledger::Folder::new(&from);
        let (checkpoint, note) =
            assay_ledger::read_checkpoint(&folder, &self.ledger_key()?).map_err(|error| failed(&error))?;
        fs::create_dir_all(to).map_err(|error| failed(&error))?;
        copy_tiles(&from.join("tile"), &to.join("tile")).map_err(|error| failed(&error))?;
        // The checkpoint that was read, and not one that came meanwhile: the tiles under it are all here.
        fs::write(to.join("checkpoint"), note).map_err(|error| failed(&error))?;
        Ok(Some(LedgerHead {
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            root: Sha256::from_bytes(checkpoint.root.0),
        }))
    }
}

/// What could not be done, why, and what a person does now.
fn stuck(case: CaseId, refusal: &Refusal) -> String {
    match &refusal.help {
        Some(help) => format!("{case}: {refusal}; {help}"),
        None => format!("{case}: {refusal}"),
    }
}

/// Whether enough of those who approved are still here in the role in which they did (invariant 17).
fn still_approved(view: &dyn View, case: &Case) -> Result<(), Refusal> {
    let mut here = Vec::new();
    for (person, role) in case.draft.iter().flat_map(|draft| &draft.approvals) {
        let row = view.person(*person)?;
        if row.is_some_and(|row| !row.left && row.roles.iter().any(|word| word == role.as_str())) {
            here.push(*role);
        }
    }
    if here.len() < case::APPROVALS || !here.contains(&Role::Coordinator) {
        return Err(Refusal::call("approver-left", "somebody who approved it has left or lost the role since")
            .help("have another person approve it: `assay case approve CASE --key FILE`"));
    }
    Ok(())
}

/// Where the parts of the next release are put together; only what is public already lies there. What a killed worker
/// left is cleared away.
struct Beside(PathBuf);

impl Beside {
    fn begin(root: &Path) -> std::io::Result<Self> {
        let path = root.join(".beside");
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // If it stays, the next worker clears it away.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The version of the release folder that was written last.
const VERSION: &str = "release/version";

fn copy_tiles(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tiles(&entry.path(), &target)?;
        } else {
            // A tile never changes: a second name for the same bytes is as good as a copy.
            fs::hard_link(entry.path(), &target).or_else(|_| fs::copy(entry.path(), &target).map(drop))?;
        }
    }
    Ok(())
}

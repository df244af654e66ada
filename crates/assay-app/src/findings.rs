//! Findings: submitting, asking, ending.

use assay_base::SystemEntropy;
use assay_bundle::digest::Sha256;
use assay_case::aggregate::{Aggregate as _, Ctx, EventOf};
use assay_case::caller::{Caller, Role};
use assay_case::case;
use assay_case::finding::{self, Command, Finding, Happened, State, Word};
use assay_case::ids::FindingId;
use assay_ledger::commitment::{Commitment, Salt};
use assay_prove::load::LoadedBundle;
use assay_store::event::StreamId;
use assay_store::row::FindingRow;
use assay_store::store::{FindingFilter, View};

use crate::attachment::Name;
use crate::bundled;
use crate::local::Local;
use crate::payload;
use crate::receipt::{self, Opened, Receipt};
use crate::refusal::Refusal;
use crate::unit::Unit;
use crate::who::Who;

/// What a submitter gets: a receipt, and the same signed.
#[derive(Debug, Clone)]
pub struct Submitted {
    /// What it says.
    pub receipt: Receipt,
    /// The DSSE envelope, to be kept.
    pub envelope: Vec<u8>,
    /// Its state now.
    pub state: Word,
}

/// A finding as somebody may see it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Everything about it.
    pub finding: Finding,
    /// The leaf of its submission in the ledger, once it is there.
    pub leaf: Option<u64>,
    /// What this caller may do with it now.
    pub allowed: Vec<finding::Action>,
}

/// The stream of a finding.
pub(crate) fn stream(id: FindingId) -> StreamId {
    StreamId(id.to_string())
}

/// Whether this caller may see this finding. Until it is in a case: its submitter's member, analysts and verifiers.
/// From then on only those who are read in, and the submitter's member: a role opens nothing that is under embargo.
/// Everybody else learns nothing, not even that it exists.
fn sees(unit: &Unit<'_>, caller: &Caller, row: &FindingRow) -> Result<bool, Refusal> {
    if caller.is_clock() || caller.actor.member() == Some(row.member) {
        return Ok(true);
    }
    if row.state == Word::Duplicate.as_str() {
        // A duplicate speaks of the same flaw as its original, which is none itself.
        let of =
            unit.kept::<State>(&stream(row.id))?.state.get().and_then(|one| one.duplicate.as_ref()).map(|one| one.of);
        return match of.map(|of| unit.view.finding(of)).transpose()?.flatten() {
            Some(original) if original.state != Word::Duplicate.as_str() => sees(unit, caller, &original),
            _ => Ok(false),
        };
    }
    let Some(case) = row.case else { return Ok(caller.has(Role::Coordinator) || caller.has(Role::Verifier)) };
    let state = unit.kept::<case::State>(&crate::cases::stream(case))?.state;
    let read_in = |person| state.get().is_some_and(|case| case.sees(person, unit.now).is_some());
    Ok(caller.actor.person().is_some_and(read_in))
}

/// The row of a finding that this caller may see.
fn visible(unit: &Unit<'_>, caller: &Caller, id: FindingId) -> Result<FindingRow, Refusal> {
    match unit.view.finding(id)? {
        Some(row) if sees(unit, caller, &row)? => Ok(row),
        _ => Err(Refusal::not_found("finding")),
    }
}

impl Local {
    /// Takes a bundle in. When this returns Ok, the bundle and the receipt's event survive a power cut.
    ///
    /// # Errors
    ///
    /// The bundle is wrong, or the caller may not submit.
    pub fn submit(&self, who: &Who, bundle: &LoadedBundle) -> Result<Submitted, Refusal> {
        let submission = bundled::submission(bundle)?;
        let member = self.look(|view| who.caller(view)?.member().map_err(Refusal::from))?;
        // The bundle first: an event never names bytes that are not on disk. Bytes without an event open nothing.
        let packed = bundled::pack(bundle)?;
        let name = Name::bundle(member, submission.bundle_id);
        // The finding's own key is laid by meanwhile: its wrap waits for the same sync of the disk as the bundle's. If
        // that fails, it is drawn again below, and the failure is told then.
        std::thread::scope(|scope| {
            let other = scope.spawn(|| self.lay_by());
            let attached = self.attach(&name, &packed);
            let _ = other.join();
            attached
        })?;
        let (receipt, state) = self.begin(|unit| {
            let caller = who.caller(unit.view)?;
            if let Some(before) = self.submitted_before(unit, &caller, submission.bundle_id)? {
                return Ok(before);
            }
            let command = Command::Submit(Box::new(submission.clone()));
            let events = State::default().decide(&caller, command, &mut unit.ctx())?;
            let staged = unit.stage::<State>(&events, caller.actor)?;
            let (Some(event), Some(finding), Some(written)) =
                (events.first(), staged.state.get(), staged.written.first())
            else {
                return Err(Refusal::broken("a submission without an event"));
            };
            let receipt = self.receipt(event, written.commitment, &written.salts)?;
            Ok((receipt, finding.word()))
        })?;
        let envelope = receipt::sign(&receipt, &self.keys.runner)?;
        Ok(Submitted { receipt, envelope, state })
    }

    /// What the submitter gets for the first event of a finding.
    fn receipt(&self, event: &EventOf<State>, commitment: Commitment, salts: &[Salt]) -> Result<Receipt, Refusal> {
        let Happened::Submitted(submission) = &event.what else {
            return Err(Refusal::broken("a finding that does not begin with its submission"));
        };
        let fields = payload::fields::<State>(event)?;
        Ok(Receipt {
            schema: receipt::SCHEMA.into(),
            origin: self.home.instance.origin.clone(),
            finding: event.stream,
            received: event.at,
            bundle_id: submission.bundle_id,
            commitment: receipt::written(commitment),
            opening: fields.iter().zip(salts).map(|(field, salt)| Opened::of(field, salt)).collect(),
            missing: submission.missing.iter().map(ToString::to_string).collect(),
        })
    }

    /// One member, one bundle, one finding: a call that is repeated after a lost answer makes no second one, and gets
    /// the receipt of the first.
    fn submitted_before(
        &self,
        unit: &Unit<'_>,
        caller: &Caller,
        bundle: Sha256,
    ) -> Result<Option<(Receipt, Word)>, Refusal> {
        let filter = FindingFilter {
            member: caller.actor.member(),
            bundle: Some(self.vault.tag("bundle", &bundle.to_hex())),
            ..FindingFilter::default()
        };
        let Some(row) = unit.view.findings(&filter, None, 1)?.rows.into_iter().next() else { return Ok(None) };
        let first = unit.view.stream(&stream(row.id))?.into_iter().next();
        let opened = first.as_ref().map(|first| self.opened::<State>(first)).transpose()?.flatten();
        let (Some(first), Some(payload)) = (first, opened) else {
            return Err(Refusal::call("submitted-before", format!("your member submitted this bundle as {}", row.id)));
        };
        let state = unit.existing::<State>(&stream(row.id))?.state;
        let word = state.get().map_or(Word::Received, Finding::word);
        Ok(Some((self.receipt(&payload.event, Commitment(first.commitment), &payload.salts)?, word)))
    }

    /// Brings a bundle that is more complete, or corrected, under the finding's own time of receipt.
    ///
    /// # Errors
    ///
    /// The bundle is wrong, or the caller is not the submitter.
    pub fn supply(&self, who: &Who, id: FindingId, bundle: &LoadedBundle) -> Result<Finding, Refusal> {
        let submission = bundled::submission(bundle)?;
        let member = self.look(|view| who.caller(view)?.member().map_err(Refusal::from))?;
        self.attach(&Name::bundle(member, submission.bundle_id), &bundled::pack(bundle)?)?;
        let command = Command::Supply {
            bundle_id: submission.bundle_id,
            claim_id: submission.claim_id,
            missing: submission.missing.clone(),
        };
        self.act_on_finding(who, id, command)
    }

    /// The packed bundle of a finding, for those who may see it: an exploit, to be handled as one (invariant 30).
    ///
    /// # Errors
    ///
    /// There is none that this caller may see.
    pub fn fetch(&self, who: &Who, id: FindingId) -> Result<Vec<u8>, Refusal> {
        let caller = self.caller(Some(who))?;
        self.bundle_of(&self.finding_as(&caller, id)?)
    }

    /// A finding.
    ///
    /// # Errors
    ///
    /// There is none that this caller may see.
    pub fn finding(&self, who: &Who, id: FindingId) -> Result<Shown, Refusal> {
        self.peek(|unit| {
            let caller = who.caller(unit.view)?;
            let row = visible(unit, &caller, id)?;
            let state = unit.existing::<State>(&stream(row.id))?.state;
            let finding = state.get().cloned().ok_or_else(|| Refusal::not_found("finding"))?;
            let leaf = unit.view.stream(&stream(id))?.first().and_then(|first| first.leaf);
            Ok(Shown { allowed: state.allowed(&caller, unit.now), finding, leaf })
        })
    }

    /// A finding as the rules have it, for this caller.
    pub(crate) fn finding_as(&self, caller: &Caller, id: FindingId) -> Result<Finding, Refusal> {
        self.peek(|unit| {
            visible(unit, caller, id)?;
            let state = unit.existing::<State>(&stream(id))?.state;
            state.get().cloned().ok_or_else(|| Refusal::not_found("finding"))
        })
    }

    /// The findings that this caller may see, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn findings(&self, who: &Who, state: Option<&str>) -> Result<Vec<FindingRow>, Refusal> {
        self.peek(|unit| {
            let caller = who.caller(unit.view)?;
            let all = caller.has(Role::Coordinator) || caller.has(Role::Verifier);
            let member = if all { None } else { caller.actor.member() };
            let filter = FindingFilter { state: state.map(str::to_owned), member, ..FindingFilter::default() };
            let mut rows = Vec::new();
            for row in every(unit.view, &filter)? {
                if sees(unit, &caller, &row)? {
                    rows.push(row);
                }
            }
            Ok(rows)
        })
    }

    /// Looks through a unit of work that stages nothing.
    fn peek<T>(&self, mut look: impl FnMut(&Unit<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let now = self.now();
        self.look(|view| {
            let (mut entropy, mut spare) = (SystemEntropy, None);
            look(&Unit::new(view, now, &mut entropy, (&*self.store, &self.vault), &mut spare)?)
        })
    }

    /// Does something with a finding that needs nothing but the command.
    ///
    /// # Errors
    ///
    /// The rules refuse.
    pub fn act_on_finding(&self, who: &Who, id: FindingId, command: Command) -> Result<Finding, Refusal> {
        self.decide(|unit| {
            let caller = who.caller(unit.view)?;
            self.finding_decides(unit, &caller, id, command.clone())
        })
    }

    /// The same inside a unit of work.
    pub(crate) fn finding_decides(
        &self,
        unit: &mut Unit<'_>,
        caller: &Caller,
        id: FindingId,
        command: Command,
    ) -> Result<Finding, Refusal> {
        visible(unit, caller, id)?;
        let state = unit.existing::<State>(&stream(id))?.state;
        let events = state.decide(caller, command, &mut unit.ctx())?;
        let state = unit.stage::<State>(&events, caller.actor)?.state;
        state.get().cloned().ok_or_else(|| Refusal::broken("a finding without a state"))
    }

    /// The bundle of a finding, for those who may see it.
    ///
    /// # Errors
    ///
    /// There is none, or it was shredded.
    pub(crate) fn bundle_of(&self, finding: &Finding) -> Result<Vec<u8>, Refusal> {
        self.attached("the finding's bundle", &Name::bundle(finding.member, finding.bundle_id))
    }
}

/// All rows of a filter, page by page.
pub(crate) fn every(view: &dyn View, filter: &FindingFilter) -> Result<Vec<FindingRow>, Refusal> {
    let mut rows = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = view.findings(filter, after.as_deref(), 500)?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(rows),
        }
    }
}

impl Unit<'_> {
    /// What the rules need of the moment.
    pub(crate) fn ctx(&mut self) -> Ctx<'_> {
        Ctx { now: self.now, entropy: self.entropy }
    }
}

impl From<assay_case::Refusal> for Refusal {
    fn from(refusal: assay_case::Refusal) -> Self {
        Self::call(refusal.code().as_str(), refusal.to_string()).help(refusal.next())
    }
}

//! Findings: submitting, asking, ending.

use assay_case::aggregate::{Aggregate as _, Ctx};
use assay_case::caller::{Caller, Role};
use assay_case::finding::{self, Command, Finding, State, Word};
use assay_case::ids::FindingId;
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

/// Whether this caller may see this finding: his member's own, or as analyst or verifier. Everybody else learns
/// nothing, not even that it exists.
fn sees(caller: &Caller, row: &FindingRow) -> bool {
    caller.is_clock()
        || caller.has(Role::Coordinator)
        || caller.has(Role::Verifier)
        || caller.actor.member() == Some(row.member)
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
        self.attach(&Name::bundle(member, submission.bundle_id), &bundled::pack(bundle)?)?;
        let missing = submission.missing.iter().map(ToString::to_string).collect::<Vec<_>>();
        let (receipt, state) = self.begin(|unit| {
            let caller = who.caller(unit.view)?;
            self.refuse_twice(unit.view, &caller, &submission.bundle_id.to_hex())?;
            let command = Command::Submit(Box::new(submission.clone()));
            let events = State::default().decide(&caller, command, &mut unit.ctx())?;
            let staged = unit.stage::<State>(&events, caller.actor)?;
            let (Some(event), Some(finding), Some(written)) =
                (events.first(), staged.state.get(), staged.written.first())
            else {
                return Err(Refusal::broken("a submission without an event"));
            };
            let fields = payload::fields::<State>(event)?;
            let receipt = Receipt {
                schema: receipt::SCHEMA.into(),
                origin: self.home.instance.origin.clone(),
                finding: finding.id,
                received: finding.received,
                bundle_id: finding.bundle_id,
                commitment: receipt::written(written.commitment),
                opening: fields.iter().zip(&written.salts).map(|(field, salt)| Opened::of(field, salt)).collect(),
                missing: missing.clone(),
            };
            Ok((receipt, finding.word()))
        })?;
        let envelope = receipt::sign(&receipt, &self.keys.runner)?;
        Ok(Submitted { receipt, envelope, state })
    }

    /// One member, one bundle, one finding: a call that is repeated after a lost answer makes no second one.
    fn refuse_twice(&self, view: &dyn View, caller: &Caller, bundle: &str) -> Result<(), Refusal> {
        let filter = FindingFilter {
            member: caller.actor.member(),
            bundle: Some(self.vault.tag("bundle", bundle)),
            ..FindingFilter::default()
        };
        match view.findings(&filter, None, 1)?.rows.first() {
            None => Ok(()),
            Some(row) => {
                Err(Refusal::call("submitted-before", format!("your member submitted this bundle as {}", row.id))
                    .help(format!("`assay status {}` shows what became of it", row.id)))
            }
        }
    }

    /// A finding.
    ///
    /// # Errors
    ///
    /// There is none that this caller may see.
    pub fn finding(&self, who: &Who, id: FindingId) -> Result<Shown, Refusal> {
        let now = self.now();
        let mut entropy = assay_base::SystemEntropy;
        self.look(|view| {
            let caller = who.caller(view)?;
            let row =
                view.finding(id)?.filter(|row| sees(&caller, row)).ok_or_else(|| Refusal::not_found("finding"))?;
            let mut spare = None;
            let unit = Unit::new(view, now, &mut entropy, (&*self.store, &self.vault), &mut spare)?;
            let state = unit.existing::<State>(&stream(row.id))?.state;
            let finding = state.get().cloned().ok_or_else(|| Refusal::not_found("finding"))?;
            let leaf = view.stream(&stream(id))?.first().and_then(|first| first.leaf);
            Ok(Shown { allowed: state.allowed(&caller, unit.now), finding, leaf })
        })
    }

    /// A finding as the rules have it, for this caller.
    pub(crate) fn finding_as(&self, caller: &Caller, id: FindingId) -> Result<Finding, Refusal> {
        let now = self.now();
        self.look(|view| {
            view.finding(id)?.filter(|row| sees(caller, row)).ok_or_else(|| Refusal::not_found("finding"))?;
            let (mut entropy, mut spare) = (assay_base::SystemEntropy, None);
            let unit = Unit::new(view, now, &mut entropy, (&*self.store, &self.vault), &mut spare)?;
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
        self.look(|view| {
            let caller = who.caller(view)?;
            let all = caller.has(Role::Coordinator) || caller.has(Role::Verifier);
            let member = if all { None } else { caller.actor.member() };
            let filter = FindingFilter { state: state.map(str::to_owned), member, ..FindingFilter::default() };
            every(view, &filter)
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
        unit.view.finding(id)?.filter(|row| sees(caller, row)).ok_or_else(|| Refusal::not_found("finding"))?;
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

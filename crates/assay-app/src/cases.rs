//! Cases: opening, joining, everything that the rules allow, and trying a fix.

use assay_base::Instant;
use assay_case::aggregate::Aggregate as _;
use assay_case::caller::Caller;
use assay_case::case::pec::Pec;
use assay_case::case::{Action, Case, Command, FixLevel, NewFix, Open, State};
use assay_case::embargo::Policies;
use assay_case::finding::{self, Finding, Word};
use assay_case::ids::{CaseId, FindingId};
use assay_case::{Code, Embargoed};
use assay_prove::cross::{self, Crossed};
use assay_prove::proof::Proof;
use assay_store::event::StreamId;
use assay_store::row::CaseRow;
use assay_store::store::{FindingFilter, View};

use crate::attachment::Name;
use crate::bundled;
use crate::findings::every;
use crate::local::Local;
use crate::refusal::Refusal;
use crate::reproduction::{Prove, counts};
use crate::unit::Unit;
use crate::who::Who;

/// A case as somebody who is read in may see it.
#[derive(Debug, Clone)]
pub struct ShownCase {
    /// Everything about it.
    pub case: Case,
    /// What this caller may do with it now.
    pub allowed: Vec<Action>,
    /// The instant for which that holds.
    pub now: Instant,
}

/// What opening a case takes.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Its findings, each verified.
    pub findings: Vec<FindingId>,
    /// What it is called among those who are read in.
    pub title: String,
    /// All clocks that may apply.
    pub policies: Policies,
    /// Whether an embargo begins at once.
    pub embargo: bool,
}

/// What trying a patch on one finding showed.
pub struct Tried {
    /// Whose input was run.
    pub finding: FindingId,
    /// What it showed.
    pub outcome: Crossed,
    /// The run.
    pub proof: Proof,
}

/// What trying a patch on a case showed.
pub struct FixTried {
    /// Each finding of the case, and each duplicate of one.
    pub tried: Vec<Tried>,
    /// The case with the patch attached; none if the patch does not hold.
    pub attached: Option<Case>,
}

/// The stream of a case.
pub(crate) fn stream(id: CaseId) -> StreamId {
    StreamId(id.to_string())
}

impl Local {
    /// Opens a case. Its findings enter it in the same transaction.
    ///
    /// # Errors
    ///
    /// The rules refuse: a finding is not proved, belongs to another case, or the caller is no coordinator.
    pub fn open_case(&self, who: &Who, opening: &Opening) -> Result<Case, Refusal> {
        let title = bundled::line(&opening.title)?;
        self.begin(|unit| {
            let caller = who.caller(unit.view)?;
            let proven = opening
                .findings
                .iter()
                .map(|id| {
                    let state = unit.existing::<finding::State>(&crate::findings::stream(*id))?.state;
                    Ok(state.as_proven()?)
                })
                .collect::<Result<Vec<_>, Refusal>>()?;
            let command = Command::Open(Box::new(Open {
                title: Embargoed::new(title.clone()),
                findings: proven,
                policies: opening.policies.clone(),
                embargo: opening.embargo,
            }));
            let events = State::default().decide(&caller, command, &mut unit.ctx())?;
            let state = unit.stage::<State>(&events, caller.actor)?.state;
            let case = state.get().cloned().ok_or_else(|| Refusal::broken("a case without a state"))?;
            for id in &opening.findings {
                self.finding_decides(unit, &caller, *id, finding::Command::EnterCase { case: case.id })?;
            }
            Ok(case)
        })
    }

    /// Adds a verified finding to a case.
    ///
    /// # Errors
    ///
    /// The rules refuse.
    pub fn add_finding(&self, who: &Who, case: CaseId, id: FindingId) -> Result<Case, Refusal> {
        self.decide(|unit| {
            let caller = who.caller(unit.view)?;
            let finding = unit.existing::<finding::State>(&crate::findings::stream(id))?.state.as_proven()?;
            let after = self.case_decides(unit, &caller, case, Command::AddFinding { finding })?;
            self.finding_decides(unit, &caller, id, finding::Command::EnterCase { case })?;
            Ok(after)
        })
    }

    /// Takes a finding out of a case.
    ///
    /// # Errors
    ///
    /// The rules refuse.
    pub fn remove_finding(&self, who: &Who, case: CaseId, id: FindingId) -> Result<Case, Refusal> {
        self.decide(|unit| {
            let caller = who.caller(unit.view)?;
            let after = self.case_decides(unit, &caller, case, Command::RemoveFinding { finding: id })?;
            self.finding_decides(unit, &caller, id, finding::Command::LeaveCase { case })?;
            Ok(after)
        })
    }

    /// Does something with a case that needs nothing but the command.
    ///
    /// # Errors
    ///
    /// The rules refuse, or there is no such case that this caller may see.
    pub fn act_on_case(&self, who: &Who, id: CaseId, command: Command) -> Result<Case, Refusal> {
        self.decide(|unit| {
            let caller = who.caller(unit.view)?;
            let closing = matches!(command, Command::Close { .. });
            let after = self.case_decides(unit, &caller, id, command.clone())?;
            // INVARIANT 6: what closes unpublished leaves no finding behind in a state that nothing ends.
            if closing && after.published.is_none() {
                for finding in after.all_findings() {
                    self.release_finding(unit, &caller, finding)?;
                }
            }
            if sees(&after, &caller, unit.now) { Ok(after) } else { outside(after, &caller) }
        })
    }

    /// Takes a finding out of the case in which it is, its own or one that was taken in.
    fn release_finding(&self, unit: &mut Unit<'_>, caller: &Caller, id: FindingId) -> Result<(), Refusal> {
        let loaded = unit.load::<finding::State>(&crate::findings::stream(id))?;
        // One whose key was shredded holds nothing up: nobody can read it any more.
        let open = loaded.state.get().filter(|finding| finding.end.is_none() && !loaded.shredded);
        let Some(case) = open.and_then(|finding| finding.case) else { return Ok(()) };
        // By the rules alone: who may close the case may let go of all that is in it, also of a duplicate of something
        // that he does not see.
        let events = loaded.state.decide(caller, finding::Command::LeaveCase { case }, &mut unit.ctx())?;
        unit.stage::<finding::State>(&events, caller.actor).map(drop)
    }

    pub(crate) fn case_decides(
        &self,
        unit: &mut Unit<'_>,
        caller: &Caller,
        id: CaseId,
        command: Command,
    ) -> Result<Case, Refusal> {
        let state = unit.existing::<State>(&stream(id))?.state;
        // One answer for a case that is not there and for one in which the caller is not: no act tells which.
        if !state.get().is_some_and(|case| sees(case, caller, unit.now) || answers(case, caller, &command)) {
            return Err(Refusal::not_found("case"));
        }
        let events = state.decide(caller, command, &mut unit.ctx())?;
        let state = unit.stage::<State>(&events, caller.actor)?.state;
        state.get().cloned().ok_or_else(|| Refusal::broken("a case without a state"))
    }

    /// A case, for those who are read in. Nothing of it goes out before consent.
    ///
    /// # Errors
    ///
    /// There is none that this caller may see.
    pub fn case(&self, who: &Who, id: CaseId) -> Result<ShownCase, Refusal> {
        let caller = self.caller(Some(who))?;
        let now = self.now();
        let (state, now) = self.case_state(id, now)?;
        let shown = state.get().filter(|case| sees(case, &caller, now)).cloned();
        let case = shown.ok_or_else(|| Refusal::not_found("case"))?;
        Ok(ShownCase { allowed: state.allowed(&caller, now), case, now })
    }

    /// The cases that this caller may see, oldest first.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn cases(&self, who: &Who) -> Result<Vec<(CaseRow, Case)>, Refusal> {
        let caller = self.caller(Some(who))?;
        let rows = self.look(every_case)?;
        let mut shown = Vec::new();
        for row in rows {
            let (state, now) = self.case_state(row.id, self.now())?;
            if let Some(case) = state.get().filter(|case| sees(case, &caller, now)) {
                shown.push((row, case.clone()));
            }
        }
        Ok(shown)
    }

    pub(crate) fn case_state(&self, id: CaseId, now: Instant) -> Result<(State, Instant), Refusal> {
        self.look(|view| {
            let (mut entropy, mut spare) = (assay_base::SystemEntropy, None);
            let unit = Unit::new(view, now, &mut entropy, (&*self.store, &self.vault), &mut spare)?;
            if view.case(id)?.is_none() {
                return Err(Refusal::not_found("case"));
            }
            Ok((unit.existing::<State>(&stream(id))?.state, unit.now))
        })
    }

    /// The findings of a case, and every duplicate of one: a patch has to silence them all.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub(crate) fn findings_of(&self, case: &Case) -> Result<Vec<Finding>, Refusal> {
        let mut findings = Vec::new();
        for id in case.all_findings() {
            findings.push(self.finding_as(&Caller::CLOCK, id)?);
        }
        let filter = FindingFilter { state: Some(Word::Duplicate.as_str().to_owned()), ..FindingFilter::default() };
        for row in self.look(|view| every(view, &filter))? {
            let finding = self.finding_as(&Caller::CLOCK, row.id)?;
            let of_one =
                finding.duplicate.as_ref().is_some_and(|duplicate| case.all_findings().any(|id| id == duplicate.of));
            if of_one {
                findings.push(finding);
            }
        }
        findings.sort_by_key(|finding| (finding.received, finding.id));
        Ok(findings)
    }

    /// Tries a patch on every finding of a case and on every duplicate. Only one that silences all of them, in a
    /// target that lives, is attached, as verified at L1.
    ///
    /// # Errors
    ///
    /// The caller may not attach fixes, a bundle cannot take a patch, or the machine failed.
    pub fn try_fix(&self, who: &Who, id: CaseId, patch: &[u8], prover: &dyn Prove) -> Result<FixTried, Refusal> {
        let shown = self.case(who, id)?;
        if !shown.allowed.contains(&Action::AttachFix) {
            return Err(assay_case::Refusal::of(Code::NoRight).into());
        }
        let caller = self.caller(Some(who))?;
        let digest = bundled::digest(patch);
        let mut tried = Vec::new();
        let mut fixes = Vec::new();
        for finding in self.findings_of(&shown.case)? {
            let (bundle, manifest) = bundled::unpack(&self.bundle_of(&finding)?)?;
            let (crossed, manifest) = cross::with_patch(&bundle, &manifest, patch)
                .map_err(|error| Refusal::call("no-patch", format!("the patch cannot be tried: {error}")))?;
            let proof = prover.prove(&crossed, &manifest)?;
            let outcome = cross::judge(&proof);
            if outcome == Crossed::Silenced {
                fixes.push(NewFix {
                    finding: finding.id,
                    patch: digest,
                    level: FixLevel::L1,
                    runner: self.runner(&Caller::CLOCK),
                    statement: self.attested(&proof)?,
                    builds: u32::try_from(proof.arms.len()).unwrap_or(u32::MAX),
                    counts: counts(&proof.evidence),
                });
            }
            tried.push(Tried { finding: finding.id, outcome, proof });
        }
        if tried.is_empty() || fixes.len() < tried.len() {
            return Ok(FixTried { tried, attached: None });
        }
        self.attach(&Name::patch(digest), patch)?;
        let own: Vec<NewFix> =
            fixes.into_iter().filter(|fix| shown.case.all_findings().any(|id| id == fix.finding)).collect();
        let attached = self.decide(|unit| {
            let mut after = None;
            for fix in &own {
                after = Some(self.case_decides(unit, &caller, id, Command::AttachFix(Box::new(*fix)))?);
            }
            Ok(after)
        })?;
        Ok(FixTried { tried, attached })
    }
}

/// Whether this caller may read it, and act on it: consent given, not taken back, not lapsed, and the case not closed;
/// also after its publication. A role alone opens no case.
fn sees(case: &Case, caller: &Caller, now: Instant) -> bool {
    caller.is_clock() || caller.actor.person().is_some_and(|person| case.sees(person, now).is_some())
}

/// Whether this is an answer of somebody who was asked: it is all that he can do before he reads anything.
fn answers(case: &Case, caller: &Caller, command: &Command) -> bool {
    let asked = caller.actor.person().and_then(|person| case.participant(person));
    asked.is_some_and(|who| matches!(who.pec, Pec::Invited | Pec::Lapsed))
        && matches!(
            command,
            Command::AcceptEmbargo { .. } | Command::DeclineEmbargo { .. } | Command::AnswerAsVendor { .. }
        )
}

/// What is left of a case for somebody who may not read it, or no longer: that it is there, and his own part in it.
fn outside(mut case: Case, caller: &Caller) -> Result<Case, Refusal> {
    case.title = Embargoed::new(bundled::line("not shown")?);
    case.findings.clear();
    case.participants.retain(|person, _| caller.actor.person() == Some(*person));
    case.vendors.retain(|member, _| caller.actor.member() == Some(*member));
    case.policies = Policies::default();
    case.breaks.clear();
    case.fixes.clear();
    case.absorbed.clear();
    (case.proposal, case.draft, case.published) = (None, None, None);
    Ok(case)
}

/// All rows of cases, page by page.
pub(crate) fn every_case(view: &dyn View) -> Result<Vec<CaseRow>, Refusal> {
    let mut rows = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let page = view.cases(after.as_deref(), 500)?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(rows),
        }
    }
}

//! A case as its events leave it: a vector, not a status.

use std::collections::{BTreeMap, BTreeSet};

use assay_base::{Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;

use super::breach::{BreakAction, Cause, Extent};
use super::em::Em;
use super::fix::Fix;
use super::happened::{CaseCloseReason, ExitReason};
use super::merge::MergedPart;
use super::participant::{Participant, Vendor, Vendors};
use super::pxa::Pxa;
use super::table::words;
use crate::caller::{Caller, Role};
use crate::embargo::{self, Governing, Policies};
use crate::embargoed::Embargoed;
use crate::ids::{AdvisoryDraftId, CaseId, FindingId, FixId, ProposalId};
use crate::refusal::{Code, Refusal};
use crate::text::Line;

/// How many persons approve an advisory before it goes out (invariant 17).
pub const APPROVALS: usize = 2;

/// The embargo of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embargo {
    /// When it ends, or would have ended.
    pub end: Instant,
    /// The clock that gave this end, until the parties set another.
    pub governing: Option<Governing>,
    /// Why it ended.
    pub exited: Option<ExitReason>,
}

/// A proposed end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// The end.
    pub end: Instant,
    /// Who proposed it.
    pub by: PersonId,
    /// Who agreed.
    pub agreed: BTreeSet<PersonId>,
}

/// A staged advisory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// This form of it.
    pub id: AdvisoryDraftId,
    /// Digest of the record.
    pub record: Sha256,
    /// Who approved exactly this, in which role.
    pub approvals: BTreeMap<PersonId, Role>,
    /// Whether the embargo's end moved, or came otherwise than agreed, after this was staged: what it says of dates
    /// is not so any more. It is staged again before anybody approves it.
    pub outdated: bool,
}

/// What went out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Out {
    /// Its number.
    pub advisory: Line,
    /// Digest of the record.
    pub record: Sha256,
    /// When.
    pub at: Instant,
}

/// A break of the embargo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// When it was reported.
    pub at: Instant,
    /// How much came out.
    pub extent: Extent,
    /// How.
    pub cause: Cause,
    /// What is done.
    pub action: BreakAction,
}

words! {
    /// The word for people, derived from the vector.
    CaseWord {
        /// Being worked on, without an embargo.
        Open = "open",
        /// Under embargo.
        Embargoed = "embargoed",
        /// Known in public, not published by us yet.
        Public = "public",
        /// The embargo is over; publish.
        Due = "due",
        /// Published.
        Published = "published",
        /// It goes on within another case.
        Merged = "merged",
        /// Done.
        Closed = "closed",
    }
}

impl CaseWord {
    /// From the vector.
    pub fn of(em: Em, pxa: Pxa, published: bool, merged: bool, closed: bool) -> Self {
        if closed {
            Self::Closed
        } else if published {
            Self::Published
        } else if merged {
            Self::Merged
        } else if !pxa.allows_embargo() {
            Self::Public
        } else {
            match em {
                Em::None | Em::Proposed => Self::Open,
                Em::Active | Em::Revise => Self::Embargoed,
                Em::Exited => Self::Due,
            }
        }
    }

    /// What it means, for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Open => "It is being worked on, and no embargo is in force.",
            Self::Embargoed => "It is under embargo: only those who are read in may know of it.",
            Self::Public => "It is known in public; publish as soon as two persons have approved.",
            Self::Due => "The embargo is over; publish as soon as two persons have approved.",
            Self::Published => "The advisory is out.",
            Self::Merged => "It goes on within another case.",
            Self::Closed => "It is done.",
        }
    }
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// What it is called among those who are read in.
    pub title: Embargoed<Line>,
    /// When it was opened: clocks in days start here.
    pub opened: Instant,
    /// Its findings.
    pub findings: BTreeSet<FindingId>,
    /// Its participants.
    pub participants: BTreeMap<PersonId, Participant>,
    /// Its vendors.
    pub vendors: Vendors,
    /// All clocks that may apply.
    pub policies: Policies,
    /// Where the embargo stands.
    pub em: Em,
    /// The embargo, once there was one.
    pub embargo: Option<Embargo>,
    /// The open proposal.
    pub proposal: Option<Proposal>,
    /// What the world knows.
    pub pxa: Pxa,
    /// Breaks of the embargo.
    pub breaks: Vec<Break>,
    /// Its patches.
    pub fixes: BTreeMap<FixId, Fix>,
    /// The staged advisory.
    pub draft: Option<Draft>,
    /// What went out.
    pub published: Option<Out>,
    /// Why it is closed.
    pub closed: Option<CaseCloseReason>,
    /// The case within which it goes on: an overlay, so that splitting gives back what was.
    pub merged_into: Option<CaseId>,
    /// Cases that it took in, beside its own.
    pub absorbed: BTreeMap<CaseId, MergedPart>,
    /// When it last changed.
    pub changed: Instant,
}

/// A case, once it was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(pub(super) Option<Box<Case>>);

impl State {
    /// The case, once it was opened.
    pub fn get(&self) -> Option<&Case> {
        self.0.as_deref()
    }
}

impl Case {
    /// The word for people.
    pub fn word(&self) -> CaseWord {
        CaseWord::of(self.em, self.pxa, self.published.is_some(), self.merged_into.is_some(), self.closed.is_some())
    }

    /// What its word means, and what is to be done if the advisory must be staged again.
    pub fn sentence(&self) -> &'static str {
        let live = self.closed.is_none() && self.published.is_none() && self.merged_into.is_none();
        match &self.draft {
            Some(draft) if draft.outdated && live => match self.word() {
                CaseWord::Embargoed => {
                    "It is under embargo, and its end moved after the advisory was staged: stage it again with the \
                     true date, and two persons approve it."
                }
                CaseWord::Public => {
                    "It is known in public, before the end that the staged advisory names: stage it again with the \
                     true date, and two persons approve it."
                }
                _ => {
                    "The embargo's end moved after the advisory was staged: stage it again with the true date, and two \
                     persons approve it."
                }
            },
            _ => self.word().sentence(),
        }
    }

    /// The end of the embargo in force.
    pub fn end_in_force(&self) -> Option<Instant> {
        if self.em.is_in_force() { self.embargo.as_ref().map(|embargo| embargo.end) } else { None }
    }

    /// Whether an embargo binds at this instant: it is over *at* its end.
    pub fn is_embargoed(&self, now: Instant) -> bool {
        self.end_in_force().is_some_and(|end| !embargo::is_over(end, now))
    }

    /// A participant, of the case's own or of one that it took in.
    pub fn participant(&self, person: PersonId) -> Option<&Participant> {
        self.participants
            .get(&person)
            .or_else(|| self.absorbed.values().find_map(|part| part.participants.get(&person)))
    }

    pub(super) fn participant_mut(&mut self, person: PersonId) -> Option<&mut Participant> {
        match self.participants.get_mut(&person) {
            Some(participant) => Some(participant),
            None => self.absorbed.values_mut().find_map(|part| part.participants.get_mut(&person)),
        }
    }

    /// A vendor, of the case's own or of one that it took in.
    pub fn vendor(&self, member: MemberId) -> Option<&Vendor> {
        self.vendors.get(&member).or_else(|| self.absorbed.values().find_map(|part| part.vendors.get(&member)))
    }

    pub(super) fn vendor_mut(&mut self, member: MemberId) -> Option<&mut Vendor> {
        match self.vendors.get_mut(&member) {
            Some(vendor) => Some(vendor),
            None => self.absorbed.values_mut().find_map(|part| part.vendors.get_mut(&member)),
        }
    }

    /// Every vendor once.
    pub fn every_vendor(&self) -> impl Iterator<Item = (MemberId, &Vendor)> {
        let others = self.absorbed.values().flat_map(|part| &part.vendors);
        let mut seen = BTreeSet::new();
        self.vendors
            .iter()
            .chain(others)
            .map(|(member, vendor)| (*member, vendor))
            .filter(move |(m, _)| seen.insert(*m))
    }

    /// Every participant once: who is in both counts as the case's own.
    pub fn everybody(&self) -> impl Iterator<Item = (PersonId, &Participant)> {
        let others = self.absorbed.values().flat_map(|part| &part.participants);
        let mut seen = BTreeSet::new();
        self.participants.iter().chain(others).map(|(person, who)| (*person, who)).filter(move |(p, _)| seen.insert(*p))
    }

    /// Every finding, also of cases that it took in.
    pub fn all_findings(&self) -> impl Iterator<Item = FindingId> + '_ {
        self.findings.iter().chain(self.absorbed.values().flat_map(|part| &part.findings)).copied()
    }

    /// Everybody whose agreement another end takes.
    pub fn signatories(&self) -> BTreeSet<PersonId> {
        use super::pec::Pec;
        self.everybody().filter(|(_, who)| who.pec == Pec::Signatory).map(|(person, _)| person).collect()
    }

    /// How much of the case this person sees at this instant; nothing without
    /// consent, after the read-in's end, or after the case is closed.
    pub fn sees(&self, person: PersonId, now: Instant) -> Option<super::happened::ReadInTier> {
        let who = self.participant(person)?;
        (self.closed.is_none() && who.reads_at(now)).then_some(who.tier)
    }

    /// Whether two persons approved exactly the staged advisory, a coordinator among them.
    pub fn is_approved(&self) -> bool {
        self.draft.as_ref().is_some_and(|draft| {
            !draft.outdated
                && draft.approvals.len() >= APPROVALS
                && draft.approvals.values().any(|role| *role == Role::Coordinator)
        })
    }

    /// Passes while the case can change: not closed, not published, not merged.
    pub(super) fn check_live(&self) -> Result<(), Refusal> {
        if self.closed.is_some() {
            Err(Code::Closed.into())
        } else if self.published.is_some() {
            Err(Code::Published.into())
        } else if let Some(other) = self.merged_into {
            Err(Refusal::about(Code::Merged, other.to_string()))
        } else {
            Ok(())
        }
    }

    /// The caller as somebody who is read in now.
    pub(super) fn insider(&self, caller: &Caller, now: Instant) -> Result<&Participant, Refusal> {
        let person = caller.person()?;
        let who = self.participant(person).ok_or(Code::NotParticipant)?;
        if !who.read_in {
            return Err(Code::NotSignatory.into());
        }
        if !who.reads_at(now) {
            return Err(Code::ReadInOver.into());
        }
        Ok(who)
    }

    /// The caller as a coordinator of this case, who holds that role still.
    pub(super) fn coordinator(&self, caller: &Caller, now: Instant) -> Result<(), Refusal> {
        let who = self.insider(caller, now)?;
        if who.role != Role::Coordinator {
            return Err(Refusal::about(Code::NoRight, "it takes a coordinator of this case"));
        }
        caller.needs(Role::Coordinator)
    }

    /// The vendor for whom the caller acts.
    pub(super) fn vendor_of(&self, caller: &Caller) -> Result<(MemberId, &Vendor), Refusal> {
        let who = self.participant(caller.person()?).ok_or(Code::NotParticipant)?;
        if who.role != Role::Vendor {
            return Err(Refusal::about(Code::NoRight, "it takes a vendor of this case"));
        }
        let vendor = self.vendor(who.member).ok_or(Code::NotVendor)?;
        Ok((who.member, vendor))
    }
}

//! A finding as its events leave it.

use assay_base::{Actor, Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;
use assay_bundle::verdict::Verdict;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::happened::{CloseReason, Happened, Provenance};
use super::verification::{Standing, Verification};
use crate::aggregate::Recorded;
use crate::case::rm::Rm;
use crate::embargoed::Embargoed;
use crate::ids::{CaseId, FindingId};
use crate::target::Purl;
use crate::text::Line;

/// Days after which a finding that waits for its submitter waits for a person.
pub const NEEDS_INFO_DAYS: u32 = 14;

/// The one state in which a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// It came in complete, and waits for somebody to run it.
    Received,
    /// Something is missing; the list says what.
    NeedsInfo,
    /// It fired in some runs only.
    Flaky,
    /// A run did not show what it claims; a person looks at it.
    InDoubt,
    /// Proved by somebody who did not submit it.
    Verified,
    /// Being coordinated.
    InCase,
    /// End: in an advisory.
    Published,
    /// End (which can be undone): of the same root cause as another one.
    Duplicate,
    /// End: wrong.
    Refuted,
    /// End: fixed before it was reported.
    AlreadyFixed,
    /// End: taken back.
    Withdrawn,
    /// End: closed for a reason.
    Closed,
}

impl Word {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Received,
        Self::NeedsInfo,
        Self::Flaky,
        Self::InDoubt,
        Self::Verified,
        Self::InCase,
        Self::Published,
        Self::Duplicate,
        Self::Refuted,
        Self::AlreadyFixed,
        Self::Withdrawn,
        Self::Closed,
    ];

    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::NeedsInfo => "needs-info",
            Self::Flaky => "flaky",
            Self::InDoubt => "in-doubt",
            Self::Verified => "verified",
            Self::InCase => "in-case",
            Self::Published => "published",
            Self::Duplicate => "duplicate",
            Self::Refuted => "refuted",
            Self::AlreadyFixed => "already-fixed",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
        }
    }

    /// Whether it is an end.
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Published | Self::Duplicate | Self::Refuted | Self::AlreadyFixed | Self::Withdrawn | Self::Closed
        )
    }
}

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How it ended, with the reason. A duplicate stands apart, since it can be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Its case's advisory is out.
    Published {
        /// Which case.
        case: CaseId,
        /// The advisory's number.
        advisory: Line,
    },
    /// The claim is wrong.
    Refuted {
        /// The verdict it rests on.
        verdict: Verdict,
        /// Why.
        sentence: Embargoed<Line>,
    },
    /// It was fixed before.
    AlreadyFixed {
        /// The commit or version.
        place: Embargoed<Line>,
    },
    /// The submitter took it back.
    Withdrawn,
    /// Closed by a coordinator.
    Closed {
        /// Why.
        reason: CloseReason,
        /// In a sentence.
        sentence: Embargoed<Line>,
    },
}

/// Of what it is a duplicate, and what shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The finding that stays.
    pub of: FindingId,
    /// What shows it.
    pub evidence: Evidence,
    /// Who merged.
    pub by: Actor,
    /// When.
    pub at: Instant,
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// When it was received. Never changes: it decides between co-finders (R23).
    pub received: Instant,
    /// For which member it was submitted.
    pub member: MemberId,
    /// By which person, or by an agent of which person.
    pub submitter: PersonId,
    /// The present bundle.
    pub bundle_id: Sha256,
    /// The claim in it.
    pub claim_id: Sha256,
    /// What is said to be vulnerable.
    pub target: Embargoed<Purl>,
    /// The flaw in one line.
    pub title: Embargoed<Line>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What is missing, and since when.
    pub missing: Vec<Line>,
    /// Since when it waits for what is missing.
    pub asked: Option<Instant>,
    /// What runs of the present claim showed.
    pub verifications: Vec<Verification>,
    /// The case it belongs to.
    pub case: Option<CaseId>,
    /// Of what it is a duplicate. An overlay: what lies under it is kept as it
    /// is, so that undoing a merge gives back exactly what was (invariant 7).
    pub duplicate: Option<Duplicate>,
    /// How it ended.
    pub end: Option<End>,
    /// When it last changed.
    pub changed: Instant,
}

impl Finding {
    /// The one state in which it is.
    pub fn word(&self) -> Word {
        match &self.end {
            Some(End::Published { .. }) => return Word::Published,
            Some(End::Refuted { .. }) => return Word::Refuted,
            Some(End::AlreadyFixed { .. }) => return Word::AlreadyFixed,
            Some(End::Withdrawn) => return Word::Withdrawn,
            Some(End::Closed { .. }) => return Word::Closed,
            None => {}
        }
        if self.duplicate.is_some() {
            return Word::Duplicate;
        }
        if self.case.is_some() {
            return Word::InCase;
        }
        match self.standing() {
            Standing::Verified => Word::Verified,
            _ if !self.missing.is_empty() => Word::NeedsInfo,
            Standing::Unverified => Word::Received,
            Standing::Flaky => Word::Flaky,
            Standing::InDoubt(_) => Word::InDoubt,
        }
    }

    /// What the runs of the present claim say together.
    pub fn standing(&self) -> Standing {
        Standing::of(self.verifications.iter())
    }

    /// Whether it is proved: by somebody else, with every control silent.
    pub fn is_proven(&self) -> bool {
        self.standing() == Standing::Verified
    }

    /// Whether it waits for a person: a run cast doubt on it, or the submitter
    /// was asked for something so long ago that a person should look (R14).
    pub fn needs_person(&self, now: Instant) -> bool {
        match self.word() {
            Word::InDoubt | Word::Flaky => true,
            Word::NeedsInfo => self.asked.is_some_and(|asked| now >= asked.plus_days(NEEDS_INFO_DAYS)),
            _ => false,
        }
    }

    /// CERT/CC's report management state of the clearinghouse for this report.
    /// A duplicate is valid and deferred, never invalid.
    pub fn rm(&self) -> Rm {
        match self.word() {
            Word::Received | Word::NeedsInfo | Word::Flaky | Word::InDoubt => Rm::Received,
            Word::Verified => Rm::Valid,
            Word::InCase => Rm::Accepted,
            Word::Duplicate => Rm::Deferred,
            Word::Refuted => Rm::Invalid,
            Word::Published | Word::AlreadyFixed | Word::Withdrawn | Word::Closed => Rm::Closed,
        }
    }
}

/// A finding, once it was submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(pub(super) Option<Box<Finding>>);

impl State {
    /// The finding, once it was submitted.
    pub fn get(&self) -> Option<&Finding> {
        self.0.as_deref()
    }

    pub(super) fn take_in(&mut self, event: &Recorded<FindingId, Happened>) {
        let Some(finding) = self.0.as_deref_mut() else {
            self.begin(event);
            return;
        };
        if event.stream != finding.id || matches!(event.what, Happened::Submitted(_)) {
            return;
        }
        finding.take_in(event);
        finding.changed = finding.changed.max(event.at);
    }

    fn begin(&mut self, event: &Recorded<FindingId, Happened>) {
        let Happened::Submitted(submission) = &event.what else { return };
        let (Some(member), Some(submitter)) = (event.by.member(), event.by.person()) else { return };
        self.0 = Some(Box::new(Finding {
            id: event.stream,
            received: event.at,
            member,
            submitter,
            bundle_id: submission.bundle_id,
            claim_id: submission.claim_id,
            target: submission.target.clone(),
            title: submission.title.clone(),
            provenance: submission.provenance.clone(),
            asked: (!submission.missing.is_empty()).then_some(event.at),
            missing: submission.missing.clone(),
            verifications: Vec::new(),
            case: None,
            duplicate: None,
            end: None,
            changed: event.at,
        }));
    }
}

impl Finding {
    fn take_in(&mut self, event: &Recorded<FindingId, Happened>) {
        // One end, and the first one stays (invariant 6).
        if self.end.is_some() {
            return;
        }
        match &event.what {
            Happened::Submitted(_) => {}
            Happened::Supplied { bundle_id, claim_id, missing } => {
                // Another claim must prove itself anew; a fix that is added to
                // the same claim does not (DESIGN section 4).
                if *claim_id != self.claim_id {
                    self.verifications.clear();
                }
                // What failed on the old bundle's fix says nothing about the new one's.
                self.verifications.retain(|run| {
                    run.bundle_id == *bundle_id || !matches!(run.verdict, Verdict::ControlFailed | Verdict::ControlDead)
                });
                self.bundle_id = *bundle_id;
                self.claim_id = *claim_id;
                self.ask(missing, event.at);
            }
            Happened::InfoAsked { missing } => self.ask(missing, event.at),
            Happened::RunRecorded(run) => {
                if !self.verifications.iter().any(|seen| seen.statement == run.statement) {
                    self.verifications.push(**run);
                }
            }
            Happened::Merged { into, evidence } => {
                self.duplicate = Some(Duplicate { of: *into, evidence: evidence.clone(), by: event.by, at: event.at });
            }
            Happened::Split { .. } => self.duplicate = None,
            Happened::EnteredCase { case } => self.case = Some(*case),
            Happened::LeftCase { .. } => self.case = None,
            Happened::Published { case, advisory, .. } => {
                self.end = Some(End::Published { case: *case, advisory: advisory.clone() });
            }
            Happened::Refuted { verdict, sentence } => {
                self.end = Some(End::Refuted { verdict: *verdict, sentence: sentence.clone() });
            }
            Happened::AlreadyFixed { place, .. } => self.end = Some(End::AlreadyFixed { place: place.clone() }),
            Happened::Withdrawn => self.end = Some(End::Withdrawn),
            Happened::Closed { reason, sentence } => {
                self.end = Some(End::Closed { reason: *reason, sentence: sentence.clone() });
            }
        }
    }

    fn ask(&mut self, missing: &[Line], at: Instant) {
        self.missing = missing.to_vec();
        self.asked = (!missing.is_empty()).then_some(at);
    }
}

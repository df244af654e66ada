//! What can be asked of a case.

use assay_base::{Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use super::FixLevel;
use super::answer::VendorAnswer;
use super::breach::{Cause, Extent};
use super::channel::Channel;
use super::happened::{CaseCloseReason, Invitation};
use super::merge::{Part, Release};
use super::rm::RmTrigger;
use crate::embargo::{ListCap, Policies, ProjectPolicy};
use crate::embargoed::Embargoed;
use crate::finding::{Proven, RunCounts, Runner};
use crate::ids::{CaseId, FindingId, FixId, ProposalId};
use crate::text::Line;

/// A binding party's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BindingPolicy {
    /// The maintainer's published policy.
    Project(ProjectPolicy),
    /// A list that was told.
    List(ListCap),
}

/// What a case is opened with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// What it is called among those who are read in.
    pub title: Embargoed<Line>,
    /// Its findings, each proved.
    pub findings: Vec<Proven>,
    /// All clocks that may apply.
    pub policies: Policies,
    /// Whether an embargo begins at once.
    pub embargo: bool,
}

/// What is attached as a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewFix {
    /// The finding it fixes.
    pub finding: FindingId,
    /// Digest of the patch.
    pub patch: Sha256,
    /// How far it is verified.
    pub level: FixLevel,
    /// Who ran it.
    pub runner: Runner,
    /// Digest of the signed statement of the runs.
    pub statement: Sha256,
    /// Builds that were made.
    pub builds: u32,
    /// The runs.
    pub counts: RunCounts,
}

macro_rules! commands {
    ($($(#[$doc:meta])* $name:ident $(($inner:ty))? $({ $($(#[$fdoc:meta])* $field:ident: $type:ty,)* })?,)*) => {
        /// A command.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Command {
            $($(#[$doc])* $name $(($inner))? $({ $($(#[$fdoc])* $field: $type,)* })?,)*
        }

        /// A kind of command.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }

        impl Command {
            /// Its kind.
            pub fn action(&self) -> Action {
                match self { $(commands!(@pattern $name $(($inner))? $({ $($field)* })?) => Action::$name,)* }
            }
        }
    };
    (@pattern $name:ident ($inner:ty)) => { Self::$name(_) };
    (@pattern $name:ident { $($field:ident)* }) => { Self::$name { .. } };
    (@pattern $name:ident) => { Self::$name };
}

commands! {
    /// Begins a case.
    Open(Box<Open>),
    /// Adds a finding.
    AddFinding {
        /// Which, proved.
        finding: Proven,
    },
    /// Takes a finding out.
    RemoveFinding {
        /// Which.
        finding: FindingId,
    },
    /// Asks a person to take part.
    Invite(Box<Invitation>),
    /// Accepts the embargo, for oneself.
    AcceptEmbargo {
        /// By which way.
        channel: Channel,
    },
    /// Declines, or takes one's consent back.
    DeclineEmbargo {
        /// By which way.
        channel: Channel,
    },
    /// Records that a read-in came to its end.
    LapseReadIn {
        /// Whose.
        person: PersonId,
    },
    /// Moves one's own report management state.
    MoveRm {
        /// How.
        trigger: RmTrigger,
    },
    /// Proposes an end.
    ProposeEnd {
        /// Which.
        end: Instant,
        /// By which way.
        channel: Channel,
    },
    /// Agrees to a proposal.
    AgreeEnd {
        /// Which.
        proposal: ProposalId,
        /// By which way.
        channel: Channel,
    },
    /// Turns a proposal down.
    RejectEnd {
        /// Which.
        proposal: ProposalId,
        /// By which way.
        channel: Channel,
    },
    /// Records a binding party's policy.
    RecordPolicy(Box<BindingPolicy>),
    /// Records that the embargo's instant has come.
    ExitEmbargo,
    /// Records that the public knows.
    RecordPublicAwareness {
        /// Where it was seen.
        source: Embargoed<Line>,
    },
    /// Records that an exploit is public.
    RecordPublicExploit {
        /// Where it was seen.
        source: Embargoed<Line>,
    },
    /// Records that attacks were seen.
    RecordAttack {
        /// Where they were seen.
        source: Embargoed<Line>,
    },
    /// Reports a break of the embargo.
    ReportBreak {
        /// How much came out.
        extent: Extent,
        /// How.
        cause: Cause,
        /// Where it was seen.
        source: Embargoed<Line>,
    },
    /// Records that a vendor was notified.
    NotifyVendor {
        /// Which.
        vendor: MemberId,
    },
    /// Answers, as a vendor.
    AnswerAsVendor {
        /// What.
        answer: VendorAnswer,
        /// By which way.
        channel: Channel,
    },
    /// Says that one's fix is ready.
    RecordFixReady {
        /// Which.
        fix: FixId,
        /// By which way.
        channel: Channel,
    },
    /// Says that one's fix is deployed.
    RecordFixDeployed {
        /// By which way.
        channel: Channel,
    },
    /// Attaches a patch.
    AttachFix(Box<NewFix>),
    /// Stages an advisory.
    StageAdvisory {
        /// Digest of its record.
        record: Sha256,
    },
    /// Approves the staged advisory.
    ApproveAdvisory {
        /// Digest of the record that was read.
        record: Sha256,
        /// By which way.
        channel: Channel,
    },
    /// Publishes.
    Publish {
        /// The number that the advisory gets.
        advisory: Line,
        /// Digest of the record.
        record: Sha256,
    },
    /// Closes the case.
    Close {
        /// Why.
        reason: CaseCloseReason,
    },
    /// Goes on within another case.
    MergeInto {
        /// That case, as [`State::as_part`](super::State::as_part) gave it.
        into: Part,
    },
    /// Takes another case in.
    Absorb {
        /// That case, as [`State::as_part`](super::State::as_part) gave it.
        part: Part,
    },
    /// Stands by itself again.
    Split {
        /// What the other case gave.
        release: Release,
    },
    /// Lets a case go again.
    Release {
        /// Which.
        case: CaseId,
    },
}

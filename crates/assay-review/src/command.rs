//! What parties can ask for. Every command comes signed: see [`crate::signed`].

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::agreement::Agreement;
use crate::anchor::Anchor;
use crate::coverage::CoverageAnswer;
use crate::ids::{GrantId, ResidualId};
use crate::key::Party;
use crate::residual::Residual;
use crate::safeguard::Safeguard;
use crate::text::{Purpose, Text};
use crate::word::words;

/// A command, as it is signed. The comment of each says whose key it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Developer: open an engagement. Its own key signs; both keys are pinned for good.
    Open {
        /// The developer, with the key that signs this command.
        developer: Party,
        /// The reviewing organisation, with the key that will sign for it.
        organisation: Party,
        /// The digest of the criteria by which persons are chosen.
        criteria: Sha256,
        /// A salted digest of the model's name, if the developer wants to be able to show later
        /// which model it was. The name itself has no place here.
        sealed_name: Option<Sha256>,
    },
    /// Developer: ask whether the model is covered.
    AskIfCovered {
        /// The digest of the facts put forward.
        facts: Sha256,
    },
    /// Organisation: hand on the answer of a named person. It has no effect.
    Answer {
        /// What was answered.
        answer: CoverageAnswer,
    },
    /// Developer and organisation: sign the text of a safeguard. Not while a window is open.
    SignSafeguard {
        /// Which of the five.
        safeguard: Safeguard,
        /// The digest of its text.
        text: Sha256,
    },
    /// Developer: sign an agreement over one person's access.
    Grant {
        /// What both sides sign.
        agreement: Agreement,
        /// How many uses it is good for.
        uses: u32,
    },
    /// Organisation: sign the same agreement. Only then is there a grant.
    CountersignGrant {
        /// Which grant.
        grant: GrantId,
        /// The digest of the agreement.
        agreement: Sha256,
    },
    /// Organisation: do not take up a grant, or give it back, with the reason (R65).
    DeclineGrant {
        /// Which grant.
        grant: GrantId,
        /// Why.
        reason: Text,
    },
    /// Developer: end one grant.
    EndGrant {
        /// Which grant.
        grant: GrantId,
    },
    /// Developer: let a grant be good for more uses.
    RaiseQuota {
        /// Which grant.
        grant: GrantId,
        /// For how many in all.
        uses: u32,
    },
    /// Developer: let a grant be good for fewer uses.
    LowerQuota {
        /// Which grant.
        grant: GrantId,
        /// For how many in all.
        uses: u32,
    },
    /// Developer: open a window.
    OpenWindow {
        /// What it is anchored to.
        anchor: Anchor,
    },
    /// Developer: state a new plan. An earlier instant ends the window earlier; a later one changes nothing.
    MoveAnchor {
        /// The new plan.
        anchor: Anchor,
    },
    /// Developer: end the window at an earlier instant than it would.
    ShrinkWindow {
        /// When; at or before now, it ends now.
        ends_at: Instant,
    },
    /// Developer: stop all use for a time. The window's end stays where it is.
    Pause,
    /// Developer: let use go on after a pause.
    Resume,
    /// Developer: end the window now.
    EndWindow,
    /// Developer: the review has run its course. Not while a window is open.
    Finish,
    /// Developer: withdraw, at any time and without a reason. All grants end at once.
    Withdraw,
    /// Organisation: say what is left with it after the end. The list only grows by this.
    ReportResiduals {
        /// What is left; empty if nothing is.
        residuals: Vec<Residual>,
    },
    /// Organisation: something that was left is destroyed.
    CertifyDestroyed {
        /// Which item of the list.
        residual: ResidualId,
        /// The digest of the certificate.
        certificate: Sha256,
    },
    /// Developer: close the engagement, when nothing is left.
    CloseOut,
    /// Holder: take a pass for some minutes.
    TakePass {
        /// Under which grant.
        grant: GrantId,
    },
    /// Holder: use the model once.
    Use {
        /// Under which grant.
        grant: GrantId,
        /// What for: one of the agreement's purposes.
        purpose: Purpose,
        /// The digest of the request. The request itself is the developer's and the reviewer's.
        request: Sha256,
    },
}

words!(
    /// The name of a command, as it is written in `kind`.
    CommandKind {
        /// See [`Command::Open`].
        Open = "open",
        /// See [`Command::AskIfCovered`].
        AskIfCovered = "ask-if-covered",
        /// See [`Command::Answer`].
        Answer = "answer",
        /// See [`Command::SignSafeguard`].
        SignSafeguard = "sign-safeguard",
        /// See [`Command::Grant`].
        Grant = "grant",
        /// See [`Command::CountersignGrant`].
        CountersignGrant = "countersign-grant",
        /// See [`Command::DeclineGrant`].
        DeclineGrant = "decline-grant",
        /// See [`Command::EndGrant`].
        EndGrant = "end-grant",
        /// See [`Command::RaiseQuota`].
        RaiseQuota = "raise-quota",
        /// See [`Command::LowerQuota`].
        LowerQuota = "lower-quota",
        /// See [`Command::OpenWindow`].
        OpenWindow = "open-window",
        /// See [`Command::MoveAnchor`].
        MoveAnchor = "move-anchor",
        /// See [`Command::ShrinkWindow`].
        ShrinkWindow = "shrink-window",
        /// See [`Command::Pause`].
        Pause = "pause",
        /// See [`Command::Resume`].
        Resume = "resume",
        /// See [`Command::EndWindow`].
        EndWindow = "end-window",
        /// See [`Command::Finish`].
        Finish = "finish",
        /// See [`Command::Withdraw`].
        Withdraw = "withdraw",
        /// See [`Command::ReportResiduals`].
        ReportResiduals = "report-residuals",
        /// See [`Command::CertifyDestroyed`].
        CertifyDestroyed = "certify-destroyed",
        /// See [`Command::CloseOut`].
        CloseOut = "close-out",
        /// See [`Command::TakePass`].
        TakePass = "take-pass",
        /// See [`Command::Use`].
        Use = "use",
    }
);

words!(
    /// In what part a key signs.
    Side {
        /// The model's developer: the only one that can widen anything (invariant 4).
        Developer = "developer",
        /// The reviewing organisation: it signs, answers, steps back, and never widens.
        Organisation = "organisation",
        /// The person of a grant: uses what was granted.
        Holder = "holder",
    }
);

impl Command {
    /// Its name.
    #[must_use]
    pub fn kind(&self) -> CommandKind {
        match self {
            Self::Open { .. } => CommandKind::Open,
            Self::AskIfCovered { .. } => CommandKind::AskIfCovered,
            Self::Answer { .. } => CommandKind::Answer,
            Self::SignSafeguard { .. } => CommandKind::SignSafeguard,
            Self::Grant { .. } => CommandKind::Grant,
            Self::CountersignGrant { .. } => CommandKind::CountersignGrant,
            Self::DeclineGrant { .. } => CommandKind::DeclineGrant,
            Self::EndGrant { .. } => CommandKind::EndGrant,
            Self::RaiseQuota { .. } => CommandKind::RaiseQuota,
            Self::LowerQuota { .. } => CommandKind::LowerQuota,
            Self::OpenWindow { .. } => CommandKind::OpenWindow,
            Self::MoveAnchor { .. } => CommandKind::MoveAnchor,
            Self::ShrinkWindow { .. } => CommandKind::ShrinkWindow,
            Self::Pause => CommandKind::Pause,
            Self::Resume => CommandKind::Resume,
            Self::EndWindow => CommandKind::EndWindow,
            Self::Finish => CommandKind::Finish,
            Self::Withdraw => CommandKind::Withdraw,
            Self::ReportResiduals { .. } => CommandKind::ReportResiduals,
            Self::CertifyDestroyed { .. } => CommandKind::CertifyDestroyed,
            Self::CloseOut => CommandKind::CloseOut,
            Self::TakePass { .. } => CommandKind::TakePass,
            Self::Use { .. } => CommandKind::Use,
        }
    }
}

impl CommandKind {
    /// Whose key it takes.
    #[must_use]
    pub fn sides(self) -> &'static [Side] {
        match self {
            Self::Open
            | Self::AskIfCovered
            | Self::Grant
            | Self::EndGrant
            | Self::RaiseQuota
            | Self::LowerQuota
            | Self::OpenWindow
            | Self::MoveAnchor
            | Self::ShrinkWindow
            | Self::Pause
            | Self::Resume
            | Self::EndWindow
            | Self::Finish
            | Self::Withdraw
            | Self::CloseOut => &[Side::Developer],
            Self::SignSafeguard => &[Side::Developer, Side::Organisation],
            Self::Answer
            | Self::CountersignGrant
            | Self::DeclineGrant
            | Self::ReportResiduals
            | Self::CertifyDestroyed => &[Side::Organisation],
            Self::TakePass | Self::Use => &[Side::Holder],
        }
    }

    /// Whether it can only take access away.
    ///
    /// Such a command is taken however old it is, and although commands before it
    /// never arrived: a brake works when the rest does not.
    #[must_use]
    pub fn only_narrows(self) -> bool {
        matches!(
            self,
            Self::DeclineGrant
                | Self::EndGrant
                | Self::LowerQuota
                | Self::MoveAnchor
                | Self::ShrinkWindow
                | Self::Pause
                | Self::EndWindow
                | Self::Finish
                | Self::Withdraw
        )
    }
}

//! What happened, as it is kept for good.

use assay_base::Instant;
use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::agreement::Agreement;
use crate::anchor::Anchor;
use crate::command::Side;
use crate::coverage::CoverageAnswer;
use crate::ids::{FamilyId, GrantId, ModelId, ResidualId};
use crate::key::{Party, PublicKey};
use crate::pass::Pass;
use crate::residual::Residual;
use crate::safeguard::Safeguard;
use crate::text::{Purpose, Text};
use crate::window::WindowEnd;

/// One event of a family's stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When it was decided; never earlier than the event before it.
    pub at: Instant,
    /// In which engagement.
    pub engagement: ModelId,
    /// Who did it.
    pub by: By,
    /// What.
    pub happened: Happened,
}

/// Who did something: a key by a signed command, or an instant that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::large_enum_variant, reason = "nearly every event is a key's, so a box would only cost")]
pub enum By {
    /// An instant came, and something ended by itself. The clock never begins or widens anything.
    Clock,
    /// A party, by a command whose envelope is kept as it came, so that anyone who may read the
    /// event can check the signature.
    Key {
        /// In what part.
        side: Side,
        /// Which key.
        key: PublicKey,
        /// The command's sequence number.
        sequence: u32,
        /// The DSSE envelope, as it came.
        envelope: String,
    },
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Happened {
    /// An engagement was opened.
    Opened {
        /// The model's family.
        family: FamilyId,
        /// The developer and its key.
        developer: Party,
        /// The reviewing organisation and its key.
        organisation: Party,
        /// The digest of the criteria by which persons are chosen.
        criteria: Sha256,
        /// A salted digest of the model's name, if the developer gave one.
        sealed_name: Option<Sha256>,
    },
    /// The developer asked whether the model is covered.
    CoverageAsked {
        /// The digest of the facts put forward.
        facts: Sha256,
    },
    /// An answer came. It has no effect.
    CoverageAnswered {
        /// What was answered.
        answer: CoverageAnswer,
    },
    /// One side signed the text of a safeguard.
    SafeguardSigned {
        /// Which of the five.
        safeguard: Safeguard,
        /// Which side.
        side: Side,
        /// The digest of the text.
        text: Sha256,
    },
    /// The developer signed an agreement over one person's access.
    GrantProposed {
        /// The agreement.
        agreement: Agreement,
        /// Its digest.
        digest: Sha256,
        /// For how many uses.
        uses: u32,
    },
    /// The organisation signed the same agreement.
    GrantCountersigned {
        /// Which grant.
        grant: GrantId,
        /// The digest that both signed.
        digest: Sha256,
    },
    /// The organisation did not take up a grant, or gave it back.
    GrantDeclined {
        /// Which grant.
        grant: GrantId,
        /// Why.
        reason: Text,
    },
    /// The developer ended one grant.
    GrantEnded {
        /// Which grant.
        grant: GrantId,
    },
    /// The developer set for how many uses a grant is good.
    QuotaSet {
        /// Which grant.
        grant: GrantId,
        /// For how many in all.
        uses: u32,
    },
    /// A window was opened.
    WindowOpened {
        /// What it is anchored to.
        anchor: Anchor,
        /// When it ends.
        ends_at: Instant,
    },
    /// The developer stated a new plan.
    AnchorMoved {
        /// The new plan.
        anchor: Anchor,
        /// When the window ends now: as before, or earlier.
        ends_at: Instant,
    },
    /// The developer shortened the window.
    WindowShrunk {
        /// When it ends now.
        ends_at: Instant,
    },
    /// The developer paused the window.
    Paused,
    /// The developer let it go on.
    Resumed,
    /// A window ended, and with it all grants of the engagement.
    WindowEnded {
        /// When access ended.
        ended_at: Instant,
        /// What ended it.
        reason: WindowEnd,
    },
    /// The review ran its course.
    Finished,
    /// The developer withdrew, and all grants ended.
    Withdrawn,
    /// The organisation said what is left with it.
    ResidualsReported {
        /// What was added to the list.
        residuals: Vec<Residual>,
    },
    /// Something that was left is destroyed.
    ResidualDestroyed {
        /// Which item.
        residual: ResidualId,
        /// The digest of the certificate.
        certificate: Sha256,
    },
    /// Nothing is left, and the engagement is closed.
    Closed,
    /// A pass was handed out.
    PassIssued {
        /// The pass.
        pass: Pass,
    },
    /// The model was used once.
    Used {
        /// Under which grant.
        grant: GrantId,
        /// What for.
        purpose: Purpose,
        /// The digest of the request.
        request: Sha256,
    },
}

impl Event {
    /// Its type, as an event store writes it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.happened {
            Happened::Opened { .. } => "opened",
            Happened::CoverageAsked { .. } => "coverage-asked",
            Happened::CoverageAnswered { .. } => "coverage-answered",
            Happened::SafeguardSigned { .. } => "safeguard-signed",
            Happened::GrantProposed { .. } => "grant-proposed",
            Happened::GrantCountersigned { .. } => "grant-countersigned",
            Happened::GrantDeclined { .. } => "grant-declined",
            Happened::GrantEnded { .. } => "grant-ended",
            Happened::QuotaSet { .. } => "quota-set",
            Happened::WindowOpened { .. } => "window-opened",
            Happened::AnchorMoved { .. } => "anchor-moved",
            Happened::WindowShrunk { .. } => "window-shrunk",
            Happened::Paused => "paused",
            Happened::Resumed => "resumed",
            Happened::WindowEnded { .. } => "window-ended",
            Happened::Finished => "finished",
            Happened::Withdrawn => "withdrawn",
            Happened::ResidualsReported { .. } => "residuals-reported",
            Happened::ResidualDestroyed { .. } => "residual-destroyed",
            Happened::Closed => "closed",
            Happened::PassIssued { .. } => "pass-issued",
            Happened::Used { .. } => "used",
        }
    }

    /// The version of its form. A new form gets a new number and an upcaster in the store.
    #[must_use]
    pub fn version(&self) -> u32 {
        1
    }
}

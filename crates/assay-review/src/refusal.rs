//! Why a command has no effect. Each refusal has a code that never changes its meaning.

use assay_base::Instant;

use crate::agreement::Question;
use crate::command::{CommandKind, Side};
use crate::safeguard::Safeguard;

/// Why a command is refused: what happened, and what to do now. Nothing was changed.
///
/// A refusal is about a command to this review room. None says anything about
/// the model or what its developer does with it (invariant 1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not an envelope, or not with a command in it.
    #[error("this is not a signed review command: {0}")]
    Malformed(String),
    /// The signed bytes are not the canonical form of what they say.
    #[error("the signed bytes are not canonical JSON (RFC 8785); sign the command again with a tool that writes it")]
    NotCanonical,
    /// The signature does not hold.
    #[error("the signature does not hold: something was changed after signing; sign the command again")]
    Signature,
    /// Not exactly one signature.
    #[error("a command carries exactly one signature, of the one in whose name it is")]
    SeveralSigners,
    /// Meant for another clearinghouse.
    #[error("this command was signed for another clearinghouse; sign it for this one")]
    OtherClearinghouse,
    /// No such engagement, or none that this key has a part in: the two are not told apart.
    #[error("there is no engagement of this handle in which this key has a part")]
    NotFound,
    /// The key has a part, and this command is not in it.
    #[error("`{command}` takes the key of the {}, and this key is the {signed}'s", sides(.command))]
    NotThisSide {
        /// What was asked for.
        command: CommandKind,
        /// Whose key signed.
        signed: Side,
    },
    /// Replayed, out of order, or one before it is missing.
    #[error("this key's next command has sequence number {next}, and this has {found}; sign the next one with {next}")]
    Sequence {
        /// The next number.
        next: u32,
        /// The number that came.
        found: u32,
    },
    /// Signed too long ago, or in the future.
    #[error("this command was signed at {made_at}, and it is {now} here; sign it again, and check both clocks")]
    NotFresh {
        /// When it says it was signed.
        made_at: Instant,
        /// The clearinghouse's time.
        now: Instant,
    },
    /// The handle or id is taken.
    #[error("this id is taken; draw a new random one")]
    IdTaken,
    /// A list names something twice.
    #[error("the same {0} stands twice in one list")]
    Twice(&'static str),
    /// One key for two parts, or one member on both sides.
    #[error("developer, organisation and each person have keys of their own, and the two members differ")]
    SharedKey,
    /// An `open` for another family than the one it was brought to, or by another developer.
    #[error("this family belongs to another developer's key, or the command names another family")]
    OtherFamily,
    /// A bound is reached.
    #[error("there are at most {most} {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        most: usize,
    },
    /// A list or number that must not be empty or zero is.
    #[error("{0} cannot be empty or zero")]
    Empty(&'static str),
    /// The engagement is over.
    #[error("this engagement has ended; open another one")]
    AlreadyEnded,
    /// Only after the end.
    #[error("this engagement has not ended yet; its developer can finish or withdraw")]
    NotEnded,
    /// A safeguard lacks a signature.
    #[error("no window opens before both sides have signed the same text of `{0}`")]
    SafeguardUnsigned(Safeguard),
    /// A window is open, in this engagement or in another one of the family.
    #[error("a window of this family is open; it ends at {ends_at}")]
    WindowIsOpen {
        /// When it ends.
        ends_at: Instant,
    },
    /// No window is open.
    #[error("no window of this engagement is open")]
    NoWindow,
    /// The family's thirty days are used up.
    #[error("the thirty days of this model family are used up")]
    NoDaysLeft,
    /// The planned instant has passed.
    #[error("the planned instant {0} has passed; a window ends before it")]
    AnchorPassed(Instant),
    /// A window is only ever shortened.
    #[error("the window ends at {ends_at}; only an earlier instant can be given")]
    NotEarlier {
        /// When it ends.
        ends_at: Instant,
    },
    /// Paused.
    #[error("the developer has paused this window")]
    Paused,
    /// Not paused.
    #[error("this window is not paused")]
    NotPaused,
    /// No such grant.
    #[error("there is no grant of this id in this engagement")]
    NoGrant,
    /// The grant does not stand: one signature is missing, or it was declined or has ended.
    #[error("this grant is {0}")]
    GrantNotOpen(crate::grant::GrantState),
    /// Signed another text.
    #[error("this is not the agreement that the developer signed; both sign the same digest")]
    OtherAgreement,
    /// A fact is not known.
    #[error("nobody has stated whether `{0}` is so; without it there is no grant")]
    FactUnknown(Question),
    /// A fact stands against the grant.
    #[error("a named person answered `{0}` with yes; with it there is no grant")]
    FactAgainst(Question),
    /// Dated after now.
    #[error("{0} is dated in the future")]
    FutureDated(&'static str),
    /// Another key than the grant's.
    #[error("this grant is another person's")]
    OtherPerson,
    /// Not one of the agreement's purposes.
    #[error("this purpose is not one that both sides signed")]
    OtherPurpose,
    /// The grant's uses are used up.
    #[error("this grant was good for {0} uses, and they are used up; the developer can raise the number")]
    QuotaUsedUp(u32),
    /// Not in the direction that the command goes.
    #[error("this grant is good for {0} uses; `raise-quota` takes more, `lower-quota` fewer")]
    QuotaDirection(u32),
    /// An answer without a question.
    #[error("the developer has not asked whether this model is covered")]
    NeverAsked,
    /// No such item.
    #[error("there is no such item on the list of what is left")]
    NoResidual,
    /// Nobody has said what is left.
    #[error("the reviewing organisation has not said what is left with it")]
    ResidualsUnknown,
    /// Something is left.
    #[error("{0} items are left with the reviewing organisation")]
    ResidualsLeft(usize),
}

fn sides(command: &CommandKind) -> String {
    let sides: Vec<_> = command.sides().iter().map(|side| side.as_str()).collect();
    sides.join(" or the ")
}

impl Refusal {
    /// What is wrong with bytes that are no command; at most 300 characters of it.
    pub(crate) fn malformed(why: impl ToString) -> Self {
        // A parser repeats what it read; a terminal must not obey it.
        let why = why.to_string();
        Self::Malformed(why.chars().take(300).flat_map(char::escape_debug).collect())
    }

    /// Its code: stable, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::NotCanonical => "not-canonical",
            Self::Signature => "signature",
            Self::SeveralSigners => "several-signers",
            Self::OtherClearinghouse => "other-clearinghouse",
            Self::NotFound => "not-found",
            Self::NotThisSide { .. } => "not-this-side",
            Self::Sequence { .. } => "sequence",
            Self::NotFresh { .. } => "not-fresh",
            Self::IdTaken => "id-taken",
            Self::Twice(_) => "twice",
            Self::SharedKey => "shared-key",
            Self::OtherFamily => "other-family",
            Self::TooMany { .. } => "too-many",
            Self::Empty(_) => "empty",
            Self::AlreadyEnded => "already-ended",
            Self::NotEnded => "not-ended",
            Self::SafeguardUnsigned(_) => "safeguard-unsigned",
            Self::WindowIsOpen { .. } => "window-is-open",
            Self::NoWindow => "no-window",
            Self::NoDaysLeft => "no-days-left",
            Self::AnchorPassed(_) => "anchor-passed",
            Self::NotEarlier { .. } => "not-earlier",
            Self::Paused => "paused",
            Self::NotPaused => "not-paused",
            Self::NoGrant => "no-grant",
            Self::GrantNotOpen(_) => "grant-not-open",
            Self::OtherAgreement => "other-agreement",
            Self::FactUnknown(_) => "fact-unknown",
            Self::FactAgainst(_) => "fact-against",
            Self::FutureDated(_) => "future-dated",
            Self::OtherPerson => "other-person",
            Self::OtherPurpose => "other-purpose",
            Self::QuotaUsedUp(_) => "quota-used-up",
            Self::QuotaDirection(_) => "quota-direction",
            Self::NeverAsked => "never-asked",
            Self::NoResidual => "no-residual",
            Self::ResidualsUnknown => "residuals-unknown",
            Self::ResidualsLeft(_) => "residuals-left",
        }
    }
}

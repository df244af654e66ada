//! Why a release is refused: what is wrong with it, and what to do now.

use assay_advisory::record::AdvisoryId;
use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_seal::EnvelopeError;

/// A release folder, or what came from one, is not to be believed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no index, so nothing is published.
    #[error("there is no index.json: this is no release folder, or an incomplete one")]
    NoIndex,
    /// No trusted key signed the index, or it was changed after signing.
    #[error("index.json: {error}")]
    IndexSignature {
        /// What is wrong with the signature.
        error: EnvelopeError,
    },
    /// The index is signed, or not even that, but is not what a publisher writes.
    #[error("index.json is not in order: {why}")]
    Index {
        /// What is wrong.
        why: String,
    },
    /// Freeze: whoever shows it may be hiding newer ones.
    #[error("the release ended at {expires}; newer advisories may be held back")]
    Expired {
        /// When it ended.
        expires: Instant,
    },
    /// It was signed later than now: this clock or that one is wrong.
    #[error("the release was signed at {instant}, which is later than now ({now})")]
    FromTheFuture {
        /// When it says it was signed.
        instant: Instant,
        /// What the clock here says.
        now: Instant,
    },
    /// Rollback: an older state than the one that was seen.
    #[error("the release has version {found}, and version {seen} was seen here before: it is older")]
    Older {
        /// The version that is offered.
        found: u64,
        /// The newest version seen.
        seen: u64,
    },
    /// Fork: the publisher, or someone with his key, tells two stories.
    #[error("the release tells another story than the one seen here before: {why}")]
    Fork {
        /// In what they differ.
        why: String,
    },
    /// A file that the index names is not there.
    #[error("`{path}` is missing")]
    Missing {
        /// Which.
        path: String,
    },
    /// A file that nobody signed.
    #[error("`{path}` is in the folder, and the index does not name it")]
    Unlisted {
        /// Which.
        path: String,
    },
    /// A file has another content than the one that was signed.
    #[error("`{path}` was changed: its digest is {found}, and {wanted} was signed")]
    Changed {
        /// Which.
        path: String,
        /// What it is.
        found: Sha256,
        /// What was signed.
        wanted: Sha256,
    },
    /// A file has another size than the one that was signed; it was not read to its end.
    #[error("`{path}` was changed: it has not the {wanted} bytes that were signed")]
    Size {
        /// Which.
        path: String,
        /// What was signed.
        wanted: u64,
    },
    /// Something that is no plain file or folder.
    #[error("`{path}` is a link or something else that is no plain file")]
    NotAFile {
        /// Which.
        path: String,
    },
    /// Too few approvers, a changed envelope, or another record than the index says.
    #[error("{id} is not approved: {why}")]
    NotApproved {
        /// Which advisory.
        id: AdvisoryId,
        /// What is wrong.
        why: String,
    },
    /// The ledger beside the advisories does not hold, or is not the one that the index names.
    #[error("the ledger: {why}")]
    Ledger {
        /// What is wrong.
        why: String,
    },
    /// More than one release folder holds.
    #[error("the folder holds more than {most} {what}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The bound.
        most: u64,
    },
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoIndex => "no-index",
            Self::IndexSignature { .. } => "index-signature",
            Self::Index { .. } => "index-malformed",
            Self::Expired { .. } => "expired",
            Self::FromTheFuture { .. } => "from-the-future",
            Self::Older { .. } => "older",
            Self::Fork { .. } => "fork",
            Self::Missing { .. } => "file-missing",
            Self::Unlisted { .. } => "file-unlisted",
            Self::Changed { .. } | Self::Size { .. } => "file-changed",
            Self::NotAFile { .. } => "not-a-file",
            Self::NotApproved { .. } => "not-approved",
            Self::Ledger { .. } => "ledger",
            Self::TooMuch { .. } => "too-much",
        }
    }

    /// What to do now.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::NoIndex => "check the address; it names the folder that holds index.json",
            Self::IndexSignature { error: EnvelopeError::NotTrusted(_) } => {
                "do not use it. If the clearinghouse changed its keys, get its new trust file from it directly, not \
                 from where the release came from"
            }
            Self::Expired { .. } => {
                "get a newer one from another mirror, or ask the clearinghouse why it has signed none; check that \
                 this computer's clock is right"
            }
            Self::FromTheFuture { .. } => "set this computer's clock, and try again",
            Self::Older { .. } => {
                "use another mirror. If a stick or mirror is meant to be older, it has nothing that is not here already"
            }
            Self::Fork { .. } => {
                "do not use it, and tell the clearinghouse: two different releases were signed under one version"
            }
            Self::Missing { .. } | Self::Size { .. } | Self::Changed { .. } => {
                "do not use it. The copy may be incomplete: try again, or another mirror; if it stays so, tell the \
                 clearinghouse"
            }
            Self::IndexSignature { .. }
            | Self::Index { .. }
            | Self::Unlisted { .. }
            | Self::NotAFile { .. }
            | Self::NotApproved { .. }
            | Self::Ledger { .. }
            | Self::TooMuch { .. } => "do not use it; use another mirror, and tell the clearinghouse",
        }
    }
}

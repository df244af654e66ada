//! Why a file could not be had, and what to do about it.

use super::Wanted;

/// One file that could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} of {purl}: {reason}\n  {}", reason.remedy())]
pub struct FetchError {
    /// The package URL.
    pub purl: String,
    /// The file's name in the registry.
    pub file: String,
    /// Why.
    pub reason: Reason,
}

impl FetchError {
    pub(super) fn new(wanted: &Wanted, reason: Reason) -> Self {
        // The names come from a stranger's manifest and go to a terminal.
        let plain = |text: &str| text.chars().take(300).collect::<String>().escape_debug().to_string();
        Self { purl: plain(&wanted.purl), file: plain(&wanted.name), reason }
    }
}

/// Why a file could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The package URL or a file name is not one that is ever handed to a client.
    #[error("{0}")]
    Refused(String),
    /// Nothing here fetches this kind of package.
    #[error("packages of type `{0}` are not fetched")]
    Unsupported(String),
    /// The ecosystem's client is not installed, or lacks a part.
    #[error("`{program}` is not usable here: {problem}")]
    NoClient {
        /// The program.
        program: &'static str,
        /// What was tried and seen.
        problem: String,
        /// How to get it.
        install: &'static str,
    },
    /// The client could not reach its server.
    #[error("the registry could not be reached: {0}")]
    Unreachable(String),
    /// The client ended without the file.
    #[error("the registry's client did not bring it: {0}")]
    NotFound(String),
    /// The registry has another file under this name.
    #[error("the registry has another file under this name, with the digest {0}")]
    OtherDigest(assay_bundle::digest::Sha256),
    /// The client took too long or brought too much.
    #[error("{0}")]
    Limit(String),
    /// The cache or a temporary folder failed.
    #[error("{0}")]
    Storage(String),
}

impl Reason {
    /// A stable word for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Unsupported(_) => "unsupported",
            Self::NoClient { .. } => "no-client",
            Self::Unreachable(_) => "unreachable",
            Self::NotFound(_) => "not-found",
            Self::OtherDigest(_) => "other-digest",
            Self::Limit(_) => "limit",
            Self::Storage(_) => "storage",
        }
    }

    /// What to do next.
    #[must_use]
    pub fn remedy(&self) -> String {
        const FROM: &str = "`assay bundle fetch --from DIR`";
        match self {
            Self::Refused(_) => "Write the package with its exact version, as the registry spells it.".to_owned(),
            Self::Unsupported(_) => format!("Get the file by hand and import it with {FROM}."),
            Self::NoClient { install, .. } => {
                format!("{install}, or import the file with {FROM}.")
            }
            Self::Unreachable(_) => {
                format!("Check the network, the proxy and the client's configuration, or import the file with {FROM}.")
            }
            Self::NotFound(_) => {
                format!("Superseded versions leave mirrors; if you have the file, import it with {FROM}.")
            }
            Self::OtherDigest(_) => {
                format!("Check the digest in proof.toml; if it is right, import the right file with {FROM}.")
            }
            Self::Limit(_) => format!("Try again, or import the file with {FROM}."),
            Self::Storage(_) => "Check the space and the permissions of the cache folder ($ASSAY_CACHE).".to_owned(),
        }
    }
}

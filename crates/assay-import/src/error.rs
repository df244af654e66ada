//! Why nothing was imported: what happened, to what, and what to do now.

use crate::format::Format;

/// Why a source gives no bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// No importer knows this.
    #[error("{0}")]
    Unknown(String),
    /// It is not JSON, or more of it than is read.
    #[error("`{name}` cannot be read as JSON: {why}")]
    NotJson {
        /// The file.
        name: String,
        /// Why, with line and column where known.
        why: String,
    },
    /// It is JSON, or a folder, and not of this format.
    #[error("`{name}` is not {what}: {why}")]
    NotThis {
        /// The file or folder.
        name: String,
        /// The format's name with its article.
        what: &'static str,
        /// What is wrong or missing.
        why: String,
    },
    /// More than a limit allows.
    #[error("{what} has {there} bytes; at most {most} are taken")]
    TooLarge {
        /// What.
        what: String,
        /// Its size.
        there: usize,
        /// The limit.
        most: usize,
    },
    /// More findings than one import makes bundles of.
    #[error("it holds {there} findings; one import makes at most {most} bundles")]
    TooMany {
        /// How many there are.
        there: usize,
        /// The limit.
        most: usize,
    },
    /// The one that was asked for is not there.
    #[error("there is no finding number {wanted}: it holds {there}")]
    NoSuchFinding {
        /// The number that was asked for.
        wanted: usize,
        /// How many there are.
        there: usize,
    },
    /// Read well, and nothing in it is a finding.
    #[error("it holds no finding that a bundle could be made of")]
    Nothing {
        /// The format.
        format: Format,
        /// What was there and not taken.
        left_out: Vec<String>,
    },
    /// The bundle that was named as the pattern cannot serve as one.
    #[error("the bundle given with `--like` cannot serve as a pattern: {0}")]
    BadPattern(String),
    /// What was made does not hold up against the format's own reader: a fault of the importer.
    #[error("the import would not read back: {0}")]
    NotReadable(String),
}

impl ImportError {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown-format",
            Self::NotJson { .. } => "not-json",
            Self::NotThis { .. } => "not-this-format",
            Self::TooLarge { .. } => "too-large",
            Self::TooMany { .. } => "too-many",
            Self::NoSuchFinding { .. } => "no-such-finding",
            Self::Nothing { .. } => "no-finding",
            Self::BadPattern(_) => "bad-pattern",
            Self::NotReadable(_) => "not-readable",
        }
    }

    /// What to do now.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Unknown(_) => format!("name the format instead of `auto`: {}", Format::words()),
            Self::NotJson { .. } => "take the file as its tool wrote it, uncompressed and whole".to_owned(),
            Self::NotThis { .. } => "docs/import.md says what each format must hold; `auto` looks by itself".to_owned(),
            Self::TooLarge { .. } => {
                "these limits are the format's own, or far above what honest tools write; send a smaller one".to_owned()
            }
            Self::TooMany { .. } | Self::NoSuchFinding { .. } => "choose one with `--only NUMBER`".to_owned(),
            Self::Nothing { left_out, .. } if left_out.is_empty() => "check that it is the right file".to_owned(),
            Self::Nothing { left_out, .. } => left_out.join("; "),
            Self::BadPattern(_) => "run `assay bundle check` on it first".to_owned(),
            Self::NotReadable(_) => "report this as a fault of Assay, with the kind of file".to_owned(),
        }
    }
}

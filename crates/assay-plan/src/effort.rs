//! What kind of effort an update takes: what it costs of a month's capacity,
//! and whether the thing has to be away for it.

use serde::Serialize;

/// A class of effort. A lighter one is smaller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effort {
    /// Something is asked, read or written down; nothing changes.
    Ask,
    /// What uses it is built and put in place again.
    #[default]
    Rebuild,
    /// A service or a machine starts again.
    Restart,
    /// The thing is away while it is done.
    Downtime,
}

impl Effort {
    /// How much of a month's capacity it takes: one update, and for one that takes a thing away, two.
    pub fn cost(self) -> u16 {
        match self {
            Self::Ask | Self::Rebuild | Self::Restart => 1,
            Self::Downtime => 2,
        }
    }

    /// Whether it waits for a maintenance window, where the thing has one.
    pub fn needs_window(self) -> bool {
        matches!(self, Self::Restart | Self::Downtime)
    }

    /// As part of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::Ask => "a ticket or a question",
            Self::Rebuild => "a rebuild, no restart of a machine",
            Self::Restart => "a restart",
            Self::Downtime => "time away",
        }
    }
}

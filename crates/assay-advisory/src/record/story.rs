//! How it was found, what happened when, and how the embargo ended.

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use super::fault::Faults;

/// With what and by whom it was found (R17). It never affects a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discovery {
    /// Human, with AI's help, or AI.
    pub found_by: FoundBy,
    /// Whether others could have found it with the same tools.
    pub tooling: Tooling,
    /// The model's name, if one was used and it may be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The agent harness's name, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harness: Option<String>,
    /// The person or organisation that answers for it, by name.
    pub operator: String,
}

/// Who or what found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundBy {
    /// A person.
    Human,
    /// A person with an AI's help.
    AiAssisted,
    /// An AI.
    Ai,
}

/// What it was found with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tooling {
    /// Tools anyone has.
    Public,
    /// Tools others lack.
    Confidential,
}

impl FoundBy {
    /// As people say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Human => "by a person",
            Self::AiAssisted => "by a person with an AI's help",
            Self::Ai => "by an AI",
        }
    }
}

impl Tooling {
    /// As people say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Public => "public tooling",
            Self::Confidential => "confidential tooling",
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moment {
    /// When.
    pub at: Instant,
    /// What.
    pub what: Happening,
}

/// What can happen on the way to an advisory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Happening {
    /// It was found.
    Found,
    /// A report came in.
    Received,
    /// A runner reproduced it.
    Reproduced,
    /// The maintainer or vendor was told.
    VendorInformed,
    /// A fix was verified.
    FixVerified,
    /// A fixed version came out.
    FixReleased,
    /// The embargo ended.
    EmbargoEnded,
    /// It was published.
    Published,
}

impl Happening {
    /// As people say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Received => "received",
            Self::Reproduced => "reproduced",
            Self::VendorInformed => "maintainer or vendor informed",
            Self::FixVerified => "fix verified",
            Self::FixReleased => "fixed version released",
            Self::EmbargoEnded => "embargo ended",
            Self::Published => "published",
        }
    }
}

/// How the embargo ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embargo {
    /// The exact instant.
    pub ended: Instant,
    /// Why then.
    pub reason: EndReason,
}

/// Why an embargo ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// The agreed instant came.
    Agreed,
    /// The public knew of it.
    PublicAwareness,
    /// An exploit was public.
    PublicExploit,
    /// It was being attacked.
    Attacks,
    /// The maintainer published.
    MaintainerPublished,
}

impl EndReason {
    /// As people say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Agreed => "the agreed instant came",
            Self::PublicAwareness => "the public knew of it",
            Self::PublicExploit => "an exploit was public",
            Self::Attacks => "it was being attacked",
            Self::MaintainerPublished => "the maintainer published",
        }
    }
}

pub(super) fn check_discovery(discovery: &Discovery, faults: &mut Faults) {
    faults.line("discovery.operator", &discovery.operator, 200);
    for (place, text) in [("discovery.model", &discovery.model), ("discovery.harness", &discovery.harness)] {
        if let Some(text) = text {
            faults.line(place, text, 200);
        }
    }
}

pub(super) fn check_timeline(timeline: &[Moment], embargo: Option<&Embargo>, published: Instant, faults: &mut Faults) {
    faults.count("timeline", timeline.len(), 0, 64);
    if !timeline.is_sorted_by_key(|moment| moment.at) {
        faults.add("timeline", "it is not in the order of time");
    }
    for (index, moment) in timeline.iter().enumerate() {
        faults.not_after(&format!("timeline[{index}]"), moment.at, published);
        if moment.what == Happening::Published && moment.at != published {
            faults.add(&format!("timeline[{index}]"), "it was published at another instant");
        }
    }
    if let Some(embargo) = embargo {
        // INVARIANT 5: nothing is published before its embargo's instant.
        faults.not_after("embargo.ended", embargo.ended, published);
    }
}

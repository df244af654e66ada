//! Which clock governs an embargo.
//!
//! The first that applies: the project's published policy, the cap of a list
//! that was told, an agreed date, the instance's default. Of those that bind,
//! the shortest wins. The default binds nobody: it applies only where nothing
//! else does, so a longer default of ours can never outrank a maintainer's
//! policy (invariant 13).

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use crate::case::table::words;
use crate::text::Line;

/// Days of the instance's default, unless its settings say otherwise (R36).
pub const DEFAULT_DAYS: u32 = 30;
/// Longest embargo that any clock gives: no promise of secrecy lasts longer.
pub const LONGEST_DAYS: u32 = 365;
/// Most lists that one case tells.
pub const LISTS_MAX: usize = 20;

words! {
    /// Which clock governs.
    Basis {
        /// The maintainer's published policy.
        ProjectPolicy = "project-policy",
        /// A list that was told, and its cap.
        ListCap = "list-cap",
        /// A date that the parties agreed on.
        AgreedDate = "agreed-date",
        /// The instance's default.
        InstanceDefault = "instance-default",
    }
}

/// How long, from when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Term {
    /// So many days of 24 hours after the case was opened.
    Days {
        /// How many.
        days: u32,
    },
    /// At this instant.
    At {
        /// Which.
        end: Instant,
    },
}

impl Term {
    fn end(self, from: Instant) -> Instant {
        let longest = from.plus_days(LONGEST_DAYS);
        match self {
            Self::Days { days } => from.plus_days(days.min(LONGEST_DAYS)),
            Self::At { end } => end.min(longest),
        }
    }
}

/// What a project says publicly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ProjectPolicy {
    /// How long it lets an embargo last.
    pub term: Term,
    /// Where it says so.
    pub source: Line,
}

/// A list that was told, whose rules bind whoever tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ListCap {
    /// The list's name.
    pub list: Line,
    /// Its cap in days.
    pub days: u32,
    /// When it was told: its clock starts there.
    pub told: Instant,
}

/// What the parties agreed on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Agreed {
    /// Until when.
    pub end: Instant,
    /// Where the agreement is recorded.
    pub source: Line,
}

/// All clocks that may apply to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Policies {
    /// The maintainer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectPolicy>,
    /// The lists'.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<ListCap>,
    /// The parties'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<Agreed>,
    /// Ours, in days.
    pub default_days: u32,
}

impl Default for Policies {
    fn default() -> Self {
        Self { project: None, lists: Vec::new(), agreed: None, default_days: DEFAULT_DAYS }
    }
}

/// The clock that governs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Governing {
    /// When the embargo ends.
    pub end: Instant,
    /// Which clock it is.
    pub basis: Basis,
    /// Whose, or where it is written.
    pub source: String,
}

/// The clock that governs a case opened at `opened`.
///
/// # Properties
/// The end is never later than what any binding clock allows; the default
/// matters only where no other clock is there.
pub fn govern(opened: Instant, policies: &Policies) -> Governing {
    let binding = binding(opened, policies);
    // `min_by_key` gives the first of equals: the order of R36 breaks ties.
    binding.into_iter().min_by_key(|clock| clock.end).unwrap_or_else(|| Governing {
        end: Term::Days { days: policies.default_days }.end(opened),
        basis: Basis::InstanceDefault,
        source: format!("this instance's default of {} days", policies.default_days.min(LONGEST_DAYS)),
    })
}

/// The latest end that those allow whom an agreement of the parties cannot
/// overrule: the project's policy and the lists' caps.
pub fn cap(opened: Instant, policies: &Policies) -> Option<Governing> {
    let without = Policies { agreed: None, ..policies.clone() };
    binding(opened, &without).into_iter().min_by_key(|clock| clock.end)
}

fn binding(opened: Instant, policies: &Policies) -> Vec<Governing> {
    let mut clocks = Vec::new();
    if let Some(policy) = &policies.project {
        clocks.push(Governing {
            end: policy.term.end(opened),
            basis: Basis::ProjectPolicy,
            source: policy.source.to_string(),
        });
    }
    clocks.extend(policies.lists.iter().map(|cap| Governing {
        end: Term::Days { days: cap.days }.end(cap.told),
        basis: Basis::ListCap,
        source: format!("{}: {} days from {}", cap.list, cap.days, cap.told),
    }));
    if let Some(agreed) = &policies.agreed {
        clocks.push(Governing {
            end: Term::At { end: agreed.end }.end(opened),
            basis: Basis::AgreedDate,
            source: agreed.source.to_string(),
        });
    }
    clocks
}

/// Whether an embargo that ends at `end` is over.
pub fn is_over(end: Instant, now: Instant) -> bool {
    now >= end
}

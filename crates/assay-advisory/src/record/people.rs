//! Who publishes, and who is thanked.

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use super::fault::Faults;

/// Who publishes the advisory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publisher {
    /// The clearinghouse's name.
    pub name: String,
    /// A web address that it controls: its name space in CSAF and OpenVEX, and where its releases lie.
    pub namespace: String,
    /// How it is reached, for people.
    pub contact: String,
}

/// Somebody who did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credit {
    /// The name that they asked to be called by.
    pub name: String,
    /// For whom they worked, if they want it said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// What they did.
    pub role: Role,
    /// When the ledger recorded it, for those whose order matters: finders are listed by this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Instant>,
}

/// What somebody did. The words are OSV's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Found the flaw.
    Finder,
    /// Told of it.
    Reporter,
    /// Examined it.
    Analyst,
    /// Coordinated those concerned.
    Coordinator,
    /// Wrote the fix.
    RemediationDeveloper,
    /// Reviewed the fix.
    RemediationReviewer,
    /// Verified the fix.
    RemediationVerifier,
    /// A program that helped to find it.
    Tool,
    /// Paid for the work.
    Sponsor,
}

impl Role {
    /// OSV's word for it.
    #[must_use]
    pub fn in_osv(self) -> &'static str {
        match self {
            Self::Finder => "FINDER",
            Self::Reporter => "REPORTER",
            Self::Analyst => "ANALYST",
            Self::Coordinator => "COORDINATOR",
            Self::RemediationDeveloper => "REMEDIATION_DEVELOPER",
            Self::RemediationReviewer => "REMEDIATION_REVIEWER",
            Self::RemediationVerifier => "REMEDIATION_VERIFIER",
            Self::Tool => "TOOL",
            Self::Sponsor => "SPONSOR",
        }
    }

    /// What they did, as people say it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Finder => "found the flaw",
            Self::Reporter => "reported it",
            Self::Analyst => "examined it",
            Self::Coordinator => "coordinated",
            Self::RemediationDeveloper => "wrote the fix",
            Self::RemediationReviewer => "reviewed the fix",
            Self::RemediationVerifier => "verified the fix",
            Self::Tool => "helped to find it, as a tool",
            Self::Sponsor => "paid for the work",
        }
    }
}

pub(super) fn check_publisher(publisher: &Publisher, faults: &mut Faults) {
    faults.line("publisher.name", &publisher.name, 200);
    faults.line("publisher.contact", &publisher.contact, 500);
    faults.url("publisher.namespace", &publisher.namespace);
    // Documents' addresses are made by adding to it.
    if publisher.namespace.contains(['?', '#']) || publisher.namespace.len() > 500 {
        faults.add("publisher.namespace", "it has a query or a fragment, or is longer than 500 bytes");
    }
}

pub(super) fn check_credits(credits: &[Credit], published: Instant, faults: &mut Faults) {
    faults.count("credits", credits.len(), 0, 100);
    let mut before = None;
    for (index, credit) in credits.iter().enumerate() {
        let place = format!("credits[{index}]");
        faults.line(&format!("{place}.name"), &credit.name, 200);
        if let Some(organization) = &credit.organization {
            faults.line(&format!("{place}.organization"), organization, 200);
        }
        if let Some(recorded) = credit.recorded {
            faults.not_after(&format!("{place}.recorded"), recorded, published);
            if credit.role == Role::Finder {
                // Whoever was recorded first is named first; the clearinghouse has no say in it.
                if before.is_some_and(|before| before > recorded) {
                    faults.add(&place, "a finder stands after one whom the ledger recorded later");
                }
                before = Some(recorded);
            }
        }
    }
}

//! What can happen to a lease.

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use super::Method;
use crate::aggregate::Happening;
use crate::embargoed::{self, Embargoed};
use crate::ids::OptOutId;
use crate::target::Target;
use crate::text::Line;

/// Up to where a target was searched: its commit or version. This leaves the
/// house with the answer to a claim, so it holds nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Coverage {
    /// The commit or version.
    pub at: Line,
}

/// What happened to a lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Happened {
    /// The event's actor claimed a target.
    Claimed {
        /// What.
        #[serde(with = "embargoed::payload")]
        target: Embargoed<Target>,
        /// By which method.
        method: Method,
        /// The fencing token.
        token: u64,
        /// When it ends unless it is renewed.
        expires: Instant,
    },
    /// It was prolonged.
    Renewed {
        /// Until when.
        expires: Instant,
    },
    /// It was given back.
    Released {
        /// What was covered, if something was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        covered: Option<Coverage>,
    },
    /// Its time ran out.
    Expired,
    /// A maintainer opted out.
    Cancelled {
        /// By which record.
        opt_out: OptOutId,
    },
}

impl Happening for Happened {
    fn kind(&self) -> &'static str {
        match self {
            Self::Claimed { .. } => "lease.claimed",
            Self::Renewed { .. } => "lease.renewed",
            Self::Released { .. } => "lease.released",
            Self::Expired => "lease.expired",
            Self::Cancelled { .. } => "lease.cancelled",
        }
    }
}

//! Leases: a time-limited claim on a target by method class, so that nobody
//! scans twice (R1 to R3).
//!
//! A lease lives until its expiry, which the clock alone brings; its event is
//! bookkeeping. Its fencing token is greater than that of every earlier lease
//! of the same project and method, so that a scanner whose lease ran out is
//! told apart from its successor.

mod decide;
pub mod happened;
mod state;
pub mod view;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use decide::{TTL_LONGEST, TTL_SHORTEST};
pub use happened::{Coverage, Happened};
pub use state::{Lease, Phase, State};
pub use view::{Availability, Standing, View};

use crate::case::table::words;
use crate::embargoed::Embargoed;
use crate::ids::OptOutId;
use crate::target::Target;

words! {
    /// How a target is searched. Two methods do not disturb each other.
    Method {
        /// By reading the source with a program.
        Static = "static",
        /// By running it on many inputs.
        Fuzzing = "fuzzing",
        /// By a person who reads.
        Manual = "manual",
        /// By a model.
        Model = "model",
        /// In another way.
        Other = "other",
    }
}

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Claims a target.
    Claim {
        /// What.
        target: Embargoed<Target>,
        /// By which method.
        method: Method,
        /// For how long.
        ttl: Duration,
        /// What the store knows, read in the same transaction.
        view: View,
    },
    /// Prolongs it from now on.
    Renew {
        /// The lease's own fencing token.
        token: u64,
        /// For how long from now.
        ttl: Duration,
    },
    /// Gives it back.
    Release {
        /// The lease's own fencing token.
        token: u64,
        /// What was covered, if something was.
        covered: Option<Coverage>,
    },
    /// Records that it expired.
    Expire,
    /// Cancels it, because a maintainer opted out.
    Cancel {
        /// Which opt-out covers it.
        opt_out: OptOutId,
        /// What it covers.
        target: Embargoed<Target>,
    },
}

/// A kind of command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// [`Command::Claim`]
    Claim,
    /// [`Command::Renew`]
    Renew,
    /// [`Command::Release`]
    Release,
    /// [`Command::Expire`]
    Expire,
    /// [`Command::Cancel`]
    Cancel,
}

impl Command {
    /// Its kind.
    pub fn action(&self) -> Action {
        match self {
            Self::Claim { .. } => Action::Claim,
            Self::Renew { .. } => Action::Renew,
            Self::Release { .. } => Action::Release,
            Self::Expire => Action::Expire,
            Self::Cancel { .. } => Action::Cancel,
        }
    }
}

//! What the store knows around a target, and what of it a claimant learns.

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use super::Method;
use super::happened::Coverage;
use crate::ids::LeaseId;
use crate::target::Target;

/// A lease that may overlap: same project ([`crate::target::Whole::project`]) and method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Its id.
    pub lease: LeaseId,
    /// Its target.
    pub target: Target,
    /// Its method.
    pub method: Method,
    /// Its end, if it is active.
    pub expires: Instant,
}

/// What the store knows, read in the transaction in which it is decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Active leases of the same project and method; more than those do no harm.
    pub active: Vec<Standing>,
    /// The greatest fencing token ever given for this project and method; 0 for none.
    pub last_token: u64,
    /// Whether an opt-out covers the target ([`crate::opt_out::State::covers`]).
    pub opted_out: bool,
    /// What was covered of this target by this method before.
    pub covered: Option<Coverage>,
}

/// All that a claimant learns (R2): nothing of who, where or until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "kebab-case")]
pub enum Availability {
    /// Nobody holds it. Somebody may still claim it first.
    Free,
    /// It is not to be had: somebody holds it, or it is not to be scanned.
    Taken,
    /// It was searched by this method, up to here, and can be claimed again.
    Covered {
        /// Up to where.
        at: Coverage,
    },
}

impl View {
    /// Whether a lease for this would overlap an active one.
    pub fn overlaps(&self, target: &Target, method: Method, now: Instant) -> bool {
        self.active.iter().any(|other| other.method == method && now < other.expires && other.target.overlaps(target))
    }

    /// What a claimant is told before claiming. An opt-out looks like a lease:
    /// whether a maintainer wrote to us is not the claimant's to learn here.
    pub fn availability(&self, target: &Target, method: Method, now: Instant) -> Availability {
        if self.opted_out || self.overlaps(target, method, now) {
            return Availability::Taken;
        }
        match &self.covered {
            Some(at) => Availability::Covered { at: at.clone() },
            None => Availability::Free,
        }
    }
}

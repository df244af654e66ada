//! What came of a patch: the levels, and everything that stands behind them.

use std::time::Duration;

use assay_bundle::digest::Sha256;

use super::decide::Standing;
use super::guard::Touch;
use super::moved::Moved;
use super::neighbourhood::Neighbourhood;
use super::own_tests::Tested;
use super::reached::Reached;
use super::unwatched::Unwatched;
use crate::proof::Proof;

/// Who merged a patch, as somebody says: recorded, never checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The commit in the maintainer's repository.
    pub commit: String,
    /// Who says so, or who merged it.
    pub by: Option<String>,
}

/// A patch that was verified as far as it holds.
#[derive(Debug, Clone)]
pub struct Report {
    /// Digest of the patch as it came.
    pub patch: Sha256,
    /// Files that it touches.
    pub files: Vec<String>,
    /// The levels.
    pub standing: Standing,
    /// The proof with the patch as its fix: L0 and L1.
    pub proof: Proof,
    /// What the target's own tests said; none if they were not asked.
    pub tested: Option<Tested>,
    /// What was seen around the inputs, or why nothing was.
    pub around: Result<Neighbourhood, String>,
    /// What the patched program does without the sanitizer.
    pub unwatched: Unwatched,
    /// What it does where folders have other names; none if it was not asked.
    pub moved: Option<Moved>,
    /// How many inputs without the flaw get to the changed code; none if it was not asked.
    pub reached: Option<Reached>,
    /// What the patch touches that a person should look at.
    pub touches: Vec<Touch>,
    /// Who merged it.
    pub merged: Option<Merged>,
    /// How long all of it took.
    pub took: Duration,
}

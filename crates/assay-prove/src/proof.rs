//! What a proof is when it is done: the ruling, the evidence, and everything a
//! reader needs to judge or repeat it.

use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::{Assurance, Tier};
use assay_sandbox::Layers;
use jiff::Timestamp;
use serde::Serialize;

use crate::evidence::Evidence;
use crate::second::Opinion;
use crate::toolchain::Tool;
use crate::verdict::Ruling;

/// A finished proof.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The checked manifest.
    pub manifest: Manifest,
    /// The bundle's identity.
    pub bundle_id: Sha256,
    /// The finding's identity: the same when a fix is added.
    pub claim_id: Sha256,
    /// The verdict with its sentence.
    pub ruling: Ruling,
    /// How far the evidence can be trusted.
    pub assurance: Assurance,
    /// What the claimant wrote, for which it is no more; empty above `claimant`.
    pub claimants_parts: Vec<String>,
    /// What a second oracle said, where one was asked.
    pub second: Option<Opinion>,
    /// How strong the sandbox was; none if there was none.
    pub tier: Option<Tier>,
    /// Its layers and proofs.
    pub layers: Option<Layers>,
    /// What is known of the arms and all runs.
    pub evidence: Evidence,
    /// What was built.
    pub arms: Vec<ArmRecord>,
    /// Tools, with versions and digests.
    pub tools: Vec<Tool>,
    /// Digest of each input, triggers first.
    pub inputs: Vec<InputRecord>,
    /// How long the runs took, all arms together: what a proof costs once its arms are built.
    pub running: Duration,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
}

/// What was built in one arm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArmRecord {
    /// The arm.
    pub name: ArmName,
    /// Digest over the prepared source's files.
    pub source: Option<Sha256>,
    /// Digest over the files in `$OUT`.
    pub artifacts: Option<Sha256>,
    /// How long the build took.
    pub build: Duration,
    /// Where its builds came from.
    pub builds: Builds,
}

/// Where the builds of one arm came from; it has several where each input is a program of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Builds {
    /// Made for this proof.
    pub made: u32,
    /// Made before, by exactly the same recipe from exactly the same files, and kept since.
    pub kept: u32,
}

/// An input by its digest, for the statement: the bytes stay in the bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputRecord {
    /// What people call it: a path, or the arguments.
    pub name: String,
    /// Digest of its bytes, or of its arguments with a NUL after each.
    pub sha256: Sha256,
}

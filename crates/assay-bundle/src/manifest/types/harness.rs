//! How the built target is run, and what it is fed.

use serde::Serialize;

use super::Limits;
use crate::path::BundlePath;

/// How the target is fed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HarnessKind {
    /// The input is a file named by `$INPUT`.
    File,
    /// The input is standard input.
    Stdin,
    /// The input is the argument list that replaces `$INPUT`.
    Args,
    /// Each input is a program of its own, built per arm.
    Program,
    /// A loopback server and its driver.
    Server,
    /// A driver script beside the target.
    Driver,
}

/// Where the harness comes from: a claim, checked against the fetched source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HarnessOrigin {
    /// The target's project ships it.
    Project,
    /// A registry ships it (OSS-Fuzz).
    Registry,
    /// The claimant wrote it.
    Claimant,
}

/// How the built target is run.
#[derive(Debug, Clone, PartialEq)]
pub struct Harness {
    /// How the input reaches it.
    pub kind: HarnessKind,
    /// The command; `$OUT $INPUT $SRC $DEPS $SCRATCH $CANARY` are substituted, no shell.
    pub run: Vec<String>,
    /// Limits of one run.
    pub limits: Limits,
    /// Who wrote it, as claimed.
    pub origin: HarnessOrigin,
    /// For origin `project`: the harness's files, as paths in the source as fetched.
    pub files: Vec<BundlePath>,
    /// What a benign run must show.
    pub alive: Alive,
}

/// What every benign run must show in every arm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alive {
    /// Exit status.
    pub exit: i32,
    /// A regex that some line of stdout matches.
    pub stdout: Option<String>,
    /// A regex that some line of stderr matches.
    pub stderr: Option<String>,
}

/// What the target is fed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// All must fire on the vulnerable arm. At least one.
    pub trigger: Vec<Input>,
    /// The harness must be alive on each, in every arm. At least one.
    pub benign: Vec<Input>,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its content.
    pub content: InputContent,
    /// Its size for the `growth` oracle, in the claimant's unit.
    pub size: Option<u64>,
}

/// The content of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputContent {
    /// A file of the bundle.
    Path(BundlePath),
    /// Arguments.
    Args(Vec<String>),
    /// A source file of the bundle that is built into a program of its own.
    Program(BundlePath),
}

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
    /// The target is a server in a sandbox of its own; the input reaches it through its port, sent by the runner
    /// or by a driver that takes it as file or arguments.
    Server,
    /// The same, and each input is a driver of its own: a script of the claimant's.
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
    /// Where the driver meets the server; for the kinds `server` and `driver`, and only for them.
    pub join: Option<Join>,
}

/// Where a driver meets the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The loopback TCP port at which the server listens, 1024 or above, and to which the driver connects.
    pub port: u16,
    /// The driver's command; `$OUT $INPUT $SRC $DEPS $SCRATCH` are substituted. Without one the runner sends the
    /// bytes of the input over one connection and prints what comes back.
    pub driver: Option<Vec<String>>,
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

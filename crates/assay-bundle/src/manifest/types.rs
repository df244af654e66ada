//! The checked manifest: what every later floor works with.
//!
//! A [`Manifest`] exists only if parsing found no problem, so its consumers
//! need not check again. Every key stands in `docs/proof-1.schema.json`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::path::BundlePath;

/// A checked `proof.toml` (schema `assay.proof/1`).
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// One line that names the flaw.
    pub title: String,
    /// A longer description for people; never read by the verdict.
    pub description: Option<String>,
    /// CWE identifiers, as `CWE-125`.
    pub weakness: Vec<String>,
    /// Known identifiers of the flaw: CVE, GHSA, RUSTSEC, ...
    pub ids: Vec<String>,
    /// A CVSS vector as the finder claims it (`CVSS:4.0/...` or `CVSS:3.1/...`).
    pub severity: Option<String>,
    /// What is vulnerable.
    pub target: Target,
    /// The two versions that are compared.
    pub arms: Arms,
    /// Offline closure of dependencies, visible at `$DEPS`.
    pub deps: Deps,
    /// Programs the build and the harness need, by name: `cc`, `clang`, `rust`, `python3`, `node`, `java`, or a tool such as `bison`.
    pub toolchain: Vec<String>,
    /// How each arm is built; without one, nothing is built and `$OUT` is empty.
    pub build: Option<Build>,
    /// How the built target is run.
    pub harness: Harness,
    /// What it is fed.
    pub inputs: Inputs,
    /// What recognises the flaw; declared before any run.
    pub oracle: Oracle,
    /// Runs of each input in each arm.
    pub repeat: Repeat,
    /// The target's own tests, for fix level L2.
    pub tests: Option<Tests>,
    /// Who or what found it. Never affects the verdict.
    pub provenance: Provenance,
}

/// What is vulnerable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The vulnerable version as a package URL, qualifiers kept.
    pub purl: String,
    /// The part of the target concerned, in words of the finder (a function, a module).
    pub scope: Option<String>,
}

/// Which of the two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArmName {
    /// The version said to have the flaw.
    Vulnerable,
    /// The version said to be free of it.
    Fixed,
}

impl ArmName {
    /// The other arm.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Vulnerable => Self::Fixed,
            Self::Fixed => Self::Vulnerable,
        }
    }

    /// `vulnerable` or `fixed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vulnerable => "vulnerable",
            Self::Fixed => "fixed",
        }
    }
}

impl std::fmt::Display for ArmName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Both versions; the fixed one is optional for a new finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arms {
    /// The vulnerable version.
    pub vulnerable: Arm,
    /// The fixed version, where there is one.
    pub fixed: Option<Arm>,
}

impl Arms {
    /// The arm of this name, if declared.
    #[must_use]
    pub fn get(&self, name: ArmName) -> Option<&Arm> {
        match name {
            ArmName::Vulnerable => Some(&self.vulnerable),
            ArmName::Fixed => self.fixed.as_ref(),
        }
    }
}

/// One version of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm {
    /// Where its files come from.
    pub source: Source,
    /// Packages that replace those of `[deps.packages]` in this arm only (same name, other version).
    pub deps: BTreeMap<String, DepPackage>,
    /// The compiler error that stands for silence (`build-refusal` oracle; fixed arm only).
    pub refusal: Option<Refusal>,
}

/// Where an arm's files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A folder of the bundle itself.
    Path {
        /// The folder.
        path: BundlePath,
    },
    /// A package of a registry: its files, each by digest.
    Package {
        /// The package URL.
        package: String,
        /// File name in the registry -> digest.
        files: BTreeMap<String, Sha256>,
    },
    /// The other arm with a patch of the bundle applied.
    Patched {
        /// The arm that is patched (always the other one).
        base: ArmName,
        /// The patch, in the bundle.
        patch: BundlePath,
    },
    /// The other arm with one of its own patches taken back.
    Reversed {
        /// The arm that is changed (always the other one).
        base: ArmName,
        /// The patch, in the base source with its series applied.
        reverse: BundlePath,
    },
}

/// Dependencies for an offline build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deps {
    /// A lock file of the bundle from which `assay bundle fetch` fills the table.
    pub lock: Option<BundlePath>,
    /// Package URL -> its files.
    pub packages: BTreeMap<String, DepPackage>,
}

/// One dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepPackage {
    /// File name in the registry -> digest.
    pub files: BTreeMap<String, Sha256>,
    /// Where it is put, for layouts in which place matters (`node_modules/a/node_modules/b`).
    pub at: Option<BundlePath>,
}

/// How an arm is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// A recipe of the runner, or the claimant's own command.
    pub recipe: Recipe,
    /// Files (`cc`), or the harness package's folder (`cargo`).
    pub sources: Vec<BundlePath>,
    /// Compiler flags (`cc`: -O -D -I -W -w -std -l only).
    pub flags: Vec<String>,
    /// Which sanitizer is compiled in.
    pub instrument: Instrument,
    /// Arguments for the configure step (autotools, cmake, meson).
    pub configure: Vec<String>,
    /// Build targets (autotools, cmake, meson, make, debian).
    pub targets: Vec<String>,
    /// Name in `$OUT` -> path in the built tree (starting with `src/`).
    pub artifacts: BTreeMap<String, String>,
    /// Generators run before the recipe, tools from `toolchain.needs`.
    pub generate: Vec<Vec<String>>,
    /// Limits of the build.
    pub limits: Limits,
}

/// Who decides how the build runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// C and C++ sources into `$OUT/harness`.
    Cc,
    /// A Cargo package that names the target by `path = "../src"`; binaries into `$OUT`.
    Cargo,
    /// A Python wheel unpacked into `$OUT/site`.
    Wheel,
    /// An npm package at `$OUT/node_modules/<name>`.
    Npm,
    /// `debian/rules` of a Debian source package.
    Debian,
    /// `./configure && make`.
    Autotools,
    /// CMake.
    Cmake,
    /// Meson.
    Meson,
    /// Make.
    Make,
    /// The claimant's own command; lowers assurance to `claimant`.
    Run(Vec<String>),
}

/// A sanitizer compiled into the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// AddressSanitizer.
    Asan,
    /// UndefinedBehaviorSanitizer.
    Ubsan,
    /// LeakSanitizer alone.
    Lsan,
    /// MemorySanitizer (clang and Rust).
    Msan,
    /// None.
    None,
}

/// Limits of one sandboxed program. `None` means the runner's default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// CPU time of all processes together.
    pub cpu: Option<Duration>,
    /// Resident memory of all processes together, bytes.
    pub memory: Option<u64>,
    /// Bytes of each of stdout and stderr.
    pub output: Option<u64>,
    /// Bytes in `$SCRATCH` (and in the writable copy of a build).
    pub scratch: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u32>,
}

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alive {
    /// Exit status.
    pub exit: i32,
    /// A regex that some line of stdout matches.
    pub stdout: Option<String>,
    /// A regex that some line of stderr matches.
    pub stderr: Option<String>,
}

impl Default for Alive {
    fn default() -> Self {
        Self { exit: 0, stdout: None, stderr: None }
    }
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

/// Read or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// A read.
    Read,
    /// A write.
    Write,
}

/// Which stack of a sanitizer report must lie in the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stack {
    /// Where the bad access happened.
    Access,
    /// Where the memory was freed.
    Freed,
    /// Where the memory was allocated.
    Allocated,
}

/// What recognises the flaw.
#[derive(Debug, Clone, PartialEq)]
pub enum Oracle {
    /// A sanitizer report of one of these types, whose first target frame matches.
    Sanitizer {
        /// The sanitizer's own words: `heap-buffer-overflow`, `SEGV`, ...; empty allows any.
        types: Vec<String>,
        /// Only this kind of access.
        access: Option<Access>,
        /// Which stack must lie in the target.
        stack: Stack,
        /// The first frame inside the target.
        frame: Option<String>,
    },
    /// A leak report (a later version runs it).
    Leak {
        /// The first frame inside the target.
        frame: Option<String>,
    },
    /// The process ends by one of these signals.
    Signal {
        /// Names as in signal(7): `SIGSEGV`.
        signals: Vec<String>,
    },
    /// CPU time reaches `harness.limits.cpu`.
    Cpu,
    /// CPU time grows faster than a power of the input's size.
    Growth {
        /// Fires at this fitted exponent or above (default 1.7).
        exponent: f64,
        /// The fixed arm is silent at this exponent or below (default 1.3) ...
        control: f64,
        /// ... or when it needs this many times less CPU at the largest size (default 100).
        ratio: f64,
    },
    /// Peak memory (a later version runs it).
    Memory,
    /// A file outside the allowed set appears or changes.
    CanaryWrite {
        /// Relative to `$SCRATCH`, or starting with `$CANARY`; without one, any unexpected change fires.
        path: Option<String>,
        /// Paths that may change.
        allowed: Vec<String>,
    },
    /// A secret drawn for this run leaves by an output (a later version runs it).
    CanaryRead,
    /// Exactly one of stdout and stderr matches.
    Output {
        /// The channel.
        channel: Channel,
        /// A regex that some line matches.
        regex: String,
    },
    /// Outputs of two versions differ (a later version runs it).
    Differential,
    /// An uncaught exception of the language.
    Exception {
        /// Class names; at least one.
        types: Vec<String>,
        /// The first frame inside the target.
        frame: Option<String>,
    },
    /// The fixed version refuses to compile the trigger (a later version runs it).
    BuildRefusal,
}

impl Oracle {
    /// The word of the manifest.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sanitizer { .. } => "sanitizer",
            Self::Leak { .. } => "leak",
            Self::Signal { .. } => "signal",
            Self::Cpu => "cpu",
            Self::Growth { .. } => "growth",
            Self::Memory => "memory",
            Self::CanaryWrite { .. } => "canary-write",
            Self::CanaryRead => "canary-read",
            Self::Output { .. } => "output",
            Self::Differential => "differential",
            Self::Exception { .. } => "exception",
            Self::BuildRefusal => "build-refusal",
        }
    }
}

/// An output channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Runs of each input in each arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeat {
    /// n; 1 to 1,000, default 3.
    pub runs: u32,
}

/// The target's own tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tests {
    /// The command.
    pub run: Vec<String>,
    /// Its limits.
    pub limits: Limits,
}

/// The compiler error that a fix by type gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Error codes: `E0502`.
    pub code: Vec<String>,
    /// `file:line` of the error.
    pub at: Option<String>,
}

/// Who or what found it (R17). Never read by the verdict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// Human, with AI's help, or AI.
    pub found_by: Option<FoundBy>,
    /// Whether others could have found it with the same tools.
    pub tooling: Option<Tooling>,
    /// The model's name.
    pub model: Option<String>,
    /// The agent harness's name.
    pub harness: Option<String>,
    /// The person or organisation accountable, by name.
    pub operator: Option<String>,
}

/// Who found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tooling {
    /// Tools anyone has.
    Public,
    /// Tools others lack.
    Confidential,
}

//! The manifest as a whole, and its small sections.

use serde::Serialize;

use super::{Arms, Build, Deps, Harness, Inputs, Limits, Oracle};

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

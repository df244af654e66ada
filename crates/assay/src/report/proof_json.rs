//! A verdict for programs. The shape is stable and stands in `docs/cli.md`:
//! keys are added, never renamed, and a reader ignores those it does not know.

use std::collections::BTreeMap;
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::{Assurance, Controls, Outcome, Tier, Verdict};
use assay_prove::evidence::{ArmState, Reach, Role, Run, Signature};
use assay_prove::logs::LogDigest;
use assay_prove::proof::Builds;
use assay_prove::second::Opinion;
use assay_prove::toolchain::Tool;
use assay_prove::verdict::{ControlRuns, Growth, Rate};
use assay_sandbox::Layers;
use serde::Serialize;

use super::cells::{self, ArmView, CellView, Spread, millis};
use super::{Told, next};

/// One proof.
#[derive(Serialize)]
pub struct ProofJson<'a> {
    verdict: Verdict,
    controls: Option<Controls>,
    assurance: Assurance,
    assurance_because: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    second: Option<&'a Opinion>,
    tier: Option<Tier>,
    sentence: &'a str,
    reasons: &'a [String],
    rate: Option<Rate>,
    control: Option<ControlJson>,
    growth: Growth,
    next: String,
    exit_code: u8,
    path: String,
    title: &'a str,
    target: &'a str,
    oracle: &'static str,
    bundle: Sha256,
    claim: Sha256,
    arms: Vec<ArmJson<'a>>,
    reach: Reach,
    runs_wanted: u32,
    runs: Vec<RunJson<'a>>,
    #[serde(serialize_with = "millis")]
    running_ms: Duration,
    runner: RunnerJson<'a>,
    toolchain: Vec<ToolJson<'a>>,
    layers: Option<&'a Layers>,
    attestation: Option<AttestationJson>,
    started: String,
    finished: String,
}

#[derive(Serialize)]
struct ControlJson {
    #[serde(flatten)]
    runs: ControlRuns,
    counts: bool,
}

#[derive(Serialize)]
struct ArmJson<'a> {
    name: ArmName,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<&'a str>,
    source: Option<Sha256>,
    artifacts: Option<Sha256>,
    #[serde(serialize_with = "millis")]
    build_ms: Duration,
    builds: Builds,
    inputs: Vec<CellJson<'a>>,
}

#[derive(Serialize)]
struct CellJson<'a> {
    role: Role,
    input: usize,
    name: &'a str,
    sha256: Sha256,
    total: u32,
    fired: u32,
    silent: u32,
    other: u32,
    alive: Option<u32>,
    outcomes: BTreeMap<Outcome, u32>,
    ends: BTreeMap<&'a str, u32>,
    signatures: Vec<SignatureJson<'a>>,
    cpu_ms: Option<Spread>,
}

#[derive(Serialize)]
struct SignatureJson<'a> {
    count: u32,
    #[serde(flatten)]
    signature: &'a Signature,
}

#[derive(Serialize)]
struct RunJson<'a> {
    arm: ArmName,
    role: Role,
    input: usize,
    repetition: u32,
    outcome: Outcome,
    alive: Option<bool>,
    signature: Option<&'a Signature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<Sha256>,
    saw: &'a str,
    end: &'a str,
    #[serde(serialize_with = "millis")]
    cpu_ms: Duration,
    #[serde(serialize_with = "millis")]
    wall_ms: Duration,
    max_rss: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    logs: &'a [LogDigest],
}

#[derive(Serialize)]
struct RunnerJson<'a> {
    name: &'static str,
    version: &'static str,
    engine: Option<&'a str>,
    kernel: Option<&'a str>,
}

#[derive(Serialize)]
struct ToolJson<'a> {
    name: &'a str,
    path: String,
    version: &'a str,
    sha256: String,
}

#[derive(Serialize)]
struct AttestationJson {
    file: String,
    key: String,
}

impl<'a> ProofJson<'a> {
    /// The proof as it is told to a program.
    pub fn of(told: &Told<'a>) -> Self {
        let proof = told.proof;
        Self {
            verdict: proof.ruling.verdict,
            controls: proof.ruling.controls,
            assurance: proof.assurance,
            assurance_because: &proof.claimants_parts,
            second: proof.second.as_ref(),
            tier: proof.tier,
            sentence: &proof.ruling.sentence,
            reasons: &proof.ruling.reasons,
            rate: proof.ruling.rate,
            control: proof.ruling.control.map(|runs| ControlJson { runs, counts: runs.counts() }),
            growth: proof.evidence.growth,
            next: next::step(told),
            exit_code: proof.ruling.verdict.exit_code(),
            path: told.path.display().to_string(),
            title: &proof.manifest.title,
            target: &proof.manifest.target.purl,
            oracle: proof.manifest.oracle.kind(),
            bundle: proof.bundle_id,
            claim: proof.claim_id,
            arms: cells::arms(proof).into_iter().map(arm).collect(),
            reach: proof.evidence.reach,
            runs_wanted: proof.evidence.wanted,
            runs: proof.evidence.runs.iter().map(run).collect(),
            running_ms: proof.running,
            runner: RunnerJson {
                name: "assay",
                version: env!("CARGO_PKG_VERSION"),
                engine: proof.layers.as_ref().map(|layers| layers.engine.as_str()),
                kernel: proof.layers.as_ref().map(|layers| layers.kernel.as_str()),
            },
            toolchain: proof.tools.iter().map(tool).collect(),
            layers: proof.layers.as_ref(),
            attestation: told
                .attestation
                .map(|(file, key)| AttestationJson { file: file.display().to_string(), key: key.to_string() }),
            started: proof.started.to_string(),
            finished: proof.finished.to_string(),
        }
    }
}

fn arm(view: ArmView<'_>) -> ArmJson<'_> {
    let (state, because) = match view.state {
        ArmState::Built => ("built", None),
        ArmState::Unavailable(why) => ("unavailable", Some(why.as_str())),
        ArmState::BuildFailed(why) => ("build-failed", Some(why.as_str())),
        ArmState::OracleBroken(why) => ("oracle-broken", Some(why.as_str())),
    };
    ArmJson {
        name: view.name,
        state,
        because,
        source: view.record.and_then(|record| record.source),
        artifacts: view.record.and_then(|record| record.artifacts),
        build_ms: view.record.map(|record| record.build).unwrap_or_default(),
        builds: view.record.map(|record| record.builds).unwrap_or_default(),
        inputs: view.cells.into_iter().map(cell).collect(),
    }
}

fn cell(view: CellView<'_>) -> CellJson<'_> {
    let (fired, silent) = (view.count(Outcome::Fired), view.count(Outcome::Silent));
    CellJson {
        role: view.role,
        input: view.input,
        name: view.name,
        sha256: view.sha256,
        total: view.total(),
        fired,
        silent,
        other: view.total().saturating_sub(fired).saturating_sub(silent),
        alive: view.alive,
        cpu_ms: view.cpu,
        ends: view.ends,
        signatures: view.signatures.into_iter().map(|(signature, count)| SignatureJson { count, signature }).collect(),
        outcomes: view.outcomes,
    }
}

fn tool(tool: &Tool) -> ToolJson<'_> {
    ToolJson {
        name: &tool.name,
        path: tool.path.display().to_string(),
        version: &tool.version,
        sha256: format!("sha256:{}", tool.sha256),
    }
}

fn run(run: &Run) -> RunJson<'_> {
    RunJson {
        arm: run.cell.arm,
        role: run.cell.role,
        input: run.cell.input,
        repetition: run.repetition,
        outcome: run.outcome,
        alive: run.alive,
        signature: run.signature.as_ref(),
        compared: run.compared,
        saw: &run.saw,
        end: &run.end,
        cpu_ms: run.cpu,
        wall_ms: run.wall,
        max_rss: run.max_rss,
        logs: &run.logs,
    }
}

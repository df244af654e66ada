//! From a proof to a signed statement: in-toto Statement v1 in a DSSE envelope.
//!
//! What is signed is what the runner saw, not what the bundle says: ids and
//! digests as subjects, counts and outcomes of every cell, the sandbox with its
//! layers. Free text of a stranger (what a program printed, what an oracle read)
//! stays out, since a statement travels further than the report it comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::jcs;
use assay_bundle::manifest::{ArmName, Instrument};
use assay_bundle::statement::{
    self as wire, BuildOrigin, CpuMillis, Determinism, LogDigests, LogSeen, PAYLOAD_TYPE, ProofRun, Runner,
    STATEMENT_TYPE, SignatureSeen, Statement, StatementError, Subject,
};
use assay_bundle::verdict::Outcome;
use assay_sandbox::RunLimits;
use assay_seal::{Envelope, EnvelopeError, KeyId, SigningKey, TrustedKeys};

use crate::evidence::{Cell, Place, Reach, Role, Run, Signature};
use crate::oracle::{self, Plan};
use crate::proof::{Builds, Proof};
use crate::recipe;

/// Version of the rule in [`crate::verdict`].
pub const RULE: &str = "assay.verdict/1";

/// `predicateType` of a statement that says no more than whose bundle this is.
pub const BUNDLE_PREDICATE_TYPE: &str = "urn:assay:bundle:v1";

/// Stands for a value that the runner draws anew in each run.
const DRAWN: &str = "<drawn>";

/// Why there is no statement, or none that can be believed.
#[derive(Debug, thiserror::Error)]
pub enum AttestError {
    /// The statement cannot be written or read.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The envelope or its signature does not hold.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A number that JSON cannot carry.
    #[error(transparent)]
    NotCanonical(#[from] jcs::NotCanonical),
    /// A tool's digest is not one.
    #[error("the digest of the tool `{0}` is malformed")]
    Tool(String),
}

/// A statement whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// What is said.
    pub statement: Statement,
    /// The trusted keys that say it.
    pub signers: Vec<KeyId>,
}

/// What this runner says about a proof.
///
/// # Errors
///
/// The proof holds something that a statement cannot carry.
pub fn statement(proof: &Proof, runner: KeyId) -> Result<Statement, AttestError> {
    told(proof, runner, LogDigests::of(logs(proof)))
}

fn told(proof: &Proof, runner: KeyId, evidence: Option<LogDigests>) -> Result<Statement, AttestError> {
    let mut subjects = Vec::new();
    for arm in &proof.arms {
        let digests = [("source", arm.source), ("artifact", arm.artifacts)];
        subjects.extend(
            digests
                .into_iter()
                .filter_map(|(kind, digest)| digest.map(|digest| Subject::new(format!("{kind}/{}", arm.name), digest))),
        );
    }
    let run = ProofRun {
        bundle_id: proof.bundle_id,
        claim_id: proof.claim_id,
        verdict: proof.ruling.verdict,
        rule: RULE.to_owned(),
        controls: proof.ruling.controls,
        assurance: proof.assurance,
        second: proof.second.as_ref().map(|opinion| wire::SecondOracle {
            kind: opinion.kind.to_owned(),
            agrees: opinion.agrees,
            runs: opinion.runs as u64,
        }),
        sandbox: sandbox(proof),
        toolchain: toolchain(proof)?,
        arms: cells(proof),
        evidence,
        builds: proof
            .arms
            .iter()
            .filter(|arm| arm.builds != Builds::default())
            .map(|arm| BuildOrigin { arm: arm.name, made: arm.builds.made, kept: arm.builds.kept })
            .collect(),
        reach: match proof.evidence.reach {
            Reach::Reached => "reached",
            Reach::NotReached => "not-reached",
            Reach::Unknown => "unknown",
        }
        .to_owned(),
        determinism: Determinism { aslr: addresses_are_drawn(), environment: environment(proof) },
        runner: Runner { id: runner.to_string(), version: env!("CARGO_PKG_VERSION").to_owned() },
        started: proof.started.to_string(),
        finished: proof.finished.to_string(),
    };
    Ok(Statement::new(run, subjects))
}

/// The signed statement about a proof, as the JSON of its envelope.
///
/// # Errors
///
/// As [`statement`], or if it is larger than readers accept.
pub fn attest(proof: &Proof, key: &SigningKey) -> Result<Vec<u8>, AttestError> {
    let runner = key.verifying_key().id();
    let mut payload = statement(proof, runner)?.to_bytes()?;
    if payload.len() > wire::MAX_BYTES {
        // What a runner of before could say is still said.
        payload = told(proof, runner, LogDigests::of(logs(proof)).map(LogDigests::unnamed))?.to_bytes()?;
    }
    if payload.len() > wire::MAX_BYTES {
        return Err(StatementError::TooLarge(payload.len()).into());
    }
    Ok(Envelope::sign(PAYLOAD_TYPE, &payload, key).to_json())
}

/// The signature of a bundle's author over its identity, as the JSON of an envelope.
///
/// # Errors
///
/// Never for digests; the type is that of the canonical writer.
pub fn attest_bundle(bundle_id: Sha256, claim_id: Sha256, key: &SigningKey) -> Result<Vec<u8>, AttestError> {
    let subject = [Subject::new("bundle", bundle_id), Subject::new("claim", claim_id)];
    let statement = serde_json::json!({
        "_type": STATEMENT_TYPE,
        "subject": subject,
        "predicateType": BUNDLE_PREDICATE_TYPE,
        "predicate": { "schema": assay_bundle::manifest::SCHEMA },
    });
    let payload = jcs::canonical(&statement)?;
    Ok(Envelope::sign(PAYLOAD_TYPE, &payload, key).to_json())
}

/// Reads a signed statement about a proof. The signature is checked before anything is read.
///
/// # Errors
///
/// No trusted key signed it, it was changed, or it contradicts itself.
pub fn verify(envelope: &[u8], trusted: &TrustedKeys) -> Result<Attested, AttestError> {
    let verified = Envelope::parse(envelope)?.verify(PAYLOAD_TYPE, trusted)?;
    let statement = Statement::from_bytes(verified.payload())?;
    Ok(Attested { statement, signers: verified.signers().to_vec() })
}

fn sandbox(proof: &Proof) -> wire::Sandbox {
    let Some(layers) = &proof.layers else {
        return wire::Sandbox {
            tier: None,
            engine: "none".to_owned(),
            kernel: String::new(),
            landlock_abi: None,
            layers: BTreeMap::new(),
        };
    };
    // A proof of confinement is said of its layer like the layer itself.
    let proofs = layers.proofs.iter().map(|(attempt, how)| (format!("proof/{attempt}"), how.clone()));
    wire::Sandbox {
        tier: proof.tier,
        engine: layers.engine.clone(),
        kernel: layers.kernel.clone(),
        landlock_abi: u32::try_from(layers.landlock_abi).ok().filter(|abi| *abi > 0),
        layers: layers.layers.clone().into_iter().chain(proofs).collect(),
    }
}

fn toolchain(proof: &Proof) -> Result<Vec<wire::Tool>, AttestError> {
    let tool = |tool: &crate::toolchain::Tool| {
        let sha256 = format!("sha256:{}", tool.sha256).parse().map_err(|_| AttestError::Tool(tool.name.clone()))?;
        Ok(wire::Tool { name: tool.name.clone(), version: tool.version.clone(), sha256 })
    };
    proof.tools.iter().map(tool).collect()
}

/// Every cell that the manifest asks for, with the runs that were made of it.
fn cells(proof: &Proof) -> Vec<wire::Cell> {
    let triggers = proof.manifest.inputs.trigger.len();
    let mut cells = Vec::new();
    for arm in [ArmName::Vulnerable, ArmName::Fixed] {
        if proof.manifest.arms.get(arm).is_none() {
            continue;
        }
        for (place, input) in proof.inputs.iter().enumerate() {
            let (role, index) =
                if place < triggers { (Role::Trigger, place) } else { (Role::Benign, place - triggers) };
            let cell = Cell { arm, role, input: index };
            let runs: Vec<&Run> = proof.evidence.runs.iter().filter(|run| run.cell == cell).collect();
            cells.push(wire_cell(cell, input.sha256, &runs));
        }
    }
    cells
}

/// Every log that was read to judge a run; a run's number is its place among those of its cell.
pub(crate) fn logs(proof: &Proof) -> Vec<LogSeen> {
    let mut next: BTreeMap<Cell, u32> = BTreeMap::new();
    let mut logs = Vec::new();
    for run in &proof.evidence.runs {
        let number = next.entry(run.cell).or_default();
        logs.extend(run.logs.iter().map(|log| LogSeen {
            arm: run.cell.arm,
            role: wire_role(run.cell.role),
            input: run.cell.input,
            run: *number,
            kind: log.kind.as_str().to_owned(),
            bytes: log.bytes,
            sha256: log.sha256,
        }));
        *number += 1;
    }
    logs
}

fn wire_role(role: Role) -> wire::Role {
    match role {
        Role::Trigger => wire::Role::Trigger,
        Role::Benign => wire::Role::Benign,
    }
}

fn wire_cell(cell: Cell, input_sha256: Sha256, runs: &[&Run]) -> wire::Cell {
    let count = |wanted| runs.iter().filter(|run| run.outcome == wanted).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (fired, silent) = (count(Outcome::Fired), count(Outcome::Silent));
    wire::Cell {
        arm: cell.arm,
        role: wire_role(cell.role),
        input: cell.input,
        input_sha256,
        fired: number(fired),
        silent: number(silent),
        other: number(runs.len().saturating_sub(fired).saturating_sub(silent)),
        total: number(runs.len()),
        signature: most_seen(runs),
        outcomes: runs.iter().map(|run| run.outcome).collect(),
        cpu_ms: cpu(runs),
        logs: runs.iter().filter_map(|run| run.compared).collect::<BTreeSet<_>>().into_iter().collect(),
    }
}

/// The signature that fired most often; of equals the first in order.
fn most_seen(runs: &[&Run]) -> Option<SignatureSeen> {
    let mut counts: BTreeMap<&Signature, usize> = BTreeMap::new();
    for signature in runs.iter().filter(|run| run.outcome == Outcome::Fired).filter_map(|run| run.signature.as_ref()) {
        *counts.entry(signature).or_default() += 1;
    }
    let (signature, _) = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))?;
    Some(SignatureSeen {
        kind: signature.kind.clone(),
        function: signature.function.clone(),
        place: match signature.place {
            Place::Target => "target",
            Place::Harness => "harness",
            Place::Unknown => "unknown",
        }
        .to_owned(),
    })
}

fn cpu(runs: &[&Run]) -> Option<CpuMillis> {
    let mut all: Vec<Duration> = runs.iter().map(|run| run.cpu).collect();
    all.sort_unstable();
    let millis = |duration: &Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let (min, median, max) = (all.first()?, all.get(all.len() / 2)?, all.last()?);
    Some(CpuMillis { min: millis(min), median: millis(median), max: millis(max) })
}

/// Whether the kernel draws addresses anew. The runner never switches it off.
fn addresses_are_drawn() -> bool {
    std::fs::read_to_string("/proc/sys/kernel/randomize_va_space").map_or(true, |text| text.trim() != "0")
}

/// The environment of a run. Folders of the host are named, not shown.
fn environment(proof: &Proof) -> BTreeMap<String, String> {
    let own = proof.tools.iter().any(|tool| !tool.path.starts_with("/usr"));
    let path = if own { "<toolchain>:/usr/local/bin:/usr/bin:/bin" } else { "/usr/local/bin:/usr/bin:/bin" };
    let common = recipe::common_env(path);
    let with = |exit_code: u8| -> BTreeMap<String, String> {
        let instrument = proof.manifest.build.as_ref().map_or(Instrument::None, |build| build.instrument);
        let limits = RunLimits {
            cpu: proof.manifest.harness.limits.cpu.unwrap_or(Duration::from_secs(10)),
            wall: Duration::ZERO,
            memory: proof.manifest.harness.limits.memory.unwrap_or(512 << 20),
            output: 0,
            pids: 0,
        };
        match oracle::from_manifest(&proof.manifest) {
            Ok(oracle) => {
                oracle.options(&Plan { instrument, limits: &limits, exit_code }).merge(&common).into_iter().collect()
            }
            Err(_) => common.iter().cloned().collect(),
        }
    };
    let (one, other) = (with(118), with(119));
    one.into_iter()
        .map(|(name, value)| {
            // What differs holds the number drawn for each run.
            let value = if other.get(&name) == Some(&value) { value } else { value.replace("118", DRAWN) };
            (name, value)
        })
        .collect()
}

#[cfg(test)]
#[path = "attest_tests.rs"]
mod tests;

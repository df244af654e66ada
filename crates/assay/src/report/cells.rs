//! The four arms in numbers: what the runs of each input did in each version.

use std::collections::BTreeMap;
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;
use assay_prove::evidence::{ArmState, Cell, Role, Run, Signature};
use assay_prove::proof::{ArmRecord, Proof};
use serde::Serialize;

/// One version of the target.
pub struct ArmView<'a> {
    /// Which.
    pub name: ArmName,
    /// What is known of it.
    pub state: &'a ArmState,
    /// What was built, if it came that far.
    pub record: Option<&'a ArmRecord>,
    /// Its inputs, triggers first.
    pub cells: Vec<CellView<'a>>,
}

/// All runs of one input in one version.
pub struct CellView<'a> {
    /// Whether it is meant to fire.
    pub role: Role,
    /// The input's place in its list, from 0.
    pub input: usize,
    /// What the bundle calls the input.
    pub name: &'a str,
    /// Digest of its content.
    pub sha256: Sha256,
    /// Outcome -> how often.
    pub outcomes: BTreeMap<Outcome, u32>,
    /// Runs that showed signs of life, of those that were asked to.
    pub alive: Option<u32>,
    /// CPU time.
    pub cpu: Option<Spread>,
    /// How the process ended -> how often.
    pub ends: BTreeMap<&'a str, u32>,
    /// What was recognised -> how often.
    pub signatures: BTreeMap<&'a Signature, u32>,
}

/// Quickest, middle and slowest of several runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// The quickest.
    #[serde(serialize_with = "millis")]
    pub min: Duration,
    /// The middle one.
    #[serde(serialize_with = "millis")]
    pub median: Duration,
    /// The slowest.
    #[serde(serialize_with = "millis")]
    pub max: Duration,
}

/// Milliseconds as a whole number.
pub fn millis<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

impl CellView<'_> {
    /// How often a run had this outcome.
    pub fn count(&self, outcome: Outcome) -> u32 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    /// All runs.
    pub fn total(&self) -> u32 {
        self.outcomes.values().sum()
    }
}

/// The arms that the manifest declares, the vulnerable one first.
pub fn arms(proof: &Proof) -> Vec<ArmView<'_>> {
    let states =
        [(ArmName::Vulnerable, Some(&proof.evidence.vulnerable)), (ArmName::Fixed, proof.evidence.fixed.as_ref())];
    states
        .into_iter()
        .filter_map(|(name, state)| {
            Some(ArmView {
                name,
                state: state?,
                record: proof.arms.iter().find(|record| record.name == name),
                cells: cells(proof, name),
            })
        })
        .collect()
}

fn cells(proof: &Proof, arm: ArmName) -> Vec<CellView<'_>> {
    let triggers = proof.manifest.inputs.trigger.len();
    let mut runs: BTreeMap<Cell, Vec<&Run>> = BTreeMap::new();
    for run in proof.evidence.runs.iter().filter(|run| run.cell.arm == arm) {
        runs.entry(run.cell).or_default().push(run);
    }
    let inputs = proof.inputs.iter().enumerate();
    inputs
        .map(|(place, input)| {
            let (role, index) =
                if place < triggers { (Role::Trigger, place) } else { (Role::Benign, place - triggers) };
            let runs = runs.remove(&Cell { arm, role, input: index }).unwrap_or_default();
            CellView {
                role,
                input: index,
                name: &input.name,
                sha256: input.sha256,
                outcomes: counted(runs.iter().map(|run| run.outcome)),
                alive: (role == Role::Benign && !runs.is_empty()).then(|| {
                    let alive = runs.iter().filter(|run| run.alive == Some(true)).count();
                    u32::try_from(alive).unwrap_or(u32::MAX)
                }),
                cpu: spread(&runs),
                ends: counted(runs.iter().map(|run| run.end.as_str())),
                signatures: counted(runs.iter().filter_map(|run| run.signature.as_ref())),
            }
        })
        .collect()
}

fn counted<T: Ord>(items: impl Iterator<Item = T>) -> BTreeMap<T, u32> {
    let mut counts = BTreeMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

fn spread(runs: &[&Run]) -> Option<Spread> {
    let mut all: Vec<Duration> = runs.iter().map(|run| run.cpu).collect();
    all.sort_unstable();
    Some(Spread { min: *all.first()?, median: *all.get(all.len() / 2)?, max: *all.last()? })
}

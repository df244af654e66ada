//! A patch's level for programs. The shape is stable and stands in
//! `docs/cli.md`: keys are added, never renamed.

use std::collections::BTreeMap;
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::{Assurance, Tier, Verdict};
use assay_prove::fix::guard::{Kind, Touch};
use assay_prove::fix::statement::{Tally, tally};
use assay_prove::fix::{Finds, Found, Handled, Level, Moved, Neighbourhood, Reached, Report, Stem, Step, Unwatched};
use serde::Serialize;

use super::cells::millis;
use super::{FixTold, fix_text};

/// One patch.
#[derive(Serialize)]
pub struct FixJson<'a> {
    level: Option<Level>,
    unbroken: Option<Level>,
    untested: bool,
    words: String,
    wanted: Level,
    exit_code: u8,
    steps: &'a [Step],
    proof: ProofJson<'a>,
    around: Option<AroundJson<'a>>,
    unwatched: Option<UnwatchedJson<'a>>,
    moved: Option<MovedJson<'a>>,
    reached: Option<Reached>,
    touches: Vec<TouchJson<'a>>,
    patch: Sha256,
    files: &'a [String],
    bundle: Sha256,
    claim: Sha256,
    title: &'a str,
    target: &'a str,
    builds: Vec<BuildJson>,
    runner: RunnerJson<'a>,
    merged: Option<MergedJson<'a>>,
    attestation: Option<AttestationJson>,
    next: String,
    #[serde(serialize_with = "millis")]
    took_ms: Duration,
    started: String,
    finished: String,
}

#[derive(Serialize)]
struct ProofJson<'a> {
    verdict: Verdict,
    sentence: &'a str,
    assurance: Assurance,
    without: Tally,
    with: Tally,
}

#[derive(Serialize)]
struct AroundJson<'a> {
    /// As text: a program may keep only 53 bits of a number.
    seed: String,
    wanted: usize,
    variants: usize,
    executions: usize,
    #[serde(serialize_with = "millis")]
    cpu_ms: Duration,
    fired: usize,
    fired_by: &'a BTreeMap<&'static str, usize>,
    lengths: usize,
    no_evidence: usize,
    of_triggers: Handled,
    of_benign: Handled,
    unstable: usize,
    outputs: usize,
    against: FindsJson<'a>,
    elsewhere: FindsJson<'a>,
    refused: FindsJson<'a>,
    changed: FindsJson<'a>,
    stopped: Option<&'a str>,
}

#[derive(Serialize)]
struct UnwatchedJson<'a> {
    runs: usize,
    inputs: usize,
    stopped: usize,
    against: Option<&'a str>,
    differs: Option<&'a str>,
    holds: Option<&'a str>,
    not_asked: Option<&'a str>,
}

#[derive(Serialize)]
struct MovedJson<'a> {
    runs: usize,
    trigger: Option<&'a str>,
    against: Option<&'a str>,
    differs: Option<&'a str>,
    not_asked: Option<&'a str>,
    not_answered: Option<&'a str>,
}

#[derive(Serialize)]
struct FindsJson<'a> {
    count: usize,
    first: Vec<FoundJson<'a>>,
}

#[derive(Serialize)]
struct FoundJson<'a> {
    sha256: Sha256,
    bytes: usize,
    stem: Stem,
    way: Option<assay_prove::fix::Way>,
    without: &'a str,
    with: &'a str,
}

#[derive(Serialize)]
struct TouchJson<'a> {
    kind: Kind,
    place: &'a str,
    cap: Option<Level>,
    why: &'static str,
}

#[derive(Serialize)]
struct BuildJson {
    name: ArmName,
    source: Option<Sha256>,
    artifact: Option<Sha256>,
}

#[derive(Serialize)]
struct RunnerJson<'a> {
    version: &'static str,
    tier: Option<Tier>,
    engine: Option<&'a str>,
}

#[derive(Serialize)]
struct MergedJson<'a> {
    commit: &'a str,
    by: Option<&'a str>,
}

#[derive(Serialize)]
struct AttestationJson {
    file: String,
    key: String,
}

impl<'a> FixJson<'a> {
    /// What is told about a patch.
    pub fn of(told: &'a FixTold<'a>) -> Self {
        let report: &Report = told.report;
        let proof = &report.proof;
        Self {
            level: report.standing.level,
            unbroken: report.standing.unbroken,
            untested: report.standing.untested,
            words: fix_text::level(report),
            wanted: told.want,
            exit_code: told.exit,
            steps: &report.standing.steps,
            proof: ProofJson {
                verdict: proof.ruling.verdict,
                sentence: &proof.ruling.sentence,
                assurance: proof.assurance,
                without: tally(report, ArmName::Vulnerable),
                with: tally(report, ArmName::Fixed),
            },
            around: report.around.as_ref().ok().map(AroundJson::of),
            unwatched: UnwatchedJson::of(&report.unwatched),
            moved: report.moved.as_ref().map(MovedJson::of),
            reached: report.reached,
            touches: report.touches.iter().map(TouchJson::of).collect(),
            patch: report.patch,
            files: &report.files,
            bundle: proof.bundle_id,
            claim: proof.claim_id,
            title: &proof.manifest.title,
            target: &proof.manifest.target.purl,
            builds: proof
                .arms
                .iter()
                .map(|arm| BuildJson { name: arm.name, source: arm.source, artifact: arm.artifacts })
                .collect(),
            runner: RunnerJson {
                version: env!("CARGO_PKG_VERSION"),
                tier: proof.tier,
                engine: proof.layers.as_ref().map(|layers| layers.engine.as_str()),
            },
            merged: report
                .merged
                .as_ref()
                .map(|merged| MergedJson { commit: &merged.commit, by: merged.by.as_deref() }),
            attestation: told
                .attestation
                .as_ref()
                .map(|(file, key)| AttestationJson { file: file.display().to_string(), key: key.to_string() }),
            next: fix_text::step(told),
            took_ms: report.took,
            started: proof.started.to_string(),
            finished: proof.finished.to_string(),
        }
    }
}

impl<'a> AroundJson<'a> {
    fn of(around: &'a Neighbourhood) -> Self {
        Self {
            seed: around.seed.to_string(),
            wanted: around.wanted,
            variants: around.variants,
            executions: around.executions,
            cpu_ms: around.cpu,
            fired: around.fired,
            fired_by: &around.fired_by,
            lengths: around.lengths.len(),
            no_evidence: around.nothing,
            of_triggers: around.of_triggers,
            of_benign: around.of_benign,
            unstable: around.unstable,
            outputs: around.outputs,
            against: FindsJson::of(&around.against),
            elsewhere: FindsJson::of(&around.elsewhere),
            refused: FindsJson::of(&around.refused),
            changed: FindsJson::of(&around.changed),
            stopped: around.stopped.as_deref(),
        }
    }
}

impl<'a> UnwatchedJson<'a> {
    fn of(unwatched: &'a Unwatched) -> Option<Self> {
        let none = Self { runs: 0, inputs: 0, stopped: 0, against: None, differs: None, holds: None, not_asked: None };
        match unwatched {
            Unwatched::NotNeeded => None,
            Unwatched::Unasked(why) => Some(Self { not_asked: Some(why), ..none }),
            Unwatched::Asked(seen) => Some(Self {
                runs: seen.runs,
                inputs: seen.inputs,
                stopped: seen.stopped,
                against: seen.against.as_deref(),
                differs: seen.differs.as_deref(),
                holds: seen.holds.as_deref(),
                not_asked: None,
            }),
        }
    }
}

impl<'a> MovedJson<'a> {
    fn of(moved: &'a Moved) -> Self {
        let none = Self { runs: 0, trigger: None, against: None, differs: None, not_asked: None, not_answered: None };
        match moved {
            Moved::Unasked(why) => Self { not_asked: Some(why), ..none },
            Moved::Broken(why) => Self { not_answered: Some(why), ..none },
            Moved::Asked { runs, trigger, against, differs } => Self {
                runs: *runs,
                trigger: trigger.as_deref(),
                against: against.as_deref(),
                differs: differs.as_deref(),
                ..none
            },
        }
    }
}

impl<'a> FindsJson<'a> {
    fn of(finds: &'a Finds) -> Self {
        let first = |found: &'a Found| FoundJson {
            sha256: found.sha256,
            bytes: found.feed.len(),
            stem: found.stem,
            way: found.way,
            without: &found.without,
            with: &found.with,
        };
        Self { count: finds.count, first: finds.kept.iter().map(first).collect() }
    }
}

impl<'a> TouchJson<'a> {
    fn of(touch: &'a Touch) -> Self {
        Self { kind: touch.kind, place: &touch.place, cap: touch.cap, why: touch.kind.why() }
    }
}

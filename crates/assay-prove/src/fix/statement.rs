//! What a runner says about a patch: an in-toto Statement v1 with a predicate of
//! its own, beside that of a proof.
//!
//! Like the other, it carries ids, digests and counts, and no text of a
//! stranger: neither lines of the patch nor what a program printed.

use assay_bundle::digest::Sha256;
use assay_bundle::jcs;
use assay_bundle::manifest::ArmName;
use assay_bundle::statement::{LogDigests, MAX_BYTES, PAYLOAD_TYPE, Runner, STATEMENT_TYPE, StatementError, Subject};
use assay_bundle::verdict::{Assurance, Outcome, Verdict};
use assay_seal::{Envelope, KeyId, SigningKey, TrustedKeys};
use serde::{Deserialize, Serialize};

use super::decide::State;
use super::guard::Kind;
use super::level::Level;
use super::own_tests::Tested;
use super::reached::Reached;
use super::report::Report;
use super::said::{MovedSaid, PlainSaid};
use super::unwatched::Unwatched;
use crate::attest::{self, AttestError};
use crate::evidence::Role;

/// `predicateType` of [`FixRun`].
pub const PREDICATE_TYPE: &str = "urn:assay:fix-run:v1";
/// Version of the rule in [`super::decide`].
pub const RULE: &str = "assay.fix/4";

/// How far a patch was verified, and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixRun {
    /// The bundle whose flaw it is.
    pub bundle_id: Sha256,
    /// The finding.
    pub claim_id: Sha256,
    /// Digest of the patch.
    pub patch: Sha256,
    /// The level, missing tests stepped over.
    pub level: Option<Level>,
    /// The level without stepping over anything: what a publication may say.
    pub unbroken: Option<Level>,
    /// Whether the target's own tests say nothing.
    pub untested: bool,
    /// Which rule made the level.
    pub rule: String,
    /// What became of each level.
    pub steps: Vec<StepSaid>,
    /// The verdict of the proof with the patch as its fix.
    pub verdict: Verdict,
    /// How far that can be trusted.
    pub assurance: Assurance,
    /// Runs of the triggers without the patch.
    pub without: Tally,
    /// Runs of the triggers with the patch.
    pub with: Tally,
    /// The variants, where there were any.
    pub around: Option<AroundSaid>,
    /// The runs of both builds without the sanitizer, where the build has one; none in statements before `assay.fix/3`.
    #[serde(default)]
    pub plain: Option<PlainSaid>,
    /// The runs of the patched build in folders of other names; none where they were not asked.
    #[serde(default)]
    pub moved: Option<MovedSaid>,
    /// How many inputs without the flaw get to the changed code; none where that was not asked.
    #[serde(default)]
    pub reached: Option<Reached>,
    /// Tests that were compared; none where they say nothing.
    pub tests_compared: Option<usize>,
    /// What the patch touches, and the level that it leaves.
    pub touches: Vec<TouchSaid>,
    /// The logs of the proof's runs with and without the patch, by digests; none where nothing was read, and in
    /// statements before `assay.fix/4`.
    #[serde(default)]
    pub evidence: Option<LogDigests>,
    /// The commit as which it was merged, as somebody said: not checked.
    pub merged_as: Option<String>,
    /// Who says so.
    pub runner: Runner,
    /// The sandbox's tier and engine.
    pub tier: Option<String>,
    /// The engine of the sandbox.
    pub engine: Option<String>,
    /// When it began.
    pub started: String,
    /// When it ended.
    pub finished: String,
}

/// One level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepSaid {
    /// Which.
    pub level: Level,
    /// Whether it holds.
    pub held: bool,
    /// Whether it was tried and failed.
    pub failed: bool,
}

/// So many runs of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Runs that showed the flaw.
    pub fired: usize,
    /// All runs.
    pub total: usize,
}

/// What was seen around the inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AroundSaid {
    /// Decides all variants. As text: JSON keeps no number of this size exact.
    #[serde(with = "as_text")]
    pub seed: u64,
    /// Runs in both builds.
    pub executions: usize,
    /// CPU time of these, milliseconds.
    pub cpu_ms: u64,
    /// Variants run in both builds.
    pub variants: usize,
    /// Of these, fired without the patch.
    pub fired: usize,
    /// Of these, spoke against the patch.
    pub against: usize,
    /// Inputs that both builds handle, compared.
    pub compared: usize,
    /// Of these, handled otherwise with the patch.
    pub differ: usize,
}

/// One thing that the patch touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchSaid {
    /// What, in the words of the documentation.
    pub kind: String,
    /// The highest level that it leaves.
    pub cap: Option<Level>,
}

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&number.to_string())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: FixRun,
}

/// What this runner says about a patch.
#[must_use]
pub fn fix_run(report: &Report, runner: KeyId) -> FixRun {
    let proof = &report.proof;
    FixRun {
        bundle_id: proof.bundle_id,
        claim_id: proof.claim_id,
        patch: report.patch,
        level: report.standing.level,
        unbroken: report.standing.unbroken,
        untested: report.standing.untested,
        rule: RULE.to_owned(),
        steps: report
            .standing
            .steps
            .iter()
            .map(|step| StepSaid {
                level: step.level,
                held: step.state == State::Held,
                failed: step.state == State::Failed,
            })
            .collect(),
        verdict: proof.ruling.verdict,
        assurance: proof.assurance,
        without: tally(report, ArmName::Vulnerable),
        with: tally(report, ArmName::Fixed),
        around: report.around.as_ref().ok().map(|around| AroundSaid {
            seed: around.seed,
            executions: around.executions,
            cpu_ms: u64::try_from(around.cpu.as_millis()).unwrap_or(u64::MAX),
            variants: around.variants,
            fired: around.fired,
            against: around.against.count,
            compared: around.of_triggers.clean + around.of_benign.clean + around.of_named.clean,
            differ: around.refused.count + around.changed.count,
        }),
        plain: PlainSaid::of(&report.unwatched),
        moved: report.moved.as_ref().map(MovedSaid::of),
        reached: report.reached,
        tests_compared: match &report.tested {
            Some(Tested::NoWorse(count)) => Some(*count),
            _ => None,
        },
        touches: touches(report),
        evidence: LogDigests::of(attest::logs(proof)),
        merged_as: report.merged.as_ref().map(|merged| merged.commit.clone()),
        runner: Runner { id: runner.to_string(), version: env!("CARGO_PKG_VERSION").to_owned() },
        tier: proof.tier.map(|tier| format!("{tier:?}")),
        engine: proof.layers.as_ref().map(|layers| layers.engine.clone()),
        started: proof.started.to_string(),
        finished: proof.finished.to_string(),
    }
}

fn touches(report: &Report) -> Vec<TouchSaid> {
    let mut kinds: Vec<(Kind, Option<Level>)> = report.touches.iter().map(|touch| (touch.kind, touch.cap)).collect();
    kinds.sort();
    kinds.dedup();
    kinds.into_iter().map(|(kind, cap)| TouchSaid { kind: kind.as_str().to_owned(), cap }).collect()
}

/// How often the triggers fired in one arm.
#[must_use]
pub fn tally(report: &Report, arm: ArmName) -> Tally {
    let runs = report.proof.evidence.runs.iter().filter(|run| run.cell.arm == arm && run.cell.role == Role::Trigger);
    let mut tally = Tally::default();
    for run in runs {
        tally.total += 1;
        tally.fired += usize::from(run.outcome == Outcome::Fired);
    }
    tally
}

/// The signed statement about a patch, as the JSON of its envelope.
///
/// # Errors
///
/// It is larger than readers accept.
pub fn attest(report: &Report, key: &SigningKey) -> Result<Vec<u8>, AttestError> {
    let run = fix_run(report, key.verifying_key().id());
    let mut subject = vec![
        Subject::new("bundle", run.bundle_id),
        Subject::new("claim", run.claim_id),
        Subject::new("patch", run.patch),
    ];
    for arm in &report.proof.arms {
        let digests = [("source", arm.source), ("artifact", arm.artifacts)];
        let told = digests.into_iter().filter_map(|(kind, digest)| Some((kind, digest?)));
        subject.extend(told.map(|(kind, digest)| Subject::new(format!("{kind}/{}", arm.name), digest)));
    }
    if let Unwatched::Asked(seen) = &report.unwatched {
        subject.extend(seen.builds.iter().map(|(arm, digest)| Subject::new(format!("plain-artifact/{arm}"), *digest)));
    }
    let mut statement = Statement {
        kind: STATEMENT_TYPE.to_owned(),
        subject,
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: run,
    };
    let told = |statement: &Statement| -> Result<Vec<u8>, AttestError> {
        Ok(jcs::canonical(&serde_json::to_value(statement).map_err(StatementError::from)?)?)
    };
    let mut payload = told(&statement)?;
    if payload.len() > MAX_BYTES {
        // Without names, the digest over all logs is still said.
        statement.predicate.evidence = statement.predicate.evidence.map(LogDigests::unnamed);
        payload = told(&statement)?;
    }
    if payload.len() > MAX_BYTES {
        return Err(StatementError::TooLarge(payload.len()).into());
    }
    Ok(Envelope::sign(PAYLOAD_TYPE, &payload, key).to_json())
}

/// Reads a signed statement about a patch. The signature is checked before anything is read.
///
/// # Errors
///
/// No trusted key signed it, it was changed, it is of another kind, or it contradicts itself.
pub fn verify(envelope: &[u8], trusted: &TrustedKeys) -> Result<FixRun, AttestError> {
    let verified = Envelope::parse(envelope)?.verify(PAYLOAD_TYPE, trusted)?;
    read(verified.payload())
}

fn read(payload: &[u8]) -> Result<FixRun, AttestError> {
    if payload.len() > MAX_BYTES {
        return Err(StatementError::TooLarge(payload.len()).into());
    }
    let statement: Statement = serde_json::from_slice(payload).map_err(StatementError::from)?;
    for (found, wanted) in [(&statement.kind, STATEMENT_TYPE), (&statement.predicate_type, PREDICATE_TYPE)] {
        if found != wanted {
            let found = found.chars().take(200).collect();
            return Err(StatementError::OtherType { found, wanted }.into());
        }
    }
    let run = statement.predicate;
    let is = |name: &'static str, digest: Sha256| {
        let there = statement.subject.iter().any(|subject| *subject == Subject::new(name, digest));
        if there { Ok(()) } else { Err(StatementError::OtherSubject(name)) }
    };
    is("bundle", run.bundle_id)?;
    is("claim", run.claim_id)?;
    is("patch", run.patch)?;
    // INVARIANT 9: nothing is verified whose control failed; and no level stands on one that does not hold.
    let below = |level: Level| run.steps.iter().filter(move |step| step.level <= level);
    let stands = |level: Option<Level>, over: bool| {
        level.is_none_or(|level| {
            let held = |step: &StepSaid| step.held || over && run.untested && step.level == Level::L2 && !step.failed;
            below(level).count() == level as usize + 1 && below(level).all(held)
        })
    };
    let silent = run.level.is_none_or(|level| level < Level::L1) || run.with.fired == 0 && run.without.fired > 0;
    // What failed without the sanitizer, or elsewhere, leaves no level that it speaks against.
    let plain = run.plain.is_none_or(|plain| plain.allows(run.level));
    let moved = run.moved.is_none_or(|moved| moved.allows(run.level));
    let reached = run.reached.is_none_or(|reached| reached.allows(run.level));
    if !run.evidence.as_ref().is_none_or(LogDigests::adds_up) {
        return Err(StatementError::Logs.into());
    }
    if !plain
        || !moved
        || !reached
        || !stands(run.level, true)
        || !stands(run.unbroken, false)
        || run.unbroken > run.level
        || !silent
    {
        return Err(StatementError::OtherSubject("level").into());
    }
    Ok(run)
}

#[cfg(test)]
#[path = "statement_tests.rs"]
mod tests;

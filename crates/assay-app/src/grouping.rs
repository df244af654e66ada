//! Grouping: reports of one root cause are found by running each finder's
//! input against the other one's patch (R21). Weak evidence never merges.

use assay_bundle::manifest::Manifest;
use assay_case::caller::Caller;
use assay_case::finding::{Command, CrossRun, Evidence, Finding, State, Word};
use assay_case::ids::FindingId;
use assay_prove::cross::{self, Crossed};
use assay_prove::load::LoadedBundle;
use assay_store::store::FindingFilter;

use crate::bundled;
use crate::findings::{every, stream};
use crate::local::Local;
use crate::refusal::Refusal;
use crate::reproduction::Prove;

/// What comparing two findings gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The later one.
    pub later: FindingId,
    /// The earlier one.
    pub earlier: FindingId,
    /// What came out.
    pub outcome: Comparison,
}

/// What comparing two findings shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// One root cause: merged, with this evidence.
    Merged(Evidence),
    /// Each input fires with the other's patch: two flaws.
    Apart,
    /// One direction only: a hint for a person, and no merge.
    Hint(String),
    /// Nothing can be said; the sentence says why.
    NoEvidence(String),
}

impl Local {
    /// Compares every verified finding with the earlier ones of the same target, and merges what is proved to be one.
    ///
    /// # Errors
    ///
    /// The store cannot be read. Findings that cannot be compared are answers, not errors.
    pub fn group(&self, prover: &dyn Prove) -> Result<Vec<Compared>, Refusal> {
        let verified = self.look(|view| {
            let mut rows = Vec::new();
            for state in [Word::Verified, Word::InCase] {
                let filter = FindingFilter { state: Some(state.as_str().to_owned()), ..FindingFilter::default() };
                rows.extend(every(view, &filter)?);
            }
            // The earlier one stays: it keeps the finder's time.
            rows.sort_by_key(|row| (row.received, row.id));
            Ok(rows)
        })?;
        let mut done = Vec::new();
        for (place, later) in verified.iter().enumerate() {
            if later.state != Word::Verified.as_str() {
                continue;
            }
            for earlier in verified.iter().take(place).filter(|earlier| earlier.target == later.target) {
                // It may have become a duplicate a moment ago.
                if done.iter().any(|seen: &Compared| seen.later == earlier.id && seen.is_merged()) {
                    continue;
                }
                // One pair that cannot be compared does not keep the others waiting.
                let compared = self.compare(later.id, earlier.id, prover).unwrap_or_else(|refusal| Compared {
                    later: later.id,
                    earlier: earlier.id,
                    outcome: Comparison::NoEvidence(refusal.message),
                });
                let merged = compared.is_merged();
                done.push(compared);
                if merged {
                    break;
                }
            }
        }
        Ok(done)
    }

    fn compare(&self, later: FindingId, earlier: FindingId, prover: &dyn Prove) -> Result<Compared, Refusal> {
        let a = self.finding_as(&Caller::CLOCK, later)?;
        let b = self.finding_as(&Caller::CLOCK, earlier)?;
        let evidence = if a.bundle_id == b.bundle_id {
            Ok(Evidence::SameBundle)
        } else if a.claim_id == b.claim_id {
            Ok(Evidence::SameClaim)
        } else {
            self.cross(&a, &b, prover)?
        };
        let outcome = match evidence {
            Ok(evidence) => {
                self.decide(|unit| {
                    let into = unit.existing::<State>(&stream(earlier))?.state.as_original()?;
                    let command = Command::Merge { into, evidence: evidence.clone() };
                    self.finding_decides(unit, &Caller::CLOCK, later, command)
                })?;
                Comparison::Merged(evidence)
            }
            Err(other) => other,
        };
        Ok(Compared { later, earlier, outcome })
    }

    /// A's input on B's fix, and B's input on A's fix.
    fn cross(&self, a: &Finding, b: &Finding, prover: &dyn Prove) -> Result<Result<Evidence, Comparison>, Refusal> {
        let (a_bundle, b_bundle) = (bundled::unpack(&self.bundle_of(a)?)?, bundled::unpack(&self.bundle_of(b)?)?);
        let there = self.cross_run(&a_bundle, &b_bundle, prover)?;
        let back = self.cross_run(&b_bundle, &a_bundle, prover)?;
        Ok(match (there, back) {
            (Ran::Run(there, Crossed::Silenced), Ran::Run(back, Crossed::Silenced)) => {
                Ok(Evidence::CrossExecution { a_input_on_b_fix: there, b_input_on_a_fix: back })
            }
            (Ran::Run(_, Crossed::StillFires), Ran::Run(_, Crossed::StillFires)) => Err(Comparison::Apart),
            (Ran::Run(_, Crossed::Silenced), other) => Err(Comparison::Hint(format!(
                "the earlier one's patch silences the later one's input; the other way, {}",
                other.sentence()
            ))),
            (other, Ran::Run(_, Crossed::Silenced)) => Err(Comparison::Hint(format!(
                "the later one's patch silences the earlier one's input; the other way, {}",
                other.sentence()
            ))),
            (there, back) => Err(Comparison::NoEvidence(format!("{}; {}", there.sentence(), back.sentence()))),
        })
    }

    fn cross_run(
        &self,
        input: &(LoadedBundle, Manifest),
        patch: &(LoadedBundle, Manifest),
        prover: &dyn Prove,
    ) -> Result<Ran, Refusal> {
        let (bundle, manifest) = match cross::crossed((&input.0, &input.1), (&patch.0, &patch.1)) {
            Ok(crossed) => crossed,
            Err(why) => return Ok(Ran::Not(why.to_string())),
        };
        let proof = prover.prove(&bundle, &manifest)?;
        let run = CrossRun {
            statement: self.attested(&proof)?,
            runner: self.runner(&Caller::CLOCK),
            verdict: proof.ruling.verdict,
            controls: proof.ruling.controls,
        };
        Ok(Ran::Run(run, cross::judge(&proof)))
    }
}

impl Compared {
    /// Whether the later one is a duplicate now.
    pub fn is_merged(&self) -> bool {
        matches!(self.outcome, Comparison::Merged(_))
    }
}

/// One direction.
enum Ran {
    Run(CrossRun, Crossed),
    Not(String),
}

impl Ran {
    fn sentence(&self) -> String {
        match self {
            Self::Run(_, Crossed::Silenced) => "it is silenced".into(),
            Self::Run(_, Crossed::StillFires) => "it still fires".into(),
            Self::Run(_, Crossed::NoEvidence(why)) | Self::Not(why) => why.clone(),
        }
    }
}

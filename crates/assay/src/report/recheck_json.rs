//! Whether a flaw is still there, for programs.

use assay_prove::latest::Still;
use assay_prove::proof::Proof;
use serde::Serialize;

use crate::commands::recheck::Told;

/// The whole answer.
#[derive(Debug, Serialize)]
pub struct RecheckJson {
    still: Still,
    sentence: String,
    on: String,
    runs: u32,
    reach: &'static str,
    bundle: String,
    own: ProofShort,
    there: Option<ProofShort>,
    took_ms: u64,
}

#[derive(Debug, Serialize)]
struct ProofShort {
    verdict: &'static str,
    sentence: String,
    source: Option<String>,
}

impl RecheckJson {
    /// Of what was asked.
    pub fn of(told: &Told<'_>) -> Self {
        Self {
            still: told.recheck.still,
            sentence: told.recheck.sentence.clone(),
            on: told.on.clone(),
            runs: told.ground.runs,
            // Between two versions nobody knows what changed.
            reach: "unknown",
            bundle: told.ground.proof.bundle_id.to_string(),
            own: short(&told.ground.proof),
            there: told.recheck.proof.as_ref().map(short),
            took_ms: u64::try_from(told.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

fn short(proof: &Proof) -> ProofShort {
    ProofShort {
        verdict: proof.ruling.verdict.as_str(),
        sentence: proof.ruling.sentence.clone(),
        source: proof.arms.first().and_then(|arm| arm.source).map(|digest| digest.to_string()),
    }
}

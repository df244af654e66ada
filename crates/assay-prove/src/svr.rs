//! The short form for whoever wants no details: an in-toto Simple Verification
//! Result v0.1 beside the statement. It lists what held, and leaves out the rest:
//! a property that is not there did not hold.

use assay_bundle::jcs;
use assay_bundle::statement::{PAYLOAD_TYPE, STATEMENT_TYPE, Statement};
use assay_bundle::verdict::{Assurance, Controls, Tier, Verdict};
use assay_seal::{Envelope, SigningKey};

use crate::attest::AttestError;

/// `predicateType` of a Simple Verification Result.
pub const PREDICATE_TYPE: &str = "https://in-toto.io/attestation/svr/v0.1";

/// What held. Empty for every verdict but `reproduced`: no other one verifies anything.
#[must_use]
pub fn properties(statement: &Statement) -> Vec<&'static str> {
    let run = statement.run();
    if run.verdict != Verdict::Reproduced {
        return Vec::new();
    }
    let mut held = vec!["ASSAY_REPRODUCED"];
    // Each word stands for itself: a reader that knows the weaker one only finds it too.
    match run.controls {
        Some(Controls::BenignFixed) => held.extend(["ASSAY_CONTROL_BENIGN", "ASSAY_CONTROL_FIXED"]),
        Some(Controls::Benign) => held.push("ASSAY_CONTROL_BENIGN"),
        None => {}
    }
    held.push(match run.assurance {
        Assurance::Claimant => "ASSAY_ASSURANCE_CLAIMANT",
        Assurance::Project => "ASSAY_ASSURANCE_PROJECT",
        Assurance::TwoOracles => "ASSAY_ASSURANCE_TWO_ORACLES",
    });
    if let Some(tier) = run.sandbox.tier {
        held.push(match tier {
            Tier::P => "ASSAY_TIER_P",
            Tier::F => "ASSAY_TIER_F",
            Tier::M => "ASSAY_TIER_M",
        });
    }
    if run.reach == "reached" {
        held.push("ASSAY_FIX_REACHED");
    }
    held
}

/// The signed result about the same subjects as a statement, as the JSON of its envelope.
///
/// # Errors
///
/// Never for a statement that could be written itself.
pub fn attest(statement: &Statement, key: &SigningKey) -> Result<Vec<u8>, AttestError> {
    let run = statement.run();
    let result = serde_json::json!({
        "_type": STATEMENT_TYPE,
        "subject": statement.subjects(),
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "verifier": {
                "id": format!("urn:assay:runner:{}", key.verifying_key().id()),
                "policy": { "uri": format!("urn:{}", run.rule.replace(['.', '/'], ":")) },
            },
            "timeCreated": run.finished,
            "properties": properties(statement),
        },
    });
    Ok(Envelope::sign(PAYLOAD_TYPE, &jcs::canonical(&result)?, key).to_json())
}

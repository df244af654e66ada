//! A decision as a few bytes.

use assay_advisory::feed::{Decision, Impact};
use assay_base::Answer;

/// Packs a decision.
pub(crate) fn pack(decision: &Decision) -> Vec<u8> {
    let automatable = match decision.automatable {
        Answer::Unknown => 0,
        Answer::No => 1,
        Answer::Yes => 2,
    };
    let impact = match decision.impact {
        Impact::Unknown => 0,
        Impact::Partial => 1,
        Impact::Total => 2,
    };
    [&[automatable, impact], decision.decided.as_bytes()].concat()
}

/// Unpacks it; none if the bytes are no decision.
pub(crate) fn load(bytes: &[u8]) -> Option<Decision> {
    let [automatable, impact, decided @ ..] = bytes else { return None };
    Some(Decision {
        automatable: match automatable {
            0 => Answer::Unknown,
            1 => Answer::No,
            2 => Answer::Yes,
            _ => return None,
        },
        impact: match impact {
            0 => Impact::Unknown,
            1 => Impact::Partial,
            2 => Impact::Total,
            _ => return None,
        },
        decided: std::str::from_utf8(decided).ok()?.to_owned(),
    })
}

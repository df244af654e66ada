//! What a CVSS vector says of automation and impact, where nobody decided it.
//!
//! SSVC's two questions are asked by directives, and most records of
//! libraries have no decision. A vector narrows them, and no further than
//! real decisions bear out: beside 6,064 of CISA's own, an attack that needs
//! a person's help was decided *not automatable* in 98.9 %, full loss of all
//! three *total* in 98.0 %, and loss of availability alone *partial* in
//! 98.2 %. Every other pattern stays unknown; unknown is never low
//! (invariant 11).

use assay_base::Answer;

use crate::exposure::Impact;

/// Longest vector that is looked at. A full one of version 4 has about 200 bytes.
const LONGEST: usize = 512;

/// What a vector says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Base score; none if it is no vector of version 3 or 4.
    pub score: Option<f64>,
    /// Whether an attack can be automated.
    pub automatable: Answer,
    /// How much an attacker gains.
    pub impact: Impact,
}

/// Reads a vector of version 3.0, 3.1 or 4.0.
pub fn read(vector: &str) -> Reading {
    let nothing = Reading { score: None, automatable: Answer::Unknown, impact: Impact::Unknown };
    let vector = vector.trim();
    if vector.len() > LONGEST {
        return nothing;
    }
    let Ok(cvss) = vector.parse::<cvss::Cvss>() else { return nothing };
    let metric = |name: &str| {
        vector.split('/').find_map(|part| part.split_once(':').filter(|(key, _)| *key == name).map(|(_, value)| value))
    };
    let is = |name: &str, value: &str| metric(name) == Some(value);
    let four = vector.starts_with("CVSS:4");
    if !four && !vector.starts_with("CVSS:3") {
        return nothing;
    }
    let helped = if four { is("UI", "P") || is("UI", "A") } else { is("UI", "R") };
    // Version 4 has the very question, with the same two words.
    let automatable = match metric("AU").filter(|_| four) {
        Some("Y") => Answer::Yes,
        Some("N") => Answer::No,
        _ if helped => Answer::No,
        _ => Answer::Unknown,
    };
    let (c, i, a) = if four { ("VC", "VI", "VA") } else { ("C", "I", "A") };
    let impact = if is(c, "H") && is(i, "H") && is(a, "H") {
        Impact::Total
    } else if is(c, "N") && is(i, "N") && !is(a, "N") {
        Impact::Partial
    } else {
        Impact::Unknown
    };
    Reading { score: Some(cvss.score()), automatable, impact }
}

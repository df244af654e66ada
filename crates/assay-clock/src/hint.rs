//! What a CVSS vector suggests about two SSVC facts.
//!
//! CVSS and SSVC ask different questions: a vector can suggest that an attack
//! could be automated and that its impact is total, and can be wrong on both.
//! So a hint orders tasks *inside* a range and is shown as one; it never
//! narrows the range and never stands in for a fact (invariant 11).

use assay_base::Answer;
use serde::{Deserialize, Serialize};

/// Longest vector that is read.
const LONGEST: usize = 400;

/// What a vector suggests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Hint {
    /// Whether exploitation can perhaps be automated.
    pub automatable: Answer,
    /// Whether the impact is perhaps total.
    pub total: Answer,
    /// What it is from, for people: `CVSS 3.1, AV:N PR:N UI:N, C:H I:H A:H`.
    pub from: String,
}

/// The metrics that a hint looks at.
#[derive(Default)]
struct Metrics<'a> {
    vector: Option<&'a str>,
    complexity: Option<&'a str>,
    requirements: Option<&'a str>,
    privileges: Option<&'a str>,
    interaction: Option<&'a str>,
    confidentiality: Option<&'a str>,
    integrity: Option<&'a str>,
    availability: Option<&'a str>,
}

impl Hint {
    /// Reads a CVSS vector of version 3.0, 3.1 or 4.0; none if it is none, or says nothing of use.
    ///
    /// - Over the network, without privileges, without anybody's help and without special conditions:
    ///   perhaps automatable. From nearby, locally or by hand: perhaps not.
    /// - High on confidentiality, integrity and availability of the vulnerable system: perhaps total;
    ///   high on none of them: perhaps partial.
    pub fn of(vector: &str) -> Option<Self> {
        if vector.len() > LONGEST || !vector.is_ascii() {
            return None;
        }
        let (version, rest) = ["3.0", "3.1", "4.0"]
            .iter()
            .find_map(|version| Some((*version, vector.strip_prefix("CVSS:")?.strip_prefix(version)?)))?;
        let mut metrics = Metrics::default();
        for metric in rest.strip_prefix('/')?.split('/') {
            let (name, value) = metric.split_once(':')?;
            // `VC` and its like are version 4's words for the vulnerable system.
            let slot = match (version, name) {
                (_, "AV") => &mut metrics.vector,
                (_, "AC") => &mut metrics.complexity,
                ("4.0", "AT") => &mut metrics.requirements,
                (_, "PR") => &mut metrics.privileges,
                (_, "UI") => &mut metrics.interaction,
                ("4.0", "VC") | ("3.0" | "3.1", "C") => &mut metrics.confidentiality,
                ("4.0", "VI") | ("3.0" | "3.1", "I") => &mut metrics.integrity,
                ("4.0", "VA") | ("3.0" | "3.1", "A") => &mut metrics.availability,
                _ => continue,
            };
            // A metric that stands twice makes the vector worthless.
            if slot.replace(value).is_some() {
                return None;
            }
        }
        let automatable = metrics.automatable();
        let total = metrics.total();
        if automatable == Answer::Unknown && total == Answer::Unknown {
            return None;
        }
        let word = |name, value: Option<&str>| format!("{name}:{}", value.unwrap_or("?"));
        let from = format!(
            "CVSS {version}, {} {} {}, {} {} {}",
            word("AV", metrics.vector),
            word("PR", metrics.privileges),
            word("UI", metrics.interaction),
            word("C", metrics.confidentiality),
            word("I", metrics.integrity),
            word("A", metrics.availability),
        );
        // What is shown comes from an advisory: only metric values of one letter are.
        let plain = |c: char| c.is_ascii_alphanumeric() || " .,:?".contains(c);
        (from.len() < 60 && from.chars().all(plain)).then_some(Self { automatable, total, from })
    }
}

impl Metrics<'_> {
    fn automatable(&self) -> Answer {
        match (self.vector, self.privileges, self.interaction) {
            (Some("L" | "P" | "A"), _, _) | (_, _, Some("R" | "A" | "P")) => Answer::No,
            (Some("N"), Some("N"), Some("N"))
                if self.complexity == Some("L") && matches!(self.requirements, None | Some("N")) =>
            {
                Answer::Yes
            }
            _ => Answer::Unknown,
        }
    }

    fn total(&self) -> Answer {
        match (self.confidentiality, self.integrity, self.availability) {
            (Some("H"), Some("H"), Some("H")) => Answer::Yes,
            (Some("N" | "L"), Some("N" | "L"), Some("N" | "L")) => Answer::No,
            _ => Answer::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_open_door_from_the_network_suggests_both() {
        for vector in [
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
        ] {
            let hint = Hint::of(vector).unwrap();
            assert_eq!((hint.automatable, hint.total), (Answer::Yes, Answer::Yes), "{vector}");
        }
        assert_eq!(
            Hint::of("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap().from,
            "CVSS 3.1, AV:N PR:N UI:N, C:H I:H A:H"
        );
    }

    #[test]
    fn what_needs_a_hand_suggests_neither() {
        let hint = Hint::of("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N").unwrap();
        assert_eq!((hint.automatable, hint.total), (Answer::No, Answer::No));
        // A special condition is no clear word in either direction.
        let hint = Hint::of("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N");
        assert_eq!(hint, None);
    }

    #[test]
    fn what_is_no_vector_gives_no_hint() {
        for text in ["", "7.5", "AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS:3.1/AV:N/AV:L/PR:N/UI:N/C:H/I:H/A:H", "CVSS:3.1"] {
            assert_eq!(Hint::of(text), None, "{text}");
        }
        assert_eq!(Hint::of("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/C:H/I:H/A:<b>"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_not(text in "(CVSS:[34]\\.[01]/)?(([A-Z]{1,2}:[A-Z]/){0,9}|.{0,40})") {
            if let Some(hint) = Hint::of(&text) {
                prop_assert!(hint.from.len() < 60);
            }
        }
    }
}

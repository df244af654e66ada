//! Is this claim public already (R24)? A claim is held against what records
//! say of the same target, before a person looks at it.
//!
//! *Public* needs the same id, or a record that affects the target's version
//! and names the very place that the claim names. A record that affects the
//! version and says nothing of the place is *perhaps* the same. Finding none is
//! no *new*: it says only that the records at hand do not have it.

use serde::Serialize;

use crate::exposure::{Exposure, Touch};

/// What a claim says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// Ids that the claimant gives.
    pub ids: Vec<String>,
    /// The places that it names: a function, a module, a file.
    pub places: Vec<String>,
}

/// How a record is like the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// It has an id that the claim gives.
    SameId,
    /// It affects the target's version, and its summary names the claim's place.
    SamePlace,
    /// It affects the target's version, and does not say where.
    SameVersion,
    /// It names the target, and whether it affects the version cannot be told.
    CannotTell,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// A record says the same.
    Public,
    /// A record may say the same; somebody has to compare.
    Perhaps,
    /// No record at hand says the same.
    NotFound,
}

/// A record that may say the same.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Like {
    /// How.
    pub likeness: Likeness,
    /// One sentence.
    pub why: String,
    /// Pages of commits among the record's references: most likely the fix.
    pub commits: Vec<String>,
    /// The record, and what it says of the target's version.
    pub exposure: Exposure,
}

/// The records that may say what the claim says, the likest first.
pub fn like(claim: &Claim, exposures: &[Exposure]) -> Vec<Like> {
    let mut all: Vec<Like> = exposures.iter().filter_map(|exposure| one(claim, exposure)).collect();
    all.sort_by(|a, b| a.likeness.cmp(&b.likeness).then_with(|| a.exposure.advisory.id.cmp(&b.exposure.advisory.id)));
    all
}

/// What follows from them.
pub fn answer(like: &[Like]) -> Answer {
    match like.first().map(|one| one.likeness) {
        Some(Likeness::SameId | Likeness::SamePlace) => Answer::Public,
        Some(Likeness::SameVersion | Likeness::CannotTell) => Answer::Perhaps,
        None => Answer::NotFound,
    }
}

fn one(claim: &Claim, exposure: &Exposure) -> Option<Like> {
    let advisory = &exposure.advisory;
    let mut ids = std::iter::once(&advisory.id).chain(&advisory.aliases);
    let id = ids.find(|id| claim.ids.iter().any(|own| own.eq_ignore_ascii_case(id)));
    let place = claim.places.iter().find(|place| names(&advisory.summary, place));
    let (likeness, mut why) = match (id, exposure.touch, place) {
        (Some(id), Touch::NotAffected, _) => (
            Likeness::SameId,
            format!("It is {id}, which the claim gives. The record leaves the target's version out: {}", exposure.why),
        ),
        (Some(id), _, _) => (Likeness::SameId, format!("It is {id}, which the claim gives.")),
        (None, Touch::Affected, Some(place)) => {
            (Likeness::SamePlace, format!("It affects the target's version, and names `{place}` as the claim does."))
        }
        (None, Touch::Affected, None) => (
            Likeness::SameVersion,
            "It affects the target's version. Whether it is the same flaw, the record's summary does not say."
                .to_owned(),
        ),
        (None, Touch::CannotTell, _) => {
            (Likeness::CannotTell, format!("It names the target, and cannot tell for this version: {}", exposure.why))
        }
        // What was mended before the target's version is not what fires in it.
        (None, Touch::NotAffected, _) => return None,
    };
    if let [first, ..] = exposure.fixed.as_slice() {
        why.push_str(&format!(" Fixed in {first}."));
    }
    let commits = advisory.references.iter().filter(|page| is_commit(page)).take(5).cloned().collect();
    Some(Like { likeness, why, commits, exposure: exposure.clone() })
}

/// Whether a text names a place as a word of its own, as code writes it; short words name too much.
fn names(text: &str, place: &str) -> bool {
    let last = place.rsplit(['/', ':', '.', '#']).find(|part| !part.is_empty()).unwrap_or(place);
    let place = last.trim_end_matches("()");
    place.len() > 4
        && text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word.eq_ignore_ascii_case(place))
}

/// Whether a page is that of a commit: `.../commit/0123abc`.
fn is_commit(page: &str) -> bool {
    let after =
        ["/commit/", "/-/commit/", "/c/", "?id="].iter().find_map(|mark| page.split_once(mark)).map(|(_, rest)| rest);
    after.is_some_and(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        digits >= 7
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use assay_base::Answer as Known;
    use assay_inventory::component::Component;
    use assay_inventory::ecosystem::Ecosystem;

    use super::*;
    use crate::exposure::{AdvisoryFacts, Certainty, Impact};

    fn exposure(id: &str, summary: &str, touch: Touch) -> Exposure {
        Exposure {
            inventory: "report".to_owned(),
            component: Component::package(Ecosystem::PyPi, "p", Some("1.0"), "target".to_owned()),
            advisory: AdvisoryFacts {
                source: "osv".to_owned(),
                id: id.to_owned(),
                aliases: vec!["CVE-2026-0001".to_owned()],
                summary: summary.to_owned(),
                kev: None,
                automatable: Known::Unknown,
                impact: Impact::Unknown,
                ssvc_from: String::new(),
                cvss: None,
                score: None,
                epss: None,
                published: None,
                references: vec![
                    "https://example.org/p/commit/0123abcd".to_owned(),
                    "https://example.org/p/commit/later".to_owned(),
                ],
            },
            touch,
            certainty: Certainty::Package,
            why: "p 1.0 lies outside.".to_owned(),
            fixed: vec!["1.1".to_owned()],
            remedies: Vec::new(),
        }
    }

    #[test]
    fn the_same_id_or_the_same_place_is_public_and_the_same_version_is_perhaps() {
        let claim =
            Claim { ids: vec!["cve-2026-0001".to_owned()], places: vec!["src/json.c:parse_string()".to_owned()] };
        let place = Claim { ids: Vec::new(), ..claim.clone() };
        let of = |claim: &Claim, exposure: Exposure| {
            let like = like(claim, std::slice::from_ref(&exposure));
            (answer(&like), like.first().map(|one| one.likeness))
        };
        let plain = || exposure("G", "A parser reads too far", Touch::Affected);
        let named = || exposure("G", "Over-read in parse_string of p", Touch::Affected);
        assert_eq!(of(&claim, plain()), (Answer::Public, Some(Likeness::SameId)));
        assert_eq!(of(&place, named()), (Answer::Public, Some(Likeness::SamePlace)));
        assert_eq!(of(&place, plain()), (Answer::Perhaps, Some(Likeness::SameVersion)));
        // A longer name is another function.
        assert_eq!(of(&place, exposure("G", "parse_string_list", Touch::Affected)).0, Answer::Perhaps);
        assert_eq!(of(&place, exposure("G", "parse_string", Touch::CannotTell)).0, Answer::Perhaps);
        assert_eq!(of(&place, exposure("G", "parse_string", Touch::NotAffected)), (Answer::NotFound, None));
        // The id is said although the record leaves the version out, and the sentence says so.
        let like = like(&claim, &[exposure("G", "", Touch::NotAffected)]);
        assert!(like[0].why.contains("leaves the target's version out"));
        assert_eq!(like[0].commits, ["https://example.org/p/commit/0123abcd"]);
        assert!(like[0].why.ends_with("Fixed in 1.1."));
    }

    #[test]
    fn a_short_word_names_no_place() {
        assert!(!names("a read in main", "main"));
        assert!(names("a read in decode_frame()", "lib.rs::decode_frame"));
    }
}

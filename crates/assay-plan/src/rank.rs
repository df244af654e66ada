//! In which order cards stand, and why.
//!
//! First the tier: the shortest term that is possible, and whether it is
//! certain. A range stands *after* the tier of its shortest term and before
//! the next, so that what nobody knows is neither red nor at the end (R28).
//! Inside a tier the order is lexicographic over stated inputs: there is no
//! score and no secret input, and who owns or pays is none of them
//! (invariant 12).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use assay_base::Answer;
use assay_clock::Term;
use assay_match::exposure::{Certainty, Epss};
use serde::{Deserialize, Serialize};

use crate::card::{Card, CardKind};

/// The group in which a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tier {
    /// The shortest possible term.
    pub earliest: Term,
    /// Whether a longer one is possible as well, because a fact is missing.
    pub open: bool,
}

/// Everything that the order is a function of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Rank {
    /// The tier.
    pub tier: Tier,
    /// The place inside the tier, from 1.
    pub place: usize,
    /// How many stand in the tier.
    pub of: usize,
    /// Whether KEV lists any of what it closes.
    pub kev: Answer,
    /// Whether ransomware is known to use any of it.
    pub ransomware: Answer,
    /// Whether any of it was reproduced, with controls, by a runner that this organisation trusts.
    pub proven: bool,
    /// Whether strangers reach it.
    pub exposed: Answer,
    /// Whether its owner calls it critical.
    pub critical: Answer,
    /// The shortest term that is left if the CVSS hints are right.
    pub leaning: Term,
    /// How sure the names match.
    pub certainty: Certainty,
    /// How many entries KEV has of its vendor; none if nobody can say.
    pub vendor_entries: Option<u32>,
    /// The day of that count.
    pub vendor_as_of: Option<String>,
    /// The highest EPSS of what it closes; left out where the records have scores of several models.
    pub epss: Option<Epss>,
    /// The highest CVSS base score of what it closes, in tenths.
    pub score_tenths: Option<u16>,
    /// How many advisories it closes.
    pub closes: usize,
    /// The name, for a stable order of equals.
    pub name: String,
    /// Why it stands here, in a sentence.
    pub words: String,
}

impl Rank {
    /// What is compared inside a tier, in this order; smaller stands first.
    fn key(&self) -> impl Ord + '_ {
        (
            likely_first(self.ransomware),
            likely_first(self.kev),
            Reverse(self.proven),
            likely_first(self.exposed),
            likely_first(self.critical),
            self.leaning,
            (
                self.certainty,
                Reverse(self.vendor_entries),
                Reverse(self.epss.as_ref().map(|epss| per_mille(epss.score))),
            ),
            Reverse(self.score_tenths),
            Reverse(self.closes),
            self.name.as_str(),
        )
    }
}

/// Yes before unknown before no: what nobody knows is not taken for the better.
fn likely_first(answer: Answer) -> u8 {
    match answer {
        Answer::Yes => 0,
        Answer::Unknown => 1,
        Answer::No => 2,
    }
}

/// Leaves EPSS out where the cards have scores of several models, which cannot be compared; tells so.
pub(crate) fn one_model(cards: &mut [Card]) -> Option<String> {
    let models: BTreeSet<String> =
        cards.iter().filter_map(|card| card.rank.epss.as_ref()).map(|epss| epss.model.clone()).collect();
    if models.len() < 2 {
        return None;
    }
    for card in cards {
        card.rank.epss = None;
    }
    let names: Vec<String> = models
        .into_iter()
        .map(|model| if model.is_empty() { "one without a name".to_owned() } else { model })
        .collect();
    Some(format!(
        "The EPSS scores at hand are of several models ({}), which cannot be compared: none of them orders anything.",
        names.join(", ")
    ))
}

/// A probability in thousandths, so that it has an order; what is none is 0.
fn per_mille(score: f64) -> u16 {
    // Between 0 and 1000 after rounding, so the conversion is exact; of what is no number the cast gives 0.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let thousandths = (score.clamp(0.0, 1.0) * 1000.0).round() as u16;
    thousandths
}

/// Puts cards in order.
pub(crate) fn sort(cards: &mut [Card]) {
    cards.sort_by(|a, b| (a.rank.tier, a.rank.key()).cmp(&(b.rank.tier, b.rank.key())));
}

/// Tells sorted cards of one list their places. A look before an update has the place of its update.
pub(crate) fn places(cards: &mut [Card]) {
    let mut of: BTreeMap<Tier, usize> = BTreeMap::new();
    for card in cards.iter().filter(|card| card.kind != CardKind::Triage) {
        *of.entry(card.rank.tier).or_default() += 1;
    }
    let mut place: BTreeMap<Tier, usize> = BTreeMap::new();
    for card in cards {
        let at = place.entry(card.rank.tier).or_default();
        card.rank.place = *at + 1;
        if card.kind != CardKind::Triage {
            *at += 1;
        }
        card.rank.of = of.get(&card.rank.tier).copied().unwrap_or(1);
        card.rank.words = words(&card.rank);
    }
}

/// The inputs of a rank in words.
fn words(rank: &Rank) -> String {
    let mut parts = Vec::new();
    match rank.ransomware {
        Answer::Yes => parts.push("ransomware is known to use it".to_owned()),
        _ if rank.kev == Answer::Yes => parts.push("it is exploited (KEV), ransomware not known".to_owned()),
        _ if rank.kev == Answer::Unknown => parts.push("whether it is in KEV is unknown".to_owned()),
        _ => parts.push("not in KEV".to_owned()),
    }
    if rank.proven {
        parts.push("reproduced by a runner you trust".to_owned());
    }
    parts.push(
        match rank.exposed {
            Answer::Yes => "exposed",
            Answer::Unknown => "exposure unknown",
            Answer::No => "not exposed",
        }
        .to_owned(),
    );
    if rank.critical == Answer::Yes {
        parts.push("critical, you say".to_owned());
    }
    if rank.tier.open && rank.leaning != rank.tier.earliest {
        parts.push(format!("its CVSS vector suggests {} (a hint, used for the order alone)", rank.leaning));
    }
    match rank.certainty {
        Certainty::Package | Certainty::Product => {}
        Certainty::Likely => parts.push("the match of the names is only likely".to_owned()),
    }
    if let (Some(entries), Some(day)) = (rank.vendor_entries, &rank.vendor_as_of) {
        parts.push(match entries {
            0 => format!("KEV of {day} has none of its vendor"),
            entries => format!("KEV of {day} has {entries} of its vendor"),
        });
    }
    if let Some(epss) = &rank.epss {
        let mut source: Vec<&str> =
            [epss.day.as_str(), epss.model.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
        if source.is_empty() {
            source.push("day and model not said");
        }
        let per_mille = per_mille(epss.score);
        parts.push(format!("EPSS {}.{} % ({})", per_mille / 10, per_mille % 10, source.join(", model ")));
    }
    if let Some(score) = rank.score_tenths {
        parts.push(format!("CVSS {}.{}", score / 10, score % 10));
    }
    format!("Place {} of {} in its group: {}.", rank.place, rank.of, parts.join(", "))
}

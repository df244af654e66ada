//! The figures of an order: the area under the curve, and how many of the
//! found ones stand among the first.
//!
//! Cases of one key are in no order, so each counts as standing anywhere
//! among them: half before, half after, and in a cut through them by its
//! share. No order gains or loses by the accident of a sort.

use std::collections::BTreeMap;

use assay_base::Answer;
use serde::Serialize;

use super::Population;
use super::order::{Key, Order, Terms};
use super::random::Random;

/// The shares of all CVEs that small, usual and large organisations close in a month, in thousandths.
pub const EFFORTS: [u16; 3] = [66, 152, 271];
/// The numbers of CVEs that stand first.
pub const FIRST: [usize; 3] = [20, 100, 500];
/// How often the found ones are drawn anew.
const DRAWS: usize = 1_000;
/// How often labels are shuffled.
const SHUFFLES: usize = 200;

/// A figure with the interval of nine in ten draws.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The figures of an order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Measured {
    /// The area under the curve: how often a found one stands before another one.
    pub auc: Figure,
    /// The share of the found ones among the first 6.6, 15.2 and 27.1 % of all.
    pub at_effort: [Figure; 3],
    /// The share of the found ones among the first 20, 100 and 500.
    pub at_first: [Figure; 3],
}

/// Where one found case stands: the places that its key spans, from the front, and how many there are.
#[derive(Debug, Clone, Copy)]
struct Place {
    before: usize,
    ties: usize,
    of: usize,
    positives: usize,
}

impl Place {
    /// How many of the others that are not found stand after it, as a share. The found ones before it are left out.
    fn share_after(self, found_before: f64) -> f64 {
        let negatives = self.of - self.positives;
        if negatives == 0 {
            return 0.5;
        }
        let middle = count(self.before) + (count(self.ties) - 1.0) / 2.0;
        1.0 - (middle - found_before).max(0.0) / count(negatives)
    }

    /// How much of it stands among the first so many.
    fn within(self, first: f64) -> f64 {
        ((first - count(self.before)) / count(self.ties)).clamp(0.0, 1.0)
    }
}

/// A number of cases; all that occur are far below what a float holds exactly.
#[allow(clippy::cast_precision_loss)]
pub(super) fn count(number: usize) -> f64 {
    number as f64
}

/// One found case: its share after, and what of it stands among the first.
#[derive(Debug, Clone, Copy)]
struct Found {
    after: f64,
    efforts: [f64; 3],
    first: [f64; 3],
}

pub(super) fn measured(populations: &[Population<'_>], order: Order) -> Measured {
    let terms = Terms::new();
    let found = found(populations, |population, at| {
        population.cases.get(at).map_or_else(Key::default, |case| order.key(case, population, &terms))
    });
    let figure = |of: &dyn Fn(&Found) -> f64| interval(&found, of);
    Measured {
        auc: figure(&|one| one.after),
        at_effort: [0, 1, 2].map(|at| figure(&|one: &Found| one.efforts.get(at).copied().unwrap_or_default())),
        at_first: [0, 1, 2].map(|at| figure(&|one: &Found| one.first.get(at).copied().unwrap_or_default())),
    }
}

/// The area under the curve against labels that were dealt out anew, on average.
pub(super) fn shuffled(populations: &[Population<'_>], order: Order) -> f64 {
    let terms = Terms::new();
    let mut random = Random::new(26);
    let keys: Vec<Vec<Key>> = populations
        .iter()
        .map(|population| population.cases.iter().map(|case| order.key(case, population, &terms)).collect())
        .collect();
    let mut sum = 0.0;
    for _ in 0..SHUFFLES {
        let mut shares = Vec::new();
        for (population, keys) in populations.iter().zip(&keys) {
            let positives = population.positive.iter().filter(|positive| **positive).count();
            let mut drawn = vec![false; keys.len()];
            let mut left = positives.min(keys.len());
            while left > 0 {
                if let Some(one) = drawn.get_mut(random.below(keys.len()))
                    && !*one
                {
                    *one = true;
                    left -= 1;
                }
            }
            shares.extend(places(keys, &drawn).into_iter().map(|(place, found)| place.share_after(found)));
        }
        sum += mean(&shares);
    }
    sum / count(SHUFFLES)
}

/// The same order with the listing among its facts: what a leak looks like.
pub(super) fn leaked(populations: &[Population<'_>]) -> f64 {
    let terms = Terms::new();
    let found = found(populations, |population, at| {
        let Some(case) = population.cases.get(at) else {
            return (u16::MAX, std::cmp::Reverse(0), std::cmp::Reverse(0));
        };
        let listed = population.positive.get(at).copied().unwrap_or(false);
        let (tier, vendor, cvss) = Order::Assay.key(case, population, &terms);
        // What is listed stands before everything of its tier, as in a plan.
        if listed { (0, vendor, cvss) } else { (terms.of(case, Answer::No).max(tier), vendor, cvss) }
    });
    mean(&found.iter().map(|one| one.after).collect::<Vec<_>>())
}

/// The area under the curve of scores alone, a missing one as 0.
pub(super) fn by_scores(populations: &[Population<'_>], scores: &BTreeMap<String, f64>) -> f64 {
    let found = found(populations, |population, at| {
        let score = population.cases.get(at).and_then(|case| scores.get(&case.cve)).copied().unwrap_or(0.0);
        // Between 0 and a million after rounding, so the conversion is exact.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let millionths = (score.clamp(0.0, 1.0) * 1e6).round() as u32;
        (0, std::cmp::Reverse(millionths), std::cmp::Reverse(0))
    });
    mean(&found.iter().map(|one| one.after).collect::<Vec<_>>())
}

fn found(populations: &[Population<'_>], key: impl Fn(&Population<'_>, usize) -> Key) -> Vec<Found> {
    let mut all = Vec::new();
    for population in populations {
        let keys: Vec<Key> = (0..population.cases.len()).map(|at| key(population, at)).collect();
        for (place, found_before) in places(&keys, &population.positive) {
            all.push(Found {
                after: place.share_after(found_before),
                efforts: EFFORTS.map(|effort| place.within(count(place.of) * f64::from(effort) / 1000.0)),
                first: FIRST.map(|first| place.within(count(first))),
            });
        }
    }
    all
}

/// The place of each found case, with how many found ones stand before it (of those of its key, half).
fn places(keys: &[Key], positive: &[bool]) -> Vec<(Place, f64)> {
    let mut sorted: Vec<usize> = (0..keys.len()).collect();
    sorted.sort_by_key(|at| keys.get(*at));
    let of = keys.len();
    let positives = positive.iter().filter(|positive| **positive).count();
    let mut places = Vec::new();
    let (mut before, mut found_before) = (0, 0);
    while let Some(first) = sorted.get(before) {
        let ties = sorted.iter().skip(before).take_while(|at| keys.get(**at) == keys.get(*first)).count().max(1);
        let here = sorted.iter().skip(before).take(ties).filter(|at| positive.get(**at) == Some(&true)).count();
        let place = Place { before, ties, of, positives };
        // Of the found ones of its key, half stand before each on average.
        let half = (count(here) - 1.0).max(0.0) / 2.0;
        places.extend(std::iter::repeat_n((place, count(found_before) + half), here));
        before += ties;
        found_before += here;
    }
    places
}

fn mean(numbers: &[f64]) -> f64 {
    if numbers.is_empty() { 0.5 } else { numbers.iter().sum::<f64>() / count(numbers.len()) }
}

/// The mean, and the interval in which nine of ten means of drawn samples lie.
fn interval(found: &[Found], of: &dyn Fn(&Found) -> f64) -> Figure {
    let numbers: Vec<f64> = found.iter().map(of).collect();
    let mut random = Random::new(4);
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn: f64 = (0..numbers.len()).filter_map(|_| numbers.get(random.below(numbers.len()))).sum();
            drawn / count(numbers.len().max(1))
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: usize| means.get(DRAWS * share / 100).copied().unwrap_or_default();
    Figure { value: mean(&numbers), low: at(5), high: at(95) }
}

/// A sum with the interval in which nine of ten sums of drawn samples lie.
pub(super) fn interval_of(numbers: &[f64], sum: f64) -> Figure {
    let mut random = Random::new(4);
    let mut sums: Vec<f64> =
        (0..DRAWS).map(|_| (0..numbers.len()).filter_map(|_| numbers.get(random.below(numbers.len()))).sum()).collect();
    sums.sort_by(f64::total_cmp);
    let at = |share: usize| sums.get(DRAWS * share / 100).copied().unwrap_or_default();
    Figure { value: sum, low: at(5), high: at(95) }
}

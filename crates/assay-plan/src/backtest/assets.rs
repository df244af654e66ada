//! What an order is worth to somebody with assets and a few hands: the days
//! for which exploited flaws stay open.
//!
//! A list of assets is worked off month by month. An update of an asset closes
//! every flaw of it that is known by then; a month holds so many updates, and
//! the order says which. A flaw that KEV lists costs a day for each asset and
//! day from its listing until its asset is updated. What is decided or listed
//! later is not known earlier; a listing counts from the first of the months
//! after it, for who looks at the list once a month.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use assay_base::Answer;
use jiff::civil::Date;

use super::measure::{count, interval_of};
use super::order::{Key, Order, Terms};
use super::random::Random;
use super::{Decided, Listed, Population, Scores};
use crate::vendors;

pub use super::days::{Days, DaysRow, Rule};

/// Days of a month.
const MONTH: i32 = 30;
/// Most months that are worked off.
const MONTHS: i32 = 24;
/// How often ties are broken anew; each figure is the mean over them.
const RUNS: u64 = 6;
/// How often the facts are dealt out anew for the control.
const SHUFFLES: u64 = 12;

/// An asset, by the names that CPE has for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Asset {
    /// The vendor.
    pub vendor: String,
    /// The product.
    pub product: String,
}

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Simulation<'a> {
    /// The CVEs.
    pub decided: &'a [Decided],
    /// KEV, with the day of each entry.
    pub listed: &'a [Listed],
    /// The last day that the list knows.
    pub until: Date,
    /// The first day.
    pub from: Date,
    /// The assets; empty for one of each product that the CVEs name.
    pub assets: &'a [Asset],
    /// How many updates a month holds; none for one in twenty of the assets that have a flaw.
    pub capacity: Option<usize>,
    /// EPSS, if there are scores.
    pub scores: Option<&'a Scores>,
}

/// A flaw of an asset.
struct Flaw {
    /// Days after the first one: when it is decided.
    decided: i32,
    /// When it is listed; none if it is not in the time.
    listed: Option<i32>,
    /// Its place in the table, so that a shuffle moves it everywhere alike.
    number: usize,
}

/// The months, and what is worked on.
struct World<'a> {
    flaws: Vec<Vec<Flaw>>,
    cases: Vec<&'a Decided>,
    days: i32,
    capacity: usize,
}

/// Works the months off by each order; none if no listed flaw is on any asset, or there is no month.
pub fn simulate(simulation: &Simulation<'_>) -> Option<Days> {
    let (world, unnamed) = world(simulation)?;
    let epss_is_late = simulation.scores.is_some_and(|scores| scores.day > simulation.from);
    let listings: Vec<Option<i32>> = listings(&world);
    let keys = Keys::of(simulation, &world);
    let exploited = world.flaws.iter().flatten().filter(|flaw| flaw.listed.is_some()).count();
    if exploited == 0 {
        return None;
    }
    let costs = |rule: Rule| costs(&world, &listings, keys.of_rule(rule), 0..RUNS);
    let random = costs(Rule::Random);
    let sum = |costs: &[f64]| costs.iter().sum::<f64>();
    let rows = Rule::ALL
        .into_iter()
        .filter(|rule| *rule != Rule::Epss || simulation.scores.is_some())
        .map(|rule| {
            let costs = costs(rule);
            DaysRow {
                order: rule,
                words: rule.words(),
                days: interval_of(&costs, sum(&costs)),
                of_random: ratio(sum(&costs), sum(&random)),
            }
        })
        .collect();
    let shuffled = shuffled(&world, &listings, &keys);
    let untouched = world.flaws.iter().flatten().filter_map(|flaw| flaw.listed).map(|day| f64::from(world.days - day));
    Some(Days {
        from: simulation.from.to_string(),
        until: simulation.until.to_string(),
        months: usize::try_from(world.days / MONTH).unwrap_or_default(),
        assets: world.flaws.len(),
        unnamed,
        capacity: world.capacity,
        flaws: world.flaws.iter().map(Vec::len).sum(),
        exploited,
        untouched: untouched.sum(),
        rows,
        shuffled,
        holds: (0.9..=1.1).contains(&shuffled),
        epss_is_late,
    })
}

fn ratio(of: f64, all: f64) -> f64 {
    if all > 0.0 { of / all } else { 1.0 }
}

/// The assets with their flaws, and how many of the list have none.
fn world<'a>(simulation: &Simulation<'a>) -> Option<(World<'a>, usize)> {
    let after = |day: Date| simulation.from.until(day).map_or(i32::MIN, |span| span.get_days());
    let months = after(simulation.until).div_euclid(MONTH).min(MONTHS);
    let days = months * MONTH;
    let listed: BTreeMap<&str, i32> = simulation.listed.iter().map(|one| (one.cve.as_str(), after(one.day))).collect();
    let mut cases = Vec::new();
    let mut by_name: BTreeMap<(String, String), Vec<usize>> = BTreeMap::new();
    for case in simulation.decided {
        // What was listed by the first day was known to be exploited then, and is no question of the order.
        let known = listed.get(case.cve.as_str()).is_some_and(|day| *day <= 0);
        if known || case.product.is_empty() || after(case.day) >= days {
            continue;
        }
        by_name.entry((vendors::key(&case.vendor), vendors::key(&case.product))).or_default().push(cases.len());
        cases.push(case);
    }
    let flaws_of = |numbers: &Vec<usize>| -> Vec<Flaw> {
        let flaw = |number: &usize| {
            let case = cases.get(*number)?;
            let listed = listed.get(case.cve.as_str()).copied().filter(|day| *day < days);
            Some(Flaw { decided: after(case.day), listed, number: *number })
        };
        numbers.iter().filter_map(flaw).collect()
    };
    let (flaws, unnamed): (Vec<Vec<Flaw>>, usize) = if simulation.assets.is_empty() {
        (by_name.values().map(flaws_of).collect(), 0)
    } else {
        let name = |asset: &Asset| (vendors::key(&asset.vendor), vendors::key(&asset.product));
        let found: Vec<_> = simulation.assets.iter().filter_map(|asset| by_name.get(&name(asset))).collect();
        let unnamed = simulation.assets.len() - found.len();
        (found.into_iter().map(flaws_of).collect(), unnamed)
    };
    let capacity = simulation.capacity.unwrap_or_else(|| flaws.len().div_ceil(20)).max(1);
    (months > 0 && !flaws.is_empty()).then_some((World { flaws, cases, days, capacity }, unnamed))
}

/// The listing of each case.
fn listings(world: &World<'_>) -> Vec<Option<i32>> {
    let mut listings = vec![None; world.cases.len()];
    for flaw in world.flaws.iter().flatten() {
        if let Some(listing) = listings.get_mut(flaw.number) {
            *listing = flaw.listed;
        }
    }
    listings
}

/// The keys of every case, before and after it is listed.
struct Keys {
    by_rule: Vec<(Rule, [Vec<Key>; 2])>,
}

impl Keys {
    fn of(simulation: &Simulation<'_>, world: &World<'_>) -> Self {
        let terms = Terms::new();
        let mut by_vendor = BTreeMap::new();
        for one in simulation.listed.iter().filter(|one| one.day <= simulation.from) {
            *by_vendor.entry(vendors::key(&one.vendor)).or_insert(0) += 1;
        }
        by_vendor.remove("");
        let population = Population { cases: Vec::new(), positive: Vec::new(), vendors: by_vendor };
        let key = |rule: Rule, case: &Decided, kev: Answer| -> Key {
            match rule {
                Rule::Random => Order::Random.key(case, &population, &terms),
                Rule::Cvss => Order::Cvss.key(case, &population, &terms),
                Rule::Epss => {
                    let score = simulation.scores.and_then(|scores| scores.by_cve.get(&case.cve)).copied();
                    // Between 0 and a million after rounding, so the conversion is exact.
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    let millionths = (score.unwrap_or(0.0).clamp(0.0, 1.0) * 1e6).round() as u32;
                    (0, Reverse(millionths), Reverse(0))
                }
                Rule::Tier => (terms.of(case, kev), Reverse(0), Reverse(0)),
                Rule::Assay => {
                    let (_, vendor, cvss) = Order::Assay.key(case, &population, &terms);
                    (terms.of(case, kev), vendor, cvss)
                }
            }
        };
        let of = |rule: Rule, kev: Answer| world.cases.iter().map(|case| key(rule, case, kev)).collect();
        let by_rule = Rule::ALL.into_iter().map(|rule| (rule, [of(rule, Answer::No), of(rule, Answer::Yes)])).collect();
        Self { by_rule }
    }

    /// The keys of one rule, before a listing and after it.
    fn of_rule(&self, rule: Rule) -> [&[Key]; 2] {
        match self.by_rule.iter().find(|(known, _)| *known == rule) {
            Some((_, [before, after])) => [before, after],
            None => [&[], &[]],
        }
    }
}

/// The days that each exploited flaw of each asset stays open, on average over runs with ties broken anew.
fn costs(world: &World<'_>, listings: &[Option<i32>], keys: [&[Key]; 2], runs: Range<u64>) -> Vec<f64> {
    let exploited = world.flaws.iter().flatten().filter(|flaw| listing(listings, flaw).is_some()).count();
    let mut sums = vec![0.0; exploited];
    let number = runs.clone().count();
    for run in runs {
        let closed = work_off(world, listings, keys, &mut Random::new(1_000 + run));
        let open = world.flaws.iter().zip(&closed).flat_map(|(flaws, closed)| {
            flaws.iter().filter_map(|flaw| {
                let listed = listing(listings, flaw)?;
                // The first update after it was decided closes it; without one it is open to the end.
                let end = closed.iter().copied().find(|day| *day > flaw.decided).unwrap_or(world.days);
                Some(f64::from((end - listed.max(flaw.decided)).max(0)))
            })
        });
        for (sum, days) in sums.iter_mut().zip(open) {
            *sum += days;
        }
    }
    for sum in &mut sums {
        *sum /= count(number.max(1));
    }
    sums
}

fn listing(listings: &[Option<i32>], flaw: &Flaw) -> Option<i32> {
    listings.get(flaw.number).copied().flatten()
}

/// The days on which each asset is updated, in order. Ties are broken for each flaw by itself: an asset with many flaws
/// comes early by its number alone, and has to do so at random as well.
fn work_off(world: &World<'_>, listings: &[Option<i32>], keys: [&[Key]; 2], random: &mut Random) -> Vec<Vec<i32>> {
    let drawn: Vec<usize> = world.cases.iter().map(|_| random.below(usize::MAX)).collect();
    let mut closed: Vec<Vec<i32>> = vec![Vec::new(); world.flaws.len()];
    for start in (0..world.days).step_by(usize::try_from(MONTH).unwrap_or(30)) {
        let mut queue: Vec<(Key, usize, usize)> = Vec::new();
        for (at, flaws) in world.flaws.iter().enumerate() {
            let last = closed.get(at).and_then(|days| days.last()).copied().unwrap_or(i32::MIN);
            let open = flaws.iter().filter(|flaw| flaw.decided <= start && flaw.decided >= last);
            let first = open.filter_map(|flaw| {
                let listed = listing(listings, flaw).is_some_and(|day| day <= start);
                let key = keys.get(usize::from(listed))?.get(flaw.number)?;
                Some((*key, *drawn.get(flaw.number)?))
            });
            if let Some((key, drawn)) = first.min() {
                queue.push((key, drawn, at));
            }
        }
        queue.sort_unstable();
        for (turn, (_, _, at)) in queue.into_iter().take(world.capacity).enumerate() {
            // The month's updates are spread over it, in their order.
            let day = MONTH * (i32::try_from(turn).unwrap_or(i32::MAX / MONTH) + 1)
                / i32::try_from(world.capacity).unwrap_or(i32::MAX);
            if let Some(days) = closed.get_mut(at) {
                days.push(start + day.clamp(1, MONTH));
            }
        }
    }
    closed
}

/// The order of plans over none, where each flaw has the facts of another one: what is left of it then is not knowledge.
/// The facts and not the listings are dealt out anew, because the flaws of one asset are alike: an order that has many
/// alike at one place leaves more days than none does, whatever is listed.
fn shuffled(world: &World<'_>, listings: &[Option<i32>], keys: &Keys) -> f64 {
    let mut random = Random::new(26);
    let (mut ours, mut none) = (0.0, 0.0);
    let [known, _] = keys.of_rule(Rule::Assay);
    for shuffle in 0..SHUFFLES {
        let mut dealt = known.to_vec();
        for at in (1..dealt.len()).rev() {
            dealt.swap(at, random.below(at + 1));
        }
        ours += costs(world, listings, [&dealt, &dealt], shuffle..shuffle + 1).iter().sum::<f64>();
        none += costs(world, listings, keys.of_rule(Rule::Random), shuffle..shuffle + 1).iter().sum::<f64>();
    }
    ratio(ours, none)
}

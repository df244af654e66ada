//! Whether a product's support has ended, by its release cycle.
//!
//! The end of support is no vulnerability, so it is told as a notice. Which
//! cycle is installed is read from the version, from the edition in the name,
//! or both; where several are left and their ends lie on both sides of today,
//! it is *cannot tell*, with the range.

use std::collections::BTreeSet;

use assay_advisory::feed::endoflife::{Cycle, Ends, Product as Life};
use assay_inventory::component::{Component, Inventory};
use assay_inventory::product::{Agreement, Because, Name, Product, Reach, normalise};
use assay_inventory::version::product::{compare, in_branch};

use super::named::Related;
use super::{Group, Products, UnderName, line};
use crate::exposure::{AdvisoryFacts, Certainty, Exposure, Impact, Touch};
use crate::index::Index;

/// When the support of some cycles ends.
enum When {
    /// It has ended for all; the first day and the last, and the last of extended support.
    Ended { days: Vec<String>, extended: Option<String> },
    /// For some of them it has, and for others not.
    Depends { days: Vec<String> },
}

impl Index {
    /// What is known of the support of an installed product: one notice at most of each list of dates.
    pub(crate) fn lives(&self, inventory: &Inventory, component: &Component, under: &UnderName) -> Vec<Exposure> {
        let Some(today) = self.day.as_deref() else { return Vec::new() };
        let product = &under.product;
        let version = line::installed(product, component.version.as_deref());
        let mut notices = Vec::new();
        for (life, group, related) in self.products.lives_of(product, &under.related) {
            let cycles = cycles(life, group, product, version.as_deref());
            let Some(when) = when(&cycles, today) else { continue };
            let label = label(&cycles);
            let of = if label.is_empty() { life.title.clone() } else { format!("{} {label}", life.title) };
            let (touch, mut why) = match &when {
                When::Ended { days, extended } => (Touch::Affected, ended(&of, days, extended.as_deref(), today)),
                When::Depends { days } => (
                    Touch::CannotTell,
                    format!(
                        "the support of {of} ends {}, depending on the edition, and the inventory does not say which it is",
                        between(days)
                    ),
                ),
            };
            if let Agreement::Likely(because) = &related.agreement {
                why.push_str(&format!("; is it this product? {because}"));
            }
            why.push('.');
            let sure = matches!(
                related.agreement,
                Agreement::Same
                    | Agreement::Likely(Because::Edition(..) | Because::Wording(..) | Because::NoVendor(..))
            );
            let id = match cycles.as_slice() {
                [one] => format!("{}/{}", life.id, one.name),
                _ => life.id.clone(),
            };
            notices.push(Exposure {
                inventory: inventory.name.clone(),
                component: component.clone(),
                advisory: facts(id, &of, &life.id, &when),
                touch,
                certainty: if sure { Certainty::Product } else { Certainty::Likely },
                why: first_upper(&why),
                fixed: Vec::new(),
                remedies: Vec::new(),
            });
        }
        notices
    }
}

impl Products {
    /// The lists of dates whose name agrees best, each with that name.
    fn lives_of<'a>(&'a self, product: &Product, related: &[(u32, Related)]) -> Vec<(&'a Life, &'a Product, Related)> {
        let mut best: Vec<(u8, u32, &Product, Related)> = Vec::new();
        for (place, related) in related {
            let Some(group) = self.groups.get(*place as usize).filter(|group| !group.lives.is_empty()) else {
                continue;
            };
            let rank = match &related.agreement {
                Agreement::Likely(Because::Part(..)) if self.is_edition_of(product, group) => 5,
                _ if related.reach == Reach::Beside => continue,
                Agreement::Same => 0,
                Agreement::Likely(Because::VendorAlias(..) | Because::NoVendor(..) | Because::VendorPart(..)) => 1,
                Agreement::Likely(Because::Wording(..) | Because::ProductAlias(..)) => 2,
                Agreement::Likely(Because::Edition(..)) => 3,
                Agreement::Likely(Because::VendorMisspelt(..) | Because::ProductMisspelt(..)) => 4,
                Agreement::Likely(Because::Part(..)) => 6,
                Agreement::Likely(_) => continue,
            };
            best.extend(group.lives.iter().map(|life| (rank, *life, group.product(), related.clone())));
        }
        best.sort_by_key(|(rank, life, ..)| (*rank, *life));
        let first = best.first().map(|(rank, ..)| *rank);
        let mut seen = BTreeSet::new();
        let of_first = best.into_iter().filter(|(rank, life, ..)| Some(*rank) == first && seen.insert(*life));
        of_first
            .filter_map(|(_, life, group, related)| Some((self.lives.get(life as usize)?, group, related)))
            .collect()
    }

    /// Whether the installed name only says more of its release: `Windows 10 Pro` and `Windows XP` of `Windows`.
    fn is_edition_of(&self, product: &Product, of: &Group) -> bool {
        let first = |product: &Product| product.names().first().map(flat).unwrap_or_default();
        let (mine, theirs) = (first(product), first(of.product()));
        let Some(word) = mine.strip_prefix(theirs.as_slice()).and_then(<[String]>::first) else { return false };
        let lives = of.lives.iter().filter_map(|life| self.lives.get(*life as usize));
        let mut labels = lives.flat_map(|life| &life.cycles).flat_map(|cycle| flat(&normalise(&cycle.label)));
        word.starts_with(|c: char| c.is_ascii_digit()) || labels.any(|label| label == *word)
    }
}

fn flat(name: &Name) -> Vec<String> {
    name.words.iter().chain(&name.edition).cloned().collect()
}

/// The cycles that may be installed; none if nothing says which.
fn cycles<'a>(life: &'a Life, group: &Product, product: &Product, version: Option<&str>) -> Vec<&'a Cycle> {
    let own: BTreeSet<String> = group.names().first().map(flat).unwrap_or_default().into_iter().collect();
    let mut tokens: Vec<String> = product.names().first().map(flat).unwrap_or_default();
    let dotted = version.filter(|version| version.contains('.'));
    if dotted.is_none() {
        tokens.extend(version.map(|version| flat(&normalise(version))).unwrap_or_default());
    }
    let says = |word: &String| {
        word.bytes().any(|c| c.is_ascii_digit())
            || matches!(word.as_str(), "ltsc" | "ltsb" | "iot" | "esr" | "subscription")
    };
    // `XP` is a cycle's name, `Professional` is none.
    let known: BTreeSet<String> = life.cycles.iter().flat_map(|cycle| flat(&normalise(&cycle.label))).collect();
    tokens.retain(|word| (says(word) || known.contains(word)) && !own.contains(word));
    let by_name: Vec<&Cycle> = if tokens.is_empty() {
        life.cycles.iter().collect()
    } else {
        life.cycles
            .iter()
            .filter(|cycle| names(&cycle.name, &tokens, &own) || names(&cycle.label, &tokens, &own))
            .collect()
    };
    let by_version = dotted.map(|version| of_version(life, version)).unwrap_or_default();
    match (by_version.is_empty(), tokens.is_empty()) {
        // The version is of no cycle that is known, or there is none.
        (true, true) if version.is_some() => Vec::new(),
        (true, _) => by_name,
        (false, true) => by_version,
        (false, false) => {
            let both: Vec<&Cycle> = by_version.iter().filter(|one| by_name.contains(one)).copied().collect();
            // Name and version contradict each other: nothing is said. A name whose words are no cycle's says nothing.
            if by_name.is_empty() { by_version } else { both }
        }
    }
}

/// Whether a cycle's name has all these words, and begins with the first of them.
fn names(cycle: &str, tokens: &[String], own: &BTreeSet<String>) -> bool {
    let mut words = flat(&normalise(&cycle.replace(['(', ')'], " ")));
    words.retain(|word| !own.contains(word));
    words.first() == tokens.first() && tokens.iter().all(|token| words.contains(token))
}

/// The cycles that a version lies in: by the number of the newest build, else by the cycle's number, the longest.
fn of_version<'a>(life: &'a Life, version: &str) -> Vec<&'a Cycle> {
    let lies = |line: &str| {
        !line.is_empty() && (in_branch(version, line) || compare(version, line).is_ok_and(std::cmp::Ordering::is_eq))
    };
    // A build: `10.0.19045` of `10-22h2`. It comes first: Windows counts 6.1 where people say 7.
    let build = |cycle: &&Cycle| cycle.latest.matches('.').count() == 2 && lies(&cycle.latest);
    let builds: Vec<&Cycle> = life.cycles.iter().filter(build).collect();
    if !builds.is_empty() {
        return builds;
    }
    let number = |cycle: &'a Cycle| cycle.name.split('-').next().unwrap_or_default();
    let longest = life.cycles.iter().map(number).filter(|line| lies(line)).map(str::len).max();
    let of = |cycle: &&'a Cycle| Some(number(cycle).len()) == longest && lies(number(cycle));
    life.cycles.iter().filter(of).collect()
}

/// When their support ends, if any has ended; none if all of them are supported, or nothing is known.
fn when(cycles: &[&Cycle], today: &str) -> Option<When> {
    let (mut days, mut over, mut open, mut extended) = (Vec::new(), 0, 0, Vec::new());
    for cycle in cycles {
        match &cycle.ends {
            Ends::On(day) if day.as_str() < today => over += 1,
            Ends::Ended => over += 1,
            Ends::On(_) | Ends::Open => open += 1,
            // One that nobody knows of may be either.
            Ends::Unsaid => return None,
        }
        if let Ends::On(day) = &cycle.ends {
            days.push(day.clone());
        }
        if let Ends::On(day) = &cycle.extended {
            extended.push(day.clone());
        }
    }
    days.sort();
    extended.sort();
    match (over, open) {
        (0, _) => None,
        (_, 0) => Some(When::Ended { days, extended: extended.pop() }),
        _ => Some(When::Depends { days }),
    }
}

fn between(days: &[String]) -> String {
    match (days.first(), days.last()) {
        (Some(first), Some(last)) if first != last => format!("between {first} and {last}"),
        (Some(day), _) => format!("on {day}"),
        _ => "on a day that is not said".to_owned(),
    }
}

fn ended(of: &str, days: &[String], extended: Option<&str>, today: &str) -> String {
    let when = if days.is_empty() { String::new() } else { format!(" {}", between(days)) };
    match extended.filter(|day| *day >= today) {
        Some(day) => format!(
            "the support of {of} ended{when}: no more fixes come, but for those who pay for extended support, until {day}"
        ),
        None => format!("the support of {of} ended{when}: no more fixes come"),
    }
}

/// What the cycles are called, if it is one, or one by another name.
fn label(cycles: &[&Cycle]) -> String {
    let [one] = cycles else { return String::new() };
    if one.label.is_empty() { one.name.clone() } else { one.label.clone() }
}

fn facts(id: String, of: &str, page: &str, when: &When) -> AdvisoryFacts {
    let summary = match when {
        When::Ended { days, .. } if days.is_empty() => format!("{of} is no longer supported"),
        When::Ended { days, .. } => format!("{of} is no longer supported: that ended {}", between(days)),
        When::Depends { .. } => format!("Some editions of {of} are no longer supported"),
    };
    AdvisoryFacts {
        source: "end of life".to_owned(),
        id,
        aliases: Vec::new(),
        summary,
        kev: None,
        automatable: assay_base::Answer::Unknown,
        impact: Impact::Unknown,
        ssvc_from: String::new(),
        cvss: None,
        score: None,
        epss: None,
        published: None,
        references: vec![format!("https://endoflife.date/{page}")],
    }
}

fn first_upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

//! What became of the cards of an earlier plan that are not in this one.
//!
//! A card that is gone is not done for that: a list may have been left out, a
//! record withdrawn, a feed missing. *Verified by this scan* is said only
//! where the inventory still names the thing, and for every record of the
//! card either the same record now says *not affected*, or the version has
//! the fix that the card named (R53, invariant 11).

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use assay_inventory::component::{Component, Inventory, What};
use assay_match::exposure::Touch;
use serde::Serialize;

use crate::names;
use crate::previous::{Previous, PreviousCard, PreviousClosed};
use crate::request::Request;
use crate::steps::versions::order;
use crate::text::{NAME, SENTENCE, and, plain};

/// What became of an earlier card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The inventory names versions that no record of the card touches.
    Verified,
    /// The inventory does not name the thing any more.
    Removed,
    /// It was work by hand, which no scan can see, and its update is not due any more.
    ByHand,
    /// It is not reported any more, and this scan cannot tell why.
    NotExplained,
    /// Its inventory was not looked at this time.
    NotScanned,
}

impl Ending {
    /// As a heading.
    pub fn words(self) -> &'static str {
        match self {
            Self::Verified => "Done, verified by this scan",
            Self::Removed => "Gone from the inventory",
            Self::ByHand => "Work by hand whose update is not due any more",
            Self::NotExplained => "No longer reported, reason unknown: not counted as done",
            Self::NotScanned => "Not looked at this time: still open",
        }
    }
}

/// An earlier card that is not in this plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ended {
    /// Its id.
    pub card: String,
    /// Its title.
    pub title: String,
    /// What became of it.
    pub ending: Ending,
    /// How that is known.
    pub why: String,
}

/// What became of the cards that are not in this plan, which has the cards of the ids in `still`.
pub(crate) fn ended(previous: &Previous, request: &Request<'_>, still: &HashSet<&str>) -> Vec<Ended> {
    let now = Now::of(request);
    let mut ended: Vec<Ended> = previous
        .cards
        .values()
        .filter(|card| !still.contains(card.id.as_str()))
        .map(|card| {
            let (ending, why) = now.ending(card);
            Ended { card: plain(&card.id, 40), title: plain(&card.title, 2 * NAME), ending, why }
        })
        .collect();
    ended.sort_by(|a, b| (a.ending, &a.title).cmp(&(b.ending, &b.title)));
    ended
}

/// What this scan saw, found by the names that a card keeps.
struct Now<'a> {
    inventories: HashMap<String, &'a Inventory>,
    components: HashMap<(String, String, String), Vec<&'a Component>>,
    /// Inventory, thing, version and record of what is not affected.
    cleared: HashSet<(String, String, Option<&'a str>, String)>,
}

impl<'a> Now<'a> {
    fn of(request: &Request<'a>) -> Self {
        let mut now = Self { inventories: HashMap::new(), components: HashMap::new(), cleared: HashSet::new() };
        for inventory in request.inventories {
            let name = plain(&inventory.name, SENTENCE);
            for component in &inventory.components {
                let key = (name.clone(), plain(&component.site.place, NAME), thing(&component.what));
                now.components.entry(key).or_default().push(component);
            }
            now.inventories.insert(name, inventory);
        }
        for exposure in request.exposures.iter().filter(|exposure| exposure.touch == Touch::NotAffected) {
            now.cleared.insert((
                plain(&exposure.inventory, SENTENCE),
                thing(&exposure.component.what),
                exposure.component.version.as_deref(),
                plain(&exposure.advisory.id, 80),
            ));
        }
        now
    }

    fn ending(&self, card: &PreviousCard) -> (Ending, String) {
        let list = plain(names::list(&card.inventory), NAME);
        let Some(inventory) = self.inventories.get(&card.inventory) else {
            return (Ending::NotScanned, format!("The inventory {list} was not given."));
        };
        if card.kind == "triage" {
            return (Ending::ByHand, "A scan cannot see whether it was done.".to_owned());
        }
        let things: HashSet<String> = card.components.iter().map(|piece| thing(&piece.what)).collect();
        let here: Vec<&Component> = things
            .iter()
            .filter_map(|thing| self.components.get(&(card.inventory.clone(), card.place.clone(), thing.clone())))
            .flatten()
            .copied()
            .collect();
        if here.is_empty() {
            // An entry that could not be read may be the very thing.
            return if inventory.skipped.is_empty() {
                (Ending::Removed, format!("{list} does not name it any more."))
            } else {
                (Ending::NotExplained, format!("{list} has entries that could not be read."))
            };
        }
        let mut versions: Vec<String> =
            here.iter().map(|component| plain(component.version.as_deref().unwrap_or("no version"), 80)).collect();
        versions.sort();
        versions.dedup();
        let versions = and(&versions);
        let cleared =
            |component: &&Component| card.closes.iter().all(|closed| self.is_cleared(card, component, closed));
        if !card.closes.is_empty() && here.iter().all(cleared) {
            (Ending::Verified, format!("{list} now names {versions}, which no record of the card touches."))
        } else {
            let why =
                format!("{list} names {versions}; whether that has every fix cannot be told from the records at hand.");
            (Ending::NotExplained, why)
        }
    }

    fn is_cleared(&self, card: &PreviousCard, component: &Component, closed: &PreviousClosed) -> bool {
        let version = component.version.as_deref();
        let key = (card.inventory.clone(), thing(&component.what), version, closed.id.clone());
        self.cleared.contains(&key) || version.is_some_and(|version| has_fix(&component.what, version, card, closed))
    }
}

/// A thing by its names, as two inventories of two days may write it.
fn thing(what: &What) -> String {
    match what {
        What::Package { ecosystem, name, .. } => format!("{ecosystem}\n{name}"),
        What::Product { vendor, product } => format!("\n{}\n{}", vendor.to_lowercase(), product.to_lowercase()),
    }
}

/// Whether a version has the fix of one record: it is as new as the newest fixed version, or as new as one
/// of its own major line that was newer than what was installed.
fn has_fix(what: &What, now: &str, card: &PreviousCard, closed: &PreviousClosed) -> bool {
    if closed.touch != "affected" || closed.fixed.is_empty() {
        return false;
    }
    let reached = |fixed: &str| matches!(order(what, now, fixed), Some(Ordering::Greater | Ordering::Equal));
    let newer = |fixed: &str| {
        let mut old = card.components.iter().filter_map(|piece| piece.version.as_deref());
        old.all(|old| matches!(order(what, fixed, old), Some(Ordering::Greater)))
    };
    closed.fixed.iter().all(|fixed| reached(fixed))
        || closed.fixed.iter().any(|fixed| newer(fixed) && reached(fixed) && major(now) == major(fixed))
}

fn major(version: &str) -> &str {
    version.split(['.', '-', '~', '+']).next().unwrap_or_default()
}

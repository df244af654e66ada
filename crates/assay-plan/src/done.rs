//! What became of the cards of an earlier plan that are not in this one.
//!
//! A card that is gone is not done for that: a list may have been left out, a
//! record withdrawn, a feed missing. *Verified by this scan* is said only
//! where the inventory still names the thing, and every record of the card
//! is in this scan and now says *not affected* (R53, invariant 11). A version
//! as new as a fix that the card named proves nothing: a later branch may
//! have the flaw again, and only the record knows.

use std::collections::{HashMap, HashSet};

use assay_base::Instant;
use assay_inventory::component::{Component, Inventory, What};
use assay_match::exposure::{Exposure, Touch};
use serde::Serialize;

use crate::names;
use crate::previous::{Previous, PreviousCard};
use crate::request::Request;
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

    /// Whether nothing shows that the work is over.
    fn is_open(self) -> bool {
        matches!(self, Self::NotExplained | Self::NotScanned)
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
    /// The earlier card, if nothing shows that its work is over: the next plan knows it again, and its clock goes on.
    pub(crate) still_open: Option<PreviousCard>,
}

impl Ended {
    /// Since when the thing is known, if nothing shows that its work is over.
    pub fn first_seen(&self) -> Option<Instant> {
        self.still_open.as_ref().map(|card| card.first_seen)
    }
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
            let still_open = ending
                .is_open()
                .then(|| PreviousCard { first_seen: card.first_seen.min(previous.made), ..card.clone() });
            Ended { card: plain(&card.id, 40), title: plain(&card.title, 2 * NAME), ending, why, still_open }
        })
        .collect();
    ended.sort_by(|a, b| (a.ending, &a.title).cmp(&(b.ending, &b.title)));
    ended
}

/// Inventory, thing, version and record.
type Pair<'a> = (String, String, Option<&'a str>, String);

/// What this scan saw, found by the names that a card keeps.
struct Now<'a> {
    inventories: HashMap<String, &'a Inventory>,
    components: HashMap<(String, String, String), Vec<&'a Component>>,
    /// What a record leaves out, and no record of the same id touches.
    cleared: HashSet<Pair<'a>>,
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
        let (not, touched): (Vec<_>, Vec<_>) =
            request.exposures.iter().partition(|exposure| exposure.touch == Touch::NotAffected);
        now.cleared = not.into_iter().map(pair).collect();
        // Two sources may have a record of one id; the one that says less does not count.
        for exposure in touched {
            now.cleared.remove(&pair(exposure));
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
            |component: &&Component| card.closes.iter().all(|closed| self.is_cleared(card, component, &closed.id));
        if !card.closes.is_empty() && here.iter().all(cleared) {
            (Ending::Verified, format!("{list} now names {versions}, which no record of the card touches."))
        } else {
            let why = format!(
                "{list} names {versions}, and not every record of the card is at hand and says that it is not affected."
            );
            (Ending::NotExplained, why)
        }
    }

    fn is_cleared(&self, card: &PreviousCard, component: &Component, record: &str) -> bool {
        let version = component.version.as_deref();
        self.cleared.contains(&(card.inventory.clone(), thing(&component.what), version, record.to_owned()))
    }
}

/// A thing by its names, as two inventories of two days may write it.
fn thing(what: &What) -> String {
    match what {
        What::Package { ecosystem, name, .. } => format!("{ecosystem}\n{name}"),
        What::Product { vendor, product } => format!("\n{}\n{}", vendor.to_lowercase(), product.to_lowercase()),
    }
}

fn pair(exposure: &Exposure) -> Pair<'_> {
    (
        plain(&exposure.inventory, SENTENCE),
        thing(&exposure.component.what),
        exposure.component.version.as_deref(),
        plain(&exposure.advisory.id, 80),
    )
}

//! What became of the cards of an earlier plan that are not in this one.
//!
//! A card that is gone is not done for that: a list may have been left out, a
//! record withdrawn, a feed missing. *Verified by this scan* is said only
//! where the inventory still names the thing, and for every record of the
//! card either the same record now says *not affected*, or the version has
//! the fix that the card named (R53, invariant 11).

use std::cmp::Ordering;

use assay_inventory::component::What;
use assay_match::exposure::Touch;
use serde::Serialize;

use crate::previous::{Previous, PreviousCard, PreviousClosed};
use crate::request::Request;
use crate::steps::versions::order;
use crate::text::{NAME, and, plain};

/// What became of an earlier card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// The inventory names versions that have every fix.
    Verified,
    /// The inventory does not name the thing any more.
    Removed,
    /// It was work by hand, which no scan can see, and what it belonged to is gone or done.
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
            Self::ByHand => "Work by hand that belonged to a card above",
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

/// What became of the cards that are not in this plan, which has the cards for which `still` holds.
pub(crate) fn ended(previous: &Previous, request: &Request<'_>, still: impl Fn(&str) -> bool) -> Vec<Ended> {
    let mut ended: Vec<Ended> = previous
        .cards
        .values()
        .filter(|card| !still(&card.id))
        .map(|card| {
            let (ending, why) = ending(card, request);
            Ended { card: plain(&card.id, 40), title: plain(&card.title, 2 * NAME), ending, why }
        })
        .collect();
    ended.sort_by(|a, b| (a.ending, &a.title).cmp(&(b.ending, &b.title)));
    ended
}

fn ending(card: &PreviousCard, request: &Request<'_>) -> (Ending, String) {
    let Some(inventory) = request.inventories.iter().find(|inventory| inventory.name == card.inventory) else {
        return (Ending::NotScanned, format!("The inventory {} was not given.", plain(&card.inventory, NAME)));
    };
    if card.kind == "triage" {
        return (Ending::ByHand, "A scan cannot see it; its update is not due any more.".to_owned());
    }
    let now: Vec<(&What, Option<&str>)> = inventory
        .components
        .iter()
        .filter(|component| component.site.place == card.place)
        .filter(|component| card.components.iter().any(|piece| same(&piece.what, &component.what)))
        .map(|component| (&component.what, component.version.as_deref()))
        .collect();
    if now.is_empty() {
        // An entry that could not be read may be the very thing.
        return if inventory.skipped.is_empty() {
            (Ending::Removed, format!("{} does not name it any more.", plain(&card.inventory, NAME)))
        } else {
            (Ending::NotExplained, format!("{} has entries that could not be read.", plain(&card.inventory, NAME)))
        };
    }
    let versions: Vec<String> = now.iter().map(|(_, version)| plain(version.unwrap_or("no version"), 80)).collect();
    let fixed = !card.closes.is_empty()
        && now.iter().all(|(what, version)| {
            let cleared = |closed: &PreviousClosed| {
                is_cleared(request, card, what, *version, &closed.id)
                    || version.is_some_and(|version| has_fix(what, version, card, closed))
            };
            card.closes.iter().all(cleared)
        });
    if fixed {
        (
            Ending::Verified,
            format!("The inventory now names {}, which has every fix that the card asked for.", and(&versions)),
        )
    } else {
        (
            Ending::NotExplained,
            format!(
                "The inventory names {}; whether that has every fix cannot be told from the records at hand.",
                and(&versions)
            ),
        )
    }
}

fn same(a: &What, b: &What) -> bool {
    match (a, b) {
        (What::Package { ecosystem: a, name: x, .. }, What::Package { ecosystem: b, name: y, .. }) => a == b && x == y,
        (What::Product { vendor: a, product: x }, What::Product { vendor: b, product: y }) => {
            a.to_lowercase() == b.to_lowercase() && x.to_lowercase() == y.to_lowercase()
        }
        _ => false,
    }
}

/// Whether the record itself now says that the thing is not affected.
fn is_cleared(request: &Request<'_>, card: &PreviousCard, what: &What, version: Option<&str>, id: &str) -> bool {
    request.exposures.iter().any(|exposure| {
        exposure.touch == Touch::NotAffected
            && exposure.inventory == card.inventory
            && exposure.component.version.as_deref() == version
            && same(&exposure.component.what, what)
            && plain(&exposure.advisory.id, 80) == id
    })
}

/// Whether a version has the fix of one advisory: it is as new as the newest fixed version, or as new as one
/// of its own major line that was newer than what was installed.
fn has_fix(what: &What, now: &str, card: &PreviousCard, closed: &PreviousClosed) -> bool {
    if closed.touch != "affected" {
        return false;
    }
    let reached = |fixed: &str| matches!(order(what, now, fixed), Some(Ordering::Greater | Ordering::Equal));
    let newer = |fixed: &str| {
        card.components
            .iter()
            .filter_map(|piece| piece.version.as_deref())
            .all(|old| matches!(order(what, fixed, old), Some(Ordering::Greater)))
    };
    !closed.fixed.is_empty()
        && (closed.fixed.iter().all(|fixed| reached(fixed))
            || closed.fixed.iter().any(|fixed| newer(fixed) && reached(fixed) && major(now) == major(fixed)))
}

fn major(version: &str) -> &str {
    version.split(['.', '-', '~', '+']).next().unwrap_or_default()
}

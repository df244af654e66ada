//! An earlier plan, as far as the next one needs it: which cards there were,
//! about which things, and since when. Cards that wait, and those that were
//! gone without a reason, are among them: neither a deferral nor a file that
//! was left out once may start a clock again.

use std::collections::BTreeMap;

use assay_base::Instant;
use assay_inventory::component::What;
use serde::{Deserialize, Serialize};

/// Largest plan that is read, in bytes.
pub const LARGEST: usize = 64 * 1024 * 1024;
/// Most cards that are read.
const MOST: usize = 100_000;

/// An earlier plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Previous {
    /// When it was made.
    pub made: Instant,
    pub(crate) cards: BTreeMap<String, PreviousCard>,
}

/// A card of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct PreviousCard {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) title: String,
    pub(crate) inventory: String,
    #[serde(default)]
    pub(crate) place: String,
    pub(crate) first_seen: Instant,
    #[serde(default)]
    pub(crate) components: Vec<PreviousPiece>,
    #[serde(default)]
    pub(crate) closes: Vec<PreviousClosed>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) due: Option<PreviousDue>,
}

/// When a card was due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviousDue {
    #[serde(default)]
    pub(crate) earliest: Option<Instant>,
}

/// A component of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviousPiece {
    pub(crate) what: What,
}

/// An advisory of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviousClosed {
    pub(crate) id: String,
    /// Whether KEV listed it, as far as that plan knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kev: Option<PreviousListing>,
}

/// A listing in KEV; that there is one is all that the next plan asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PreviousListing {}

/// What became of a card of the plan before it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct PreviousEnded {
    #[serde(default)]
    still_open: Option<PreviousCard>,
}

#[derive(Deserialize)]
struct File {
    schema: String,
    made: Instant,
    cards: Vec<PreviousCard>,
    #[serde(default)]
    deferred: Vec<PreviousCard>,
    #[serde(default)]
    later: Vec<PreviousCard>,
    #[serde(default, rename = "find-out")]
    find_out: Vec<PreviousCard>,
    #[serde(default)]
    ended: Vec<PreviousEnded>,
}

/// A file is no earlier plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPrevious {
    /// Larger than any plan.
    #[error("the earlier plan has {0} bytes, and no more than {LARGEST} are read")]
    TooLarge(usize),
    /// No JSON, or not of a plan.
    #[error("the earlier plan cannot be read: {0}")]
    Unreadable(String),
    /// It is of another schema.
    #[error("the earlier plan is no `assay.plan/1`; make one with `assay plan ... --format json`")]
    NoPlan,
    /// It has more cards than any plan.
    #[error("the earlier plan has {0} cards, and no more than {MOST} are read")]
    TooMany(usize),
    /// It was made later than now.
    #[error("the earlier plan was made at {0}, which is later than now; see the clock, or --now")]
    FromTheFuture(Instant),
}

impl Previous {
    /// Reads the JSON of an earlier plan.
    ///
    /// # Errors
    /// If it is too large, no JSON of a plan, or made after `now`.
    pub fn read(bytes: &[u8], now: Instant) -> Result<Self, BadPrevious> {
        if bytes.len() > LARGEST {
            return Err(BadPrevious::TooLarge(bytes.len()));
        }
        let file: File = serde_json::from_slice(bytes)
            .map_err(|error| BadPrevious::Unreadable(error.to_string().chars().take(300).collect()))?;
        if file.schema != "assay.plan/1" {
            return Err(BadPrevious::NoPlan);
        }
        let shelves = [&file.cards, &file.deferred, &file.later, &file.find_out].map(Vec::len);
        let all = shelves.iter().sum::<usize>() + file.ended.len();
        if all > MOST {
            return Err(BadPrevious::TooMany(all));
        }
        if file.made > now {
            return Err(BadPrevious::FromTheFuture(file.made));
        }
        // What was not looked at, or gone without a reason, was no less open for that: its clock goes on.
        let open = file.ended.into_iter().filter_map(|ended| ended.still_open);
        let shelves = file.cards.into_iter().chain(file.deferred).chain(file.later).chain(file.find_out);
        let mut cards: BTreeMap<String, PreviousCard> = open.map(|card| (card.id.clone(), card)).collect();
        cards.extend(shelves.map(|card| (card.id.clone(), card)));
        Ok(Self { made: file.made, cards })
    }

    /// When a card first appeared: never later than the earlier plan was made, because it was in it.
    pub(crate) fn first_seen(&self, card: &str) -> Option<Instant> {
        self.cards.get(card).map(|card| card.first_seen.min(self.made))
    }
}

//! What an operator knows of things beside their lists: who can reach them,
//! which are critical, who patches them, when they may be away
//! (`assay.assets/1`, R29).
//!
//! An entry names things by patterns and says one or more facts of all of
//! them. A list may have columns for the same facts. Where two of them say
//! different things, the one that asks for more counts for *exposed* and
//! *critical*, the list counts for *who patches it*, and the difference is
//! told: neither a stale column nor a broad pattern makes a thing look safe.

use std::collections::BTreeSet;

use assay_base::Answer;
use assay_clock::Window;
use assay_clock::pack::LARGEST;
use assay_inventory::component::{Component, Inventory, PatchedBy, What};
use assay_match::exposure::Exposure;
use serde::Deserialize;

use crate::names;
use crate::pattern::Pattern;
use crate::text::{NAME, count, plain};

/// Most entries that are read.
const ENTRIES: usize = 2_000;
/// Most windows of one entry.
const WINDOWS: usize = 10;
/// Most differences that are told one by one.
const TOLD: usize = 10;

/// A file of assets, as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets {
    /// Who stated it, and when; empty if not said.
    pub stated_by: String,
    entries: Vec<Entry>,
}

/// One entry: which things, and what holds of them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    inventory: Option<Pattern>,
    place: Option<Pattern>,
    vendor: Option<Pattern>,
    product: Option<Pattern>,
    exposed: Option<Answer>,
    critical: Option<Answer>,
    patched_by: Option<PatchedBy>,
    windows: Vec<Window>,
}

/// What is said of one thing beyond its list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) critical: Answer,
    pub(crate) windows: Vec<Window>,
}

/// A file of assets cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAssets {
    /// Larger than it may be.
    #[error("the assets have {0} bytes, and no more than {MOST} are read")]
    TooLarge(usize),
    /// No TOML, or keys that it does not have.
    #[error("the assets cannot be read: {0}")]
    Unreadable(String),
    /// It can be read and says something that cannot be.
    #[error("the assets are wrong: {}", .0.join("; "))]
    Wrong(Vec<String>),
}

/// Largest file that is read, in bytes.
pub const MOST: usize = 8 * LARGEST;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    schema: String,
    #[serde(default)]
    stated_by: String,
    assets: Vec<FileEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FileEntry {
    #[serde(default)]
    inventory: Option<String>,
    #[serde(default)]
    place: Option<String>,
    #[serde(default)]
    vendor: Option<String>,
    #[serde(default)]
    product: Option<String>,
    #[serde(default)]
    exposed: Option<Answer>,
    #[serde(default)]
    critical: Option<Answer>,
    #[serde(default)]
    patched_by: Option<String>,
    #[serde(default)]
    windows: Vec<String>,
}

impl Assets {
    /// Reads `assay.assets/1`.
    ///
    /// # Errors
    /// If it is too large, no TOML, has unknown keys, an entry that names or says nothing, or a window that is none.
    pub fn read(text: &str) -> Result<Self, BadAssets> {
        if text.len() > MOST {
            return Err(BadAssets::TooLarge(text.len()));
        }
        let file: File = toml::from_str(text)
            .map_err(|error| BadAssets::Unreadable(error.to_string().chars().take(300).collect()))?;
        let mut wrong = Vec::new();
        if file.schema != "assay.assets/1" {
            wrong.push("the schema is not `assay.assets/1`".to_owned());
        }
        if file.assets.len() > ENTRIES {
            wrong.push(format!("there are more than {ENTRIES} entries"));
        }
        let entries: Vec<Entry> = file
            .assets
            .iter()
            .take(ENTRIES)
            .enumerate()
            .filter_map(|(at, entry)| Entry::of(entry, at + 1, &mut wrong))
            .collect();
        if wrong.is_empty() {
            Ok(Self { stated_by: plain(&file.stated_by, NAME), entries })
        } else {
            wrong.truncate(20);
            Err(BadAssets::Wrong(wrong))
        }
    }

    /// Writes what the file says into the things of the lists and of what touches them, and tells what did not agree
    /// and which entries are about nothing.
    pub fn apply(&self, inventories: &mut [Inventory], exposures: &mut [Exposure]) -> Vec<String> {
        let mut told = BTreeSet::new();
        let mut used = vec![false; self.entries.len()];
        for inventory in inventories {
            for component in &mut inventory.components {
                self.merge(&inventory.name, component, &mut told, &mut used);
            }
        }
        for exposure in exposures {
            self.merge(&exposure.inventory, &mut exposure.component, &mut told, &mut used);
        }
        let more = told.len().saturating_sub(TOLD);
        let mut told: Vec<String> = told.into_iter().take(TOLD).collect();
        if more > 0 {
            told.push(format!(
                "{} more between a list and the file of assets.",
                count(more, "difference", "differences")
            ));
        }
        let unused: Vec<String> =
            used.iter().enumerate().filter(|(_, used)| !**used).map(|(at, _)| (at + 1).to_string()).collect();
        if !unused.is_empty() {
            told.push(format!(
                "{} of the file of assets {} about nothing in these lists: number {}.",
                count(unused.len(), "entry", "entries"),
                if unused.len() == 1 { "is" } else { "are" },
                unused.iter().take(20).cloned().collect::<Vec<_>>().join(", ")
            ));
        }
        told
    }

    fn merge(&self, inventory: &str, component: &mut Component, told: &mut BTreeSet<String>, used: &mut [bool]) {
        let what = names::what(&component.what);
        let place = plain(&component.site.place, NAME);
        let whose = if place.is_empty() { what } else { format!("{what} at {place}") };
        let mut exposed: Vec<Answer> = Vec::new();
        let mut patched: Vec<&PatchedBy> = Vec::new();
        for (at, entry) in self.entries.iter().enumerate().filter(|(_, entry)| entry.is_about(inventory, component)) {
            if let Some(used) = used.get_mut(at) {
                *used = true;
            }
            exposed.extend(entry.exposed);
            patched.extend(&entry.patched_by);
        }
        let site = &mut component.site;
        let known = || exposed.iter().copied().chain([site.exposed]).filter(|answer| *answer != Answer::Unknown);
        let merged = if known().any(|answer| answer == Answer::Yes) {
            Answer::Yes
        } else if exposed.contains(&Answer::Unknown) {
            // Somebody says in so many words that it is not known: a *no* beside it is no certainty.
            Answer::Unknown
        } else {
            known().next().unwrap_or(Answer::Unknown)
        };
        if merged == Answer::Yes && known().any(|answer| answer == Answer::No) {
            told.insert(format!("Whether {whose} can be reached from the internet is said both ways: taken as yes."));
        }
        site.exposed = merged;
        match (&site.patched_by, patched.as_slice()) {
            (_, []) => {}
            (PatchedBy::Unknown, [first, rest @ ..]) if rest.iter().all(|other| other == first) => {
                site.patched_by = (*first).clone();
            }
            (PatchedBy::Unknown, _) => {
                told.insert(format!("Who patches {whose} is said in two ways in the file of assets: neither counts."));
            }
            (list, all) if all.iter().any(|one| *one != list) => {
                told.insert(format!(
                    "Who patches {whose} is said differently by its list and the file of assets: the list counts."
                ));
            }
            _ => {}
        }
    }

    /// What the file says of one thing that its list has no column for.
    pub(crate) fn said(&self, inventory: &str, component: &Component) -> Said {
        let about = || self.entries.iter().filter(|entry| entry.is_about(inventory, component));
        let answers: Vec<Answer> = about().filter_map(|entry| entry.critical).collect();
        let critical = [Answer::Yes, Answer::Unknown, Answer::No]
            .into_iter()
            .find(|answer| answers.contains(answer))
            .unwrap_or(Answer::Unknown);
        let mut windows: Vec<Window> = Vec::new();
        for window in about().flat_map(|entry| &entry.windows) {
            if !windows.contains(window) {
                windows.push(*window);
            }
        }
        Said { critical, windows }
    }
}

impl Entry {
    fn of(entry: &FileEntry, number: usize, wrong: &mut Vec<String>) -> Option<Self> {
        let mut pattern = |text: &Option<String>| -> Option<Pattern> {
            let text = text.as_deref()?;
            let read = Pattern::read(text);
            if read.is_none() {
                wrong.push(format!(
                    "a pattern of entry {number} is empty, longer than 200 characters or has more than 8 `*`"
                ));
            }
            read
        };
        let [inventory, place, vendor, product] =
            [&entry.inventory, &entry.place, &entry.vendor, &entry.product].map(&mut pattern);
        if [&entry.inventory, &entry.place, &entry.vendor, &entry.product].iter().all(|text| text.is_none()) {
            wrong.push(format!("entry {number} names nothing: say which inventory, place, vendor or product"));
        }
        let says = entry.exposed.is_some() || entry.critical.is_some() || entry.patched_by.is_some();
        if !says && entry.windows.is_empty() {
            wrong.push(format!("entry {number} says nothing: exposed, critical, patched-by or windows"));
        }
        if entry.windows.len() > WINDOWS {
            wrong.push(format!("entry {number} has more than {WINDOWS} windows"));
        }
        let windows = entry
            .windows
            .iter()
            .take(WINDOWS)
            .filter_map(|text| text.parse().map_err(|error| wrong.push(format!("entry {number}: {error}"))).ok())
            .collect();
        let patched_by = entry.patched_by.as_deref().map(|text| match plain(text, NAME) {
            who if who.eq_ignore_ascii_case("us") => PatchedBy::Us,
            who if who.is_empty() || who.eq_ignore_ascii_case("unknown") => PatchedBy::Unknown,
            who => PatchedBy::Vendor(who),
        });
        let (exposed, critical) = (entry.exposed, entry.critical);
        Some(Self { inventory, place, vendor, product, exposed, critical, patched_by, windows })
    }

    fn is_about(&self, inventory: &str, component: &Component) -> bool {
        let is = |pattern: &Option<Pattern>, text: &str| pattern.as_ref().is_none_or(|pattern| pattern.is(text));
        let inventory =
            self.inventory.as_ref().is_none_or(|pattern| pattern.is(inventory) || pattern.is(names::list(inventory)));
        let what = match &component.what {
            What::Product { vendor, product } => is(&self.vendor, vendor) && is(&self.product, product),
            // A package has no vendor: an entry that asks for one is not about it.
            What::Package { name, .. } => self.vendor.is_none() && is(&self.product, name),
        };
        inventory && what && is(&self.place, &component.site.place)
    }
}

#[cfg(test)]
#[path = "assets_tests.rs"]
mod tests;

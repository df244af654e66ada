//! Exposures by what a person does about them: one group a thing and version,
//! however many places it stands in and records it has; the most urgent first.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use assay_inventory::component::What;
use assay_inventory::version::{Key, product};
use assay_match::exposure::{Exposure, Touch};

use crate::fact;

/// One thing with everything that touches it.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The answer: that of the record that says most.
    pub touch: Touch,
    /// One exposure a record, those that give the answer first, the most urgent of them first.
    pub records: Vec<&'a Exposure>,
    /// Where it stands: inventory, place in it, and the place in the operator's words.
    pub places: Vec<Place<'a>>,
    /// What an update does.
    pub update: Update,
}

/// Where a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place<'a> {
    /// The inventory's name.
    pub inventory: &'a str,
    /// Where in it.
    pub at: &'a str,
    /// In the operator's words; may be empty.
    pub site: &'a str,
}

/// What an update does about the records that affect a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// To this version: it closes so many of so many.
    To(String, usize, usize),
    /// Records name fixes, and which of them is the latest cannot be told.
    Several,
    /// No record names a fix.
    None,
}

impl<'a> Group<'a> {
    /// The exposure that stands for the group.
    pub fn first(&self) -> Option<&'a Exposure> {
        self.records.first().copied()
    }

    /// The records that give the answer.
    pub fn answering(&self) -> impl Iterator<Item = &'a Exposure> + '_ {
        self.records.iter().copied().filter(|one| one.touch == self.touch)
    }

    /// How urgent it is; greater is more.
    fn urgency(&self) -> f64 {
        self.answering().map(|one| fact::urgency(&one.advisory)).fold(0.0, f64::max)
    }
}

/// The groups, those that are affected first, and within an answer the most urgent.
pub fn groups(exposures: &[Exposure]) -> Vec<Group<'_>> {
    // What tells two things apart is in no other order than that of a text.
    let key = |one: &Exposure| -> (String, String, String) {
        let what = match &one.component.what {
            What::Package { ecosystem, name, .. } => (ecosystem.to_string(), name.clone()),
            What::Product { vendor, product } => (format!("product {vendor}"), product.clone()),
        };
        (what.0, what.1, one.component.version.clone().unwrap_or_default())
    };
    let mut things: BTreeMap<(String, String, String), Vec<&Exposure>> = BTreeMap::new();
    for exposure in exposures {
        things.entry(key(exposure)).or_default().push(exposure);
    }
    let mut groups: Vec<Group<'_>> = things.into_values().filter_map(group).collect();
    groups.sort_by(|a, b| {
        a.touch
            .cmp(&b.touch)
            .then(b.urgency().total_cmp(&a.urgency()))
            .then(b.answering().count().cmp(&a.answering().count()))
    });
    groups
}

fn group(mut of: Vec<&Exposure>) -> Option<Group<'_>> {
    let touch = of.iter().map(|one| one.touch).min()?;
    of.sort_by(|a, b| {
        a.touch
            .cmp(&b.touch)
            .then(fact::urgency(&b.advisory).total_cmp(&fact::urgency(&a.advisory)))
            .then_with(|| a.advisory.id.cmp(&b.advisory.id))
    });
    let places: BTreeSet<Place<'_>> = of
        .iter()
        .map(|one| Place { inventory: &one.inventory, at: &one.component.at, site: &one.component.site.place })
        .collect();
    let mut seen = BTreeSet::new();
    of.retain(|one| seen.insert((one.advisory.source.as_str(), one.advisory.id.as_str(), one.touch)));
    let update = update(&of);
    Some(Group { touch, records: of, places: places.into_iter().collect(), update })
}

/// The latest of the nearest fixes: whoever installs it is rid of all that name one.
fn update(records: &[&Exposure]) -> Update {
    let affected: Vec<&&Exposure> = records.iter().filter(|one| one.touch == Touch::Affected).collect();
    let fixes: Vec<&str> = affected.iter().filter_map(|one| one.fixed.first()).map(String::as_str).collect();
    let distinct: BTreeSet<&str> = fixes.iter().copied().collect();
    let to = |fix: &str| Update::To(fix.to_owned(), fixes.len(), affected.len());
    match (distinct.len(), affected.first().map(|one| &one.component.what)) {
        (0, _) | (_, None) => Update::None,
        (1, _) => to(fixes[0]),
        (_, Some(What::Product { .. })) => {
            let mut latest = fixes[0];
            for fix in distinct {
                match product::compare(fix, latest) {
                    Ok(Ordering::Greater) => latest = fix,
                    Ok(_) => {}
                    Err(_) => return Update::Several,
                }
            }
            to(latest)
        }
        (_, Some(What::Package { ecosystem, .. })) => {
            let mut latest: Option<(&str, Key)> = None;
            for fix in distinct {
                let Ok(key) = Key::parse(ecosystem, fix) else { return Update::Several };
                match latest.as_ref().map(|(_, last)| key.compare(last)) {
                    Some(Err(_)) => return Update::Several,
                    Some(Ok(Ordering::Less | Ordering::Equal)) => {}
                    _ => latest = Some((fix, key)),
                }
            }
            latest.map_or(Update::None, |(fix, _)| to(fix))
        }
    }
}

/// `update to 0.9.3, which closes all 3`; empty if no record names a fix.
pub fn update_words(update: &Update) -> String {
    match update {
        Update::None => String::new(),
        Update::Several => {
            "update: the records name several versions, and which is the latest cannot be told".to_owned()
        }
        Update::To(fix, 1, 1) => format!("update to {}", crate::plain::line(fix, 80)),
        Update::To(fix, closed, all) => {
            let count = match closed == all {
                true => format!("all {all}"),
                false => format!("{closed} of {all}"),
            };
            format!("update to {}, which closes {count}", crate::plain::line(fix, 80))
        }
    }
}

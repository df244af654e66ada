//! One record's word on one package and version, without sentences: what a
//! whole fleet is asked by.
//!
//! It is the same test that a scan goes through ([`crate::range`]), prepared
//! once for each entry.

use assay_base::Answer;
use assay_inventory::ecosystem::Ecosystem;

use crate::exposure::Touch;
use crate::index::Index;
use crate::range::{Installed, Prepared};
use crate::record::{Advisory, Entry};

/// A package as it is installed: what tells one answer from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instance {
    /// Its ecosystem, with the release.
    pub ecosystem: Ecosystem,
    /// Its version as written; none if the inventory has none.
    pub version: Option<String>,
}

/// What one record says of one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Judged {
    /// The place of the record among those of the index.
    pub record: u32,
    /// The place of the instance among those that were asked for.
    pub instance: u32,
    /// The answer.
    pub touch: Touch,
}

/// What answers: of two the worse goes, *affected* first.
fn worse(a: Touch, b: Touch) -> Touch {
    a.min(b)
}

impl Index {
    /// A record's source and id.
    pub fn record(&self, place: u32) -> Option<(&str, &str)> {
        let advisory: &Advisory = self.advisories.get(place as usize)?;
        let source = self.sources.get(advisory.source as usize).map_or("", |source| source.name.as_str());
        Some((source, &advisory.id))
    }

    /// All packages that records name: ecosystem without a release, and name.
    pub fn named_packages(&self) -> impl Iterator<Item = (&Ecosystem, &str)> {
        self.packages.iter().flat_map(|(family, names)| names.keys().map(move |name| (family, &**name)))
    }

    /// What each record says of each instance of a package, where it says anything but *not affected*; in the order of
    /// records and instances. Notices that report no vulnerability say nothing here.
    pub fn judge(&self, family: &Ecosystem, name: &str, instances: &[Instance]) -> Vec<Judged> {
        let Some(places) = self.packages.get(family).and_then(|names| names.get(name)) else { return Vec::new() };
        let installed: Vec<Installed<'_>> =
            instances.iter().map(|instance| Installed::new(&instance.ecosystem, instance.version.as_deref())).collect();
        let mut judged: Vec<Judged> = Vec::new();
        for entry in places.iter().filter_map(|place| self.entries.get(*place as usize)) {
            if entry.informational.is_none() {
                one(entry, family, instances, &installed, &mut judged);
            }
        }
        judged.sort_unstable();
        judged.dedup_by(|next, kept| {
            // A record that names a package twice affects it if either does.
            let same = (next.record, next.instance) == (kept.record, kept.instance);
            if same {
                kept.touch = worse(kept.touch, next.touch);
            }
            same
        });
        judged
    }
}

fn one(
    entry: &Entry,
    family: &Ecosystem,
    instances: &[Instance],
    installed: &[Installed<'_>],
    judged: &mut Vec<Judged>,
) {
    // Versions of a family have one order, whatever the release.
    let prepared = Prepared::of(entry, family);
    for ((place, instance), installed) in (0_u32..).zip(instances).zip(installed) {
        let touch = match entry.of.speaks_of(&instance.ecosystem) {
            Answer::No => continue,
            Answer::Unknown => Touch::CannotTell,
            Answer::Yes => prepared.touch(installed),
        };
        if touch != Touch::NotAffected {
            judged.push(Judged { record: entry.advisory, instance: place, touch });
        }
    }
}

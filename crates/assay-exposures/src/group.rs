//! Exposures by what a person does about them: one group a thing and version,
//! however many places it stands in and records it has; the most urgent first.

use std::collections::{BTreeMap, BTreeSet};

use assay_base::Answer;
use assay_inventory::component::{PatchedBy, What};
use assay_match::exposure::{Exposure, Touch};

use crate::{fact, plain, product};

/// One thing with everything that touches it.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The answer: that of the record that says most.
    pub touch: Touch,
    /// One exposure a record, those that give the answer first, the most urgent of them first.
    pub records: Vec<&'a Exposure>,
    /// The packages that a distribution makes of one source, which one update closes: each name once, in order. Of
    /// anything else, and where only one of them is there, empty.
    pub packages: Vec<&'a str>,
    /// Every exposure of it, each record as often as it stands somewhere.
    pub exposures: Vec<&'a Exposure>,
    /// Where it stands: inventory, place in it, and the place in the operator's words.
    pub places: Vec<Place<'a>>,
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
    /// Whether somebody says that it can be reached from the internet.
    pub exposed: bool,
    /// Who patches it, if that is somebody else; may be empty.
    pub patched_by: &'a str,
}

impl<'a> Place<'a> {
    fn of(exposure: &'a Exposure) -> Self {
        let site = &exposure.component.site;
        Self {
            inventory: &exposure.inventory,
            at: &exposure.component.at,
            site: &site.place,
            exposed: site.exposed == Answer::Yes,
            patched_by: match &site.patched_by {
                PatchedBy::Vendor(name) => name,
                PatchedBy::Us | PatchedBy::Unknown => "",
            },
        }
    }

    /// `server room, reachable from the internet, patched by Northline IT`; empty if nothing is said.
    pub fn words(&self) -> String {
        let mut words = vec![plain::line(self.site, 100)];
        if self.exposed {
            words.push("reachable from the internet".to_owned());
        }
        let who = plain::line(self.patched_by, 80);
        if !who.is_empty() {
            words.push(format!("patched by {who}"));
        }
        words.retain(|word| !word.is_empty());
        words.join(", ")
    }
}

impl<'a> Group<'a> {
    /// The exposure that stands for the group.
    pub fn first(&self) -> Option<&'a Exposure> {
        self.records.first().copied()
    }

    /// `openssl 3.0.1`, `Fortinet FortiOS, no version given`; of several packages of one source, the source.
    pub fn title(&self) -> String {
        let Some(first) = self.first() else { return String::new() };
        let source = match &first.component.what {
            What::Package { source: Some(source), .. } if !self.packages.is_empty() => &source.name,
            _ => return product::thing(&first.component),
        };
        let version = first.component.version.as_deref().unwrap_or_default();
        plain::line(&format!("{source} {version}"), 200)
    }

    /// `10 packages: libc-bin, libc6, ...`; empty if it is one thing.
    pub fn packages_words(&self, most: usize) -> String {
        if self.packages.is_empty() {
            return String::new();
        }
        let mut named: Vec<String> = self.packages.iter().take(most).map(|name| plain::line(name, 80)).collect();
        if self.packages.len() > most {
            named.push("...".to_owned());
        }
        format!("{} packages: {}", self.packages.len(), named.join(", "))
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
            What::Package { ecosystem, name, source } => {
                (ecosystem.to_string(), source.as_ref().map_or(name, |source| &source.name).clone())
            }
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
    let places: BTreeSet<Place<'_>> = of.iter().map(|one| Place::of(one)).collect();
    let exposures = of.clone();
    let mut packages: Vec<&str> = of.iter().filter_map(|one| built(one)).collect();
    packages.sort_unstable();
    packages.dedup();
    if packages.len() < 2 {
        packages.clear();
    }
    let mut seen = BTreeSet::new();
    of.retain(|one| seen.insert((one.advisory.source.as_str(), one.advisory.id.as_str(), one.touch)));
    Some(Group { touch, records: of, packages, exposures, places: places.into_iter().collect() })
}

/// The name of a package that was built from a source of a distribution.
fn built(exposure: &Exposure) -> Option<&str> {
    match &exposure.component.what {
        What::Package { name, source: Some(_), .. } => Some(name),
        _ => None,
    }
}

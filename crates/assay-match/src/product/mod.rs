//! Vendors' products against KEV's entries and CVE records.
//!
//! A KEV entry names a vendor and a product and never a version, so alone it
//! never gives more than *cannot tell*. A CVE record of the same id may have
//! version ranges; then it decides. How sure the names are is said apart from
//! what the versions give.

mod bound;
mod item;
mod named;
mod versions;

use std::collections::HashMap;

use assay_advisory::feed::{cve, kev};
use assay_inventory::component::{Component, Inventory};
use assay_inventory::product::{Agreement, Because, Product, agree};

use crate::exposure::{AdvisoryFacts, Certainty, Exposure, Touch};
use crate::facts::{SUMMARY, cut};
use crate::index::Index;
use crate::range::Ruling;
use named::Named;
use versions::Asked;

/// Pages that are kept of a record.
const REFERENCES: usize = 12;

/// Products by name, each with what names it.
#[derive(Debug, Default)]
pub(crate) struct Products {
    /// If it is known before what is asked for: the names that any of these agrees with are kept, and no others.
    wanted: Option<Vec<Product>>,
    groups: Vec<Group>,
    group_of: HashMap<(Box<str>, Box<str>), Option<usize>>,
    records: HashMap<Box<str>, Record>,
}

/// One vendor and product as catalogues write them.
#[derive(Debug)]
struct Group {
    product: Product,
    vendor: Box<str>,
    name: Box<str>,
    /// The CVEs that KEV lists under this name.
    kev: Vec<Box<str>>,
    /// The CVEs whose records list it.
    cve: Vec<Box<str>>,
}

/// What is kept of a CVE record.
#[derive(Debug)]
pub(crate) struct Record {
    title: Box<str>,
    published: Option<Box<str>>,
    references: Box<[Box<str>]>,
    cvss: Box<[Box<str>]>,
    containers: Vec<Container>,
}

/// What one author says of which product.
#[derive(Debug)]
struct Container {
    author: Box<str>,
    /// Whether it is the numbering authority's own, which is the vendor's where the vendor is one.
    authority: bool,
    affected: Vec<(usize, cve::Affected)>,
}

impl Record {
    /// Its CVSS vectors.
    pub fn vectors(&self) -> impl Iterator<Item = &str> {
        self.cvss.iter().map(|vector| &**vector)
    }
}

impl Products {
    /// Those that agree with any of these.
    pub fn only(wanted: Vec<Product>) -> Self {
        Self { wanted: Some(wanted), ..Self::default() }
    }

    /// The record of a CVE, if there is one.
    pub fn record(&self, cve: &str) -> Option<&Record> {
        self.records.get(cve)
    }

    /// Takes an entry of KEV.
    pub fn kev(&mut self, entry: &kev::Entry) {
        if let Some(group) = self.group(&entry.vendor, &entry.product).and_then(|group| self.groups.get_mut(group)) {
            group.kev.push(Box::from(entry.cve.as_str()));
        }
    }

    /// Takes a CVE record, and says whether it names any product. Of two records of one id the first is kept.
    pub fn cve(&mut self, record: cve::Record) -> bool {
        if self.records.contains_key(record.id.as_str()) {
            return true;
        }
        let mut containers = Vec::new();
        let mut groups = Vec::new();
        let mut names_any = false;
        for container in record.containers {
            let authority = container.authority;
            let mut affected = Vec::new();
            for one in container.affected {
                if bound::is_nothing(&one.product) {
                    continue;
                }
                let vendor = if bound::is_nothing(&one.vendor) { "" } else { &one.vendor };
                names_any = true;
                if let Some(group) = self.group(vendor, &one.product) {
                    groups.push(group);
                    affected.push((group, one));
                }
            }
            if !affected.is_empty() {
                containers.push(Container { author: Box::from(container.author.as_str()), authority, affected });
            }
        }
        groups.sort_unstable();
        groups.dedup();
        for group in &groups {
            if let Some(group) = self.groups.get_mut(*group) {
                group.cve.push(Box::from(record.id.as_str()));
            }
        }
        let kept = Record {
            title: Box::from(cut(&record.title, SUMMARY)),
            published: record.published.as_deref().map(Box::from),
            references: record.references.iter().take(REFERENCES).map(|page| Box::from(page.as_str())).collect(),
            cvss: record.cvss.iter().map(|one| Box::from(one.vector.as_str())).collect(),
            containers,
        };
        self.records.insert(Box::from(record.id.as_str()), kept);
        names_any
    }

    /// The group of a name; none if nobody asks for it.
    fn group(&mut self, vendor: &str, name: &str) -> Option<usize> {
        let key = (Box::from(vendor), Box::from(name));
        if let Some(known) = self.group_of.get(&key) {
            return *known;
        }
        let product = Product::new(vendor, name);
        if self.wanted.as_ref().is_some_and(|wanted| !wanted.iter().any(|mine| agree(mine, &product).is_some())) {
            self.group_of.insert(key, None);
            return None;
        }
        self.groups.push(Group {
            product,
            vendor: key.0.clone(),
            name: key.1.clone(),
            kev: Vec::new(),
            cve: Vec::new(),
        });
        let place = Some(self.groups.len() - 1);
        self.group_of.insert(key, place);
        place
    }

    /// What names a product: each CVE once, with the groups that agree. Every group is asked, so a caller with many
    /// things keeps the answer for things of one name.
    pub fn named(&self, vendor: &str, product: &str) -> Vec<Named> {
        let mine = Product::new(vendor, product);
        let agreeing: Vec<(usize, Agreement)> = self
            .groups
            .iter()
            .enumerate()
            .filter_map(|(place, group)| Some((place, agree(&mine, &group.product)?)))
            .collect();
        Named::collect(agreeing.iter().flat_map(|(place, agreement)| {
            let group = self.groups.get(*place);
            let kev = group.into_iter().flat_map(|group| group.kev.iter().map(|cve| (cve, true)));
            let cve = group.into_iter().flat_map(|group| group.cve.iter().map(|cve| (cve, false)));
            kev.chain(cve).map(move |(cve, in_kev)| (cve, *place, in_kev, agreement))
        }))
    }
}

impl Index {
    /// What the records that name a product say of one that is installed.
    pub(crate) fn product<'a>(
        &'a self,
        inventory: &'a Inventory,
        component: &'a Component,
        named: &'a [Named],
    ) -> impl Iterator<Item = Exposure> + 'a {
        named.iter().map(move |named| {
            let (ruling, doubt) = self.rule_product(component.version.as_deref(), named);
            Exposure {
                inventory: inventory.name.clone(),
                component: component.clone(),
                advisory: self.product_facts(named),
                touch: ruling.touch,
                certainty: if doubt.is_none() { Certainty::Product } else { Certainty::Likely },
                why: ruling.why,
                fixed: ruling.fixed,
            }
        })
    }

    fn rule_product<'a>(&'a self, version: Option<&str>, named: &'a Named) -> (Ruling, Option<&'a Because>) {
        let containers = self.products.record(&named.cve).map_or(&[][..], |record| &record.containers);
        // First by the very names; where those cannot tell, by names that are only likely the same.
        let same = asked(containers, named, |agreement| *agreement == Agreement::Same);
        let mut used: Vec<&Agreement> = same.iter().flat_map(|(_, agreements)| agreements.iter().copied()).collect();
        let mut ruling = versions::rule(same.iter().map(|(asked, _)| asked), version);
        if ruling.touch == Touch::CannotTell {
            let likely = asked(containers, named, |agreement| *agreement != Agreement::Same);
            let by_likely = versions::rule(likely.iter().map(|(asked, _)| asked), version);
            if used.is_empty() || by_likely.touch != Touch::CannotTell {
                used = likely.iter().flat_map(|(_, agreements)| agreements.iter().copied()).collect();
                ruling = by_likely;
            }
        }
        let cve = &named.cve;
        let listed = named.listed.as_ref().and_then(|(group, _)| self.products.groups.get(*group));
        let mut why = match listed.filter(|_| used.is_empty()) {
            Some(group) if containers.is_empty() => {
                format!("KEV lists {cve} for {} {} and names no versions", group.vendor, group.name)
            }
            Some(group) => format!(
                "KEV lists {cve} for {} {} and names no versions; the CVE record's names are others",
                group.vendor, group.name
            ),
            None => format!("{cve} {}", ruling.why),
        };
        let doubt = named.doubt(used.into_iter());
        let (mut touch, mut fixed) = (ruling.touch, ruling.fixed);
        if matches!(doubt, Some(Because::Edition(..) | Because::Part(..))) && touch != Touch::Affected {
            // The record speaks of another edition, perhaps because this one is too old to be looked at any more. Its
            // versions clear nothing here, and its fixes are not this product's (invariant 11).
            (touch, fixed) = (Touch::CannotTell, Vec::new());
        }
        if let Some(doubt) = doubt {
            why.push_str(&format!("; is it this product? {doubt}"));
        }
        why.push('.');
        (Ruling { touch, why, fixed }, doubt)
    }

    fn product_facts(&self, named: &Named) -> AdvisoryFacts {
        let cve: &str = &named.cve;
        let record = self.products.record(cve);
        let entry = self.kev.get(cve);
        let vectors: Vec<&str> = record.iter().flat_map(|record| record.vectors()).collect();
        let judged = self.judged(&[cve], &vectors);
        let title = record.map(|record| &*record.title).filter(|title| !title.is_empty());
        AdvisoryFacts {
            source: if entry.is_some() { "CISA KEV" } else { "CVE" }.to_owned(),
            id: cve.to_owned(),
            aliases: Vec::new(),
            summary: cut(entry.map(|entry| entry.name.as_str()).or(title).unwrap_or_default(), SUMMARY).to_owned(),
            kev: self.kev_fact(&[cve]),
            automatable: judged.automatable,
            impact: judged.impact,
            ssvc_from: judged.from,
            cvss: judged.vector,
            score: judged.score,
            epss: None,
            published: record.and_then(|record| record.published.as_deref()).map(str::to_owned),
            references: record
                .iter()
                .flat_map(|record| record.references.iter())
                .map(|page| page.to_string())
                .collect(),
        }
    }
}

/// What the containers say of the names that agree so.
fn asked<'a>(
    containers: &'a [Container],
    named: &'a Named,
    so: impl Fn(&Agreement) -> bool,
) -> Vec<(Asked<'a>, Vec<&'a Agreement>)> {
    let of = |container: &'a Container| {
        let agreeing = container.affected.iter().filter_map(|(group, affected)| {
            Some((affected, named.agreement(*group).filter(|agreement| so(agreement))?))
        });
        let (affected, agreements): (Vec<_>, Vec<_>) = agreeing.unzip();
        let asked = Asked { author: &container.author, authority: container.authority, affected };
        (!agreements.is_empty()).then_some((asked, agreements))
    };
    containers.iter().filter_map(of).collect()
}

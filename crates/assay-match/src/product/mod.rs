//! Vendors' products against KEV's entries, CVE records, CSAF advisories and
//! end-of-life dates.
//!
//! A KEV entry names a vendor and a product and never a version, so alone it
//! never gives more than *cannot tell*. A CVE record or an advisory of the same
//! id may have versions; then they decide. How sure the names are is said apart
//! from what the versions give.

mod answer;
mod bound;
mod csaf;
mod item;
mod life;
mod line;
mod named;
pub(crate) mod stored;
mod versions;
mod words;

use std::collections::HashMap;
use std::sync::OnceLock;

use assay_advisory::feed::{cve, endoflife, kev};
use assay_inventory::product::{Product, Tokens, relate};
use serde::{Deserialize, Serialize};

use crate::facts::{SUMMARY, cut};
use csaf::{Bulletin, Kept};
use named::{Named, Related};
use stored::Places;

/// Pages that are kept of a record.
const REFERENCES: usize = 12;

/// Products by name, each with what names it.
#[derive(Debug, Default)]
pub(crate) struct Products {
    /// If it is known before what is asked for: the names that any of these agrees with are kept, and no others.
    wanted: Option<Asking>,
    groups: Vec<Group>,
    group_of: HashMap<(Box<str>, Box<str>), Option<u32>>,
    tokens: Tokens,
    /// Of products that were asked for already: the groups whose names agree, so long as no group is added.
    known: HashMap<Product, Vec<(u32, Related)>>,
    records: HashMap<Box<str>, Record>,
    stated: Places<Stated>,
    bulletins: Places<Bulletin>,
    lives: Places<endoflife::Product>,
}

/// A product that was asked for, and what the catalogues know under its name. To find that out is most of the work of a
/// scan, so who has many things keeps it for those of one name.
#[derive(Debug)]
pub(crate) struct UnderName {
    /// The product, ready to compare.
    pub product: Product,
    /// The groups whose names agree with its.
    pub related: Vec<(u32, Related)>,
    /// The CVEs that name it.
    pub named: Vec<Named>,
}

/// What is asked for.
#[derive(Debug)]
struct Asking {
    products: Vec<Product>,
    tokens: Tokens,
}

/// One vendor and product as catalogues write them.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Group {
    vendor: Box<str>,
    name: Box<str>,
    /// The two, ready to compare; made when it is first asked for.
    #[serde(skip)]
    product: OnceLock<Box<Product>>,
    /// The CVEs that KEV lists under this name.
    kev: Vec<Box<str>>,
    /// The CVEs whose records or advisories list it.
    cve: Vec<Box<str>>,
    /// Its end-of-life dates.
    lives: Vec<u32>,
}

impl Group {
    fn product(&self) -> &Product {
        self.product.get_or_init(|| Box::new(Product::new(&self.vendor, &self.name)))
    }
}

/// What is kept of a CVE: its own record, and what advisories say of it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Record {
    title: Box<str>,
    published: Option<Box<str>>,
    references: Box<[Box<str>]>,
    cvss: Vec<Box<str>>,
    containers: Vec<Container>,
    /// Whether the CVE record itself was read; of two the first counts.
    own: bool,
}

/// What one author says of which product.
#[derive(Debug, Serialize, Deserialize)]
struct Container {
    author: Box<str>,
    /// Whether it is the numbering authority's own, which is the vendor's where the vendor is one.
    authority: bool,
    /// The advisory that it is from, if it is from one.
    bulletin: Option<u32>,
    stated: Vec<u32>,
    remedies: Vec<Kept>,
}

/// What is stated of one product.
#[derive(Debug, Serialize, Deserialize)]
struct Stated {
    group: u32,
    affected: cve::Affected,
    /// Why its versions are not understood, if they are not.
    unread: Option<Box<str>>,
    /// The version that has the fix, where a remedy names it.
    fix: Option<Box<str>>,
}

impl Record {
    fn empty() -> Self {
        Self {
            title: Box::default(),
            published: None,
            references: Box::default(),
            cvss: Vec::new(),
            containers: Vec::new(),
            own: false,
        }
    }

    /// Its CVSS vectors.
    pub fn vectors(&self) -> impl Iterator<Item = &str> {
        self.cvss.iter().map(|vector| &**vector)
    }
}

impl Products {
    /// Those that agree with any of these.
    pub fn only(wanted: Vec<Product>) -> Self {
        let mut tokens = Tokens::default();
        for (place, product) in wanted.iter().enumerate() {
            tokens.insert(product, place as u32);
        }
        Self { wanted: Some(Asking { products: wanted, tokens }), ..Self::default() }
    }

    /// The record of a CVE, if there is one.
    pub fn record(&self, cve: &str) -> Option<&Record> {
        self.records.get(cve)
    }

    /// Takes an entry of KEV.
    pub fn kev(&mut self, entry: &kev::Entry) {
        if let Some(group) = self.group(&entry.vendor, &entry.product).and_then(|group| self.at(group)) {
            group.kev.push(Box::from(entry.cve.as_str()));
        }
    }

    /// Takes a CVE record, and says whether it names any product. Of two records of one id the first is kept.
    pub fn cve(&mut self, record: cve::Record) -> bool {
        if self.records.get(record.id.as_str()).is_some_and(|known| known.own) {
            return true;
        }
        let mut containers = Vec::new();
        let mut names_any = false;
        for container in record.containers {
            let mut stated = Vec::new();
            for one in container.affected {
                if bound::is_nothing(&one.product) {
                    continue;
                }
                let vendor = if bound::is_nobody(&one.vendor) { "" } else { &one.vendor };
                names_any = true;
                if let Some(group) = self.group(vendor, &one.product) {
                    let place = self.state(Stated { group, affected: one, unread: None, fix: None });
                    self.names(place, &record.id);
                    stated.push(place);
                }
            }
            if !stated.is_empty() {
                containers.push(Container {
                    author: Box::from(container.author.as_str()),
                    authority: container.authority,
                    bulletin: None,
                    stated,
                    remedies: Vec::new(),
                });
            }
        }
        let known = self.records.entry(Box::from(record.id.as_str())).or_insert_with(Record::empty);
        known.own = true;
        if !record.title.is_empty() {
            known.title = Box::from(cut(&record.title, SUMMARY));
        }
        if record.published.is_some() {
            known.published = record.published.as_deref().map(Box::from);
        }
        known.references = record.references.iter().take(REFERENCES).map(|page| Box::from(page.as_str())).collect();
        let mut cvss: Vec<Box<str>> = record.cvss.iter().map(|one| Box::from(one.vector.as_str())).collect();
        cvss.append(&mut known.cvss);
        known.cvss = cvss;
        containers.append(&mut known.containers);
        known.containers = containers;
        names_any
    }

    /// Takes a product's end-of-life dates.
    pub fn end_of_life(&mut self, product: endoflife::Product) {
        let names: Vec<(String, String)> =
            std::iter::once((String::new(), product.title.clone())).chain(product.cpe.clone()).collect();
        let place = self.lives.len() as u32;
        let mut wanted = false;
        for (vendor, name) in names {
            if let Some(group) = self.group(&vendor, &name).and_then(|group| self.at(group)) {
                group.lives.push(place);
                wanted = true;
            }
        }
        if wanted {
            self.lives.push(product);
        }
    }

    fn at(&mut self, group: u32) -> Option<&mut Group> {
        self.groups.get_mut(group as usize)
    }

    fn state(&mut self, stated: Stated) -> u32 {
        self.stated.push(stated);
        u32::try_from(self.stated.len() - 1).unwrap_or(u32::MAX)
    }

    /// A record or an advisory of this CVE states something of a group.
    fn names(&mut self, stated: u32, cve: &str) {
        let group = self.stated.get(stated as usize).map(|stated| stated.group);
        if let Some(group) = group.and_then(|group| self.at(group))
            && !group.cve.iter().rev().take(64).any(|known| **known == *cve)
        {
            group.cve.push(Box::from(cve));
        }
    }

    /// The group of a name; none if nobody asks for it.
    fn group(&mut self, vendor: &str, name: &str) -> Option<u32> {
        // A table that was read from a file has its names, and not yet their places.
        if self.group_of.is_empty() && !self.groups.is_empty() {
            for (place, group) in self.groups.iter().enumerate() {
                self.group_of.insert((group.vendor.clone(), group.name.clone()), u32::try_from(place).ok());
            }
        }
        let key = (Box::from(vendor), Box::from(name));
        if let Some(known) = self.group_of.get(&key) {
            return *known;
        }
        let product = Product::new(vendor, name);
        if self.wanted.as_ref().is_some_and(|asking| !asking.wants(&product)) {
            self.group_of.insert(key, None);
            return None;
        }
        let place = u32::try_from(self.groups.len()).ok()?;
        self.tokens.insert(&product, place);
        self.known.clear();
        let (vendor, name) = key.clone();
        self.groups.push(Group { vendor, name, product: OnceLock::from(Box::new(product)), ..Group::default() });
        self.group_of.insert(key, Some(place));
        Some(place)
    }

    /// What the catalogues know under a product's name.
    pub fn under_name(&self, vendor: &str, product: &str) -> UnderName {
        let product = Product::new(vendor, product);
        let related = self.known.get(&product).cloned().unwrap_or_else(|| self.related(&product));
        let named = self.named(&related);
        UnderName { product, related, named }
    }

    /// The groups whose names agree with a product's.
    fn related(&self, product: &Product) -> Vec<(u32, Related)> {
        let near = self.tokens.near(product).into_iter();
        let related = near.filter_map(|place| {
            let (agreement, reach) = relate(product, self.groups.get(place as usize)?.product())?;
            Some((place, Related { agreement, reach }))
        });
        related.collect()
    }

    /// What names a product: each CVE once, with the groups that agree.
    fn named(&self, related: &[(u32, Related)]) -> Vec<Named> {
        Named::collect(related.iter().flat_map(|(place, related)| {
            let group = self.groups.get(*place as usize);
            let kev = group.into_iter().flat_map(|group| group.kev.iter().map(|cve| (cve, true)));
            let cve = group.into_iter().flat_map(|group| group.cve.iter().map(|cve| (cve, false)));
            kev.chain(cve).map(move |(cve, in_kev)| (cve, *place, in_kev, related))
        }))
    }
}

impl Asking {
    fn wants(&self, product: &Product) -> bool {
        let near = self.tokens.near(product).into_iter().filter_map(|place| self.products.get(place as usize));
        near.into_iter().any(|mine| relate(mine, product).is_some())
    }
}

//! Takes CSAF advisories: each vulnerability becomes one more author's word on
//! its CVE, beside the CVE record's own containers.

use assay_advisory::feed::csaf::{self, RemedyKind};
use assay_advisory::feed::cve::{self, Status, Version};
use assay_inventory::product::Product;
use assay_inventory::version::product::compare;
use serde::{Deserialize, Serialize};

use super::words::{self, Words};
use super::{Container, Products, Record, Stated, bound};
use crate::exposure::Remedy;
use crate::facts::{SUMMARY, cut};

/// Remedies that are kept of one vulnerability in one advisory.
const REMEDIES: usize = 24;

/// An advisory that something was taken of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Bulletin {
    pub id: Box<str>,
    pub page: Option<Box<str>>,
}

/// A remedy, and for which of the record's words it is; for all if there are none.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub remedy: Remedy,
    pub of: Box<[u32]>,
}

impl Products {
    /// Takes an advisory, and says whether it names any product.
    pub fn csaf(&mut self, advisory: &csaf::Advisory) -> bool {
        let groups: Vec<Vec<Named>> = advisory.products.iter().map(|one| self.names_of(one, &advisory.title)).collect();
        let named = advisory.products.iter().any(|product| !bound::is_nothing(&product.name));
        let author = format!("{} {}", advisory.publisher, advisory.id);
        for (number, flaw) in advisory.vulnerabilities.iter().enumerate() {
            let mut container = Container {
                author: author.as_str().into(),
                // CISA passes on what the vendor says of its own product.
                authority: true,
                bulletin: None,
                stated: Vec::new(),
                remedies: Vec::new(),
            };
            let mut places: Vec<(usize, u32)> = Vec::new();
            for (product, status) in &flaw.products {
                let (Some(of), Some(names)) = (advisory.products.get(*product), groups.get(*product)) else { continue };
                for named in names {
                    let mut stated = stated(named, of, *status);
                    if *status == csaf::Status::Affected {
                        until_fixed(&mut stated, flaw, *product);
                    }
                    let place = self.state(stated);
                    container.stated.push(place);
                    places.push((*product, place));
                }
            }
            if container.stated.is_empty() {
                continue;
            }
            for remedy in flaw.remedies.iter().filter(|remedy| !remedy.details.is_empty()) {
                let of: Vec<u32> =
                    places.iter().filter(|(product, _)| remedy.products.contains(product)).map(|(_, at)| *at).collect();
                if (remedy.products.is_empty() || !of.is_empty()) && container.remedies.len() < REMEDIES {
                    let kept = Remedy { kind: remedy.kind.into(), text: remedy.details.clone() };
                    container.remedies.push(Kept { remedy: kept, of: of.into() });
                }
            }
            let id = flaw.cve.clone().unwrap_or_else(|| format!("{}#{}", advisory.id, number + 1));
            for place in &container.stated {
                self.names(*place, &id);
            }
            self.bulletins
                .push(Bulletin { id: advisory.id.as_str().into(), page: advisory.page.as_deref().map(Box::from) });
            container.bulletin = u32::try_from(self.bulletins.len() - 1).ok();
            let record = self.records.entry(Box::from(id.as_str())).or_insert_with(Record::empty);
            if record.title.is_empty() {
                let title = if flaw.title.is_empty() { &advisory.title } else { &flaw.title };
                record.title = cut(title, SUMMARY).into();
            }
            if record.published.is_none() {
                record.published = advisory.published.as_deref().map(Box::from);
            }
            let known: Vec<&str> = record.cvss.iter().map(|vector| &**vector).collect();
            let more: Vec<Box<str>> = flaw
                .cvss
                .iter()
                .map(|one| one.vector.as_str())
                .filter(|one| !known.contains(one))
                .map(Box::from)
                .collect();
            record.cvss.extend(more);
            record.containers.push(container);
        }
        named
    }

    /// The names that a product goes by in an advisory. CISA's older ones were made of prose, and the tree has a model
    /// where a version belongs (`ALERT4000`), or a firmware line where the product belongs (`R127` of SEL-411L).
    fn names_of(&mut self, product: &csaf::Product, title: &str) -> Vec<Named> {
        // Firmware on a device: what people list is the device.
        let firmware = product.name.to_lowercase().contains("firmware") && !product.on.is_empty();
        let name = if firmware { &product.on } else { &product.name };
        let vendor = if bound::is_nobody(&product.vendor) { "" } else { product.vendor.trim() };
        let mut names = Vec::new();
        if !bound::is_nothing(name) && !name.eq_ignore_ascii_case("version") {
            let whole = whole_name(name.trim(), title);
            names.extend(
                self.group(vendor, whole.as_deref().unwrap_or(name.trim())).map(|group| Named { group, by: By::Name }),
            );
        }
        let is_line = compare(name.trim(), name.trim()).is_ok() && name.len() <= 8;
        let is_generic = Product::new(vendor, name).is_generic();
        if (is_line || is_generic) && title.bytes().any(|c| c.is_ascii_digit()) {
            let by = if is_line { By::Line } else { By::Name };
            // Titles begin with the vendor, whose short name in parentheses they leave out.
            let whose = vendor.split(" (").next().unwrap_or(vendor);
            let title = title.strip_prefix(whose).unwrap_or(title);
            names.extend(self.group(vendor, title.trim()).map(|group| Named { group, by }));
        }
        if is_model(&product.versions) && !product.is_range {
            names.extend(self.group(vendor, product.versions.trim()).map(|group| Named { group, by: By::Model }));
        }
        names
    }
}

/// A family's name with the model that the title has behind it: `NPort` in *Moxa NPort IAW5000A-I/O Series*. Without it
/// the record would be of every NPort that there is.
fn whole_name(name: &str, title: &str) -> Option<String> {
    let digit = |text: &str| text.bytes().any(|c| c.is_ascii_digit());
    if name.is_empty() || digit(name) {
        return None;
    }
    let mut words = title.split_whitespace();
    words.by_ref().find(|word| word.eq_ignore_ascii_case(name))?;
    let next = words.next()?.trim_end_matches([',', ';', ')']);
    let letters = next.bytes().filter(u8::is_ascii_alphabetic).count();
    (digit(next) && letters >= 2 && !next.contains('.')).then(|| format!("{name} {next}"))
}

/// A name that a product goes by.
#[derive(Debug, Clone, Copy)]
struct Named {
    group: u32,
    by: By,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// Its own, or the advisory's title beside one that says nothing.
    Name,
    /// The title, because a line of firmware stands where the name belongs.
    Line,
    /// What stands where a version belongs.
    Model,
}

/// Whether what stands where a version belongs is a thing's name: letters first, a number behind them, and no word of
/// what ranges are written with.
fn is_model(versions: &str) -> bool {
    let text = versions.trim();
    let words = ["version", "firmware", "software", "rev", "release", "build", "before", "prior", "all ", "edition"];
    let lower = text.to_lowercase();
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    // `R16A`, `BT06` are versions, and so is whatever has a dot.
    (5..=40).contains(&text.len())
        && letters >= 3
        && text.bytes().all(|c| c.is_ascii_alphanumeric() || b" -/".contains(&c))
        && text.bytes().any(|c| c.is_ascii_digit() || c == b' ')
        && !words.iter().any(|word| lower.contains(word))
}

/// What an advisory states of one product.
fn stated(named: &Named, product: &csaf::Product, status: csaf::Status) -> Stated {
    let group = named.group;
    let means = match status {
        csaf::Status::Affected => Status::Affected,
        csaf::Status::Fixed | csaf::Status::NotAffected => Status::Unaffected,
        csaf::Status::Investigated => Status::Unknown,
    };
    let read = match named.by {
        By::Name => words::read(&product.versions, means),
        By::Model => Words::All,
        By::Line => Words::Unread,
    };
    let (versions, unread) = match read {
        Words::All => (vec![every(means)], None),
        Words::Versions(items) => (items, None),
        Words::Unread if product.versions.trim().is_empty() => (Vec::new(), Some("names no version".to_owned())),
        Words::Unread if named.by == By::Line => {
            let words = format!("{} {}", product.name.trim(), product.versions.trim());
            (Vec::new(), Some(format!("writes its versions as `{}`, which cannot be compared", cut(words.trim(), 80))))
        }
        Words::Unread => {
            let words = cut(product.versions.trim(), 80);
            (Vec::new(), Some(format!("writes its versions as `{words}`, which cannot be compared")))
        }
    };
    let affected =
        cve::Affected { vendor: String::new(), product: String::new(), default_status: Status::Unknown, versions };
    Stated { group, affected, unread: unread.map(Into::into), fix: None }
}

fn every(status: Status) -> Version {
    Version {
        version: "*".to_owned(),
        status,
        version_type: String::new(),
        less_than: None,
        less_than_or_equal: None,
        changes: Vec::new(),
    }
}

/// Whether what an advisory calls a vendor's fix is one. CISA's older ones were made of prose, and mitigations stand there too.
fn is_fix(details: &str) -> bool {
    let text = details.to_lowercase();
    let no_fix = [
        "following mitigation",
        "compensating control",
        "has not developed",
        "no fix",
        "in the process of",
        "is currently",
        "defense-in-depth",
        "workaround",
    ];
    !no_fix.iter().any(|words| text.contains(words))
}

/// *All versions* beside a fix means all before the fix: the advisory was written before the fix, or knows of none for
/// some. Where the fix names its version that is the end, and from there on nothing is said.
fn until_fixed(stated: &mut Stated, flaw: &csaf::Vulnerability, product: usize) {
    let mut fixes = flaw
        .remedies
        .iter()
        .filter(|remedy| remedy.kind == RemedyKind::Fix && is_fix(&remedy.details))
        .filter(|remedy| remedy.products.is_empty() || remedy.products.contains(&product))
        .peekable();
    let has_fix = fixes.peek().is_some();
    let versions: Vec<String> = fixes.filter_map(|remedy| words::fix(&remedy.details)).collect();
    let version = match versions.as_slice() {
        [one, rest @ ..] if rest.iter().all(|other| other == one) => Some(one.clone()),
        _ => None,
    };
    let all = stated.affected.versions.iter().any(|item| item.version == "*");
    if all && has_fix {
        stated.affected.versions = match &version {
            Some(version) => vec![
                Version { version: "0".to_owned(), less_than: Some(version.clone()), ..every(Status::Affected) },
                Version { version: version.clone(), less_than: Some("*".to_owned()), ..every(Status::Unknown) },
            ],
            None => Vec::new(),
        };
        if version.is_none() {
            stated.unread = Some("calls every version affected and has a fix, without saying in which version".into());
        }
    }
    stated.fix = version.map(Into::into);
}

//! What the index keeps of a record.

use std::sync::Arc;

use assay_advisory::feed::{Texts, osv};
use assay_inventory::ecosystem::Ecosystem;

/// Pages that are kept of a record; some have hundreds.
const REFERENCES: usize = 12;
/// Other names that are kept of a record.
pub(crate) const ALIASES: usize = 200;

/// A record's facts, once.
#[derive(Debug)]
pub(crate) struct Advisory {
    pub source: u32,
    pub id: Box<str>,
    pub aliases: Box<[Box<str>]>,
    /// Ids that it repeats for a distribution.
    pub upstream: Box<[Box<str>]>,
    pub published: Option<Box<str>>,
    pub severity: Box<[Box<str>]>,
    /// Tells two records of one id apart, and orders them.
    pub print: u64,
    pub prose: Lying,
}

/// What only people read of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prose {
    /// One line.
    pub summary: Box<str>,
    /// Pages.
    pub references: Box<[Box<str>]>,
}

/// Where a record's prose lies.
#[derive(Debug)]
pub(crate) enum Lying {
    /// In memory.
    Here(Prose),
    /// On the shelf, under this number.
    Shelf(u64),
}

/// What a record says of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub(crate) advisory: u32,
    /// The ecosystem with the release that it speaks of.
    pub(crate) of: Ecosystem,
    /// RustSec's word for a record without a vulnerability.
    pub(crate) informational: Option<Box<str>>,
    /// CVSS vectors for this package alone.
    pub(crate) severity: Box<[Box<str>]>,
    pub(crate) ranges: Box<[Range]>,
    pub(crate) versions: Listed,
}

/// A range of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Range {
    pub kind: osv::RangeKind,
    pub events: Box<[Event]>,
}

/// What happened at a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Introduced(Box<str>),
    Fixed(Box<str>),
    LastAffected(Box<str>),
    Limit(Box<str>),
    Other(Box<str>),
}

/// Versions that an entry lists one by one.
///
/// Hundreds of records of one package list the same hundreds of versions. So
/// all entries of a package that come from a file share one list of them, in
/// the order of versions, and each has runs of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listed {
    pub shared: Arc<Texts>,
    /// Half-open places in the shared list, in order; none overlap.
    pub runs: Box<[(u32, u32)]>,
}

impl Listed {
    /// A list of an entry's own.
    pub fn own(versions: Texts) -> Self {
        let end = u32::try_from(versions.len()).unwrap_or(u32::MAX);
        let runs = if end == 0 { Box::default() } else { Box::from([(0, end)]) };
        Self { shared: Arc::new(versions), runs }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.runs.iter().map(|(from, to)| to.saturating_sub(*from) as usize).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.runs.iter().flat_map(|(from, to)| self.shared.of(*from as usize..*to as usize))
    }

    /// Whether a place of the shared list is in a run.
    pub fn has(&self, place: u32) -> bool {
        let behind = self.runs.partition_point(|(from, _)| *from <= place);
        self.runs.get(behind.wrapping_sub(1)).is_some_and(|(_, to)| place < *to)
    }
}

impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Listed {}

impl Advisory {
    pub fn of(source: u32, record: &osv::Record<'_>) -> Self {
        let vectors = |list: &[osv::Severity<'_>]| list.iter().map(|one| Box::from(&*one.score)).collect();
        Self {
            source,
            id: Box::from(&*record.id),
            aliases: record.aliases.iter().take(ALIASES).map(|one| Box::from(&**one)).collect(),
            upstream: record.upstream.iter().take(ALIASES).map(|one| Box::from(&**one)).collect(),
            published: record.published.as_deref().map(Box::from),
            severity: vectors(&record.severity),
            print: print(record),
            prose: Lying::Here(Prose {
                summary: Box::from(&*record.summary),
                references: record.references.iter().take(REFERENCES).map(|one| Box::from(&*one.url)).collect(),
            }),
        }
    }

    /// All its names: id, aliases, and what it repeats.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.id).chain(&self.aliases).chain(&self.upstream).map(|name| &**name)
    }
}

/// A number by which two records of one id and source differ: FNV-1a over what they tell people and which packages they
/// name. It orders equals and proves nothing.
fn print(record: &osv::Record<'_>) -> u64 {
    let packages = record.affected.iter().filter_map(|affected| affected.package.as_ref());
    let texts = [&*record.summary, record.published.as_deref().unwrap_or_default()];
    let bytes = texts.into_iter().chain(packages.map(|package| &*package.name)).flat_map(|text| {
        let end = std::iter::once(0xff_u8);
        text.bytes().chain(end)
    });
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Entry {
    pub(crate) fn of(advisory: u32, ecosystem: &Ecosystem, affected: &osv::Affected<'_>) -> Self {
        Self {
            advisory,
            of: ecosystem.clone(),
            informational: affected.specific.informational.as_deref().map(Box::from),
            severity: affected.severity.iter().map(|one| Box::from(&*one.score)).collect(),
            ranges: affected.ranges.iter().map(Range::of).collect(),
            versions: Listed::own(affected.versions.clone()),
        }
    }
}

impl Range {
    fn of(range: &osv::Range<'_>) -> Self {
        let events = range.events.0.iter().map(|event| match event {
            osv::Event::Introduced(at) => Event::Introduced(Box::from(&**at)),
            osv::Event::Fixed(at) => Event::Fixed(Box::from(&**at)),
            osv::Event::LastAffected(at) => Event::LastAffected(Box::from(&**at)),
            osv::Event::Limit(at) => Event::Limit(Box::from(&**at)),
            osv::Event::Other(key) => Event::Other(Box::from(&**key)),
        });
        Self { kind: range.kind, events: events.collect() }
    }
}

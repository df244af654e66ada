//! What the index keeps of a record.

use assay_advisory::feed::osv;
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
    pub summary: Box<str>,
    pub published: Option<Box<str>>,
    pub references: Box<[Box<str>]>,
    pub severity: Box<[Box<str>]>,
}

/// What a record says of one package.
#[derive(Debug)]
pub struct Entry {
    pub(crate) advisory: u32,
    /// The release of the distribution that it speaks of; none is all of them.
    pub(crate) release: Option<Box<str>>,
    /// RustSec's word for a record without a vulnerability.
    pub(crate) informational: Option<Box<str>>,
    /// CVSS vectors for this package alone.
    pub(crate) severity: Box<[Box<str>]>,
    pub(crate) ranges: Box<[Range]>,
    pub(crate) versions: Box<[Box<str>]>,
}

/// A range of versions.
#[derive(Debug)]
pub(crate) struct Range {
    pub kind: osv::RangeKind,
    pub events: Box<[Event]>,
}

/// What happened at a version.
#[derive(Debug)]
pub(crate) enum Event {
    Introduced(Box<str>),
    Fixed(Box<str>),
    LastAffected(Box<str>),
    Limit(Box<str>),
    Other(Box<str>),
}

impl Advisory {
    pub fn of(source: u32, record: &osv::Record<'_>) -> Self {
        let vectors = |list: &[osv::Severity<'_>]| list.iter().map(|one| Box::from(&*one.score)).collect();
        Self {
            source,
            id: Box::from(&*record.id),
            aliases: record.aliases.iter().take(ALIASES).map(|one| Box::from(&**one)).collect(),
            upstream: record.upstream.iter().take(ALIASES).map(|one| Box::from(&**one)).collect(),
            summary: Box::from(&*record.summary),
            published: record.published.as_deref().map(Box::from),
            references: record.references.iter().take(REFERENCES).map(|one| Box::from(&*one.url)).collect(),
            severity: vectors(&record.severity),
        }
    }
}

impl Entry {
    pub fn of(advisory: u32, ecosystem: &Ecosystem, affected: &osv::Affected<'_>) -> Self {
        Self {
            advisory,
            release: match ecosystem {
                Ecosystem::Debian(Some(release)) => Some(Box::from(release.as_str())),
                _ => None,
            },
            informational: affected.specific.informational.as_deref().map(Box::from),
            severity: affected.severity.iter().map(|one| Box::from(&*one.score)).collect(),
            ranges: affected.ranges.iter().map(Range::of).collect(),
            versions: affected.versions.iter().map(|one| Box::from(&**one)).collect(),
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

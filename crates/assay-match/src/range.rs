//! OSV's published algorithm, with a third answer: is a version affected?
//!
//! A version is affected if it is listed, or lies in any range: the events in
//! the order of versions, `introduced` switches on, `fixed` and the version
//! after `last_affected` switch off, and a `limit` ends what the range speaks
//! of. Where a version cannot be ordered the answer is *cannot tell*, never
//! no. <https://ossf.github.io/osv-schema/#evaluation>
//!
//! An entry is prepared once and asked for one version or for all of a
//! fleet: both directions go through the one test.

use std::cell::{OnceCell, RefCell};
use std::sync::Arc;

use assay_advisory::feed::Texts;
use assay_advisory::feed::osv::RangeKind;
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::{Key, Scheme, Unordered};

use crate::bounds::{Bounds, Span, WithoutOrder};
use crate::exposure::Touch;
use crate::record::{Entry, Event, Listed, Range};
use crate::scan::Keep;

/// Fixes that are named at most.
const FIXES: usize = 8;

/// What one entry of a record says of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ruling {
    pub touch: Touch,
    /// Why, as a clause that follows the record's id. Left out of what is not affected and only counted: nobody asks it,
    /// and most records that name a package are that.
    pub why: String,
    pub fixed: Vec<String>,
}

/// A shared list of versions, and the places of one version in it.
type Places = (Arc<Texts>, Vec<u32>);

/// A version, encoded at most once by each of the two rules.
pub(crate) struct Installed<'a> {
    ecosystem: &'a Ecosystem,
    written: Option<&'a str>,
    semver: OnceCell<Result<Key, Unordered>>,
    native: OnceCell<Result<Key, Unordered>>,
    /// The places of this version in the shared list that was looked at last.
    places: RefCell<Option<Places>>,
}

impl<'a> Installed<'a> {
    pub fn new(ecosystem: &'a Ecosystem, written: Option<&'a str>) -> Self {
        let written = written.map(str::trim).filter(|written| !written.is_empty());
        let places = RefCell::new(None);
        Self { ecosystem, written, semver: OnceCell::new(), native: OnceCell::new(), places }
    }

    fn key(&self, kind: RangeKind, written: &str) -> &Result<Key, Unordered> {
        match kind {
            RangeKind::SemVer => self.semver.get_or_init(|| Scheme::of_semver_range(self.ecosystem).parse(written)),
            _ => self.native.get_or_init(|| Key::parse(self.ecosystem, written)),
        }
    }

    /// Whether a listed version is this one. Letter for letter; where the
    /// ecosystem has several spellings of one version (`1.0` and `1.0.0` in
    /// Python), by its order. SemVer's order leaves build metadata out, which
    /// tells versions apart, so there only a leading `v` is.
    fn is(&self, written: &str, listed: &str) -> bool {
        if written == listed {
            return true;
        }
        match self.ecosystem {
            Ecosystem::Cargo
            | Ecosystem::Npm
            | Ecosystem::Go
            | Ecosystem::Hex
            | Ecosystem::SwiftUrl
            | Ecosystem::VsCode(_)
            | Ecosystem::Kubernetes => {
                written.strip_prefix('v').unwrap_or(written) == listed.strip_prefix('v').unwrap_or(listed)
            }
            _ => {
                let Ok(key) = self.key(RangeKind::Ecosystem, written) else { return false };
                Key::parse(self.ecosystem, listed).is_ok_and(|other| other == *key)
            }
        }
    }

    /// Whether this version is listed. All entries of a package may share one list, which is then looked through once.
    fn is_in(&self, written: &str, versions: &Listed) -> bool {
        if versions.runs.is_empty() {
            return false;
        }
        let mut last = self.places.borrow_mut();
        let found = match &mut *last {
            Some((shared, found)) if Arc::ptr_eq(shared, &versions.shared) => found,
            last => {
                let places = (0_u32..).zip(versions.shared.iter()).filter(|(_, listed)| self.is(written, listed));
                let found = places.map(|(place, _)| place).collect();
                &mut last.insert((Arc::clone(&versions.shared), found)).1
            }
        };
        found.iter().any(|place| versions.has(*place))
    }
}

/// The rules that order a range's versions; none for commits and kinds that are not known.
fn rules(kind: RangeKind, ecosystem: &Ecosystem) -> Option<&Ecosystem> {
    match kind {
        // Where the ecosystem's own rules are a kind of SemVer, its registry orders by those.
        RangeKind::SemVer if Scheme::of_semver_range(ecosystem) != Scheme::SemVer => Some(ecosystem),
        RangeKind::SemVer => Some(&Ecosystem::Cargo),
        RangeKind::Ecosystem => Some(ecosystem),
        RangeKind::Git | RangeKind::Other => None,
    }
}

/// An entry whose bounds stand in the order of one ecosystem.
pub(crate) struct Prepared<'a> {
    entry: &'a Entry,
    ecosystem: &'a Ecosystem,
    ranges: Vec<Ready<'a>>,
}

enum Ready<'a> {
    /// One event says it all, so no version and no order is needed.
    Everything,
    Commits,
    UnknownKind,
    Ordered(RangeKind, Bounds<'a>),
    WithoutOrder(RangeKind, WithoutOrder<'a>),
}

/// What a range says of a version.
enum Inside<'a> {
    Everything,
    Yes(&'a str, Span<'a>),
    No,
    Unknown(Open<'a>),
}

/// Why a range leaves it open.
enum Open<'a> {
    Commits,
    UnknownKind,
    NoVersion,
    Version(&'a Unordered),
    Bound(&'a WithoutOrder<'a>),
    Between(WithoutOrder<'a>),
}

/// What decides.
enum Decided<'a> {
    Listed(&'a str),
    In(Inside<'a>),
    Open(Open<'a>),
    NoVersion,
    Nothing,
    /// Listed versions that cannot be compared.
    ListedOnly(&'a Unordered),
    Outside(&'a str),
}

impl Decided<'_> {
    fn touch(&self) -> Touch {
        match self {
            Self::Listed(_) | Self::In(_) => Touch::Affected,
            Self::Outside(_) => Touch::NotAffected,
            Self::Open(_) | Self::NoVersion | Self::Nothing | Self::ListedOnly(_) => Touch::CannotTell,
        }
    }
}

impl<'a> Prepared<'a> {
    /// The entry for versions of this ecosystem.
    pub fn of(entry: &'a Entry, ecosystem: &'a Ecosystem) -> Self {
        let ranges = entry.ranges.iter().map(|range| ready(range, ecosystem)).collect();
        Self { entry, ecosystem, ranges }
    }

    /// The answer alone.
    pub fn touch(&self, installed: &Installed<'_>) -> Touch {
        self.decide(installed).touch()
    }

    /// The answer, why, and what has the fix.
    pub fn rule(&self, installed: &Installed<'_>, keep: Keep) -> Ruling {
        let decided = self.decide(installed);
        let touch = decided.touch();
        let is_told = touch != Touch::NotAffected || keep == Keep::All;
        let fixed = match decided {
            Decided::Outside(_) | Decided::Nothing => Vec::new(),
            _ => self.fixes(installed),
        };
        let why = if is_told { self.words(&decided) } else { String::new() };
        Ruling { touch, why, fixed }
    }

    fn decide<'b>(&'b self, installed: &'b Installed<'_>) -> Decided<'b> {
        let entry = self.entry;
        if let Some(written) = installed.written
            && installed.is_in(written, &entry.versions)
        {
            return Decided::Listed(written);
        }
        // Commits decide nothing where the record also has versions: those are what the commits came out as.
        let (mut open, mut commits, mut outside) = (None, false, false);
        for range in &self.ranges {
            match range.inside(installed) {
                Inside::No => outside = true,
                Inside::Unknown(Open::Commits) => commits = true,
                Inside::Unknown(why) => open = open.or(Some(why)),
                yes => return Decided::In(yes),
            }
        }
        let has_versions = !entry.versions.is_empty() || outside;
        if let Some(why) = open {
            return Decided::Open(why);
        }
        if commits && !has_versions {
            return Decided::Open(Open::Commits);
        }
        let Some(written) = installed.written else { return Decided::NoVersion };
        if !has_versions {
            return Decided::Nothing;
        }
        // The list of an ecosystem without an order here is compared letter for letter, which proves presence only.
        if !outside
            && let Err(error) = installed.key(RangeKind::Ecosystem, written)
            && !matches!(error, Unordered::NoOrder(_))
        {
            return Decided::ListedOnly(error);
        }
        Decided::Outside(written)
    }

    fn words(&self, decided: &Decided<'_>) -> String {
        match decided {
            Decided::Listed(written) => format!("lists {written} as affected"),
            Decided::In(Inside::Yes(written, span)) => span.words(written),
            Decided::In(_) => "affects every version, and names none that is fixed".to_owned(),
            Decided::Open(open) => open.words(),
            Decided::NoVersion => Open::NoVersion.words(),
            Decided::Nothing => "names the package and no version of it".to_owned(),
            Decided::ListedOnly(error) => format!("lists versions, and {error}"),
            Decided::Outside(written) => self.outside(written),
        }
    }

    fn outside(&self, written: &str) -> String {
        let listed = match self.entry.versions.len() {
            0 => String::new(),
            1 => "; the one listed version is another".to_owned(),
            many => format!("; it is none of the {many} listed versions"),
        };
        let ranges = self.entry.ranges.iter().zip(&self.ranges);
        let mut compared = ranges.filter(|(_, ready)| matches!(ready, Ready::Ordered(..))).map(|(range, _)| range);
        match (compared.next(), compared.count()) {
            (None, _) => format!("does not list {written}{}", listed.replacen("; it", ", which", 1)),
            (Some(range), 0) => format!("affects {}, and {written} lies outside{listed}", shown(range)),
            (Some(range), more) => {
                format!("affects {} and {more} more ranges, and {written} lies outside of all{listed}", shown(range))
            }
        }
    }

    /// The fixes that the entry names, those that are older than the installed version left out. The nearest comes
    /// first: it is the smallest step.
    fn fixes(&self, installed: &Installed<'_>) -> Vec<String> {
        let mut found: Vec<(Option<Key>, &str)> = Vec::new();
        for range in &self.entry.ranges {
            let Some(rules) = rules(range.kind, self.ecosystem) else { continue };
            let mine = installed.written.and_then(|written| installed.key(range.kind, written).as_ref().ok());
            for event in &range.events {
                let Event::Fixed(at) = event else { continue };
                let key = Key::parse(rules, at).ok();
                let older = match (&key, mine) {
                    (Some(key), Some(mine)) => key.compare(mine).is_ok_and(std::cmp::Ordering::is_le),
                    _ => false,
                };
                if !older {
                    found.push((key, at));
                }
            }
        }
        found.sort_by(|(a, x), (b, y)| match (a, b) {
            (Some(a), Some(b)) => a.as_bytes().cmp(b.as_bytes()).then(x.cmp(y)),
            (a, b) => b.is_some().cmp(&a.is_some()).then(x.cmp(y)),
        });
        found.dedup_by(|(_, a), (_, b)| a == b);
        found.into_iter().take(FIXES).map(|(_, at)| at.to_owned()).collect()
    }
}

fn ready<'a>(range: &'a Range, ecosystem: &Ecosystem) -> Ready<'a> {
    let Some(rules) = rules(range.kind, ecosystem) else {
        return if range.kind == RangeKind::Git { Ready::Commits } else { Ready::UnknownKind };
    };
    if let [Event::Introduced(at)] = &*range.events
        && &**at == "0"
    {
        return Ready::Everything;
    }
    match Bounds::of(&range.events, rules) {
        Ok(bounds) => Ready::Ordered(range.kind, bounds),
        Err(why) => Ready::WithoutOrder(range.kind, why),
    }
}

impl Ready<'_> {
    fn inside<'b>(&'b self, installed: &'b Installed<'_>) -> Inside<'b> {
        let (kind, bounds) = match self {
            Self::Everything => return Inside::Everything,
            Self::Commits => return Inside::Unknown(Open::Commits),
            Self::UnknownKind => return Inside::Unknown(Open::UnknownKind),
            Self::Ordered(kind, bounds) => (*kind, Ok(bounds)),
            Self::WithoutOrder(kind, why) => (*kind, Err(why)),
        };
        let Some(written) = installed.written else { return Inside::Unknown(Open::NoVersion) };
        let key = match installed.key(kind, written) {
            Ok(key) => key,
            Err(error) => return Inside::Unknown(Open::Version(error)),
        };
        match bounds.map(|bounds| bounds.around(key)) {
            Ok(Ok(Some(span))) => Inside::Yes(written, span),
            Ok(Ok(None)) => Inside::No,
            Ok(Err(why)) => Inside::Unknown(Open::Between(why)),
            Err(why) => Inside::Unknown(Open::Bound(why)),
        }
    }
}

impl Open<'_> {
    fn words(&self) -> String {
        match self {
            Self::Commits => "names commits, which no version can be compared with".to_owned(),
            Self::UnknownKind => "has a range of a kind that is not known here".to_owned(),
            Self::NoVersion => "names versions, and the inventory gives none".to_owned(),
            Self::Version(error) => format!("has a range, and {error}"),
            Self::Bound(why) => why.to_string(),
            Self::Between(why) => why.to_string(),
        }
    }
}

/// A range in words, as far as one sentence carries it.
fn shown(range: &Range) -> String {
    let mut parts: Vec<String> = Vec::new();
    for event in range.events.iter().take(6) {
        parts.push(match event {
            Event::Introduced(at) if &**at == "0" => "all versions".to_owned(),
            Event::Introduced(at) => format!("from {at}"),
            Event::Fixed(at) => format!("before {at}"),
            Event::LastAffected(at) => format!("through {at}"),
            Event::Limit(at) => format!("with the limit {at}"),
            Event::Other(key) => format!("with an unknown event `{key}`"),
        });
    }
    if range.events.len() > 6 {
        parts.push("...".to_owned());
    }
    parts.join(" ")
}

//! OSV's published algorithm, with a third answer: is a version affected?
//!
//! A version is affected if it is listed, or lies in any range: the events in
//! the order of versions, `introduced` switches on, `fixed` and the version
//! after `last_affected` switch off, and a `limit` ends what the range speaks
//! of. Where a version cannot be ordered the answer is *cannot tell*, never
//! no. <https://ossf.github.io/osv-schema/#evaluation>

use std::cell::OnceCell;

use assay_advisory::feed::osv::RangeKind;
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::{Key, Unordered};

use crate::exposure::Touch;
use crate::record::{Entry, Event, Range};

/// Fixes that are named at most.
const FIXES: usize = 8;

/// What one entry of a record says of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ruling {
    pub touch: Touch,
    /// Why, as a clause that follows the record's id.
    pub why: String,
    pub fixed: Vec<String>,
}

/// A version, encoded at most once by each of the two rules.
pub(crate) struct Installed<'a> {
    ecosystem: &'a Ecosystem,
    written: Option<&'a str>,
    semver: OnceCell<Result<Key, Unordered>>,
    native: OnceCell<Result<Key, Unordered>>,
}

impl<'a> Installed<'a> {
    pub fn new(ecosystem: &'a Ecosystem, written: Option<&'a str>) -> Self {
        let written = written.map(str::trim).filter(|written| !written.is_empty());
        Self { ecosystem, written, semver: OnceCell::new(), native: OnceCell::new() }
    }

    /// The rules that order a range's versions; none for commits and kinds that are not known.
    fn rules(&self, kind: RangeKind) -> Option<&Ecosystem> {
        match kind {
            RangeKind::SemVer => Some(&Ecosystem::Cargo),
            RangeKind::Ecosystem => Some(self.ecosystem),
            RangeKind::Git | RangeKind::Other => None,
        }
    }

    fn key(&self, kind: RangeKind, written: &str) -> &Result<Key, Unordered> {
        match kind {
            RangeKind::SemVer => self.semver.get_or_init(|| Key::parse(&Ecosystem::Cargo, written)),
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
            Ecosystem::PyPi | Ecosystem::Debian(_) => {
                let Ok(key) = self.key(RangeKind::Ecosystem, written) else { return false };
                Key::parse(self.ecosystem, listed).is_ok_and(|other| other == *key)
            }
            Ecosystem::Cargo | Ecosystem::Npm | Ecosystem::Go => {
                written.strip_prefix('v').unwrap_or(written) == listed.strip_prefix('v').unwrap_or(listed)
            }
            Ecosystem::Other(_) => false,
        }
    }
}

/// What the entry says of this version.
pub(crate) fn rule(entry: &Entry, installed: &Installed<'_>) -> Ruling {
    let ruling = |touch, why: String, fixed| Ruling { touch, why, fixed };
    if let Some(written) = installed.written
        && entry.versions.iter().any(|listed| installed.is(written, listed))
    {
        return ruling(Touch::Affected, format!("lists {written} as affected"), fixes(entry, installed));
    }
    let mut open = Vec::new();
    let mut outside = Vec::new();
    for range in &entry.ranges {
        match in_range(range, installed) {
            Inside::Yes(why) => return ruling(Touch::Affected, why, fixes(entry, installed)),
            Inside::No => outside.push(range),
            Inside::Unknown(why) => open.push(why),
        }
    }
    // Commits decide nothing where the record also has versions: those are what the commits came out as.
    let has_versions = !entry.versions.is_empty() || !outside.is_empty();
    if let Some(why) = open.into_iter().find(|why| !(has_versions && why == COMMITS)) {
        return ruling(Touch::CannotTell, why, fixes(entry, installed));
    }
    let Some(written) = installed.written else {
        return ruling(Touch::CannotTell, NO_VERSION.to_owned(), fixes(entry, installed));
    };
    if entry.versions.is_empty() && outside.is_empty() {
        return ruling(Touch::CannotTell, "names the package and no version of it".to_owned(), Vec::new());
    }
    // The list of an ecosystem without an order here is compared letter for letter, which proves presence only.
    if outside.is_empty()
        && let Err(error) = installed.key(RangeKind::Ecosystem, written)
        && !matches!(installed.ecosystem, Ecosystem::Other(_))
    {
        return ruling(Touch::CannotTell, format!("lists versions, and {error}"), fixes(entry, installed));
    }
    ruling(Touch::NotAffected, outside_of(written, entry, &outside), Vec::new())
}

const COMMITS: &str = "names commits, which no version can be compared with";
const NO_VERSION: &str = "names versions, and the inventory gives none";

fn outside_of(written: &str, entry: &Entry, outside: &[&Range]) -> String {
    let listed = match entry.versions.len() {
        0 => String::new(),
        1 => "; the one listed version is another".to_owned(),
        many => format!("; it is none of the {many} listed versions"),
    };
    match outside {
        [] => format!("does not list {written}{}", listed.replacen("; it", ", which", 1)),
        [range] => format!("affects {}, and {written} lies outside{listed}", shown(range)),
        [range, rest @ ..] => {
            let more = rest.len();
            format!("affects {} and {more} more ranges, and {written} lies outside of all{listed}", shown(range))
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

enum Inside {
    Yes(String),
    No,
    Unknown(String),
}

/// A bound with its place in the order; `introduced: 0` has none, it is before everything.
struct Bound<'a> {
    key: Option<Key>,
    event: &'a Event,
}

fn in_range(range: &Range, installed: &Installed<'_>) -> Inside {
    let Some(rules) = installed.rules(range.kind) else {
        return Inside::Unknown(match range.kind {
            RangeKind::Git => COMMITS.to_owned(),
            _ => "has a range of a kind that is not known here".to_owned(),
        });
    };
    // Everything is affected, so no version and no order is needed.
    if let [Event::Introduced(at)] = &*range.events
        && &**at == "0"
    {
        return Inside::Yes("affects every version, and names none that is fixed".to_owned());
    }
    let Some(written) = installed.written else { return Inside::Unknown(NO_VERSION.to_owned()) };
    let key = match installed.key(range.kind, written) {
        Ok(key) => key,
        Err(error) => return Inside::Unknown(format!("has a range, and {error}")),
    };
    let mut bounds = match bounds(range, rules, key) {
        Ok(bounds) => bounds,
        Err(why) => return Inside::Unknown(why),
    };
    let at_or_after = |bound: &Bound<'_>| bound.key.as_ref().is_none_or(|bound| key.as_bytes() >= bound.as_bytes());

    // OSV's `BeforeLimits`: without a limit everything is, else what is before any of them.
    let limits = || bounds.iter().filter(|bound| matches!(bound.event, Event::Limit(_)));
    if limits().next().is_some() && !limits().any(|limit| limit.key.is_none() || !at_or_after(limit)) {
        return Inside::No;
    }
    // Stable: events at one version stay in the record's own order.
    bounds.sort_by(|a, b| match (&a.key, &b.key) {
        (None, None) => std::cmp::Ordering::Equal,
        (None, Some(_)) => std::cmp::Ordering::Less,
        (Some(_), None) => std::cmp::Ordering::Greater,
        (Some(a), Some(b)) => a.as_bytes().cmp(b.as_bytes()),
    });
    let mut since: Option<&str> = None;
    let mut end = None;
    for bound in &bounds {
        match bound.event {
            Event::Introduced(at) if at_or_after(bound) => since = Some(at),
            Event::Fixed(_) if at_or_after(bound) => since = None,
            Event::Fixed(at) => {
                end.get_or_insert_with(|| format!(" before {at}, which has the fix"));
            }
            Event::LastAffected(_) if bound.key.as_ref().is_some_and(|bound| key.as_bytes() > bound.as_bytes()) => {
                since = None;
            }
            Event::LastAffected(at) => {
                end.get_or_insert_with(|| format!(" through {at}"));
            }
            _ => {}
        }
    }
    let Some(since) = since else { return Inside::No };
    let start = match since {
        // RustSec writes the lowest version that there is.
        "0" | "0.0.0-0" => String::new(),
        since => format!(" from {since}"),
    };
    Inside::Yes(match end {
        Some(end) => format!("affects versions{start}{end}, and {written} is one"),
        None if start.is_empty() => "affects every version, and names none that is fixed".to_owned(),
        None => format!("affects versions{start} and names none that is fixed, and {written} is one"),
    })
}

/// All bounds of a range, each with its place in the order.
///
/// # Errors
///
/// One of them has none; a clause that says which. One is enough: left out, it could turn any answer around.
fn bounds<'a>(range: &'a Range, rules: &Ecosystem, key: &Key) -> Result<Vec<Bound<'a>>, String> {
    let mut bounds = Vec::with_capacity(range.events.len());
    for event in &range.events {
        let (at, open) = match event {
            Event::Introduced(at) => (at, &**at == "0"),
            Event::Limit(at) => (at, &**at == "*"),
            Event::Fixed(at) | Event::LastAffected(at) => (at, false),
            Event::Other(key) => return Err(format!("has an event `{key}` that is not known here")),
        };
        let bound = if open {
            None
        } else {
            let bound =
                Key::parse(rules, at).map_err(|error| format!("has a bound that cannot be ordered: {error}"))?;
            bound.compare(key).map_err(|error| format!("has the bound {at}, and {error}"))?;
            Some(bound)
        };
        bounds.push(Bound { key: bound, event });
    }
    Ok(bounds)
}

/// The fixes that the entry names, those that are older than the installed version left out. The nearest comes first: it
/// is the smallest step.
fn fixes(entry: &Entry, installed: &Installed<'_>) -> Vec<String> {
    let mut found: Vec<(Option<Key>, &str)> = Vec::new();
    for range in &entry.ranges {
        let Some(rules) = installed.rules(range.kind) else { continue };
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

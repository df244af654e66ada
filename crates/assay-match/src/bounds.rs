//! The bounds of one range, in the order of versions.

use std::fmt;

use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::{Key, Unordered};

use crate::record::Event;

/// The bounds of a range in the order of versions.
pub(crate) struct Bounds<'a> {
    sorted: Vec<Bound<'a>>,
    has_limits: bool,
}

/// A bound with its place in the order; `introduced: 0` has none, it is before everything.
struct Bound<'a> {
    key: Option<Key>,
    event: &'a Event,
}

/// Why a range gives no answer.
pub(crate) enum WithoutOrder<'a> {
    /// An event of a kind that is not known here.
    Event(&'a str),
    /// A bound that is no version.
    Bound(Unordered),
    /// A bound that has no order with this version.
    Between(&'a str, Unordered),
}

/// The part of a range that a version lies in.
pub(crate) struct Span<'a> {
    since: &'a str,
    end: Option<End<'a>>,
}

enum End<'a> {
    Before(&'a str),
    Through(&'a str),
}

impl<'a> Bounds<'a> {
    /// All bounds of a range, each with its place in the order.
    ///
    /// # Errors
    ///
    /// One of them has none. One is enough: left out, it could turn any answer around.
    pub fn of(events: &'a [Event], rules: &Ecosystem) -> Result<Self, WithoutOrder<'a>> {
        let mut sorted = Vec::with_capacity(events.len());
        let mut has_limits = false;
        for event in events {
            let (at, open) = match event {
                Event::Introduced(at) => (at, &**at == "0"),
                Event::Limit(at) => {
                    has_limits = true;
                    (at, &**at == "*")
                }
                Event::Fixed(at) | Event::LastAffected(at) => (at, false),
                Event::Other(key) => return Err(WithoutOrder::Event(key)),
            };
            let key = if open { None } else { Some(Key::parse(rules, at).map_err(WithoutOrder::Bound)?) };
            sorted.push(Bound { key, event });
        }
        // Stable: events at one version stay in the record's own order.
        sorted.sort_by(|a, b| a.key.as_ref().map(Key::as_bytes).cmp(&b.key.as_ref().map(Key::as_bytes)));
        Ok(Self { sorted, has_limits })
    }

    /// The part of the range that a version lies in; none if it lies outside.
    ///
    /// # Errors
    ///
    /// A bound has no order with it.
    pub fn around<'b>(&'b self, key: &Key) -> Result<Option<Span<'b>>, WithoutOrder<'b>> {
        for bound in &self.sorted {
            if let Some(at) = &bound.key {
                at.compare(key).map_err(|error| WithoutOrder::Between(written(bound.event), error))?;
            }
        }
        let at_or_after = |bound: &Bound<'_>| bound.key.as_ref().is_none_or(|at| key.as_bytes() >= at.as_bytes());
        // OSV's `BeforeLimits`: without a limit everything is, else what is before any of them.
        let limits = || self.sorted.iter().filter(|bound| matches!(bound.event, Event::Limit(_)));
        if self.has_limits && !limits().any(|limit| limit.key.is_none() || !at_or_after(limit)) {
            return Ok(None);
        }
        let (mut since, mut end) = (None, None);
        for bound in &self.sorted {
            match bound.event {
                Event::Introduced(at) if at_or_after(bound) => since = Some(&**at),
                Event::Fixed(_) if at_or_after(bound) => since = None,
                Event::Fixed(at) => {
                    end.get_or_insert(End::Before(at));
                }
                Event::LastAffected(_) if bound.key.as_ref().is_some_and(|at| key.as_bytes() > at.as_bytes()) => {
                    since = None;
                }
                Event::LastAffected(at) => {
                    end.get_or_insert(End::Through(at));
                }
                _ => {}
            }
        }
        Ok(since.map(|since| Span { since, end }))
    }
}

fn written(event: &Event) -> &str {
    match event {
        Event::Introduced(at) | Event::Fixed(at) | Event::LastAffected(at) | Event::Limit(at) | Event::Other(at) => at,
    }
}

impl Span<'_> {
    /// Why a version is affected, as a clause.
    pub fn words(&self, version: &str) -> String {
        let start = match self.since {
            // RustSec writes the lowest version that there is.
            "0" | "0.0.0-0" => String::new(),
            since => format!(" from {since}"),
        };
        let end = match &self.end {
            Some(End::Before(at)) => format!(" before {at}, which has the fix"),
            Some(End::Through(at)) => format!(" through {at}"),
            None if start.is_empty() => return "affects every version, and names none that is fixed".to_owned(),
            None => return format!("affects versions{start} and names none that is fixed, and {version} is one"),
        };
        format!("affects versions{start}{end}, and {version} is one")
    }
}

impl fmt::Display for WithoutOrder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(key) => write!(f, "has an event `{key}` that is not known here"),
            Self::Bound(error) => write!(f, "has a bound that cannot be ordered: {error}"),
            Self::Between(at, error) => write!(f, "has the bound {at}, and {error}"),
        }
    }
}

//! How old the records are that a scan rests on.

use assay_base::Instant;
use assay_match::index::{Feed, Source};

/// Records older than this are called stale. Exploits follow a disclosure within days.
const STALE_DAYS: u64 = 14;

/// How fresh a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Its newest record is so many days old.
    Days(u64),
    /// No record says when it was written.
    Unknown,
    /// A record says that it was written after today, so the feed's age cannot be told from it.
    Ahead,
}

impl Freshness {
    /// Of this source, at this instant.
    pub fn of(source: &Source, now: Instant) -> Self {
        let Some(newest) = source.newest.as_deref().and_then(written) else { return Self::Unknown };
        // Clocks differ by hours and never by days.
        if newest.since(now).as_secs() > 86_400 {
            return Self::Ahead;
        }
        Self::Days(now.since(newest).as_secs() / 86_400)
    }

    /// Whether newer records are likely. What says nothing of its age is never taken for new.
    pub fn is_stale(self) -> bool {
        match self {
            Self::Days(days) => days > STALE_DAYS,
            Self::Unknown | Self::Ahead => true,
        }
    }

    /// `today`, `1 day old`, `92 days old`, `of unknown age`.
    pub fn words(self) -> String {
        match self {
            Self::Days(0) => "today".to_owned(),
            Self::Days(1) => "1 day old".to_owned(),
            Self::Days(days) => format!("{days} days old"),
            Self::Unknown => "of unknown age".to_owned(),
            Self::Ahead => "dated after today".to_owned(),
        }
    }
}

/// An instant, or a day, which is its beginning.
fn written(text: &str) -> Option<Instant> {
    text.parse().ok().or_else(|| format!("{}T00:00:00Z", text.get(..10)?).parse().ok())
}

/// What people call a feed.
pub fn feed(feed: Feed) -> &'static str {
    match feed {
        Feed::Osv => "OSV",
        Feed::Kev => "KEV",
        Feed::Ssvc => "SSVC",
        Feed::Cve => "CVE",
        Feed::Epss => "EPSS",
        Feed::Csaf => "CSAF",
        Feed::EndOfLife => "end of life",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use assay_match::index::Index;

    use super::*;

    #[test]
    fn an_age_is_told_only_from_a_date_that_can_be_one() {
        let now: Instant = "2026-11-21T12:00:00Z".parse().unwrap();
        let mut index = Index::new();
        index.source("a feed", Feed::Osv);
        let mut source = index.sources()[0].clone();
        let mut of = |newest: Option<&str>| {
            source.newest = newest.map(str::to_owned);
            Freshness::of(&source, now)
        };
        assert_eq!(of(None), Freshness::Unknown);
        assert_eq!(of(Some("soon")), Freshness::Unknown);
        assert_eq!(of(Some("2026-11-20")), Freshness::Days(1));
        assert_eq!(of(Some("2026-11-21T20:00:00Z")), Freshness::Days(0));
        assert_eq!(of(Some("2027-07-09T00:00:00Z")), Freshness::Ahead);
        assert!(of(Some("2027-07-09T00:00:00Z")).is_stale());
    }
}

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
}

impl Freshness {
    /// Of this source, at this instant.
    pub fn of(source: &Source, now: Instant) -> Self {
        let newest = source.newest.as_deref().and_then(|newest| newest.parse::<Instant>().ok());
        newest.map_or(Self::Unknown, |newest| Self::Days(now.since(newest).as_secs() / 86_400))
    }

    /// Whether newer records are likely. What says nothing of its age is never taken for new.
    pub fn is_stale(self) -> bool {
        match self {
            Self::Days(days) => days > STALE_DAYS,
            Self::Unknown => true,
        }
    }

    /// `today`, `1 day old`, `92 days old`, `of unknown age`.
    pub fn words(self) -> String {
        match self {
            Self::Days(0) => "today".to_owned(),
            Self::Days(1) => "1 day old".to_owned(),
            Self::Days(days) => format!("{days} days old"),
            Self::Unknown => "of unknown age".to_owned(),
        }
    }
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

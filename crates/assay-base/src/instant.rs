//! Instants: UTC, in whole microseconds.
//!
//! Every instant that is stored or compared is one of these. Written form is
//! RFC 3339 with `Z` and six digits, so that text sorts as time does.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
///
/// An embargo ends *at* an instant: what holds "until `t`" holds while
/// `now < t`, and no longer at `now == t`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// A text is no instant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no instant; write it as 2026-12-07T17:00:00Z")]
pub struct BadInstant(String);

/// 9999-12-30T22:00:00Z: the last instant that every zone can show.
const LAST: i64 = 253_402_207_200_000_000;
/// 0001-01-01T00:00:00Z.
const FIRST: i64 = -62_135_596_800_000_000;

impl Instant {
    /// From microseconds since the epoch, held within the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Self {
        Self(micros.clamp(FIRST, LAST))
    }

    /// Microseconds since the epoch.
    pub fn as_micros(self) -> i64 {
        self.0
    }

    /// The wall clock now. Only the edge of the house asks it: faces and workers.
    pub fn now() -> Self {
        Self::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    /// This much later; stops near the end of the year 9999.
    pub fn plus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// This much earlier; stops at the beginning of the year 1.
    pub fn minus(self, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(micros))
    }

    /// So many days of 24 hours later.
    pub fn plus_days(self, days: u32) -> Self {
        self.plus(Duration::from_secs(u64::from(days) * 86_400))
    }

    /// How long it is from `earlier` to here; zero if it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// For calendars and time zones.
    pub fn to_jiff(self) -> jiff::Timestamp {
        // The clamp of `from_micros` keeps it in jiff's range.
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
    }
}

impl From<jiff::Timestamp> for Instant {
    /// Cuts off what is finer than a microsecond.
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self::from_micros(timestamp.as_microsecond())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.to_jiff())
    }
}

impl FromStr for Instant {
    type Err = BadInstant;

    /// Any RFC 3339 instant with a zone; finer digits than microseconds are cut off.
    fn from_str(text: &str) -> Result<Self, BadInstant> {
        if text.len() > 64 {
            return Err(BadInstant(text.chars().take(64).collect()));
        }
        text.parse::<jiff::Timestamp>().map(Self::from).map_err(|_| BadInstant(text.to_owned()))
    }
}

crate::serde_as_text!(Instant);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn is_written_with_six_digits() {
        let instant: Instant = "2026-12-07T17:00:00Z".parse().unwrap();
        assert_eq!(instant.to_string(), "2026-12-07T17:00:00.000000Z");
        assert_eq!(instant.plus_days(1).since(instant), Duration::from_secs(86_400));
        assert_eq!(instant.since(instant.plus_days(1)), Duration::ZERO);
    }

    #[test]
    fn a_date_without_zone_is_refused() {
        assert!("2026-12-07".parse::<Instant>().is_err());
        assert!("2026-12-07T17:00:00".parse::<Instant>().is_err());
    }

    proptest! {
        #[test]
        fn text_and_back(micros in FIRST..LAST) {
            let instant = Instant::from_micros(micros);
            prop_assert_eq!(instant.to_string().parse::<Instant>().unwrap(), instant);
        }

        #[test]
        fn text_sorts_as_time(a in 0..LAST, b in 0..LAST) {
            let (a, b) = (Instant::from_micros(a), Instant::from_micros(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = text.parse::<Instant>();
        }

        #[test]
        fn sums_stay_in_range(micros in any::<i64>(), more in any::<u64>()) {
            let sum = Instant::from_micros(micros).plus(Duration::from_micros(more));
            prop_assert!(sum.to_string().parse::<Instant>().is_ok());
        }
    }
}

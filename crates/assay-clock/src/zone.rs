//! A time zone by its name in the IANA database, which is built in: the same
//! due date comes out on a machine without one.

use assay_base::Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A text names no time zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no time zone; write one such as America/Chicago or UTC")]
pub struct BadZone(String);

impl Zone {
    /// The zone of that name.
    ///
    /// # Errors
    /// If the database has none.
    pub fn named(name: &str) -> Result<Self, BadZone> {
        let bad = || BadZone(name.chars().take(60).collect());
        if name.len() > 60 {
            return Err(bad());
        }
        // The bundled database alone: what is installed here may differ from what is installed there.
        jiff::tz::TimeZoneDatabase::bundled().get(name).map(Self).map_err(|_| bad())
    }

    /// Coordinated universal time.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The name: `America/Chicago`.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The day that it is here at that instant.
    pub fn day_of(&self, instant: Instant) -> Date {
        self.0.to_datetime(instant.to_jiff()).date()
    }

    /// The instant at which a day begins here. Days without a midnight begin when their first hour does.
    pub fn start_of(&self, day: Date) -> Instant {
        match day.to_zoned(self.0.clone()) {
            Ok(zoned) => zoned.timestamp().into(),
            // Only beyond the years 1 to 9999.
            Err(_) => Instant::from_micros(if day.year() > 0 { i64::MAX } else { i64::MIN }),
        }
    }

    /// The instant at a time of a day here; a time that a change of the clock leaves out is as much later.
    pub(crate) fn at(&self, day: Date, time: jiff::civil::Time) -> Instant {
        match day.to_datetime(time).to_zoned(self.0.clone()) {
            Ok(zoned) => zoned.timestamp().into(),
            Err(_) => self.start_of(day),
        }
    }

    /// The instant at which a day ends here: the beginning of the next.
    pub fn end_of(&self, day: Date) -> Instant {
        match day.tomorrow() {
            Ok(next) => self.start_of(next),
            Err(_) => Instant::from_micros(i64::MAX),
        }
    }

    /// So many days later at the same time of day, over changes of the clock.
    pub fn days_later(&self, instant: Instant, days: u16) -> Instant {
        self.later(instant, jiff::Span::new().days(i64::from(days)))
    }

    /// So much later by the calendar here; the end of the calendar where there is no such time.
    pub(crate) fn later(&self, instant: Instant, span: jiff::Span) -> Instant {
        let zoned = instant.to_jiff().to_zoned(self.0.clone());
        match zoned.checked_add(span) {
            Ok(later) => later.timestamp().into(),
            Err(_) => Instant::from_micros(i64::MAX),
        }
    }

    /// `Mon 7 December 2026, 17:00 CST`; an instant that ends a day is named by that day:
    /// `Mon 7 December 2026, end of day CST`.
    pub fn words(&self, instant: Instant) -> String {
        let zoned = instant.to_jiff().to_zoned(self.0.clone());
        if self.start_of(zoned.date()) == instant
            && let Ok(day) = zoned.date().yesterday()
        {
            return format!("{}, end of day {}", day_words(day), self.abbreviation(instant));
        }
        format!("{}, {} {}", day_words(zoned.date()), zoned.strftime("%H:%M"), self.abbreviation(instant))
    }

    /// The day alone, as [`Self::words`] names it.
    pub fn day_words(&self, instant: Instant) -> String {
        day_words(self.last_day(instant))
    }

    /// The day alone with its month cut short, for a narrow column: `Mon 7 Dec 2026`.
    pub fn short_day_words(&self, instant: Instant) -> String {
        self.last_day(instant).strftime("%a %-d %b %Y").to_string()
    }

    /// The last day of which some part lies before the instant.
    pub fn last_day(&self, instant: Instant) -> Date {
        let day = self.day_of(instant);
        if self.start_of(day) == instant { day.yesterday().unwrap_or(day) } else { day }
    }

    /// `CST`: just before the instant, because that is the time it ends.
    fn abbreviation(&self, instant: Instant) -> String {
        let before = instant.minus(std::time::Duration::from_micros(1));
        before.to_jiff().to_zoned(self.0.clone()).strftime("%Z").to_string()
    }
}

/// `Mon 7 December 2026`.
pub fn day_words(day: Date) -> String {
    day.strftime("%a %-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_instant_is_told_where_its_reader_is() {
        let chicago = Zone::named("America/Chicago").unwrap();
        let at: Instant = "2026-12-07T23:00:00Z".parse().unwrap();
        assert_eq!(chicago.words(at), "Mon 7 December 2026, 17:00 CST");
        let midnight = chicago.end_of("2026-12-07".parse().unwrap());
        assert_eq!(midnight.to_string(), "2026-12-08T06:00:00.000000Z");
        assert_eq!(chicago.words(midnight), "Mon 7 December 2026, end of day CST");
        assert_eq!(chicago.day_words(midnight), "Mon 7 December 2026");
        assert_eq!(chicago.short_day_words(midnight), "Mon 7 Dec 2026");
    }

    #[test]
    fn days_have_23_and_25_hours_when_clocks_change() {
        let chicago = Zone::named("America/Chicago").unwrap();
        let noon: Instant = "2026-10-31T17:00:00Z".parse().unwrap();
        // Central time goes back on 1 November: noon stays noon.
        assert_eq!(chicago.days_later(noon, 1).to_string(), "2026-11-01T18:00:00.000000Z");
        let short = "2026-03-08".parse().unwrap();
        assert_eq!(chicago.end_of(short).since(chicago.start_of(short)).as_secs(), 23 * 3600);
    }

    #[test]
    fn a_day_without_midnight_begins_at_its_first_hour() {
        let santiago = Zone::named("America/Santiago").unwrap();
        let day = "2026-09-06".parse().unwrap();
        assert_eq!(santiago.start_of(day).to_string(), "2026-09-06T04:00:00.000000Z");
        assert_eq!(santiago.end_of("2026-09-05".parse().unwrap()), santiago.start_of(day));
    }

    #[test]
    fn what_names_no_zone_is_refused() {
        for name in ["", "Mars/Olympus", "../../etc/passwd", &"A".repeat(1000), "America/Chicago\0"] {
            assert!(Zone::named(name).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn every_instant_has_words(micros in any::<i64>(), zone in prop::sample::select(vec!["UTC", "America/Chicago", "Pacific/Kiritimati", "Asia/Kathmandu"])) {
            let zone = Zone::named(zone).unwrap();
            let instant = Instant::from_micros(micros);
            prop_assert!(!zone.words(instant).is_empty());
            prop_assert!(zone.start_of(zone.day_of(instant)) <= instant);
        }
    }
}

//! A maintenance window: a time that comes again, in which a thing may be
//! away. Written as people say it: `every Sunday 02:00 for 4 hours`,
//! `second Tuesday 22:00 for 6 hours`, `last Friday 20:00 for 2 hours`,
//! `daily 23:00 for 1 hour`.

use std::fmt;
use std::str::FromStr;

use assay_base::Instant;
use jiff::civil::{Date, Time, Weekday};

use crate::zone::Zone;

/// Longest window, in hours: a week.
const LONGEST: u8 = 168;
/// How many days ahead the next one is looked for: every window comes at least once in two months.
const AHEAD: u16 = 70;

/// A time that comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    days: Days,
    at: Time,
    hours: u8,
}

/// On which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Days {
    Daily,
    Every(Weekday),
    /// The first to the fourth of a month.
    Nth(u8, Weekday),
    Last(Weekday),
}

/// A text is no window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no window; write it as `every Sunday 02:00 for 4 hours`, `second Tuesday 22:00 for 6 hours`, \
     `last Friday 20:00 for 2 hours` or `daily 23:00 for 1 hour`"
)]
pub struct BadWindow(String);

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];
const ORDINALS: [&str; 4] = ["first", "second", "third", "fourth"];

impl FromStr for Window {
    type Err = BadWindow;

    fn from_str(text: &str) -> Result<Self, BadWindow> {
        let bad = || BadWindow(text.chars().take(60).filter(|c| !c.is_control()).collect());
        if text.len() > 60 {
            return Err(bad());
        }
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let weekday = |word: &str| WEEKDAYS.iter().find(|(name, _)| *name == word).map(|(_, day)| *day);
        let (days, rest) = match words.as_slice() {
            ["daily", rest @ ..] => (Days::Daily, rest),
            ["every", day, rest @ ..] => (Days::Every(weekday(day).ok_or_else(bad)?), rest),
            ["last", day, rest @ ..] => (Days::Last(weekday(day).ok_or_else(bad)?), rest),
            [nth, day, rest @ ..] => {
                let at = ORDINALS.iter().position(|ordinal| ordinal == nth).ok_or_else(bad)?;
                (Days::Nth(u8::try_from(at + 1).map_err(|_| bad())?, weekday(day).ok_or_else(bad)?), rest)
            }
            _ => return Err(bad()),
        };
        let ([at, "for", hours, "hours"] | [at, "for", hours, "hour"]) = rest else { return Err(bad()) };
        let (hour, minute) = at.split_once(':').ok_or_else(bad)?;
        let digits = |text: &str| text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
        if ![hour, minute, hours].iter().all(|text| digits(text)) || minute.len() != 2 {
            return Err(bad());
        }
        let number = |text: &str| text.parse::<i8>().map_err(|_| bad());
        let at = Time::new(number(hour)?, number(minute)?, 0, 0).map_err(|_| bad())?;
        let hours: u8 = hours.parse().map_err(|_| bad())?;
        if !(1..=LONGEST).contains(&hours) {
            return Err(bad());
        }
        Ok(Self { days, at, hours })
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |day: Weekday| {
            let mut name = WEEKDAYS.iter().find(|(_, known)| *known == day).map_or("", |(name, _)| *name).to_owned();
            if let Some(first) = name.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            name
        };
        match self.days {
            Days::Daily => f.write_str("daily")?,
            Days::Every(day) => write!(f, "every {}", name(day))?,
            Days::Nth(nth, day) => {
                let ordinal = ORDINALS.get(usize::from(nth).saturating_sub(1)).copied().unwrap_or_default();
                write!(f, "{ordinal} {}", name(day))?;
            }
            Days::Last(day) => write!(f, "last {}", name(day))?,
        }
        let hours = if self.hours == 1 { "hour" } else { "hours" };
        write!(f, " {:02}:{:02} for {} {hours}", self.at.hour(), self.at.minute(), self.hours)
    }
}

assay_base::serde_as_text!(Window);

impl Window {
    /// When the next one begins, not before an instant. A time that the change of the clock leaves out is the next
    /// one that there is.
    pub fn next(&self, from: Instant, zone: &Zone) -> Option<Instant> {
        let mut day = zone.day_of(from);
        for _ in 0..AHEAD {
            if self.is_on(day) {
                let begin = zone.at(day, self.at);
                if begin >= from {
                    return Some(begin);
                }
            }
            day = day.tomorrow().ok()?;
        }
        None
    }

    /// When one that begins at an instant is over.
    pub fn end(&self, begin: Instant) -> Instant {
        begin.plus(std::time::Duration::from_secs(u64::from(self.hours) * 3600))
    }

    fn is_on(&self, day: Date) -> bool {
        let nth = |weekday| day.weekday() == weekday;
        match self.days {
            Days::Daily => true,
            Days::Every(weekday) => nth(weekday),
            Days::Nth(n, weekday) => nth(weekday) && (day.day() - 1) / 7 + 1 == i8::try_from(n).unwrap_or(0),
            Days::Last(weekday) => nth(weekday) && day.day() + 7 > day.days_in_month(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn next(window: &str, from: &str) -> String {
        let chicago = Zone::named("America/Chicago").unwrap();
        let window: Window = window.parse().unwrap();
        window.next(from.parse().unwrap(), &chicago).unwrap().to_string()
    }

    #[test]
    fn the_next_one_begins_where_its_readers_are() {
        let now = "2026-11-21T15:04:05Z";
        assert_eq!(next("every Sunday 02:00 for 4 hours", now), "2026-11-22T08:00:00.000000Z");
        assert_eq!(next("second Tuesday 22:00 for 6 hours", now), "2026-12-09T04:00:00.000000Z");
        assert_eq!(next("last Friday 20:00 for 2 hours", now), "2026-11-28T02:00:00.000000Z");
        assert_eq!(next("daily 09:00 for 1 hour", now), "2026-11-22T15:00:00.000000Z");
        // On 8 March 2026 there was no 02:30 in Chicago.
        assert_eq!(next("every Sunday 02:30 for 1 hour", "2026-03-07T12:00:00Z"), "2026-03-08T08:30:00.000000Z");
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for text in [
            "",
            "Sunday",
            "every Sunday",
            "every Sunday 25:00 for 4 hours",
            "every Sunday 2:0 for 4 hours",
            "fifth Sunday 02:00 for 4 hours",
            "every Sunday 02:00 for 0 hours",
            "every Sunday 02:00 for 999 hours",
            "every Sunday 02:00 for 4 days",
            "every Sunday -2:00 for 4 hours",
        ] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(every|second|last|daily)? ?(sunday|Friday)? ?\\PC{0,20}") {
            if let Ok(window) = text.parse::<Window>() {
                prop_assert_eq!(window.to_string().parse::<Window>().unwrap(), window);
            }
        }

        #[test]
        fn there_is_always_a_next_one_and_it_is_not_before(
            n in 0..7_usize, kind in 0..4_usize, hour in 0..24, now in 0_i64..4_000_000_000
        ) {
            let day = WEEKDAYS[n].0;
            let kind = ["every", "second", "last", "fourth"][kind];
            let window: Window = format!("{kind} {day} {hour}:00 for 2 hours").parse().unwrap();
            let from = Instant::from_micros(now * 1_000_000);
            let begin = window.next(from, &Zone::utc()).unwrap();
            prop_assert!(begin >= from && window.end(begin) > begin);
        }
    }
}

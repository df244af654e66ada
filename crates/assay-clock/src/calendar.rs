//! Days: every day of the calendar, or business days of a jurisdiction.
//!
//! The day of the event is not counted: thirty days from 2 June end on 2 July.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};

/// Which days count.
#[derive(Debug, Clone, Copy)]
pub enum Counting<'a> {
    /// All of them.
    Calendar,
    /// Working days of a jurisdiction.
    Business(&'a Jurisdiction),
}

/// Which days are free in a jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jurisdiction {
    name: String,
    weekend: Vec<Weekday>,
    holidays: BTreeSet<Date>,
    us_federal: bool,
}

/// A week has no working day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a week without a working day cannot be counted in")]
pub struct NoWorkingDay;

impl Jurisdiction {
    /// From its free weekdays and the holidays of the years that matter.
    ///
    /// # Errors
    /// If all seven weekdays are free.
    pub fn new(
        name: &str,
        weekend: &[Weekday],
        holidays: impl IntoIterator<Item = Date>,
    ) -> Result<Self, NoWorkingDay> {
        let week = [
            Weekday::Monday,
            Weekday::Tuesday,
            Weekday::Wednesday,
            Weekday::Thursday,
            Weekday::Friday,
            Weekday::Saturday,
            Weekday::Sunday,
        ];
        if week.iter().all(|day| weekend.contains(day)) {
            return Err(NoWorkingDay);
        }
        Ok(Self {
            name: name.to_owned(),
            weekend: weekend.to_vec(),
            holidays: holidays.into_iter().collect(),
            us_federal: false,
        })
    }

    /// The federal holidays of the United States (5 U.S.C. 6103), for any year.
    pub fn us_federal() -> Self {
        Self {
            name: "United States, federal".to_owned(),
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            holidays: BTreeSet::new(),
            us_federal: true,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether people work on that day.
    pub fn works_on(&self, day: Date) -> bool {
        let weekend = self.weekend.contains(&day.weekday());
        let holiday = self.holidays.contains(&day) || (self.us_federal && is_us_federal_holiday(day));
        !weekend && !holiday
    }
}

/// The day on which so many counted days after `from` are over; stops at the end of the calendar.
pub fn add(from: Date, days: u16, counting: Counting<'_>) -> Date {
    match counting {
        Counting::Calendar => from.checked_add(jiff::Span::new().days(i64::from(days))).unwrap_or(Date::MAX),
        Counting::Business(jurisdiction) => {
            let mut day = from;
            let mut left = days;
            while left > 0 {
                let Ok(next) = day.tomorrow() else { return Date::MAX };
                day = next;
                left -= u16::from(jurisdiction.works_on(day));
            }
            day
        }
    }
}

/// How many counted days lie after `from`, up to and with `to`; zero if `to` is not later.
pub fn between(from: Date, to: Date, counting: Counting<'_>) -> u32 {
    let mut count = 0;
    let mut day = from;
    while day < to {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        let counts = match counting {
            Counting::Calendar => true,
            Counting::Business(jurisdiction) => jurisdiction.works_on(day),
        };
        count += u32::from(counts);
    }
    count
}

/// Whether a federal holiday is *observed* on that day: on a Saturday it moves to Friday, on a Sunday to Monday.
fn is_us_federal_holiday(day: Date) -> bool {
    let fixed = |day: Date| {
        matches!((day.month(), day.day()), (1, 1) | (6, 19) | (7, 4) | (11, 11) | (12, 25))
        // Inauguration Day is a holiday only in the capital's area and is left out.
    };
    let floating = || {
        let nth = (day.day() - 1) / 7 + 1;
        let is_last = day.day() + 7 > day.days_in_month();
        match (day.weekday(), day.month()) {
            // King, Washington.
            (Weekday::Monday, 1 | 2) => nth == 3,
            // Memorial Day.
            (Weekday::Monday, 5) => is_last,
            // Labor Day.
            (Weekday::Monday, 9) => nth == 1,
            // Columbus Day.
            (Weekday::Monday, 10) => nth == 2,
            // Thanksgiving.
            (Weekday::Thursday, 11) => nth == 4,
            _ => false,
        }
    };
    let moved = match day.weekday() {
        Weekday::Friday => day.tomorrow().is_ok_and(fixed),
        Weekday::Monday => day.yesterday().is_ok_and(fixed),
        _ => false,
    };
    fixed(day) || moved || floating()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_order_and_the_directive_end_where_their_texts_say() {
        let order = date(2026, 6, 2);
        assert_eq!(add(order, 30, Counting::Calendar), date(2026, 7, 2));
        assert_eq!(add(order, 60, Counting::Calendar), date(2026, 8, 1));
        let directive = date(2026, 6, 10);
        assert_eq!(add(directive, 60, Counting::Calendar), date(2026, 8, 9));
        assert_eq!(add(directive, 180, Counting::Calendar), date(2026, 12, 7));
    }

    #[test]
    fn business_days_leave_out_weekends_and_holidays() {
        let us = Jurisdiction::us_federal();
        // Wednesday before Thanksgiving: Friday, Monday, Tuesday.
        assert_eq!(add(date(2026, 11, 25), 3, Counting::Business(&us)), date(2026, 12, 1));
        // 4 July 2026 is a Saturday: Friday is free.
        assert!(!us.works_on(date(2026, 7, 3)));
        assert!(us.works_on(date(2026, 7, 6)));
        assert_eq!(between(date(2026, 7, 2), date(2026, 7, 6), Counting::Business(&us)), 1);
    }

    #[test]
    fn the_federal_holidays_of_2026() {
        let us = Jurisdiction::us_federal();
        let mut free = Vec::new();
        let mut day = date(2026, 1, 1);
        while day.year() == 2026 {
            if !us.works_on(day) && !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                free.push(day.strftime("%m-%d").to_string());
            }
            day = day.tomorrow().unwrap();
        }
        let known = ["01-01", "01-19", "02-16", "05-25", "06-19", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25"];
        assert_eq!(free, known);
    }

    #[test]
    fn a_holiday_list_of_ones_own() {
        let bank = Jurisdiction::new("Springfield", &[Weekday::Sunday], [date(2026, 6, 3)]).unwrap();
        assert_eq!(bank.name(), "Springfield");
        assert_eq!(add(date(2026, 6, 2), 1, Counting::Business(&bank)), date(2026, 6, 4));
        let all: Vec<Weekday> = Weekday::Monday.cycle_forward().take(7).collect();
        assert_eq!(Jurisdiction::new("nowhere", &all, []).unwrap_err(), NoWorkingDay);
    }

    proptest! {
        #[test]
        fn counting_there_and_back(offset in 0_i64..30_000, days in 0_u16..400) {
            let us = Jurisdiction::us_federal();
            let from = date(1990, 1, 1).checked_add(jiff::Span::new().days(offset)).unwrap();
            for counting in [Counting::Calendar, Counting::Business(&us)] {
                prop_assert_eq!(between(from, add(from, days, counting), counting), u32::from(days));
            }
            prop_assert!(add(from, days, Counting::Business(&us)) >= add(from, days, Counting::Calendar));
        }

        #[test]
        fn the_end_of_the_calendar_is_no_panic(days in any::<u16>()) {
            let us = Jurisdiction::us_federal();
            let near = Date::MAX.yesterday().unwrap();
            prop_assert!(add(near, days, Counting::Calendar) <= Date::MAX);
            prop_assert!(add(near, days, Counting::Business(&us)) <= Date::MAX);
        }
    }
}

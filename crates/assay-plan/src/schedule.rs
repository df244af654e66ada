//! Which update in which month: a month holds so much, and no card waits
//! without end.
//!
//! A month is filled by rank, a card that does not fit making room for a
//! smaller one. One place in five goes to the card that has waited longest,
//! if it has waited a month, whatever its rank. Newer cards never stand before an older one there, so
//! how long a card waits at most follows from how many are older, and no
//! arrival changes it (R34). A card beyond the month keeps its date: the
//! schedule says that it will be late, it does not move the date.

use assay_base::Instant;
use assay_clock::{Window, Zone};
use jiff::civil::Date;
use serde::Serialize;

use crate::effort::Effort;

/// What is assumed of a month where nobody has stated it: what research saw small hospitals do in their windows.
pub const ASSUMED: u16 = 20;
/// The days of a month here: months of the calendar are not equally long, and a plan may begin on any day.
const DAYS: u16 = 30;
/// How long a card waits before it can have a place by age: a month, and of the shortest kind. Among cards that all
/// came at once, age says nothing.
const WAITED: std::time::Duration = std::time::Duration::from_secs(28 * 86_400);
/// Of how many places one goes by age.
const SHARE: u32 = 5;
/// Most months that are planned.
const MONTHS: usize = 120;

/// A plan's months.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Schedule {
    /// How many updates a month holds; one that takes a thing away counts twice.
    pub capacity: u16,
    /// Whether somebody stated that; else it is assumed.
    pub stated: bool,
    /// The months that have something in them, in order.
    pub months: Vec<Month>,
    /// Updates that the first month does not hold.
    pub beyond: usize,
    /// Those of them whose month begins after their shortest term ends.
    pub late: usize,
}

/// One month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Month {
    /// When it begins.
    pub from: Instant,
    /// When it ends.
    pub until: Instant,
    /// `21 November to 20 December 2026`.
    pub words: String,
    /// How much of the capacity is used.
    pub used: u16,
    /// The cards, in order.
    pub cards: Vec<String>,
}

/// Where a card stands in the months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Slot {
    /// Which month, counted from 0.
    pub month: usize,
    /// The month in words.
    pub words: String,
    /// Whether it has its place by age and not by rank.
    pub by_age: bool,
    /// When its maintenance window begins, if it has one and the work needs one.
    pub window: Option<Instant>,
    /// When that window ends.
    pub window_until: Option<Instant>,
    /// In which month it is done at the latest, whatever else arrives, and that in words.
    pub at_the_latest: String,
    /// Whether the month, or the window, begins after the shortest term ends.
    pub late: bool,
}

/// What the schedule asks of one card.
#[derive(Debug, Clone)]
pub(crate) struct Job<'a> {
    pub(crate) id: &'a str,
    pub(crate) effort: Effort,
    pub(crate) first_seen: Instant,
    pub(crate) due: Option<Instant>,
    pub(crate) windows: &'a [Window],
}

/// Fills the months with jobs that come in the order of their rank. None where a job fits in no planned month.
pub(crate) fn schedule(
    jobs: &[Job<'_>],
    capacity: Option<u16>,
    now: Instant,
    zone: &Zone,
) -> (Schedule, Vec<Option<Slot>>) {
    let holds = capacity.unwrap_or(ASSUMED).max(1);
    let mut schedule = Schedule { capacity: holds, stated: capacity.is_some(), ..Schedule::default() };
    let mut slots: Vec<Option<Slot>> = vec![None; jobs.len()];
    let mut oldest: Vec<usize> = (0..jobs.len()).collect();
    oldest.sort_by_key(|at| jobs.get(*at).map(|job| (job.first_seen, job.id)));
    let mut older = vec![0; jobs.len()];
    for (count, at) in oldest.iter().enumerate() {
        if let Some(slot) = older.get_mut(*at) {
            *slot = count;
        }
    }
    let first = number(zone.day_of(now));
    let mut from = now;
    let mut waiting = jobs.len();
    for month in 0..MONTHS {
        if waiting == 0 {
            break;
        }
        let until = zone.days_later(from, DAYS);
        let words = month_words(from, until, zone);
        let mut left = holds;
        let mut taken: Vec<(usize, bool)> = Vec::new();
        let cost = |at: usize| jobs.get(at).map_or(1, |job| job.effort.cost().min(holds));
        let free = |slots: &[Option<Slot>], at: usize| slots.get(at).is_some_and(Option::is_none);
        let mut by_age = reserved(first.saturating_add(month), holds);
        let waited = |at: usize| jobs.get(at).is_some_and(|job| job.first_seen.plus(WAITED) <= from);
        for at in oldest.iter().copied().filter(|at| free(&slots, *at) && waited(*at)) {
            if by_age == 0 {
                break;
            }
            by_age -= 1;
            left = left.saturating_sub(cost(at));
            taken.push((at, true));
        }
        for at in (0..jobs.len()).filter(|at| free(&slots, *at)) {
            if left == 0 {
                break;
            }
            if cost(at) <= left && !taken.iter().any(|(known, _)| *known == at) {
                left -= cost(at);
                taken.push((at, false));
            }
        }
        taken.sort_unstable();
        for (at, by_age) in &taken {
            let Some(job) = jobs.get(*at) else { continue };
            let window = job
                .effort
                .needs_window()
                .then(|| {
                    let next = |window: &Window| window.next(from, zone).map(|begin| (begin, window.end(begin)));
                    job.windows.iter().filter_map(next).min()
                })
                .flatten();
            let begins = window.map_or(from, |(begin, _)| begin);
            let late = job.due.is_some_and(|due| due <= begins) && (month > 0 || window.is_some());
            let latest = promise(job.first_seen, older.get(*at).copied().unwrap_or_default(), (first, now), holds);
            let at_the_latest = month_words(
                zone.days_later(now, DAYS.saturating_mul(latest)),
                zone.days_later(now, DAYS.saturating_mul(latest.saturating_add(1))),
                zone,
            );
            if let Some(slot) = slots.get_mut(*at) {
                *slot = Some(Slot {
                    month,
                    words: words.clone(),
                    by_age: *by_age,
                    window: window.map(|(begin, _)| begin),
                    window_until: window.map(|(_, end)| end),
                    at_the_latest,
                    late,
                });
            }
            if month > 0 {
                schedule.beyond += 1;
                schedule.late += usize::from(late);
            }
        }
        waiting -= taken.len();
        let cards = taken.iter().filter_map(|(at, _)| jobs.get(*at)).map(|job| job.id.to_owned()).collect();
        schedule.months.push(Month { from, until, words, used: holds - left, cards });
        from = until;
    }
    schedule.beyond += waiting;
    if schedule.beyond == 0 {
        // Where everything fits, age has moved nothing.
        slots.iter_mut().flatten().for_each(|slot| slot.by_age = false);
    }
    (schedule, slots)
}

/// How many places of a month go by age. Counted over all months there are, so that a plan made anew each month does
/// not begin at nothing each time: a small capacity has its place by age in some months.
fn reserved(month: usize, capacity: u16) -> u32 {
    let until = |months: u64| months * u64::from(capacity) / u64::from(SHARE);
    let month = u64::try_from(month).unwrap_or(u64::MAX / 65_536 - 1);
    u32::try_from(until(month + 1) - until(month)).unwrap_or(u32::MAX)
}

/// In which month from now a card is done at the latest: when it has waited a month, and then by how many are older.
/// Those older ones have waited a month before it has.
fn promise(first_seen: Instant, older: usize, (first, now): (usize, Instant), capacity: u16) -> u16 {
    let wait = u16::from(first_seen.plus(WAITED) > now);
    wait.saturating_add(latest(older, first.saturating_add(usize::from(wait)), capacity))
}

/// In which month from now a card with so many older ones is done at the latest.
fn latest(older: usize, first: usize, capacity: u16) -> u16 {
    let mut left = older;
    for month in 0..u16::MAX {
        let places = reserved(first.saturating_add(usize::from(month)), capacity) as usize;
        if left < places {
            return month;
        }
        left -= places;
    }
    u16::MAX
}

/// The number of a month, over all years.
fn number(day: Date) -> usize {
    usize::try_from(i64::from(day.year()) * 12 + i64::from(day.month())).unwrap_or_default()
}

fn month_words(from: Instant, until: Instant, zone: &Zone) -> String {
    let (first, last) = (zone.day_of(from), zone.day_of(until).yesterday().unwrap_or_else(|_| zone.day_of(until)));
    let year = if first.year() == last.year() { String::new() } else { format!(" {}", first.year()) };
    format!("{}{year} to {}", first.strftime("%-d %B"), last.strftime("%-d %B %Y"))
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;

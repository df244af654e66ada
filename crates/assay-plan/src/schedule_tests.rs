//! Months hold what they can, and the longest wait is what was promised.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::*;

fn at(day: u16) -> Instant {
    Zone::utc().days_later("2026-01-01T00:00:00Z".parse().unwrap(), day)
}

/// A card of a simulation: id, when it came, effort.
type Waiting = (String, u16, Effort);

fn jobs(cards: &[Waiting]) -> Vec<Job<'_>> {
    cards
        .iter()
        .map(|(id, seen, effort)| Job { id, effort: *effort, first_seen: at(*seen), due: None, windows: &[] })
        .collect()
}

#[test]
fn a_month_holds_its_capacity_and_a_smaller_card_takes_the_room_that_is_left() {
    let cards: Vec<Waiting> = [Effort::Restart, Effort::Downtime, Effort::Downtime, Effort::Ask, Effort::Ask]
        .into_iter()
        .enumerate()
        .map(|(n, effort)| (format!("card-{n}"), 0, effort))
        .collect();
    let (schedule, slots) = schedule(&jobs(&cards), Some(4), at(10), &Zone::utc());
    let months: Vec<usize> = slots.iter().map(|slot| slot.as_ref().unwrap().month).collect();
    assert_eq!(months, [0, 0, 1, 0, 1]);
    assert_eq!((schedule.months[0].used, schedule.beyond, schedule.stated), (4, 2, true));
    assert_eq!(schedule.months[0].words, "11 January to 9 February 2026");
}

#[test]
fn work_that_takes_a_thing_away_waits_for_its_window() {
    let windows = ["every Sunday 02:00 for 4 hours".parse().unwrap()];
    let job = |effort, due| Job { id: "card-1", effort, first_seen: at(0), due, windows: &windows };
    let of = |effort, due| schedule(&[job(effort, due)], None, at(0), &Zone::utc()).1[0].clone().unwrap();
    let slot = of(Effort::Downtime, Some(at(2)));
    assert_eq!((slot.window.unwrap().to_string().as_str(), slot.late), ("2026-01-04T02:00:00.000000Z", true));
    assert!(!of(Effort::Downtime, Some(at(14))).late);
    assert_eq!(of(Effort::Rebuild, Some(at(2))).window, None);
}

#[test]
fn nothing_to_do_has_no_months() {
    let (schedule, slots) = schedule(&[], None, at(0), &Zone::utc());
    assert!(schedule.months.is_empty() && slots.is_empty() && !schedule.stated);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Somebody pours new and more urgent cards in every month. What the first plan promised of each card holds.
    #[test]
    fn no_arrival_makes_a_card_wait_longer_than_promised(
        capacity in 1_u16..12, first in 1_usize..15, arrivals in 0_usize..15, start in 0_u16..400
    ) {
        let zone = Zone::utc();
        let mut waiting: Vec<Waiting> = (0..first)
            .map(|n| (format!("old-{n:03}"), 0, if n % 3 == 0 { Effort::Downtime } else { Effort::Ask }))
            .collect();
        let promised: Vec<(String, u16)> = waiting
            .iter()
            .enumerate()
            .map(|(older, (id, seen, _))| {
                let first = zone.start_of(zone.day_of(at(start)).first_of_month());
                (id.clone(), promise(at(*seen), older, (number(zone.day_of(first)), first), capacity))
            })
            .collect();
        let most = promised.iter().map(|(_, month)| *month).max().unwrap();
        for month in 0..=most {
            // A plan is made on the same day of each month of the calendar.
            let first = zone.day_of(at(start)).first_of_month();
            let now = zone.start_of(first.checked_add(jiff::Span::new().months(i64::from(month))).unwrap());
            let (_, slots) = schedule(&jobs(&waiting), Some(capacity), now, &zone);
            let mut left = Vec::new();
            for (card, slot) in waiting.iter().zip(&slots) {
                if slot.as_ref().is_none_or(|slot| slot.month > 0) {
                    let promise = promised.iter().find(|(id, _)| *id == card.0).map(|(_, month)| *month);
                    prop_assert!(promise.is_none_or(|promise| promise > month), "{} waits in month {}", card.0, month);
                    left.push(card.clone());
                }
            }
            let new = (0..arrivals).map(|n| (format!("new-{month:03}-{n:03}"), start + month + 1, Effort::Downtime));
            waiting = new.chain(left).collect();
        }
    }

    #[test]
    fn each_job_is_planned_once_and_no_month_is_over_full(
        capacity in 1_u16..12, efforts in prop::collection::vec(0..4_usize, 0..60)
    ) {
        let kinds = [Effort::Ask, Effort::Rebuild, Effort::Restart, Effort::Downtime];
        let cards: Vec<Waiting> =
            efforts.iter().enumerate().map(|(n, kind)| (format!("card-{n}"), 0, kinds[*kind])).collect();
        let (schedule, slots) = schedule(&jobs(&cards), Some(capacity), at(0), &Zone::utc());
        prop_assert!(schedule.months.iter().all(|month| month.used <= capacity && !month.cards.is_empty()));
        let planned: usize = schedule.months.iter().map(|month| month.cards.len()).sum();
        prop_assert_eq!(planned, slots.iter().flatten().count());
        prop_assert!(slots.iter().all(Option::is_some));
    }
}

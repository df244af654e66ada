//! A clock that can be stopped and started: days on which the other side is
//! asked, or a court has spoken, do not count.

use std::time::Duration;

use assay_base::Instant;

/// A time during which the clock stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// From when.
    pub from: Instant,
    /// Until when; none while it lasts.
    pub until: Option<Instant>,
}

/// A clock that started once and may have stood still since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopwatch {
    start: Instant,
    /// Sorted and apart from each other.
    pauses: Vec<Pause>,
}

impl Stopwatch {
    /// From its start and its pauses in any order; those that overlap count once, and none counts before the start.
    pub fn new(start: Instant, pauses: &[Pause]) -> Self {
        let mut sorted: Vec<Pause> = pauses
            .iter()
            .map(|pause| Pause { from: pause.from.max(start), until: pause.until })
            .filter(|pause| pause.until.is_none_or(|until| until > pause.from))
            .collect();
        sorted.sort_by_key(|pause| pause.from);
        let mut merged: Vec<Pause> = Vec::new();
        for pause in sorted {
            match merged.last_mut() {
                Some(last) if last.until.is_none_or(|until| until >= pause.from) => {
                    last.until = match (last.until, pause.until) {
                        (Some(a), Some(b)) => Some(a.max(b)),
                        _ => None,
                    };
                }
                _ => merged.push(pause),
            }
        }
        Self { start, pauses: merged }
    }

    /// How much time has counted by `now`.
    pub fn elapsed(&self, now: Instant) -> Duration {
        let paused: Duration =
            self.pauses.iter().map(|pause| pause.until.unwrap_or(now).min(now).since(pause.from.min(now))).sum();
        now.since(self.start).saturating_sub(paused)
    }

    /// When an allowance will be used up; none if the clock stands still before that, without an end in sight.
    pub fn due(&self, allowance: Duration) -> Option<Instant> {
        let mut due = self.start.plus(allowance);
        for pause in &self.pauses {
            // A pause that begins when the allowance is used up changes nothing any more.
            if pause.from >= due {
                break;
            }
            due = due.plus(pause.until?.since(pause.from));
        }
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: u32) -> Instant {
        Instant::from_micros(i64::from(seconds) * 1_000_000)
    }

    #[test]
    fn time_in_pauses_does_not_count() {
        let pauses = [
            Pause { from: at(30), until: Some(at(40)) },
            Pause { from: at(10), until: Some(at(20)) },
            Pause { from: at(15), until: Some(at(25)) },
        ];
        let watch = Stopwatch::new(at(0), &pauses);
        assert_eq!(watch.elapsed(at(12)).as_secs(), 10);
        assert_eq!(watch.elapsed(at(50)).as_secs(), 25);
        assert_eq!(watch.due(Duration::from_secs(12)), Some(at(27)));
        assert_eq!(watch.due(Duration::from_secs(10)), Some(at(10)));
    }

    #[test]
    fn an_open_pause_has_no_due_instant() {
        let watch = Stopwatch::new(at(0), &[Pause { from: at(10), until: None }]);
        assert_eq!(watch.due(Duration::from_secs(11)), None);
        assert_eq!(watch.due(Duration::from_secs(10)), Some(at(10)));
        assert_eq!(watch.elapsed(at(1000)).as_secs(), 10);
    }

    proptest! {
        #[test]
        fn at_the_due_instant_the_allowance_is_used_up(
            allowance in 0_u32..1000,
            pauses in prop::collection::vec((0_u32..1000, 0_u32..300), 0..8),
        ) {
            let pauses: Vec<Pause> =
                pauses.into_iter().map(|(from, long)| Pause { from: at(from), until: Some(at(from + long)) }).collect();
            let watch = Stopwatch::new(at(100), &pauses);
            let allowance = Duration::from_secs(u64::from(allowance));
            prop_assert_eq!(watch.elapsed(watch.due(allowance).unwrap_or(at(0))), allowance);
        }
    }
}

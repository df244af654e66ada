//! How often something fires, and what that allows one to say.

use serde::Serialize;

/// One side of a 95 % interval.
const TAIL: f64 = 0.025;

/// k of n with its exact (Clopper-Pearson) 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// Runs that fired.
    pub fired: u32,
    /// Runs that count.
    pub total: u32,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

impl Rate {
    /// The rate of `fired` among `total` runs; `fired` is cut to `total`.
    ///
    /// Of no run at all nothing is known: the interval is 0 to 1.
    #[must_use]
    pub fn of(fired: u32, total: u32) -> Self {
        let fired = fired.min(total);
        let (low, high) = interval(fired, total);
        Self { fired, total, low, high }
    }

    /// Fired runs as a share of all; 0 of no run.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.total == 0 { 0.0 } else { f64::from(self.fired) / f64::from(self.total) }
    }
}

/// How many silent control runs it takes before chance explains them in fewer
/// than one case of a hundred, for a flaw that fires with probability `p`:
/// m = ln 0.01 / ln(1 - p). `None` for a flaw that never fires.
#[must_use]
pub fn silent_runs_needed(p: f64) -> Option<u32> {
    if p.is_nan() || p <= 0.0 {
        return None;
    }
    if p >= 1.0 {
        return Some(1);
    }
    let runs = (0.01_f64.ln() / (-p).ln_1p()).ceil();
    // Saturates: a rate below one in a billion asks for more runs than anyone makes.
    Some((runs as u32).max(1))
}

fn interval(fired: u32, total: u32) -> (f64, f64) {
    if total == 0 {
        return (0.0, 1.0);
    }
    let choose = log_choose(total);
    let low = if fired == 0 {
        0.0
    } else {
        // P(X >= fired | p) grows with p.
        root(|p| upper_tail(&choose, fired, p) - TAIL)
    };
    let high = if fired == total {
        1.0
    } else {
        // P(X <= fired | p) = 1 - P(X >= fired + 1 | p), so it falls with p.
        root(|p| upper_tail(&choose, fired + 1, p) - (1.0 - TAIL))
    };
    (low, high)
}

/// The zero of a function that grows on [0, 1].
fn root(f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if f(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// ln C(n, i) for i = 0..=n.
fn log_choose(n: u32) -> Vec<f64> {
    let mut all = Vec::with_capacity(n as usize + 1);
    let mut log = 0.0;
    all.push(log);
    for i in 0..n {
        log += (f64::from(n - i) / f64::from(i + 1)).ln();
        all.push(log);
    }
    all
}

/// P(X >= from) for X binomial with n = `choose.len() - 1`.
fn upper_tail(choose: &[f64], from: u32, p: f64) -> f64 {
    let n = choose.len().saturating_sub(1) as f64;
    let (yes, no) = (p.ln(), (-p).ln_1p());
    choose
        .iter()
        .enumerate()
        .skip(from as usize)
        .map(|(i, log)| (log + i as f64 * yes + (n - i as f64) * no).exp())
        .sum::<f64>()
        .min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-4
    }

    #[test]
    fn intervals_as_in_published_tables() {
        for (fired, total, low, high) in [
            (0, 10, 0.0, 0.3085),
            (5, 10, 0.1871, 0.8129),
            (3, 3, 0.2924, 1.0),
            (10, 20, 0.2720, 0.7280),
            (1, 100, 0.00025, 0.05446),
        ] {
            let rate = Rate::of(fired, total);
            assert!(close(rate.low, low), "{rate:?}");
            assert!(close(rate.high, high), "{rate:?}");
        }
    }

    #[test]
    fn no_run_says_nothing() {
        let rate = Rate::of(0, 0);
        assert_eq!((rate.low, rate.high), (0.0, 1.0));
    }

    #[test]
    fn silent_runs_as_in_the_table_of_the_design() {
        assert_eq!(silent_runs_needed(0.5), Some(7));
        assert_eq!(silent_runs_needed(0.2), Some(21));
        assert_eq!(silent_runs_needed(0.05), Some(90));
        assert_eq!(silent_runs_needed(1.0), Some(1));
        assert_eq!(silent_runs_needed(0.0), None);
        assert_eq!(silent_runs_needed(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_rate(total in 1_u32..300, part in 0.0_f64..=1.0) {
            let rate = Rate::of((f64::from(total) * part) as u32, total);
            prop_assert!(rate.low <= rate.share() && rate.share() <= rate.high);
            prop_assert!((0.0..=1.0).contains(&rate.low) && (0.0..=1.0).contains(&rate.high));
        }
    }
}

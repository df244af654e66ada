//! Growth of CPU time with the size of the input.
//!
//! **Proves** that the program's CPU time grows faster than a power of the
//! input's size. Each trigger has a `size`; for each arm the medians over its
//! repetitions are fitted by least squares on a doubly logarithmic scale, and
//! the slope is the exponent: about 1 for linear work, 2 for quadratic. The
//! whole set fires (at `exponent` or above), is silent (at `control` or below),
//! or says nothing (`limit`, between). An arm that needs `ratio` times less CPU
//! time than the vulnerable one at the largest size is silent as well.
//!
//! An arm none of whose sizes costs more than a few times the noise is flat,
//! whatever slope the noise has.
//!
//! CPU time includes the start of the process. It is taken off as the median of
//! the benign runs, of the arm where that is smaller, so that a fixed version
//! with a slow start cannot hide its growth behind it. What is left never counts
//! as less than the noise, a millisecond or a tenth of the start, and at most
//! 0.1 s, so that a slow start is no hiding place either; that flattens the small
//! end, so it can only lower the exponent of a growing set. A trigger that ran
//! into the CPU limit counts with the limit, a lower bound, if its size is in the
//! upper half: there it can only lower the exponent too, so it may make an arm
//! fire and never makes one silent.
//!
//! **Assurance**: that of harness and recipe. **Cheats**: sizes are the
//! claimant's words, so understated sizes steepen the slope; the fixed arm runs
//! with the same sizes, and only its silence makes `benign+fixed`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;
use assay_sandbox::End;

use super::Oracle;
use super::end::{CPU_LIMIT, end_words};
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Judgement, Seen};
use crate::evidence::{Place, Role, Run, Signature};

/// Fewer sizes make no line.
const MIN_SIZES: usize = 3;

/// An arm that never costs more than this many times the noise is flat.
const FLAT: f64 = 3.0;

pub(super) struct Growth {
    /// The declared size of each trigger.
    pub sizes: Vec<Option<u64>>,
    pub exponent: f64,
    pub control: f64,
    pub ratio: f64,
}

/// One size with its CPU time beyond the start, in seconds.
#[derive(Debug, Clone, Copy)]
struct Point {
    size: f64,
    cpu: f64,
    /// At least `cpu`: the limit ended it.
    bound: bool,
}

impl Oracle for Growth {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions { env: runtime::env(plan, Reporting::Stderr), ..RunOptions::default() }
    }

    /// Whether the run can be measured at all; the set is judged by `settle`,
    /// without which nothing ever fires.
    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        let used = seen.finished.usage.cpu.as_secs_f64();
        let end = end_words(&seen.finished.end);
        let measured = Judgement::of(Outcome::Silent, format!("{used:.3} s of CPU time; {end}"));
        if seen.cell.role == Role::Trigger && seen.finished.end == End::CpuLimit {
            return measured;
        }
        seen.cut_short_or_crashed().unwrap_or(measured)
    }

    fn settle(&self, runs: &mut [Run]) {
        let start = [ArmName::Vulnerable, ArmName::Fixed]
            .into_iter()
            .filter_map(|arm| median(measured(runs, arm, Role::Benign).map(|run| run.cpu.as_secs_f64())))
            .min_by(f64::total_cmp)
            .unwrap_or(0.0);
        let vulnerable = self.points(runs, ArmName::Vulnerable, start);
        let fixed = self.points(runs, ArmName::Fixed, start);
        let answers = [
            (ArmName::Vulnerable, self.judge_set(&vulnerable, None, noise(start))),
            (ArmName::Fixed, self.judge_set(&fixed, Some(&vulnerable), noise(start))),
        ];
        for run in runs.iter_mut().filter(|run| is_measured(run) && run.cell.role == Role::Trigger) {
            for (arm, (outcome, saw)) in &answers {
                if run.cell.arm == *arm {
                    run.outcome = *outcome;
                    run.saw = format!("{}; {saw}", run.saw);
                    run.signature = (*outcome == Outcome::Fired).then(|| Signature {
                        kind: "growth".to_owned(),
                        function: None,
                        place: Place::Unknown,
                    });
                }
            }
        }
    }
}

impl Growth {
    /// The points of an arm, or what is missing.
    fn points(&self, runs: &[Run], arm: ArmName, start: f64) -> Result<Vec<Point>, String> {
        let floor = noise(start);
        let mut points = Vec::new();
        for (input, size) in self.sizes.iter().enumerate() {
            let Some(size) = size.filter(|size| *size > 0) else {
                return Err(format!("trigger {} has no size", input + 1));
            };
            let of_input = || measured(runs, arm, Role::Trigger).filter(move |run| run.cell.input == input);
            let Some(cpu) = median(of_input().map(|run| run.cpu.as_secs_f64())) else {
                return Err(format!("trigger {} was never measured", input + 1));
            };
            points.push(Point {
                size: size as f64,
                cpu: (cpu - start).max(floor),
                bound: of_input().any(|run| run.end == CPU_LIMIT),
            });
        }
        let sizes: BTreeSet<u64> = self.sizes.iter().flatten().copied().collect();
        if sizes.len() < MIN_SIZES {
            return Err(format!("a set needs triggers of at least {MIN_SIZES} sizes"));
        }
        points.sort_by(|a, b| a.size.total_cmp(&b.size));
        Ok(points)
    }

    /// Outcome and reason of one arm. The fixed arm is given the vulnerable one's points.
    fn judge_set(
        &self,
        points: &Result<Vec<Point>, String>,
        against: Option<&Result<Vec<Point>, String>>,
        noise: f64,
    ) -> (Outcome, String) {
        let points = match points {
            Ok(points) => points,
            Err(missing) => return (Outcome::Limit, format!("the set is not whole: {missing}")),
        };
        let (exponent, mean) = fit(points);
        let (Some(largest), false) = (points.last(), exponent.is_nan()) else {
            return (Outcome::Limit, "the sizes make no line".to_owned());
        };
        let bound = points.iter().any(|point| point.bound);
        let saw = format!("CPU time grows with size to the power of {exponent:.2} ({})", table(points));
        if points.iter().any(|point| point.bound && point.size.ln() < mean) {
            return (Outcome::Limit, format!("{saw}, but the CPU limit cut short a size in the lower half"));
        }
        if !bound && points.iter().all(|point| point.cpu <= FLAT * noise) {
            return (Outcome::Silent, format!("CPU time does not grow beyond noise ({})", table(points)));
        }
        if let Some(Ok(vulnerable)) = against
            && let Some(then) = vulnerable.last()
            && !bound
            && then.cpu >= self.ratio * largest.cpu
        {
            let times = then.cpu / largest.cpu;
            return (
                Outcome::Silent,
                format!("{saw}; at the largest size it needs {times:.0} times less than the vulnerable version"),
            );
        }
        if exponent >= self.exponent {
            (Outcome::Fired, saw)
        } else if bound {
            (Outcome::Limit, format!("{saw}, but the CPU limit cut it short"))
        } else if exponent <= self.control {
            (Outcome::Silent, saw)
        } else {
            (Outcome::Limit, format!("{saw}: between {} and {} says nothing", self.control, self.exponent))
        }
    }
}

/// What CPU times differ by from run to run, of a program that starts in `start` seconds.
fn noise(start: f64) -> f64 {
    (start / 10.0).clamp(0.001, 0.1)
}

fn is_measured(run: &Run) -> bool {
    run.outcome == Outcome::Silent
}

fn measured(runs: &[Run], arm: ArmName, role: Role) -> impl Iterator<Item = &Run> {
    runs.iter().filter(move |run| is_measured(run) && run.cell.arm == arm && run.cell.role == role)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

/// Slope of ln(cpu) over ln(size), and the mean of ln(size).
fn fit(points: &[Point]) -> (f64, f64) {
    let n = points.len() as f64;
    let mean_size = points.iter().map(|point| point.size.ln()).sum::<f64>() / n;
    let mean_cpu = points.iter().map(|point| point.cpu.ln()).sum::<f64>() / n;
    let (mut both, mut own) = (0.0, 0.0);
    for point in points {
        let distance = point.size.ln() - mean_size;
        both += distance * (point.cpu.ln() - mean_cpu);
        own += distance * distance;
    }
    (both / own, mean_size)
}

/// `5000: 0.134 s, 10000: 0.540 s`; the same size twice is shown once, by its slower point.
fn table(points: &[Point]) -> String {
    let mut rows: BTreeMap<u64, Duration> = BTreeMap::new();
    for point in points {
        let cpu = Duration::try_from_secs_f64(point.cpu).unwrap_or(Duration::MAX);
        let row = rows.entry(point.size as u64).or_default();
        *row = cpu.max(*row);
    }
    let rows: Vec<String> =
        rows.iter().take(8).map(|(size, cpu)| format!("{size}: {:.3} s", cpu.as_secs_f64())).collect();
    rows.join(", ")
}

#[cfg(test)]
#[path = "growth_tests.rs"]
mod tests;

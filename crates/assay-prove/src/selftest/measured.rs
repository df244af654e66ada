//! Self-test of `growth`: work that grows with the square of its size must be
//! measured so in this sandbox, and linear work must not.

use std::time::Duration;

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;

use super::act::{Act, CELL, perform};
use crate::evidence::{Cell, Role, Run};
use crate::execute::{Built, Executor};
use crate::foresee::time;
use crate::oracle;

/// Sizes of the fixture's work.
const SIZES: [u64; 3] = [1, 2, 4];
/// CPU time of the largest, in microseconds: well above a slow start, well below a limit.
const LARGEST: u64 = 120_000;

/// Why no growth can be measured under this limit of CPU time, if so.
pub(crate) fn too_short(limit: Duration) -> Option<String> {
    let least = Duration::from_micros(4 * LARGEST);
    (limit < least).then(|| {
        format!(
            "the oracle `growth` needs `harness.limits.cpu` of {} at least, and it is {}: too short to measure a growth in",
            time(least),
            time(limit)
        )
    })
}

pub(super) fn growth(executor: &Executor<'_>, arm: &Built) -> Result<(), String> {
    if let Some(reason) = too_short(executor.limits().cpu) {
        return Err(reason);
    }
    let judges = oracle::for_growth(&SIZES);
    let test = Executor { oracle: &*judges, ..*executor };
    let mut runs = Vec::new();
    let none = run(&test, arm, Cell { role: Role::Benign, ..CELL }, 0)?;
    runs.push(Run { cell: Cell { arm: ArmName::Fixed, ..none.cell }, ..none.clone() });
    runs.push(none);
    for (input, size) in SIZES.into_iter().enumerate() {
        let share = SIZES[2] / size;
        runs.push(run(&test, arm, Cell { input, ..CELL }, LARGEST / (share * share))?);
        runs.push(run(&test, arm, Cell { arm: ArmName::Fixed, input, ..CELL }, LARGEST / share / 2)?);
    }
    judges.settle(&mut runs);
    let wrong = runs.iter().filter(|run| run.cell.role == Role::Trigger).find(|run| {
        let wanted = if run.cell.arm == ArmName::Vulnerable { Outcome::Fired } else { Outcome::Silent };
        run.outcome != wanted
    });
    match wrong {
        None => Ok(()),
        Some(run) => Err(format!("the CPU time of a fixture was not measured as it worked: {}", run.saw)),
    }
}

fn run(test: &Executor<'_>, arm: &Built, cell: Cell, micros: u64) -> Result<Run, String> {
    let single = perform(test, arm, &Act::Work { micros })?;
    let out = arm.outs.values().next().ok_or("nothing was built")?;
    let judgement = test.judge(cell, &single, out, None)?;
    Ok(Run {
        cell,
        repetition: 0,
        outcome: judgement.outcome,
        alive: None,
        signature: judgement.signature,
        compared: None,
        logs: Vec::new(),
        saw: judgement.saw,
        end: String::new(),
        cpu: single.finished.usage.cpu,
        wall: single.finished.usage.wall,
        max_rss: single.finished.usage.max_rss,
    })
}

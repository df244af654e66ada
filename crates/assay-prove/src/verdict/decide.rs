//! The rule: nine words, tried in the order of DESIGN section 4 ("Four arms").
//!
//! Each word but the last has a function that gives the reasons for it; the
//! first word with a reason is the verdict, and `reproduced` is what is left.
//!
//! # How strays are treated
//!
//! A run is *done* when the program showed what it does: it fired, stayed
//! silent, or crashed otherwise. A run that ended by the machinery (a limit, a
//! broken oracle or harness, a sandbox that failed) is a *stray*: the runner
//! tries again under the next number. One stray in a cell is bad luck; two are
//! a repeated non-evidence, and a cell with fewer done runs than wanted is not
//! fully run. Both are `inconclusive`.
//!
//! # Choices that DESIGN leaves open
//!
//! - A crash of another kind on the vulnerable arm's trigger is
//!   `reproduced-different` when the trigger never fired as declared; beside
//!   firing runs it makes the trigger `flaky`.
//! - A crash of another kind on a *control* (a benign input, or the fixed arm)
//!   is neither firing nor silence. It cannot be told whether the same flaw is
//!   seen elsewhere or another one shows, so it is `inconclusive`, and never
//!   once forgiven as a stray: a crash is the target's doing, not the machine's.
//! - A benign input without signs of life on the vulnerable arm makes that arm
//!   say nothing at all, so it is `inconclusive`; on the fixed arm it is
//!   `control-dead`.
//! - A first frame in the harness is `harness-suspect` for a crash of another
//!   kind too: the harness is what broke.
//! - A trigger that is silent in every run is `not-reproduced`, whatever the
//!   other triggers do: all of them must fire.

use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::{Controls, Outcome, Verdict};

use super::case::Case;
use super::ruling::Ruling;
use super::sentence::{self, runs};
use super::tally::{Count, name};
use crate::evidence::{ArmState, Cell, Evidence, Reach, Role, Run};

/// Two strays in one cell are a repeated non-evidence.
const REPEATED: u32 = 2;

/// More reasons than this are counted, not listed: a bundle may have many inputs.
const MAX_REASONS: usize = 24;

type Rule = fn(&Case<'_>) -> Vec<String>;

const LADDER: [(Verdict, Rule); 8] = [
    (Verdict::NotRun, not_run),
    (Verdict::Inconclusive, inconclusive),
    (Verdict::HarnessSuspect, harness_suspect),
    (Verdict::NotReproduced, not_reproduced),
    (Verdict::ReproducedDifferent, reproduced_different),
    (Verdict::Flaky, flaky),
    (Verdict::ControlFailed, control_failed),
    (Verdict::ControlDead, control_dead),
];

/// What all runs say together. Pure and total: the same evidence, in any order
/// of runs, gives the same ruling, and every evidence gives one.
#[must_use]
pub fn decide(manifest: &Manifest, evidence: &Evidence) -> Ruling {
    let case = Case::new(manifest, evidence);
    let found = LADDER.iter().find_map(|(verdict, rule)| {
        let reasons = rule(&case);
        (!reasons.is_empty()).then_some((*verdict, reasons))
    });
    let (verdict, mut reasons) = found.unwrap_or_else(|| (Verdict::Reproduced, remarks(&case)));
    if reasons.len() > MAX_REASONS {
        let more = reasons.len() - MAX_REASONS;
        reasons.truncate(MAX_REASONS);
        reasons.push(format!("and {more} more"));
    }
    let controls = (verdict == Verdict::Reproduced).then_some(if case.has_fixed() {
        Controls::BenignFixed
    } else {
        Controls::Benign
    });
    let rate = match verdict {
        Verdict::NotRun | Verdict::Inconclusive => None,
        _ => case.weakest_rate(),
    };
    let control = if verdict == Verdict::Flaky { case.control_runs() } else { None };
    let sentence = sentence::of(&case, verdict, rate.as_ref(), control.as_ref(), &reasons);
    Ruling { verdict, controls, rate, control, sentence, reasons }
}

fn not_run(case: &Case<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    let unavailable = case.arms().into_iter().filter_map(|(arm, state)| match state {
        ArmState::Unavailable(why) => Some((arm, sentence::plain(why))),
        _ => None,
    });
    let unavailable: Vec<_> = unavailable.collect();
    match unavailable.as_slice() {
        // What keeps both versions from running is told once, and has nothing to do with either.
        [(_, one), (_, other)] if one == other => reasons.push(one.clone()),
        each => reasons.extend(each.iter().map(|(arm, why)| format!("the {arm} version could not be run: {why}"))),
    }
    // Where an arm did not build or its oracle is broken, that is why nothing ran.
    let all_built = case.arms().iter().all(|(_, state)| **state == ArmState::Built);
    let none_ran = case.tally.all().all(|(_, count)| count.done() == 0 && count.stray == count.unavailable);
    if reasons.is_empty() && all_built && none_ran && case.tally.defects.is_empty() {
        let refused = case.tally.all().any(|(_, count)| count.unavailable > 0);
        reasons.push(if refused { "the sandbox could not run anything" } else { "no run was made" }.to_owned());
    }
    reasons
}

fn inconclusive(case: &Case<'_>) -> Vec<String> {
    let mut reasons = case.tally.defects.clone();
    if case.manifest.inputs.trigger.is_empty() || case.manifest.inputs.benign.is_empty() {
        reasons.push("the bundle has no trigger or no benign input, so nothing can be compared".to_owned());
    }
    for (arm, state) in case.arms() {
        match state {
            ArmState::BuildFailed(why) if arm == ArmName::Vulnerable => {
                reasons.push(format!("the vulnerable version did not build: {}", sentence::cause(why)));
            }
            ArmState::OracleBroken(why) => reasons.push(format!(
                "the oracle's self-test did not fire in the {arm} version's build: {}",
                sentence::plain(why)
            )),
            ArmState::BuildFailed(_) if case.tally.all().any(|(cell, count)| cell.arm == arm && count.any()) => {
                reasons.push(format!("the record holds runs of the {arm} version, which did not build"));
            }
            ArmState::Built | ArmState::Unavailable(_) | ArmState::BuildFailed(_) => {}
        }
    }
    // What was never built is judged last, as `control-dead`.
    let judged = |(cell, count): &(Cell, Count)| {
        cell.arm == ArmName::Vulnerable || (case.fixed_not_built().is_none() && !count.never_built())
    };
    let cells: Vec<_> = case.tally.all().map(|(cell, _)| (cell, case.round(cell))).filter(judged).collect();
    // The cause comes before what follows from it: after two strays the runner makes no more runs.
    for (cell, count) in &cells {
        if count.stray >= REPEATED {
            reasons.push(format!(
                "{}: {} ended without evidence{}",
                name(*cell),
                runs(count.stray),
                stray(case, *cell)
            ));
        }
    }
    for (cell, count) in &cells {
        if count.other > 0 && (cell.arm == ArmName::Fixed || cell.role == Role::Benign) {
            reasons.push(format!(
                "{}: {} of {} crashed in another way than declared, which is neither the flaw nor silence{}",
                name(*cell),
                count.other,
                runs(count.done()),
                seen(case.first(*cell, |run| run.outcome == Outcome::OtherCrash))
            ));
        }
        if cell.arm == ArmName::Vulnerable && count.dead > 0 {
            reasons.push(format!("{}, so the harness proves nothing there", lifeless(case, *cell, *count)));
        }
    }
    for (cell, count) in &cells {
        if count.done() < case.wanted {
            reasons.push(format!("{}: {} of {} could be judged", name(*cell), count.done(), runs(case.wanted)));
        }
    }
    reasons
}

/// What the first stray of a cell was.
fn stray(case: &Case<'_>, cell: Cell) -> String {
    let Some(run) = case.first(cell, |run| Count::of(run).stray > 0) else {
        return String::new();
    };
    let word = match run.outcome {
        Outcome::Limit => "limit",
        Outcome::OracleBroken => "oracle broken",
        Outcome::HarnessError => "harness error",
        Outcome::BuildFailed => "build failed",
        Outcome::SandboxUnavailable => "sandbox unavailable",
        Outcome::Fired | Outcome::Silent | Outcome::OtherCrash => "",
    };
    format!(": {word}{}", seen(Some(run)))
}

/// What the oracle saw, to be put behind a reason.
fn seen(run: Option<&Run>) -> String {
    match run.map(|run| sentence::plain(&run.saw)) {
        Some(saw) if !saw.is_empty() => format!(" ({saw})"),
        _ => String::new(),
    }
}

/// That a benign input shows no sign of life, and what it showed instead.
fn lifeless(case: &Case<'_>, cell: Cell, count: Count) -> String {
    let run = case.first(cell, |run| Count::of(run).dead > 0);
    let instead = run.map(|run| run.saw.split_once("no sign of life: ").map_or(&*run.end, |(_, missing)| missing));
    let instead = instead.map(sentence::plain).filter(|text| !text.is_empty());
    let instead = instead.map_or_else(String::new, |text| format!(" ({text})"));
    format!("{}: {} of {} showed no sign of life{instead}", name(cell), count.dead, runs(count.done()))
}

fn harness_suspect(case: &Case<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    for (cell, count) in case.tally.all() {
        if cell.role == Role::Benign && count.fired > 0 {
            reasons.push(format!("{}: fired in {} of {}", name(cell), count.fired, runs(count.done())));
        }
        if cell.role == Role::Trigger && count.in_harness > 0 {
            reasons.push(format!(
                "{}: in {} of {} the first frame that matters lies in the harness",
                name(cell),
                count.in_harness,
                runs(count.done())
            ));
        }
    }
    reasons
}

fn not_reproduced(case: &Case<'_>) -> Vec<String> {
    case.triggers()
        .filter(|(_, count)| count.fired == 0 && count.other == 0)
        .map(|(cell, count)| format!("{}: silent in {}", name(cell), runs(count.silent)))
        .collect()
}

fn reproduced_different(case: &Case<'_>) -> Vec<String> {
    case.triggers()
        .filter(|(_, count)| count.fired == 0 && count.other > 0)
        .map(|(cell, count)| {
            format!(
                "{}: {} of {} crashed in another way than declared, none as declared",
                name(cell),
                count.other,
                runs(count.done())
            )
        })
        .collect()
}

fn flaky(case: &Case<'_>) -> Vec<String> {
    let mut reasons: Vec<String> = case
        .triggers()
        .filter(|(_, count)| count.fired < count.done())
        .map(|(cell, count)| {
            let otherwise =
                if count.other == 0 { String::new() } else { format!(", crashed otherwise in {}", count.other) };
            format!("{}: fired in {} of {}{otherwise}", name(cell), count.fired, runs(count.done()))
        })
        .collect();
    if !reasons.is_empty() {
        reasons.extend(control_failed(case));
    }
    if !reasons.is_empty() {
        reasons.extend(unsettled(case));
    }
    reasons
}

/// What happened in the added runs of a flaky trigger, which takes the verdict no further.
fn unsettled(case: &Case<'_>) -> Vec<String> {
    let mut reasons = Vec::new();
    for (cell, count) in case.tally.all().filter(|(cell, _)| cell.role == Role::Trigger) {
        let round = case.round(cell);
        if count.stray > round.stray {
            reasons.push(format!(
                "{}: {} of those added ended without evidence",
                name(cell),
                runs(count.stray - round.stray)
            ));
        }
        if cell.arm == ArmName::Fixed && count.other > round.other {
            reasons.push(format!(
                "{}: {} of those added crashed in another way than declared, which is neither the flaw nor silence",
                name(cell),
                runs(count.other - round.other)
            ));
        }
    }
    reasons
}

fn control_failed(case: &Case<'_>) -> Vec<String> {
    case.tally
        .cells(ArmName::Fixed, Role::Trigger)
        .filter(|(_, count)| count.fired > 0)
        .map(|(cell, count)| format!("{}: fired in {} of {}", name(cell), count.fired, runs(count.done())))
        .collect()
}

fn control_dead(case: &Case<'_>) -> Vec<String> {
    if !case.has_fixed() {
        return Vec::new();
    }
    let mut reasons = Vec::new();
    if let Some(why) = case.fixed_not_built() {
        reasons.push(format!("the fixed version did not build: {}", sentence::cause(why)));
        return reasons;
    }
    for (cell, count) in case.tally.all().filter(|(cell, _)| cell.arm == ArmName::Fixed) {
        if count.never_built() {
            reasons.push(format!("{}: did not build", name(cell)));
        }
        if count.dead > 0 {
            reasons.push(lifeless(case, cell, count));
        }
    }
    if case.evidence.reach == Reach::NotReached {
        reasons.push("the trigger never reaches the changed code in the fixed version".to_owned());
    }
    reasons
}

/// What a reader of `reproduced` should know beside it.
fn remarks(case: &Case<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if case.has_fixed() && case.evidence.reach == Reach::Unknown {
        remarks.push("whether the fixed version reaches the changed code was not checked".to_owned());
    }
    if !case.has_fixed() {
        remarks.push("there is no fixed version to compare with".to_owned());
    }
    for (cell, count) in case.tally.all().filter(|(_, count)| count.stray > 0) {
        remarks.push(format!("{}: {} ended without evidence and was made again", name(cell), runs(count.stray)));
    }
    remarks
}

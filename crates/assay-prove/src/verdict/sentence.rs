//! The sentence of a verdict, in plain words and always with its run counts
//! (invariant 8: nothing is called verified without saying how often).

use std::collections::BTreeMap;

use assay_bundle::manifest::{ArmName, Oracle};
use assay_bundle::verdict::{Outcome, Verdict};

use super::case::Case;
use super::growth::Growth;
use super::rate::Rate;
use super::ruling::ControlRuns;
use crate::evidence::{Role, Signature};

/// Longest piece of foreign text that a sentence repeats.
const MAX_FOREIGN: usize = 160;

/// Text of a stranger (a symbol, a build's message) as one harmless line.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        // Controls move cursors and forge lines; format characters (direction
        // marks, joiners) reorder what a reader sees.
        let hidden =
            matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
        let c = if c.is_control() || c.is_whitespace() { ' ' } else { c };
        if hidden || (c == ' ' && out.ends_with(' ')) {
            continue;
        }
        if out.chars().count() >= MAX_FOREIGN {
            out.push_str("...");
            break;
        }
        out.push(c);
    }
    out.trim().to_owned()
}

/// The line of a build's log that says why it failed: the first that speaks of an
/// error, or else the last one.
pub(super) fn cause(log: &str) -> String {
    let speaks = |line: &&str| {
        let line = line.to_ascii_lowercase();
        ["error:", "error[", "fatal:", "undefined reference", "no rule to make"].iter().any(|word| line.contains(word))
    };
    let mut lines = log.lines().filter(|line| !line.trim().is_empty());
    plain(lines.clone().find(speaks).or_else(|| lines.next_back()).unwrap_or_default())
}

/// `1 run`, `3 runs`.
pub(super) fn runs(n: u32) -> String {
    if n == 1 { "1 run".to_owned() } else { format!("{n} runs") }
}

/// The sentence of this verdict.
pub(super) fn of(
    case: &Case<'_>,
    verdict: Verdict,
    rate: Option<&Rate>,
    control: Option<&ControlRuns>,
    reasons: &[String],
) -> String {
    let trigger = case.tally.sum(ArmName::Vulnerable, Role::Trigger);
    let fixed = case.tally.sum(ArmName::Fixed, Role::Trigger);
    let because = reasons.first().map_or("no reason is known", String::as_str);
    let on_vulnerable = format!("{} of {} on the vulnerable version", trigger.fired, runs(trigger.done()));
    match verdict {
        Verdict::NotRun => format!("Not run: {because} ({}).", made(case)),
        Verdict::Inconclusive => format!("Inconclusive: {because} ({}).", made(case)),
        Verdict::HarnessSuspect => {
            format!("Harness suspect: {because}, so it may be the harness that breaks ({}).", made(case))
        }
        Verdict::NotReproduced if case.triggers().count() > 1 => {
            format!("Not reproduced: {} fired in {on_vulnerable}; {because}.", flaw(case))
        }
        Verdict::NotReproduced => {
            format!("Not reproduced: {} fired in {on_vulnerable}.", flaw(case))
        }
        Verdict::ReproducedDifferent => format!(
            "Reproduced differently: {} of {} on the vulnerable version crashed, but as {} and not as {}.",
            trigger.other,
            runs(trigger.done()),
            seen(case, Outcome::OtherCrash).unwrap_or_else(|| "something else".to_owned()),
            declared(&case.manifest.oracle)
        ),
        Verdict::Flaky => {
            let interval = rate.map_or_else(String::new, |rate| {
                format!(
                    " (the weakest trigger in {:.0} %, with 95 % confidence between {:.0} % and {:.0} %)",
                    rate.share() * 100.0,
                    rate.low * 100.0,
                    rate.high * 100.0
                )
            });
            let control = control.map_or_else(String::new, silence);
            format!("Flaky: {} fired in {on_vulnerable}{interval}{control}{}.", flaw(case), ended(case.evidence.growth))
        }
        Verdict::ControlFailed => format!(
            "Control failed: {} fired in {on_vulnerable} and still in {} of {} on the fixed one.",
            flaw(case),
            fixed.fired,
            fixed.done()
        ),
        Verdict::ControlDead => format!(
            "Control dead: {} fired in {on_vulnerable} and in {} of {} on the fixed one, whose silence means nothing: {because}.",
            flaw(case),
            fixed.fired,
            fixed.done()
        ),
        Verdict::Reproduced if case.has_fixed() => format!(
            "Reproduced: {} fired in {on_vulnerable} and in {} of {} on the fixed one.",
            flaw(case),
            fixed.fired,
            fixed.done()
        ),
        Verdict::Reproduced => {
            let benign = case.tally.sum(ArmName::Vulnerable, Role::Benign);
            format!(
                "Reproduced: {} fired in {on_vulnerable} and in {} of {} on benign input; there is no fixed version.",
                flaw(case),
                benign.fired,
                benign.done()
            )
        }
    }
}

/// What the fixed version's runs are worth beside a flaw that fires at this rate.
fn silence(control: &ControlRuns) -> String {
    let ControlRuns { needed, silent, total } = *control;
    let stayed = format!("; the fixed version stayed silent in {silent} of {}", runs(total));
    if control.counts() {
        format!("{stayed}, where {needed} rule out chance in 99 of 100 cases")
    } else if silent < total {
        format!("{stayed}, and what it did in the others is no silence")
    } else {
        format!("{stayed}, which may be chance: at this rate it takes {needed} to rule that out")
    }
}

/// What ended the growth of runs before its rules did.
fn ended(growth: Growth) -> String {
    match growth {
        Growth::CpuCeiling(seconds) => {
            format!(
                "; no more runs were made, since those added had used {seconds} s of CPU time, this runner's ceiling"
            )
        }
        Growth::WallCeiling(seconds) => {
            format!("; no more runs were made, since those added had taken {seconds} s, this runner's ceiling")
        }
        Growth::NoEvidence => "; no more runs were made, since two of those added ended without evidence".to_owned(),
        Growth::None | Growth::Enough | Growth::LastStep | Growth::ControlFired => String::new(),
    }
}

fn made(case: &Case<'_>) -> String {
    let judged: u32 = case.tally.all().map(|(_, count)| count.done()).sum();
    let strays: u32 = case.tally.all().map(|(_, count)| count.stray).sum();
    if strays == 0 {
        format!("{} made", runs(judged))
    } else {
        format!("{} judged, {strays} without evidence", runs(judged))
    }
}

/// What fired, or else what was declared.
fn flaw(case: &Case<'_>) -> String {
    match &case.manifest.oracle {
        Oracle::Sanitizer { .. } | Oracle::Leak { .. } | Oracle::Signal { .. } | Oracle::Exception { .. } => {
            seen(case, Outcome::Fired).unwrap_or_else(|| declared(&case.manifest.oracle))
        }
        oracle => declared(oracle),
    }
}

/// The signature that the vulnerable arm's triggers show most often.
fn seen(case: &Case<'_>, outcome: Outcome) -> Option<String> {
    let mut counts: BTreeMap<&Signature, usize> = BTreeMap::new();
    for run in &case.evidence.runs {
        if run.cell.arm == ArmName::Vulnerable
            && run.cell.role == Role::Trigger
            && run.outcome == outcome
            && let Some(signature) = &run.signature
        {
            *counts.entry(signature).or_default() += 1;
        }
    }
    let (signature, _) = counts.into_iter().max_by(|a, b| a.1.cmp(&b.1).then(b.0.cmp(a.0)))?;
    let kind = plain(&signature.kind);
    Some(match &signature.function {
        Some(function) => format!("{kind} in {}", plain(function)),
        None => kind,
    })
}

/// What the manifest says would fire.
fn declared(oracle: &Oracle) -> String {
    let within =
        |frame: &Option<String>| frame.as_ref().map_or_else(String::new, |frame| format!(" in {}", plain(frame)));
    let any_of = |types: &[String]| plain(&types.join(" or "));
    match oracle {
        Oracle::Sanitizer { types, frame, .. } if types.is_empty() => {
            format!("a sanitizer report{}", within(frame))
        }
        Oracle::Sanitizer { types, frame, .. } | Oracle::Exception { types, frame } => {
            format!("{}{}", any_of(types), within(frame))
        }
        Oracle::Leak { frame } => format!("a memory leak{}", within(frame)),
        Oracle::Signal { signals } => any_of(signals),
        Oracle::Cpu => "use of the whole CPU limit".to_owned(),
        Oracle::Growth { .. } => "superlinear growth of CPU time".to_owned(),
        Oracle::Memory => "excessive memory use".to_owned(),
        Oracle::CanaryWrite { path, .. } => path.as_ref().map_or_else(
            || "a write outside the allowed files".to_owned(),
            |path| format!("a write to {}", plain(path)),
        ),
        Oracle::CanaryRead => "a leaked secret".to_owned(),
        Oracle::Output { .. } => "the declared output".to_owned(),
        Oracle::Differential(_) => "a difference between outputs".to_owned(),
        Oracle::BuildRefusal => "the trigger program".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_becomes_one_harmless_line() {
        assert_eq!(plain("a\u{1b}[31m\nb\t\tc\u{202e}d"), "a [31m b cd");
        assert!(plain(&"x".repeat(10_000)).len() < 200);
    }
}

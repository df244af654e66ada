//! The stable words and the way numbers are written.

use std::time::Duration;

use anstyle::AnsiColor;
use assay_bundle::verdict::{Assurance, Controls, Outcome, Tier, Verdict};
use assay_prove::evidence::Role;

use super::paint;

/// `benign`, `benign+fixed`.
pub fn controls(controls: Controls) -> &'static str {
    match controls {
        Controls::Benign => "benign",
        Controls::BenignFixed => "benign+fixed",
    }
}

/// `claimant`, `project`, `two-oracles`.
pub fn assurance(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Claimant => "claimant",
        Assurance::Project => "project",
        Assurance::TwoOracles => "two-oracles",
    }
}

/// `P`, `F`, `M`, or `none` where nothing could be run.
pub fn tier(tier: Option<Tier>) -> &'static str {
    match tier {
        Some(Tier::P) => "P",
        Some(Tier::F) => "F",
        Some(Tier::M) => "M",
        None => "none",
    }
}

/// `trigger`, `benign`.
pub fn role(role: Role) -> &'static str {
    match role {
        Role::Trigger => "trigger",
        Role::Benign => "benign",
    }
}

/// `fired`, `silent`, ...
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fired => "fired",
        Outcome::Silent => "silent",
        Outcome::OtherCrash => "other-crash",
        Outcome::Limit => "limit",
        Outcome::OracleBroken => "oracle-broken",
        Outcome::HarnessError => "harness-error",
        Outcome::BuildFailed => "build-failed",
        Outcome::SandboxUnavailable => "sandbox-unavailable",
    }
}

/// The colour of a verdict: red for a flaw that is shown, green for none, yellow for all that asks for a look.
pub fn color(verdict: Verdict) -> AnsiColor {
    match verdict {
        Verdict::Reproduced => AnsiColor::Red,
        Verdict::NotReproduced => AnsiColor::Green,
        _ => AnsiColor::Yellow,
    }
}

/// A verdict's word in its colour.
pub fn verdict(verdict: Verdict) -> String {
    paint(color(verdict), verdict.as_str())
}

/// `0 ms`, `950 ms`, `1.6 s`, `75 s`.
pub fn duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    if millis < 1_000 {
        format!("{millis} ms")
    } else if millis < 10_000 {
        format!("{:.1} s", duration.as_secs_f64())
    } else {
        format!("{:.0} s", duration.as_secs_f64())
    }
}

/// `1 run`, `12 runs`.
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

//! What `bundle check` found, for people: six lights, every problem, and for a
//! partial report the exact list of what is missing.

use std::fmt::Write as _;
use std::path::Path;

use anstyle::AnsiColor;
use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{Light, MissingItem, Problem};
use assay_prove::load::LoadError;

use super::check_next;
use super::fold::paragraph;
use super::grid::pad;
use super::next::quoted;
use super::{bold, dim, paint, plain, words};
use crate::intake::{Intake, Refusal};

/// The whole answer of `bundle check`.
pub fn render(path: &Path, intake: &Intake, ids: Option<(Sha256, Sha256)>) -> String {
    let mut out = format!("{}\n", headline(path, intake));
    out.push('\n');
    lights(&mut out, &intake.reading.readiness.lights, &quoted(path));
    out.push_str(&details(intake, true));
    if let Some((bundle, claim)) = ids {
        let _ = write!(out, "\n  bundle  {bundle}\n  claim   {claim}\n");
    }
    out.push('\n');
    out.push_str(&paragraph(&format!("{}  ", bold("Next")), &next(path, intake)));
    out
}

/// Why a bundle is not run, for commands that would run it.
pub fn refusal(path: &Path, refusal: &Refusal) -> String {
    match refusal {
        Refusal::Unreadable(error) => unreadable(path, error),
        Refusal::Unready(intake) => {
            let mut out = format!("{}\n", headline(path, intake));
            out.push_str(&details(intake, false));
            out.push('\n');
            out.push_str(&paragraph(&format!("{}  ", bold("Next")), &next(path, intake)));
            out
        }
    }
}

/// A bundle that could not even be read.
pub fn unreadable(path: &Path, error: &LoadError) -> String {
    format!(
        "{}: {}\n  {}: {}\n",
        quoted(path),
        paint(AnsiColor::Red, "not a bundle that can be read"),
        error.code,
        plain::line(&error.message, 1000)
    )
}

fn headline(path: &Path, intake: &Intake) -> String {
    let path = quoted(path);
    let problems = intake.reading.problems.len();
    if let Some(verdict) = intake.short.first().filter(|_| intake.falls_short()).map(|short| short.verdict) {
        let would = format!("complete, but a proof would end as {}", words::verdict(verdict));
        format!("{path}: {}", paint(AnsiColor::Yellow, &would))
    } else if intake.is_ready() {
        format!("{path}: {}", paint(AnsiColor::Green, "ready to be proved"))
    } else if intake.is_partial() {
        let missing = words::count(intake.missing().len(), "key");
        format!("{path}: {}, {missing} missing", paint(AnsiColor::Yellow, "a partial report"))
    } else {
        format!("{path}: {} to solve", paint(AnsiColor::Red, &words::count(problems, "problem")))
    }
}

fn lights(out: &mut String, lights: &[Light], path: &str) {
    for light in lights {
        // Word, shape and colour: none of them speaks alone.
        let mark = if light.on { paint(AnsiColor::Green, "[on] ") } else { paint(AnsiColor::Yellow, "[off]") };
        let name = pad(light.name.as_str(), 11);
        out.push_str(&paragraph(&format!("  {mark} {name}  "), &plain::line(&light.says, 1000)));
        if let Some(step) = check_next::step(light, path) {
            out.push_str(&paragraph(&format!("{:21}", ""), &step));
        }
    }
}

/// Problems and missing keys; with `whole` also those that only a light waits for.
fn details(intake: &Intake, whole: bool) -> String {
    let mut out = String::new();
    if !intake.reading.problems.is_empty() {
        let _ = writeln!(out, "\n{}", bold("Problems"));
        for one in &intake.reading.problems {
            problem(&mut out, one);
        }
    }
    if whole && !intake.short.is_empty() {
        let _ = writeln!(out, "\n{}", bold("Falls short of a verdict"));
        for one in &intake.short {
            let key = bold(&plain::line(&one.key, 200));
            let _ = writeln!(out, "  {key}: as it is, the verdict would be {}", words::verdict(one.verdict));
            out.push_str(&paragraph("      ", &plain::line(&one.says, 1000)));
        }
    }
    let (required, optional): (Vec<_>, Vec<_>) = intake.reading.missing.iter().partition(|item| item.required);
    for (title, items) in [("Missing", required), ("Would light the rest", optional)] {
        let wanted = whole || items.iter().any(|item| item.required);
        if wanted && !items.is_empty() {
            let _ = writeln!(out, "\n{}", bold(title));
            for item in items {
                missing(&mut out, item);
            }
        }
    }
    out
}

fn problem(out: &mut String, problem: &Problem) {
    let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
    let place =
        if problem.place.is_empty() { String::new() } else { format!(" at {}", plain::line(&problem.place, 200)) };
    let head = format!("  proof.toml{line}: {}{place}: ", paint(AnsiColor::Red, problem.code));
    let _ = writeln!(out, "{head}{}", plain::line(&problem.message, plain::LINE));
    if let Some(help) = &problem.help {
        let help = plain::block(help).replace('\n', "\n          ");
        let _ = writeln!(out, "    {} {help}", dim("help:"));
    }
}

fn missing(out: &mut String, item: &MissingItem) {
    let _ = writeln!(out, "  {}: it {}", bold(&plain::line(&item.key, 200)), plain::line(&item.why, plain::LINE));
    for line in plain::block(&item.example).lines() {
        let _ = writeln!(out, "      {}", dim(line));
    }
}

fn next(path: &Path, intake: &Intake) -> String {
    let path = quoted(path);
    if intake.falls_short() {
        format!("Mend what it falls short of, then run `assay bundle check {path}` again.")
    } else if intake.is_ready() {
        format!("Prove it: `assay prove {path}`.")
    } else if intake.is_partial() {
        format!("Nothing is wrong with the report; add what is missing, then run `assay bundle check {path}` again.")
    } else {
        format!("Solve the problems, then run `assay bundle check {path}` again.")
    }
}

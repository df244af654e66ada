//! A sanitizer's report.
//!
//! **Proves** that memory was misused (or another checked rule broken) in the
//! target: the runtime inside the process saw it, wrote a report into a folder
//! that the program can neither list nor read, and ended the process, which the
//! kernel confirms.
//!
//! **Assurance**: that of harness and recipe. **Cheats**: printing a report
//! does nothing, output is never parsed; planting a log file without the
//! process's own SIGABRT is `oracle-broken`; so are two reports, or the report
//! of another process. A process that *is* taken over, or a claimant's harness,
//! can write a log and abort; `#line` directives can move frames. Neither can be
//! told apart from inside one process, so a claimant's harness never gives more
//! than `claimant`.
//!
//! A harness that starts the target as a child must end as the child did: the
//! report has to be of the process whose end the runner saw. And silence is that
//! of every process of the run: one that a signal ended, or that was still there
//! when the first ended, leaves it unsaid.

use assay_bundle::manifest::{Access, Stack};
use assay_bundle::verdict::Outcome;
use assay_sandbox::End;
use assay_triage::name;
use assay_triage::sanitizer;

use super::end::{SIGABRT, end_words};
use super::line::shown;
use super::place::first_placed;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, MEMORY_EXHAUSTED, Reporting, contains};
use super::seen::{Frame, Judgement, LogFile, Report, Seen};
use super::{Oracle, end::signal_name};
use crate::evidence::{Place, Signature};

pub(super) struct Sanitizer {
    pub types: Vec<String>,
    pub access: Option<Access>,
    pub stack: Stack,
    pub frame: Option<String>,
}

impl Oracle for Sanitizer {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions {
            env: runtime::env(plan, Reporting::Log(&self.types)),
            log_folder: true,
            family: true,
            ..RunOptions::default()
        }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        if let Some(judgement) = seen.cut_short() {
            return judgement;
        }
        if let Some(what) = runtime::gave_up(unreported(seen)) {
            return Judgement::of(Outcome::OracleBroken, what);
        }
        let reports: Vec<(&LogFile, &Report)> =
            seen.logs.iter().filter_map(|log| Some((log, log.report.as_ref()?))).collect();
        match reports.as_slice() {
            [] => without_report(seen),
            [(log, report)] => self.with_report(seen, log, report),
            many => Judgement::of(
                Outcome::OracleBroken,
                format!("{} reports were written and at most one can be genuine", many.len()),
            ),
        }
    }
}

impl Sanitizer {
    fn with_report(&self, seen: &Seen<'_>, log: &LogFile, report: &Report) -> Judgement {
        if !log.is_of(seen.finished.pid, report) {
            return Judgement::of(Outcome::OracleBroken, "the report is not of the process whose end the runner saw");
        }
        match seen.finished.end {
            End::Signaled(SIGABRT) => {}
            End::Signaled(number) => return Judgement::crashed(number),
            ref end => {
                return Judgement::of(
                    Outcome::OracleBroken,
                    format!("a report was written, but no sanitizer ended the process: {}", end_words(end)),
                );
            }
        }
        let placed = first_placed(self.stack_of(report));
        let signature = Signature {
            kind: shown(&report.kind),
            function: placed.and_then(|(frame, _)| frame.function.as_deref().map(shown)),
            place: placed.map_or(Place::Unknown, |(_, place)| place),
        };
        let saw = describe(report, &signature);
        let (outcome, saw) = match self.mismatch(report, &signature) {
            None => (Outcome::Fired, saw),
            Some(mismatch) => (Outcome::OtherCrash, format!("{saw}; {mismatch}")),
        };
        Judgement { outcome, signature: Some(signature), saw }
    }

    fn stack_of<'r>(&self, report: &'r Report) -> &'r [Frame] {
        match self.stack {
            Stack::Access => &report.access_stack,
            Stack::Freed => &report.freed_stack,
            Stack::Allocated => &report.allocated_stack,
        }
    }

    /// What differs from the declaration.
    fn mismatch(&self, report: &Report, signature: &Signature) -> Option<String> {
        if !self.types.is_empty() && !self.types.iter().any(|declared| sanitizer::covers(declared, &report.kind)) {
            return Some(format!("declared was {}", shown(&self.types.join(" or "))));
        }
        if let Some(access) = self.access
            && report.access != Some(access)
        {
            return Some(format!("declared was a {}", access_word(access)));
        }
        match signature.place {
            // The verdict makes `harness-suspect` of it.
            Place::Harness => None,
            Place::Unknown => Some("no frame of that stack lies in the target".to_owned()),
            Place::Target => {
                let frame = self.frame.as_deref()?;
                let matches = signature.function.as_deref().is_some_and(|function| name::matches(frame, function));
                (!matches).then(|| format!("declared was the frame {}", shown(frame)))
            }
        }
    }
}

fn unreported<'s>(seen: &Seen<'s>) -> impl Iterator<Item = &'s LogFile> {
    seen.logs.iter().filter(|log| log.report.is_none())
}

fn without_report(seen: &Seen<'_>) -> Judgement {
    match seen.finished.end {
        End::Signaled(SIGABRT) if unreported(seen).any(|log| contains(&log.content, MEMORY_EXHAUSTED)) => {
            Judgement::of(Outcome::Limit, "the sanitizer's memory limit ended it")
        }
        End::Signaled(number) => Judgement {
            saw: format!("it ended by {} without a sanitizer's report", signal_name(number)),
            ..Judgement::crashed(number)
        },
        // Whoever ends by the status drawn for this run is the runtime itself.
        End::Exited(status) if status == i32::from(seen.exit_code) => {
            Judgement::of(Outcome::OracleBroken, "the sanitizer's runtime ended the process without a report")
        }
        ref end => {
            if let Some(why) = seen.unaccounted() {
                return Judgement::of(Outcome::OracleBroken, why);
            }
            let mut saw = format!("no report; {}", end_words(end));
            let outputs = [&seen.finished.stdout, &seen.finished.stderr];
            if outputs.iter().any(|output| contains(output, b"Sanitizer:")) {
                saw.push_str(
                    "; text that looks like a sanitizer's report was printed and ignored, since anyone can print",
                );
            }
            if unreported(seen).any(|log| !log.content.is_empty()) {
                saw.push_str("; a log file without a report in it was ignored");
            }
            Judgement::of(Outcome::Silent, saw)
        }
    }
}

fn describe(report: &Report, signature: &Signature) -> String {
    let mut saw = signature.kind.clone();
    if let Some(access) = report.access {
        saw.push_str(&format!(" ({})", access_word(access)));
    }
    if let Some(function) = &signature.function {
        saw.push_str(&format!(" in {function}"));
    }
    if signature.place == Place::Harness {
        saw.push_str(", which lies in the harness");
    }
    saw
}

fn access_word(access: Access) -> &'static str {
    match access {
        Access::Read => "read",
        Access::Write => "write",
    }
}

#[cfg(test)]
#[path = "sanitizer_tests.rs"]
mod tests;

//! Memory that nobody can free any more.
//!
//! **Proves** that the program ended and left memory behind which nothing of it
//! points to: LeakSanitizer looked through the process as it ended, wrote a
//! report, and the process ended by the status that was drawn for this run.
//! What must lie in the target is where the memory was *allocated*; who should
//! have freed it no tool can tell.
//!
//! **Silence is shown, not assumed.** The check runs only when a program leaves
//! by `exit` or from `main`. One that leaves by `_exit`, or whose check was
//! switched off, is no more silent than one that never ran: so the runtime is
//! asked to note each thread that it looks at, and without that note of this
//! very process the run is `oracle-broken`. The same is asked of each memory that
//! the run had: that of a child, and that of a program begun in the place of
//! another; the kernel says how many there were. So is a check that gave up (for want
//! of ptrace, or because the program traces itself), which ends with the status
//! of a leak.
//!
//! **Assurance**: that of harness and recipe. **Cheats**: a harness that does
//! not free what the target hands out leaks memory which the target allocated,
//! as its own mistake; only a reader of the harness tells. A fix that keeps a
//! pointer for ever is silent, as nothing is lost: `memory` or `growth` sees
//! that. A report in the log folder without the status, of another process, or
//! beside another one is never believed; a process that writes a report of its
//! own, and ends by the status it finds in its environment, is as good as one
//! that leaks, and is `claimant`.

use std::collections::BTreeSet;

use assay_bundle::verdict::Outcome;
use assay_sandbox::{End, Profile};
use assay_triage::name;

use super::Oracle;
use super::end::end_words;
use super::line::shown;
use super::place::first_placed;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, LEAK_CHECKED, Reporting, contains};
use super::seen::{Frame, Judgement, Leak as Lost, LogFile, Report, Seen};
use crate::evidence::{Place, Signature};

/// The word of a leak report, which names many leaks at once.
const LEAKS: &str = "memory-leak";

pub(super) struct Leak {
    /// The first frame inside the target, where the memory was allocated.
    pub frame: Option<String>,
    /// Whether the toolchain's runtime may try in a copy of the process whether it can trace, before it looks for leaks.
    pub tries: bool,
}

impl Oracle for Leak {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions {
            env: runtime::env(plan, Reporting::Leaks),
            log_folder: true,
            family: true,
            profile: Profile::Lsan,
            ..RunOptions::default()
        }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        if let Some(judgement) = seen.cut_short() {
            return judgement;
        }
        if let Some(what) = runtime::gave_up(seen.logs.iter()) {
            return Judgement::of(Outcome::OracleBroken, what);
        }
        let reports: Vec<(&LogFile, &Report)> =
            seen.logs.iter().filter_map(|log| Some((log, log.report.as_ref()?))).collect();
        match reports.as_slice() {
            [] => without_report(seen, self.tries),
            [(log, report)] => self.with_report(seen, log, report),
            many => Judgement::of(
                Outcome::OracleBroken,
                format!("{} reports were written and at most one can be genuine", many.len()),
            ),
        }
    }
}

impl Leak {
    fn with_report(&self, seen: &Seen<'_>, log: &LogFile, report: &Report) -> Judgement {
        if !log.is_of(seen.finished.pid, report) {
            return Judgement::of(Outcome::OracleBroken, "the report is not of the process whose end the runner saw");
        }
        match seen.finished.end {
            End::Exited(status) if status == i32::from(seen.exit_code) => {}
            End::Signaled(number) => return Judgement::crashed(number),
            ref end => {
                let words = end_words(end);
                return Judgement::of(
                    Outcome::OracleBroken,
                    format!("a report was written, but no leak check ended the process: {words}"),
                );
            }
        }
        if report.kind != LEAKS {
            let (function, place) = first_of(&report.access_stack);
            let signature = Signature { kind: shown(&report.kind), function, place };
            let saw = format!("{}, which ended it before memory could be looked through", signature.kind);
            return Judgement { outcome: Outcome::OtherCrash, signature: Some(signature), saw };
        }
        self.of_leaks(&report.leaks)
    }

    /// The first leak that is the declared one; else the first of the harness; else another.
    fn of_leaks(&self, leaks: &[Lost]) -> Judgement {
        let placed: Vec<(Option<String>, Place)> = leaks.iter().map(|leak| first_of(&leak.allocated)).collect();
        let declared = |(function, place): &&(Option<String>, Place)| {
            *place == Place::Target
                && self
                    .frame
                    .as_deref()
                    .is_none_or(|frame| function.as_deref().is_some_and(|function| name::matches(frame, function)))
        };
        let of = |place: Place| placed.iter().find(|(_, found)| *found == place);
        // The verdict makes `harness-suspect` of one that lies in the harness.
        let fires = placed.iter().find(declared).or_else(|| of(Place::Harness));
        let (function, place) = fires.or_else(|| of(Place::Target)).cloned().unwrap_or((None, Place::Unknown));
        let mut saw = size(leaks);
        if let Some(function) = &function {
            saw.push_str(&format!(", allocated in {}", shown(function)));
        }
        if place == Place::Harness {
            saw.push_str(", which lies in the harness");
        }
        let outcome = if fires.is_some() { Outcome::Fired } else { Outcome::OtherCrash };
        match (&self.frame, place) {
            (_, Place::Unknown) => saw.push_str("; no frame of any of them lies in the target"),
            (Some(frame), Place::Target) if fires.is_none() => {
                saw.push_str(&format!("; declared was the frame {}", shown(frame)));
            }
            _ => {}
        }
        let signature = Signature { kind: LEAKS.to_owned(), function: function.as_deref().map(shown), place };
        Judgement { outcome, signature: Some(signature), saw }
    }
}

fn without_report(seen: &Seen<'_>, tries: bool) -> Judgement {
    let end = end_words(&seen.finished.end);
    match seen.finished.end {
        End::Signaled(number) => Judgement::crashed(number),
        End::Exited(status) if status == i32::from(seen.exit_code) => {
            Judgement::of(Outcome::OracleBroken, "the sanitizer's runtime ended the process without a report")
        }
        _ if was_checked(seen) => match seen.unaccounted().or_else(|| unchecked(seen, tries)) {
            Some(why) => Judgement::of(Outcome::OracleBroken, why),
            None => Judgement::of(Outcome::Silent, format!("memory was looked through and nothing was lost; {end}")),
        },
        _ => Judgement::of(
            Outcome::OracleBroken,
            format!("it ended without a leak check, as `_exit` does, so its silence says nothing; {end}"),
        ),
    }
}

/// Whether the runtime noted in this process's own log that it went through its memory.
fn was_checked(seen: &Seen<'_>) -> bool {
    let pid = seen.finished.pid;
    seen.logs.iter().filter(|log| log.pid() == Some(pid)).any(|log| contains(&log.content, LEAK_CHECKED))
}

/// Why memory may have been lost that nobody looked through: a process that has a memory of its own, or puts another
/// program in its place, was not looked through as it ended.
fn unchecked(seen: &Seen<'_>, tries: bool) -> Option<String> {
    let family = seen.finished.usage.family.unwrap_or_default();
    let tests = if tries { family.tests } else { 0 };
    let memories = 1 + u64::from(family.copies.saturating_sub(tests)) + u64::from(family.programs);
    let noted = seen.logs.iter().filter(|log| contains(&log.content, LEAK_CHECKED)).filter_map(LogFile::pid);
    let checked = noted.collect::<BTreeSet<_>>().len() as u64;
    (checked < memories).then(|| {
        format!(
            "the run had {memories} memories, by starting processes or other programs, and {checked} of them {} \
             looked through, so its silence says nothing",
            if checked == 1 { "was" } else { "were" }
        )
    })
}

fn first_of(stack: &[Frame]) -> (Option<String>, Place) {
    first_placed(stack).map_or((None, Place::Unknown), |(frame, place)| (frame.function.clone(), place))
}

/// How much was lost, in words.
fn size(leaks: &[Lost]) -> String {
    let bytes: u64 = leaks.iter().filter_map(|leak| leak.size).fold(0, u64::saturating_add);
    match leaks.len() {
        1 => format!("{bytes} bytes were lost"),
        places => format!("{bytes} bytes of {places} origins were lost"),
    }
}

#[cfg(test)]
#[path = "leak_tests.rs"]
mod tests;

//! An uncaught exception of the language.
//!
//! **Proves** that the interpreter ended the program for an uncaught exception
//! of a declared class, raised in the target: a hook of ours ([`crate::hook`])
//! writes its class, its base classes and its frames into the log folder, and
//! the process ends with a status other than 0.
//!
//! The frame that counts is the innermost one that lies in the target or the
//! harness; the standard library's are skipped. Where the harness is the
//! project's, what is raised in code that was made out of text at run time is
//! not the target's: a program that runs what it is given raises what it is told.
//!
//! **Silence is shown, not assumed.** A patch may put a hook of its own in the
//! place of ours, leave by `_exit`, or let a thread or a child raise what it used
//! to raise itself. So an end without a record counts only if the hook was there
//! to the interpreter's own end, and if nobody else raised what is declared.
//!
//! An exception of *another* class is another crash, with one exception: on the
//! fixed version it is silence when the target raised it. Refusing bad input by
//! an ordinary exception is what many fixes do, and a harness need not catch it.
//! The benign inputs must be alive there all the same.
//!
//! **Assurance**: `claimant` unless the harness is the project's, since the hook
//! lives in the process it watches. **Cheats**: raising the exception in the
//! harness shows as its place; writing the record by hand, replacing the hook,
//! or ending as another process gives no more than `claimant` or is
//! `oracle-broken`; printing a traceback does nothing.

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;
use assay_sandbox::End;

use super::Oracle;
use super::end::end_words;
use super::line::shown;
use super::place::{HOOK, first_placed, place_of};
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Frame, Judgement, Seen};
use crate::evidence::{Place, Role, Signature};
use crate::hook::{self, HookLog, Record, Watched};

pub(super) struct Exception {
    pub types: Vec<String>,
    pub frame: Option<String>,
    /// Whether a Java machine is to load the hook; others see nothing of it.
    pub java: bool,
    /// Whether the harness is the project's, so that nothing but the project's files is to raise it.
    pub project: bool,
}

impl Oracle for Exception {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        let mut env = runtime::env(plan, Reporting::Stderr);
        for (name, value) in [
            ("PYTHONPATH", HOOK.to_owned()),
            ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
            ("NODE_OPTIONS", format!("--require={HOOK}/{}", hook::NODE)),
        ] {
            env.push((name.to_owned(), value));
        }
        if self.java {
            env.push(("JAVA_TOOL_OPTIONS".to_owned(), hook::java::options()));
        }
        RunOptions { env, log_folder: true, hook: true, ..RunOptions::default() }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        if let Some(judgement) = seen.cut_short_or_crashed() {
            return judgement;
        }
        let mut own = seen.hooks.iter().filter(|log| log.pid == seen.finished.pid);
        let (Some(log), None) = (own.next(), own.next()) else {
            return Judgement::of(
                Outcome::OracleBroken,
                "the hook was not loaded by the process whose end the runner saw; the harness has to be run by \
                 python3, node or java directly, without options that skip the environment",
            );
        };
        if let Some(broken) = &log.broken {
            return Judgement::of(Outcome::OracleBroken, format!("the hook's log cannot be read: {}", shown(broken)));
        }
        let end = end_words(&seen.finished.end);
        let ended_well = matches!(seen.finished.end, End::Exited(0) | End::Stopped);
        // An exception that ends one thread only does not end the program.
        let (threads, main): (Vec<&Record>, Vec<&Record>) = log.records.iter().partition(|record| record.thread);
        let record = match (main.as_slice(), threads.as_slice()) {
            ([], []) => return self.without_record(seen, log, &threads),
            ([], _) if ended_well => return self.without_record(seen, log, &threads),
            ([_, ..], _) if ended_well => {
                return Judgement::of(
                    Outcome::OracleBroken,
                    format!("an uncaught exception was recorded, but the process ended with {end}"),
                );
            }
            ([record], _) | ([], [record]) => record,
            _ => {
                return Judgement::of(
                    Outcome::OracleBroken,
                    "more than one uncaught exception was recorded, and at most one can be genuine",
                );
            }
        };
        self.with_record(seen, record)
    }
}

impl Exception {
    /// An end for which no exception of the main thread was recorded.
    fn without_record(&self, seen: &Seen<'_>, log: &HookLog, threads: &[&Record]) -> Judgement {
        let end = end_words(&seen.finished.end);
        let declared = |record: &&Record| self.types.iter().any(|declared| record.exception.is_a(declared));
        let children = seen.hooks.iter().filter(|other| other.pid != log.pid).flat_map(|other| &other.records);
        let of_thread = threads.iter().copied().find(declared).map(|record| (record, "a thread"));
        let of_child = || children.into_iter().find(declared).map(|record| (record, "a child"));
        if let Some((record, whom)) = of_thread.or_else(of_child) {
            let class = shown(&record.exception.kind);
            let signature = Signature { kind: class.clone(), function: None, place: Place::Unknown };
            let saw = format!("uncaught {class}, which ended {whom} and not the program; {end}");
            return Judgement { outcome: Outcome::OtherCrash, signature: Some(signature), saw };
        }
        let why = match (log.watched, &seen.finished.end) {
            // A server that is asked to end comes to no end of its own.
            (Watched::NotToTheEnd, End::Stopped) => None,
            (Watched::NotToTheEnd, _) => Some("the interpreter did not come to its own end, as with `_exit`"),
            (Watched::Displaced, _) => Some("something stood in the place of the hook at the end"),
            (Watched::ToTheEnd { ran_out: true }, End::Exited(status)) if *status != 0 => {
                Some("its main thread ended by an exception that the hook was not told of")
            }
            (Watched::ToTheEnd { .. }, _) => None,
        };
        match why {
            None => Judgement::of(Outcome::Silent, format!("no uncaught exception; {end}")),
            Some(why) => Judgement::of(Outcome::OracleBroken, format!("{why}, so its silence says nothing; {end}")),
        }
    }

    fn with_record(&self, seen: &Seen<'_>, record: &Record) -> Judgement {
        let exception = &record.exception;
        let stack: Vec<Frame> = exception
            .frames
            .iter()
            .rev()
            .map(|frame| Frame { function: frame.function.clone(), file: Some(frame.file.clone()) })
            .collect();
        let told = self.project && raised_in_text(&stack);
        let placed = first_placed(&stack).filter(|_| !told);
        let place = placed.map_or(Place::Unknown, |(_, place)| place);
        let function = placed.and_then(|(frame, _)| frame.function.as_deref());
        let class = exception.kind.as_str();
        let as_declared = self.types.iter().find(|declared| exception.is_a(declared));
        let signature =
            Signature { kind: shown(as_declared.map_or(class, String::as_str)), function: function.map(shown), place };
        let mut saw = format!("uncaught {}", shown(class));
        if let Some(function) = function {
            saw.push_str(&format!(" in {}", shown(function)));
        }
        if told {
            saw.push_str(" in code that was made out of text as the program ran");
        }
        let frame_fits = match (&self.frame, place) {
            (_, Place::Harness) | (None, Place::Target) => true,
            (Some(declared), Place::Target) => function.is_some_and(|function| same_function(declared, function)),
            (_, Place::Unknown) => false,
        };
        let refused = seen.cell.arm == ArmName::Fixed && seen.cell.role == Role::Trigger && place == Place::Target;
        let (outcome, signature) = match as_declared {
            Some(_) if frame_fits => (Outcome::Fired, Some(signature)),
            None if refused => {
                saw.push_str(", by which the fixed version refuses the input");
                (Outcome::Silent, None)
            }
            Some(_) => {
                saw.push_str("; declared was another frame");
                (Outcome::OtherCrash, Some(signature))
            }
            None => {
                saw.push_str(&format!("; declared was {}", shown(&self.types.join(" or "))));
                (Outcome::OtherCrash, Some(signature))
            }
        };
        Judgement { outcome, signature, saw }
    }
}

/// Whether a frame further in than the first of target or harness is of no file: made out of text by `eval` and its
/// like. The interpreters' own frames are not.
fn raised_in_text(stack: &[Frame]) -> bool {
    let files = stack.iter().map(|frame| frame.file.as_deref().unwrap_or_default());
    let inner = files.take_while(|file| place_of(file) == Place::Unknown);
    let own = ["<frozen", "<native>", "<machine>"];
    inner.into_iter().any(|file| file.starts_with('<') && !own.iter().any(|own| file.starts_with(own)))
}

/// Whether a declared function is this one, whole or as its last dotted parts:
/// `flatten` for `TokenList.flatten`.
fn same_function(declared: &str, name: &str) -> bool {
    name == declared || name.strip_suffix(declared).is_some_and(|path| path.ends_with('.'))
}

#[cfg(test)]
#[path = "exception_tests.rs"]
mod tests;

//! What is known of one run when an oracle judges it, and what it answers.

use assay_bundle::manifest::Access;
use assay_bundle::verdict::Outcome;
use assay_sandbox::{End, Finished, RunLimits, Tree};

use super::canary_write::Change;
use super::end::{end_words, is_limit};
use super::secret::Secret;
use crate::evidence::{Cell, Place, Signature};
use crate::hook::HookLog;

/// One finished run, with everything that was brought out of it.
///
/// The end, the usage and the comparison of folders come from the kernel and
/// the runner. The log files are the program's to write, and are believed only
/// where the end bears them out.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Which input in which arm.
    pub cell: Cell,
    /// How it ended, what it used, what it printed.
    pub finished: &'a Finished,
    /// The limits it ran under.
    pub limits: &'a RunLimits,
    /// The status given to a sanitizer's runtime (`Plan::exit_code`).
    pub exit_code: u8,
    /// Every file of the log folder but those of the hook.
    pub logs: &'a [LogFile],
    /// What the hook wrote, one for each process.
    pub hooks: &'a [HookLog],
    /// What changed in the scratch and canary folders.
    pub changes: &'a [Change],
    /// Whether a bound cut the comparison short.
    pub changes_cut: bool,
    /// The secret of this run, and the scratch folder as the run left it; where the oracle asked for both.
    pub planted: Option<Planted<'a>>,
    /// What another implementation did with the same input, where [`super::Oracle::against`] asks for one.
    pub against: Option<&'a Finished>,
    /// What it sent as a server, connection by connection, as the relay saw it.
    pub said: &'a [Vec<u8>],
}

/// A secret that lay in the canary folder.
#[derive(Debug, Clone, Copy)]
pub struct Planted<'a> {
    /// What must not get out.
    pub secret: &'a Secret,
    /// What the run left in the scratch folder.
    pub scratch: &'a Tree,
}

/// One file of the log folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its name, made valid UTF-8.
    pub name: String,
    /// Its content, for the few fixed messages that are looked for when no report is in it.
    pub content: Vec<u8>,
    /// The report in it, parsed and with its frames resolved outside the sandbox.
    pub report: Option<Report>,
}

impl LogFile {
    /// The process that a sanitizer's runtime names a file after: `report.42` is of 42.
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        self.name.strip_prefix("report.")?.parse().ok()
    }

    /// Whether this file, and the report in it, are of that process.
    pub(super) fn is_of(&self, pid: i32, report: &Report) -> bool {
        self.pid() == Some(pid) && report.pid.is_none_or(|own| own == pid)
    }
}

/// A sanitizer's report with resolved frames.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The sanitizer's own word: `heap-buffer-overflow`, `SEGV`, `signed-integer-overflow`.
    pub kind: String,
    /// The process it says it is of.
    pub pid: Option<i32>,
    /// What the bad access was, where the report says.
    pub access: Option<Access>,
    /// The stack of the bad access, innermost frame first, inlines expanded.
    pub access_stack: Vec<Frame>,
    /// The stack that freed the memory.
    pub freed_stack: Vec<Frame>,
    /// The stack that allocated the memory.
    pub allocated_stack: Vec<Frame>,
    /// For a leak report: what was lost, direct leaks first, the largest first.
    pub leaks: Vec<Leak>,
}

/// Memory of one origin that leaked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leak {
    /// Bytes, where the report says.
    pub size: Option<u64>,
    /// The stack that allocated it, innermost frame first.
    pub allocated: Vec<Frame>,
}

/// One frame, resolved outside the sandbox by module, build id and offset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// The function, demangled, without generics, hash or parameters.
    pub function: Option<String>,
    /// The source file by debug info, as the sandbox names it.
    pub file: Option<String>,
}

impl Seen<'_> {
    /// The outcome of a run whose end leaves nothing to judge: never started, or
    /// ended by a limit.
    pub(super) fn cut_short(&self) -> Option<Judgement> {
        let end = &self.finished.end;
        match end {
            End::NotStarted(_) => Some(Judgement::of(Outcome::HarnessError, end_words(end))),
            end if is_limit(end) => {
                Some(Judgement::of(Outcome::Limit, format!("a limit ended it first: {}", end_words(end))))
            }
            _ => None,
        }
    }

    /// Why a run without a sign of the flaw says nothing: what became of a process beside the first is not known. One
    /// that left by itself was not ended by a signal, and is as silent as what it left behind.
    pub(crate) fn unaccounted(&self) -> Option<String> {
        let Some(family) = self.finished.usage.family else {
            // The kernel takes one listener along a process's ancestors, and some containers have theirs there.
            let why = "the kernel did not tell of this run's processes, so its silence says nothing: a seccomp listener around \
                       this runner, as some containers have, takes its place; run it outside of that";
            return Some(why.to_owned());
        };
        let beside = |count: u32| match count {
            1 => "a process beside the first was".to_owned(),
            many => format!("{many} processes beside the first were"),
        };
        let said = if family.killed() > 0 {
            format!("{} ended by a signal", beside(family.killed()))
        } else if family.aborts > 0 {
            "it was aborted, as a sanitizer's runtime does, and went on".to_owned()
        } else if family.stayed > 0 {
            format!("{} still there when it ended", beside(family.stayed))
        } else if family.replaced > 0 {
            "it put another program in its own place".to_owned()
        } else if family.disarmed > 0 {
            "it began a program with other options of the sanitizer or the linker".to_owned()
        } else {
            return None;
        };
        Some(format!("{said}, so its silence says nothing; {}", end_words(&self.finished.end)))
    }

    /// The same, and a signal that is not what this oracle waits for.
    pub(super) fn cut_short_or_crashed(&self) -> Option<Judgement> {
        self.cut_short().or_else(|| match self.finished.end {
            End::Signaled(number) => Some(Judgement::crashed(number)),
            _ => None,
        })
    }
}

/// What an oracle says of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What the run shows.
    pub outcome: Outcome,
    /// What fired or crashed.
    pub signature: Option<Signature>,
    /// One sentence for people: what was seen.
    pub saw: String,
}

impl Judgement {
    pub(super) fn of(outcome: Outcome, saw: impl Into<String>) -> Self {
        Self { outcome, signature: None, saw: saw.into() }
    }

    /// Fired, without a frame.
    pub(super) fn fired(kind: &str, saw: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Fired,
            signature: Some(Signature { kind: kind.to_owned(), function: None, place: Place::Unknown }),
            saw: saw.into(),
        }
    }

    /// Ended by a signal that was not waited for.
    pub(super) fn crashed(number: i32) -> Self {
        let words = end_words(&End::Signaled(number));
        Self {
            outcome: Outcome::OtherCrash,
            signature: Some(Signature { kind: super::end::signal_name(number), function: None, place: Place::Unknown }),
            saw: format!("it ended by {words}, which the oracle does not wait for"),
        }
    }
}

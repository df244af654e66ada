//! The oracle of guard pages: a plain build that the kernel ends where it leaves
//! its heap. `guard.c` is compiled in the sandbox by the bundle's own compiler,
//! tried on a program of the runner's own, and put before the C library's heap.
//!
//! A fault bears out a sanitizer's report only if it is of the same kind and lies
//! in the same function of the target: a harness or a target can also be made to
//! fault somewhere else, and that would bear out nothing.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use assay_bundle::verdict::Outcome;
use assay_sandbox::{Collect, End, Into as Destination, Mount, Spec, Task};
use assay_triage::name;

use super::log::{self, Log};
use crate::evidence::{Place, Signature};
use crate::execute::Executor;
use crate::layout::{HOOK, OUT, SCRATCH};
use crate::oracle::{Judgement, Oracle, Plan, RunOptions, Seen, end_words, first_placed, signal_name};
use crate::recipe::{self, Step};
use crate::work::write_readable;

/// Heaps that are put before the C library's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heap {
    /// Each block ends at a page that nobody may touch.
    GuardPages,
    /// The C library's heap, with a mark behind each block.
    Marks,
}

impl Heap {
    fn library(self) -> &'static str {
        match self {
            Self::GuardPages => "guard.so",
            Self::Marks => "heap.so",
        }
    }

    fn source(self) -> (&'static str, &'static str) {
        match self {
            Self::GuardPages => ("guard.c", include_str!("guard.c")),
            Self::Marks => ("heap.c", include_str!("heap.c")),
        }
    }

    /// How a program ends that goes one past a block.
    fn stops_by(self) -> i32 {
        match self {
            Self::GuardPages => SIGSEGV,
            Self::Marks => SIGABRT,
        }
    }
}

/// Writes one byte past a block of 7, and is to be ended for it.
const PLANTED: &str = "#include <stdlib.h>\nint main(void)\n{\n    volatile char *block = malloc(7);\n    \
                       if (!block)\n        return 1;\n    block[7] = 1;\n    free((void *)block);\n    return 0;\n}\n";

const SIGABRT: i32 = 6;
const SIGSEGV: i32 = 11;
const SIGBUS: i32 = 7;

/// Compiles the libraries of these heaps into this folder and tries each.
///
/// # Errors
///
/// Why one cannot be used.
pub(crate) fn compile(executor: &Executor<'_>, folder: &Path, heaps: &[Heap]) -> Result<(), String> {
    let clang = executor.manifest.toolchain.iter().any(|tool| tool == "clang");
    let compiler = if clang { "clang" } else { "cc" };
    let run = |argv: &[&str]| Step::Run {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        cwd: SCRATCH.into(),
        env: Vec::new(),
    };
    let file =
        |name: &str, content: &str| Step::WriteFile { to: Path::new(SCRATCH).join(name), content: content.into() };
    let mut steps =
        vec![file("planted.c", PLANTED), run(&[compiler, "-O0", "-w", "planted.c", "-o", &format!("{OUT}/planted")])];
    for heap in heaps {
        let ((name, source), library) = (heap.source(), format!("{OUT}/{}", heap.library()));
        steps.push(file(name, source));
        steps.push(run(&[compiler, "-shared", "-fPIC", "-O1", "-fno-builtin", name, "-o", &library, "-lpthread"]));
    }
    let env = recipe::common_env(&executor.toolchain.path_variable());
    let request = serde_json::to_vec(&recipe::Request { steps, env }).map_err(|error| error.to_string())?;
    let mut spec = Spec::of(Task::Builtin { name: recipe::BUILTIN.into(), request });
    spec.mounts.clone_from(&executor.toolchain.mounts);
    spec.mounts.push(Mount::Scratch { at: SCRATCH.into(), size: 16 << 20 });
    spec.mounts.push(Mount::Scratch { at: OUT.into(), size: 16 << 20 });
    spec.limits.cpu = Duration::from_secs(60);
    spec.collect = vec![Collect {
        from: OUT.into(),
        into: Destination::Folder(folder.to_owned()),
        max_bytes: 16 << 20,
        max_entries: 16,
    }];
    let finished = executor.sandbox.run(&spec).map_err(|error| error.to_string())?;
    let readable = |name: &str, executable: bool| {
        let made = fs::read(folder.join(name)).map_err(|_| {
            let said = String::from_utf8_lossy(&finished.stderr);
            format!("`{name}` could not be compiled: {}", said.lines().next_back().unwrap_or("no word"))
        })?;
        write_readable(folder, name, &made, executable).map_err(|error| format!("`{name}`: {error}"))
    };
    readable("planted", true)?;
    for heap in heaps {
        readable(heap.library(), false)?;
        let task = Task::Exec { argv: vec![format!("{HOOK}/planted")], env: vec![preload(*heap)] };
        let mut spec = Spec::of(task);
        spec.mounts.push(Mount::ReadOnly { host: folder.to_owned(), at: HOOK.into() });
        let finished = executor.sandbox.run(&spec).map_err(|error| error.to_string())?;
        if finished.end != End::Signaled(heap.stops_by()) {
            let end = end_words(&finished.end);
            return Err(format!("a write past a block was not stopped in the test of `{}` ({end})", heap.library()));
        }
    }
    Ok(())
}

fn preload(heap: Heap) -> (String, String) {
    ("LD_PRELOAD".to_owned(), format!("{HOOK}/{}", heap.library()))
}

/// What the kernel stopped, and where.
pub(super) struct Stopped {
    /// By which signal.
    pub signal: i32,
    /// What lay at the address.
    pub fault: Option<String>,
    /// The first function of the target or the harness on the stack.
    pub function: Option<String>,
}

/// A flaw as the first oracle reported it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reported {
    /// The sanitizer's word.
    pub kind: String,
    /// The first function of the target on the stack of the access.
    pub function: Option<String>,
}

/// Judges runs under one of the heaps.
pub(crate) struct Guarded {
    /// Which.
    pub heap: Heap,
    /// What the first oracle reported; only what bears that out fires, anything else is another crash.
    pub reported: BTreeSet<Reported>,
}

impl Guarded {
    /// Whether what the kernel stopped bears out what the first oracle reported: a fault of that kind, there.
    fn bears_out(&self, stopped: &Stopped) -> bool {
        let there = |reported: &Reported| match (&reported.function, &stopped.function) {
            (Some(reported), Some(seen)) => reported == seen || name::matches(reported, seen),
            _ => false,
        };
        self.reported.iter().any(|reported| is_of(&reported.kind, stopped) && there(reported))
    }
}

/// Whether a fault is what a flaw of this kind leads to.
fn is_of(kind: &str, stopped: &Stopped) -> bool {
    let (signal, fault) = (stopped.signal, stopped.fault.as_deref());
    let segv = matches!(signal, SIGSEGV | SIGBUS);
    match kind {
        "heap-buffer-overflow" => segv && fault == Some("guard"),
        "heap-use-after-free" | "double-free" | "attempting double-free" => segv && fault == Some("freed"),
        "bad-free" | "attempting free on address which was not malloc()-ed" => {
            signal == SIGABRT && fault == Some("bad-free")
        }
        "SEGV" => segv && matches!(fault, Some("null" | "wild" | "guard" | "freed")),
        "stack-overflow" => segv && matches!(fault, Some("wild" | "null")),
        // An abort is no sign: the compiler's own check of a stack's end aborts, and so does any assertion behind it.
        "stack-buffer-overflow" => segv && matches!(fault, Some("wild" | "null")),
        "FPE" | "integer-divide-by-zero" => signal_name(signal) == "SIGFPE" && fault == Some("arithmetic"),
        "ILL" => signal_name(signal) == "SIGILL" && fault == Some("instruction"),
        "null-pointer" | "null-pointer-use" => segv && fault == Some("null"),
        _ => false,
    }
}

impl Oracle for Guarded {
    fn options(&self, _plan: &Plan<'_>) -> RunOptions {
        RunOptions {
            env: vec![preload(self.heap)],
            log_folder: true,
            hook: true,
            family: true,
            ..RunOptions::default()
        }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        let end = end_words(&seen.finished.end);
        let name = log::name(seen.finished.pid);
        let of = |outcome, saw: String| Judgement { outcome, signature: None, saw };
        let Some(file) = seen.logs.iter().find(|log| log.name == name) else {
            return of(Outcome::OracleBroken, format!("the guard was not loaded; {end}"));
        };
        let Some(Log { fault, .. }) = log::read(&file.content) else {
            return of(Outcome::OracleBroken, format!("the guard's log cannot be read; {end}"));
        };
        match &seen.finished.end {
            End::Exited(_) | End::Stopped if fault.is_none() => match seen.unaccounted() {
                None => of(Outcome::Silent, format!("nothing was stopped; {end}")),
                Some(why) => of(Outcome::OracleBroken, why),
            },
            End::Exited(_) | End::Stopped => {
                of(Outcome::OracleBroken, format!("a fault was recorded, and it ended with {end}"))
            }
            End::Signaled(signal) => {
                let placed = file.report.as_ref().and_then(|report| first_placed(&report.access_stack));
                let function = placed.and_then(|(frame, _)| frame.function.clone());
                let place = placed.map_or(Place::Unknown, |(_, place)| place);
                let stopped = Stopped { signal: *signal, fault, function };
                let fits = self.bears_out(&stopped);
                let at = stopped.fault.as_deref().unwrap_or("nothing");
                let within = stopped.function.as_deref().map(|name| format!(" in {name}")).unwrap_or_default();
                Judgement {
                    outcome: if fits { Outcome::Fired } else { Outcome::OtherCrash },
                    saw: format!("the kernel ended it with {end}{within}; at the address lay: {at}"),
                    signature: Some(Signature { kind: signal_name(*signal), function: stopped.function, place }),
                }
            }
            End::NotStarted(_) => of(Outcome::HarnessError, end),
            _ => of(Outcome::Limit, format!("a limit ended it first: {end}")),
        }
    }
}

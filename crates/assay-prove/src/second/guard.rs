//! The oracle of guard pages: a plain build that the kernel ends where it leaves
//! its heap. `guard.c` is compiled in the sandbox by the bundle's own compiler,
//! tried on a program of the runner's own, and put before the C library's heap.

use std::fs;
use std::path::Path;
use std::time::Duration;

use assay_bundle::verdict::Outcome;
use assay_sandbox::{Collect, End, Into as Destination, Mount, Spec, Task};

use crate::evidence::{Place, Signature};
use crate::execute::Executor;
use crate::layout::{HOOK, OUT, SCRATCH};
use crate::oracle::{Judgement, Oracle, Plan, RunOptions, Seen, end_words, signal_name};
use crate::recipe::{self, Step};
use crate::work::write_readable;

const SOURCE: &str = include_str!("guard.c");
const LIBRARY: &str = "guard.so";

/// Reads one byte past a block of 7, and is to be ended for it.
const PLANTED: &str = "#include <stdlib.h>\nint main(void)\n{\n    volatile char *block = malloc(7);\n    \
                       return block ? block[7] : 1;\n}\n";

const SIGABRT: i32 = 6;
const SIGSEGV: i32 = 11;
const SIGBUS: i32 = 7;

/// What the kernel stopped, held against what the first oracle reported.
pub(super) struct Guarded {
    /// The first oracle's kinds.
    pub kinds: Vec<String>,
}

/// Compiles the library into this folder and tries it.
///
/// # Errors
///
/// Why it cannot be used.
pub(super) fn compile(executor: &Executor<'_>, folder: &Path) -> Result<(), String> {
    let clang = executor.manifest.toolchain.iter().any(|tool| tool == "clang");
    let compiler = if clang { "clang" } else { "cc" };
    let run = |argv: &[&str], env: &[(&str, &str)]| Step::Run {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        cwd: SCRATCH.into(),
        env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    let file =
        |name: &str, content: &str| Step::WriteFile { to: Path::new(SCRATCH).join(name), content: content.into() };
    let library = format!("{OUT}/{LIBRARY}");
    let steps = vec![
        file("guard.c", SOURCE),
        file("planted.c", PLANTED),
        run(&[compiler, "-shared", "-fPIC", "-O1", "-fno-builtin", "guard.c", "-o", &library, "-lpthread"], &[]),
        run(&[compiler, "-O0", "-w", "planted.c", "-o", &format!("{OUT}/planted")], &[]),
    ];
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
    let made = fs::read(folder.join(LIBRARY)).map_err(|_| {
        let said = String::from_utf8_lossy(&finished.stderr);
        format!("the guard could not be compiled: {}", said.lines().next_back().unwrap_or("no word"))
    })?;
    write_readable(folder, LIBRARY, &made, false).map_err(|error| format!("the guard: {error}"))?;
    let planted = fs::read(folder.join("planted")).map_err(|error| format!("the guard's own test: {error}"))?;
    write_readable(folder, "planted", &planted, true).map_err(|error| format!("the guard's own test: {error}"))?;
    let env = vec![("LD_PRELOAD".to_owned(), format!("{HOOK}/{LIBRARY}"))];
    let mut spec = Spec::of(Task::Exec { argv: vec![format!("{HOOK}/planted")], env });
    spec.mounts.push(Mount::ReadOnly { host: folder.to_owned(), at: HOOK.into() });
    let finished = executor.sandbox.run(&spec).map_err(|error| error.to_string())?;
    match finished.end {
        End::Signaled(SIGSEGV) => Ok(()),
        end => Err(format!("a read past a block was not stopped by the guard's own test ({})", end_words(&end))),
    }
}

impl Guarded {
    /// Whether what lay at the address bears out what the first oracle reported.
    fn bears_out(&self, signal: i32, fault: Option<&str>) -> bool {
        let segv = matches!(signal, SIGSEGV | SIGBUS);
        self.kinds.iter().any(|kind| match kind.as_str() {
            "heap-buffer-overflow" => segv && fault == Some("guard"),
            "heap-use-after-free" | "double-free" | "attempting double-free" => segv && fault == Some("freed"),
            "bad-free" | "attempting free on address which was not malloc()-ed" => {
                signal == SIGABRT && fault == Some("bad-free")
            }
            "SEGV" => segv && matches!(fault, Some("null" | "wild" | "guard" | "freed")),
            "stack-overflow" => segv && matches!(fault, Some("wild" | "null")),
            // An abort is no sign: the compiler's own check of a stack's end aborts, and so does any assertion behind it.
            "stack-buffer-overflow" => segv && matches!(fault, Some("wild" | "null")),
            "FPE" | "integer-divide-by-zero" => signal_name(signal) == "SIGFPE",
            "ILL" => signal_name(signal) == "SIGILL",
            "null-pointer" | "null-pointer-use" => segv && fault == Some("null"),
            _ => false,
        })
    }
}

impl Oracle for Guarded {
    fn options(&self, _plan: &Plan<'_>) -> RunOptions {
        RunOptions {
            env: vec![("LD_PRELOAD".to_owned(), format!("{HOOK}/{LIBRARY}"))],
            log_folder: true,
            hook: true,
            ..RunOptions::default()
        }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        let end = end_words(&seen.finished.end);
        let name = format!("guard.{}", seen.finished.pid);
        let log = seen.logs.iter().find(|log| log.name == name);
        let words: Vec<&str> = log
            .map(|log| std::str::from_utf8(&log.content).unwrap_or_default())
            .map(str::lines)
            .map(|lines| lines.take(4).collect())
            .unwrap_or_default();
        let of = |outcome, saw: String| Judgement { outcome, signature: None, saw };
        let fault = match words.as_slice() {
            ["loaded"] => None,
            ["loaded", fault] => Some(*fault),
            [] => return of(Outcome::OracleBroken, format!("the guard was not loaded; {end}")),
            _ => return of(Outcome::OracleBroken, format!("the guard's log cannot be read; {end}")),
        };
        let signature = |kind: String| Some(Signature { kind, function: None, place: Place::Unknown });
        match &seen.finished.end {
            End::Exited(_) | End::Stopped if fault.is_none() => {
                of(Outcome::Silent, format!("nothing was stopped; {end}"))
            }
            End::Exited(_) | End::Stopped => {
                of(Outcome::OracleBroken, format!("a fault was recorded, and it ended with {end}"))
            }
            End::Signaled(number) => {
                let fits = self.bears_out(*number, fault);
                let outcome = if fits { Outcome::Fired } else { Outcome::OtherCrash };
                let at =
                    fault.filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-')).unwrap_or("nothing");
                Judgement {
                    outcome,
                    signature: signature(signal_name(*number)),
                    saw: format!("the kernel ended it with {end}; at the address lay: {at}"),
                }
            }
            End::NotStarted(_) => of(Outcome::HarnessError, end),
            _ => of(Outcome::Limit, format!("a limit ended it first: {end}")),
        }
    }
}

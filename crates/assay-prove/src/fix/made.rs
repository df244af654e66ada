//! What was built, with and without the patch: functions that are gone or have
//! shrunk, and what the programs ask of the system. Macros and pasted names can
//! hide a call from who reads the patch, not from who reads the program.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use assay_bundle::manifest::ArmName;
use assay_sandbox::{End, Mount, Spec, Task};
use serde::{Deserialize, Serialize};

use super::guard::{Kind, Touch};
use crate::layout::OUT;
use crate::session::Session;

/// The builtin that reads a build's programs.
pub const BUILTIN: &str = "assay-prove/made";

/// Symbols of one build that are listed.
const MAX_SYMBOLS: usize = 100_000;
/// Bytes of a function below which its size says nothing.
const SMALL: u64 = 160;

/// What the programs of one build are made of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Made {
    /// Functions: size in bytes, and whether others can call it.
    pub functions: BTreeMap<String, (u64, bool)>,
    /// What they take from shared libraries.
    pub imports: BTreeSet<String>,
}

/// Reads the programs of one arm's build, in the sandbox. None where nothing could be read.
#[must_use]
pub fn of(session: &Session<'_>, name: ArmName) -> Option<Made> {
    let out = session.built(name)?.outs.values().next()?;
    let mut spec = Spec::of(Task::Builtin { name: BUILTIN.into(), request: Vec::new() });
    spec.mounts = vec![Mount::ReadOnly { host: out.clone(), at: OUT.into() }];
    spec.limits.cpu = Duration::from_secs(60);
    spec.limits.wall = Duration::from_secs(300);
    spec.limits.memory = 1 << 30;
    spec.limits.output = 64 << 20;
    let finished = session.sandbox().run(&spec).ok().filter(|finished| finished.end == End::Exited(0))?;
    serde_json::from_slice(&finished.stdout).ok()
}

/// The builtin: inside the sandbox, with programs that a hostile build made.
///
/// # Errors
///
/// The answer cannot be written. What is no program is passed over.
pub fn builtin(_request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let mut made = Made::default();
    walk(Path::new(OUT), 0, &mut made);
    serde_json::to_writer(out, &made).map_err(|error| error.to_string())
}

fn walk(folder: &Path, depth: usize, made: &mut Made) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        // What the runner added to the build is in no arm's source.
        if kind.is_dir() && depth < 8 && entry.file_name() != ".assay" {
            walk(&entry.path(), depth + 1, made);
        } else if kind.is_file()
            && entry.metadata().is_ok_and(|meta| meta.len() <= 256 << 20)
            && let Ok(bytes) = std::fs::read(entry.path())
        {
            read(&bytes, made);
        }
    }
}

fn read(bytes: &[u8], made: &mut Made) {
    use object::{Object as _, ObjectSymbol as _};
    let Ok(file) = object::File::parse(bytes) else { return };
    for symbol in file.symbols().chain(file.dynamic_symbols()).take(MAX_SYMBOLS) {
        let Ok(name) = symbol.name() else { continue };
        let name = name.split('@').next().unwrap_or_default();
        if name.is_empty() || name.len() > 512 {
            continue;
        }
        if symbol.is_undefined() {
            made.imports.insert(name.to_owned());
        } else if symbol.kind() == object::SymbolKind::Text && made.functions.len() < MAX_SYMBOLS {
            // The compiler's own names of parts of functions come and go.
            let plain = !name.contains(['.', '$']);
            if plain {
                let known = made.functions.entry(name.to_owned()).or_default();
                known.0 = known.0.max(symbol.size());
                known.1 |= symbol.is_global();
            }
        }
    }
}

/// Imports by which a program sees to its own silence.
const RISKY: &[(Kind, &[&str])] = &[
    (
        Kind::Handlers,
        &[
            "signal",
            "sigaction",
            "__sysv_signal",
            "bsd_signal",
            "_setjmp",
            "setjmp",
            "__sigsetjmp",
            "sigsetjmp",
            "longjmp",
            "siglongjmp",
            "__longjmp_chk",
            "atexit",
            "on_exit",
            "at_quick_exit",
            "sigprocmask",
            "sigaltstack",
            "signalfd",
        ],
    ),
    (
        Kind::Limits,
        &[
            "setrlimit",
            "setrlimit64",
            "prlimit",
            "prlimit64",
            "alarm",
            "ualarm",
            "setitimer",
            "timer_create",
            "prctl",
            "seccomp",
            "setpriority",
            "nice",
        ],
    ),
    (
        Kind::Environment,
        &[
            "getenv",
            "secure_getenv",
            "__environ",
            "environ",
            "_environ",
            "setenv",
            "putenv",
            "getauxval",
            "uname",
            "gethostname",
            "getppid",
            "dl_iterate_phdr",
            "program_invocation_name",
            "__progname",
        ],
    ),
    (
        Kind::Processes,
        &[
            "fork",
            "vfork",
            "clone",
            "_Fork",
            "posix_spawn",
            "posix_spawnp",
            "system",
            "popen",
            "execv",
            "execve",
            "execvp",
            "execl",
            "execlp",
            "execle",
            "waitpid",
            "wait",
            "pthread_create",
            "daemon",
        ],
    ),
    (Kind::Machine, &["syscall", "dlsym", "dlopen", "dlvsym", "ptrace", "mprotect", "process_vm_writev"]),
    (
        Kind::Exits,
        &[
            "exit",
            "_exit",
            "_Exit",
            "quick_exit",
            "abort",
            "kill",
            "raise",
            "pthread_exit",
            "__assert_fail",
            "_ZSt9terminatev",
        ],
    ),
    (
        Kind::Sleeps,
        &[
            "sleep",
            "usleep",
            "nanosleep",
            "clock_nanosleep",
            "sched_yield",
            "pause",
            "clock",
            "time",
            "gettimeofday",
            "clock_gettime",
            "rand",
            "random",
            "getrandom",
        ],
    ),
    // A program that begins to look at files may look at where it is run.
    (
        Kind::Imports,
        &[
            "access",
            "readlink",
            "realpath",
            "faccessat",
            "euidaccess",
            "stat",
            "stat64",
            "lstat",
            "lstat64",
            "fstatat",
            "statx",
            "__xstat",
            "open",
            "open64",
            "openat",
            "openat64",
            "fopen",
            "fopen64",
            "opendir",
            "socket",
            "connect",
            "getcwd",
            "statfs",
            "ioctl",
            "fcntl",
            "fcntl64",
            "close",
            "dup2",
            "fclose",
            "ftruncate",
        ],
    ),
    (
        Kind::Memory,
        &["mmap", "mmap64", "sbrk", "brk", "mallopt", "mremap", "posix_memalign", "aligned_alloc", "memfd_create"],
    ),
];

/// What differs between the builds in a way that a person should know.
#[must_use]
pub fn touches(without: &Made, with: &Made) -> Vec<Touch> {
    let mut touches = Vec::new();
    for name in with.imports.difference(&without.imports) {
        // The sanitizer's own calls come and go with the code that it watches.
        let risky = RISKY.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(kind, _)| *kind);
        match risky {
            Some(kind) => touches.push(Touch::new(kind, format!("the built program now calls `{}`", shown(name)))),
            None if name.starts_with("__") => {}
            None => touches.push(Touch::told(Kind::Imports, shown(name))),
        }
    }
    // Fewer calls of the sanitizer altogether: code that it watched is not watched, or is gone.
    let watched = |made: &Made| {
        made.imports.iter().any(|name| name.starts_with("__asan_report_") || name.starts_with("__ubsan_handle_"))
    };
    if watched(without) && !watched(with) {
        touches.push(Touch::new(Kind::Instrumentation, "the built program calls the sanitizer no more"));
    }
    // Functions by which a program speaks to the sanitizer's runtime, and calls that a compiler does not make itself.
    let runtime = |name: &str| {
        ["__asan_", "__ubsan_", "__lsan_", "__msan_", "__sanitizer_"].iter().any(|start| name.starts_with(start))
    };
    let asks = |name: &str| {
        [
            "poison",
            "callback",
            "disable",
            "ignore",
            "death",
            "default_options",
            "suppressions",
            "_set_",
            "on_error",
            "leak_check",
        ]
        .iter()
        .any(|word| name.contains(word))
    };
    let new = with.functions.keys().filter(|name| !without.functions.contains_key(*name) && runtime(name));
    let asked = with.imports.difference(&without.imports).filter(|name| runtime(name) && asks(name));
    for name in new.chain(asked) {
        touches.push(Touch::new(Kind::Instrumentation, format!("the built program has `{}`", shown(name))));
    }
    for (name, (size, global)) in &without.functions {
        match with.functions.get(name) {
            None if *global && !rust(name) => {
                touches.push(Touch::new(Kind::Functions, format!("`{}` is gone", shown(name))));
            }
            Some((now, _)) if *size >= SMALL && *now < size / 2 => {
                touches.push(Touch::new(
                    Kind::Functions,
                    format!("`{}` has {now} bytes of code, and {size} without the patch", shown(name)),
                ));
            }
            _ => {}
        }
    }
    // A function of the project's that takes the place of the library's.
    for name in
        with.functions.keys().filter(|name| without.imports.contains(*name) && !without.functions.contains_key(*name))
    {
        touches.push(Touch::new(Kind::Meaning, format!("the program brings its own `{}`", shown(name))));
    }
    touches.truncate(200);
    touches
}

/// Generic code of Rust comes and goes with its callers.
fn rust(name: &str) -> bool {
    name.starts_with("_R") || name.contains("17h") || name.starts_with("anon")
}

fn shown(name: &str) -> String {
    name.chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(functions: &[(&str, u64)], imports: &[&str]) -> Made {
        Made {
            functions: functions.iter().map(|(name, size)| ((*name).to_owned(), (*size, true))).collect(),
            imports: imports.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn a_hidden_call_shows_in_the_program() {
        let before = made(&[("parse", 400), ("main", 90)], &["malloc", "__asan_report_load1"]);
        let kinds = |with: &Made| touches(&before, with).into_iter().map(|touch| touch.kind).collect::<Vec<_>>();
        assert_eq!(kinds(&before), []);
        assert_eq!(
            kinds(&made(&[("parse", 420), ("main", 90)], &["malloc", "__asan_report_load1", "sigaction"])),
            [Kind::Handlers]
        );
        assert_eq!(kinds(&made(&[("parse", 30), ("main", 90)], &["malloc", "__asan_report_load1"])), [Kind::Functions]);
        assert_eq!(kinds(&made(&[("main", 90)], &["malloc", "__asan_report_load1"])), [Kind::Functions]);
        assert_eq!(kinds(&made(&[("parse", 400), ("main", 90)], &["malloc"])), [Kind::Instrumentation]);
        let own = made(&[("parse", 400), ("main", 90), ("malloc", 40)], &["__asan_report_load1"]);
        assert_eq!(kinds(&own), [Kind::Meaning]);
    }

    proptest::proptest! {
        #[test]
        fn no_file_breaks_it(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
            let mut made = Made::default();
            read(&[b"\x7fELF\x02\x01\x01".as_slice(), &bytes].concat(), &mut made);
            read(&bytes, &mut made);
            proptest::prop_assert!(made.functions.len() <= MAX_SYMBOLS);
        }
    }
}

//! Self-test of the oracle in each build: a silent arm means something only if
//! the oracle would have fired there.
//!
//! `cc` builds carry a planted flaw in a second copy of the same build. Other
//! instrumented builds are searched for the sanitizer's runtime and its calls.
//! For the other oracles a fixture of the runner's own fires in the same sandbox.

pub mod act;
mod measured;
mod printed;
mod raised;
mod written;

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use assay_bundle::manifest::{Instrument, Oracle as Declared, Recipe};
use assay_sandbox::{End, Mount, Sandbox, Spec, Stdin, Task, Tier};

use crate::execute::{Built, Executor};
use crate::layout::{CANARY, OUT};
use crate::observe;
use crate::oracle::secret::Secret;
use crate::oracle::{canary_write, memory};
use crate::recipe::RUNNER_FOLDER;

pub(crate) use measured::too_short;
pub(crate) use printed::LEVELS_ALL;
pub(crate) use raised::{NO_INTERPRETER, has_interpreter};

/// The builtin that lists a build's sanitizer symbols.
pub const BUILTIN: &str = "assay-prove/instrumentation";
/// The builtin whose behaviour each non-sanitizer oracle must recognise.
pub const FIXTURE: &str = "assay-prove/fixture";

/// Bytes that the fixture for `memory` holds; it is given half of them.
const HELD: u64 = 64 << 20;

/// Tests the oracle in one arm's build.
///
/// # Errors
///
/// One sentence: what should have fired and did not.
pub fn self_test(executor: &Executor<'_>, arm: &Built) -> Result<(), String> {
    let Some((_, out)) = arm.outs.iter().next() else { return Ok(()) };
    match &executor.manifest.oracle {
        Declared::Sanitizer { .. } => match executor.manifest.build.as_ref() {
            Some(build) if is_ours(&build.recipe) && build.instrument != Instrument::Lsan => {
                planted(executor, arm, out)
            }
            Some(build) => instrumented(executor, out, build.instrument),
            None => Err("nothing was built, so no sanitizer can be in it".into()),
        },
        Declared::Leak { .. } => match executor.manifest.build.as_ref() {
            Some(build) if is_ours(&build.recipe) => planted(executor, arm, out),
            // That the check ran is seen in each silent run, in any build.
            Some(build) => instrumented(executor, out, build.instrument),
            None => Err("nothing was built, so no leak check can be in it".into()),
        },
        Declared::Signal { .. } => fixture(executor, "abort", |end| *end == End::Signaled(6)),
        Declared::Cpu => fixture(executor, "spin", |end| *end == End::CpuLimit),
        Declared::Memory => fixture(executor, "hold", |end| *end == End::MemoryLimit),
        Declared::CanaryRead => gives_away(executor),
        Declared::Growth { .. } => measured::growth(executor, arm),
        Declared::CanaryWrite { path, .. } => written::canary_write(executor, arm, path.as_deref()),
        Declared::Output { channel, .. } => printed::output(executor, arm, *channel),
        Declared::Differential(declared) => printed::differential(executor, arm, declared.channel),
        Declared::Exception { .. } => raised::exception(executor, arm),
        // Its silence is itself something that was seen: the compiler's own words.
        Declared::BuildRefusal => Ok(()),
    }
}

/// Recipes in which the runner compiles every file itself, and so a planted one beside them.
fn is_ours(recipe: &Recipe) -> bool {
    matches!(recipe, Recipe::Cc | Recipe::Libfuzzer)
}

/// The planted flaw must end as a genuine one does: report, process and signal agree.
fn planted(executor: &Executor<'_>, arm: &Built, out: &Path) -> Result<(), String> {
    let program = format!("{RUNNER_FOLDER}/{}", crate::recipe::SELF_TEST);
    let single = executor.single(arm, out, vec![program], Stdin::Empty)?;
    let (logs, _) = observe::logs(&single.log);
    let reported = logs.iter().any(observe::RawLog::is_report);
    let genuine = match executor.manifest.oracle {
        Declared::Leak { .. } => End::Exited(i32::from(single.exit_code())),
        _ => End::Signaled(6),
    };
    if single.finished.end == genuine && reported {
        return Ok(());
    }
    Err(format!(
        "the sanitizer did not report a flaw planted into this build (it ended with {}, {})",
        crate::oracle::end_words(&single.finished.end),
        if reported { "with a report" } else { "without a report" }
    ))
}

/// Runtime and instrumentation must be in at least one program or library of the build.
fn instrumented(executor: &Executor<'_>, out: &Path, instrument: Instrument) -> Result<(), String> {
    let marks: &[&str] = match instrument {
        Instrument::Asan => &["__asan_init", "__asan_report_"],
        Instrument::Ubsan => &["__ubsan_handle_"],
        Instrument::Lsan => &["__lsan_init"],
        Instrument::Msan => &["__msan_init", "__msan_warning"],
        Instrument::None => &[],
    };
    let request = serde_json::to_vec(marks).map_err(|error| error.to_string())?;
    let mut spec = Spec::of(Task::Builtin { name: BUILTIN.into(), request });
    spec.mounts = vec![Mount::ReadOnly { host: out.to_owned(), at: OUT.into() }];
    spec.limits.cpu = Duration::from_secs(60);
    spec.limits.memory = 1 << 30;
    let finished = executor.sandbox.run(&spec).map_err(|error| error.to_string())?;
    let found: Vec<String> = serde_json::from_slice(&finished.stdout).unwrap_or_default();
    let missing: Vec<&&str> = marks.iter().filter(|mark| !found.iter().any(|have| have == **mark)).collect();
    match missing.first() {
        None => Ok(()),
        Some(mark) => Err(format!("no program of this build holds `{mark}`, so it is not instrumented")),
    }
}

/// Why this sandbox cannot judge the oracle at all, if it cannot: nothing of the bundle need be built to know.
pub fn missing_tier(sandbox: &dyn Sandbox, oracle: &Declared) -> Option<String> {
    let Declared::Memory = oracle else { return None };
    if sandbox.layers().tier < Tier::F {
        return Some(memory::NOT_COUNTED.to_owned());
    }
    let spec = Spec::of(Task::Builtin { name: FIXTURE.into(), request: b"end".into() });
    match sandbox.run(&spec) {
        Ok(finished) if finished.usage.peak_memory.is_some() => None,
        Ok(_) => Some(memory::NOT_COUNTED.to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// A fixture that prints the canary must be seen to have done so.
fn gives_away(executor: &Executor<'_>) -> Result<(), String> {
    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(|error| format!("no random numbers: {error}"))?;
    let secret = Secret::of(random);
    let mut spec = Spec::of(Task::Builtin { name: FIXTURE.into(), request: b"give-away".into() });
    let canary = executor.add_canary(&mut spec, secret.text())?;
    let finished = executor.sandbox.run(&spec).map_err(|error| error.to_string())?;
    drop(canary);
    match secret.find(&finished.stdout) {
        Some(_) => Ok(()),
        None => Err(format!(
            "a fixture that must print the canary ended with {} and without it",
            crate::oracle::end_words(&finished.end)
        )),
    }
}

/// Behaviour of the runner's own, under the limits of the harness (CPU cut to a second).
fn fixture(executor: &Executor<'_>, behaviour: &str, expected: impl Fn(&End) -> bool) -> Result<(), String> {
    let mut spec = Spec::of(Task::Builtin { name: FIXTURE.into(), request: behaviour.into() });
    spec.limits = executor.limits();
    spec.limits.cpu = spec.limits.cpu.min(Duration::from_millis(200));
    if behaviour == "hold" {
        spec.limits.memory = spec.limits.memory.min(HELD / 2);
        spec.limits.cpu = Duration::from_secs(10);
    }
    let finished = executor.sandbox.run(&spec).map_err(|error| error.to_string())?;
    if expected(&finished.end) {
        return Ok(());
    }
    Err(format!(
        "a fixture that must end by `{behaviour}` ended with {} in this sandbox",
        crate::oracle::end_words(&finished.end)
    ))
}

/// The builtin that behaves as an oracle must recognise.
///
/// # Errors
///
/// An unknown behaviour.
pub fn fixture_builtin(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    match request {
        b"end" => Ok(()),
        b"give-away" => {
            let path = Path::new(CANARY).join(canary_write::CANARY_FILE);
            let secret = std::fs::read(path).map_err(|error| error.to_string())?;
            out.write_all(&secret).map_err(|error| error.to_string())
        }
        b"hold" => {
            // Any byte but zero, so that every page is really there.
            let held = vec![1_u8; HELD as usize];
            std::thread::sleep(Duration::from_secs(5));
            Err(format!("{} bytes could be held", std::hint::black_box(held).len()))
        }
        b"abort" => std::process::abort(),
        b"spin" => {
            let mut count = 0_u64;
            loop {
                count = std::hint::black_box(count.wrapping_add(1));
            }
        }
        other => Err(format!("no behaviour `{}`", String::from_utf8_lossy(other))),
    }
}

/// The builtin that looks for instrumentation: which of the marks begin a symbol's name in the build.
///
/// # Errors
///
/// The request cannot be read, or the answer not written.
pub fn builtin(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let marks: Vec<String> = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    let mut found: Vec<&String> = Vec::new();
    search(Path::new(OUT), 0, &mut |bytes| {
        for mark in &marks {
            if !found.contains(&mark) && has_symbol(bytes, mark) {
                found.push(mark);
            }
        }
    });
    serde_json::to_writer(out, &found).map_err(|error| error.to_string())
}

fn search(folder: &Path, depth: usize, look: &mut impl FnMut(&[u8])) {
    const LARGEST: u64 = 512 << 20;
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth < 8 {
            search(&entry.path(), depth + 1, look);
        } else if kind.is_file()
            && entry.metadata().is_ok_and(|meta| meta.len() <= LARGEST)
            && let Ok(bytes) = std::fs::read(entry.path())
        {
            look(&bytes);
        }
    }
}

fn has_symbol(bytes: &[u8], mark: &str) -> bool {
    use object::{Object as _, ObjectSymbol as _};
    let Ok(file) = object::File::parse(bytes) else { return false };
    let named = |symbol: object::Symbol<'_, '_>| symbol.name().is_ok_and(|name| name.starts_with(mark));
    file.symbols().any(named) || file.dynamic_symbols().any(named)
}

//! The target's own tests, with and without the patch: built and run in one
//! sandbox, in a fresh writable copy of the source.
//!
//! Tests that the patch itself changes are put back as they were: they are what
//! judges it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom, Write};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use assay_bundle::manifest::{ArmName, Instrument, Tests};
use assay_sandbox::{End, Mount, Profile, RunLimits, Spec, Stdin, Task};
use serde::{Deserialize, Serialize};

use crate::deps;
use crate::layout::{BUNDLE, DEPS, OUT, SCRATCH, SRC};
use crate::oracle::runtime::{self, Reporting};
use crate::oracle::{Plan, end_words};
use crate::recipe::{self, Context, PackageName};
use crate::session::Session;

/// The builtin that builds and runs tests.
pub const BUILTIN: &str = "assay-prove/tests";
/// The source without the patch, inside the sandbox.
const UNPATCHED: &str = "/unpatched";
/// Bytes of what tests print that are looked at.
const MAX_OUTPUT: u64 = 4 << 20;
/// Names of tests that are looked at.
const MAX_NAMES: usize = 50_000;

/// What the tests said of one build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// Why it could not be built, if so.
    pub unbuilt: Option<String>,
    /// The exit status of the command; none if a signal ended it.
    pub exit: Option<i32>,
    /// What it printed, cut at the front.
    pub output: String,
}

/// What both runs show together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tested {
    /// No worse than without the patch: how many tests were told apart.
    NoWorse(usize),
    /// Worse: what.
    Worse(String),
    /// Nothing is shown: why.
    Untested(String),
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    restore: Vec<String>,
    build: recipe::Request,
    run: Vec<String>,
}

/// Runs the tests in one arm. `restore` are files that are put back as they are without the patch.
///
/// # Errors
///
/// Why they could not be run, by no fault of the arm.
pub fn run(session: &Session<'_>, tests: &Tests, name: ArmName, restore: &[String]) -> Result<Ran, String> {
    let manifest = session.manifest();
    let prepared = session.source(name).ok_or("its source could not be prepared")?;
    let unpatched = session.source(ArmName::Vulnerable).ok_or("there is no source without the patch")?;
    let built = session.built(name).ok_or("it could not be built")?;
    let toolchain = session.toolchain();
    let scratch = tests.limits.scratch.unwrap_or(1 << 30);
    let mut env = recipe::common_env(&toolchain.path_variable());
    env.extend(toolchain.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    let limits = RunLimits {
        cpu: tests.limits.cpu.unwrap_or(Duration::from_secs(1_200)),
        wall: tests.limits.cpu.unwrap_or(Duration::from_secs(1_200)).saturating_add(Duration::from_secs(60)),
        memory: tests.limits.memory.unwrap_or(2 << 30),
        output: 64 << 20,
        pids: tests.limits.pids.unwrap_or(256),
    };
    let mut steps = Vec::new();
    let mut writable = Vec::new();
    if let Some(build) = &manifest.build {
        let unpacked: Vec<_> =
            deps::of_arm(manifest, name).iter().map(|(purl, package)| deps::describe(purl, package)).collect();
        let context = Context {
            manifest,
            build,
            deps: &unpacked,
            program: None,
            recorder: false,
            package: PackageName::of(&manifest.target.purl),
        };
        let plan = recipe::plan(&context).map_err(|error| error.to_string())?;
        steps = plan.steps;
        writable = plan.writable;
        env.extend(plan.env);
    }
    let instrument = manifest.build.as_ref().map_or(Instrument::None, |build| build.instrument);
    // A leak check cannot work under this filter, and is not what the tests are about.
    env.extend(runtime::env(&Plan { instrument, limits: &limits, exit_code: 99 }, Reporting::Stderr));
    let request = Request {
        restore: restore.to_vec(),
        build: recipe::Request { steps, env },
        run: recipe::substitute(&tests.run),
    };
    let request = serde_json::to_vec(&request).map_err(|error| error.to_string())?;
    let bundle = session.build_view();
    let mut mounts = toolchain.mounts.clone();
    mounts.push(Mount::ReadOnly { host: bundle.to_owned(), at: BUNDLE.into() });
    mounts.push(Mount::Copy { host: prepared.folder.clone(), at: SRC.into(), size: scratch });
    for folder in &writable {
        let at = PathBuf::from(BUNDLE).join(folder.as_str());
        mounts.push(Mount::Copy { host: bundle.join(folder.as_str()), at, size: scratch });
    }
    mounts.push(Mount::ReadOnly { host: unpatched.folder.clone(), at: UNPATCHED.into() });
    mounts.push(Mount::ReadOnly { host: built.deps.clone(), at: DEPS.into() });
    mounts.push(Mount::Scratch { at: OUT.into(), size: scratch });
    mounts.push(Mount::Scratch { at: SCRATCH.into(), size: scratch });
    let spec = Spec {
        task: Task::Builtin { name: BUILTIN.into(), request },
        cwd: BUNDLE.into(),
        mounts,
        stdin: Stdin::Empty,
        limits,
        profile: Profile::Default,
        family: false,
        collect: Vec::new(),
    };
    let finished = session.sandbox().run(&spec).map_err(|error| error.to_string())?;
    match finished.end {
        End::Exited(0) => serde_json::from_slice(&finished.stdout).map_err(|error| format!("their answer: {error}")),
        End::Exited(_) => Err(String::from_utf8_lossy(&finished.stderr).trim().chars().take(300).collect()),
        end => Err(format!("they ended by {}", end_words(&end))),
    }
}

/// The builtin: builds, puts the tests back, runs them.
///
/// # Errors
///
/// The request cannot be read, the disk is full, or the command cannot be started.
pub fn builtin(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let request: Request = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    for path in &request.restore {
        let (old, new) = (Path::new(UNPATCHED).join(path), Path::new(SRC).join(path));
        let done = if old.is_file() { fs::copy(&old, &new).map(|_| ()) } else { fs::remove_file(&new) };
        done.map_err(|error| format!("`{path}` cannot be put back: {error}"))?;
    }
    let build = serde_json::to_vec(&request.build).map_err(|error| error.to_string())?;
    let mut ran = Ran { unbuilt: recipe::builtin(&build, &mut Vec::new()).err(), exit: None, output: String::new() };
    if ran.unbuilt.is_none() {
        let path = Path::new(SCRATCH).join("assay-tests.log");
        let failed = |error: std::io::Error| format!("the log of the tests: {error}");
        let log = File::options().create_new(true).append(true).read(true).open(&path).map_err(failed)?;
        let (program, arguments) = request.run.split_first().ok_or("there is no command")?;
        let status = Command::new(program)
            .args(arguments)
            .env_clear()
            .envs(request.build.env.iter().map(|(name, value)| (name, value)))
            .current_dir(BUNDLE)
            .stdin(Stdio::null())
            .stdout(log.try_clone().map_err(failed)?)
            .stderr(log.try_clone().map_err(failed)?)
            .status()
            .map_err(|error| format!("`{program}` cannot be started: {error}"))?;
        ran.exit = status.code();
        let mut log = log;
        let length = log.metadata().map_err(failed)?.len();
        log.seek(SeekFrom::Start(length.saturating_sub(MAX_OUTPUT))).map_err(failed)?;
        let mut bytes = Vec::new();
        log.take(MAX_OUTPUT).read_to_end(&mut bytes).map_err(failed)?;
        ran.output = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(signal) = status.signal() {
            ran.output.push_str(&format!("\nended by signal {signal}\n"));
        }
    }
    serde_json::to_writer(out, &ran).map_err(|error| error.to_string())
}

/// What both runs show.
#[must_use]
pub fn compare(without: &Ran, with: &Ran) -> Tested {
    if let Some(why) = &without.unbuilt {
        return Tested::Untested(format!("the tests do not build without the patch either: {}", first(why)));
    }
    if let Some(why) = &with.unbuilt {
        return Tested::Worse(format!("with the patch, the tests do not build: {}", first(why)));
    }
    let (before, after) = (names(&without.output), names(&with.output));
    let passed = before.iter().filter(|(_, passed)| **passed);
    let lost: Vec<&String> = passed.filter(|(name, _)| after.get(*name) != Some(&true)).map(|(name, _)| name).collect();
    if let Some(first) = lost.first() {
        let more = if lost.len() > 1 { format!(" and {} more", lost.len() - 1) } else { String::new() };
        return Tested::Worse(format!("passed without the patch and not with it: `{first}`{more}"));
    }
    let code = |ran: &Ran| ran.exit.map_or_else(|| "a signal".to_owned(), |code| format!("exit {code}"));
    match (without.exit, with.exit) {
        // A command that names no test may run none: `true` passes as well.
        (Some(0), Some(0)) if before.is_empty() => {
            Tested::Untested("the command passes with and without the patch, and names no test that it ran".to_owned())
        }
        (Some(0), Some(0)) => Tested::NoWorse(before.len()),
        (Some(0), _) => Tested::Worse(format!("they pass without the patch and end by {} with it", code(with))),
        _ if before.values().any(|passed| *passed) => {
            let new = after.iter().filter(|(name, passed)| !**passed && before.get(*name) != Some(&false));
            match new.map(|(name, _)| name).next() {
                Some(name) => Tested::Worse(format!("fails with the patch only: `{name}`")),
                None => Tested::NoWorse(before.len()),
            }
        }
        _ => Tested::Untested(format!(
            "the tests end by {} without the patch too, and do not say which of them failed",
            code(without)
        )),
    }
}

fn first(text: &str) -> String {
    text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().chars().take(200).collect()
}

/// Which tests passed, as far as the usual ways of saying so tell: automake, TAP, cargo, pytest,
/// unittest, CTest and meson. One that is told twice passed only if it did both times.
fn names(output: &str) -> BTreeMap<String, bool> {
    let mut found: BTreeMap<String, bool> = BTreeMap::new();
    for line in output.lines().take(1_000_000) {
        let Some((name, passed)) = told(line.trim()) else { continue };
        if found.len() < MAX_NAMES && name.len() <= 400 {
            let known = found.entry(name.to_owned()).or_insert(true);
            *known &= passed;
        }
    }
    found
}

fn told(line: &str) -> Option<(&str, bool)> {
    for (word, passed) in
        [("PASS: ", true), ("FAIL: ", false), ("ERROR: ", false), ("XFAIL: ", true), ("XPASS: ", false)]
    {
        if let Some(name) = line.strip_prefix(word) {
            return Some((name.trim(), passed));
        }
    }
    for (word, passed) in [("ok ", true), ("not ok ", false)] {
        if let Some(rest) = line.strip_prefix(word) {
            let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches([' ', '-']);
            // The Test Anything Protocol's own word for a test that is expected to fail.
            let passed = passed || rest.contains("# TODO");
            // A test that is skipped says nothing.
            return (!rest.contains("# SKIP")).then_some((rest.trim(), passed));
        }
    }
    if let Some((name, end)) = line.rsplit_once(" ... ") {
        let name = name.strip_prefix("test ").unwrap_or(name);
        return match end.trim() {
            "ok" => Some((name, true)),
            "FAILED" | "FAIL" | "ERROR" => Some((name, false)),
            _ => None,
        };
    }
    if line.contains("::") {
        for (word, passed) in [(" PASSED", true), (" FAILED", false), (" ERROR", false)] {
            if let Some((name, _)) = line.split_once(word) {
                return Some((name.trim(), passed));
            }
        }
    }
    // `1/10 Test #1: name ...... Passed  0.1 sec`, `1/10 name  OK  0.1s`
    let (number, rest) = line.split_once(' ')?;
    let (a, b) = number.split_once('/')?;
    if ![a, b].iter().all(|side| !side.is_empty() && side.bytes().all(|byte| byte.is_ascii_digit())) {
        return None;
    }
    let name = rest.split_once(": ").map_or(rest, |(_, name)| name).trim();
    let name = name.split([' ', '.']).next()?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    if words.iter().any(|word| matches!(*word, "Passed" | "OK")) {
        return Some((name, true));
    }
    words
        .iter()
        .any(|word| word.contains("Fail") || *word == "FAIL" || word.contains("TIMEOUT"))
        .then_some((name, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(exit: i32, output: &str) -> Ran {
        Ran { unbuilt: None, exit: Some(exit), output: output.to_owned() }
    }

    #[test]
    fn the_usual_ways_of_saying_so_are_read() {
        for (line, name, passed) in [
            ("PASS: parse.sh", "parse.sh", true),
            ("FAIL: parse.sh", "parse.sh", false),
            ("ok 3 - reads a file", "reads a file", true),
            ("not ok 4 - writes a file", "writes a file", false),
            ("test tests::reads ... ok", "tests::reads", true),
            ("test tests::reads ... FAILED", "tests::reads", false),
            ("tests/test_x.py::test_a PASSED   [ 50%]", "tests/test_x.py::test_a", true),
            ("test_a (test_x.T) ... FAIL", "test_a (test_x.T)", false),
            ("1/10 Test  #1: parse ..........   Passed    0.01 sec", "parse", true),
            ("2/10 Test  #2: emit ...........***Failed    0.01 sec", "emit", false),
            ("1/3 basic  OK   0.02s", "basic", true),
        ] {
            assert_eq!(told(line), Some((name, passed)), "{line}");
        }
        assert_eq!(told("everything is fine"), None);
        assert_eq!(told("ok 5 - net # SKIP no network"), None);
    }

    #[test]
    fn worse_is_worse_however_it_ends() {
        let good = ran(0, "ok 1 - a\nok 2 - b\n");
        assert_eq!(compare(&good, &good), Tested::NoWorse(2));
        assert!(matches!(compare(&good, &ran(1, "ok 1 - a\nnot ok 2 - b\n")), Tested::Worse(_)));
        assert!(matches!(compare(&good, &ran(0, "ok 1 - a\n")), Tested::Worse(_)), "a test that is gone");
        assert!(matches!(compare(&ran(0, ""), &ran(2, "")), Tested::Worse(_)));
        assert!(matches!(compare(&ran(0, ""), &ran(0, "")), Tested::Untested(_)), "a command that tests nothing");
        let bad = ran(1, "ok 1 - a\nnot ok 2 - b\n");
        assert_eq!(compare(&bad, &bad), Tested::NoWorse(2), "what fails without the patch is not its fault");
        assert!(matches!(compare(&bad, &ran(1, "not ok 1 - a\nnot ok 2 - b\n")), Tested::Worse(_)));
        assert!(matches!(compare(&ran(1, "boo"), &ran(1, "boo")), Tested::Untested(_)));
        let unbuilt = Ran { unbuilt: Some("cc: error".into()), exit: None, output: String::new() };
        assert!(matches!(compare(&unbuilt, &good), Tested::Untested(_)));
        assert!(matches!(compare(&good, &unbuilt), Tested::Worse(_)));
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_tests_print_breaks_it(output in "\\PC{0,300}", lines in proptest::collection::vec("(ok|not ok|PASS:|1/2|test) \\PC{0,30}", 0..8)) {
            let output = format!("{output}\n{}", lines.join("\n"));
            proptest::prop_assert!(names(&output).keys().all(|name| name.len() <= 400));
            proptest::prop_assert!(!matches!(compare(&ran(0, &output), &ran(1, &output)), Tested::NoWorse(_)));
        }
    }
}

//! Bundles through the real program with the machine's real toolchains, held
//! against their `expected` files. A skip is said aloud, and is a failure in CI.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// The binary under test. Its cache outlives the test, so that sources are fetched once a build folder.
pub fn assay(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_assay"))
        .args(arguments)
        .env("ASSAY_CACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
        .env("ASSAY_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("home"))
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs")
}

/// Both streams, for messages.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Says that something is not tested here; in CI that is a failure.
pub fn skip(what: &str, why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} must not be skipped in CI: {why}");
    eprintln!("skipped {what}: {why}");
}

/// The folders in this folder, sorted.
pub fn folders(parent: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.join("proof.toml").is_file()).collect();
    folders.sort();
    folders
}

/// What is wrong of these bundles. Two are under way at a time: one waits while the other works.
pub fn wrong(bundles: &[PathBuf], fetch: bool) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let taken = std::iter::from_fn(|| bundles.get(next.fetch_add(1, Ordering::Relaxed)));
        taken.filter_map(|bundle| as_expected(bundle, fetch)).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let both = [scope.spawn(work), scope.spawn(work)];
        both.into_iter().flat_map(|one| one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}

/// Fetches and proves a bundle and holds the verdict against its `expected` file.
/// Gives what is wrong, if anything is.
pub fn as_expected(bundle: &Path, fetch: bool) -> Option<String> {
    let path = bundle.to_str().unwrap();
    let name = bundle.file_name().unwrap().to_string_lossy().into_owned();
    if fetch {
        let fetched = assay(&["bundle", "fetch", path]);
        if !fetched.status.success() {
            skip(&name, &said(&fetched));
            return None;
        }
    }
    let proved = assay(&["prove", "--format", "json", path]);
    let json: serde_json::Value = match serde_json::from_slice(&proved.stdout) {
        Ok(json) => json,
        Err(error) => return Some(format!("{name}: no JSON ({error}): {}", said(&proved))),
    };
    let expected = std::fs::read_to_string(bundle.join("expected")).unwrap();
    let word = |key: &str| {
        let line = expected.lines().find(|line| line.trim_start().starts_with(key))?;
        Some(line.split('"').nth(1)?.to_owned())
    };
    let verdict = json["verdict"].as_str().unwrap_or_default().to_owned();
    // Where no control group can be had, this is the right answer of an oracle that needs one, and not a skip.
    let counts = std::fs::read_to_string(bundle.join("proof.toml")).unwrap().contains("kind = \"memory\"");
    if counts && json["tier"] == "P" {
        eprintln!("{name}: only tier P here, so its memory is counted by nobody");
        return (verdict != "not-run").then(|| format!("{name}: {verdict} without a control group"));
    }
    if verdict == "not-run" && word("verdict").as_deref() != Some("not-run") {
        skip(&name, json["sentence"].as_str().unwrap_or_default());
        return None;
    }
    for key in ["verdict", "controls", "assurance"] {
        let seen = json[key].as_str().map(str::to_owned);
        if let Some(wanted) = word(key)
            && seen.as_deref() != Some(wanted.as_str())
        {
            return Some(format!("{name}: {key} is {seen:?}, expected {wanted}: {}", json["sentence"]));
        }
    }
    let codes = [
        ("reproduced", 0),
        ("not-reproduced", 10),
        ("flaky", 11),
        ("control-failed", 12),
        ("control-dead", 12),
        ("harness-suspect", 12),
        ("inconclusive", 13),
        ("not-run", 14),
        ("reproduced-different", 15),
    ];
    let code = codes.iter().find(|(word, _)| *word == verdict).map(|(_, code)| *code);
    (proved.status.code() != code).then(|| format!("{name}: {verdict} with exit code {:?}", proved.status.code()))
}

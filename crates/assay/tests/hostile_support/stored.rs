//! The stored bundles, held against their `expected`.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

use super::bench::{Bench, copy_folder};
use super::{Answer, hold, host, prove, run, trial, user};

/// The file beside each bundle.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    verdict_in: Vec<String>,
    assurance_max: Option<String>,
    error: Option<OneOrMore>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// One test a bundle; those that only wait come first, so that the others run meanwhile.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(&bench.bundles).unwrap().flatten().map(|e| e.path()).filter(|path| path.is_dir()).collect();
    folders.sort_by_key(|path| (!SLEEPERS.contains(&name(path)), path.clone()));
    assert!(folders.len() > 90, "the stored bundles are missing");
    folders
        .into_iter()
        .filter(|folder| !user::is_second_run() || user::THIRD.contains(&name(folder)))
        .map(|folder| trial(bench, name(&folder).to_owned(), move |bench| test(bench, &folder)))
        .collect()
}

/// Hostile bundles in one call, one after the other, and in words: none spoils the answer on another.
pub fn several(bench: &Bench) -> Trial {
    trial(bench, "several-at-once", |bench| {
        let folder = bench.fresh();
        let mut call: Vec<std::ffi::OsString> = vec!["prove".into()];
        for name in
            ["manifest-escapes", "manifest-not-utf8", "terminal-escapes", "kills-parent", "says-its-own-verdict"]
        {
            copy_folder(&bench.bundles.join(name), &folder.path().join(name), &["expected"]);
            call.push(folder.path().join(name).into());
        }
        let answer = run(bench, &call)?;
        hold(answer.exit == Some(10), format!("not one of them is a proof\n{}", answer.words()))?;
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        hold(text.contains("not-reproduced") && text.contains("reproduced"), answer.words())?;
        host::nothing_escaped(bench)
    })
}

/// A statement about a hostile bundle names what can be believed of it.
pub fn attested(bench: &Bench) -> Trial {
    trial(bench, "attested", |bench| {
        let folder = bench.fresh();
        let (bundle, statement) = (folder.path().join("bundle"), folder.path().join("statement.json"));
        copy_folder(&bench.bundles.join("forged-log-faithful"), &bundle, &["expected"]);
        let answer = run(bench, &["prove".as_ref(), "--attest".as_ref(), statement.as_os_str(), bundle.as_os_str()])?;
        hold(answer.exit != Some(1), answer.words())?;
        let envelope: serde_json::Value = serde_json::from_slice(&fs::read(&statement)?)?;
        hold(envelope.get("signatures").is_some(), "the statement is not signed")?;
        // The key and what belongs to it are the user's own; they lie in the suite's home and go with it.
        for made in [".local", ".config"] {
            let _ = fs::remove_dir_all(bench.root.join("home").join(made));
        }
        Ok(())
    })
}

const SLEEPERS: &[&str] = &["build-sleeps", "sleeps-forever", "stops-itself"];

/// Bundles whose answer is also shown to people: what they print would harm a terminal.
const SHOWN: &[&str] =
    &["terminal-escapes", "printed-report-exit", "regex-catastrophe", "patch-climbs", "build-floods", "scratch-names"];

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap()
}

fn test(bench: &Bench, folder: &Path) -> Result<(), Failed> {
    let expected: Expected = toml::from_str(&fs::read_to_string(folder.join("expected"))?)?;
    let copy = bench.fresh();
    let bundle = copy.path().join(name(folder));
    copy_folder(folder, &bundle, &["expected"]);
    let answer = prove(bench, &bundle)?;
    match &expected.error {
        Some(error) => {
            let codes = match error {
                OneOrMore::One(code) => std::slice::from_ref(code),
                OneOrMore::More(codes) => codes,
            };
            refused(&answer, codes)?;
            refused(&check(bench, &bundle, "json")?, codes)?;
            hold(check(bench, &bundle, "text")?.exit == Some(2), "the text of `bundle check` has another exit code")?;
        }
        None => {
            judged(&answer, &expected.verdict_in, expected.assurance_max.as_deref())?;
            if SHOWN.contains(&name(folder)) {
                let shown = run(bench, &["prove".as_ref(), bundle.as_os_str()])?;
                hold(shown.exit == answer.exit, format!("a second run ended otherwise\n{}", shown.words()))?;
            }
        }
    }
    host::nothing_escaped(bench)
}

fn check(bench: &Bench, bundle: &Path, format: &str) -> Result<Answer, Failed> {
    run(bench, &["bundle".as_ref(), "check".as_ref(), "--format".as_ref(), format.as_ref(), bundle.as_os_str()])
}

/// The bundle was refused for one of these reasons.
pub fn refused<T: AsRef<str>>(answer: &Answer, codes: &[T]) -> Result<(), Failed> {
    hold(answer.exit == Some(2), format!("it was not refused\n{}", answer.words()))?;
    let found = answer.codes();
    let any = codes.iter().any(|code| found.iter().any(|found| found == code.as_ref()));
    hold(any, format!("refused as {found:?}\n{}", answer.words()))
}

/// The verdict is one of these, with the exit code that belongs to it and no more assurance than allowed.
pub fn judged<T: AsRef<str>>(answer: &Answer, verdicts: &[T], most: Option<&str>) -> Result<(), Failed> {
    let verdict = answer.word("verdict");
    hold(
        verdicts.iter().any(|right| right.as_ref() == verdict),
        format!("the verdict is {verdict:?}\n{}", answer.words()),
    )?;
    let exit = match verdict {
        "reproduced" => 0,
        "not-reproduced" => 10,
        "flaky" => 11,
        "control-failed" | "control-dead" | "harness-suspect" => 12,
        "inconclusive" => 13,
        "not-run" => 14,
        "reproduced-different" => 15,
        other => return Err(format!("no such verdict: {other:?}").into()),
    };
    hold(answer.exit == Some(exit), format!("{verdict} ended with {:?}", answer.exit))?;
    let order = ["claimant", "project", "two-oracles"];
    let rank = |word: &str| order.iter().position(|known| *known == word);
    let assurance = answer.word("assurance");
    hold(
        rank(assurance).is_some_and(|rank_of| most.is_none_or(|most| Some(rank_of) <= rank(most))),
        format!("the assurance is {assurance:?}\n{}", answer.words()),
    )
}

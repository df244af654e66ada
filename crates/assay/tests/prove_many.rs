//! `assay prove` with many bundles through the real program: order, resumption
//! after a kill, a full disk, a lost cache, the memory ceiling, growth of runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Bench, said};

/// Examples that are quick to prove, in an order that is not that of their names.
const QUICK: [&str; 4] = ["slop", "heap-overflow", "partial", "null-deref-signal"];
const VERDICTS: [&str; 4] = ["not-reproduced", "reproduced", "none", "reproduced"];

fn call(more: &[&'static str]) -> Vec<&'static str> {
    [&["prove"], &QUICK[..], more].concat()
}

fn quick() -> Bench {
    let bench = Bench::new();
    for name in QUICK {
        bench.copy(name);
    }
    bench
}

/// Path, verdict, and from when it is.
fn rows(json: &Value) -> Vec<(String, String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let bundles = json["bundles"].as_array().unwrap().iter();
    bundles
        .map(|row| {
            let verdict = text(&row["proof"]["verdict"]).unwrap_or_else(|| "none".to_owned());
            (text(&row["path"]).unwrap(), verdict, text(&row["from"]))
        })
        .collect()
}

#[track_caller]
fn come_out_in_order(json: &Value) -> Vec<Option<String>> {
    let rows = rows(json);
    let expected: Vec<_> = QUICK.iter().zip(VERDICTS).map(|(name, verdict)| (*name, verdict)).collect();
    let came: Vec<_> = rows.iter().map(|(path, verdict, _)| (path.as_str(), verdict.as_str())).collect();
    assert_eq!(came, expected);
    assert_eq!(json["matching"], 4);
    rows.into_iter().map(|(_, _, from)| from).collect()
}

#[test]
fn kept_verdicts_stand_only_where_nothing_changed_and_always_say_from_when() {
    let bench = quick();
    let first = bench.run(&call(&["--format", "json"])).exits(0).json();
    assert_eq!(come_out_in_order(&first), [None, None, None, None]);
    let again = bench.run(&call(&["--format", "json"])).exits(0).json();
    assert_eq!(come_out_in_order(&again), [None, None, None, None], "a whole call is no reason to skip the next one");

    let resumed = bench.run(&call(&["--format", "json", "--resume"])).exits(0).json();
    let from = come_out_in_order(&resumed);
    assert_eq!(from[2], None, "a partial report is read anew");
    for (place, from) in from.iter().enumerate().filter(|(place, _)| *place != 2) {
        let finished = &again["bundles"][place]["proof"]["finished"];
        assert_eq!(from.as_deref(), finished.as_str(), "kept as of the last run");
        assert_eq!(resumed["bundles"][place]["proof"]["runs"], again["bundles"][place]["proof"]["runs"]);
    }
    let text = bench.run(&call(&["--resume"])).exits(0);
    text.says("  from 20");
    text.says("3 verdicts are from an earlier call");

    // One byte of an input, the author's expectation, another number of runs: run anew, and come out new.
    fs::write(bench.path("heap-overflow/poc/device-bell.tlv"), b"nothing").unwrap();
    let mut expected = fs::read_to_string(bench.path("null-deref-signal/expected")).unwrap();
    expected.push_str("\n# looked at again\n");
    fs::write(bench.path("null-deref-signal/expected"), expected).unwrap();
    let changed = bench.run(&call(&["--format", "json", "--resume"])).exits(10).json();
    let rows = rows(&changed);
    assert!(rows[0].2.is_some() && rows[1].2.is_none() && rows[3].2.is_none(), "{rows:?}");
    assert_ne!(rows[1].1, "reproduced");
    let more = bench.run(&["prove", "slop", "null-deref-signal", "--runs", "2", "--resume", "--format", "json"]).json();
    assert!(more["bundles"].as_array().unwrap().iter().all(|row| row["from"].is_null()));
    let fresh = bench.run(&call(&["--fresh", "--format", "json"])).exits(10).json();
    assert!(fresh["bundles"].as_array().unwrap().iter().all(|row| row["from"].is_null()));
}

#[test]
fn a_call_that_was_killed_goes_on_where_it_was() {
    let bench = Bench::new();
    for name in ["slop", "heap-overflow", "denial-of-service"] {
        bench.copy(name);
    }
    let call = ["prove", "slop", "heap-overflow", "denial-of-service"];
    let mut killed = bench.command().args(call).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // What is still being written has another name.
    let kept = || {
        let entries = fs::read_dir(bench.cache().join("results")).into_iter().flatten().flatten();
        let whole = |name: &str| !name.starts_with('.');
        entries.filter(|entry| entry.path().is_file() && whole(&entry.file_name().to_string_lossy())).count()
    };
    let begun = Instant::now();
    while kept() < 2 && begun.elapsed() < Duration::from_secs(600) {
        std::thread::sleep(Duration::from_millis(20));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(kept(), 2, "two verdicts were done, and the third takes long");

    let resumed = bench.run(&[&call[..], &["--format", "json"]].concat()).exits(0);
    resumed.says("was cut short");
    let came = rows(&resumed.json());
    assert!(came[0].2.is_some() && came[1].2.is_some() && came[2].2.is_none(), "{came:?}");
    assert_eq!(came[2].1, "reproduced");
    // Now it is done, and the next one owes nothing to it.
    let next = bench.run(&["prove", "slop", "heap-overflow", "--format", "json"]).exits(0);
    assert!(rows(&next.json()).iter().all(|row| row.2.is_none()));
}

#[test]
fn half_a_kept_verdict_is_none() {
    let bench = quick();
    bench.run(&call(&[])).exits(0);
    for entry in fs::read_dir(bench.cache().join("results")).unwrap().flatten().filter(|entry| entry.path().is_file()) {
        let whole = fs::read(entry.path()).unwrap();
        fs::write(entry.path(), &whole[..whole.len() / 2]).unwrap();
    }
    let resumed = bench.run(&call(&["--resume", "--format", "json"])).exits(0).json();
    assert_eq!(come_out_in_order(&resumed), [None, None, None, None]);
    // A cache that is gone costs what was kept, and no verdict.
    fs::remove_dir_all(bench.cache()).unwrap();
    let resumed = bench.run(&call(&["--resume", "--format", "json"])).exits(0).json();
    assert_eq!(come_out_in_order(&resumed), [None, None, None, None]);
}

/// A disk that takes only a little: every file of the program is cut there, as on a full one.
#[test]
fn a_full_disk_leaves_no_half_verdict() {
    let bench = quick();
    let run = |blocks: u32| {
        let mut shell = std::process::Command::new("sh");
        let program = bench.command();
        shell.env_clear();
        for (name, value) in program.get_envs() {
            shell.env(name, value.unwrap());
        }
        // SIGXFSZ is ignored, so that writing fails as on a full disk and the program must cope.
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.args(["-c", &script]).arg(program.get_program()).args(call(&["--format", "json"]));
        said(shell.current_dir(bench.path("")))
    };
    for blocks in [0, 4, 64] {
        let full = run(blocks);
        assert!([1, 10].contains(&full.exit), "{full:?}");
        for (path, verdict, _) in rows(&full.json()) {
            assert!(
                ["none", "not-run", "inconclusive"].contains(&verdict.as_str()),
                "{path} is {verdict} on a full disk"
            );
        }
        let kept = fs::read_dir(bench.cache().join("results")).into_iter().flatten().flatten();
        assert_eq!(kept.filter(|entry| entry.path().is_file()).count(), 0);
    }
    // With room again, all is well, and nothing is taken over from before.
    let after = bench.run(&call(&["--format", "json"])).exits(0).json();
    assert_eq!(come_out_in_order(&after), [None, None, None, None]);
}

#[test]
fn a_memory_ceiling_holds_or_is_told() {
    let bench = quick();
    // Room for one build at a time, and for nothing beside it.
    let tight = bench.run(&call(&["--memory", "7GiB", "--format", "json"])).exits(0).json();
    assert_eq!(tight["memory_ceiling"], 7_u64 << 30);
    come_out_in_order(&tight);
    // No room for a single run: nothing is run, and the reason names the way out.
    let none = bench.run(&["prove", "slop", "heap-overflow", "--memory", "64MiB", "--format", "json"]).exits(10).json();
    for row in none["bundles"].as_array().unwrap() {
        assert_eq!(row["proof"]["verdict"], "not-run");
        let told = row["proof"].to_string();
        assert!(told.contains("all runs together at most 64 MiB") && told.contains("ASSAY_MEMORY"), "{told}");
    }
    bench.run(&["prove", "slop", "--memory", "little"]).exits(2).says("write a whole number and a unit");
    let mut wrong = bench.command();
    said(wrong.env("ASSAY_MEMORY", "much").args(["prove", "slop"])).exits(14).says("correct ASSAY_MEMORY");
}

#[test]
fn a_flaky_trigger_is_run_until_its_control_counts() {
    let bench = Bench::new();
    bench.copy("flaky");
    // Half of the runs fire: that none or all of 12 do happens once in 2,000 times.
    let json = bench.run(&["prove", "flaky", "--runs", "12", "--format", "json"]).exits(11).json();
    let cells = |arm: usize| json["arms"][arm]["inputs"].as_array().unwrap().clone();
    let total = |cell: &Value| cell["total"].as_u64().unwrap();
    for arm in 0..2 {
        assert!([12, 20, 100].contains(&total(&cells(arm)[0])), "{:?}", cells(arm)[0]);
        assert_eq!(total(&cells(arm)[0]), total(&cells(0)[0]), "both versions grow alike");
        assert_eq!(total(&cells(arm)[1]), 12, "what is not flaky is run as often as asked");
    }
    assert_eq!(json["runs_wanted"], 12);
    assert_eq!(json["growth"], "enough");
    let control = &json["control"];
    assert!(control["counts"].as_bool().unwrap(), "{control}");
    assert_eq!(control["silent"], total(&cells(1)[0]));
    let (needed, fired) = (control["needed"].as_f64().unwrap(), json["rate"]["fired"].as_f64().unwrap());
    let rate = fired / json["rate"]["total"].as_f64().unwrap();
    // Enough means: even at the lower end of the interval, as many silent runs are no chance.
    let low = json["rate"]["low"].as_f64().unwrap();
    assert!(0.01_f64.ln() / (1.0 - low).ln() <= json["rate"]["total"].as_f64().unwrap(), "{json}");
    assert_eq!(needed, (0.01_f64.ln() / (1.0 - rate).ln()).ceil(), "m = ln 0.01 / ln(1 - p)");
    let sentence = json["sentence"].as_str().unwrap();
    assert!(sentence.contains(&format!("where {needed} rule out chance")), "{sentence}");
}

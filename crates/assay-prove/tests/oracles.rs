//! Every kind of oracle runs, and asks for what it needs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evidence_support;

use assay_bundle::manifest::{Channel, Differential, Instrument, Oracle, Stack};
use assay_prove::oracle::{Plan, from_manifest};
use assay_sandbox::{Profile, RunLimits};
use std::time::Duration;

fn all() -> Vec<Oracle> {
    vec![
        Oracle::Sanitizer { types: vec![], access: None, stack: Stack::Access, frame: None },
        Oracle::Leak { frame: None },
        Oracle::Signal { signals: vec!["SIGSEGV".to_owned()] },
        Oracle::Cpu,
        Oracle::Growth { exponent: 1.7, control: 1.3, ratio: 100.0 },
        Oracle::Memory,
        Oracle::CanaryWrite { path: None, allowed: vec![] },
        Oracle::CanaryRead,
        Oracle::Output { channel: Channel::Stdout, regex: "^x$".to_owned() },
        Oracle::Differential(Differential { exit: true, ..Differential::default() }),
        Oracle::Exception { types: vec!["KeyError".to_owned()], frame: None },
        Oracle::BuildRefusal,
    ]
}

#[test]
fn what_each_kind_asks_of_a_run() {
    let limits = RunLimits {
        cpu: Duration::from_secs(10),
        wall: Duration::from_secs(60),
        memory: 512 << 20,
        output: 1 << 20,
        pids: 64,
    };
    let mut lines = Vec::new();
    for oracle in all() {
        let mut manifest = evidence_support::manifest(1, 1, true);
        let kind = oracle.kind();
        manifest.oracle = oracle;
        let oracle = from_manifest(&manifest).unwrap_or_else(|why| panic!("{kind}: {why}"));
        let plan = Plan { instrument: Instrument::Asan, limits: &limits, exit_code: 77 };
        let options = oracle.options(&plan);
        let mut words: Vec<&str> = options.env.iter().map(|(name, _)| name.as_str()).collect();
        for (asked, word) in [
            (options.log_folder, "+log"),
            (options.snapshot_scratch, "+scratch"),
            (options.snapshot_canary, "+canary"),
            (options.hook, "+hook"),
            (options.family, "+family"),
            (options.profile == Profile::Lsan, "+ptrace"),
        ] {
            words.extend(asked.then_some(word));
        }
        lines.push(format!("{kind}: {}", words.join(" ")));
    }
    insta::assert_snapshot!(lines.join("\n"), @r"
    sanitizer: ASAN_OPTIONS UBSAN_OPTIONS +log +family
    leak: ASAN_OPTIONS UBSAN_OPTIONS LSAN_OPTIONS +log +family +ptrace
    signal: ASAN_OPTIONS UBSAN_OPTIONS +family
    cpu: ASAN_OPTIONS UBSAN_OPTIONS
    growth: ASAN_OPTIONS UBSAN_OPTIONS
    memory: ASAN_OPTIONS UBSAN_OPTIONS
    canary-write: ASAN_OPTIONS UBSAN_OPTIONS +scratch +canary
    canary-read: ASAN_OPTIONS UBSAN_OPTIONS +scratch +canary
    output: ASAN_OPTIONS UBSAN_OPTIONS
    differential: ASAN_OPTIONS UBSAN_OPTIONS
    exception: ASAN_OPTIONS UBSAN_OPTIONS PYTHONPATH PYTHONDONTWRITEBYTECODE NODE_OPTIONS +log +hook
    build-refusal: ASAN_OPTIONS UBSAN_OPTIONS
    ");
}

#[test]
fn a_regex_or_signal_that_slipped_through_is_not_run() {
    let mut manifest = evidence_support::manifest(1, 1, true);
    manifest.oracle = Oracle::Output { channel: Channel::Stderr, regex: "(".to_owned() };
    assert!(from_manifest(&manifest).is_err());
    manifest.oracle = Oracle::Signal { signals: vec!["SIGKILL".to_owned()] };
    assert!(from_manifest(&manifest).is_err());
}

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_sandbox::Family;

use super::super::testing::{PID, Scene};
use super::*;

fn frame(function: &str, file: &str) -> Frame {
    Frame { function: Some(function.to_owned()), file: Some(file.to_owned()) }
}

fn report() -> LogFile {
    LogFile {
        name: format!("report.{PID}"),
        content: Vec::new(),
        report: Some(Report {
            kind: "heap-buffer-overflow".to_owned(),
            pid: Some(PID),
            access: Some(Access::Read),
            access_stack: vec![
                frame("__interceptor_memcpy", "/usr/src/asan/interceptors.inc"),
                frame("parse_string", "/bundle/src/cJSON.c"),
                frame("main", "/bundle/harness.c"),
            ],
            allocated_stack: vec![frame("main", "/bundle/harness.c")],
            ..Report::default()
        }),
    }
}

fn oracle() -> Sanitizer {
    Sanitizer {
        types: vec!["heap-buffer-overflow".to_owned()],
        access: Some(Access::Read),
        stack: Stack::Access,
        frame: Some("parse_string".to_owned()),
    }
}

fn crash() -> Scene {
    let mut scene = Scene::of(End::Signaled(SIGABRT));
    scene.logs.push(report());
    scene
}

fn outcome(oracle: &Sanitizer, scene: &Scene) -> Outcome {
    oracle.judge(&scene.seen()).outcome
}

#[test]
fn fires_on_a_report_that_the_kernel_bears_out() {
    let judgement = oracle().judge(&crash().seen());
    assert_eq!(judgement.outcome, Outcome::Fired);
    assert_eq!(judgement.saw, "heap-buffer-overflow (read) in parse_string");
    assert_eq!(judgement.signature.unwrap().place, Place::Target);
}

#[test]
fn another_type_access_or_frame_is_another_crash() {
    let mut other = oracle();
    other.types = vec!["SEGV".to_owned()];
    assert_eq!(outcome(&other, &crash()), Outcome::OtherCrash);
    let mut other = oracle();
    other.access = Some(Access::Write);
    assert_eq!(outcome(&other, &crash()), Outcome::OtherCrash);
    let mut other = oracle();
    other.frame = Some("parse_number".to_owned());
    assert_eq!(outcome(&other, &crash()), Outcome::OtherCrash);
    let mut any = oracle();
    (any.types, any.access, any.frame) = (vec![], None, None);
    assert_eq!(outcome(&any, &crash()), Outcome::Fired);
}

#[test]
fn the_declared_stack_is_the_one_that_counts() {
    let mut allocated = oracle();
    allocated.stack = Stack::Allocated;
    let judgement = allocated.judge(&crash().seen());
    assert_eq!(judgement.outcome, Outcome::Fired);
    assert_eq!(judgement.signature.unwrap().place, Place::Harness);
    allocated.stack = Stack::Freed;
    assert_eq!(outcome(&allocated, &crash()), Outcome::OtherCrash, "that stack is empty");
}

#[test]
fn a_first_frame_in_the_harness_shows() {
    let mut scene = crash();
    let report = scene.logs[0].report.as_mut().unwrap();
    report.access_stack.insert(1, frame("copy_input", "harness.c"));
    let judgement = oracle().judge(&scene.seen());
    assert_eq!(judgement.outcome, Outcome::Fired);
    assert_eq!(judgement.signature.unwrap().place, Place::Harness);
}

#[test]
fn silence_is_an_end_without_a_report() {
    assert_eq!(outcome(&oracle(), &Scene::of(End::Exited(0))), Outcome::Silent);
    assert_eq!(outcome(&oracle(), &Scene::of(End::Exited(1))), Outcome::Silent);
}

#[test]
fn crashes_without_a_report_are_other_crashes() {
    for number in [SIGABRT, 11] {
        assert_eq!(outcome(&oracle(), &Scene::of(End::Signaled(number))), Outcome::OtherCrash);
    }
    let mut scene = crash();
    scene.finished.end = End::Signaled(11);
    assert_eq!(outcome(&oracle(), &scene), Outcome::OtherCrash);
}

#[test]
fn limits_are_no_evidence() {
    for end in [End::CpuLimit, End::WallLimit, End::MemoryLimit, End::OutputLimit] {
        let mut scene = crash();
        scene.finished.end = end;
        assert_eq!(outcome(&oracle(), &scene), Outcome::Limit);
    }
    let mut scene = Scene::of(End::Signaled(SIGABRT));
    scene.logs.push(LogFile {
        name: format!("report.{PID}"),
        content: b"==2==AddressSanitizer: hard rss limit exhausted (512Mb vs 520Mb)\n".to_vec(),
        report: None,
    });
    assert_eq!(outcome(&oracle(), &scene), Outcome::Limit);
    let scene = Scene::of(End::NotStarted("no such file".to_owned()));
    assert_eq!(outcome(&oracle(), &scene), Outcome::HarnessError);
}

#[test]
fn a_broken_runtime_is_a_broken_oracle() {
    let mut scene = Scene::of(End::Exited(1));
    scene.logs.push(LogFile {
        name: format!("report.{PID}"),
        content: b"==2==LeakSanitizer has encountered a fatal error.\n".to_vec(),
        report: None,
    });
    assert_eq!(outcome(&oracle(), &scene), Outcome::OracleBroken);
    assert_eq!(outcome(&oracle(), &Scene::of(End::Exited(77))), Outcome::OracleBroken);
}

#[test]
fn cheat_printing_a_report() {
    let mut scene = Scene::of(End::Exited(1));
    scene.finished.stderr = b"==2==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000018\n".to_vec();
    let judgement = oracle().judge(&scene.seen());
    assert_eq!(judgement.outcome, Outcome::Silent);
    assert!(judgement.saw.contains("printed and ignored"), "{}", judgement.saw);
}

#[test]
fn cheat_planting_a_log() {
    // Without the abort, by the exit status alone, as another process, and twice.
    for status in [0, 1, 134] {
        let mut scene = crash();
        scene.finished.end = End::Exited(status);
        assert_eq!(outcome(&oracle(), &scene), Outcome::OracleBroken);
    }
    for name in ["report.3", "report", "report.2.bak", "report.02x"] {
        let mut scene = crash();
        scene.logs[0].name = name.to_owned();
        assert_eq!(outcome(&oracle(), &scene), Outcome::OracleBroken, "{name}");
    }
    let mut scene = crash();
    scene.logs[0].report.as_mut().unwrap().pid = Some(PID + 1);
    assert_eq!(outcome(&oracle(), &scene), Outcome::OracleBroken);
    let mut scene = crash();
    scene.logs.push(report());
    assert_eq!(outcome(&oracle(), &scene), Outcome::OracleBroken);
}

#[test]
fn cheat_letting_another_process_take_it() {
    let with = |family: Option<Family>| {
        let mut scene = Scene::of(End::Exited(0));
        scene.finished.usage.family = family;
        outcome(&oracle(), &scene)
    };
    let child = Family { others: 1, copies: 1, ..Family::default() };
    assert_eq!(with(Some(Family { left: 1, ..child })), Outcome::Silent, "it left by itself, and reported nothing");
    assert_eq!(with(Some(child)), Outcome::OracleBroken, "a signal ended it");
    assert_eq!(with(Some(Family { stayed: 1, ..child })), Outcome::OracleBroken, "the runner ended it");
    assert_eq!(with(None), Outcome::OracleBroken);
    assert_eq!(with(Some(Family { aborts: 1, ..Family::default() })), Outcome::OracleBroken, "it caught its end");
    let program = Family { programs: 1, ..Family::default() };
    assert_eq!(with(Some(program)), Outcome::Silent);
    assert_eq!(with(Some(Family { replaced: 1, ..program })), Outcome::OracleBroken, "in its own place");
    assert_eq!(with(Some(Family { disarmed: 1, ..program })), Outcome::OracleBroken, "with options of its own");
    let mut scene = crash();
    scene.finished.usage.family = None;
    assert_eq!(outcome(&oracle(), &scene), Outcome::Fired, "a report needs nobody else's silence");
}

#[test]
fn cheat_hiding_a_crash_behind_junk() {
    // A log without a report in it neither helps nor hurts.
    let mut scene = crash();
    scene.logs.push(LogFile { name: "report.9".to_owned(), content: b"junk".to_vec(), report: None });
    assert_eq!(outcome(&oracle(), &scene), Outcome::Fired);
}

#[test]
fn hostile_words_do_not_reach_the_terminal() {
    let mut scene = crash();
    let report = scene.logs[0].report.as_mut().unwrap();
    report.kind = format!("\u{1b}[2J{}", "x".repeat(10_000));
    let judgement = oracle().judge(&scene.seen());
    assert!(!judgement.saw.contains('\u{1b}') && judgement.saw.len() < 600);
}

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_sandbox::Family;

use super::super::testing::{PID, Scene};
use super::*;

const CHECKED: &[u8] = b"==3==Processing thread 2.\n==3==Stack at 0x7ff0-0x7fff (SP = 0x7ffe).\n";

fn frame(function: &str, file: &str) -> Frame {
    Frame { function: Some(function.to_owned()), file: Some(file.to_owned()) }
}

fn lost(function: &str, file: &str) -> Lost {
    Lost { size: Some(33), allocated: vec![Frame::default(), frame(function, file)] }
}

fn report(leaks: Vec<Lost>) -> LogFile {
    let report = Report { kind: LEAKS.to_owned(), pid: Some(PID), leaks, ..Report::default() };
    LogFile { name: format!("report.{PID}"), content: CHECKED.to_vec(), report: Some(report) }
}

fn leaking(leaks: Vec<Lost>) -> Scene {
    let mut scene = Scene::of(End::Exited(77));
    scene.logs.push(report(leaks));
    scene
}

fn quiet(end: End, log: &[u8]) -> Scene {
    let mut scene = Scene::of(end);
    scene.logs.push(LogFile { name: format!("report.{PID}"), content: log.to_vec(), report: None });
    scene
}

fn judge(frame: Option<&str>, scene: &Scene) -> Judgement {
    Leak { frame: frame.map(str::to_owned), tries: false }.judge(&scene.seen())
}

#[test]
fn fires_on_what_the_target_allocated() {
    let scene = leaking(vec![lost("parse_name", "src/name.c")]);
    for declared in [None, Some("parse_name")] {
        let judgement = judge(declared, &scene);
        assert_eq!(judgement.outcome, Outcome::Fired);
        assert_eq!(judgement.saw, "33 bytes were lost, allocated in parse_name");
    }
    let judgement = judge(Some("other"), &scene);
    assert_eq!(judgement.outcome, Outcome::OtherCrash);
    assert!(judgement.saw.ends_with("declared was the frame other"), "{}", judgement.saw);
}

#[test]
fn the_declared_leak_is_found_among_others() {
    let leaks = vec![lost("main", "harness.c"), lost("table", "src/t.c"), lost("parse_name", "src/name.c")];
    let judgement = judge(Some("parse_name"), &leaking(leaks.clone()));
    assert_eq!((judgement.outcome, judgement.signature.unwrap().place), (Outcome::Fired, Place::Target));
    let judgement = judge(Some("gone"), &leaking(leaks));
    assert_eq!((judgement.outcome, judgement.signature.unwrap().place), (Outcome::Fired, Place::Harness));
}

#[test]
fn a_leak_of_nobody_known_is_another_crash() {
    let judgement = judge(None, &leaking(vec![lost("g_new", "/usr/include/glib.h")]));
    assert_eq!(judgement.outcome, Outcome::OtherCrash);
    assert!(judgement.saw.contains("no frame"), "{}", judgement.saw);
    assert_eq!(judge(None, &leaking(Vec::new())).outcome, Outcome::OtherCrash, "a report that names nothing");
}

#[test]
fn silence_is_a_check_that_found_nothing() {
    assert_eq!(judge(None, &quiet(End::Exited(0), CHECKED)).outcome, Outcome::Silent);
    assert_eq!(judge(None, &quiet(End::Exited(3), CHECKED)).outcome, Outcome::Silent);
}

#[test]
fn cheat_leaving_before_the_check() {
    assert_eq!(judge(None, &Scene::of(End::Exited(0))).outcome, Outcome::OracleBroken);
    assert_eq!(judge(None, &quiet(End::Exited(0), b"hello\n")).outcome, Outcome::OracleBroken);
    let mut scene = quiet(End::Exited(0), CHECKED);
    scene.logs[0].name = "report.9".to_owned();
    assert_eq!(judge(None, &scene).outcome, Outcome::OracleBroken, "the check of a child is not its own");
}

#[test]
fn cheat_losing_it_in_a_memory_that_nobody_looks_through() {
    let with = |family: Option<Family>, checked: &[&str]| {
        let mut scene = quiet(End::Exited(0), CHECKED);
        for name in checked {
            scene.logs.push(LogFile { name: (*name).to_owned(), content: CHECKED.to_vec(), report: None });
        }
        scene.finished.usage.family = family;
        judge(None, &scene).outcome
    };
    let none = Family::default();
    let child = Family { others: 1, left: 1, copies: 1, ..none };
    assert_eq!(with(Some(none), &[]), Outcome::Silent);
    assert_eq!(with(Some(child), &[]), Outcome::OracleBroken, "a child that left early");
    assert_eq!(with(Some(child), &["report.3"]), Outcome::Silent, "a child that was looked through");
    assert_eq!(with(Some(child), &["report.2", "report.02"]), Outcome::OracleBroken, "one process counts once");
    assert_eq!(with(Some(Family { copies: 0, ..child }), &[]), Outcome::Silent, "it shares the first one's memory");
    assert_eq!(with(Some(Family { programs: 1, ..none }), &[]), Outcome::OracleBroken, "a program in its place");
    assert_eq!(with(Some(Family { left: 0, ..child }), &["report.3"]), Outcome::OracleBroken, "killed");
    assert_eq!(with(Some(Family { left: 0, stayed: 1, ..child }), &["report.3"]), Outcome::OracleBroken, "a daemon");
    assert_eq!(with(None, &[]), Outcome::OracleBroken, "what is not counted is not known");
    let tested = Family { tests: 1, ..child };
    assert_eq!(with(Some(tested), &[]), Outcome::OracleBroken, "this runtime makes no test");
    let mut scene = quiet(End::Exited(0), CHECKED);
    let mut outcome = |family| {
        scene.finished.usage.family = Some(family);
        Leak { frame: None, tries: true }.judge(&scene.seen()).outcome
    };
    assert_eq!(outcome(tested), Outcome::Silent);
    assert_eq!(outcome(Family { copies: 2, others: 2, left: 2, ..tested }), Outcome::OracleBroken);
}

#[test]
fn a_check_that_gave_up_is_no_leak() {
    let text = b"==2==LeakSanitizer has encountered a fatal error.\n";
    for status in [0, 1, 77] {
        assert_eq!(judge(None, &quiet(End::Exited(status), text)).outcome, Outcome::OracleBroken);
    }
    let mut scene = leaking(vec![lost("parse_name", "src/name.c")]);
    scene.logs[0].content.extend_from_slice(text);
    assert_eq!(judge(None, &scene).outcome, Outcome::OracleBroken, "nor where a leak is reported beside it");
    assert_eq!(judge(None, &quiet(End::Exited(77), CHECKED)).outcome, Outcome::OracleBroken);
}

#[test]
fn cheat_planting_a_report() {
    for end in [End::Exited(0), End::Exited(23), End::Exited(78)] {
        let mut scene = leaking(vec![lost("parse_name", "src/name.c")]);
        scene.finished.end = end;
        assert_eq!(judge(None, &scene).outcome, Outcome::OracleBroken);
    }
    for name in ["report", "report.3", "report.2.bak"] {
        let mut scene = leaking(vec![lost("parse_name", "src/name.c")]);
        scene.logs[0].name = name.to_owned();
        assert_eq!(judge(None, &scene).outcome, Outcome::OracleBroken, "{name}");
    }
    let mut scene = leaking(vec![lost("parse_name", "src/name.c")]);
    scene.logs.push(report(vec![lost("parse_name", "src/name.c")]));
    assert_eq!(judge(None, &scene).outcome, Outcome::OracleBroken);
    let mut scene = leaking(vec![lost("parse_name", "src/name.c")]);
    scene.logs[0].report.as_mut().unwrap().pid = Some(PID + 1);
    assert_eq!(judge(None, &scene).outcome, Outcome::OracleBroken);
}

#[test]
fn crashes_and_limits_are_what_they_are() {
    let mut scene = leaking(vec![lost("parse_name", "src/name.c")]);
    scene.finished.end = End::Signaled(11);
    assert_eq!(judge(None, &scene).outcome, Outcome::OtherCrash);
    scene.finished.end = End::MemoryLimit;
    assert_eq!(judge(None, &scene).outcome, Outcome::Limit);
    let mut scene = leaking(Vec::new());
    let report = scene.logs[0].report.as_mut().unwrap();
    report.kind = "heap-use-after-free".to_owned();
    report.access_stack = vec![frame("parse_name", "src/name.c")];
    let judgement = judge(Some("parse_name"), &scene);
    assert_eq!(
        (judgement.outcome, judgement.signature.unwrap().kind.as_str()),
        (Outcome::OtherCrash, "heap-use-after-free")
    );
}

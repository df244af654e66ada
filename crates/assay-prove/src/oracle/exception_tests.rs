#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_triage::exception::SourceLine;

use super::super::testing::{FIXED, PID, Scene};
use super::*;

/// Classes (the first is the exception's own) and frames, innermost first.
fn record(classes: &[&str], frames: &[(&str, &str)]) -> Record {
    let (kind, bases) = classes.split_first().unwrap();
    let frames = frames.iter().rev().map(|(function, file)| SourceLine {
        file: (*file).to_owned(),
        line: Some(1),
        function: Some((*function).to_owned()),
    });
    Record {
        exception: assay_triage::exception::Exception {
            language: "python".to_owned(),
            kind: (*kind).to_owned(),
            bases: bases.iter().map(|&class| class.to_owned()).collect(),
            message: String::new(),
            frames: frames.collect(),
        },
        thread: false,
    }
}

fn recursion() -> Record {
    record(
        &["RecursionError", "RuntimeError", "Exception", "BaseException", "object"],
        &[
            ("Pattern.match", "/usr/lib/python3.11/re/__init__.py"),
            ("TokenList.flatten", "/out/site/sqlparse/sql.py"),
            ("<module>", "/bundle/harness.py"),
        ],
    )
}

fn scene(status: i32, records: Vec<Record>) -> Scene {
    let mut scene = Scene::of(End::Exited(status));
    scene.hooks.push(HookLog { pid: PID, records, watched: Watched::ToTheEnd { ran_out: false }, broken: None });
    scene
}

fn oracle() -> Exception {
    Exception {
        types: vec!["RecursionError".to_owned()],
        frame: Some("flatten".to_owned()),
        java: false,
        project: false,
    }
}

fn outcome(scene: &Scene) -> Outcome {
    oracle().judge(&scene.seen()).outcome
}

#[test]
fn fires_on_the_declared_class_and_frame() {
    let judgement = oracle().judge(&scene(1, vec![recursion()]).seen());
    assert_eq!(judgement.outcome, Outcome::Fired);
    assert_eq!(judgement.saw, "uncaught RecursionError in TokenList.flatten");
    assert_eq!(judgement.signature.unwrap().place, Place::Target);
}

#[test]
fn a_base_class_may_be_declared() {
    let mut base = oracle();
    base.types = vec!["RuntimeError".to_owned()];
    let scene = scene(1, vec![recursion()]);
    let judgement = base.judge(&scene.seen());
    assert_eq!(judgement.outcome, Outcome::Fired);
    assert_eq!(judgement.signature.unwrap().kind, "RuntimeError");
}

#[test]
fn names_match_by_their_last_parts() {
    assert!(same_function("flatten", "TokenList.flatten"));
    assert!(same_function("TokenList.flatten", "TokenList.flatten"));
    assert!(!same_function("latten", "TokenList.flatten"));
}

#[test]
fn silence_is_an_end_without_an_exception() {
    assert_eq!(outcome(&scene(0, vec![])), Outcome::Silent);
    assert_eq!(outcome(&scene(3, vec![])), Outcome::Silent);
}

#[test]
fn another_class_or_frame_is_another_crash() {
    let value = record(&["ValueError", "Exception"], &[("parse", "/out/site/sqlparse/x.py")]);
    assert_eq!(outcome(&scene(1, vec![value])), Outcome::OtherCrash);
    let mut elsewhere = recursion();
    elsewhere.exception.frames[1].function = Some("TokenList.token_next".to_owned());
    assert_eq!(outcome(&scene(1, vec![elsewhere])), Outcome::OtherCrash);
    let mut nowhere = recursion();
    nowhere.exception.frames.drain(..2);
    assert_eq!(outcome(&scene(1, vec![nowhere])), Outcome::OtherCrash);
}

#[test]
fn the_fixed_version_may_refuse_by_its_own_exception() {
    let refusal = record(&["sqlparse.exceptions.SQLParseError"], &[("flatten", "/out/site/sqlparse/sql.py")]);
    let mut fixed = scene(1, vec![refusal.clone()]);
    fixed.cell = FIXED;
    assert_eq!(outcome(&fixed), Outcome::Silent);
    // Not from the harness, and not with the declared class.
    let mut broken = fixed;
    broken.hooks[0].records[0].exception.frames[0].file = "/bundle/harness.py".to_owned();
    assert_eq!(outcome(&broken), Outcome::OtherCrash);
    broken.hooks[0].records[0] = recursion();
    assert_eq!(outcome(&broken), Outcome::Fired);
    assert_eq!(outcome(&scene(1, vec![refusal])), Outcome::OtherCrash, "on the vulnerable version");
}

#[test]
fn a_first_frame_in_the_harness_shows() {
    let own = record(&["RecursionError"], &[("walk", "/bundle/harness.py"), ("flatten", "/out/site/x.py")]);
    let judgement = oracle().judge(&scene(1, vec![own]).seen());
    assert_eq!(judgement.signature.unwrap().place, Place::Harness);
}

#[test]
fn threads_end_only_themselves() {
    let mut thread = recursion();
    thread.thread = true;
    let mut other = record(&["OSError"], &[("walk", "/out/site/sqlparse/sql.py")]);
    other.thread = true;
    assert_eq!(outcome(&scene(0, vec![other])), Outcome::Silent, "none that is declared");
    assert_eq!(outcome(&scene(1, vec![thread.clone()])), Outcome::Fired);
    assert_eq!(outcome(&scene(1, vec![thread.clone(), recursion()])), Outcome::Fired);
    assert_eq!(outcome(&scene(1, vec![thread.clone(), thread])), Outcome::OracleBroken);
}

#[test]
fn cheat_letting_somebody_else_raise_it() {
    let mut thread = recursion();
    thread.thread = true;
    let judgement = oracle().judge(&scene(0, vec![thread]).seen());
    assert_eq!(judgement.outcome, Outcome::OtherCrash);
    assert!(judgement.saw.contains("ended a thread and not the program"), "{}", judgement.saw);
    let mut child = scene(0, vec![]);
    let log = HookLog { pid: PID + 1, records: vec![recursion()], watched: Watched::NotToTheEnd, broken: None };
    child.hooks.push(log);
    assert_eq!(outcome(&child), Outcome::OtherCrash);
    child.hooks[1].records = vec![record(&["OSError"], &[])];
    assert_eq!(outcome(&child), Outcome::Silent, "none that is declared");
}

#[test]
fn cheat_taking_the_hook_away() {
    for status in [0, 1] {
        for watched in [Watched::NotToTheEnd, Watched::Displaced] {
            let mut scene = scene(status, vec![]);
            scene.hooks[0].watched = watched;
            assert_eq!(outcome(&scene), Outcome::OracleBroken, "{watched:?}, {status}");
        }
    }
    let mut ran_out = scene(1, vec![]);
    ran_out.hooks[0].watched = Watched::ToTheEnd { ran_out: true };
    assert_eq!(outcome(&ran_out), Outcome::OracleBroken, "nobody exited, and the status is not that of an end");
    ran_out.finished.end = End::Exited(0);
    assert_eq!(outcome(&ran_out), Outcome::Silent);
    let mut server = scene(0, vec![]);
    server.hooks[0].watched = Watched::NotToTheEnd;
    server.finished.end = End::Stopped;
    assert_eq!(outcome(&server), Outcome::Silent, "it was asked to end");
}

#[test]
fn cheat_telling_a_projects_program_to_raise_it() {
    let told = |inner: &str| {
        let frames = [("<module>", inner), ("TokenList.flatten", "/out/site/sqlparse/sql.py")];
        scene(1, vec![record(&["RecursionError"], &frames)])
    };
    let of = |project: bool, scene: &Scene| Exception { project, ..oracle() }.judge(&scene.seen()).outcome;
    for inner in ["<string>", "<stdin>", "<eval>"] {
        assert_eq!(of(true, &told(inner)), Outcome::OtherCrash, "{inner}");
        assert_eq!(of(false, &told(inner)), Outcome::Fired, "a harness of the claimant's is no more than his word");
    }
    for inner in ["<frozen importlib._bootstrap>", "/usr/lib/python3.11/ast.py", "<native>"] {
        assert_eq!(of(true, &told(inner)), Outcome::Fired, "{inner}");
    }
}

#[test]
fn cheat_printing_a_traceback() {
    let mut scene = scene(1, vec![]);
    scene.finished.stderr = b"Traceback (most recent call last):\nRecursionError: maximum\n".to_vec();
    assert_eq!(outcome(&scene), Outcome::Silent);
}

#[test]
fn cheat_a_record_that_the_end_does_not_bear_out() {
    assert_eq!(outcome(&scene(0, vec![recursion()])), Outcome::OracleBroken);
    assert_eq!(outcome(&scene(1, vec![recursion(), recursion()])), Outcome::OracleBroken);
    let mut other = scene(1, vec![recursion()]);
    other.hooks[0].pid = PID + 1;
    assert_eq!(outcome(&other), Outcome::OracleBroken);
    let mut junk = scene(1, vec![recursion()]);
    junk.hooks[0].broken = Some("line 2 is no record".to_owned());
    assert_eq!(outcome(&junk), Outcome::OracleBroken);
}

#[test]
fn an_interpreter_without_the_hook_proves_nothing() {
    for status in [0, 1] {
        assert_eq!(outcome(&Scene::of(End::Exited(status))), Outcome::OracleBroken);
    }
}

#[test]
fn an_interpreter_that_crashes_is_another_crash() {
    let mut scene = scene(1, vec![recursion()]);
    scene.finished.end = End::Signaled(11);
    assert_eq!(outcome(&scene), Outcome::OtherCrash);
    scene.finished.end = End::CpuLimit;
    assert_eq!(outcome(&scene), Outcome::Limit);
}

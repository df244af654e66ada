#![allow(clippy::unwrap_used, clippy::panic)]

use assay_bundle::verdict::Outcome;
use assay_sandbox::End;

use super::guard::Guarded;
use super::*;
use crate::oracle::testing::{PID, Scene};
use crate::oracle::{Frame, LogFile, Report};

/// A run under guard pages whose fault, if any, lies in `parse` of the target.
fn judged_at(kind: &str, log: Option<&str>, end: End, stack: &[(&str, &str)]) -> Outcome {
    let mut scene = Scene::of(end);
    let frame = |(function, file): &(&str, &str)| Frame {
        function: Some((*function).to_owned()),
        file: Some((*file).to_owned()),
    };
    let report = Report { access_stack: stack.iter().map(frame).collect(), ..Report::default() };
    scene.logs = log
        .map(|text| LogFile {
            name: format!("guard.{PID}"),
            content: text.as_bytes().to_vec(),
            report: Some(report.clone()),
        })
        .into_iter()
        .collect();
    let reported = Reported { kind: kind.to_owned(), function: Some("parse".into()) };
    Guarded { heap: Heap::GuardPages, reported: [reported].into() }.judge(&scene.seen()).outcome
}

const PARSE: &[(&str, &str)] =
    &[("memcpy", "/usr/lib/x.c"), ("parse", "/bundle/src/a.c"), ("main", "/bundle/harness.c")];

fn judged(kind: &str, log: Option<&str>, end: End) -> Outcome {
    judged_at(kind, log, end, PARSE)
}

const SEGV: End = End::Signaled(11);

#[test]
fn a_fault_of_the_reported_kind_agrees() {
    for (kind, fault, end) in [
        ("heap-buffer-overflow", "guard", SEGV),
        ("heap-use-after-free", "freed", SEGV),
        ("double-free", "freed", SEGV),
        ("bad-free", "bad-free", End::Signaled(6)),
        ("SEGV", "null", SEGV),
    ] {
        assert_eq!(judged(kind, Some(&format!("loaded\n{fault}\n")), end), Outcome::Fired, "{kind}");
    }
    assert_eq!(judged("FPE", Some("loaded\narithmetic\n"), End::Signaled(8)), Outcome::Fired);
    assert_eq!(judged("heap-buffer-overflow", Some("loaded\n"), End::Exited(0)), Outcome::Silent);
    assert_eq!(judged("heap-buffer-overflow", Some("loaded\nheld 3 9\n"), End::Exited(0)), Outcome::Silent);
}

#[test]
fn a_fault_of_another_kind_does_not() {
    for (kind, log, end) in [
        ("heap-buffer-overflow", "loaded\nnull\n", SEGV),
        ("heap-buffer-overflow", "loaded\nfreed\n", SEGV),
        ("heap-buffer-overflow", "loaded\nsent\n", SEGV),
        ("heap-buffer-overflow", "loaded\ntrap\n", SEGV),
        ("heap-buffer-overflow", "loaded\nguard\n", End::Signaled(6)),
        ("heap-use-after-free", "loaded\nguard\n", SEGV),
        ("memcpy-param-overlap", "loaded\nguard\n", SEGV),
        ("SEGV", "loaded\nsent\n", SEGV),
        ("heap-buffer-overflow", "loaded\n", SEGV),
    ] {
        assert_eq!(judged(kind, Some(log), end), Outcome::OtherCrash, "{kind} {log}");
    }
}

#[test]
fn a_fault_at_another_place_does_not() {
    let overflow = |stack| judged_at("heap-buffer-overflow", Some("loaded\nguard\n"), SEGV, stack);
    assert_eq!(overflow(PARSE), Outcome::Fired);
    for stack in [
        &[("other", "/bundle/src/a.c"), ("parse", "/bundle/src/a.c")][..],
        &[("main", "/bundle/harness.c"), ("parse", "/bundle/src/a.c")],
        &[("memcpy", "/usr/lib/x.c")],
        &[],
    ] {
        assert_eq!(overflow(stack), Outcome::OtherCrash, "{stack:?}");
    }
}

#[test]
fn a_log_that_does_not_fit_is_no_evidence() {
    for log in [None, Some(""), Some("guard\n"), Some("loaded\nguard\nguard\n"), Some("loaded\nguard\nheld 1 1\n")] {
        assert_eq!(judged("heap-buffer-overflow", log, SEGV), Outcome::OracleBroken, "{log:?}");
    }
    assert_eq!(judged("heap-buffer-overflow", Some("loaded\nguard\n"), End::Exited(0)), Outcome::OracleBroken);
    assert_eq!(judged("heap-buffer-overflow", Some("loaded\n"), End::CpuLimit), Outcome::Limit);
}

#[test]
fn only_evidence_of_another_kind_is_asked_for() {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../assay/tests/bundles/plain/proof.toml"),
    )
    .unwrap();
    let manifest = assay_bundle::manifest::parse(&text).unwrap();
    let (kind, second) = derived(&manifest).unwrap();
    assert_eq!(kind, "guard pages");
    assert_eq!(second.build.as_ref().unwrap().instrument, Instrument::None);
    let (kind, third) = derived(&second).unwrap();
    assert_eq!((kind, third.build.unwrap().instrument), ("sanitizer", Instrument::Asan));
    for same in [Declared::Cpu, Declared::CanaryRead, Declared::BuildRefusal] {
        assert!(derived(&Manifest { oracle: same, ..manifest.clone() }).is_none());
    }
    let mut own = manifest;
    own.build.as_mut().unwrap().recipe = Recipe::Run(vec!["make".into()]);
    assert!(derived(&own).is_none(), "what the claimant's command builds is not the runner's to choose");
}

//! Small bundles and evidence for the tests of the verdict.
#![allow(dead_code)]

pub mod runner;

use std::collections::BTreeMap;
use std::time::Duration;

use assay_bundle::manifest::{
    Alive, Arm, ArmName, Arms, Deps, Harness, HarnessKind, HarnessOrigin, Input, InputContent, Inputs, Limits,
    Manifest, Oracle, Provenance, Repeat, Source, Stack, Target,
};
use assay_bundle::verdict::Outcome;
use assay_prove::evidence::{Cell, Place, Role, Run, Signature};

/// A manifest with this many inputs of each kind.
pub fn manifest(triggers: usize, benign: usize, fixed: bool) -> Manifest {
    let arm = || Arm {
        source: Source::Package { package: "pkg:generic/parser@1".to_owned(), files: BTreeMap::new() },
        deps: BTreeMap::new(),
        refusal: None,
    };
    let input = || Input { content: InputContent::Args(vec!["x".to_owned()]), size: None };
    Manifest {
        title: "Heap over-read".to_owned(),
        description: None,
        weakness: vec![],
        ids: vec![],
        severity: None,
        target: Target { purl: "pkg:generic/parser@1".to_owned(), scope: None },
        arms: Arms { vulnerable: arm(), fixed: fixed.then(arm) },
        deps: Deps::default(),
        toolchain: vec![],
        build: None,
        harness: Harness {
            kind: HarnessKind::Args,
            run: vec!["$OUT/harness".to_owned(), "$INPUT".to_owned()],
            limits: Limits::default(),
            origin: HarnessOrigin::Claimant,
            files: vec![],
            alive: Alive::default(),
            join: None,
        },
        inputs: Inputs {
            trigger: (0..triggers).map(|_| input()).collect(),
            benign: (0..benign).map(|_| input()).collect(),
        },
        oracle: Oracle::Sanitizer {
            types: vec!["heap-buffer-overflow".to_owned()],
            access: None,
            stack: Stack::Access,
            frame: Some("parse_string".to_owned()),
        },
        repeat: Repeat { runs: 3 },
        tests: None,
        provenance: Provenance::default(),
    }
}

/// One run of a cell.
pub fn run(cell: Cell, repetition: u32, outcome: Outcome, alive: bool, place: Place) -> Run {
    let signature = match outcome {
        Outcome::Fired => Some(Signature {
            kind: "heap-buffer-overflow".to_owned(),
            function: Some("parse_string".to_owned()),
            place,
        }),
        Outcome::OtherCrash => {
            Some(Signature { kind: "SEGV".to_owned(), function: Some("free_list".to_owned()), place })
        }
        _ => None,
    };
    Run {
        cell,
        repetition,
        outcome,
        alive: (cell.role == Role::Benign).then_some(alive),
        signature,
        saw: String::new(),
        end: String::new(),
        cpu: Duration::ZERO,
        wall: Duration::ZERO,
        max_rss: 0,
        compared: None,
        logs: Vec::new(),
    }
}

/// The runs of one cell: letters `F`ired, `S`ilent, `D`ead (silent, no sign of
/// life), `O`ther crash, `H` fired in the harness, `L`imit, `B`uild failed.
pub fn runs(arm: ArmName, role: Role, input: usize, letters: &str) -> Vec<Run> {
    let cell = Cell { arm, role, input };
    letters
        .chars()
        .zip(0..)
        .map(|(letter, repetition)| {
            let (outcome, alive, place) = match letter {
                'F' => (Outcome::Fired, true, Place::Target),
                'S' => (Outcome::Silent, true, Place::Target),
                'D' => (Outcome::Silent, false, Place::Target),
                'O' => (Outcome::OtherCrash, true, Place::Target),
                'H' => (Outcome::Fired, true, Place::Harness),
                'L' => (Outcome::Limit, true, Place::Target),
                'B' => (Outcome::BuildFailed, true, Place::Target),
                other => panic!("no run outcome has the letter {other}"),
            };
            run(cell, repetition, outcome, alive, place)
        })
        .collect()
}

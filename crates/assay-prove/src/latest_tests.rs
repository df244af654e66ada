#![allow(clippy::unwrap_used, clippy::panic)]
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{self, ArmName};
use assay_bundle::verdict::{Assurance, Outcome};
use jiff::Timestamp;

use super::*;
use crate::evidence::{ArmState, Cell, Evidence, Reach, Run};
use crate::verdict::{self, Growth};

const TEXT: &str = "schema = \"assay.proof/1\"\ntitle = \"t\"\n[target]\npurl = \"pkg:generic/t@1\"\n\
    [arms.vulnerable.source]\npath = \"target\"\n[harness]\nkind = \"args\"\nrun = [\"$SRC/t\", \"$INPUT\"]\nlimits = { cpu = \"2s\" }\n\
    origin = \"claimant\"\n[inputs]\ntrigger = [{ args = [\"a\"] }, { args = [\"c\"] }]\nbenign = [{ args = [\"b\"] }]\n\
    [oracle]\nkind = \"cpu\"\n[repeat]\nruns = 2\n";

/// A proof with these outcomes of the two triggers; the benign input is alive as told.
fn proof(state: ArmState, triggers: [[Outcome; 2]; 2], alive: bool) -> Proof {
    let manifest = manifest::parse(TEXT).unwrap();
    let run = |role, input, repetition, outcome, alive| Run {
        cell: Cell { arm: ArmName::Vulnerable, role, input },
        repetition,
        outcome,
        alive,
        signature: None,
        saw: String::new(),
        end: "exit 0".into(),
        cpu: Duration::ZERO,
        wall: Duration::ZERO,
        max_rss: 0,
        compared: None,
        logs: Vec::new(),
    };
    let mut runs = Vec::new();
    for number in 0..2 {
        runs.push(run(Role::Benign, 0, number, Outcome::Silent, Some(alive)));
        for (input, outcomes) in triggers.iter().enumerate() {
            runs.push(run(Role::Trigger, input, number, outcomes[number as usize], None));
        }
    }
    runs.sort_by_key(|run| (run.cell, run.repetition));
    let runs = if state == ArmState::Built { runs } else { Vec::new() };
    let evidence =
        Evidence { vulnerable: state, fixed: None, reach: Reach::Unknown, wanted: 2, growth: Growth::None, runs };
    Proof {
        ruling: verdict::decide(&manifest, &evidence),
        manifest,
        bundle_id: Sha256::of(b""),
        claim_id: Sha256::of(b""),
        assurance: Assurance::Claimant,
        claimants_parts: Vec::new(),
        second: None,
        tier: None,
        layers: None,
        evidence,
        arms: Vec::new(),
        tools: Vec::new(),
        inputs: Vec::new(),
        running: Duration::ZERO,
        started: Timestamp::UNIX_EPOCH,
        finished: Timestamp::UNIX_EPOCH,
    }
}

const FIRED: [Outcome; 2] = [Outcome::Fired, Outcome::Fired];
const SILENT: [Outcome; 2] = [Outcome::Silent, Outcome::Silent];

fn ground(proof: Proof) -> Ground {
    Ground { proof, runs: 2, enough: true }
}

#[test]
fn gone_is_said_only_of_what_lives_and_is_silent_throughout() {
    let shown = ground(proof(ArmState::Built, [FIRED, FIRED], true));
    let broken = || ArmState::OracleBroken("no sanitizer".into());
    let other = [Outcome::OtherCrash, Outcome::OtherCrash];
    for (there, expected) in [
        (proof(ArmState::Built, [FIRED, FIRED], true), Still::StillThere),
        (proof(ArmState::Built, [SILENT, SILENT], true), Still::Gone),
        (proof(ArmState::Built, [SILENT, FIRED], true), Still::StillThere),
        (proof(ArmState::Built, [SILENT, other], true), Still::CannotTell),
        (proof(ArmState::Built, [other, other], true), Still::CannotTell),
        (proof(ArmState::Built, [[Outcome::Silent, Outcome::Fired], FIRED], true), Still::StillThere),
        (proof(ArmState::Built, [SILENT, [Outcome::Silent, Outcome::Limit]], true), Still::CannotTell),
        (proof(ArmState::Built, [SILENT, SILENT], false), Still::CannotTell),
        (proof(ArmState::BuildFailed("no such file".into()), [SILENT, SILENT], true), Still::CannotTell),
        (proof(ArmState::Unavailable("not in the cache".into()), [SILENT, SILENT], true), Still::CannotTell),
        (proof(broken(), [SILENT, SILENT], true), Still::CannotTell),
    ] {
        let (still, sentence) = word(&shown, &there);
        assert_eq!(still, expected, "{:?}: {sentence}", there.ruling.verdict);
        assert!(!sentence.is_empty());
    }
}

#[test]
fn silence_means_nothing_where_the_bundle_itself_shows_nothing() {
    let there = proof(ArmState::Built, [SILENT, SILENT], true);
    for own in [
        proof(ArmState::Built, [SILENT, SILENT], true),
        proof(ArmState::Built, [FIRED, FIRED], false),
        proof(ArmState::Unavailable("no compiler".into()), [FIRED, FIRED], true),
    ] {
        assert_eq!(word(&ground(own), &there).0, Still::CannotTell);
    }
    // The flaw showing there needs no comparison.
    let silent = ground(proof(ArmState::Built, [SILENT, SILENT], true));
    assert_eq!(word(&silent, &proof(ArmState::Built, [FIRED, FIRED], true)).0, Still::StillThere);
    let rare = Ground { enough: false, ..ground(proof(ArmState::Built, [FIRED, FIRED], true)) };
    assert_eq!(word(&rare, &there).0, Still::CannotTell);
}

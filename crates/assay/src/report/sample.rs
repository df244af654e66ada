//! Proofs made by hand, for the tests of what is shown.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{self, ArmName};
use assay_bundle::verdict::{Assurance, Controls, Outcome, Tier, Verdict};
use assay_prove::evidence::{ArmState, Cell, Evidence, Place, Reach, Role, Run, Signature};
use assay_prove::proof::{ArmRecord, InputRecord, Proof};
use assay_prove::toolchain::Tool;
use assay_prove::verdict::{Growth, Rate, Ruling};
use assay_sandbox::Layers;
use jiff::Timestamp;

const MANIFEST: &str = include_str!("../../../../examples/heap-overflow/proof.toml");

fn run(arm: ArmName, role: Role, repetition: u32, outcome: Outcome) -> Run {
    let fired = outcome == Outcome::Fired;
    Run {
        cell: Cell { arm, role, input: 0 },
        repetition,
        outcome,
        alive: (role == Role::Benign).then_some(true),
        signature: fired.then(|| Signature {
            kind: "heap-buffer-overflow".into(),
            function: Some("tlv_printable".into()),
            place: Place::Target,
        }),
        saw: if fired {
            "AddressSanitizer: heap-buffer-overflow, write of size 1 in tlv_printable".into()
        } else {
            "no sanitizer report".into()
        },
        end: if fired { "signal SIGABRT" } else { "exit 0" }.into(),
        cpu: Duration::from_millis(12 + u64::from(repetition)),
        wall: Duration::from_millis(31),
        max_rss: 9 << 20,
        compared: None,
        logs: Vec::new(),
    }
}

/// A ruling worded by hand: what is shown of it must not change when the rule words it anew.
fn ruling(verdict: Verdict, fired: Option<u32>, sentence: &str, reasons: &[&str]) -> Ruling {
    Ruling {
        verdict,
        controls: (verdict == Verdict::Reproduced).then_some(Controls::BenignFixed),
        rate: fired.map(|fired| Rate::of(fired, 3)),
        control: None,
        sentence: sentence.into(),
        reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
    }
}

/// A proof of the `heap-overflow` example with this evidence.
fn of(ruling: Ruling, vulnerable: ArmState, fixed: ArmState, runs: Vec<Run>) -> Proof {
    let manifest = manifest::parse(MANIFEST).unwrap();
    let reach = if runs.is_empty() { Reach::Unknown } else { Reach::Reached };
    let evidence = Evidence { vulnerable, fixed: Some(fixed), reach, wanted: 3, growth: Growth::None, runs };
    let built = |state: &ArmState| *state == ArmState::Built;
    let record = |name: ArmName, built: bool| ArmRecord {
        name,
        source: Some(Sha256::of(name.as_str().as_bytes())),
        artifacts: built.then(|| Sha256::of(format!("{name} built").as_bytes())),
        build: Duration::from_millis(520),
        builds: assay_prove::proof::Builds { made: 1, kept: 0 },
    };
    let arms = vec![
        record(ArmName::Vulnerable, built(&evidence.vulnerable)),
        record(ArmName::Fixed, evidence.fixed.as_ref().is_some_and(built)),
    ];
    let input = |name: &str| InputRecord { name: name.into(), sha256: Sha256::of(name.as_bytes()) };
    Proof {
        ruling,
        bundle_id: Sha256::of(b"bundle"),
        claim_id: Sha256::of(b"claim"),
        assurance: Assurance::Claimant,
        claimants_parts: vec![
            "the harness is not said to be the project's".into(),
            "a version's source is a folder of the bundle, not fetched".into(),
        ],
        second: None,
        tier: Some(Tier::P),
        layers: Some(Layers {
            engine: "native".into(),
            tier: assay_sandbox::Tier::P,
            kernel: "6.1.0".into(),
            landlock_abi: 4,
            layers: BTreeMap::from(
                [("namespaces", "user pid net"), ("seccomp", "deny list"), ("landlock", "ABI 4")]
                    .map(|(name, what)| (name.to_owned(), what.to_owned())),
            ),
            proofs: BTreeMap::from(
                [("connect", "refused"), ("fork-bomb", "refused after 7 processes")]
                    .map(|(name, how)| (name.to_owned(), how.to_owned())),
            ),
        }),
        evidence,
        arms,
        tools: vec![Tool {
            name: "cc".into(),
            path: PathBuf::from("/usr/bin/gcc"),
            version: "cc (Debian 12.2.0-14) 12.2.0".into(),
            sha256: Sha256::of(b"cc").to_hex(),
        }],
        inputs: vec![input("poc/device-bell.tlv"), input("poc/benign.tlv")],
        running: Duration::from_millis(240),
        started: Timestamp::from_second(1_800_000_000).unwrap(),
        finished: Timestamp::from_millisecond(1_800_000_001_620).unwrap(),
        manifest,
    }
}

/// The four cells with these outcomes of the triggers, per version.
fn runs(vulnerable: &[Outcome], fixed: &[Outcome]) -> Vec<Run> {
    let mut runs = Vec::new();
    for (arm, outcomes) in [(ArmName::Vulnerable, vulnerable), (ArmName::Fixed, fixed)] {
        runs.extend((0..).zip(outcomes).map(|(number, outcome)| run(arm, Role::Trigger, number, *outcome)));
        runs.extend((0..3).map(|number| run(arm, Role::Benign, number, Outcome::Silent)));
    }
    runs
}

/// All as it should be.
pub fn reproduced() -> Proof {
    let ruling = ruling(
        Verdict::Reproduced,
        Some(3),
        "Reproduced: heap-buffer-overflow in tlv_printable fired in 3 of 3 runs on the vulnerable version and in 0 of 3 \
         on the fixed one.",
        &[],
    );
    of(ruling, ArmState::Built, ArmState::Built, runs(&[Outcome::Fired; 3], &[Outcome::Silent; 3]))
}

/// Fires once in three runs.
pub fn flaky() -> Proof {
    let ruling = ruling(
        Verdict::Flaky,
        Some(1),
        "Flaky: heap-buffer-overflow in tlv_printable fired in 1 of 3 runs on the vulnerable version (the weakest trigger \
         in 33 %, with 95 % confidence between 1 % and 91 %).",
        &["trigger 1 on the vulnerable version: fired in 1 of 3 runs"],
    );
    let once = [Outcome::Fired, Outcome::Silent, Outcome::Silent];
    of(ruling, ArmState::Built, ArmState::Built, runs(&once, &[Outcome::Silent; 3]))
}

/// The vulnerable version did not build, and its build said much.
pub fn build_failed() -> Proof {
    let log =
        "cc -O1 harness.c\nharness.c:3:1: error: unknown type name \u{1b}[31m'tlv'\u{1b}[0m\n1 error generated.\n";
    let why = "the vulnerable version did not build: harness.c:3:1: error: unknown type name";
    let sentence = format!("Inconclusive: {why} (0 runs made).");
    let ruling = ruling(Verdict::Inconclusive, None, &sentence, &[why, "the fixed version was not run"]);
    of(ruling, ArmState::BuildFailed(log.into()), ArmState::Built, Vec::new())
}

/// There is no sandbox on this machine.
pub fn not_run() -> Proof {
    let why = "the sandbox layer `namespaces` is not available: clone: EPERM; allow user namespaces with \
               `sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`, or give the assay program a profile";
    // The rule cuts what it repeats; the remedy at its end is shown all the same.
    let cut: String = why.chars().take(90).collect();
    let sentence = format!("Not run: {cut}... (0 runs made).");
    let ruling = ruling(Verdict::NotRun, None, &sentence, &[&format!("{cut}...")]);
    let idle = ArmState::Unavailable("not begun".into());
    let mut proof = of(ruling, ArmState::Unavailable(why.into()), idle, Vec::new());
    (proof.tier, proof.layers) = (None, None);
    proof.arms.clear();
    proof.tools.clear();
    proof
}

/// Everything that a stranger words tries to act on the terminal.
pub fn hostile() -> Proof {
    let mut proof = reproduced();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[2J\nReproduced: forged\r\u{202e}drow\u{9b}1A";
    proof.manifest.title = evil.into();
    proof.manifest.target.purl = evil.into();
    proof.ruling.sentence.push_str(evil);
    proof.ruling.reasons.push(format!("reason {evil}"));
    proof.claimants_parts.push(evil.into());
    for input in &mut proof.inputs {
        input.name = evil.into();
    }
    for run in &mut proof.evidence.runs {
        run.saw = format!("{evil}{}", "x".repeat(100_000));
        run.end = evil.into();
    }
    for tool in &mut proof.tools {
        tool.version = evil.into();
        tool.name = evil.into();
    }
    proof
}

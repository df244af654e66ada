//! The verdict as a stored table: every combination of what the four arms may
//! show, and the word that follows. A change of the rule is a visible diff of
//! `golden/verdicts.txt`; `UPDATE=1 cargo test -p assay-prove --test
//! verdict_table` rewrites it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evidence_support;

use std::fmt::Write as _;

use assay_bundle::manifest::ArmName::{Fixed, Vulnerable};
use assay_bundle::verdict::{Controls, Verdict};
use assay_prove::evidence::Role::{Benign, Trigger};
use assay_prove::evidence::{ArmState, Evidence, Reach};
use assay_prove::verdict::{Growth, decide};
use evidence_support::{manifest, runs};

/// Name and runs (in the letters of `evidence_support::runs`) of a cell.
const VULNERABLE_TRIGGER: [(&str, &str); 10] = [
    ("fires", "FFF"),
    ("fires after a stray", "LFFF"),
    ("fires sometimes", "FSF"),
    ("silent", "SSS"),
    ("other crash", "OOO"),
    ("other crash sometimes", "OSS"),
    ("fires or other crash", "FFO"),
    ("fires in harness", "HHH"),
    ("strays repeat", "FLL"),
    ("not all runs", "FF"),
];

const VULNERABLE_BENIGN: [(&str, &str); 6] = [
    ("silent", "SSS"),
    ("silent after a stray", "LSSS"),
    ("no sign of life", "SDS"),
    ("fires", "SSF"),
    ("other crash", "OOO"),
    ("not all runs", "SS"),
];

/// Name, state, trigger runs, benign runs.
fn fixed_arms() -> Vec<(&'static str, ArmState, &'static str, &'static str)> {
    let built = || ArmState::Built;
    vec![
        ("silent", built(), "SSS", "SSS"),
        ("silent after a stray", built(), "SLSS", "SSS"),
        ("fires", built(), "FFF", "SSS"),
        ("fires once", built(), "SFS", "SSS"),
        ("fires in harness", built(), "HHH", "SSS"),
        ("other crash", built(), "OOO", "SSS"),
        ("strays repeat", built(), "LL", "SSS"),
        ("not all runs", built(), "SS", "SSS"),
        ("trigger program does not build", built(), "B", "SSS"),
        ("benign fires", built(), "SSS", "SFS"),
        ("benign shows no sign of life", built(), "SSS", "DDD"),
        ("benign crashes otherwise", built(), "SSS", "OOO"),
        ("fires, benign shows no sign of life", built(), "FFF", "DDD"),
        ("does not build", ArmState::BuildFailed("cc: error".to_owned()), "", ""),
        ("not there", ArmState::Unavailable("not fetched".to_owned()), "", ""),
        ("self-test silent", ArmState::OracleBroken("planted call".to_owned()), "SSS", "SSS"),
    ]
}

fn word(verdict: Verdict, controls: Option<Controls>) -> String {
    match controls {
        None => verdict.as_str().to_owned(),
        Some(Controls::Benign) => format!("{} (benign)", verdict.as_str()),
        Some(Controls::BenignFixed) => format!("{} (benign+fixed)", verdict.as_str()),
    }
}

fn table() -> String {
    let mut out = String::from(
        "# vulnerable trigger | vulnerable benign | fixed version | reach | verdict\n\
         # 3 runs wanted in each cell. Written by the test verdict_table with UPDATE=1.\n",
    );
    let mut line = |cells: [&str; 4], evidence: &Evidence, has_fixed: bool| {
        let ruling = decide(&manifest(1, 1, has_fixed), evidence);
        let [vt, vb, fixed, reach] = cells;
        let verdict = word(ruling.verdict, ruling.controls);
        writeln!(out, "{vt:<22}| {vb:<21}| {fixed:<36}| {reach:<12}| {verdict}").unwrap();
    };
    for (vt, vt_runs) in VULNERABLE_TRIGGER {
        for (vb, vb_runs) in VULNERABLE_BENIGN {
            let mut evidence = Evidence {
                vulnerable: ArmState::Built,
                fixed: None,
                reach: Reach::Unknown,
                wanted: 3,
                growth: Growth::None,
                runs: runs(Vulnerable, Trigger, 0, vt_runs),
            };
            evidence.runs.extend(runs(Vulnerable, Benign, 0, vb_runs));
            line([vt, vb, "(none declared)", ""], &evidence, false);
            for (fixed, state, ft_runs, fb_runs) in fixed_arms() {
                let mut evidence = evidence.clone();
                evidence.fixed = Some(state);
                evidence.runs.extend(runs(Fixed, Trigger, 0, ft_runs));
                evidence.runs.extend(runs(Fixed, Benign, 0, fb_runs));
                for (name, reach) in
                    [("reached", Reach::Reached), ("not-reached", Reach::NotReached), ("unknown", Reach::Unknown)]
                {
                    // Reach is only told apart where a silence would otherwise count.
                    if fixed == "silent" || fixed == "fires" || reach == Reach::Reached {
                        evidence.reach = reach;
                        line([vt, vb, fixed, name], &evidence, true);
                    }
                }
            }
        }
    }
    for (name, state) in [
        ("does not build", ArmState::BuildFailed("cc: error".to_owned())),
        ("not there", ArmState::Unavailable("not fetched".to_owned())),
        ("self-test silent", ArmState::OracleBroken("planted call".to_owned())),
        ("nothing ran", ArmState::Built),
    ] {
        let evidence = Evidence {
            vulnerable: state,
            fixed: None,
            reach: Reach::Unknown,
            wanted: 3,
            growth: Growth::None,
            runs: vec![],
        };
        line([name, name, "(none declared)", ""], &evidence, false);
    }
    out
}

#[test]
fn the_table_is_as_stored() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/verdicts.txt");
    let table = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    for (number, (now, then)) in table.lines().zip(stored.lines()).enumerate() {
        assert_eq!(now, then, "line {} changed; UPDATE=1 rewrites the table", number + 1);
    }
    assert_eq!(table.lines().count(), stored.lines().count());
}

/// Each line of the table keeps invariant 9 by itself.
#[test]
fn no_line_reproduces_against_a_firing_control() {
    for line in table().lines().filter(|line| line.contains("reproduced (")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert!(cells[0].starts_with("fires"), "{line}");
        assert!(cells[1].starts_with("silent"), "{line}");
        assert!(cells[2].starts_with("silent") || cells[2] == "(none declared)", "{line}");
        assert_ne!(cells[3], "not-reached", "{line}");
    }
}

#[test]
fn sentences_name_the_flaw_and_the_counts() {
    let sentence = |vt: &str, vb: &str, fixed: Option<(&str, &str)>| {
        let mut evidence = Evidence {
            vulnerable: ArmState::Built,
            fixed: fixed.map(|_| ArmState::Built),
            reach: Reach::Reached,
            wanted: 3,
            growth: Growth::None,
            runs: runs(Vulnerable, Trigger, 0, vt),
        };
        evidence.runs.extend(runs(Vulnerable, Benign, 0, vb));
        if let Some((ft, fb)) = fixed {
            evidence.runs.extend(runs(Fixed, Trigger, 0, ft));
            evidence.runs.extend(runs(Fixed, Benign, 0, fb));
        }
        decide(&manifest(1, 1, fixed.is_some()), &evidence).sentence
    };
    let all = [
        sentence("FFF", "SSS", Some(("SSS", "SSS"))),
        sentence("FFF", "SSS", None),
        sentence("FFF", "SSS", Some(("SFS", "SSS"))),
        sentence("FFF", "SSS", Some(("SSS", "DDD"))),
        sentence("FSS", "SSS", None),
        sentence("OOO", "SSS", None),
        sentence("SSS", "SSS", None),
        sentence("HHH", "SSS", None),
        sentence("FFF", "FFF", None),
        sentence("FLL", "SSS", None),
        sentence("", "", None),
    ];
    insta::assert_snapshot!(all.join("\n"), @r"
    Reproduced: heap-buffer-overflow in parse_string fired in 3 of 3 runs on the vulnerable version and in 0 of 3 on the fixed one.
    Reproduced: heap-buffer-overflow in parse_string fired in 3 of 3 runs on the vulnerable version and in 0 of 3 on benign input; there is no fixed version.
    Control failed: heap-buffer-overflow in parse_string fired in 3 of 3 runs on the vulnerable version and still in 1 of 3 on the fixed one.
    Control dead: heap-buffer-overflow in parse_string fired in 3 of 3 runs on the vulnerable version and in 0 of 3 on the fixed one, whose silence means nothing: benign input 1 on the fixed version: 3 of 3 runs showed no sign of life.
    Flaky: heap-buffer-overflow in parse_string fired in 1 of 3 runs on the vulnerable version (the weakest trigger in 33 %, with 95 % confidence between 1 % and 91 %).
    Reproduced differently: 3 of 3 runs on the vulnerable version crashed, but as SEGV in free_list and not as heap-buffer-overflow in parse_string.
    Not reproduced: heap-buffer-overflow in parse_string fired in 0 of 3 runs on the vulnerable version.
    Harness suspect: trigger 1 on the vulnerable version: in 3 of 3 runs the first frame that matters lies in the harness, so it may be the harness that breaks (6 runs made).
    Harness suspect: benign input 1 on the vulnerable version: fired in 3 of 3 runs, so it may be the harness that breaks (6 runs made).
    Inconclusive: trigger 1 on the vulnerable version: 2 runs ended without evidence: limit (4 runs judged, 2 without evidence).
    Not run: no run was made (0 runs made).
    ");
}

//! Which key can do what, in a state in which the right key succeeds (invariant 4): stored as a table.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fmt::Write as _;

use assay_review::*;
use support::*;

/// Who signs. The last two hold keys that have a part in other engagements only.
const SIGNERS: [(&str, u8); 7] = [
    ("developer", DEVELOPER),
    ("organisation", ORGANISATION),
    ("holder", ALICE),
    ("proposed", BOB),
    ("other-dev", OTHER_DEVELOPER),
    ("other-org", OTHER_ORGANISATION),
    ("stranger", STRANGER),
];
const OTHER_DEVELOPER: u8 = 21;
const OTHER_ORGANISATION: u8 = 22;

/// The scenes, each reached by signed commands only.
fn scene(name: &str) -> World {
    let here = model(1);
    let mut world = World::running();
    let left = || vec![Residual { residual: ResidualId::from_bytes([7; 16]), what: text("notes") }];
    match name {
        "prepared" => world = World::prepared(),
        "running" => {}
        "asked" => drop(world.must(DEVELOPER, here, Command::AskIfCovered { facts: digest("facts") })),
        "paused" => drop(world.must(DEVELOPER, here, Command::Pause)),
        "withdrawn" => drop(world.must(DEVELOPER, here, Command::Withdraw)),
        "something-left" => {
            world.must(DEVELOPER, here, Command::Withdraw);
            world.must(ORGANISATION, here, Command::ReportResiduals { residuals: left() });
        }
        "nothing-left" => {
            world.must(DEVELOPER, here, Command::Withdraw);
            world.must(ORGANISATION, here, Command::ReportResiduals { residuals: Vec::new() });
        }
        other => panic!("no scene {other}"),
    }
    world
}

/// Each command with fitting values, and the scene in which the right key succeeds.
fn case(kind: CommandKind, world: &World) -> Command {
    let here = model(1);
    let grants = &world.engagement(here).grants;
    match kind {
        CommandKind::Open => open(),
        CommandKind::AskIfCovered => Command::AskIfCovered { facts: digest("facts") },
        CommandKind::Answer => Command::Answer {
            answer: CoverageAnswer {
                coverage: Coverage::NotCovered,
                decided_by: person(50),
                decided_at: day(0),
                record: digest("record"),
                basis: text("the record of the person who decided"),
            },
        },
        CommandKind::SignSafeguard => {
            Command::SignSafeguard { safeguard: Safeguard::Confidentiality, text: digest("text") }
        }
        CommandKind::Grant => Command::Grant { agreement: agreement(here, grant_id(3), 30), uses: 1 },
        CommandKind::CountersignGrant => {
            Command::CountersignGrant { grant: grant_id(2), agreement: grants[&grant_id(2)].digest }
        }
        CommandKind::DeclineGrant => Command::DeclineGrant { grant: grant_id(2), reason: text("not our person") },
        CommandKind::EndGrant => Command::EndGrant { grant: grant_id(1) },
        CommandKind::RaiseQuota => Command::RaiseQuota { grant: grant_id(1), uses: 9 },
        CommandKind::LowerQuota => Command::LowerQuota { grant: grant_id(1), uses: 1 },
        CommandKind::OpenWindow => Command::OpenWindow { anchor: public_in(20) },
        CommandKind::MoveAnchor => Command::MoveAnchor { anchor: public_in(10) },
        CommandKind::ShrinkWindow => Command::ShrinkWindow { ends_at: day(5) },
        CommandKind::Pause => Command::Pause,
        CommandKind::Resume => Command::Resume,
        CommandKind::EndWindow => Command::EndWindow,
        CommandKind::Finish => Command::Finish,
        CommandKind::Withdraw => Command::Withdraw,
        CommandKind::ReportResiduals => Command::ReportResiduals { residuals: Vec::new() },
        CommandKind::CertifyDestroyed => {
            Command::CertifyDestroyed { residual: ResidualId::from_bytes([7; 16]), certificate: digest("c") }
        }
        CommandKind::CloseOut => Command::CloseOut,
        CommandKind::TakePass => Command::TakePass { grant: grant_id(1) },
        CommandKind::Use => use_once(grant_id(1)),
    }
}

fn scene_of(kind: CommandKind) -> &'static str {
    match kind {
        CommandKind::Open | CommandKind::SignSafeguard | CommandKind::OpenWindow | CommandKind::Finish => "prepared",
        CommandKind::Answer => "asked",
        CommandKind::Resume => "paused",
        CommandKind::ReportResiduals => "withdrawn",
        CommandKind::CertifyDestroyed => "something-left",
        CommandKind::CloseOut => "nothing-left",
        _ => "running",
    }
}

fn table() -> Vec<(CommandKind, &'static str, Vec<String>)> {
    let rows = CommandKind::ALL.iter().map(|kind| {
        let world = scene(scene_of(*kind));
        let command = case(*kind, &world);
        // An opening is tried at a handle that is free, in the same family.
        let engagement = if *kind == CommandKind::Open { model(2) } else { model(1) };
        let outcome = |seed: u8| world.clone().outcome(seed, engagement, command.clone());
        (*kind, scene_of(*kind), SIGNERS.iter().map(|(_, seed)| outcome(*seed)).collect())
    });
    rows.collect()
}

#[test]
fn key_by_command() {
    let mut out = format!("{:<18} {:<15}", "command", "scene");
    for (name, _) in SIGNERS {
        write!(out, "{name:<24}").unwrap();
    }
    let mut out = format!("{}\n", out.trim_end());
    for (kind, scene, outcomes) in table() {
        let mut line = format!("{:<18} {scene:<15}", kind.as_str());
        for outcome in outcomes {
            write!(line, "{outcome:<24}").unwrap();
        }
        writeln!(out, "{}", line.trim_end()).unwrap();
    }
    golden("role-matrix.txt", &out);
}

/// The table says what the documentation of `sides` says: the right keys succeed, the others do not.
#[test]
fn each_command_takes_its_sides_keys_and_no_others() {
    for (kind, _, outcomes) in table() {
        for ((name, seed), outcome) in SIGNERS.iter().zip(outcomes) {
            let side = match *seed {
                DEVELOPER => Some(Side::Developer),
                ORGANISATION => Some(Side::Organisation),
                ALICE => Some(Side::Holder),
                _ => None,
            };
            let right = side.is_some_and(|side| kind.sides().contains(&side));
            let refused = ["not-this-side", "not-found", "other-person"].contains(&outcome.as_str());
            assert_eq!(right, !refused, "{name}: {kind} gave {outcome}");
        }
    }
}

/// A developer of another family cannot spend this family's days with a key of its own.
#[test]
fn an_opening_in_anothers_family_is_refused() {
    let mut world = World::prepared();
    let theirs = Command::Open {
        developer: Party { member: member(OTHER_DEVELOPER), key: public(OTHER_DEVELOPER) },
        organisation: Party { member: member(ORGANISATION), key: public(ORGANISATION) },
        criteria: digest("criteria"),
        sealed_name: None,
    };
    assert_eq!(world.outcome(OTHER_DEVELOPER, model(2), theirs.clone()), "other-family");
    assert_eq!(World::new().outcome(OTHER_DEVELOPER, model(2), theirs), "opened");
}

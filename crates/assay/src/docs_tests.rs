//! Holds `docs/cli.md` against the program: every command, option, code and key
//! stands there, and its JSON is what the program prints.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::path::Path;

use assay_bundle::verdict::Verdict;
use clap::CommandFactory as _;
use serde_json::Value;

use crate::cli::Cli;
use crate::report::proof_json::ProofJson;
use crate::report::{Told, sample};

const DOC: &str = include_str!("../../../docs/cli.md");

#[track_caller]
fn stands(words: &str) {
    assert!(DOC.contains(words), "docs/cli.md does not have `{words}`");
}

fn commands(command: &clap::Command, name: &str) {
    let leaf = command.get_subcommands().next().is_none();
    if leaf {
        stands(&format!("## {name}\n"));
    }
    for argument in command.get_arguments() {
        match (argument.get_long(), argument.get_value_names()) {
            (Some(long), _) => stands(&format!("--{long}")),
            (None, Some(names)) => names.iter().for_each(|name| stands(name.as_str())),
            _ => {}
        }
    }
    for inner in command.get_subcommands() {
        commands(inner, &format!("{name} {}", inner.get_name()));
    }
}

#[test]
fn every_command_and_option_is_described() {
    commands(&Cli::command(), "assay");
}

#[test]
fn every_verdict_stands_beside_its_exit_code() {
    for verdict in [
        Verdict::NotRun,
        Verdict::Inconclusive,
        Verdict::HarnessSuspect,
        Verdict::NotReproduced,
        Verdict::ReproducedDifferent,
        Verdict::Flaky,
        Verdict::ControlFailed,
        Verdict::ControlDead,
        Verdict::Reproduced,
    ] {
        let row = format!("| {} | ", verdict.exit_code());
        let found = DOC.lines().any(|line| line.starts_with(&row) && line.contains(&format!("`{}`", verdict.as_str())));
        assert!(found, "{} {}", verdict.exit_code(), verdict.as_str());
    }
}

#[test]
fn every_json_block_is_json() {
    for block in blocks() {
        serde_json::from_str::<Value>(block).unwrap_or_else(|error| panic!("{error}\n{block}"));
    }
}

#[test]
fn the_example_has_the_keys_that_the_program_prints() {
    let proof = sample::reproduced();
    let told = Told { proof: &proof, path: Path::new("report"), missing: 0, bundle_runs: None, attestation: None };
    let printed = serde_json::to_value(ProofJson::of(&told)).unwrap();
    let shown = blocks()
        .map(|block| serde_json::from_str::<Value>(block).unwrap())
        .find(|value| value.get("verdict").is_some())
        .unwrap();
    let (mut ours, mut theirs) = (BTreeSet::new(), BTreeSet::new());
    keys(&printed, "", &mut ours);
    keys(&shown, "", &mut theirs);
    assert_eq!(ours, theirs);
}

fn blocks() -> impl Iterator<Item = &'static str> {
    DOC.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default())
}

/// The paths of all keys, without those that are names and not words of the format.
fn keys(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let path = format!("{at}.{key}");
                found.insert(path.clone());
                let names = ["ends", "outcomes", "layers", "proofs"].contains(&key.as_str());
                if !names || path == ".layers" {
                    keys(inner, &path, found);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|inner| keys(inner, &format!("{at}[]"), found)),
        _ => {}
    }
}

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

/// What stands under a heading, up to the next one.
#[track_caller]
fn section(heading: &str) -> &'static str {
    let (_, rest) = DOC.split_once(&format!("## {heading}\n")).unwrap_or_else(|| panic!("no heading `{heading}`"));
    rest.split("\n## ").next().unwrap_or_default()
}

/// The commands that do something, with their whole names.
fn leaves<'a>(command: &'a clap::Command, name: &str, found: &mut Vec<(String, &'a clap::Command)>) {
    for inner in command.get_subcommands() {
        leaves(inner, &format!("{name} {}", inner.get_name()), found);
    }
    if command.get_subcommands().next().is_none() {
        found.push((name.to_owned(), command));
    }
}

/// Where what holds for many commands is described.
fn shared(name: &str) -> [&'static str; 3] {
    let room = if name.starts_with("assay review ") { section("assay review open") } else { "" };
    [section("For every command"), section("A clearinghouse's commands"), room]
}

#[test]
fn every_command_and_option_is_described_in_its_place() {
    let (cli, mut found) = (Cli::command(), Vec::new());
    leaves(&cli, "assay", &mut found);
    assert!(found.len() > 50, "only {} commands", found.len());
    let mut missing = Vec::new();
    for (name, command) in found {
        let own = section(&name);
        let has = |words: &str| own.contains(words) || shared(&name).iter().any(|text| text.contains(words));
        for argument in command.get_arguments().chain(cli.get_arguments()) {
            let words = match (argument.get_long(), argument.get_value_names()) {
                (Some(long), _) => vec![format!("--{long}")],
                (None, names) => names.into_iter().flatten().map(ToString::to_string).collect(),
            };
            missing.extend(words.iter().filter(|words| !has(words)).map(|words| format!("{name}: {words}")));
        }
    }
    assert!(missing.is_empty(), "docs/cli.md does not describe {missing:#?}");
}

#[test]
fn every_exit_code_of_the_help_stands_with_its_command() {
    let (cli, mut found) = (Cli::command(), Vec::new());
    leaves(&cli, "assay", &mut found);
    let mut seen = 0;
    for (name, command) in found {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let Some((_, codes)) = help.split_once("Exit codes:") else { continue };
        for code in codes.split([' ', '\n', ';', ',']).filter(|word| word.parse::<u8>().is_ok()) {
            let told = section(&name).split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == code);
            assert!(told, "`{name}` can exit with {code}, and its section does not say so");
            seen += 1;
        }
    }
    assert!(seen > 40, "only {seen} exit codes");
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

/// A heading as a link names it.
fn anchor(heading: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.trim().to_lowercase().chars().filter(|c| plain(*c)).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The pages for readers, with their folder.
fn pages() -> Vec<(std::path::PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let top = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"].map(|name| root.join(name));
    let is_page = |path: &std::path::PathBuf| path.extension().is_some_and(|end| end == "md");
    let read = |path: std::path::PathBuf| (path.clone(), std::fs::read_to_string(path).unwrap());
    docs.filter(is_page).chain(top).map(read).collect()
}

#[test]
fn every_link_between_pages_leads_somewhere() {
    let mut seen = 0;
    for (page, text) in pages() {
        for link in text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            if link.contains("://") || link.contains(char::is_whitespace) {
                continue;
            }
            let (file, part) = link.split_once('#').map_or((link, None), |(file, part)| (file, Some(part)));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(target.exists(), "{} links to `{link}`, which is not there", page.display());
            if let Some(part) = part {
                let headings = std::fs::read_to_string(&target).unwrap();
                let mut headings = headings.lines().filter(|line| line.starts_with('#'));
                let there = headings.any(|line| anchor(line.trim_start_matches('#')) == part);
                assert!(there, "{} links to `{link}`, and there is no such heading", page.display());
            }
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} links");
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

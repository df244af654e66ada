//! Invariant 1 at the command line: no verb, option, value or help text of the
//! review room can approve, deny or gate a release.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clap::CommandFactory as _;

use crate::cli::Cli;

#[path = "../../../tests/support/gates.rs"]
mod gates;

/// Every name and text of a command and of those under it.
fn texts(command: &clap::Command, found: &mut Vec<String>) {
    found.push(command.get_name().to_owned());
    found.extend(command.get_all_aliases().map(str::to_owned));
    let helps = [
        command.get_about(),
        command.get_long_about(),
        command.get_before_help(),
        command.get_after_help(),
        command.get_after_long_help(),
    ];
    found.extend(helps.into_iter().flatten().map(ToString::to_string));
    for argument in command.get_arguments() {
        found.push(argument.get_id().to_string());
        found.extend(argument.get_long().map(str::to_owned));
        found.extend(argument.get_all_aliases().into_iter().flatten().map(str::to_owned));
        found.extend(argument.get_value_names().into_iter().flatten().map(ToString::to_string));
        found.extend([argument.get_help(), argument.get_long_help()].into_iter().flatten().map(ToString::to_string));
        for value in argument.get_possible_values() {
            found.extend(value.get_name_and_aliases().map(str::to_owned));
            found.extend(value.get_help().map(ToString::to_string));
        }
    }
    command.get_subcommands().for_each(|inner| texts(inner, found));
}

#[test]
fn no_verb_option_or_help_of_the_review_room_can_gate_a_release() {
    let cli = Cli::command();
    let review = cli.get_subcommands().find(|command| command.get_name() == "review").unwrap();
    let mut found = Vec::new();
    texts(review, &mut found);
    for known in ["withdraw", "close-out", "planned", "public-release", "sha256:…"] {
        assert!(found.iter().any(|text| text == known), "`{known}` was not walked");
    }
    assert!(review.get_subcommands().count() >= 26 && found.len() > 300, "{}", found.len());
    // The option `--agent` is every command's, and speaks of the house's advisories.
    let agent =
        "A program asks on that person's behalf: it cannot publish, end an embargo, read people in or report attacks";
    assert!(gates::fault(agent).is_some() && found.iter().any(|text| text == agent), "the exception is needed");
    found.retain(|text| text != agent);
    let faults: Vec<_> = found.iter().filter_map(|text| gates::fault(text)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Each verb says what it does itself: none shares another one's help.
#[test]
fn each_verb_has_a_help_of_its_own() {
    let cli = Cli::command();
    let review = cli.get_subcommands().find(|command| command.get_name() == "review").unwrap();
    let abouts: Vec<_> = review.get_subcommands().map(|verb| verb.get_about().unwrap().to_string()).collect();
    let each: std::collections::BTreeSet<_> = abouts.iter().collect();
    assert_eq!(each.len(), abouts.len(), "{abouts:#?}");
}

/// The walk finds a bad verb, a bad option and a bad help where there are some.
#[test]
fn the_walk_finds_what_it_looks_for() {
    let bad = clap::Command::new("review")
        .subcommand(clap::Command::new("clear").about("Says that all is well"))
        .subcommand(clap::Command::new("show").arg(clap::Arg::new("x").long("approved")))
        .subcommand(clap::Command::new("list").about("List what may be released"))
        .subcommand(clap::Command::new("pick").arg(clap::Arg::new("y").value_parser(["denied", "other"])));
    let mut found = Vec::new();
    texts(&bad, &mut found);
    assert_eq!(found.iter().filter_map(|text| gates::fault(text)).count(), 4, "{found:?}");
}

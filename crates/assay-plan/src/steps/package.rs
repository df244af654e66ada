//! Steps for a package of an ecosystem.

use assay_inventory::component::What;
use assay_inventory::ecosystem::Ecosystem;

use super::Instructions;
use super::command;
use super::system;
use super::tool::{self, Tool};
use super::versions::{self, Target};
use crate::card::Step;
use crate::effort::Effort;
use crate::group::Group;
use crate::text::{NAME, and, plain};

/// What to do about a package.
pub(crate) fn instructions(group: &Group<'_>, ecosystem: &Ecosystem, targets: &[Target]) -> Instructions {
    let mut card = match (system::manager(ecosystem), tool::tool(ecosystem)) {
        (Some(manager), _) => system::instructions(manager, &names(group), !versions::no_fix(targets)),
        (None, Some(tool)) => library(group, targets, tool),
        (None, None) => other(group, targets),
    };
    card.steps.extend(gaps(targets));
    card
}

/// Says where no fixed version is known, so that a step does not look complete.
fn gaps(targets: &[Target]) -> Vec<Step> {
    let mut steps = Vec::new();
    for target in targets {
        if !target.without_fix.is_empty() {
            let ids = shown(&target.without_fix);
            steps.push(Step::say(format!(
                "No fixed version is named for {ids}: read the record, and see \u{201c}If you cannot update\u{201d}."
            )));
        } else if target.to.is_none() && !target.named.is_empty() {
            let named: Vec<String> =
                target.named.iter().take(6).map(|(id, fixed)| format!("{fixed} for {id}")).collect();
            steps.push(Step::say(format!(
                "From {}: the records name {}; which single version has all of it could not be computed.",
                plain(&target.installed, 80),
                and(&named)
            )));
        }
    }
    steps.dedup();
    steps
}

fn shown(ids: &[String]) -> String {
    let mut words: Vec<String> = ids.iter().take(4).cloned().collect();
    if ids.len() > 4 {
        words.push(format!("{} more", ids.len() - 4));
    }
    and(&words)
}

/// The names of the packages of a group, each once.
fn names<'a>(group: &Group<'a>) -> Vec<&'a str> {
    let mut names: Vec<&str> = group
        .exposures
        .iter()
        .filter_map(|exposure| match &exposure.component.what {
            What::Package { name, .. } => Some(name.as_str()),
            What::Product { .. } => None,
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn library(group: &Group<'_>, targets: &[Target], tool: &Tool) -> Instructions {
    let written = names(group).first().copied().unwrap_or_default();
    let shown = plain(written, NAME);
    let name = command::name(written);
    let see = |text: &str, of: fn(&str) -> String| match name {
        Some(name) => Step::run(text, of(name)),
        None => Step::say(
            text.trim_end_matches(':').to_owned()
                + ", by hand: its name holds characters that do not belong into a command.",
        ),
    };
    let mut steps = vec![see("See what brings it in:", tool.why)];
    for target in targets {
        let Some(to) = &target.to else { continue };
        let text = format!("Go from {} to {} or a later one:", plain(&target.installed, 80), plain(to, 80));
        steps.push(match (name, command::version(&target.installed), command::version(to)) {
            (Some(name), Some(from), Some(to)) => Step::run(text, (tool.set)(name, from, to)),
            _ => Step::say(text.trim_end_matches(':').to_owned() + "."),
        });
    }
    if targets.iter().any(|target| target.to.is_some()) {
        steps.push(Step::say(
            "If it stays older, something else holds it back: update what brings it in, or pin it with the tool's own override.",
        ));
    }
    steps.push(Step::say(
        "Build, run your tests, and put the new build where the old one runs: a lock file alone protects nothing.",
    ));
    Instructions {
        steps,
        effort: format!(
            "Not measured. The update of {shown} takes minutes; your build, tests and roll-out take what they always take."
        ),
        class: Effort::Rebuild,
        reboot: "No machine has to restart; what was built with it does.".to_owned(),
        undo: vec![Step::say(format!(
            "Restore {} from before, build and roll out again. The old version has the flaw again.",
            tool.files
        ))],
        check: vec![
            see("See the version that is there now:", tool.see),
            Step::say(
                "Scan the inventory of what runs, not only of what was built: the next plan lists this card as done, verified by the scan.",
            ),
        ],
    }
}

fn other(group: &Group<'_>, targets: &[Target]) -> Instructions {
    let shown = plain(names(group).first().copied().unwrap_or_default(), NAME);
    let mut steps = Vec::new();
    for target in targets {
        if let Some(to) = &target.to {
            steps.push(Step::say(format!(
                "Go from {} to {} or a later one, with the package manager it came from.",
                plain(&target.installed, 80),
                plain(to, 80)
            )));
        }
    }
    if steps.is_empty() {
        steps.push(Step::say(format!(
            "Update {shown} with the package manager it came from, to a version that the records below name as fixed."
        )));
    }
    Instructions {
        steps,
        effort: "Not known.".to_owned(),
        class: Effort::Restart,
        reboot: "Not known.".to_owned(),
        undo: vec![Step::say(
            "Install the version from before; write it down first. The old version has the flaw again.",
        )],
        check: vec![Step::say(
            "Read the installed version, and scan again: the next plan lists this card as done, verified by the scan.",
        )],
    }
}

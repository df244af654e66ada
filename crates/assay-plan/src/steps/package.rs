//! Steps for a package of an ecosystem.

use assay_inventory::component::What;
use assay_inventory::ecosystem::Ecosystem;

use super::Instructions;
use super::command;
use super::versions::Target;
use crate::card::Step;
use crate::effort::Effort;
use crate::group::Group;
use crate::text::{NAME, and, plain};

/// What to do about a package.
pub(crate) fn instructions(group: &Group<'_>, ecosystem: &Ecosystem, targets: &[Target]) -> Instructions {
    let mut card = match ecosystem {
        Ecosystem::Debian(_) | Ecosystem::Ubuntu(_) | Ecosystem::Echo(_) => debian(group),
        Ecosystem::Cargo => library(group, targets, &CARGO),
        Ecosystem::Npm => library(group, targets, &NPM),
        Ecosystem::PyPi => library(group, targets, &PYPI),
        Ecosystem::Go => library(group, targets, &GO),
        _ => other(group, targets),
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

fn debian(group: &Group<'_>) -> Instructions {
    let names = names(group);
    let safe: Option<Vec<&str>> = names.iter().map(|name| command::name(name)).collect();
    let list = safe.filter(|list| !list.is_empty() && list.len() <= 40).map(|list| list.join(" "));
    let kernel = names.iter().any(|name| name.starts_with("linux-image"));
    let (install, before, check) = match &list {
        Some(list) => (
            Step::run(
                "Install the distribution's fixed packages:",
                format!("sudo apt-get update && sudo apt-get install --only-upgrade {list}"),
            ),
            Step::run("Write down the versions before, for the way back:", format!("dpkg-query -W {list}")),
            Step::run(
                "Compare the versions with those that the records name as fixed:",
                format!("dpkg-query -W {list}"),
            ),
        ),
        None => (
            Step::say(
                "Install the distribution's fixed packages with its package manager, by hand: the names hold characters that do not belong into a command.",
            ),
            Step::say("Write down the versions before, for the way back."),
            Step::say("Compare the versions with those that the records name as fixed."),
        ),
    };
    Instructions {
        steps: vec![
            before,
            install,
            Step::run("See whether the machine asks for a restart, and which services still use the old files:", "test -e /run/reboot-required && echo restart needed; sudo needrestart -b"),
        ],
        effort: "Not measured. As a rule of thumb, a quarter of an hour a machine, and the restart of what uses the package.".to_owned(),
        class: if kernel { Effort::Downtime } else { Effort::Restart },
        reboot: if kernel {
            "Yes: a kernel is in use only after a restart.".to_owned()
        } else {
            "Not known beforehand. Services that use the package restart; the third step tells whether the machine must.".to_owned()
        },
        undo: vec![Step::say(
            "Install the version that you wrote down (`apt-get install name=version`). A mirror may no longer have it; /var/cache/apt/archives may. Old versions have the flaw again.",
        )],
        check: vec![check, Step::say("Scan again: the next plan lists this card as done, verified by the scan.")],
    }
}

/// How an ecosystem's own tool updates one dependency.
struct Tool {
    /// Lists who uses a package.
    why: fn(&str) -> String,
    /// Sets it to a version.
    set: fn(&str, &str, &str) -> String,
    /// Lists what is there now.
    see: fn(&str) -> String,
    /// The files that come back on undo.
    files: &'static str,
}

const CARGO: Tool = Tool {
    why: |name| format!("cargo tree --invert {name}"),
    set: |name, from, to| format!("cargo update --package {name}@{from} --precise {to}"),
    see: |name| format!("cargo tree --invert {name}"),
    files: "Cargo.toml and Cargo.lock",
};
const NPM: Tool = Tool {
    why: |name| format!("npm ls {name}"),
    // Not `npm install name@version`: that would make somebody else's dependency one of the project's own.
    set: |name, _, _| format!("npm update {name}"),
    see: |name| format!("npm ls {name}"),
    files: "package.json and package-lock.json",
};
const PYPI: Tool = Tool {
    why: |name| format!("python3 -m pip show {name}"),
    set: |name, _, to| format!("python3 -m pip install --upgrade \"{name}>={to}\""),
    see: |name| format!("python3 -m pip show {name}"),
    files: "the requirements file or lock",
};
const GO: Tool = Tool {
    why: |name| format!("go mod why -m {name}"),
    set: |name, _, to| format!("go get {name}@v{} && go mod tidy", to.trim_start_matches('v')),
    see: |name| format!("go list -m {name}"),
    files: "go.mod and go.sum",
};

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

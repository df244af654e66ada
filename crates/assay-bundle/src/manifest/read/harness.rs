//! `harness`: how the built target is run.

use super::{join, limits, value};
use crate::manifest::fault::Fault;
use crate::manifest::reader::Reader;
use crate::manifest::shape;
use crate::manifest::types::{Alive, Harness, HarnessKind, HarnessOrigin};
use crate::manifest::variable::{Piece, Variable, pieces};

const VARIABLES: &[Variable] =
    &[Variable::Out, Variable::Input, Variable::Src, Variable::Deps, Variable::Scratch, Variable::Canary];

pub(in crate::manifest) const KINDS: &[(&str, HarnessKind)] = &[
    ("file", HarnessKind::File),
    ("stdin", HarnessKind::Stdin),
    ("args", HarnessKind::Args),
    ("program", HarnessKind::Program),
    ("server", HarnessKind::Server),
    ("driver", HarnessKind::Driver),
];

pub(in crate::manifest) fn read(root: &Reader<'_>) -> Option<Harness> {
    let harness = root.table_or_empty("harness", &shape::HARNESS)?;
    harness.require("kind");
    harness.require("run");
    let kind = harness.word("kind", KINDS);
    let run = value::command(&harness, "run", VARIABLES);
    if let (Some(kind), Some(run)) = (kind, &run) {
        input_arrives(&harness, kind, run);
    }
    let join = match (kind, &run) {
        (Some(kind), Some(run)) => join::read(&harness, kind, run),
        _ => None,
    };
    let origin = harness.word(
        "origin",
        &[
            ("project", HarnessOrigin::Project),
            ("registry", HarnessOrigin::Registry),
            ("claimant", HarnessOrigin::Claimant),
        ],
    );
    let files = harness.each("files", value::path);
    let limits = limits::read(&harness);
    let alive = alive(&harness);
    Some(Harness {
        kind: kind?,
        run: run?,
        limits,
        // The least that can be claimed.
        origin: origin.unwrap_or(HarnessOrigin::Claimant),
        files,
        alive,
        join,
    })
}

/// A command that never mentions its input runs the same on all of them.
fn input_arrives(harness: &Reader<'_>, kind: HarnessKind, run: &[String]) {
    let mentions = |argument: &String| pieces(argument).unwrap_or_default().contains(&Piece::Variable(Variable::Input));
    match kind {
        HarnessKind::File if !run.iter().any(mentions) => harness.fault(
            "run",
            Fault::new("conflict", "no argument mentions `$INPUT`, so no input reaches the target")
                .help(r#"add `"$INPUT"`, or use `kind = "stdin"`"#),
        ),
        HarnessKind::Args if !run.iter().any(|argument| argument == "$INPUT") => harness.fault(
            "run",
            Fault::new("conflict", "no argument is `$INPUT` alone, so no input reaches the target")
                .help(r#"add `"$INPUT"` as an argument of its own; all arguments of the input take its place"#),
        ),
        _ => {}
    }
}

fn alive(harness: &Reader<'_>) -> Alive {
    let Some(alive) = harness.table("alive", &shape::ALIVE) else {
        return Alive::default();
    };
    Alive {
        exit: alive.integer("exit", 0..=255).and_then(|exit| i32::try_from(exit).ok()).unwrap_or(0),
        stdout: alive.parsed("stdout", value::regex),
        stderr: alive.parsed("stderr", value::regex),
    }
}

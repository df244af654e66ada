//! The small sections: `target`, `toolchain`, `repeat`, `tests` and `provenance`.

use super::{limits, value};
use crate::manifest::bounds;
use crate::manifest::name;
use crate::manifest::reader::Reader;
use crate::manifest::shape;
use crate::manifest::types::{FoundBy, Provenance, Repeat, Target, Tests, Tooling};
use crate::manifest::variable::Variable;

/// Runs of each input where nothing is said.
const RUNS: u32 = 3;

pub(in crate::manifest) fn provenance(root: &Reader<'_>) -> Provenance {
    let Some(provenance) = root.table("provenance", &shape::PROVENANCE) else {
        return Provenance::default();
    };
    Provenance {
        found_by: provenance
            .word("found_by", &[("human", FoundBy::Human), ("ai-assisted", FoundBy::AiAssisted), ("ai", FoundBy::Ai)]),
        tooling: provenance.word("tooling", &[("public", Tooling::Public), ("confidential", Tooling::Confidential)]),
        model: provenance.line("model", bounds::LINE),
        harness: provenance.line("harness", bounds::LINE),
        operator: provenance.line("operator", bounds::LINE),
    }
}

pub(in crate::manifest) fn target(root: &Reader<'_>) -> Option<Target> {
    let target = root.table_or_empty("target", &shape::TARGET)?;
    target.require("purl");
    let purl = target.parsed("purl", name::purl);
    let scope = target.line("scope", bounds::LINE);
    Some(Target { purl: purl?, scope })
}

pub(in crate::manifest) fn toolchain(root: &Reader<'_>) -> Vec<String> {
    root.table("toolchain", &shape::TOOLCHAIN).map(|toolchain| toolchain.each("needs", name::tool)).unwrap_or_default()
}

pub(in crate::manifest) fn repeat(root: &Reader<'_>) -> Repeat {
    let runs = root
        .table("repeat", &shape::REPEAT)
        .and_then(|repeat| repeat.integer("runs", 1..=bounds::RUNS))
        .and_then(|runs| u32::try_from(runs).ok());
    Repeat { runs: runs.unwrap_or(RUNS) }
}

pub(in crate::manifest) fn tests(root: &Reader<'_>) -> Option<Tests> {
    let tests = root.table("tests", &shape::TESTS)?;
    tests.require("run");
    let run = value::command(&tests, "run", &[Variable::Out, Variable::Src, Variable::Deps, Variable::Scratch]);
    let limits = limits::read(&tests);
    Some(Tests { run: run?, limits })
}

//! Reads a manifest as a whole.

use super::bounds;
use super::document;
use super::fault::Fault;
use super::name;
use super::need::{self, MissingItem};
use super::problem::{Problem, shown};
use super::read::{arms, build, deps, fit, harness, inputs, oracle, small};
use super::reader::{Reader, Sink};
use super::readiness::Readiness;
use super::shape;
use super::types::Manifest;

/// The schema that this version reads.
pub const SCHEMA: &str = "assay.proof/1";

/// Everything that is known after reading a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What is wrong. A partial report is not wrong.
    pub problems: Vec<Problem>,
    /// What is not there yet: required for a run, or only for a light.
    pub missing: Vec<MissingItem>,
    /// The checked manifest, if nothing is wrong and nothing required is missing.
    pub manifest: Option<Manifest>,
    /// The six lights.
    pub readiness: Readiness,
}

impl Reading {
    /// Whether the manifest is a partial report: nothing is wrong, yet it cannot run.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.problems.is_empty() && self.manifest.is_none()
    }

    /// The missing keys without which nothing can be run.
    pub fn required(&self) -> impl Iterator<Item = &MissingItem> {
        self.missing.iter().filter(|item| item.required)
    }
}

/// The text of a manifest's file.
///
/// # Errors
/// If it is too large or not UTF-8: one problem.
pub fn decode(bytes: &[u8]) -> Result<&str, Vec<Problem>> {
    if bytes.len() > bounds::TEXT {
        return Err(vec![document::too_large(bytes.len())]);
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let message = "the manifest is not UTF-8 here";
        vec![Problem::new("not-utf8", "", Some(line), message).help("save it as plain UTF-8 text")]
    })
}

/// Reads a manifest, which may be partial.
///
/// A manifest with a schema and a title is a report already: what it lacks
/// is listed in [`Reading::missing`], and only what contradicts the format is
/// a problem. All problems are found at once.
#[must_use]
pub fn read(text: &str) -> Reading {
    let (table, mut problems) = document::read(text);
    // Nothing sensible can be said about the keys of a text that is not TOML.
    let readable = !problems.iter().any(|problem| problem.place.is_empty() || problem.code == "toml-syntax");
    if !readable {
        let readiness = Readiness::of(&problems, &[], false);
        return Reading { problems, missing: Vec::new(), manifest: None, readiness };
    }
    let sink = Sink::default();
    let root = Reader::root(&sink, &table, &shape::ROOT);
    let manifest = sections(&root);
    let (more, mut missing) = sink.into_parts();
    problems.extend(more);
    problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
    if problems.len() > bounds::PROBLEMS {
        problems.truncate(bounds::PROBLEMS);
        let message = format!("only the first {} problems are shown", bounds::PROBLEMS);
        problems.push(Problem::new("too-many-problems", "", None, message));
    }
    // A key whose value could not even be carried over is wrong, not missing.
    missing.retain(|item| problems.iter().all(|problem| problem.place != item.key));
    missing.dedup_by(|a, b| a.key == b.key);
    let whole = problems.is_empty() && missing.is_empty();
    for (key, at) in [
        ("description", ["description"].as_slice()),
        ("severity", &["severity"]),
        ("arms.fixed.source", &["arms", "fixed"]),
        ("tests.run", &["tests"]),
    ] {
        if root_has_not(&table, at) && missing.iter().all(|item| item.key != key) {
            missing.push(need::optional(key));
        }
    }
    let readiness = Readiness::of(&problems, &missing, true);
    Reading { problems, missing, manifest: manifest.filter(|_| whole), readiness }
}

/// Reads a manifest that must be complete.
///
/// # Errors
/// All problems at once; a missing required key is the problem `missing-key`.
pub fn parse(text: &str) -> Result<Manifest, Vec<Problem>> {
    let reading = read(text);
    if let Some(manifest) = reading.manifest {
        return Ok(manifest);
    }
    let mut problems = reading.problems;
    for item in reading.missing.into_iter().filter(|item| item.required) {
        let message = format!("`{}` is missing: it {}", item.key, item.why);
        problems.push(
            Problem::new("missing-key", item.key, None, message)
                .help(format!("for instance: {}", item.example.replace('\n', "\n    "))),
        );
    }
    Err(problems)
}

fn root_has_not(table: &document::Table, path: &[&str]) -> bool {
    let mut table = table;
    for (depth, key) in path.iter().enumerate() {
        match table.get(*key).map(|node| &node.value) {
            None => return true,
            Some(document::Value::Table(inner)) if depth + 1 < path.len() => table = inner,
            Some(_) => return false,
        }
    }
    false
}

fn sections(root: &Reader<'_>) -> Option<Manifest> {
    root.require("schema");
    root.parsed("schema", |text| {
        if text == SCHEMA {
            return Ok(());
        }
        let message = format!("`{}` is not a schema that this version reads", shown(text));
        Err(Fault::new("unknown-word", message).help(format!("write `schema = \"{SCHEMA}\"`")))
    });
    root.require("title");
    let title = root.line("title", bounds::TITLE);
    let description = root.prose("description", bounds::DESCRIPTION);
    let weakness = root.each("weakness", name::weakness);
    let ids = root.each("ids", name::id);
    let severity = root.parsed("severity", name::severity);
    let target = small::target(root);
    let arms = arms::read(root);
    let deps = deps::read(root);
    let toolchain = small::toolchain(root);
    let build = build::read(root);
    let harness = harness::read(root);
    let inputs = inputs::read(root);
    let oracle = oracle::read(root);
    let repeat = small::repeat(root);
    let tests = small::tests(root);
    let provenance = small::provenance(root);
    fit::check(root);
    Some(Manifest {
        title: title?,
        description,
        weakness,
        ids,
        severity,
        target: target?,
        arms: arms?,
        deps,
        toolchain,
        build,
        harness: harness?,
        inputs: inputs?,
        oracle: oracle?,
        repeat,
        tests,
        provenance,
    })
}

//! Reach check for interpreted code: which functions of the changed files ran,
//! by Python's own tracing and by V8's own coverage.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use assay_bundle::manifest::Recipe;
use assay_sandbox::{Node, Tree};
use serde::Deserialize;

use super::watch::Ran;
use super::{MAX_FUNCTIONS, Span};
use crate::execute::{Built, Executor};
use crate::layout::{LOG, OUT, SRC};
use crate::source::ChangedLines;

/// The hook that Python loads.
pub(super) const PYTHON: &str = include_str!("sitecustomize.py");

/// Bytes of one source file that lines are counted in.
const MAX_SOURCE: u64 = 8 << 20;

/// Which interpreter runs the harness, if it is one whose functions can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
}

impl Language {
    pub fn of(executor: &Executor<'_>) -> Option<Self> {
        match executor.manifest.harness.run.first()?.as_str() {
            "python3" => Some(Self::Python),
            "node" => Some(Self::Node),
            _ => None,
        }
    }

    pub fn env(self, changed: &[String]) -> Vec<(String, String)> {
        let pair = |name: &str, value: String| (name.to_owned(), value);
        match self {
            Self::Python => vec![
                pair("PYTHONPATH", crate::layout::HOOK.to_owned()),
                pair("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
                pair("ASSAY_CHANGED", changed.join(":")),
            ],
            Self::Node => vec![pair("NODE_V8_COVERAGE", LOG.to_owned())],
        }
    }
}

/// Where a changed file lies when it runs: unpacked by the recipe, or in the source itself.
pub(super) fn places(executor: &Executor<'_>, arm: &Built, changed: &[ChangedLines]) -> Vec<(String, String)> {
    let unpacked = match executor.manifest.build.as_ref().map(|build| &build.recipe) {
        Some(Recipe::Wheel) => Some(format!("{OUT}/site")),
        Some(Recipe::Npm) => arm.outs.values().next().and_then(|out| package(out)),
        _ => None,
    };
    let roots = unpacked.into_iter().chain([SRC.to_owned()]);
    let pairs =
        roots.flat_map(|root| changed.iter().map(move |file| (format!("{root}/{}", file.path), file.path.clone())));
    pairs.filter(|(path, _)| !path.contains(':')).take(256).collect()
}

/// The folder of the package that the recipe `npm` made, by the manifest's own name for it.
fn package(out: &Path) -> Option<String> {
    let modules = out.join("node_modules");
    let entries = fs::read_dir(&modules).ok()?.flatten().filter(|entry| entry.path().join("package.json").is_file());
    let mut names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    // Among several the package cannot be told from its dependencies.
    match (names.next(), names.next()) {
        (Some(name), None) => Some(format!("{OUT}/node_modules/{name}")),
        _ => None,
    }
}

/// What Python's hook told; hostile text.
pub(super) fn python(log: &Tree, places: &[(String, String)]) -> Option<Ran> {
    let text = file(log, |name| name == b"reach")?;
    let text = String::from_utf8_lossy(text);
    let mut ran = Ran::default();
    let mut called = BTreeSet::new();
    let mut ready = false;
    for line in text.lines().take(2 * MAX_FUNCTIONS) {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["ready"] => ready = true,
            ["span", number, first, last] => {
                let (Ok(number), Ok(first), Ok(last)) = (number.parse::<usize>(), first.parse(), last.parse::<u32>())
                else {
                    continue;
                };
                let (_, source) = places.get(number)?;
                let offset = ran.spans.len() as u64;
                ran.spans.push(Span { offset, file: source.clone(), first, last: last.max(first), elsewhere: false });
            }
            ["ran", number, first] => {
                if let (Ok(number), Ok(first)) = (number.parse::<usize>(), first.parse::<u32>()) {
                    called.insert((places.get(number)?.1.clone(), first));
                }
            }
            _ => {}
        }
    }
    ran.offsets = ran
        .spans
        .iter()
        .filter(|span| called.contains(&(span.file.clone(), span.first)))
        .map(|span| span.offset)
        .collect();
    ready.then_some(ran)
}

#[derive(Deserialize)]
struct Coverage {
    result: Vec<Script>,
}

#[derive(Deserialize)]
struct Script {
    url: String,
    functions: Vec<Function>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Function {
    function_name: String,
    ranges: Vec<Range>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Range {
    start_offset: u64,
    end_offset: u64,
    count: u64,
}

/// What V8 told; hostile text. A process that was killed tells nothing.
pub(super) fn node(log: &Tree, places: &[(String, String)], arm: &Built) -> Option<Ran> {
    if log.truncated {
        return None;
    }
    let content = file(log, |name| name.starts_with(b"coverage-"))?;
    let coverage: Coverage = serde_json::from_slice(content).ok()?;
    let mut ran = Ran::default();
    for script in coverage.result {
        let Some(path) = script.url.strip_prefix("file://") else { continue };
        let Some((_, source)) = places.iter().find(|(at, _)| at == path) else { continue };
        let Some(text) = host(path, arm).and_then(|path| read(&path)) else { continue };
        for function in script.functions {
            let Some(whole) = function.ranges.first() else { continue };
            // The script itself, and what wraps it, always runs.
            if function.function_name.is_empty() && whole.start_offset == 0 || ran.spans.len() == MAX_FUNCTIONS {
                continue;
            }
            let (first, last) = (line_of(&text, whole.start_offset), line_of(&text, whole.end_offset));
            let offset = ran.spans.len() as u64;
            ran.spans.push(Span { offset, file: source.clone(), first, last: last.max(first), elsewhere: false });
            if whole.count > 0 {
                ran.offsets.insert(offset);
            }
        }
    }
    Some(ran)
}

/// The file on the host that the sandbox shows at this path.
fn host(path: &str, arm: &Built) -> Option<PathBuf> {
    let out = arm.outs.values().next()?;
    let (root, rest) = match path.strip_prefix(&format!("{OUT}/")) {
        Some(rest) => (out.as_path(), rest),
        None => (arm.source.as_path(), path.strip_prefix(&format!("{SRC}/"))?),
    };
    let whole = fs::canonicalize(root.join(rest)).ok()?;
    // A build may leave links; none leads out of its own folder.
    whole.starts_with(fs::canonicalize(root).ok()?).then_some(whole)
}

fn read(path: &Path) -> Option<String> {
    let file = fs::File::open(path).ok().filter(|file| file.metadata().is_ok_and(|meta| meta.is_file()))?;
    let mut bytes = Vec::new();
    file.take(MAX_SOURCE).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The line of an offset, which V8 counts in units of UTF-16.
fn line_of(text: &str, offset: u64) -> u32 {
    let (mut line, mut at) = (1_u32, 0_u64);
    for c in text.chars() {
        if at >= offset {
            break;
        }
        at += c.len_utf16() as u64;
        line = line.saturating_add(u32::from(c == '\n'));
    }
    line
}

fn file(log: &Tree, wanted: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    log.entries.iter().find_map(|entry| match &entry.node {
        Node::File { content, .. } if wanted(&entry.path) => Some(content.as_slice()),
        _ => None,
    })
}

#[cfg(test)]
#[path = "script_tests.rs"]
mod tests;

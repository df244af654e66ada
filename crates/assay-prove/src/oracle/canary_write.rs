//! A file where none should be.
//!
//! **Proves** that a run made, changed or removed a file outside the allowed
//! set: the runner compares the scratch folder (empty at the start) and the
//! canary folder (holding a secret drawn for the run) before and after, from
//! outside. For path traversal, link following, unsafe extraction.
//!
//! **Assurance**: that of harness and recipe. **Cheats**: a harness that writes
//! the file itself would do so on benign input too, unless it tells them apart,
//! which a claimant's can; the whole system outside both folders is read-only,
//! so an escape has to be staged inside them.

use std::collections::BTreeMap;

use assay_bundle::verdict::Outcome;
use assay_sandbox::{Node, Tree, TreeEntry};
use serde::Serialize;

use super::Oracle;
use super::end::end_words;
use super::line::shown;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Judgement, Seen};

/// The file of the canary folder.
pub const CANARY_FILE: &str = "secret";

/// Unexpected changes named in `saw`.
const MAX_NAMED: usize = 5;

/// Which folder a change lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Root {
    /// `$SCRATCH`.
    Scratch,
    /// `$CANARY`.
    Canary,
}

/// How a path changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// Its kind, content or executable bit is another.
    Changed,
    /// It is gone.
    Removed,
}

/// One path that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// The folder.
    pub root: Root,
    /// The path in it, raw bytes: the program chose them.
    pub path: Vec<u8>,
    /// What became of it.
    pub kind: ChangeKind,
}

/// The canary folder as the runner lays it out: one file with the secret.
#[must_use]
pub fn canary_tree(secret: &str) -> Tree {
    Tree {
        entries: vec![TreeEntry {
            path: CANARY_FILE.as_bytes().to_vec(),
            node: Node::File { content: secret.as_bytes().to_vec(), executable: false },
        }],
        truncated: false,
    }
}

/// What differs between two states of a folder, sorted. A state that was cut
/// short removes nothing: what is not in it may still be there.
#[must_use]
pub fn changes(root: Root, before: &Tree, after: &Tree) -> Vec<Change> {
    let by_path = |tree: &Tree| -> BTreeMap<Vec<u8>, Node> {
        let entries = tree.entries.iter();
        entries.map(|entry| (entry.path.clone(), entry.node.clone())).collect()
    };
    let (before, now) = (by_path(before), by_path(after));
    let change = |path: &Vec<u8>, kind| Change { root, path: path.clone(), kind };
    let mut changes: Vec<Change> = now
        .iter()
        .filter_map(|(path, node)| match before.get(path) {
            None => Some(change(path, ChangeKind::Added)),
            Some(old) if old != node => Some(change(path, ChangeKind::Changed)),
            Some(_) => None,
        })
        .collect();
    if !after.truncated {
        let gone = before.keys().filter(|path| !now.contains_key(*path));
        changes.extend(gone.map(|path| change(path, ChangeKind::Removed)));
    }
    changes.sort();
    changes
}

/// A path of the manifest: relative to `$SCRATCH`, or starting with `$CANARY`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spot {
    root: Root,
    path: String,
}

impl Spot {
    fn parse(text: &str) -> Self {
        let in_folder = |name: &str| {
            let rest = text.strip_prefix(name)?;
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        };
        let (root, rest) = match (in_folder("$CANARY"), in_folder("$SCRATCH")) {
            (Some(rest), _) => (Root::Canary, rest),
            (_, Some(rest)) => (Root::Scratch, rest),
            _ => (Root::Scratch, text),
        };
        let parts: Vec<&str> = rest.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        Self { root, path: parts.join("/") }
    }

    fn is(&self, change: &Change) -> bool {
        self.root == change.root && self.path.as_bytes() == change.path
    }

    /// The path itself or anything below it; the empty path is the whole folder.
    fn holds(&self, change: &Change) -> bool {
        self.root == change.root
            && (self.path.is_empty()
                || change
                    .path
                    .strip_prefix(self.path.as_bytes())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/")))
    }
}

pub(super) struct CanaryWrite {
    path: Option<Spot>,
    allowed: Vec<Spot>,
}

impl CanaryWrite {
    pub fn new(path: Option<&str>, allowed: &[String]) -> Self {
        Self { path: path.map(Spot::parse), allowed: allowed.iter().map(|path| Spot::parse(path)).collect() }
    }

    fn is_expected(&self, change: &Change) -> bool {
        self.allowed.iter().any(|spot| spot.holds(change))
    }
}

impl Oracle for CanaryWrite {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions {
            env: runtime::env(plan, Reporting::Stderr),
            snapshot_scratch: true,
            snapshot_canary: true,
            ..RunOptions::default()
        }
    }

    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        let (hits, rest): (Vec<&Change>, Vec<&Change>) = seen.changes.iter().partition(|change| match &self.path {
            Some(path) => path.is(change),
            None => !self.is_expected(change),
        });
        let others: Vec<&Change> = rest.into_iter().filter(|change| !self.is_expected(change)).collect();
        let others =
            if others.is_empty() { String::new() } else { format!("; not expected either: {}", list(&others)) };
        let end = end_words(&seen.finished.end);
        // What was written stays written, however the run ended.
        if !hits.is_empty() {
            return Judgement::fired("canary-write", format!("{}{others}; {end}", list(&hits)));
        }
        if let Some(judgement) = seen.cut_short_or_crashed() {
            return judgement;
        }
        if seen.changes_cut {
            return Judgement::of(Outcome::Limit, "the run left more files than are compared");
        }
        Judgement::of(Outcome::Silent, format!("nothing was written where it should not be{others}; {end}"))
    }
}

fn list(changes: &[&Change]) -> String {
    let mut words: Vec<String> = changes
        .iter()
        .take(MAX_NAMED)
        .map(|change| {
            let root = match change.root {
                Root::Scratch => "$SCRATCH",
                Root::Canary => "$CANARY",
            };
            let kind = match change.kind {
                ChangeKind::Added => "appeared",
                ChangeKind::Changed => "was changed",
                ChangeKind::Removed => "was removed",
            };
            format!("{root}/{} {kind}", shown(&String::from_utf8_lossy(&change.path)))
        })
        .collect();
    if changes.len() > MAX_NAMED {
        words.push(format!("and {} more", changes.len() - MAX_NAMED));
    }
    words.join(", ")
}

#[cfg(test)]
#[path = "canary_write_tests.rs"]
mod tests;

//! Parents of a pom.xml in the tree that is walked.
//!
//! Only files that the walk itself has found are taken: no link is followed,
//! and no path that a pom.xml names leads out of the tree.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use assay_inventory::pom_parent::{Named, PARENTS, Parent, named};

use crate::place::Kind;
use crate::{limits, open};

/// The tree that parents are looked for in.
pub struct Poms<'a> {
    root: &'a Path,
    /// What the walk has found, by path.
    known: &'a [(String, Kind)],
    /// Bytes of parents that may still be joined to files: each file may name the same large ones.
    left: AtomicU64,
    /// Those that were read, since most modules name the same one.
    kept: Mutex<Kept>,
}

/// A file with its length; none if it is no pom.xml that can be read.
type Read = Option<(Arc<Parent>, u64)>;

#[derive(Default)]
struct Kept {
    files: BTreeMap<String, Read>,
    bytes: u64,
}

impl<'a> Poms<'a> {
    /// Those of a walk.
    pub fn new(root: &'a Path, known: &'a [(String, Kind)]) -> Self {
        Self { root, known, left: AtomicU64::new(limits::PARENTS), kept: Mutex::default() }
    }

    /// The files of a pom.xml's parents, the nearest first, as far as they lie in the tree and say that they are.
    pub fn parents(&self, path: &str, bytes: &[u8]) -> Vec<Arc<Parent>> {
        let mut found = Vec::new();
        let mut passed = vec![path.to_owned()];
        let mut next = named(bytes);
        while let Some(one) = next.take() {
            let at = passed.last().and_then(|path| place(path, &one, self.known));
            // A file that is its own ancestor would go on for ever; Maven refuses such a project.
            let Some(at) = at.filter(|at| !passed.contains(at) && found.len() < PARENTS) else { break };
            let Some((parent, length)) = self.read(&at).filter(|(parent, _)| parent.is(&one)) else { break };
            let less = |left: u64| left.checked_sub(length);
            if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err() {
                break;
            }
            next = parent.names();
            found.push(parent);
            passed.push(at);
        }
        found
    }

    fn read(&self, path: &str) -> Read {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(read) = lock().files.get(path) {
            return read.clone();
        }
        let bytes = open::whole(&self.root.join(path), limits::PARENT).ok();
        let length = bytes.as_ref().map_or(0, |bytes| bytes.len() as u64);
        let read = bytes.and_then(|bytes| Parent::read(&bytes)).map(|parent| (Arc::new(parent), length));
        let mut kept = lock();
        if kept.bytes.saturating_add(length) <= limits::KEPT_PARENTS {
            kept.bytes += length;
            kept.files.insert(path.to_owned(), read.clone());
        }
        read
    }
}

/// Where the parent of a file lies; none if the walk has found nothing there.
fn place(path: &str, parent: &Named, known: &[(String, Kind)]) -> Option<String> {
    if parent.relative_path.is_empty() || parent.relative_path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in parent.relative_path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let is_known = |path: &String| known.binary_search_by(|(known, _)| known.cmp(path)).is_ok();
    let file = parts.join("/");
    parts.push("pom.xml");
    [file, parts.join("/")].into_iter().find(is_known)
}

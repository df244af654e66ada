//! Packages that did not come from their ecosystem's public registry.
//!
//! They are listed under [`GIT`], [`PATH`] or [`REGISTRY`] instead of the
//! ecosystem, because the registry's advisories speak of other bytes under the
//! same name and version; and for all but the project's own packages, the
//! inventory says in [`crate::component::Inventory::skipped`] that nothing
//! could be matched to them.

use std::collections::BTreeMap;

use crate::ecosystem::Ecosystem;
use crate::found::Found;

/// The ecosystem's name of a package taken from a git repository.
pub const GIT: &str = "git";

/// The ecosystem's name of a package that is a part of the project itself, or a folder beside it.
pub const PATH: &str = "path";

/// The ecosystem's name of a package taken from another registry than the ecosystem's own.
pub const REGISTRY: &str = "another registry";

/// Notes on packages without advisories, grouped by where they came from.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    sources: BTreeMap<String, (&'static str, Vec<String>)>,
    more: BTreeMap<String, usize>,
}

/// Names that one note lists; the others are counted.
const LISTED: usize = 8;

impl Outside {
    /// The ecosystem to list a package under; the note is kept for [`Self::say`].
    pub(crate) fn note(&mut self, kind: &'static str, source: &str, name: &str, version: Option<&str>) -> Ecosystem {
        if kind != PATH {
            let source = printable(source);
            let (_, names) = self.sources.entry(source.clone()).or_insert_with(|| (kind, Vec::new()));
            if names.len() < LISTED {
                names.push(match version {
                    Some(version) => printable(&format!("{name} {version}")),
                    None => printable(name),
                });
            } else {
                *self.more.entry(source).or_default() += 1;
            }
        }
        Ecosystem::Other(kind.to_owned())
    }

    /// Writes the notes.
    pub(crate) fn say(self, found: &mut Found) {
        for (source, (kind, names)) in self.sources {
            let more = self.more.get(&source).map(|n| format!(" and {n} more")).unwrap_or_default();
            let from = if kind == GIT { "a git repository" } else { "another registry" };
            found.skip(
                source,
                format!(
                    "listed, but not matched: {}{more} came from {from}, and the public registry's advisories \
                     speak of other packages",
                    names.join(", ")
                ),
            );
        }
    }
}

/// Characters of a text that a note shows.
const LONGEST: usize = 200;

/// Cut, and without control characters, so that a note stays one line.
fn printable(text: &str) -> String {
    // Nearly all text is this, and a lockfile names a repository hundreds of times.
    if text.len() <= LONGEST && text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.to_owned();
    }
    text.chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

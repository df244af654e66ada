//! Parents of a pom.xml: which file is one, and what a project has from it.
//!
//! As Maven does it, the files are joined first and properties are put in their
//! places then, so that a project's own property holds in what its parent asks
//! for. What stands under a parent's profile is left out: whether it is on is
//! not known.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::pom::name;
use super::pom_tree::{self, Dependency, Pom};
use crate::found::Broken;
use crate::limits;
use crate::syntax::utf8;

/// Most parents above one file; real projects have half a dozen.
pub const PARENTS: usize = 16;

/// The parent that a pom.xml names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Where its file is, as written and seen from the folder of the file that names it: a file, or a folder with a pom.xml
    /// in it. `../pom.xml` where nothing is written; empty where the file says that it is not near.
    pub relative_path: String,
    /// Group, artifact and version.
    name: [String; 3],
}

/// A file that others may name as their parent.
#[derive(Debug)]
pub struct Parent(Pom);

impl Parent {
    /// Reads one; none if it cannot be read. It is refused where it is read for itself; here it sets nothing.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        pom_tree::parse(utf8(bytes).ok()?).ok().map(Self)
    }

    /// The parent that it names in turn.
    pub fn names(&self) -> Option<Named> {
        self.0.parent()
    }

    /// Whether it is the parent that another file names. Maven takes the file at that place only then; a property in a name
    /// is not put in its place, and matches nothing but itself.
    pub fn is(&self, named: &Named) -> bool {
        let own = |key: &str| self.0.own.get(key).map(String::as_str).filter(|value| !value.is_empty());
        // What a project does not say of itself it has from its own parent.
        let group = own("project.groupId").or_else(|| own("project.parent.groupId"));
        let version = own("project.version").or_else(|| own("project.parent.version"));
        [group, own("project.artifactId"), version] == named.name.each_ref().map(|part| Some(part.as_str()))
    }
}

/// The parent that a pom.xml names; none if it names none, or is no pom.xml that can be read.
pub fn named(bytes: &[u8]) -> Option<Named> {
    Parent::read(bytes)?.names()
}

/// A file with its parents, the nearest first; and whether all of them are there.
pub(super) fn joined(bytes: &[u8], parents: &[Arc<Parent>]) -> Result<(Pom, bool), Broken> {
    let mut pom = pom_tree::parse(utf8(bytes)?)?;
    let mut has_more = pom.has_parent;
    for parent in parents.iter().take(PARENTS) {
        if !has_more {
            break;
        }
        has_more = parent.0.has_parent;
        pom.inherit(&parent.0)?;
    }
    Ok((pom, !has_more))
}

impl Pom {
    fn parent(&self) -> Option<Named> {
        let own = |key: &str| self.own.get(key).cloned().unwrap_or_default();
        self.has_parent.then(|| Named {
            relative_path: self.relative_path.clone().unwrap_or_else(|| "../pom.xml".to_owned()),
            name: ["project.parent.groupId", "project.parent.artifactId", "project.parent.version"].map(own),
        })
    }

    /// Takes what a parent sets and asks for, as far as nobody nearer does.
    fn inherit(&mut self, parent: &Self) -> Result<(), Broken> {
        for (key, value) in &parent.properties {
            self.properties.entry(key.clone()).or_insert_with(|| value.clone());
        }
        let asked: BTreeSet<String> =
            self.dependencies.iter().filter(|d| !d.is_managed && !d.in_profile).map(|d| name(self, d)).collect();
        let is_taken = |dependency: &&Dependency| {
            !dependency.in_profile && (dependency.is_managed || !asked.contains(&name(self, dependency)))
        };
        let mut all: Vec<Dependency> = parent.dependencies.iter().filter(is_taken).cloned().collect();
        for dependency in &mut all {
            dependency.is_inherited = true;
        }
        all.append(&mut self.dependencies);
        if all.len() > limits::COMPONENTS {
            return Err(Broken::TooMuch("it and its parents list too many dependencies", limits::COMPONENTS));
        }
        self.dependencies = all;
        Ok(())
    }
}

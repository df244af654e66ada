//! pom.xml of Maven: what the project itself asks for.
//!
//! Its parents and imported lists of versions are other files, which are not
//! fetched. Where the parents' files are at hand, [`super::pom_parent`] joins
//! them; a version that another file sets is none here. What the dependencies in
//! turn bring in is not in the file either, and that is said.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::pom_parent::{self, Parent};
use super::pom_tree::{Dependency, Pom};
use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::limits;

/// How deep a property may name another one; Maven's own files need three.
const EXPANSIONS: usize = 16;

/// Reads a file, and those of its parents as far as they are at hand, the nearest first.
pub(crate) fn read(bytes: &[u8], parents: &[Arc<Parent>]) -> Result<Found, Broken> {
    let (pom, is_whole) = pom_parent::joined(bytes, parents)?;
    let maven = Ecosystem::from_osv("Maven");
    let mut found = Found::default();
    // Versions that are set for whoever asks for the package; the nearest file stands last, and its word goes.
    let managed: BTreeMap<String, String> = pom
        .dependencies
        .iter()
        .filter(|d| d.is_managed && !is_import(d))
        .map(|d| (name(&pom, d), pom.expanded(&d.version)))
        .collect();
    let asked: BTreeSet<String> = pom.dependencies.iter().filter(|d| !d.is_managed).map(|d| name(&pom, d)).collect();
    let imports = pom.dependencies.iter().filter(|d| is_import(d)).count();
    let unset = match (is_whole, imports) {
        (true, 0) => "neither it nor a parent sets its version",
        (true, _) => "its version is set by an imported list",
        (false, _) => "its version is set by the parent or an imported list",
    };
    for dependency in &pom.dependencies {
        let name = name(&pom, dependency);
        // What is asked for is listed where it is asked for, and what a parent sets for others with the parent.
        let is_elsewhere = dependency.is_managed && (dependency.is_inherited || asked.contains(&name));
        if is_import(dependency) || is_elsewhere {
            continue;
        }
        let of = if dependency.is_inherited { " of a parent's file" } else { "" };
        let mut at = format!("line {}{of}", dependency.line);
        let mut note = |words: &str| at.push_str(&format!(" ({words})"));
        if dependency.is_managed {
            note("for modules that ask for it");
        }
        if dependency.in_profile {
            note("in a profile");
        }
        if dependency.scope == "test" {
            note("for tests");
        }
        let written = match dependency.version.as_str() {
            "" => managed.get(&name).cloned().unwrap_or_default(),
            written => pom.expanded(written),
        };
        let version = single(&written);
        if version.is_none() {
            note(&match written.as_str() {
                "" => unset.to_owned(),
                written if written.contains("${") => format!("{} is set elsewhere", short(written)),
                written => format!("{} names no single version", short(written)),
            });
        }
        if name.starts_with(':') || name.ends_with(':') || name.contains("${") {
            found.skip(at, format!("`{}` is no group and artifact", short(&name)));
            continue;
        }
        found.push(Component::package(maven.clone(), &name, version, at))?;
    }
    let count = |n: usize, noun: &str| if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") };
    let mut more = String::new();
    if imports > 0 {
        more.push_str(&format!(", the versions of {}", count(imports, "imported list")));
    }
    if pom.modules > 0 {
        let ask = if pom.modules == 1 { "asks" } else { "ask" };
        more.push_str(&format!(", what its {} {ask} for", count(pom.modules, "module")));
    }
    let why = format!(
        "a pom.xml names direct dependencies only. Not in it: what those bring in{more}. For all of it, let Maven write \
         a CycloneDX document, and read that"
    );
    found.skip("the project", why);
    Ok(found.done())
}

fn is_import(dependency: &Dependency) -> bool {
    dependency.is_managed && dependency.scope == "import"
}

/// What a dependency is called.
pub(super) fn name(pom: &Pom, dependency: &Dependency) -> String {
    format!("{}:{}", pom.expanded(&dependency.group), pom.expanded(&dependency.artifact))
}

impl Pom {
    /// A text with the properties of this file in their places. What another file sets stays as written.
    fn expanded(&self, written: &str) -> String {
        let mut text = written.to_owned();
        // A property may name itself; each round replaces one level, and a text that grows is left.
        for _ in 0..EXPANSIONS {
            let next = self.expanded_once(&text);
            if next == text || next.len() > limits::NAME {
                break;
            }
            text = next;
        }
        text
    }

    fn expanded_once(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                break;
            };
            match self.property(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&format!("${{{name}}}")),
            }
            // A text that properties blow up is no version; the caller leaves it as written.
            if out.len() > limits::NAME {
                return out;
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn property(&self, name: &str) -> Option<&str> {
        if let Some(value) = self.properties.get(name) {
            return Some(value);
        }
        let own = |key: &str| self.own.get(key).map(String::as_str).filter(|value| !value.is_empty());
        match name {
            // What a project does not say of itself it has from its parent.
            "project.version" | "pom.version" | "version" => {
                own("project.version").or_else(|| own("project.parent.version"))
            }
            "project.groupId" | "pom.groupId" | "groupId" => {
                own("project.groupId").or_else(|| own("project.parent.groupId"))
            }
            name => own(name),
        }
    }
}

/// A single version: `1.2.3`, or exactly that as `[1.2.3]`.
fn single(written: &str) -> Option<&str> {
    let inner = written.strip_prefix('[').and_then(|v| v.strip_suffix(']')).unwrap_or(written).trim();
    let odd = |c: char| "[](),${} ".contains(c) || c.is_control();
    let latest = matches!(inner, "LATEST" | "RELEASE");
    (!inner.is_empty() && !latest && !inner.contains(odd)).then_some(inner)
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

//! What a pom.xml says, element by element.

use std::collections::BTreeMap;

use crate::found::Broken;
use crate::limits;
use crate::syntax::xml::{self, Attributes, Listener};

/// A dependency as written: properties are not yet in their places.
#[derive(Debug, Clone, Default)]
pub(super) struct Dependency {
    pub(super) line: usize,
    pub(super) group: String,
    pub(super) artifact: String,
    pub(super) version: String,
    pub(super) scope: String,
    /// `type`: `pom` with the scope `import` is a list of versions, not a dependency.
    pub(super) kind: String,
    /// Under `dependencyManagement`.
    pub(super) is_managed: bool,
    /// Under a profile, which may be off.
    pub(super) in_profile: bool,
    /// From the file of a parent.
    pub(super) is_inherited: bool,
}

/// A project.
#[derive(Debug, Default)]
pub(super) struct Pom {
    /// Its own coordinates, and its parent's, by property: `project.version`, `project.parent.version`.
    pub(super) own: BTreeMap<&'static str, String>,
    pub(super) properties: BTreeMap<String, String>,
    pub(super) dependencies: Vec<Dependency>,
    /// The lines of modules that it names.
    pub(super) modules: usize,
    /// Whether it names a parent.
    pub(super) has_parent: bool,
    /// Where it says that its parent's file is.
    pub(super) relative_path: Option<String>,
}

pub(super) fn parse(text: &str) -> Result<Pom, Broken> {
    let mut reader = Reader::default();
    xml::walk(text, &mut reader)?;
    Ok(reader.pom)
}

#[derive(Default)]
struct Reader {
    pom: Pom,
    path: Vec<String>,
    text: String,
    dependency: Option<Dependency>,
}

impl Reader {
    fn is(&self, path: &[&str]) -> bool {
        self.path.len() == path.len() && self.path.iter().zip(path).all(|(a, b)| a == b)
    }

    /// Whether the innermost element is a dependency of the project, of a profile, or of either's management.
    fn is_dependency(&self) -> bool {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let rest = match path.as_slice() {
            ["project", "profiles", "profile", rest @ ..] | ["project", rest @ ..] => rest,
            _ => return false,
        };
        matches!(rest, ["dependencies", "dependency"] | ["dependencyManagement", "dependencies", "dependency"])
    }

    fn own(&mut self, key: &'static str) {
        self.pom.own.insert(key, self.text.trim().to_owned());
    }
}

impl Listener for Reader {
    fn start(&mut self, name: &str, _: &Attributes<'_, '_>, line: usize) -> Result<(), Broken> {
        if self.path.is_empty() && name != "project" {
            return Err(Broken::at(format!("line {line}"), "its root is not Maven's `project`; is it a pom.xml?"));
        }
        self.path.push(name.chars().take(limits::NAME).collect());
        self.text.clear();
        if self.is_dependency() {
            if self.pom.dependencies.len() >= limits::COMPONENTS {
                return Err(Broken::TooMuch("it lists too many dependencies", limits::COMPONENTS));
            }
            let within = |name: &str| self.path.iter().any(|step| step == name);
            let (is_managed, in_profile) = (within("dependencyManagement"), within("profiles"));
            self.dependency = Some(Dependency { line, is_managed, in_profile, ..Dependency::default() });
        }
        Ok(())
    }

    fn text(&mut self, part: &str) {
        if self.text.len() + part.len() <= limits::NAME * 4 {
            self.text.push_str(part);
        }
    }

    fn end(&mut self) -> Result<(), Broken> {
        if self.is_dependency() {
            self.pom.dependencies.extend(self.dependency.take());
        } else if self.is(&["project", "groupId"]) {
            self.own("project.groupId");
        } else if self.is(&["project", "version"]) {
            self.own("project.version");
        } else if self.is(&["project", "artifactId"]) {
            self.own("project.artifactId");
        } else if self.is(&["project", "parent", "groupId"]) {
            self.own("project.parent.groupId");
        } else if self.is(&["project", "parent", "version"]) {
            self.own("project.parent.version");
        } else if self.is(&["project", "parent", "artifactId"]) {
            self.own("project.parent.artifactId");
        } else if self.is(&["project", "parent", "relativePath"]) {
            self.pom.relative_path = Some(self.text.trim().to_owned());
        } else if self.is(&["project", "parent"]) {
            self.pom.has_parent = true;
        } else if self.is(&["project", "modules", "module"]) {
            self.pom.modules += 1;
        } else if self.path.len() == 3 && self.path.get(1).is_some_and(|step| step == "properties") {
            if let Some(name) = self.path.last() {
                self.pom.properties.insert(name.clone(), self.text.trim().to_owned());
            }
        } else if let Some(dependency) = &mut self.dependency
            && self.path.iter().rev().nth(1).is_some_and(|step| step == "dependency")
        {
            let field = match self.path.last().map(String::as_str) {
                Some("groupId") => Some(&mut dependency.group),
                Some("artifactId") => Some(&mut dependency.artifact),
                Some("version") => Some(&mut dependency.version),
                Some("scope") => Some(&mut dependency.scope),
                Some("type") => Some(&mut dependency.kind),
                _ => None,
            };
            if let Some(field) = field {
                *field = self.text.trim().to_owned();
            }
        }
        self.path.pop();
        self.text.clear();
        Ok(())
    }
}

//! Directory.Packages.props, project files and packages.config of .NET.
//!
//! `PackageVersion` says which version a project gets that asks for the
//! package; `PackageReference` asks for it; packages.config lists what is
//! installed.

use std::collections::BTreeMap;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::limits;
use crate::syntax::utf8;
use crate::syntax::xml::{self, Attributes, Listener};

/// Elements that name a package.
const ITEMS: [&str; 4] = ["PackageVersion", "PackageReference", "GlobalPackageReference", "package"];

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut reader = Reader::default();
    xml::walk(utf8(bytes)?, &mut reader)?;
    if !reader.is_project {
        return Err(Broken::at("the document", "its root is neither `Project` nor `packages`; is it a file of .NET?"));
    }
    reader.list()
}

struct Item {
    line: usize,
    /// Whether it asks for a package, whose version a `PackageVersion` may say.
    is_reference: bool,
    name: String,
    version: Option<String>,
}

#[derive(Default)]
struct Reader {
    is_project: bool,
    open: Vec<Open>,
    properties: BTreeMap<String, String>,
    items: Vec<Item>,
}

enum Open {
    Properties,
    Property(String, String),
    Item,
    /// A version that is written as an element of its own.
    Version(String),
    Other,
}

impl Listener for Reader {
    fn start(&mut self, name: &str, attributes: &Attributes<'_, '_>, line: usize) -> Result<(), Broken> {
        let open = match (self.open.last(), name) {
            (None, "Project" | "packages") => {
                self.is_project = true;
                Open::Other
            }
            (None, _) => {
                return Err(Broken::at(format!("line {line}"), "its root is neither `Project` nor `packages`"));
            }
            (Some(_), "PropertyGroup") => Open::Properties,
            (Some(Open::Properties), property) => Open::Property(property.to_owned(), String::new()),
            (Some(Open::Item), "Version" | "VersionOverride") => Open::Version(String::new()),
            (Some(_), item) if ITEMS.contains(&item) => {
                self.item(item, attributes, line)?;
                Open::Item
            }
            _ => Open::Other,
        };
        self.open.push(open);
        Ok(())
    }

    fn text(&mut self, part: &str) {
        if let Some(Open::Property(_, text) | Open::Version(text)) = self.open.last_mut()
            && text.len() + part.len() <= limits::NAME
        {
            text.push_str(part);
        }
    }

    fn end(&mut self) -> Result<(), Broken> {
        match self.open.pop() {
            Some(Open::Property(name, text)) => {
                self.properties.insert(name, text.trim().to_owned());
            }
            Some(Open::Version(text)) => {
                if let Some(item) = self.items.last_mut() {
                    item.version = Some(text.trim().to_owned());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Reader {
    fn item(&mut self, element: &str, attributes: &Attributes<'_, '_>, line: usize) -> Result<(), Broken> {
        if self.items.len() >= limits::COMPONENTS {
            return Err(Broken::TooMuch("it lists too many packages", limits::COMPONENTS));
        }
        let name = match element {
            "package" => attributes.get("id"),
            _ => attributes.get("Include").or_else(|| attributes.get("Update")),
        };
        let version = match element {
            "package" => attributes.get("version"),
            _ => attributes.get("VersionOverride").or_else(|| attributes.get("Version")),
        };
        let is_reference = element == "PackageReference";
        self.items.push(Item { line, is_reference, name: name.unwrap_or_default(), version });
        Ok(())
    }

    fn list(self) -> Result<Found, Broken> {
        let nuget = Ecosystem::from_osv("NuGet");
        let mut found = Found::default();
        for item in &self.items {
            let at = format!("line {}", item.line);
            if item.name.is_empty() {
                found.skip(at, "the element names no package");
                continue;
            }
            let written = item.version.as_deref().map(|version| self.expanded(version));
            let (version, at) = match written.as_deref() {
                None if item.is_reference => (None, format!("{at} (its version is set elsewhere)")),
                None => (None, at),
                Some(written) => match single(written) {
                    Some(version) => (Some(version), at),
                    None => (None, format!("{at} ({written} names no single version)")),
                },
            };
            for name in item.name.split(';').map(str::trim).filter(|name| !name.is_empty()) {
                found.push(Component::package(nuget.clone(), name, version, at.clone()))?;
            }
        }
        Ok(found.done())
    }

    /// Properties of the same file in their places, one level deep: MSBuild decides the rest.
    fn expanded(&self, written: &str) -> String {
        let mut out = String::new();
        let mut rest = written;
        while let Some((before, after)) = rest.split_once("$(") {
            out.push_str(before);
            let (name, after) = after.split_once(')').unwrap_or((after, ""));
            match self.properties.get(name) {
                Some(value) => out.push_str(value),
                None => out.push_str(&format!("$({name})")),
            }
            if out.len() > limits::NAME {
                break;
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }
}

/// A single version: `1.2.3`, or exactly that as `[1.2.3]`.
fn single(written: &str) -> Option<&str> {
    let inner = written.trim();
    let inner = inner.strip_prefix('[').and_then(|v| v.strip_suffix(']')).unwrap_or(inner).trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-+_".contains(c);
    (!inner.is_empty() && inner.chars().all(plain)).then_some(inner)
}

//! package-lock.json and npm-shrinkwrap.json, versions 1 to 3.
//!
//! Versions 2 and 3 list every installed folder under `packages`; version 1
//! nests `dependencies`. All of them are listed, those for development and
//! those bundled in another package too: they are on the machine.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::json::{self, Flag, Maybe, Text};
use crate::limits;
use crate::origin::{GIT, Outside, PATH};

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(rename = "lockfileVersion")]
    version: Option<IgnoredAny>,
    #[serde(borrow, default)]
    packages: Option<Entries<'a>>,
    #[serde(borrow, default)]
    dependencies: Option<Entries<'a>>,
}

/// A map in its written order; a key that is repeated is listed twice.
#[derive(Default)]
struct Entries<'a>(Vec<(Cow<'a, str>, Entry<'a>)>);

#[derive(Default)]
struct Entry<'a> {
    /// The real name, where the folder has another one (an alias).
    name: Text<'a>,
    version: Text<'a>,
    /// Where it was fetched from.
    resolved: Text<'a>,
    link: Flag,
    dev: Flag,
    /// Version 1 nests packages here. In versions 2 and 3 ranges stand here, which are left out.
    dependencies: Entries<'a>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    // An entry is an object, and is kept until all are read: millions of `"a":{}` would cost a gigabyte before the first
    // is listed. Real entries have a hundred bytes and more.
    if bytes.len() > limits::COMPONENTS && bytes.iter().filter(|c| **c == b'{').count() > limits::COMPONENTS {
        return Err(Broken::TooMuch("it has too many entries", limits::COMPONENTS));
    }
    let lock: Lock<'_> = json::parse(bytes)?;
    let mut reader = Reader::default();
    match (&lock.packages, &lock.dependencies) {
        (Some(packages), _) => {
            for (key, entry) in &packages.0 {
                reader.folder(key, entry)?;
            }
        }
        (None, Some(dependencies)) => reader.nested(dependencies, "", 0)?,
        // A project without a dependency.
        (None, None) if lock.version.is_some() => {}
        (None, None) => {
            return Err(Broken::at(
                "the document",
                "neither `packages` nor `dependencies` nor `lockfileVersion` stands in it; is it a package-lock.json?",
            ));
        }
    }
    reader.outside.say(&mut reader.found);
    Ok(reader.found.done())
}

#[derive(Default)]
struct Reader {
    found: Found,
    outside: Outside,
}

impl Reader {
    /// One entry of `packages`: its key is the folder.
    fn folder(&mut self, key: &str, entry: &Entry<'_>) -> Result<(), Broken> {
        // A link stands for another entry, which is listed by itself.
        if entry.link.0 {
            return Ok(());
        }
        let installed = key.rfind("node_modules/").and_then(|at| key.get(at + "node_modules/".len()..));
        let (name, own) = match (entry.name.get(), installed) {
            (Some(name), installed) => (name, installed.is_none()),
            (None, Some(folder)) => (folder, false),
            // The project, or a workspace of it, without a name.
            (None, None) => (if key.is_empty() { "the project" } else { key }, true),
        };
        if name.is_empty() {
            self.found.skip(key, "the folder names no package");
            return Ok(());
        }
        let at = if key.is_empty() { "the project itself" } else { key };
        self.list(name, entry, own, at)
    }

    /// `dependencies` of version 1.
    fn nested(&mut self, entries: &Entries<'_>, above: &str, depth: usize) -> Result<(), Broken> {
        if depth > limits::DEPTH {
            return Err(Broken::TooMuch("its dependencies are nested too deep", limits::DEPTH));
        }
        for (name, entry) in &entries.0 {
            let at = if above.is_empty() { name.to_string() } else { format!("{above} > {name}") };
            if name.is_empty() {
                self.found.skip(at.as_str(), "the entry names no package");
                continue;
            }
            self.list(name, entry, false, &at)?;
            self.nested(&entry.dependencies, &at, depth + 1)?;
        }
        Ok(())
    }

    fn list(&mut self, name: &str, entry: &Entry<'_>, own: bool, at: &str) -> Result<(), Broken> {
        let written = entry.version.get();
        // Version 1 writes an alias, and where the package came from, in the place of the version.
        let (name, version, from) = match written {
            Some(written) => match written.strip_prefix("npm:").and_then(|alias| alias.rsplit_once('@')) {
                Some((real, version)) if !real.is_empty() => (real, Some(version), entry.resolved.get()),
                _ if written.contains([':', '/']) => (name, None, Some(written)),
                _ => (name, written.into(), entry.resolved.get()),
            },
            None => (name, None, entry.resolved.get()),
        };
        let ecosystem = match from {
            _ if own => Ecosystem::Other(PATH.to_owned()),
            Some(from) if from.starts_with("file:") => Ecosystem::Other(PATH.to_owned()),
            Some(from) if is_git(from) => self.outside.note(GIT, from.split('#').next().unwrap_or(from), name, version),
            // A tarball at an address may be a mirror's copy: it is matched by its name.
            _ => Ecosystem::Npm,
        };
        let at = if entry.dev.0 { format!("{at} (for development)") } else { at.to_owned() };
        self.found.push(Component::package(ecosystem, name, version, at))
    }
}

fn is_git(from: &str) -> bool {
    ["git+", "git:", "git@", "github:", "gitlab:", "bitbucket:", "gist:"].iter().any(|p| from.starts_with(p))
}

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of packages")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut out = Vec::new();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    if let (Some(entry), Some(key)) = (map.next_value::<Maybe<Entry<'de>>>()?.0, key.0) {
                        out.push((key, entry));
                    }
                }
                Ok(Entries(out))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Entries::default())
            }
            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Entries::default())
            }
            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Entries::default())
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Entry<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Entry<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a package")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entry = Entry::default();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    match key.0.as_deref() {
                        Some("name") => entry.name = map.next_value()?,
                        Some("version") => entry.version = map.next_value()?,
                        Some("resolved") => entry.resolved = map.next_value()?,
                        Some("link") => entry.link = map.next_value()?,
                        Some("dev") => entry.dev = map.next_value()?,
                        Some("dependencies") => entry.dependencies = map.next_value()?,
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(entry)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

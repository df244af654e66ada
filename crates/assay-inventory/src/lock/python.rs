//! poetry.lock, uv.lock, pdm.lock, and pylock.toml (PEP 751): TOML with one
//! table a package.

use std::borrow::Cow;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::{GIT, Outside, PATH};
use crate::syntax::toml::{self, Event};
use crate::syntax::utf8;

/// Where a package is from, other than a registry.
enum From<'a> {
    Git(Cow<'a, str>),
    Folder,
    Address,
}

#[derive(Default)]
struct Package<'a> {
    line: usize,
    name: Option<Cow<'a, str>>,
    version: Option<Cow<'a, str>>,
    /// Poetry's `type` and `url` of `[package.source]`.
    kind: Option<Cow<'a, str>>,
    url: Option<Cow<'a, str>>,
    from: Option<From<'a>>,
    is_dev: bool,
}

/// Which table the pairs belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Table {
    Package,
    Source,
    Other,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut reader = Reader::default();
    let mut table = Table::Other;
    let mut is_lock = false;
    toml::walk(utf8(bytes)?, |line, event| {
        match event {
            Event::Table { path: "package" | "packages", is_element: true } => {
                reader.close()?;
                is_lock = true;
                table = Table::Package;
                reader.package = Some(Package { line, ..Package::default() });
            }
            Event::Table { path: "package.source", .. } => table = Table::Source,
            // PEP 751 may write where a package is from as a table of its own.
            Event::Table { path: "packages.vcs", .. } => {
                table = Table::Source;
                reader.kind("git");
            }
            Event::Table { path: "packages.directory", .. } => {
                table = Table::Other;
                reader.kind("directory");
            }
            Event::Table { .. } => table = Table::Other,
            Event::Pair { key, value } => match (&mut reader.package, table) {
                (Some(package), Table::Package) => package.pair(key, value),
                (Some(package), Table::Source) => match key {
                    "type" => package.kind = toml::string(value),
                    "url" => package.url = toml::string(value),
                    _ => {}
                },
                _ => is_lock |= matches!(key, "lock-version" | "requires-python" | "content-hash"),
            },
        }
        Ok(())
    })?;
    reader.close()?;
    if !is_lock {
        return Err(Broken::at("the file", "no [[package]] stands in it; is it a Python lockfile?"));
    }
    reader.outside.say(&mut reader.found);
    Ok(reader.found.done())
}

#[derive(Default)]
struct Reader<'a> {
    found: Found,
    outside: Outside,
    package: Option<Package<'a>>,
}

impl Reader<'_> {
    fn kind(&mut self, kind: &'static str) {
        if let Some(package) = &mut self.package {
            package.kind = Some(Cow::Borrowed(kind));
        }
    }

    fn close(&mut self) -> Result<(), Broken> {
        let Some(package) = self.package.take() else { return Ok(()) };
        let at = format!("line {}{}", package.line, if package.is_dev { " (for development)" } else { "" });
        let Some(name) = package.name.as_deref().filter(|name| !name.is_empty()) else {
            self.found.skip(at, "the package has no name");
            return Ok(());
        };
        let version = package.version.as_deref();
        let url = package.url.as_deref().unwrap_or_default();
        let ecosystem = match (&package.from, package.kind.as_deref()) {
            (Some(From::Git(url)), _) => {
                self.outside.note(GIT, url.split(['#', '?']).next().unwrap_or(url), name, version)
            }
            (None, Some("git")) => self.outside.note(GIT, url, name, version),
            (Some(From::Folder), _) | (None, Some("directory" | "file")) => Ecosystem::Other(PATH.to_owned()),
            // An archive at an address may be a mirror's copy, and a second index may be one too: matched by name.
            (Some(From::Address) | None, _) => Ecosystem::PyPi,
        };
        self.found.push(Component::package(ecosystem, name, version, at))
    }
}

impl<'a> Package<'a> {
    fn pair(&mut self, key: &str, value: &'a str) {
        match key {
            "name" => self.name = toml::string(value),
            "version" => self.version = toml::string(value),
            // uv
            "source" => {
                let of = |key: &str| toml::inline(value, key).and_then(toml::string);
                self.from = if let Some(url) = of("git") {
                    Some(From::Git(url))
                } else if ["editable", "virtual", "directory", "path"].iter().any(|key| of(key).is_some()) {
                    Some(From::Folder)
                } else {
                    of("url").map(|_| From::Address)
                };
            }
            // pdm; and PEP 751, with tables in the place of texts.
            "git" | "vcs" => {
                let url = toml::string(value).or_else(|| toml::inline(value, "url").and_then(toml::string));
                self.from = Some(From::Git(url.unwrap_or_default()));
            }
            "path" | "directory" => self.from = Some(From::Folder),
            "url" | "archive" => self.from = Some(From::Address),
            // Poetry: the older key, and the newer one where development is all that it is for.
            "category" => self.is_dev = toml::string(value).as_deref() == Some("dev"),
            "groups" => self.is_dev = !value.contains("\"main\"") && !value.contains("\"default\""),
            _ => {}
        }
    }
}

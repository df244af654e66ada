//! yarn.lock: version 1, and the YAML of Yarn 2 and later.

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::{GIT, Outside, PATH};
use crate::syntax::{CONFLICT, is_conflict, utf8, yaml};

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let text = utf8(bytes)?;
    if text.lines().any(|line| line.starts_with("__metadata:")) { berry(text) } else { classic(text) }
}

/// A block of version 1, as far as it was read.
#[derive(Default)]
struct Block<'a> {
    line: usize,
    /// `name@range` of its first request.
    request: &'a str,
    version: Option<&'a str>,
    resolved: Option<&'a str>,
}

fn classic(text: &str) -> Result<Found, Broken> {
    let mut found = Found::default();
    let mut outside = Outside::default();
    let mut block: Option<Block<'_>> = None;
    for (n, line) in text.lines().enumerate() {
        if is_conflict(line) {
            return Err(Broken::at(format!("line {}", n + 1), CONFLICT));
        }
        let body = line.trim_start_matches(' ');
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        if body.len() == line.len() {
            if let Some(done) = block.take() {
                done.list(&mut found, &mut outside)?;
            }
            let Some(requests) = line.trim_end().strip_suffix(':') else {
                let why = "neither a request for a package nor one of its fields; is it Yarn's lockfile?";
                return Err(Broken::at(format!("line {}", n + 1), why));
            };
            block = Some(Block { line: n + 1, request: first(requests), ..Block::default() });
        } else if line.len() - body.len() == 2
            && let Some(block) = &mut block
        {
            let value = |key: &str| body.strip_prefix(key).map(|value| value.trim().trim_matches('"'));
            if let Some(version) = value("version ") {
                block.version = Some(version);
            } else if let Some(resolved) = value("resolved ") {
                block.resolved = Some(resolved);
            }
        }
    }
    if let Some(done) = block {
        done.list(&mut found, &mut outside)?;
    } else if !text.contains("# yarn lockfile v1") {
        return Err(Broken::at("the file", "no package stands in it; is it Yarn's lockfile?"));
    }
    outside.say(&mut found);
    Ok(found.done())
}

/// The first of the requests in a header: `"a@^1", a@^1.1`.
fn first(requests: &str) -> &str {
    match requests.strip_prefix('"') {
        Some(rest) => rest.split('"').next().unwrap_or(rest),
        None => requests.split(',').next().unwrap_or(requests).trim(),
    }
}

/// Name and range of a request.
fn named(request: &str) -> (&str, &str) {
    let scope = usize::from(request.starts_with('@'));
    match request.get(scope..).and_then(|rest| rest.find('@')) {
        Some(at) => (request.get(..scope + at).unwrap_or_default(), request.get(scope + at + 1..).unwrap_or_default()),
        None => (request, ""),
    }
}

impl Block<'_> {
    fn list(&self, found: &mut Found, outside: &mut Outside) -> Result<(), Broken> {
        let (mut name, range) = named(self.request);
        // `alias@npm:real@^1`
        if let Some(real) = range.strip_prefix("npm:") {
            let (real, _) = named(real);
            if !real.starts_with(|c: char| c.is_ascii_digit() || "^~<>=*".contains(c)) && !real.is_empty() {
                name = real;
            }
        }
        let from = self.resolved.unwrap_or(range);
        let ecosystem = if range.starts_with("file:") || range.starts_with("link:") {
            Ecosystem::Other(PATH.to_owned())
        } else if super::is_git(from) {
            outside.note(GIT, from.split('#').next().unwrap_or(from), name, self.version)
        } else {
            Ecosystem::Npm
        };
        found.push(Component::package(ecosystem, name, self.version, format!("line {}", self.line)))
    }
}

/// An entry of Yarn 2 and later.
#[derive(Default)]
struct Entry {
    line: usize,
    key: String,
    version: Option<String>,
    resolution: Option<String>,
}

fn berry(text: &str) -> Result<Found, Broken> {
    let mut found = Found::default();
    let mut outside = Outside::default();
    let mut open: Option<Entry> = None;
    yaml::walk(text, |node| {
        match (node.key(0), node.key(1)) {
            (Some("__metadata"), _) | (None, _) => {}
            (Some(key), None) => {
                if let Some(done) = open.replace(Entry { line: node.line, key: key.to_owned(), ..Entry::default() }) {
                    done.list(&mut found, &mut outside)?;
                }
            }
            (Some(_), Some(field)) if node.depth() == 2 => {
                let text = node.text().map(str::to_owned);
                match (&mut open, field) {
                    (Some(entry), "version") => entry.version = text,
                    (Some(entry), "resolution") => entry.resolution = text,
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    if let Some(done) = open {
        done.list(&mut found, &mut outside)?;
    }
    outside.say(&mut found);
    Ok(found.done())
}

impl Entry {
    fn list(&self, found: &mut Found, outside: &mut Outside) -> Result<(), Broken> {
        let resolution = self.resolution.as_deref().unwrap_or_else(|| self.key.split(',').next().unwrap_or_default());
        let (name, reference) = named(resolution);
        let version = self.version.as_deref();
        // Before `#` or `::` stands where it is from; a patch is of the package that it names.
        let ecosystem = if reference.starts_with("npm:") || reference.starts_with("patch:") {
            Ecosystem::Npm
        } else if ["workspace:", "link:", "portal:", "file:", "exec:"].iter().any(|p| reference.starts_with(p)) {
            Ecosystem::Other(PATH.to_owned())
        } else if super::is_git(reference) || reference.contains("#commit=") {
            outside.note(GIT, reference.split('#').next().unwrap_or(reference), name, version)
        } else {
            Ecosystem::Npm
        };
        // A workspace's own version says nothing: `0.0.0-use.local`.
        let version = version.filter(|version| *version != "0.0.0-use.local");
        let patched = if reference.starts_with("patch:") { " (patched here)" } else { "" };
        found.push(Component::package(ecosystem, name, version, format!("line {}{patched}", self.line)))
    }
}

//! requirements.txt: what pip is asked for, one line each.
//!
//! Only `==` with a whole version says what is installed. Other files that it
//! names are not followed, and that is said.

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::{GIT, Outside, PATH};
use crate::syntax::{CONFLICT, is_conflict, utf8};

/// Options that name another file of requirements, or a project.
const FILES: [&str; 4] = ["-r", "--requirement", "-c", "--constraint"];
/// Options that name a project to install.
const PROJECTS: [&str; 2] = ["-e", "--editable"];

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let text = utf8(bytes)?;
    let mut reader = Reader::default();
    let mut lines = text.lines().enumerate();
    while let Some((n, line)) = lines.next() {
        if is_conflict(line) {
            return Err(Broken::at(format!("line {}", n + 1), CONFLICT));
        }
        let mut whole = String::new();
        let mut part = line;
        // A backslash at its end carries a line on, as hashes are written.
        while let Some(begun) = part.strip_suffix('\\') {
            whole.push_str(begun);
            whole.push(' ');
            part = lines.next().map_or("", |(_, next)| next);
        }
        whole.push_str(part);
        reader.line(n + 1, &whole)?;
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
    fn line(&mut self, n: usize, line: &str) -> Result<(), Broken> {
        // A comment begins a line, or follows a space: addresses have a `#` of their own.
        let line = if line.starts_with('#') { "" } else { line.split(" #").next().unwrap_or_default() };
        let line = line.split("\t#").next().unwrap_or_default().trim();
        let at = format!("line {n}");
        if line.is_empty() {
            return Ok(());
        }
        if line.starts_with('-') {
            return self.option(&at, line);
        }
        let line = line.split(" --").next().unwrap_or(line).trim_end();
        let (line, marker) = marker(line);
        let at = match marker {
            Some(marker) => format!("{at} (if {})", marker.replace('"', "'")),
            None => at,
        };
        let end = line.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).unwrap_or(line.len());
        let (name, rest) = line.split_at_checked(end).unwrap_or((line, ""));
        // An address or a folder may begin like a name.
        if name.is_empty() || rest.starts_with([':', '/', '+', '\\']) {
            return self.address(&at, line);
        }
        let rest = rest.trim_start();
        let rest = match rest.strip_prefix('[') {
            Some(extras) => match extras.split_once(']') {
                Some((_, rest)) => rest.trim_start(),
                None => {
                    self.found.skip(at, "the bracket of its extras is not closed");
                    return Ok(());
                }
            },
            None => rest,
        };
        if let Some(address) = rest.strip_prefix('@') {
            let ecosystem = self.from(address.trim(), name);
            return self.found.push(Component::package(ecosystem, name, None, format!("{at} (from an address)")));
        }
        let (version, at) = match pinned(rest) {
            Some(version) => (Some(version), at),
            None if rest.is_empty() => (None, format!("{at} (no version is asked for)")),
            None if rest.starts_with(['=', '<', '>', '~', '!', '(']) => {
                (None, format!("{at} ({} names no single version)", short(rest)))
            }
            None => {
                self.found.skip(at, format!("`{}` is no requirement that pip knows", short(line)));
                return Ok(());
            }
        };
        self.found.push(Component::package(Ecosystem::PyPi, name, version, at))
    }

    fn option(&mut self, at: &str, line: &str) -> Result<(), Broken> {
        let (option, value) = match line.split_once(['=', ' ', '\t']) {
            Some((option, value)) => (option, value.trim()),
            // `-rfile` without a space.
            None if !line.starts_with("--") => line.split_at_checked(2).unwrap_or((line, "")),
            None => (line, ""),
        };
        if FILES.contains(&option) {
            self.found.skip(at, format!("`{}` is another file, which is not followed; read it too", short(value)));
        } else if PROJECTS.contains(&option) {
            return self.address(at, value);
        }
        Ok(())
    }

    /// A requirement that is an address or a folder.
    fn address(&mut self, at: &str, written: &str) -> Result<(), Broken> {
        let egg = written.split_once("#egg=").or_else(|| written.split_once("&egg=")).map(|(_, egg)| egg);
        let name = egg.map(|egg| egg.split(['&', '[']).next().unwrap_or(egg)).filter(|name| !name.is_empty());
        let Some(name) = name else {
            if written.contains("://") {
                self.found.skip(at, format!("`{}` does not say which package it is", short(written)));
            } else {
                // A folder beside the file: the project itself, or a part of it.
                let here = Ecosystem::Other(PATH.to_owned());
                self.found.push(Component::package(here, written.trim_start_matches("file:"), None, at.to_owned()))?;
            }
            return Ok(());
        };
        let ecosystem = self.from(written, name);
        self.found.push(Component::package(ecosystem, name, None, format!("{at} (from an address)")))
    }

    fn from(&mut self, address: &str, name: &str) -> Ecosystem {
        if super::is_git(address) {
            return self.outside.note(GIT, address.split('#').next().unwrap_or(address), name, None);
        }
        if address.contains("://") { Ecosystem::PyPi } else { Ecosystem::Other(PATH.to_owned()) }
    }
}

/// What stands before the marker, and the marker: `; python_version < "3.9"`.
fn marker(line: &str) -> (&str, Option<String>) {
    // In an address a semicolon belongs to it unless a space stands before it.
    let at = if line.contains("://") { line.find(" ;") } else { line.find(';') };
    match at.and_then(|at| line.split_at_checked(at)) {
        Some((before, marker)) => {
            let marker = marker.trim_start_matches([' ', ';']).trim();
            (before.trim_end(), (!marker.is_empty()).then(|| short(marker)))
        }
        None => (line, None),
    }
}

/// The version of `==1.0` and `===1.0`; none of `==1.*`, and of more than one clause.
fn pinned(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')).unwrap_or(rest);
    let version = rest.strip_prefix("===").or_else(|| rest.strip_prefix("=="))?.trim();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".!+-_".contains(c);
    (!version.is_empty() && version.chars().all(plain)).then_some(version)
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

//! The status file of dpkg: what is installed on a Debian machine, and on its
//! relatives.

use crate::component::{Component, SourcePackage, What};
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
pub use crate::installed::os_release::distribution;

/// States in which a package's files are on the disk.
const PRESENT: [&str; 5] = ["installed", "triggers-pending", "triggers-awaited", "half-configured", "unpacked"];

pub(crate) fn read(bytes: &[u8], distribution: Option<&Ecosystem>) -> Result<Found, Broken> {
    let ecosystem = distribution.cloned().unwrap_or(Ecosystem::Debian(None));
    let mut found = Found::default();
    let mut paragraph = Paragraph::default();
    let mut any = false;
    for (n, line) in bytes.split(|c| *c == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            any |= paragraph.list(&ecosystem, &mut found)?;
            paragraph = Paragraph::default();
            continue;
        }
        // A continuation, of a field that is not read.
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            continue;
        }
        let Some(colon) = line.iter().position(|c| *c == b':') else {
            let why = "neither a field nor its continuation; is it dpkg's status file?";
            return Err(Broken::at(format!("line {}", n + 1), why));
        };
        let (field, value) = line.split_at(colon);
        let place = match field {
            b"Package" => &mut paragraph.package,
            b"Status" => &mut paragraph.status,
            b"Version" => &mut paragraph.version,
            b"Source" => &mut paragraph.source,
            _ => continue,
        };
        let value = String::from_utf8_lossy(value.get(1..).unwrap_or_default()).trim().to_owned();
        if place.replace(value).is_some() {
            paragraph.twice = true;
        }
        if paragraph.line == 0 {
            paragraph.line = n + 1;
        }
    }
    any |= paragraph.list(&ecosystem, &mut found)?;
    if !any {
        return Err(Broken::at("the file", "no package with a status stands in it; is it dpkg's status file?"));
    }
    Ok(found.done())
}

#[derive(Default)]
struct Paragraph {
    package: Option<String>,
    status: Option<String>,
    version: Option<String>,
    source: Option<String>,
    twice: bool,
    line: usize,
}

impl Paragraph {
    /// Lists what it describes, if that is on the disk. True if it is a paragraph of a status file.
    fn list(&mut self, ecosystem: &Ecosystem, found: &mut Found) -> Result<bool, Broken> {
        if self.line == 0 {
            return Ok(false);
        }
        let at = format!("line {}", self.line);
        let (Some(package), Some(status)) = (&self.package, &self.status) else {
            let lacks = if self.package.is_none() { "Package" } else { "Status" };
            found.skip(at, format!("the paragraph has no field {lacks}"));
            return Ok(false);
        };
        if self.twice {
            found.skip(at, format!("{package}: a field is given twice"));
            return Ok(true);
        }
        // Want, error flag, state. What is wanted (`hold`, `deinstall`) does not change what is there.
        let state = status.split_whitespace().nth(2).unwrap_or_default();
        if !PRESENT.contains(&state) {
            if !matches!(state, "config-files" | "not-installed") {
                found.skip(at, format!("{package}: its state is `{status}`, so its files may be there or not"));
            }
            return Ok(true);
        }
        if package.is_empty() {
            found.skip(at, "the paragraph names no package");
            return Ok(true);
        }
        let version = self.version.as_deref().filter(|v| !v.is_empty());
        let mut component = Component::package(ecosystem.clone(), package, version, at);
        if let (What::Package { source, .. }, Some(written)) = (&mut component.what, &self.source) {
            *source = origin(written);
        }
        found.push(component)?;
        Ok(true)
    }
}

/// `glibc`, or `gcc-defaults (1.203)` where the source's version differs from the binary's.
fn origin(written: &str) -> Option<SourcePackage> {
    let (name, version) = match written.split_once('(') {
        Some((name, version)) => (name.trim(), Some(version.trim().trim_end_matches(')').trim())),
        None => (written.trim(), None),
    };
    (!name.is_empty())
        .then(|| SourcePackage { name: name.to_owned(), version: version.filter(|v| !v.is_empty()).map(str::to_owned) })
}

//! Cargo.lock, versions 1 to 4.
//!
//! The lines that Cargo writes are read directly; a file that somebody else
//! wrote in other valid TOML goes through a TOML parser, with the same result.

mod lines;
mod tables;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::{GIT, Outside, PATH, REGISTRY};

/// The public registry, by its git index and by its sparse index.
const PUBLIC: [&str; 2] = [
    concat!("registry+https://github.com/rust-lang/crates", ".", "io-index"),
    concat!("sparse+https://index.crates", ".", "io/"),
];

/// The newest version of the format that is known.
const NEWEST: u64 = 4;

/// One `[[package]]`, borrowed from the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry<'a> {
    name: Option<&'a str>,
    version: Option<&'a str>,
    source: Option<&'a str>,
    /// The line of its header; 0 where the TOML parser read it.
    line: usize,
}

/// What both readers give.
#[derive(Debug, Default, PartialEq, Eq)]
struct Lock<'a> {
    version: Option<u64>,
    packages: Vec<Entry<'a>>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let text = std::str::from_utf8(bytes)
        .map_err(|e| Broken::at(format!("byte {}", e.valid_up_to()), "it is not UTF-8; a Cargo.lock always is"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(lock) = lines::read(text) {
        return found(&lock);
    }
    let document = tables::parse(text)?;
    found(&document.lock())
}

fn found(lock: &Lock<'_>) -> Result<Found, Broken> {
    let mut found = Found::default();
    let mut outside = Outside::default();
    found.components.reserve(lock.packages.len().min(crate::limits::COMPONENTS));
    if let Some(version) = lock.version.filter(|v| *v > NEWEST) {
        found.skip("version", format!("version {version} is newer than what is known here ({NEWEST}); read like it"));
    }
    for (n, entry) in lock.packages.iter().enumerate() {
        let at = if entry.line > 0 { format!("line {}", entry.line) } else { format!("packages[{n}]") };
        let (Some(name), Some(version)) = (entry.name, entry.version) else {
            let lacks = if entry.name.is_none() { "name" } else { "version" };
            found.skip(at, format!("the package has no {lacks}"));
            continue;
        };
        let ecosystem = match entry.source {
            Some(source) if PUBLIC.contains(&source) => Ecosystem::Cargo,
            None => Ecosystem::Other(PATH.to_owned()),
            Some(source) => {
                let kind = if source.starts_with("git+") { GIT } else { REGISTRY };
                // The commit differs from package to package; the repository is what people know.
                let repository = source.split(['#', '?']).next().unwrap_or(source);
                outside.note(kind, repository, name, Some(version))
            }
        };
        found.push(Component::package(ecosystem, name, Some(version), at))?;
    }
    outside.say(&mut found);
    Ok(found.done())
}

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
    concat!("sparse+https://index.", "crates", ".", "io/"),
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
        let at = if entry.line > 0 { line(entry.line) } else { format!("packages[{n}]") };
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

/// `line 12`, put together by hand: there is one for each package, and the formatter takes longer than the reading.
fn line(number: usize) -> String {
    const WORD: &str = "line ";
    let number = number.to_string();
    let mut line = String::with_capacity(WORD.len() + number.len());
    line.push_str(WORD);
    line.push_str(&number);
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use proptest::prelude::*;

    use super::*;

    const OLD: &str = "\
[root]
name = \"own\"
version = \"0.1.0\"
dependencies = []

[[package]]
name = \"a\"
version = \"1.0.0\"
source = \"sparse+https://index.example/\"

[[patch.unused]]
name = \"u\"
version = \"2.0.0\"

[metadata]
\"checksum a 1.0.0 (sparse+https://index.example/)\" = \"00\"
";

    type Texts = [Option<String>; 3];

    fn texts(entry: &Entry<'_>) -> Texts {
        [entry.name, entry.version, entry.source].map(|text| text.map(str::to_owned))
    }

    /// What the line reader accepts, TOML accepts, with the same values.
    fn agree(text: &str) -> bool {
        let Some(fast) = lines::read(text) else { return false };
        let fast: Vec<Texts> = fast.packages.iter().map(texts).collect();
        let document = tables::parse(text).expect("it is TOML too");
        let slow: Vec<Texts> = document.lock().packages.iter().map(texts).collect();
        assert_eq!(fast, slow, "{text}");
        true
    }

    #[test]
    fn old_and_foreign_files() {
        assert!(agree(OLD), "the line reader reads what old versions of Cargo wrote");
        let found = read(OLD.as_bytes()).expect("reads");
        let listed: Vec<_> = found.components.iter().map(|c| (c.at.as_str(), &c.what)).collect();
        let package = |ecosystem: &str, name: &str| crate::component::What::Package {
            ecosystem: Ecosystem::Other(ecosystem.to_owned()),
            name: name.to_owned(),
            source: None,
        };
        assert_eq!(listed, [("line 1", &package(PATH, "own")), ("line 6", &package(REGISTRY, "a"))]);
        assert_eq!(found.skipped.len(), 1, "another registry is said");

        // Valid TOML that Cargo does not write.
        let foreign = "version = 3\r\n[[package]]\nname = 'a'\nversion = \"1.0\\u002e0\"\nx = { y = 1 }\n";
        assert!(lines::read(foreign).is_none());
        let found = read(foreign.as_bytes()).expect("reads");
        assert_eq!(found.components[0].version.as_deref(), Some("1.0.0"));

        let conflict = "version = 4\n<<<<<<< HEAD\n[[package]]\n";
        let Err(Broken::At(at, why)) = read(conflict.as_bytes()) else { panic!("a conflict is read") };
        assert_eq!(at, "line 2");
        assert!(why.contains("merge conflict"), "{why}");

        let newer = read(b"version = 9\n").expect("reads");
        assert!(newer.skipped[0].why.contains("newer"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_line_reader_is_toml(
            edits in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(vec![
                "", "\"", "\n", " ", "[", "]", "]]", ",", "#", "=", "\\", "\t", "\r", "a", "[[package]]\n",
                "version = 4\n", "name = \"x\"\n", "[metadata]\n", "\"checksum b\" = \"\"\n", "[root]\n", "[[patch.unused]]\n",
                "\"checksum a 1.0.0 (sparse+https://index.example/)\" = \"00\"\n", "dependencies = [\n \"x\",\n]\n", "\u{7f}", "é",
            ]), any::<bool>()), 0..5),
        ) {
            let mut text = OLD.to_owned();
            for (at, piece, replace) in edits {
                // Characters, so that the text stays one; two bytes at most are cut.
                let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
                let at = places[at.index(places.len())];
                if replace {
                    text.remove(at);
                }
                text.insert_str(at, piece);
            }
            // Most mutations are no TOML; what remains is compared.
            let _ = agree(&text);
        }
    }
}

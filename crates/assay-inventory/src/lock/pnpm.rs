//! pnpm-lock.yaml, versions 5 to 9.
//!
//! The keys of `packages` name what is installed: `/name/1.0.0_peers` (5),
//! `/name@1.0.0(peers)` (6), `name@1.0.0` (9). What has no version in its key
//! came from an address or a folder, and says its name and version inside.

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::{GIT, Outside, PATH};
use crate::syntax::utf8;
use crate::syntax::yaml;

/// The newest version of the format that is known.
const NEWEST: u32 = 9;

/// One key of `packages`, as far as it was read.
#[derive(Default)]
struct Entry {
    key: String,
    line: usize,
    name: Option<String>,
    version: Option<String>,
    address: Option<String>,
    is_folder: bool,
    is_dev: bool,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut reader = Reader::default();
    let mut is_lock = false;
    yaml::walk(utf8(bytes)?, |node| {
        match (node.key(0), node.depth()) {
            (Some("lockfileVersion" | "shrinkwrapVersion"), 1) => {
                is_lock = true;
                reader.version(node.text().unwrap_or_default());
            }
            (Some("packages"), 1) => is_lock = true,
            (Some("packages"), 2) => {
                reader.close()?;
                let key = node.key(1).unwrap_or_default().to_owned();
                reader.entry = Some(Entry { key, line: node.line, ..Entry::default() });
                if let Some(flow) = node.flow() {
                    let text = |key: &str| yaml::flow_text(flow, key).map(std::borrow::Cow::into_owned);
                    if let Some(entry) = &mut reader.entry {
                        (entry.name, entry.version) = (text("name"), text("version"));
                    }
                }
            }
            (Some("packages"), 3 | 4) => reader.field(node),
            _ => {}
        }
        Ok(())
    })?;
    reader.close()?;
    if !is_lock {
        return Err(Broken::at(
            "the file",
            "neither `lockfileVersion` nor `packages` stands in it; is it pnpm's lockfile?",
        ));
    }
    reader.outside.say(&mut reader.found);
    Ok(reader.found.done())
}

#[derive(Default)]
struct Reader {
    found: Found,
    outside: Outside,
    entry: Option<Entry>,
}

impl Reader {
    fn version(&mut self, written: &str) {
        let major = written.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if major.is_none_or(|major| major > NEWEST) {
            let why = format!("version `{written}` is not known here (the newest is {NEWEST}); read like it");
            self.found.skip("lockfileVersion", why);
        }
    }

    fn field(&mut self, node: &yaml::Node<'_, '_>) {
        let Some(entry) = &mut self.entry else { return };
        let text = node.text().map(str::to_owned);
        match (node.key(2), node.key(3)) {
            (Some("name"), None) => entry.name = text,
            (Some("version"), None) => entry.version = text,
            (Some("dev"), None) => entry.is_dev = node.text() == Some("true"),
            (Some("resolution"), None) => {
                let flow = node.flow().unwrap_or_default();
                let of = |key: &str| yaml::flow_text(flow, key).map(std::borrow::Cow::into_owned);
                entry.address = of("tarball").or_else(|| of("repo"));
                entry.is_folder = of("directory").is_some();
            }
            (Some("resolution"), Some("tarball" | "repo")) => entry.address = text,
            (Some("resolution"), Some("directory")) => entry.is_folder = true,
            _ => {}
        }
    }

    /// Lists the entry that is open.
    fn close(&mut self) -> Result<(), Broken> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        let at = format!("line {}{}", entry.line, if entry.is_dev { " (for development)" } else { "" });
        let named = split(&entry.key);
        let name = entry.name.as_deref().or(named.map(|(name, _)| name)).unwrap_or(&entry.key);
        let version = entry.version.as_deref().or(named.and_then(|(_, version)| version));
        let from = entry.address.as_deref().unwrap_or_default();
        let at_address = named.is_none_or(|(_, version)| version.is_none());
        let ecosystem = if entry.is_folder || entry.key.contains("file:") || entry.key.contains("link:") {
            Ecosystem::Other(PATH.to_owned())
        } else if super::is_git(from) || (at_address && from.is_empty()) {
            let from = if from.is_empty() { entry.key.as_str() } else { from };
            self.outside.note(GIT, from.split('#').next().unwrap_or(from), name, version)
        } else {
            // An archive at an address may be a mirror's copy: it is matched by its name.
            Ecosystem::Npm
        };
        self.found.push(Component::package(ecosystem, name, version, at))
    }
}

/// Name and version of a key. No version if an address or a folder stands in its place; none if it is only that.
fn split(key: &str) -> Option<(&str, Option<&str>)> {
    let key = key.strip_prefix('/').unwrap_or(key);
    // Peers follow in brackets; they may have an `@` of their own.
    let own = key.split('(').next().unwrap_or(key);
    let scope = if own.starts_with('@') { own.find('/')? + 1 } else { 0 };
    let rest = own.get(scope..)?;
    let (at, version) = match (rest.find('@'), rest.find('/')) {
        // `name@1.0.0`; an address after the `@` has slashes of its own.
        (Some(at), slash) if slash.is_none_or(|slash| at < slash) => (at, rest.get(at + 1..)?),
        // `name/1.0.0_peer@2.0.0`
        (_, Some(slash)) => (slash, rest.get(slash + 1..)?.split('_').next()?),
        _ => return None,
    };
    let name = own.get(..scope + at).filter(|name| !name.is_empty())?;
    if !version.starts_with(|c: char| c.is_ascii_digit()) || version.contains(['/', ':']) {
        // `github.com/owner/project/0123abc` has no name before its first slash.
        return rest.get(at..)?.starts_with('@').then_some((name, None));
    }
    Some((name, Some(version)))
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn keys() {
        let cases = [
            ("/a/1.0.0", Some(("a", Some("1.0.0")))),
            ("/@s/a/1.0.0_react@17.0.2", Some(("@s/a", Some("1.0.0")))),
            ("/@s/a@1.0.0-rc.1(b@2.0.0(c@3.0.0))", Some(("@s/a", Some("1.0.0-rc.1")))),
            ("a@1.0.0", Some(("a", Some("1.0.0")))),
            ("a@https://codeload.github.com/o/p/tar.gz/0123", Some(("a", None))),
            ("@s/a@file:../x", Some(("@s/a", None))),
            ("github.com/o/p/0123abc", None),
            ("file:../x", None),
            ("/", None),
            ("@", None),
            ("", None),
        ];
        for (key, expected) in cases {
            assert_eq!(split(key), expected, "{key}");
        }
    }
}

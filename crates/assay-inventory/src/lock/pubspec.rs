//! pubspec.lock of Dart and Flutter.

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::{GIT, Outside, PATH};
use crate::syntax::{utf8, yaml};

#[derive(Default)]
struct Entry {
    line: usize,
    key: String,
    name: Option<String>,
    url: Option<String>,
    source: Option<String>,
    version: Option<String>,
    is_dev: bool,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut reader = Reader { hosted: Ecosystem::from_osv("Pub"), ..Reader::default() };
    let mut is_lock = false;
    yaml::walk(utf8(bytes)?, |node| {
        is_lock |= matches!(node.key(0), Some("packages" | "sdks"));
        let (Some("packages"), Some(key)) = (node.key(0), node.key(1)) else { return Ok(()) };
        let text = node.text().map(str::to_owned);
        match (&mut reader.entry, node.depth(), node.key(2), node.key(3)) {
            (_, 2, ..) => {
                reader.close()?;
                reader.entry = Some(Entry { line: node.line, key: key.to_owned(), ..Entry::default() });
            }
            (Some(entry), 3, Some("version"), _) => entry.version = text,
            (Some(entry), 3, Some("source"), _) => entry.source = text,
            (Some(entry), 3, Some("dependency"), _) => entry.is_dev = node.text() == Some("direct dev"),
            (Some(entry), 4, Some("description"), Some("name")) => entry.name = text,
            (Some(entry), 4, Some("description"), Some("url")) => entry.url = text,
            _ => {}
        }
        Ok(())
    })?;
    reader.close()?;
    if !is_lock {
        return Err(Broken::at("the file", "neither `packages` nor `sdks` stands in it; is it a pubspec.lock?"));
    }
    if reader.of_sdk > 0 {
        let what = match reader.of_sdk {
            1 => "1 package is a part of an SDK".to_owned(),
            n => format!("{n} packages are parts of an SDK"),
        };
        let why = format!("{what}, and the file does not say of which version");
        reader.found.skip("packages", why);
    }
    reader.outside.say(&mut reader.found);
    Ok(reader.found.done())
}

struct Reader {
    hosted: Ecosystem,
    found: Found,
    outside: Outside,
    entry: Option<Entry>,
    of_sdk: usize,
}

impl Default for Reader {
    fn default() -> Self {
        let hosted = Ecosystem::from_osv("Pub");
        Self { hosted, found: Found::default(), outside: Outside::default(), entry: None, of_sdk: 0 }
    }
}

impl Reader {
    fn close(&mut self) -> Result<(), Broken> {
        let Some(entry) = self.entry.take() else { return Ok(()) };
        let at = format!("line {}{}", entry.line, if entry.is_dev { " (for development)" } else { "" });
        let name = entry.name.as_deref().unwrap_or(&entry.key);
        let version = entry.version.as_deref();
        let ecosystem = match entry.source.as_deref() {
            Some("sdk") => {
                self.of_sdk += 1;
                return Ok(());
            }
            Some("git") => self.outside.note(GIT, entry.url.as_deref().unwrap_or(name), name, version),
            Some("path") => Ecosystem::Other(PATH.to_owned()),
            _ => self.hosted.clone(),
        };
        self.found.push(Component::package(ecosystem, name, version, at))
    }
}

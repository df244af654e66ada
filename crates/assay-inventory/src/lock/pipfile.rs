//! Pipfile.lock.

use serde::Deserialize;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::json::{self, Entries, Text};
use crate::origin::{GIT, Outside, PATH};

#[derive(Deserialize)]
struct Lock<'a> {
    #[serde(rename = "_meta")]
    meta: Option<serde::de::IgnoredAny>,
    #[serde(borrow, default)]
    default: Option<Entries<'a, Entry<'a>>>,
    #[serde(borrow, default)]
    develop: Option<Entries<'a, Entry<'a>>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow, default)]
    version: Text<'a>,
    #[serde(borrow, default)]
    git: Text<'a>,
    #[serde(borrow, default)]
    path: Text<'a>,
    #[serde(borrow, default)]
    file: Text<'a>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let lock: Lock<'_> = json::parse(bytes)?;
    if lock.meta.is_none() && lock.default.is_none() {
        return Err(Broken::at("the document", "neither `_meta` nor `default` stands in it; is it a Pipfile.lock?"));
    }
    let mut found = Found::default();
    let mut outside = Outside::default();
    let sections = [("default", "", lock.default), ("develop", " (for development)", lock.develop)];
    for (section, label, entries) in sections {
        for (name, entry) in entries.into_iter().flat_map(|entries| entries.0) {
            let at = format!("{section}.{name}{label}");
            let written = entry.version.get();
            let version = written.map(|w| w.trim_start_matches('='));
            let ecosystem = if let Some(git) = entry.git.get() {
                outside.note(GIT, git, &name, version)
            } else if entry.path.get().or(entry.file.get()).is_some_and(|from| !from.contains("://")) {
                Ecosystem::Other(PATH.to_owned())
            } else {
                Ecosystem::PyPi
            };
            found.push(Component::package(ecosystem, &name, version, at))?;
        }
    }
    outside.say(&mut found);
    Ok(found.done())
}

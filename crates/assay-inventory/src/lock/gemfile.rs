//! Gemfile.lock (and gems.locked) of Bundler.

use std::collections::BTreeSet;

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::{GIT, Outside, PATH};
use crate::syntax::{CONFLICT, is_conflict, utf8};

/// The section that a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Gem,
    Git,
    Path,
    Other,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let gems = Ecosystem::from_osv("RubyGems");
    let mut found = Found::default();
    let mut outside = Outside::default();
    let mut seen = BTreeSet::new();
    let mut section = Section::Other;
    let (mut remote, mut in_specs, mut any) = ("", false, false);
    for (n, line) in utf8(bytes)?.lines().enumerate() {
        if is_conflict(line) {
            return Err(Broken::at(format!("line {}", n + 1), CONFLICT));
        }
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        let body = body.trim_end();
        match indent {
            0 => {
                in_specs = false;
                section = match body {
                    "GEM" | "PLUGIN SOURCE" => Section::Gem,
                    "GIT" => Section::Git,
                    "PATH" => Section::Path,
                    _ => Section::Other,
                };
                any |= section != Section::Other || matches!(body, "DEPENDENCIES" | "PLATFORMS");
            }
            2 => {
                in_specs = body == "specs:";
                remote = body.strip_prefix("remote: ").unwrap_or(remote);
            }
            4 if in_specs && section != Section::Other => {
                let at = format!("line {}", n + 1);
                let Some((name, version)) = body.strip_suffix(')').and_then(|spec| spec.split_once(" (")) else {
                    found.skip(at, "not a gem with its version in brackets");
                    continue;
                };
                // A gem that is built for a platform has its name after the version.
                let version = version.split_once('-').map_or(version, |(version, _)| version);
                // One gem is listed once for each platform.
                if section == Section::Gem && !seen.insert((name, version)) {
                    continue;
                }
                let ecosystem = match section {
                    Section::Git => outside.note(GIT, remote, name, Some(version)),
                    Section::Path => Ecosystem::Other(PATH.to_owned()),
                    // Another source may be a mirror: matched by name.
                    Section::Gem | Section::Other => gems.clone(),
                };
                found.push(Component::package(ecosystem, name, Some(version), at))?;
            }
            _ => {}
        }
    }
    if !any {
        return Err(Broken::at(
            "the file",
            "no section of Bundler (GEM, GIT, PATH) stands in it; is it a Gemfile.lock?",
        ));
    }
    outside.say(&mut found);
    Ok(found.done())
}

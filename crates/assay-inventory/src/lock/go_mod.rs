//! go.mod: the modules of a build, since Go 1.17 all of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::component::Component;
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};
use crate::origin::PATH;
use crate::syntax::{CONFLICT, is_conflict, utf8};

/// What a replacement says: another module, or a folder.
enum Instead<'a> {
    Module(&'a str, &'a str),
    Folder(&'a str),
}

#[derive(Default)]
struct File<'a> {
    required: Vec<(usize, &'a str, &'a str, bool)>,
    /// By module and version; an empty version stands for every one.
    replaced: BTreeMap<(&'a str, &'a str), Instead<'a>>,
    excluded: BTreeSet<(&'a str, &'a str)>,
    module: Option<&'a str>,
    go: Option<&'a str>,
}

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut file = File::default();
    let mut found = Found::default();
    let mut block: Option<&str> = None;
    for (n, line) in utf8(bytes)?.lines().enumerate() {
        let n = n + 1;
        if is_conflict(line) {
            return Err(Broken::at(format!("line {n}"), CONFLICT));
        }
        let (line, comment) = line.split_once("//").unwrap_or((line, ""));
        let words: Vec<&str> = line.split_whitespace().take(8).map(unquoted).collect();
        match (block, words.as_slice()) {
            (_, []) => {}
            (Some(_), [")"]) => block = None,
            (None, [verb, "("]) => block = Some(verb),
            (None, [verb]) if verb.ends_with('(') => block = Some(verb.trim_end_matches('(')),
            (Some(verb), rest) => file.take(n, verb, rest, comment, &mut found),
            (None, [verb, rest @ ..]) => file.take(n, verb, rest, comment, &mut found),
        }
    }
    if file.module.is_none() && file.required.is_empty() {
        return Err(Broken::at("the file", "neither `module` nor `require` stands in it; is it a go.mod?"));
    }
    file.list(found)
}

/// A word without its quotes; only odd paths have some.
fn unquoted(word: &str) -> &str {
    word.strip_prefix(['"', '`']).and_then(|word| word.strip_suffix(['"', '`'])).unwrap_or(word)
}

impl<'a> File<'a> {
    fn take(&mut self, n: usize, verb: &str, words: &[&'a str], comment: &str, found: &mut Found) {
        match (verb, words) {
            ("module", [path]) => self.module = Some(path),
            ("go", [version]) => self.go = Some(version),
            ("require", [path, version]) => {
                let is_indirect = comment.trim_start().starts_with("indirect");
                self.required.push((n, path, version, is_indirect));
            }
            ("exclude", [path, version]) => {
                self.excluded.insert((path, version));
            }
            ("replace", [path, "=>", rest @ ..]) => self.replace(path, "", rest),
            ("replace", [path, version, "=>", rest @ ..]) => self.replace(path, version, rest),
            ("module" | "go" | "require" | "exclude" | "replace", _) => {
                found.skip(format!("line {n}"), format!("this is no `{verb}` that Go knows"));
            }
            // `toolchain`, `godebug`, `retract`, `tool`, and what newer versions of Go add, name no module of the build.
            _ => {}
        }
    }

    fn replace(&mut self, path: &'a str, version: &'a str, with: &[&'a str]) {
        let instead = match with {
            [module, version] => Instead::Module(module, version),
            [folder] => Instead::Folder(folder),
            _ => return,
        };
        self.replaced.insert((path, version), instead);
    }

    fn list(self, mut found: Found) -> Result<Found, Broken> {
        for (n, path, version, is_indirect) in &self.required {
            let mut at = format!("line {n}{}", if *is_indirect { " (indirect)" } else { "" });
            let replaced = self.replaced.get(&(*path, *version)).or_else(|| self.replaced.get(&(*path, "")));
            let component = match replaced {
                Some(Instead::Module(path_now, version_now)) => {
                    at.push_str(&format!(" (in the place of {path})"));
                    Component::package(Ecosystem::Go, path_now, Some(version_now), at)
                }
                Some(Instead::Folder(folder)) => {
                    at.push_str(&format!(" (replaced by the folder {folder})"));
                    Component::package(Ecosystem::Other(PATH.to_owned()), path, None, at)
                }
                None if self.excluded.contains(&(*path, *version)) => {
                    at.push_str(&format!(" ({version} is excluded, so a later one is used)"));
                    Component::package(Ecosystem::Go, path, None, at)
                }
                None => Component::package(Ecosystem::Go, path, Some(version), at),
            };
            found.push(component)?;
        }
        if let Some(go) = self.go
            && is_before_17(go)
        {
            let why = format!("a go.mod of Go {go} names only what the module itself asks for; read its go.sum too");
            found.skip("go", why);
        }
        Ok(found.done())
    }
}

/// Before Go 1.17, go.mod did not list what required modules require.
fn is_before_17(go: &str) -> bool {
    let mut numbers = go.split('.');
    let (major, minor) = (numbers.next(), numbers.next());
    let digits = |part: &str| part.chars().take_while(char::is_ascii_digit).collect::<String>().parse::<u32>().ok();
    match (major.and_then(digits), minor.and_then(digits)) {
        (Some(1), Some(minor)) => minor < 17,
        (Some(major), _) => major < 1,
        _ => false,
    }
}

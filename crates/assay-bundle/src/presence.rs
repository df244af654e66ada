//! Whether a bundle brings the files that its manifest names.

use crate::files::FileMap;
use crate::manifest::{ArmName, InputContent, Manifest, MissingItem, Problem, Source};
use crate::path::BundlePath;

/// Files that the manifest names and the bundle does not bring, and files that
/// lie where the arm's source appears.
#[must_use]
pub fn check(manifest: &Manifest, files: &FileMap) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (place, path) in named(manifest) {
        if !files.has(path) {
            let message = format!("the bundle has no `{path}`");
            problems.push(
                Problem::new("missing-file", place, None, message)
                    .help("add the file to the bundle, or correct its name"),
            );
        }
    }
    if let Some((path, _)) = files.iter().find(|(path, _)| path.first_segment() == "src") {
        let message = format!("`{path}` lies in `src`, where the arm's source appears");
        problems.push(
            Problem::new("reserved-path", "", None, message)
                .help("keep the bundle's own files elsewhere, for instance under `poc/` or `target/`"),
        );
    }
    problems
}

/// Files that a partial report names and does not bring: something that is
/// missing, not something that is wrong.
///
/// Looks at the text as written, since a partial report has no checked
/// manifest; names that are no paths are the reader's to complain about.
#[must_use]
pub fn absent(manifest: &str, files: &FileMap) -> Vec<MissingItem> {
    let Ok(table) = toml::from_str::<toml::Table>(manifest) else { return Vec::new() };
    let mut named: Vec<(String, String)> = Vec::new();
    for place in [
        &["arms", "vulnerable", "source", "path"][..],
        &["arms", "vulnerable", "source", "patch"],
        &["arms", "fixed", "source", "path"],
        &["arms", "fixed", "source", "patch"],
        &["deps", "lock"],
    ] {
        if let Some(path) = find(&table, place).and_then(toml::Value::as_str) {
            named.push((place.join("."), path.to_owned()));
        }
    }
    let sources = find(&table, &["build", "sources"]).and_then(toml::Value::as_array);
    for (index, source) in sources.into_iter().flatten().enumerate() {
        named.extend(source.as_str().map(|path| (format!("build.sources[{index}]"), path.to_owned())));
    }
    for role in ["trigger", "benign"] {
        let inputs = find(&table, &["inputs", role]).and_then(toml::Value::as_array);
        for (index, input) in inputs.into_iter().flatten().enumerate() {
            for key in ["path", "program"] {
                let path = input.get(key).and_then(toml::Value::as_str);
                named.extend(path.map(|path| (format!("inputs.{role}[{index}].{key}"), path.to_owned())));
            }
        }
    }
    let missing = named.into_iter().filter_map(|(key, path)| {
        let path: BundlePath = path.parse().ok()?;
        let is_missing = path.first_segment() != "src" && !files.has(&path);
        is_missing.then(|| MissingItem::file(&key, &path))
    });
    missing.collect()
}

fn find<'a>(table: &'a toml::Table, path: &[&str]) -> Option<&'a toml::Value> {
    let (last, before) = path.split_last()?;
    let mut table = table;
    for key in before {
        table = table.get(*key)?.as_table()?;
    }
    table.get(*last)
}

/// Every path of the bundle that the manifest names, with the key that names it.
fn named(manifest: &Manifest) -> Vec<(String, &BundlePath)> {
    let mut out = Vec::new();
    for arm in [ArmName::Vulnerable, ArmName::Fixed] {
        match manifest.arms.get(arm).map(|arm| &arm.source) {
            Some(Source::Path { path }) => out.push((format!("arms.{arm}.source.path"), path)),
            Some(Source::Patched { patch, .. }) => {
                out.push((format!("arms.{arm}.source.patch"), patch));
            }
            // The patch of a reversal lies in the source, which is not here yet.
            Some(Source::Package { .. } | Source::Reversed { .. }) | None => {}
        }
    }
    if let Some(lock) = &manifest.deps.lock {
        out.push(("deps.lock".to_owned(), lock));
    }
    let sources = manifest.build.iter().flat_map(|build| &build.sources);
    for (index, path) in sources.enumerate() {
        if path.first_segment() != "src" {
            out.push((format!("build.sources[{index}]"), path));
        }
    }
    for (role, inputs) in [("trigger", &manifest.inputs.trigger), ("benign", &manifest.inputs.benign)] {
        for (index, input) in inputs.iter().enumerate() {
            match &input.content {
                InputContent::Path(path) => {
                    out.push((format!("inputs.{role}[{index}].path"), path));
                }
                InputContent::Program(path) => {
                    out.push((format!("inputs.{role}[{index}].program"), path));
                }
                InputContent::Args(_) => {}
            }
        }
    }
    out
}

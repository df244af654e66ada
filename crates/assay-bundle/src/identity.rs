//! What a bundle is, as a digest.
//!
//! `bundle_id` is the SHA-256 of the RFC 8785 JSON of
//! `{ "files": { path: { "executable", "sha256", "size" } }, "manifest": ... }`,
//! where the manifest stands as written, without defaults. So comments, the
//! order of keys and the packing do not change it, and any byte of any file does.
//!
//! `claim_id` names the finding alone: the same, without the fixed arm, the
//! tests and the provenance, and without the files that only those name. Adding
//! a fix keeps it.

use serde_json::{Map, Value, json};

use crate::digest::Sha256;
use crate::files::{FileEntry, FileMap, is_under};
use crate::jcs;
use crate::manifest::{Problem, document};
use crate::path::BundlePath;

/// The identity of a bundle: this manifest with these files.
///
/// The manifest may be a partial report; it only has to be TOML that JSON can carry.
///
/// # Errors
/// If the text is not TOML, or holds what JSON cannot carry.
pub fn bundle_id(text: &str, files: &FileMap) -> Result<Sha256, Vec<Problem>> {
    digest(manifest(text)?, files.identifying())
}

/// The identity of the finding that a bundle claims, whatever is said of its fix.
///
/// A `base` is expanded first into the files and the patch of the vulnerable
/// arm, so it stays when the fixed arm goes. A file counts when what is left of
/// the manifest names it or a folder it lies in; headers count whenever
/// something is built, since sources name them and the manifest does not.
///
/// # Errors
/// If the text is not TOML, or holds what JSON cannot carry.
pub fn claim_id(text: &str, files: &FileMap) -> Result<Sha256, Vec<Problem>> {
    let mut manifest = manifest(text)?;
    expand_base(&mut manifest);
    manifest.remove("tests");
    manifest.remove("provenance");
    if let Some(Value::Object(arms)) = manifest.get_mut("arms") {
        arms.remove("fixed");
    }
    let names = Names::of(&manifest);
    digest(manifest, files.identifying().filter(|(path, _)| names.count(path)))
}

fn manifest(text: &str) -> Result<Map<String, Value>, Vec<Problem>> {
    let (table, problems) = document::read(text);
    if problems.is_empty() { Ok(document::table_to_json(&table)) } else { Err(problems) }
}

fn digest<'a>(
    manifest: Map<String, Value>,
    files: impl Iterator<Item = (&'a BundlePath, &'a FileEntry)>,
) -> Result<Sha256, Vec<Problem>> {
    let files: Map<String, Value> = files
        .map(|(path, entry)| {
            let entry = json!({
                "executable": entry.executable,
                "sha256": entry.sha256.to_string(),
                "size": entry.size,
            });
            (path.to_string(), entry)
        })
        .collect();
    let whole = json!({ "files": files, "manifest": manifest });
    let bytes = jcs::canonical(&whole).map_err(|error| vec![Problem::new("too-large", "", None, error.to_string())])?;
    Ok(Sha256::of(&bytes))
}

/// Replaces `base` in the vulnerable arm by what the base's own source says.
fn expand_base(manifest: &mut Map<String, Value>) {
    let source = |arm: &str| manifest.get("arms")?.get(arm)?.get("source")?.as_object();
    let (Some(vulnerable), Some(fixed)) = (source("vulnerable"), source("fixed")) else {
        return;
    };
    if vulnerable.get("base").and_then(Value::as_str) != Some("fixed") {
        return;
    }
    let mut expanded = fixed.clone();
    for (key, value) in vulnerable {
        if key != "base" {
            expanded.insert(key.clone(), value.clone());
        }
    }
    if let Some(place) =
        manifest.get_mut("arms").and_then(|arms| arms.get_mut("vulnerable")).and_then(|arm| arm.get_mut("source"))
    {
        *place = Value::Object(expanded);
    }
}

/// What the manifest names: paths, and arguments that may be paths.
struct Names {
    names: Vec<String>,
    builds: bool,
}

impl Names {
    fn of(manifest: &Map<String, Value>) -> Self {
        let mut names = Vec::new();
        for section in ["arms", "deps", "build", "harness", "inputs", "oracle"] {
            if let Some(value) = manifest.get(section) {
                collect(value, &mut names);
            }
        }
        names.sort();
        names.dedup();
        Self { names, builds: manifest.contains_key("build") }
    }

    fn count(&self, file: &BundlePath) -> bool {
        let header = [".h", ".hh", ".hpp", ".hxx", ".inc"].iter().any(|end| file.as_str().ends_with(end));
        if self.builds && header {
            return true;
        }
        let named = |name: &str| self.names.binary_search_by(|n| n.as_str().cmp(name)).is_ok();
        let path = file.as_str();
        named(path)
            || path
                .match_indices('/')
                .filter_map(|(at, _)| path.get(..at))
                .any(|folder| is_under(file, folder) && named(folder))
    }
}

/// Every text of a value, and what stands in it behind `-I`, `=`, `:` and `,`.
fn collect(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let text = text.strip_prefix("-I").unwrap_or(text);
            let parts = text.split(['=', ':', ',']);
            for part in std::iter::once(text).chain(parts) {
                let part = part.strip_prefix("./").unwrap_or(part);
                names.push(part.trim_end_matches('/').to_owned());
            }
        }
        Value::Array(list) => list.iter().for_each(|item| collect(item, names)),
        Value::Object(map) => map.values().for_each(|item| collect(item, names)),
        _ => {}
    }
}

//! Sources out of values, and what is read of a bundle.

use assay_bundle::manifest::{self, Reading};
use assay_bundle::pack::Entry;
use assay_import::{Bundle, Imported, Source, Wish, import};
use serde_json::Value;

pub const PATCH: &str = "--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n";

pub fn file(name: &str, value: &Value) -> Source {
    Source::file(name, serde_json::to_vec(value).unwrap())
}

pub fn entry(path: &str, content: &[u8]) -> Entry {
    Entry { path: path.parse().unwrap(), content: content.to_vec(), executable: false }
}

pub fn tree(files: &[(&str, &[u8])]) -> Source {
    Source::tree("folder", None, files.iter().map(|(path, content)| entry(path, content)).collect())
}

#[track_caller]
pub fn auto(source: &Source) -> Imported {
    import(source, &Wish::default()).unwrap_or_else(|error| panic!("{error}"))
}

pub fn read(bundle: &Bundle) -> Reading {
    let reading = manifest::read(&bundle.manifest);
    assert!(reading.problems.is_empty(), "{:?}\n{}", reading.problems, bundle.manifest);
    reading
}

pub fn content<'a>(bundle: &'a Bundle, path: &str) -> &'a [u8] {
    let file = bundle.files.iter().find(|file| file.path.as_str() == path);
    &file.unwrap_or_else(|| panic!("no `{path}`")).content
}

pub fn value(bundle: &Bundle, path: &[&str]) -> Option<toml::Value> {
    let mut value = toml::Value::Table(toml::from_str(&bundle.manifest).unwrap());
    for key in path {
        value = value.get(*key)?.clone();
    }
    Some(value)
}

#[track_caller]
pub fn says(bundle: &Bundle, words: &str) {
    // Comments are folded, so only words are compared.
    let flat = bundle.manifest.replace("\n# ", " ");
    assert!(flat.contains(words), "`{words}` is not in\n{}", bundle.manifest);
}

pub fn missing(bundle: &Bundle) -> Vec<String> {
    read(bundle).missing.iter().filter(|item| item.required).map(|item| item.key.clone()).collect()
}

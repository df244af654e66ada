//! A bundle whose vulnerable version is another source: the same harness, inputs
//! and oracle asked about files that the author never saw.

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{self, Manifest};

use crate::cross::NotComparable;
use crate::load::LoadedBundle;
use crate::stage::own_patches;

/// A source that is one archive.
#[must_use]
pub fn archive(purl: &str, name: &str, digest: &Sha256) -> toml::Table {
    files(purl, &[(name.to_owned(), *digest)])
}

/// A source that is the files of a package.
#[must_use]
pub fn files(purl: &str, files: &[(String, Sha256)]) -> toml::Table {
    let files = files.iter().map(|(name, digest)| (name.clone(), toml::Value::from(digest.to_string())));
    let mut source = toml::Table::new();
    source.insert("package".into(), purl.into());
    source.insert("files".into(), toml::Value::Table(files.collect()));
    source
}

/// The bundle on this source alone: no fixed version, no tests, all else as it was.
///
/// # Errors
///
/// The bundle cannot be written anew.
pub fn on(
    bundle: &LoadedBundle,
    manifest: &Manifest,
    source: &toml::Table,
) -> Result<(LoadedBundle, Manifest), NotComparable> {
    let not_in_order = |what: &dyn ToString| NotComparable::NotInOrder(what.to_string());
    let mut table: toml::Table = bundle.manifest.parse().map_err(|error: toml::de::Error| not_in_order(&error))?;
    let arms = table
        .get_mut("arms")
        .and_then(toml::Value::as_table_mut)
        .ok_or_else(|| not_in_order(&"its manifest has no arms"))?;
    arms.remove("fixed");
    arms.get_mut("vulnerable")
        .and_then(toml::Value::as_table_mut)
        .ok_or_else(|| not_in_order(&"its manifest has no vulnerable version"))?
        .insert("source".into(), source.clone().into());
    table.remove("tests");
    let text = toml::to_string(&table).map_err(|error| not_in_order(&error))?;
    let read = manifest::read(&text);
    if let Some(problem) = read.problems.first() {
        return Err(not_in_order(problem));
    }
    let mut on = bundle.clone();
    on.expected = None;
    on.manifest = text;
    let own = own_patches(bundle, manifest);
    on.files.retain(|file| !own.contains(&file.path));
    Ok((on, read.manifest.ok_or_else(|| not_in_order(&"its manifest lacks something"))?))
}

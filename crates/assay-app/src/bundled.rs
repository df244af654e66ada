//! A bundle on its way in: what is said about it, and its bytes as they are kept.

use std::path::Path;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{self, Manifest, Reading};
use assay_bundle::pack::{self, Bounds};
use assay_bundle::{identity, presence};
use assay_case::Embargoed;
use assay_case::finding::{FoundBy, Provenance, Submission, Tooling};
use assay_case::target::Purl;
use assay_case::text::Line;
use assay_prove::load::{LoadedBundle, MAX_BYTES, MAX_ENTRIES};
use assay_prove::pipeline::file_map;

use crate::refusal::Refusal;

/// The target of a partial report that names none.
const NO_TARGET: &str = "pkg:generic/unnamed";
/// The title of one that has none.
const NO_TITLE: &str = "Untitled report";

/// Reads what a bundle claims. A partial report is taken with the list of what it lacks (R14); one with errors is not.
///
/// # Errors
///
/// Everything that is wrong with it, at once.
pub fn submission(bundle: &LoadedBundle) -> Result<Submission, Refusal> {
    let reading = manifest::read(&bundle.manifest);
    let mut problems: Vec<String> = reading.problems.iter().map(ToString::to_string).collect();
    let mut missing: Vec<String> = reading.required().map(|item| item.key.clone()).collect();
    if let Some(manifest) = &reading.manifest {
        for problem in presence::check(manifest, &file_map(bundle)) {
            match problem.code {
                "missing-file" => missing.push(problem.place.clone()),
                _ => problems.push(problem.to_string()),
            }
        }
    }
    if !problems.is_empty() {
        return Err(Refusal::call("bundle", format!("the bundle cannot be taken:\n{}", problems.join("\n")))
            .help("`assay bundle check` shows each problem with its place"));
    }
    let files = file_map(bundle);
    let sentences = |errors: Vec<manifest::Problem>| {
        Refusal::call("bundle", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    };
    let (target, title) = named(bundle, &reading);
    let purl = Purl::new(&target)
        .map_err(|error| Refusal::call("target", format!("the bundle's target cannot be taken: {error}")))?;
    Ok(Submission {
        bundle_id: identity::bundle_id(&bundle.manifest, &files).map_err(sentences)?,
        claim_id: identity::claim_id(&bundle.manifest, &files).map_err(sentences)?,
        target: Embargoed::new(purl),
        title: Embargoed::new(line(&title)?),
        provenance: provenance(&reading),
        missing: missing.iter().map(|key| line(key)).collect::<Result<_, _>>()?,
    })
}

/// Target and title, also of a report that is not complete.
fn named(bundle: &LoadedBundle, reading: &Reading) -> (String, String) {
    if let Some(manifest) = &reading.manifest {
        return (manifest.target.purl.clone(), manifest.title.clone());
    }
    // A text that was read without problems is TOML.
    let table: toml::Table = bundle.manifest.parse().unwrap_or_default();
    let text = |value: Option<&toml::Value>| value.and_then(toml::Value::as_str).map(str::to_owned);
    let target = table.get("target").and_then(|target| target.get("purl"));
    (text(target).unwrap_or_else(|| NO_TARGET.into()), text(table.get("title")).unwrap_or_else(|| NO_TITLE.into()))
}

fn provenance(reading: &Reading) -> Provenance {
    let said = reading.manifest.as_ref().map(|manifest| &manifest.provenance);
    Provenance {
        found_by: match said.and_then(|said| said.found_by) {
            Some(manifest::FoundBy::Ai) => FoundBy::Ai,
            Some(manifest::FoundBy::AiAssisted) => FoundBy::AiAssisted,
            Some(manifest::FoundBy::Human) | None => FoundBy::Human,
        },
        tooling: match said.and_then(|said| said.tooling) {
            Some(manifest::Tooling::Confidential) => Tooling::Confidential,
            Some(manifest::Tooling::Public) | None => Tooling::Public,
        },
        model: said.and_then(|said| said.model.as_deref()).and_then(|text| Line::new(text).ok()).map(Embargoed::new),
        credit: said
            .and_then(|said| said.operator.as_deref())
            .and_then(|text| Line::new(text).ok())
            .map(Embargoed::new),
    }
}

/// One line of the house's text.
pub fn line(text: &str) -> Result<Line, Refusal> {
    Line::new(text).map_err(|error| Refusal::call("text", format!("a text cannot be taken: {error}")))
}

/// A bundle as the bytes that are kept: a deterministic pack.
///
/// # Errors
///
/// It cannot be packed.
pub fn pack(bundle: &LoadedBundle) -> Result<Vec<u8>, Refusal> {
    let failed =
        |error: &dyn ToString| Refusal::call("bundle", format!("the bundle cannot be packed: {}", error.to_string()));
    let mut bytes = Vec::new();
    pack::write(bundle.entries().map_err(|error| failed(&error))?, &mut bytes).map_err(|error| failed(&error))?;
    Ok(bytes)
}

/// A bundle that was kept, and its manifest.
///
/// # Errors
///
/// The bytes are no bundle, or one that cannot be run.
pub fn unpack(bytes: &[u8]) -> Result<(LoadedBundle, Manifest), Refusal> {
    let failed = |error: &dyn ToString| Refusal::broken(format!("a kept bundle cannot be read: {}", error.to_string()));
    let bounds = Bounds { total: MAX_BYTES, entries: MAX_ENTRIES };
    let entries = pack::read(bytes, &bounds).map_err(|error| failed(&error))?;
    let bundle = LoadedBundle::from_files(Path::new("bundle"), entries).map_err(|error| failed(&error))?;
    let manifest = manifest::read(&bundle.manifest)
        .manifest
        .ok_or_else(|| Refusal::call("partial", "the report is partial: nothing of it can be run yet"))?;
    Ok((bundle, manifest))
}

/// The digest of a text's bytes.
pub fn digest(bytes: &[u8]) -> Sha256 {
    Sha256::of(bytes)
}

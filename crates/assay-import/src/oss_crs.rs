//! The exchange folders of an OSS-CRS run: `povs/`, `seeds/`, `patches/`,
//! `bug-candidates/`, `reports/`. Files are named by their digests; the folders
//! do not say which patch belongs to which PoV, so no pair is made here.

use assay_bundle::pack::Entry;

use crate::aixcc::is_diff;
use crate::draft::{Draft, Findings, Part};
use crate::error::ImportError;
use crate::format::Format;
use crate::source::{Content, Source, file_name};
use crate::{json, sarif, text};

/// Bytes of one PoV: the same as that of the competition that the format comes from.
const POV: usize = 2 << 20;
/// Bytes of one patch.
const PATCH: usize = 100 << 10;
/// Bytes of a candidate's text that are read.
const TEXT: usize = 64 << 10;
/// Bytes of patches in all findings together.
const COPIES: usize = 64 << 20;
/// Patches that are handed on with each finding.
const PATCHES: usize = 50;

/// The folder of the exchange that a path lies in, and whether it lies right there.
fn folder(path: &str) -> Option<&str> {
    let mut parts = path.rsplit('/').skip(1).take(3);
    parts.find(|part| matches!(*part, "povs" | "seeds" | "patches" | "bug-candidates" | "reports"))
}

/// Whether these paths are an exchange: PoVs or candidates in their folders.
pub(crate) fn is_one<'a>(mut paths: impl Iterator<Item = &'a str>) -> bool {
    paths.any(|path| matches!(folder(path), Some("povs" | "bug-candidates")))
}

pub(crate) fn read(source: &Source) -> Result<Findings, ImportError> {
    let Content::Tree(files) = &source.content else {
        return Err(wrong(source, "it is a single file; name the folder or archive that holds `povs/`"));
    };
    let mut findings = Findings::default();
    let of = |name: &str| -> Vec<&Entry> {
        let visible = |file: &&Entry| !file_name(file.path.as_str()).starts_with('.');
        files.iter().filter(|file| folder(file.path.as_str()) == Some(name)).filter(visible).collect()
    };
    let mut patches = patches(&of("patches"), &mut findings);
    let (seeds, povs) = (of("seeds").len(), of("povs"));
    let bytes: usize = patches.iter().map(|patch| patch.content.len()).sum();
    if bytes.saturating_mul(povs.len()) > COPIES {
        let words =
            format!("`patches/`: {} patches are too many to go along with each of {} PoVs", patches.len(), povs.len());
        findings.leave_out(&words);
        patches.clear();
    }
    for pov in povs {
        if pov.content.is_empty() || pov.content.len() > POV {
            findings.leave_out(&format!("`{}`: {} bytes; a PoV has 1 to {POV}", pov.path, pov.content.len()));
            continue;
        }
        let name = file_name(pov.path.as_str());
        let mut draft = Draft::titled(name, "An input that a cyber reasoning system says crashes its target");
        draft.add_trigger(name, pov.content.clone());
        draft.remark(Part::Harness, "The source does not say which harness the input is for.");
        surroundings(&mut draft, &patches, seeds);
        findings.push(draft)?;
    }
    for candidate in of("bug-candidates") {
        candidate_drafts(candidate, &mut findings)?;
    }
    for (name, what) in [("seeds", "seed inputs, not said to crash anything"), ("reports", "reports")] {
        let count = of(name).len();
        if count > 0 {
            findings.leave_out(&format!("`{name}/`: {count} files: {what}"));
        }
    }
    for file in files.iter().filter(|file| folder(file.path.as_str()).is_none()) {
        findings.leave_out(&format!("`{}`: in none of the exchange's folders", file.path));
    }
    Ok(findings)
}

fn patches<'a>(files: &[&'a Entry], findings: &mut Findings) -> Vec<&'a Entry> {
    let mut kept = Vec::new();
    for file in files {
        if file.content.len() > PATCH {
            findings.leave_out(&format!("`{}`: {} bytes; a patch has at most {PATCH}", file.path, file.content.len()));
        } else if !is_diff(&file.content) {
            findings.leave_out(&format!("`{}`: no unified diff", file.path));
        } else if kept.len() == PATCHES {
            findings.leave_out(&format!("`{}`: more than {PATCHES} patches", file.path));
        } else {
            kept.push(*file);
        }
    }
    kept
}

/// What lies beside a PoV and may belong to it.
fn surroundings(draft: &mut Draft, patches: &[&Entry], seeds: usize) {
    let names: Vec<_> = patches
        .iter()
        .filter_map(|patch| draft.put("patches", file_name(patch.path.as_str()), patch.content.clone()))
        .map(|path| format!("`{path}`"))
        .collect();
    if !names.is_empty() {
        draft.remark(
            Part::Fixed,
            &format!(
                "The source brings patches and does not say which of them is for this input: {}.",
                names.join(", ")
            ),
        );
    }
    if seeds > 0 {
        draft.remark(
            Part::Inputs,
            &format!(
                "The source's `seeds/` holds {seeds} inputs; one on which the target works can be the benign one."
            ),
        );
    }
}

/// A candidate is a SARIF log, or a text for people.
fn candidate_drafts(candidate: &Entry, findings: &mut Findings) -> Result<(), ImportError> {
    let path = candidate.path.as_str();
    if json::looks_like(&candidate.content)
        && let Ok(value) = json::parse(path, &candidate.content)
        && sarif::is_one(&value)
    {
        match sarif::of_value(path, &value) {
            Ok(inner) => {
                for draft in inner.drafts {
                    findings.push(draft)?;
                }
                inner.left_out.iter().for_each(|what| findings.leave_out(what));
            }
            Err(error) => findings.leave_out(&format!("`{path}`: {error}")),
        }
        return Ok(());
    }
    match std::str::from_utf8(&candidate.content) {
        Ok(words) if words.len() <= TEXT && !words.trim().is_empty() => {
            let title = words.lines().map(|line| line.trim_start_matches(['#', ' '])).find(|line| !line.is_empty());
            let mut draft = Draft::titled(file_name(path), title.unwrap_or("A bug candidate"));
            let clean = text::without_homes(words);
            if clean != words {
                draft.change("names of users were taken out of paths in home folders");
            }
            draft.describe(&clean);
            findings.push(draft)?;
        }
        _ => findings.leave_out(&format!("`{path}`: no text of at most {TEXT} bytes")),
    }
    Ok(())
}

fn wrong(source: &Source, why: &str) -> ImportError {
    ImportError::NotThis { name: text::line(&source.name, 200), what: Format::OssCrs.title(), why: why.to_owned() }
}

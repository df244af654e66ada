//! A draft as a bundle: the manifest with comments that teach, and the files.
//!
//! What is missing is not guessed here: the manifest is read by the format's
//! own reader, and what that reader misses becomes the comments. The text is
//! read once more with its comments, so that no import can write a manifest
//! that means something else than what was meant.

use std::fmt::Write as _;

use assay_bundle::manifest::{self, MissingItem};
use assay_bundle::pack::Entry;

use crate::draft::{Draft, Part};
use crate::error::ImportError;
use crate::like::Like;
use crate::record::{FILE, Record};
use crate::toml_text::{list, prose, quoted};
use crate::{Bundle, text};

/// One part with what is known of it.
struct Section {
    part: Part,
    /// Keys with their values; a table of the pattern's own brings its headers along.
    keys: Vec<(&'static str, String)>,
    ready_made: Option<String>,
}

/// Writes one finding.
pub(crate) fn bundle(
    mut draft: Draft,
    record: &Record<'_>,
    number: Option<usize>,
    like: Option<&Like>,
) -> Result<Bundle, ImportError> {
    let name = match number {
        Some(number) => format!("{number:03}-{}", draft.name),
        None => draft.name.clone(),
    };
    draft.settle();
    if let Some(like) = like {
        like.join(&mut draft)?;
    }
    let sections: Vec<Section> = Part::ALL.into_iter().map(|part| section(part, &draft, record, like)).collect();
    let plain = assemble(&sections, &[], &[]);
    let reading = manifest::read(&plain);
    if let Some(problem) = reading.problems.first() {
        return Err(ImportError::NotReadable(problem.to_string()));
    }
    let mut manifest = head(record, number);
    manifest.push_str(&assemble(&sections, &reading.missing, &draft.remarks));
    let again = manifest::read(&manifest);
    if !again.problems.is_empty() || again.missing != reading.missing || again.manifest != reading.manifest {
        return Err(ImportError::NotReadable("its comments are not only comments".to_owned()));
    }
    let path = FILE.parse().map_err(|error| ImportError::NotReadable(format!("{error}")))?;
    let content = record.json(number, &draft.changed).into_bytes();
    let mut files = draft.files;
    files.push(Entry { path, content, executable: false });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Bundle { name, manifest, files })
}

fn head(record: &Record<'_>, number: Option<usize>) -> String {
    let which = number.map_or_else(String::new, |number| format!(", finding {number}"));
    format!(
        "# Imported from {}{which}; see {FILE}.\n\
         # Nothing here was run, and nothing was added to what the source says. What is missing stands as a comment:\n\
         # fill it in, take the `#` away, and ask `assay bundle check` what is left. docs/formats.md explains each key.\n\n",
        record.origin()
    )
}

fn section(part: Part, draft: &Draft, record: &Record<'_>, like: Option<&Like>) -> Section {
    let mut keys: Vec<(&'static str, String)> = Vec::new();
    let mut text = |key, value: &Option<String>| keys.extend(value.as_ref().map(|value| (key, quoted(value))));
    match part {
        Part::Top => {
            keys.push(("schema", quoted(manifest::SCHEMA)));
            keys.push(("title", quoted(&draft.title)));
            keys.extend(draft.description.as_ref().map(|words| ("description", prose(words))));
            for (key, words) in [("weakness", &draft.weakness), ("ids", &draft.ids)] {
                if !words.is_empty() {
                    keys.push((key, list(words.iter().map(String::as_str))));
                }
            }
            keys.extend(draft.severity.as_ref().map(|vector| ("severity", quoted(vector))));
        }
        Part::Target => {
            text("purl", &draft.purl);
            text("scope", &draft.scope);
        }
        Part::Fixed => {
            if let Some(patch) = &draft.patch {
                keys.push(("base", quoted("vulnerable")));
                keys.push(("patch", quoted(patch.as_str())));
            }
        }
        Part::Build => keys.extend(draft.instrument.map(|word| ("instrument", quoted(word)))),
        Part::Harness => keys.extend(draft.harness_kind.map(|kind| ("kind", quoted(kind)))),
        Part::Inputs => {
            let triggers: Vec<_> =
                draft.triggers.iter().map(|path| format!("{{ path = {} }}", quoted(path.as_str()))).collect();
            match triggers.as_slice() {
                [] => {}
                [one] => keys.push(("trigger", format!("[{one}]"))),
                many => keys.push(("trigger", format!("[\n    {},\n]", many.join(",\n    ")))),
            }
            keys.extend(like.and_then(Like::benign).map(|value| ("benign", value)));
        }
        Part::Oracle => oracle(draft, &mut keys),
        Part::Provenance => {
            keys.extend(record.tool.map(|tool| ("harness", quoted(tool))));
        }
        Part::Vulnerable | Part::Deps | Part::Toolchain | Part::Repeat | Part::Tests => {}
    }
    // A finding's own words outrank the pattern's, but for what only the pattern can know.
    let shared =
        matches!(part, Part::Build | Part::Harness) || keys.is_empty() || part == Part::Target && draft.purl.is_none();
    let ready_made = like.filter(|_| shared).and_then(|like| like.part(part));
    if ready_made.is_some() {
        keys.clear();
    }
    Section { part, keys, ready_made }
}

fn oracle(draft: &Draft, keys: &mut Vec<(&'static str, String)>) {
    let Some(oracle) = &draft.oracle else { return };
    keys.push(("kind", quoted(oracle.kind)));
    if !oracle.types.is_empty() {
        keys.push(("type", list(oracle.types.iter().map(String::as_str))));
    }
    if !oracle.signals.is_empty() {
        keys.push(("signal", list(oracle.signals.iter().copied())));
    }
    keys.extend(oracle.access.map(|access| ("access", quoted(access))));
    keys.extend(oracle.frame.as_ref().map(|frame| ("frame", quoted(frame))));
}

/// All sections, with what is missing and what the source says beside it as comments.
fn assemble(sections: &[Section], missing: &[MissingItem], remarks: &[(Part, String)]) -> String {
    let mut out = String::new();
    for section in sections {
        let missing: Vec<_> = missing.iter().filter(|item| Part::of_key(&item.key) == section.part).collect();
        let remarks: Vec<_> = remarks.iter().filter(|(part, _)| *part == section.part).collect();
        let empty = section.keys.is_empty() && section.ready_made.is_none();
        if empty && missing.is_empty() && remarks.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        for (_, remark) in remarks {
            comment(&mut out, remark);
        }
        let table = section.part.table();
        if let Some(ready_made) = &section.ready_made {
            let _ = writeln!(out, "{ready_made}");
        } else if !table.is_empty() && (!section.keys.is_empty() || !missing.is_empty()) {
            let _ = writeln!(out, "{}[{table}]", if section.keys.is_empty() { "# " } else { "" });
        }
        let width = section.keys.iter().map(|(key, _)| key.len()).max().unwrap_or_default();
        for (key, value) in &section.keys {
            let _ = writeln!(out, "{key:width$} = {value}");
        }
        for item in missing {
            example(&mut out, item, table);
        }
    }
    out
}

fn example(out: &mut String, item: &MissingItem, table: &str) {
    let word = if item.required { "MISSING" } else { "Not needed to run it" };
    comment(out, &format!("{word}: `{}` {}. For example:", item.key, item.why));
    for line in item.example.lines().filter(|line| *line != format!("[{table}]")) {
        let _ = writeln!(out, "# {line}");
    }
}

/// A comment of as many lines as it takes.
fn comment(out: &mut String, words: &str) {
    const WIDTH: usize = 118;
    let mut line = String::from("#");
    for word in text::line(words, 2_000).split(' ') {
        if line.len() > 1 && line.len() + word.len() > WIDTH {
            let _ = writeln!(out, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(out, "{line}");
}

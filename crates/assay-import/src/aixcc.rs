//! Submissions to the AI Cyber Challenge's competition API 1.4: a proof of
//! vulnerability, a patch, a SARIF log, and a bundle that ties them together by
//! their ids.

use std::collections::BTreeSet;

use assay_bundle::pack::Entry;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use crate::claim;
use crate::draft::{Draft, Findings, Part};
use crate::error::ImportError;
use crate::format::Format;
use crate::source::{Content, Source, file_name};
use crate::{json, sarif, text};

/// The API's limit of a testcase.
const TESTCASE: usize = 2 << 20;
/// The API's limit of a patch.
const PATCH: usize = 100 << 10;
/// The ids that a bundle can hold.
const IDS: [&str; 5] = ["pov_id", "patch_id", "submitted_sarif_id", "broadcast_sarif_id", "freeform_id"];

/// What one JSON object submits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Pov,
    Patch,
    /// A log that a system submits, or that the competition hands out.
    Sarif,
    Bundle,
}

fn kind(object: &Map<String, Value>) -> Option<Kind> {
    let text = |key: &str| object.get(key).is_some_and(Value::is_string);
    if text("testcase") && text("fuzzer_name") {
        Some(Kind::Pov)
    } else if text("patch") {
        Some(Kind::Patch)
    } else if object.get("sarif").is_some_and(sarif::is_one) {
        Some(Kind::Sarif)
    } else if IDS.iter().any(|key| text(key)) {
        Some(Kind::Bundle)
    } else {
        None
    }
}

/// Whether this is a submission.
pub(crate) fn is_one(value: &Value) -> bool {
    value.as_object().and_then(kind).is_some()
}

/// A submission and what it is called: its id where it says so, else its file's name.
struct Item {
    kind: Kind,
    path: String,
    id: String,
    object: Map<String, Value>,
}

pub(crate) fn read(source: &Source) -> Result<Findings, ImportError> {
    let mut findings = Findings::default();
    let items = match &source.content {
        Content::File(bytes) => vec![one(&source.name, bytes)?],
        Content::Tree(files) => tree(files, &mut findings)?,
    };
    let mut used = BTreeSet::new();
    for item in items.iter().filter(|item| item.kind == Kind::Bundle) {
        findings.push(bundle(item, &items, &mut used)?)?;
    }
    for item in items.iter().filter(|item| item.kind != Kind::Bundle && !used.contains(&item.path)) {
        if item.kind == Kind::Sarif {
            let log = sarif::of_value(&item.path, item.object.get("sarif").unwrap_or(&Value::Null))?;
            log.drafts.into_iter().try_for_each(|draft| findings.push(draft))?;
            log.left_out.iter().for_each(|what| findings.leave_out(what));
            continue;
        }
        let mut draft = Draft::titled(stem(&item.path), &title(item));
        match item.kind {
            Kind::Pov => take_pov(&mut draft, item)?,
            _ => take_patch(&mut draft, item)?,
        }
        findings.push(draft)?;
    }
    Ok(findings)
}

fn one(name: &str, bytes: &[u8]) -> Result<Item, ImportError> {
    let refuse = |why: &str| wrong(name, why);
    let Value::Object(object) = json::parse(name, bytes)? else {
        return Err(refuse("it is JSON, and no object"));
    };
    let Some(kind) = kind(&object) else {
        return Err(refuse(
            "it has neither `testcase` and `fuzzer_name`, nor `patch`, nor `sarif`, nor an id such as `pov_id`",
        ));
    };
    let own = match kind {
        Kind::Pov => ["id", "pov_id"],
        Kind::Patch => ["id", "patch_id"],
        Kind::Sarif => ["sarif_id", "submitted_sarif_id"],
        Kind::Bundle => ["id", "bundle_id"],
    };
    let id = own.iter().find_map(|key| object.get(*key)?.as_str()).unwrap_or_else(|| stem(name));
    Ok(Item { kind, path: name.to_owned(), id: id.to_owned(), object })
}

/// The submissions of a folder; other files are left out, and a broken one refuses the whole.
fn tree(files: &[Entry], findings: &mut Findings) -> Result<Vec<Item>, ImportError> {
    let mut items = Vec::new();
    for file in files {
        let path = file.path.as_str();
        if path.ends_with(".json") && json::parse(path, &file.content).map_or(true, |value| is_one(&value)) {
            items.push(one(path, &file.content)?);
        } else {
            findings.leave_out(&format!("`{path}`: no submission of a PoV, a patch, a SARIF log or a bundle"));
        }
    }
    Ok(items)
}

fn bundle(item: &Item, items: &[Item], used: &mut BTreeSet<String>) -> Result<Draft, ImportError> {
    let mut draft = Draft::titled(stem(&item.path), "An AIxCC bundle");
    if let Some(words) = text_of(item, "description") {
        draft.describe(words);
    }
    for key in IDS {
        let Some(id) = text_of(item, key).filter(|id| !id.is_empty()) else { continue };
        let wanted = match key {
            "pov_id" => Some(Kind::Pov),
            "patch_id" => Some(Kind::Patch),
            _ => None,
        };
        let matches: Vec<_> = items.iter().filter(|other| Some(other.kind) == wanted && other.id == id).collect();
        match (wanted, matches.as_slice()) {
            (Some(Kind::Pov), [pov]) => {
                used.insert(pov.path.clone());
                draft.title = Draft::titled("", &title(pov)).title;
                take_pov(&mut draft, pov)?;
            }
            (Some(_), [patch]) => {
                used.insert(patch.path.clone());
                take_patch(&mut draft, patch)?;
            }
            (Some(kind), several) => {
                let part = if kind == Kind::Pov { Part::Inputs } else { Part::Fixed };
                let there =
                    if several.is_empty() { "which is not here" } else { "and several files here have that id" };
                let what = if kind == Kind::Pov { "PoV" } else { "patch" };
                draft.remark(
                    part,
                    &format!(
                        "The source names the {what} `{id}`, {there}. Import the folder that holds it, as `{id}.json`."
                    ),
                );
            }
            (None, _) => draft.remark(Part::Top, &format!("The source names `{key}` as `{id}`.")),
        }
    }
    Ok(draft)
}

fn title(item: &Item) -> String {
    match item.kind {
        Kind::Patch => "A patch without a finding".to_owned(),
        Kind::Sarif => "A SARIF log".to_owned(),
        Kind::Bundle => "An AIxCC bundle".to_owned(),
        Kind::Pov => match (text_of(item, "fuzzer_name"), text_of(item, "sanitizer")) {
            (Some(fuzzer), Some(sanitizer)) => {
                format!("An input for `{fuzzer}` that the `{sanitizer}` sanitizer is said to report")
            }
            (fuzzer, _) => format!("An input for `{}` that is said to crash it", fuzzer.unwrap_or_default()),
        },
    }
}

fn take_pov(draft: &mut Draft, item: &Item) -> Result<(), ImportError> {
    let testcase = decode(item, "testcase", TESTCASE)?;
    draft.add_trigger("testcase", testcase);
    let fuzzer = text_of(item, "fuzzer_name").unwrap_or_default();
    take_fuzzer(draft, fuzzer, text_of(item, "engine"));
    if let Some(sanitizer) = text_of(item, "sanitizer") {
        claim::take_sanitizer(draft, sanitizer);
    }
    if let Some(architecture) = text_of(item, "architecture") {
        draft.remark(Part::Target, &format!("The source names the architecture `{architecture}`."));
    }
    Ok(())
}

/// A fuzz target of libFuzzer takes a file; of other engines nothing is known. Which language it is in is not said,
/// and so neither how it is built.
pub(crate) fn take_fuzzer(draft: &mut Draft, fuzzer: &str, engine: Option<&str>) {
    if engine.is_some_and(|engine| engine.trim().eq_ignore_ascii_case("libfuzzer")) {
        draft.harness_kind = Some("file");
        let words = format!(
            "The source names the libFuzzer target `{fuzzer}`. In C or C++, the recipe `libfuzzer` builds it as $OUT/harness, \
             with the file that defines it among `sources`."
        );
        draft.remark(Part::Build, &words);
    } else {
        let engine = engine.map_or_else(String::new, |engine| format!(" of the engine `{engine}`"));
        draft.remark(Part::Build, &format!("The source names the fuzz target `{fuzzer}`{engine}."));
    }
}

fn take_patch(draft: &mut Draft, item: &Item) -> Result<(), ImportError> {
    let patch = decode(item, "patch", PATCH)?;
    if !is_diff(&patch) {
        return Err(wrong(&item.path, "its `patch` is no unified diff with `---`, `+++` and `@@` lines"));
    }
    draft.patch = draft.put("", "fix.patch", patch);
    Ok(())
}

/// Whether this can be a unified diff at all; applying it says more.
pub(crate) fn is_diff(bytes: &[u8]) -> bool {
    let begins = |mark: &[u8]| bytes.split(|byte| *byte == b'\n').any(|line| line.starts_with(mark));
    begins(b"--- ") && begins(b"+++ ") && begins(b"@@ ")
}

fn decode(item: &Item, key: &'static str, most: usize) -> Result<Vec<u8>, ImportError> {
    let coded = text_of(item, key).unwrap_or_default().trim();
    // Before decoding: four characters give at most three bytes.
    let there = coded.len() / 4 * 3;
    if there > most + 3 {
        return Err(ImportError::TooLarge {
            what: format!("the {key} of `{}`", text::line(&item.path, 200)),
            there,
            most,
        });
    }
    let bytes = STANDARD.decode(coded).map_err(|error| {
        wrong(&item.path, &format!("its `{key}` is not base64: {}", text::line(&error.to_string(), 200)))
    })?;
    match bytes.len() {
        0 => Err(wrong(&item.path, &format!("its `{key}` is empty"))),
        there if there > most => {
            Err(ImportError::TooLarge { what: format!("the {key} of `{}`", text::line(&item.path, 200)), there, most })
        }
        _ => Ok(bytes),
    }
}

fn text_of<'a>(item: &'a Item, key: &str) -> Option<&'a str> {
    item.object.get(key)?.as_str()
}

fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.strip_suffix(".json").unwrap_or(name)
}

fn wrong(name: &str, why: &str) -> ImportError {
    ImportError::NotThis { name: text::line(name, 200), what: Format::Aixcc.title(), why: why.to_owned() }
}

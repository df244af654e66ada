//! Results of static analysers, SARIF 2.1.0: each a partial report.
//!
//! A result says what a rule saw and where. It brings no input, no harness and
//! no oracle, so what it lacks is the larger part, and the manifest says so.

mod message;
mod place;
mod rule;

use serde_json::Value;

use crate::draft::{Draft, Findings, Part};
use crate::error::ImportError;
use crate::format::Format;
use crate::source::{Content, Source};
use crate::{json, text};
use place::Places;
use rule::Rule;

/// Whether this is a SARIF log.
pub(crate) fn is_one(value: &Value) -> bool {
    let version = value.get("version").and_then(Value::as_str);
    value.get("runs").is_some_and(Value::is_array) && (version.is_some() || value.get("$schema").is_some())
}

pub(crate) fn read(source: &Source) -> Result<Findings, ImportError> {
    let Content::File(bytes) = &source.content else {
        return Err(wrong(&source.name, "it is a folder; a log is one file"));
    };
    of_value(&source.name, &json::parse(&source.name, bytes)?)
}

/// The findings of a log that is read already.
pub(crate) fn of_value(name: &str, value: &Value) -> Result<Findings, ImportError> {
    let Some(runs) = value.get("runs").and_then(Value::as_array) else {
        return Err(wrong(name, "it has no list `runs`"));
    };
    match value.get("version").and_then(Value::as_str) {
        Some("2.1.0") => {}
        Some(other) => return Err(wrong(name, &format!("it is version `{}`", text::line(other, 40)))),
        None => return Err(wrong(name, "it names no `version`")),
    }
    let mut findings = Findings::default();
    let mut tools = Vec::new();
    for run in runs {
        let tool = rule::tool(run);
        tools.extend(tool.clone().filter(|tool| !tools.contains(tool)));
        let places = Places::of_run(run);
        let results = run.get("results").and_then(Value::as_array);
        for (index, result) in results.into_iter().flatten().enumerate() {
            match reason_to_leave(result) {
                Some(reason) => findings.leave_out(&format!(
                    "result {} of {}: {reason}",
                    index + 1,
                    tool.as_deref().unwrap_or("a tool")
                )),
                None => findings.push(draft(run, &places, result))?,
            }
        }
    }
    if !tools.is_empty() {
        findings.tool = Some(text::line(&tools.join(", "), 300));
    }
    Ok(findings)
}

/// SARIF 2.1.0, 3.27.9 (`kind`), 3.27.23 (`suppressions`), 3.27.24 (`baselineState`).
fn reason_to_leave(result: &Value) -> Option<String> {
    let kind = result.get("kind").and_then(Value::as_str).unwrap_or("fail");
    if !matches!(kind, "fail" | "review" | "open") {
        return Some(format!("its kind is `{}`, which is no finding", text::line(kind, 40)));
    }
    if result.get("baselineState").and_then(Value::as_str) == Some("absent") {
        return Some("the tool says that it is gone".to_owned());
    }
    let suppressions = result.get("suppressions").and_then(Value::as_array);
    let stands = |one: &Value| !matches!(one.get("status").and_then(Value::as_str), Some("underReview" | "rejected"));
    if suppressions.is_some_and(|list| list.iter().any(stands)) {
        return Some("its users suppressed it".to_owned());
    }
    None
}

fn draft(run: &Value, paths: &Places<'_>, result: &Value) -> Draft {
    let rule = Rule::of(run, result);
    let id = rule.id.unwrap_or("result");
    let message = message::of(result.get("message"), rule.object).map(|words| text::without_homes(&words));
    let first = message.as_deref().and_then(|words| words.lines().find(|line| !line.trim().is_empty()));
    let mut draft = Draft::titled(id, first.or(rule.short.as_deref()).unwrap_or(id));
    describe(&mut draft, &rule, message.as_deref(), paths, result);
    if paths.shortens() {
        draft.change("of absolute paths, the folder that all of them share was taken out: it is the machine's");
    }
    for weakness in rule::weaknesses(run, result, rule.object) {
        draft.add_weakness(&weakness);
    }
    for id in rule::ids(result, rule.object) {
        draft.add_id(&id);
    }
    let places = paths.of(result);
    if let Some(function) = places.iter().find_map(|place| place.function.as_deref()) {
        draft.set_scope(function);
    }
    let level = result.get("level").and_then(Value::as_str).or(rule.level).unwrap_or("warning");
    draft.remark(Part::Top, &format!("The tool's level is `{level}`, which is no severity of a vulnerability."));
    if let Some(number) = rule.severity {
        draft.remark(Part::Top, &format!("The rule's own severity is {number} of 10, for every result of the rule."));
    }
    if let Some(help) = rule.help {
        draft.remark(Part::Top, &format!("The rule is explained at {help} (by the source's word)."));
    }
    origin(&mut draft, run);
    if result.get("fixes").and_then(Value::as_array).is_some_and(|fixes| !fixes.is_empty()) {
        draft.remark(
            Part::Fixed,
            "The tool proposes a change at the place; make it a unified diff to have a fixed version.",
        );
    }
    if let Some(place) = places.first() {
        draft.remark(Part::Inputs, &format!("The tool points at {place}, and brings no input that gets there."));
    }
    draft
}

fn describe(draft: &mut Draft, rule: &Rule<'_>, message: Option<&str>, paths: &Places<'_>, result: &Value) {
    let mut words = message.unwrap_or_default().to_owned();
    words.push_str(&format!("\n\nRule {}", text::line(rule.id.unwrap_or("without an id"), 200)));
    if let Some(short) = rule.short.as_deref().or(rule.full.as_deref()).or(rule.name) {
        words.push_str(&format!(": {}", text::line(short, 1_000)));
    }
    words.push('\n');
    for place in paths.of(result) {
        words.push_str(&format!("At {place}\n"));
    }
    let steps = paths.flow(result);
    if !steps.is_empty() {
        words.push_str(&format!("\nThe way there, as the tool sees it:\n  {}\n", steps.join("\n  ")));
    }
    draft.describe(&words);
}

/// Which source was looked at (3.14.13): a repository is no package, so it stays a remark.
fn origin(draft: &mut Draft, run: &Value) {
    let list = run.get("versionControlProvenance").and_then(Value::as_array);
    for one in list.into_iter().flatten().take(4) {
        let word =
            |key: &str| one.get(key).and_then(Value::as_str).map(|word| text::line(&text::without_homes(word), 200));
        if let Some(repository) = word("repositoryUri") {
            let revision = word("revisionId").map(|revision| format!(" at `{revision}`")).unwrap_or_default();
            draft.remark(Part::Target, &format!("The source looked at the repository `{repository}`{revision}."));
        }
    }
}

fn wrong(name: &str, why: &str) -> ImportError {
    ImportError::NotThis { name: text::line(name, 200), what: Format::Sarif.title(), why: why.to_owned() }
}

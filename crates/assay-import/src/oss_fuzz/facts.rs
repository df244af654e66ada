//! What lies beside a testcase: a report in the lines that ClusterFuzz writes,
//! a flat JSON object, or a project's `project.yaml`.

use serde_json::Value;

use crate::draft::Part;
use crate::{json, text};

/// Bytes of one such file.
const MAX: usize = 64 << 10;
/// Bytes of one value.
const VALUE: usize = 300;
/// Frames of a crash state.
const STATE: usize = 8;

/// What is told of a testcase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) project: Option<String>,
    pub(super) target: Option<String>,
    pub(super) engine: Option<String>,
    pub(super) sanitizer: Option<String>,
    pub(super) crash: Option<String>,
    pub(super) state: Vec<String>,
    repository: Option<String>,
    job: Option<String>,
    pub(super) severity: Option<String>,
}

impl Facts {
    /// These, and where they are silent, the other's.
    pub(super) fn or(self, other: &Self) -> Self {
        let state = if self.state.is_empty() { other.state.clone() } else { self.state };
        Self {
            project: self.project.or_else(|| other.project.clone()),
            target: self.target.or_else(|| other.target.clone()),
            engine: self.engine.or_else(|| other.engine.clone()),
            sanitizer: self.sanitizer.or_else(|| other.sanitizer.clone()),
            crash: self.crash.or_else(|| other.crash.clone()),
            state,
            repository: self.repository.or_else(|| other.repository.clone()),
            job: self.job.or_else(|| other.job.clone()),
            severity: self.severity.or_else(|| other.severity.clone()),
        }
    }

    /// What helps a person and fits no key.
    pub(super) fn remarks(&self) -> Vec<(Part, String)> {
        let one = |part, words: &str, value: &Option<String>| {
            value.as_ref().map(|value| (part, format!("{words} `{value}`.")))
        };
        let all = [
            one(Part::Target, "The source names the OSS-Fuzz project", &self.project),
            one(Part::Target, "The source names the repository", &self.repository),
            one(Part::Build, "The source names the job", &self.job),
        ];
        all.into_iter().flatten().collect()
    }

    fn set(&mut self, key: &str, value: &str) {
        let value = text::line(&text::without_homes(value), VALUE);
        if value.is_empty() {
            return;
        }
        let slot = match key {
            "project" | "project name" | "project_name" => &mut self.project,
            "fuzz target" | "fuzz_target" | "fuzzer" | "fuzzer_name" | "fuzz target binary" | "harness" => {
                &mut self.target
            }
            "fuzzing engine" | "fuzzing_engine" | "engine" | "fuzz_engine" => &mut self.engine,
            "sanitizer" => &mut self.sanitizer,
            "crash type" | "crash_type" => &mut self.crash,
            "main_repo" | "repo" | "repository" | "repo_addr" => &mut self.repository,
            "job type" | "job_type" | "job" => &mut self.job,
            "recommended security severity" | "severity" => &mut self.severity,
            _ => return,
        };
        slot.get_or_insert(value);
    }

    fn tells(self) -> Option<Self> {
        let told = [&self.project, &self.target, &self.sanitizer, &self.crash, &self.repository].into_iter().flatten();
        (told.count() > 0).then_some(self)
    }
}

/// What a file beside a testcase tells, if it is one that tells anything.
pub(super) fn of_file(name: &str, bytes: &[u8]) -> Option<Facts> {
    if bytes.len() > MAX {
        return None;
    }
    if json::looks_like(bytes) {
        return of_json(&json::parse(name, bytes).ok()?);
    }
    let words = std::str::from_utf8(bytes).ok()?;
    if name == "project.yaml" { of_project(words) } else { of_report(words) }
}

fn of_json(value: &Value) -> Option<Facts> {
    let mut facts = Facts::default();
    for (key, value) in value.as_object()? {
        let key = key.to_ascii_lowercase();
        match value {
            Value::String(text) if key == "crash_state" => facts.add_state(text.lines()),
            Value::Array(list) if key == "crash_state" => facts.add_state(list.iter().filter_map(Value::as_str)),
            Value::String(text) => facts.set(&key, text),
            _ => {}
        }
    }
    facts.tells()
}

impl Facts {
    fn add_state<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        let lines = lines.map(|line| text::line(line, VALUE)).filter(|line| !line.is_empty());
        self.state.extend(lines.take(STATE));
    }
}

/// `Key: value` lines; the crash state is indented below its key.
fn of_report(words: &str) -> Option<Facts> {
    let mut facts = Facts::default();
    let mut lines = words.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((key, value)) = line.split_once(':') else { continue };
        let key = key.trim().to_ascii_lowercase();
        if key == "crash state" {
            let mut state = Vec::new();
            while let Some(next) = lines.next_if(|next| next.starts_with([' ', '\t']) && !next.trim().is_empty()) {
                state.push(next);
            }
            facts.add_state(state.into_iter());
        } else {
            facts.set(&key, value.trim());
        }
    }
    // A text with one such line may be about anything.
    let known = [&facts.project, &facts.target, &facts.sanitizer, &facts.crash].into_iter().flatten().count();
    facts.tells().filter(|_| known >= 2)
}

/// The plain `key: value` lines at the top level; addresses of people are never read.
fn of_project(words: &str) -> Option<Facts> {
    let mut facts = Facts::default();
    for line in words.lines().filter(|line| !line.starts_with([' ', '\t', '#', '-'])) {
        if let Some(("main_repo", value)) = line.split_once(':') {
            facts.set("main_repo", value.trim().trim_matches(['"', '\'']));
        }
    }
    facts.tells()
}

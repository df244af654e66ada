//! Testcases of OSS-Fuzz, ClusterFuzz and libFuzzer: a file whose name says
//! what it is, and beside it whatever tells project, target and sanitizer.

mod facts;

use assay_bundle::pack::Entry;

use crate::claim;
use crate::draft::{Draft, Findings, Part};
use crate::error::ImportError;
use crate::format::Format;
use crate::frames;
use crate::source::{Content, Source, file_name};
use crate::{aixcc, text};
use facts::Facts;

/// Bytes of one testcase.
const TESTCASE: usize = 16 << 20;
/// Files that tell of testcases, and logs: each is held against each testcase.
const ABOUT: usize = 500;
/// What libFuzzer puts before a testcase's digest, and what it says.
const ARTIFACTS: [(&str, &str); 6] = [
    ("crash-", "crash"),
    ("timeout-", "take too much time of"),
    ("oom-", "take too much memory of"),
    ("leak-", "leak memory of"),
    ("slow-unit-", "slow down"),
    ("minimized-from-", "crash"),
];

/// What a testcase's name says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    target: Option<String>,
    number: Option<String>,
    does: &'static str,
}

/// Reads `clusterfuzz-testcase-minimized-TARGET-NUMBER`, and libFuzzer's `crash-DIGEST`.
fn named(name: &str) -> Option<Named> {
    // What is written about a testcase is often named after it.
    if [".log", ".txt", ".json", ".stacktrace", ".casrep"].iter().any(|end| name.ends_with(end)) {
        return None;
    }
    if let Some(rest) = name.strip_prefix("clusterfuzz-testcase-") {
        let rest = rest.strip_prefix("minimized-").unwrap_or(rest);
        // An ending such as `.html` may follow the number.
        let bare = rest.split('.').next().unwrap_or(rest);
        let (target, number) = match bare.rsplit_once('-') {
            Some((target, number)) => (Some(target.to_owned()).filter(|target| !target.is_empty()), number),
            None => (None, bare),
        };
        let is_number = !number.is_empty() && number.len() <= 20 && number.bytes().all(|b| b.is_ascii_digit());
        return is_number.then(|| Named { target, number: Some(number.to_owned()), does: "crash" });
    }
    let (start, does) = ARTIFACTS.iter().find(|(start, _)| name.starts_with(start))?;
    let digest = name.get(start.len()..)?;
    let is_digest = digest.len() == 40 && digest.bytes().all(|b| b.is_ascii_hexdigit());
    is_digest.then_some(Named { target: None, number: None, does })
}

/// Whether a file is called like a testcase of a fuzzing service: `crash-` and a digest, `clusterfuzz-testcase-...`.
#[must_use]
pub fn is_testcase(name: &str) -> bool {
    named(file_name(name)).is_some()
}

pub(crate) fn read(source: &Source) -> Result<Findings, ImportError> {
    let mut findings = Findings::default();
    match &source.content {
        Content::File(bytes) => {
            // Who names the format himself may give a testcase of any name.
            let named = named(file_name(&source.name)).unwrap_or(Named { target: None, number: None, does: "crash" });
            let draft = draft(&source.name, bytes, &named, &Facts::default(), &[])?;
            findings.push(draft)?;
        }
        Content::Tree(files) => tree(files, &mut findings)?,
    }
    Ok(findings)
}

/// Each testcase with what lies in its own folder or above it.
fn tree(files: &[Entry], findings: &mut Findings) -> Result<(), ImportError> {
    let (cases, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| is_testcase(file.path.as_str()));
    let mut told: Vec<(&Entry, Facts)> = Vec::new();
    let mut logs: Vec<&Entry> = Vec::new();
    for file in others {
        let path = file.path.as_str();
        if told.len() < ABOUT
            && let Some(facts) = facts::of_file(file_name(path), &file.content)
        {
            told.push((file, facts));
        } else if logs.len() < ABOUT && !assay_triage::sanitizer::reports(&file.content).is_empty() {
            logs.push(file);
        } else {
            findings.leave_out(&format!("`{path}`: neither a testcase, nor about one"));
        }
    }
    let alone = cases.len() == 1;
    for case in cases {
        let path = case.path.as_str();
        let Some(named) = named(file_name(path)) else { continue };
        // The nearest folder speaks first.
        let mut near: Vec<&(&Entry, Facts)> =
            told.iter().filter(|(file, _)| is_for(file.path.as_str(), path)).collect();
        near.sort_by_key(|(file, _)| std::cmp::Reverse(file.path.as_str().matches('/').count()));
        let facts = near.iter().fold(Facts::default(), |facts, (_, more)| facts.or(more));
        // With several testcases in a folder, nothing says whose log it is, but for its name.
        let stem = file_name(path);
        let mut own: Vec<&Entry> =
            logs.iter().copied().filter(|log| file_name(log.path.as_str()).starts_with(stem)).collect();
        if own.is_empty() && alone {
            own = logs.iter().copied().filter(|log| is_for(log.path.as_str(), path)).collect();
        }
        let logs: Vec<&[u8]> = own.iter().map(|log| log.content.as_slice()).collect();
        findings.push(draft(path, &case.content, &named, &facts, &logs)?)?;
    }
    Ok(())
}

/// Whether a file lies in the folder of another, or in one above it.
fn is_for(file: &str, case: &str) -> bool {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.is_empty() || case.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

fn draft(path: &str, bytes: &[u8], named: &Named, facts: &Facts, logs: &[&[u8]]) -> Result<Draft, ImportError> {
    let name = file_name(path);
    if bytes.is_empty() {
        return Err(ImportError::NotThis {
            name: text::line(path, 200),
            what: Format::OssFuzz.title(),
            why: "it is empty; an empty input is given to a target by a harness of its own".to_owned(),
        });
    }
    if bytes.len() > TESTCASE {
        let what = format!("the testcase `{}`", text::line(path, 200));
        return Err(ImportError::TooLarge { what, there: bytes.len(), most: TESTCASE });
    }
    let target = facts.target.clone().or_else(|| named.target.clone());
    let mut draft = Draft::titled(name, &title(named, facts, target.as_deref()));
    draft.add_trigger(name, bytes.to_vec());
    if let (Some(told), Some(name)) = (&facts.target, &named.target)
        && told != name
    {
        draft.remark(Part::Harness, &format!("The file's name says `{name}`, and what lies beside it says `{told}`."));
    }
    if let Some(target) = &target {
        // ClusterFuzz names a target in a testcase's name for every engine.
        aixcc::take_fuzzer(&mut draft, target, facts.engine.as_deref());
    }
    for log in logs {
        if draft.harness_kind.is_none() && facts.engine.is_none() && is_libfuzzer(log) {
            draft.harness_kind = Some("file");
            draft.remark(
                Part::Build,
                "The log is libFuzzer's. In C or C++, the recipe `libfuzzer` builds a fuzz target as $OUT/harness, with the \
                 file that defines it among `sources`.",
            );
        }
        if frames::take_log(&mut draft, log) {
            break;
        }
    }
    if facts.crash.is_none()
        && let Some((kind, frame)) = draft.oracle.as_ref().map(|oracle| (oracle.types.first(), &oracle.frame))
        && let Some(kind) = kind.cloned()
    {
        let place = frame.as_ref().map_or_else(String::new, |frame| format!(" in {frame}"));
        let found = place_of(facts, target.as_deref());
        draft.title = Draft::titled("", &format!("{kind}{place}, found by {found}")).title;
    }
    if draft.oracle.is_none()
        && let Some(kind) = &facts.crash
    {
        let state: Vec<_> = facts.state.iter().map(String::as_str).collect();
        claim::take_crash(&mut draft, kind, &state);
    }
    if let Some(sanitizer) = &facts.sanitizer {
        claim::take_sanitizer(&mut draft, sanitizer);
    }
    if let Some(severity) = &facts.severity {
        draft.set_severity(severity);
    }
    for (part, words) in facts.remarks() {
        draft.remark(part, &words);
    }
    if let Some(number) = &named.number {
        draft.remark(Part::Top, &format!("The testcase's number at its service is {number}."));
    }
    Ok(draft)
}

/// Whether a log is one of libFuzzer: it names the file that it wrote, and its own functions call the target.
fn is_libfuzzer(log: &[u8]) -> bool {
    let has = |mark: &[u8]| log.windows(mark.len()).any(|part| part == mark);
    has(b" in fuzzer::") && (has(b"artifact_prefix=") || has(b"LLVMFuzzerTestOneInput"))
}

/// What found it, as far as is told.
fn place_of(facts: &Facts, target: Option<&str>) -> String {
    match (&facts.project, target) {
        (Some(project), Some(target)) => format!("the fuzz target `{target}` of `{project}`"),
        (Some(project), None) => format!("a fuzz target of `{project}`"),
        (None, Some(target)) => format!("the fuzz target `{target}`"),
        (None, None) => "a fuzz target".to_owned(),
    }
}

fn title(named: &Named, facts: &Facts, target: Option<&str>) -> String {
    let place = match (&facts.project, target) {
        (None, None) => "its target".to_owned(),
        _ => place_of(facts, target),
    };
    match (&facts.crash, facts.state.first()) {
        (Some(kind), Some(function)) => format!("{kind} at {function}, found by {place}"),
        (Some(kind), None) => format!("{kind}, found by {place}"),
        (None, _) => format!("An input that is said to {} {place}", named.does),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_are() {
        let of = |name: &str| named(name).map(|named| (named.target, named.number));
        let both = |target: &str, number: &str| Some((Some(target.to_owned()), Some(number.to_owned())));
        assert_eq!(of("clusterfuzz-testcase-minimized-xml_fuzzer-5123456789"), both("xml_fuzzer", "5123456789"));
        assert_eq!(of("clusterfuzz-testcase-a-b-c-7.html"), both("a-b-c", "7"));
        assert_eq!(of("clusterfuzz-testcase-5123"), Some((None, Some("5123".to_owned()))));
        assert_eq!(of("clusterfuzz-testcase-minimized-xml-"), None);
        assert_eq!(of("crash-da39a3ee5e6b4b0d3255bfef95601890afd80709"), Some((None, None)));
        assert_eq!(of("crash-da39a3ee5e6b4b0d3255bfef95601890afd80709.log"), None);
        assert_eq!(of("clusterfuzz-testcase-a-7.txt"), None);
        assert_eq!(of("crash-report"), None);
        assert_eq!(of("README.md"), None);
    }
}

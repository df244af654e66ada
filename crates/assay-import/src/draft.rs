//! One finding as an importer sees it, before it is written as a manifest.
//!
//! A value enters a key only if the manifest's own reader takes it; what it
//! does not take is kept as a remark, so that nothing a source said is lost
//! and nothing malformed is written.

use assay_bundle::manifest;
use assay_bundle::pack::Entry;
use assay_bundle::path::BundlePath;

use crate::error::ImportError;
use crate::text;
use crate::toml_text::quoted;

/// Findings of one source that are looked at.
const MAX_FINDINGS: usize = 20_000;
/// Bytes of all findings together.
pub(crate) const MAX_TOTAL: usize = 512 << 20;
/// Bytes of one remark.
const REMARK: usize = 400;
/// Remarks of one finding.
const REMARKS: usize = 100;

/// All findings of one source.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) tool: Option<String>,
    pub(crate) drafts: Vec<Draft>,
    pub(crate) left_out: Vec<String>,
    bytes: usize,
}

impl Findings {
    /// Adds a finding. Each brings its own copy of what several share (a rule's words, an input, patches), so a
    /// small source could otherwise grow without end.
    pub(crate) fn push(&mut self, draft: Draft) -> Result<(), ImportError> {
        let there = self.drafts.len() + 1;
        if there > MAX_FINDINGS {
            return Err(ImportError::TooMany { there, most: MAX_FINDINGS });
        }
        self.bytes += draft.files.iter().map(|file| file.content.len()).sum::<usize>();
        self.bytes += draft.description.as_ref().map_or(0, String::len);
        if self.bytes > MAX_TOTAL {
            let what = "all findings together".to_owned();
            return Err(ImportError::TooLarge { what, there: self.bytes, most: MAX_TOTAL });
        }
        self.drafts.push(draft);
        Ok(())
    }

    /// Says what was not taken and why; very many are summed up.
    pub(crate) fn leave_out(&mut self, what: &str) {
        match self.left_out.len() {
            0..=99 => self.left_out.push(text::line(what, REMARK)),
            100 => self.left_out.push("and more of the same".to_owned()),
            _ => {}
        }
    }
}

/// The parts of a manifest, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Top,
    Target,
    Vulnerable,
    Fixed,
    Deps,
    Toolchain,
    Build,
    Harness,
    Inputs,
    Oracle,
    Repeat,
    Tests,
    Provenance,
}

impl Part {
    pub(crate) const ALL: [Self; 13] = [
        Self::Top,
        Self::Target,
        Self::Vulnerable,
        Self::Fixed,
        Self::Deps,
        Self::Toolchain,
        Self::Build,
        Self::Harness,
        Self::Inputs,
        Self::Oracle,
        Self::Repeat,
        Self::Tests,
        Self::Provenance,
    ];

    /// Its table's name; empty for the keys at the top.
    pub(crate) fn table(self) -> &'static str {
        match self {
            Self::Top => "",
            Self::Target => "target",
            Self::Vulnerable => "arms.vulnerable.source",
            Self::Fixed => "arms.fixed.source",
            Self::Deps => "deps",
            Self::Toolchain => "toolchain",
            Self::Build => "build",
            Self::Harness => "harness",
            Self::Inputs => "inputs",
            Self::Oracle => "oracle",
            Self::Repeat => "repeat",
            Self::Tests => "tests",
            Self::Provenance => "provenance",
        }
    }

    /// The part that a key belongs to.
    pub(crate) fn of_key(key: &str) -> Self {
        let within = |part: &Self| {
            let table = part.table().trim_end_matches(".source");
            !table.is_empty() && key.strip_prefix(table).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        Self::ALL.into_iter().find(within).unwrap_or(Self::Top)
    }
}

/// What recognises the flaw, as far as the source says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Oracle {
    pub(crate) kind: &'static str,
    pub(crate) types: Vec<String>,
    pub(crate) access: Option<&'static str>,
    pub(crate) signals: Vec<&'static str>,
    pub(crate) frame: Option<String>,
}

/// One finding.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    /// What a folder could be called.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) weakness: Vec<String>,
    pub(crate) ids: Vec<String>,
    pub(crate) severity: Option<String>,
    pub(crate) purl: Option<String>,
    pub(crate) scope: Option<String>,
    pub(crate) instrument: Option<&'static str>,
    /// How an input reaches the target: `file`.
    pub(crate) harness_kind: Option<&'static str>,
    pub(crate) triggers: Vec<BundlePath>,
    pub(crate) patch: Option<BundlePath>,
    pub(crate) oracle: Option<Oracle>,
    pub(crate) files: Vec<Entry>,
    /// What the source says and no key can hold, by the part it helps to fill in.
    pub(crate) remarks: Vec<(Part, String)>,
    /// What was changed or taken out of the source's words.
    pub(crate) changed: Vec<String>,
}

impl Draft {
    pub(crate) fn titled(name: &str, title: &str) -> Self {
        let title = text::line(title, manifest::bounds::TITLE);
        let title = if title.is_empty() { "A finding without a title".to_owned() } else { title };
        Self { name: text::name(name), title, ..Self::default() }
    }

    pub(crate) fn remark(&mut self, part: Part, words: &str) {
        if self.remarks.len() < REMARKS {
            self.remarks.push((part, text::line(words, REMARK)));
        }
    }

    pub(crate) fn change(&mut self, words: &str) {
        self.changed.push(text::line(words, REMARK));
    }

    /// Describes the finding, if there is anything to say.
    pub(crate) fn describe(&mut self, words: &str) {
        let words = text::block(words, manifest::bounds::DESCRIPTION);
        if !words.is_empty() {
            self.description = Some(words);
        }
    }

    /// A weakness such as `CWE-125`, if it is one.
    pub(crate) fn add_weakness(&mut self, word: &str) {
        let fits = accepted(&format!("weakness = [{}]", quoted(word)));
        if fits && !self.weakness.iter().any(|known| known == word) && self.weakness.len() < 32 {
            self.weakness.push(word.to_owned());
        }
    }

    /// An identifier such as `CVE-2023-53154`, if it is one.
    pub(crate) fn add_id(&mut self, word: &str) {
        let fits = accepted(&format!("ids = [{}]", quoted(word)));
        if fits && !self.ids.iter().any(|known| known == word) && self.ids.len() < 32 {
            self.ids.push(word.to_owned());
        }
    }

    /// A severity vector, if it is one; else it is kept as a remark.
    pub(crate) fn set_severity(&mut self, word: &str) {
        if accepted(&format!("severity = {}", quoted(word))) {
            self.severity = Some(word.to_owned());
        } else {
            self.remark(Part::Top, &format!("The source gives the severity as `{word}`, which is no CVSS vector."));
        }
    }

    /// The function or module concerned.
    pub(crate) fn set_scope(&mut self, word: &str) {
        let word = text::line(word, 300);
        if !word.is_empty() {
            self.scope = Some(word);
        }
    }

    /// What the oracle is to see, as far as its words fit.
    pub(crate) fn set_oracle(&mut self, mut oracle: Oracle) {
        oracle.types.retain(|word| accepted(&format!("[oracle]\nkind = \"sanitizer\"\ntype = [{}]", quoted(word))));
        oracle.frame = oracle.frame.map(|frame| text::line(&frame, 300)).filter(|frame| !frame.is_empty());
        if oracle.frame.is_some() && self.scope.is_none() {
            self.scope.clone_from(&oracle.frame);
        }
        self.oracle = Some(oracle);
    }

    /// Settles what a source says against itself: a leak is only seen in builds that look for leaks.
    pub(crate) fn settle(&mut self) {
        let is_leak = self.oracle.as_ref().is_some_and(|oracle| oracle.kind == "leak");
        if let Some(word) = self.instrument.filter(|word| is_leak && !matches!(*word, "asan" | "lsan")) {
            self.instrument = None;
            self.remark(
                Part::Build,
                &format!("The source speaks of a leak and of a build with `{word}`, which sees none."),
            );
        }
    }

    /// Adds a file in this folder of the bundle under a name like this one.
    pub(crate) fn put(&mut self, folder: &str, name: &str, content: Vec<u8>) -> Option<BundlePath> {
        let name = text::name(name);
        let taken =
            |files: &[Entry], path: &str| files.iter().any(|file| file.path.as_str().eq_ignore_ascii_case(path));
        let mut path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let mut number = 2;
        while taken(&self.files, &path) {
            path = format!("{folder}/{number}-{name}");
            number += 1;
        }
        let path: BundlePath = path.parse().ok()?;
        self.files.push(Entry { path: path.clone(), content, executable: false });
        Some(path)
    }

    /// Adds an input that is said to show the flaw.
    pub(crate) fn add_trigger(&mut self, name: &str, content: Vec<u8>) {
        if let Some(path) = self.put("poc", name, content) {
            self.triggers.push(path);
        }
    }
}

/// Whether the manifest's reader finds nothing wrong with these lines.
fn accepted(lines: &str) -> bool {
    let text = format!("schema = \"{}\"\ntitle = \"-\"\n{lines}\n", manifest::SCHEMA);
    manifest::read(&text).problems.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_reader_takes_becomes_a_key() {
        let mut draft = Draft::titled("a/b", "  \u{7} ");
        assert_eq!((draft.name.as_str(), draft.title.as_str()), ("a_b", "\\u{7}"));
        for word in ["CWE-125", "CWE-125", "cwe-1", "CWE-1\"]\nids=[\"X-1"] {
            draft.add_weakness(word);
        }
        assert_eq!(draft.weakness, ["CWE-125"]);
        draft.set_severity("high");
        assert!(draft.severity.is_none() && draft.remarks[0].1.contains("`high`"));
        draft.set_severity("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H");
        assert!(draft.severity.is_some());
    }

    #[test]
    fn files_never_take_each_others_place() {
        let mut draft = Draft::default();
        for name in ["a", "A", "../a", "a"] {
            draft.add_trigger(name, Vec::new());
        }
        let names: Vec<_> = draft.triggers.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["poc/a", "poc/2-A", "poc/_a", "poc/3-a"].map(str::to_owned));
    }
}

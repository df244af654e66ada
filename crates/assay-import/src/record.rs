//! `import.json`: where an imported finding comes from.

use assay_bundle::digest::Sha256;
use serde::Serialize;

use crate::format::Format;
use crate::source::{Content, Source};
use crate::text;

/// The record's file in the bundle.
pub(crate) const FILE: &str = "import.json";
/// The record's own format.
pub(crate) const SCHEMA: &str = "assay.import/1";

/// What is recorded of an import.
pub(crate) struct Record<'a> {
    pub(crate) format: Format,
    pub(crate) source: &'a Source,
    pub(crate) tool: Option<&'a str>,
    pub(crate) left_out: &'a [String],
}

#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    format: Format,
    /// The file's or folder's name, without its place on the importing machine.
    source: String,
    /// SHA-256 and bytes of the file as it came; nothing where it was a folder.
    sha256: Option<Sha256>,
    size: Option<usize>,
    /// The program that made the finding, as the source claims; nobody checked it.
    #[serde(rename = "tool-claimed")]
    tool: Option<&'a str>,
    /// Which of several findings of the source this is, from 1.
    finding: Option<usize>,
    /// What was changed or taken out of the source's words.
    changed: &'a [String],
    /// What the source holds besides.
    #[serde(rename = "left-out")]
    left_out: &'a [String],
}

impl Record<'_> {
    /// The record as JSON text.
    pub(crate) fn json(&self, finding: Option<usize>, changed: &[String]) -> String {
        let written = Written {
            schema: SCHEMA,
            format: self.format,
            source: self.name(),
            sha256: self.source.whole.map(|(digest, _)| digest),
            size: self.source.whole.map(|(_, size)| size),
            tool: self.tool,
            finding,
            changed,
            left_out: self.left_out,
        };
        // A struct of texts and numbers cannot fail to serialise.
        let mut json = serde_json::to_string_pretty(&written).unwrap_or_default();
        json.push('\n');
        json
    }

    pub(crate) fn name(&self) -> String {
        text::line(&self.source.name, 200)
    }

    /// Where it comes from, in half a sentence.
    pub(crate) fn origin(&self) -> String {
        let kind = match (&self.source.content, self.source.whole) {
            (Content::File(_), _) => "the file",
            (Content::Tree(_), Some(_)) => "the archive",
            (Content::Tree(_), None) => "the folder",
        };
        format!("{}, {kind} `{}`", self.format.title(), self.name())
    }
}

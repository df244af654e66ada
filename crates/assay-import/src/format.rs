//! The formats that can be imported, and how one is told from another.

use serde::Serialize;

use crate::error::ImportError;
use crate::json;
use crate::source::{Content, Source, file_name};
use crate::text;
use crate::{aixcc, casrep, oss_crs, oss_fuzz, sarif};

/// A format that findings come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A submission to the AI Cyber Challenge's competition API 1.4: PoV, patch, bundle.
    Aixcc,
    /// The exchange folders of an OSS-CRS run.
    OssCrs,
    /// A crash report of CASR.
    Casrep,
    /// Results of a static analyser, SARIF 2.1.0.
    Sarif,
    /// A testcase of OSS-Fuzz, ClusterFuzz or libFuzzer, with what lies beside it.
    OssFuzz,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Aixcc, Self::OssCrs, Self::Casrep, Self::Sarif, Self::OssFuzz];

    /// The stable word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Aixcc => "aixcc",
            Self::OssCrs => "oss-crs",
            Self::Casrep => "casrep",
            Self::Sarif => "sarif",
            Self::OssFuzz => "oss-fuzz",
        }
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Aixcc => "an AIxCC submission",
            Self::OssCrs => "an OSS-CRS exchange folder",
            Self::Casrep => "a casrep",
            Self::Sarif => "a SARIF 2.1.0 log",
            Self::OssFuzz => "an OSS-Fuzz testcase",
        }
    }

    /// All words, for people.
    pub(crate) fn words() -> String {
        Self::ALL.map(|format| format!("`{}`", format.as_str())).join(", ")
    }
}

/// The format of a source, by what it holds and never by its ending alone.
pub(crate) fn detect(source: &Source) -> Result<Format, ImportError> {
    match &source.content {
        Content::File(bytes) if json::looks_like(bytes) => {
            let value = json::parse(&source.name, bytes)?;
            of_json(&value).ok_or_else(|| {
                ImportError::Unknown(format!(
                    "`{}` is JSON, and has the keys of none of the formats that are known",
                    text::line(&source.name, 200)
                ))
            })
        }
        Content::File(_) if oss_fuzz::is_testcase(&source.name) => Ok(Format::OssFuzz),
        Content::File(_) => Err(ImportError::Unknown(format!(
            "`{}` is neither JSON nor named like a testcase, such as `clusterfuzz-testcase-minimized-TARGET-NUMBER`",
            text::line(&source.name, 200)
        ))),
        Content::Tree(files) => of_tree(source, files.iter().map(|file| file.path.as_str())),
    }
}

fn of_json(value: &serde_json::Value) -> Option<Format> {
    if sarif::is_one(value) {
        Some(Format::Sarif)
    } else if aixcc::is_one(value) {
        Some(Format::Aixcc)
    } else if casrep::is_one(value) {
        Some(Format::Casrep)
    } else {
        None
    }
}

fn of_tree<'a>(source: &Source, paths: impl Iterator<Item = &'a str> + Clone) -> Result<Format, ImportError> {
    if oss_crs::is_one(paths.clone()) {
        return Ok(Format::OssCrs);
    }
    if paths.clone().any(|path| oss_fuzz::is_testcase(file_name(path))) {
        return Ok(Format::OssFuzz);
    }
    let json = source.files().into_iter().filter(|(path, bytes)| path.ends_with(".json") && json::looks_like(bytes));
    for (path, bytes) in json {
        if json::parse(path, bytes).is_ok_and(|value| aixcc::is_one(&value)) {
            return Ok(Format::Aixcc);
        }
    }
    Err(ImportError::Unknown(format!(
        "`{}` has no `povs/` or `bug-candidates/` as of OSS-CRS, no testcase with a name of OSS-Fuzz, and no AIxCC submission",
        text::line(&source.name, 200)
    )))
}

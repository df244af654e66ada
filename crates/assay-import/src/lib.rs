//! Findings of other tools, made into proof bundles.
//!
//! An importer reads what a stranger sent, in a format that is not ours, and
//! writes what that source says as a bundle: a `proof.toml` with comments that
//! teach what to fill in, the files it brings, and a record of where it all
//! came from. It invents nothing: what the source does not say stays missing,
//! and reading the manifest names it (R14, R19). Pure: bytes in, files out.
//!
//! ```
//! use assay_import::{Format, Source, Wish, import};
//!
//! let pov = br#"{ "architecture": "x86_64", "engine": "libfuzzer", "fuzzer_name": "parse",
//!                 "sanitizer": "address", "testcase": "aGk=" }"#;
//! let imported = import(&Source::file("pov.json", pov.to_vec()), &Wish::default()).unwrap();
//! assert_eq!(imported.format, Format::Aixcc);
//! let bundle = &imported.bundles[0];
//! assert!(assay_bundle::manifest::read(&bundle.manifest).is_partial());
//! assert!(bundle.files.iter().any(|file| file.path.as_str() == "poc/testcase" && file.content == b"hi"));
//! ```

mod aixcc;
mod casrep;
mod claim;
mod draft;
mod error;
mod format;
mod frames;
mod json;
mod like;
mod oss_crs;
mod oss_fuzz;
mod record;
mod render;
mod sarif;
mod source;
mod text;
mod toml_text;

use assay_bundle::pack::Entry;

pub use error::ImportError;
pub use format::Format;
pub use oss_fuzz::is_testcase;
pub use source::Source;

/// Bundles of one import.
pub const MAX_BUNDLES: usize = 1_000;

/// What the person who imports adds: facts that the source cannot know.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The format; without it, the source is looked at.
    pub format: Option<Format>,
    /// Only this one of several findings, counted from 1 in the source's order.
    pub only: Option<usize>,
    /// The target's package URL.
    pub purl: Option<String>,
    /// A bundle's manifest whose target, build, harness and benign inputs these findings share,
    /// and the files that come with it.
    pub like: Option<(String, Vec<Entry>)>,
}

/// One finding as a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// A folder's name for it: unlike that of any other of this import.
    pub name: String,
    /// `proof.toml`.
    pub manifest: String,
    /// All other files.
    pub files: Vec<Entry>,
}

/// What an import gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The format that was read.
    pub format: Format,
    /// The program that made the findings, as the source claims.
    pub tool: Option<String>,
    /// The findings, in the source's order.
    pub bundles: Vec<Bundle>,
    /// What was there and not taken, each with the reason: for people.
    pub left_out: Vec<String>,
}

/// Makes bundles of what a source holds.
///
/// # Errors
/// What is wrong with the source, and what to do now. Never half an import.
pub fn import(source: &Source, wish: &Wish) -> Result<Imported, ImportError> {
    let format = match wish.format {
        Some(format) => format,
        None => format::detect(source)?,
    };
    let mut findings = match format {
        Format::Aixcc => aixcc::read(source),
        Format::OssCrs => oss_crs::read(source),
        Format::Casrep => casrep::read(source),
        Format::Sarif => sarif::read(source),
        Format::OssFuzz => oss_fuzz::read(source),
    }?;
    if let Some(only) = wish.only {
        let count = findings.drafts.len();
        let index = only.checked_sub(1).filter(|index| *index < count);
        let Some(index) = index else {
            return Err(ImportError::NoSuchFinding { wanted: only, there: count });
        };
        findings.drafts = vec![findings.drafts.swap_remove(index)];
    }
    if findings.drafts.is_empty() {
        return Err(ImportError::Nothing { format, left_out: findings.left_out });
    }
    if findings.drafts.len() > MAX_BUNDLES {
        return Err(ImportError::TooMany { there: findings.drafts.len(), most: MAX_BUNDLES });
    }
    let like = wish.like.as_ref().map(|(manifest, files)| like::Like::read(manifest, files)).transpose()?;
    let several = findings.drafts.len() > 1;
    let mut bundles: Vec<Bundle> = Vec::with_capacity(findings.drafts.len());
    let mut bytes = 0_usize;
    for (index, mut draft) in findings.drafts.into_iter().enumerate() {
        if let Some(purl) = &wish.purl {
            draft.purl = Some(purl.clone());
        }
        let record = record::Record { format, source, tool: findings.tool.as_deref(), left_out: &findings.left_out };
        let number = if several { Some(index + 1) } else { None };
        let bundle = render::bundle(draft, &record, number, like.as_ref())?;
        // The pattern's files go along with each.
        bytes += bundle.files.iter().map(|file| file.content.len()).sum::<usize>();
        if bytes > draft::MAX_TOTAL {
            let what = "all bundles together".to_owned();
            return Err(ImportError::TooLarge { what, there: bytes, most: draft::MAX_TOTAL });
        }
        bundles.push(bundle);
    }
    Ok(Imported { format, tool: findings.tool, bundles, left_out: findings.left_out })
}

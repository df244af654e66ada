//! How answers look: one file for each thing that is shown, in text and in JSON.
//!
//! Printers are pure: they take values and give text. Whatever came from a
//! bundle or from a program that ran goes through [`plain`] first.

pub mod agreement;
pub mod bisect_json;
pub mod bisect_text;
pub mod cells;
pub mod check_json;
pub mod check_next;
pub mod check_table;
pub mod check_text;
pub mod cross_json;
pub mod cross_text;
pub mod fix_json;
pub mod fix_text;
pub mod fold;
pub mod grid;
pub mod next;
pub mod plain;
pub mod problem_json;
pub mod proof_json;
pub mod proof_text;
pub mod recheck_json;
pub mod recheck_text;
#[cfg(test)]
pub mod sample;
pub mod saw;
pub mod scan_fresh;
pub mod scan_json;
pub mod scan_none;
pub mod scan_out;
pub mod scan_text;
pub mod scan_things;
pub mod scan_vex;
pub mod scan_walk;
pub mod several;
pub mod words;

use anstyle::{AnsiColor, Style};

/// Text in a colour that adds to it, and never says anything alone.
pub fn paint(color: AnsiColor, text: &str) -> String {
    let style = color.on_default().bold();
    format!("{style}{text}{style:#}")
}

/// A heading.
pub fn bold(text: &str) -> String {
    let style = Style::new().bold();
    format!("{style}{text}{style:#}")
}

/// What is there for completeness.
pub fn dim(text: &str) -> String {
    let style = Style::new().dimmed();
    format!("{style}{text}{style:#}")
}

/// A proof with what the call adds to it.
pub struct Told<'a> {
    /// The proof.
    pub proof: &'a assay_prove::proof::Proof,
    /// Where the bundle was read from, as the caller wrote it.
    pub path: &'a std::path::Path,
    /// How many files of the bundle's sources are not in the cache.
    pub missing: usize,
    /// Runs per cell that the bundle asks for, where the caller asked for another number.
    pub bundle_runs: Option<u32>,
    /// Where the signed statement was written, and by which key.
    pub attestation: Option<(&'a std::path::Path, assay_seal::KeyId)>,
}

/// A patch that was verified, with what the call adds to it.
pub struct FixTold<'a> {
    /// What came of it.
    pub report: &'a assay_prove::fix::Report,
    /// Where the bundle was read from, as the caller wrote it.
    pub path: &'a std::path::Path,
    /// Where the patch was read from; none for the bundle's own fix.
    pub patch: Option<&'a std::path::Path>,
    /// The level that was asked for.
    pub want: assay_prove::fix::Level,
    /// The exit code.
    pub exit: u8,
    /// Where inputs that speak against the patch were written.
    pub kept: Option<&'a std::path::Path>,
    /// Where the signed statement was written, and by which key.
    pub attestation: Option<(&'a std::path::Path, assay_seal::KeyId)>,
}

#[cfg(test)]
mod check_tests;
#[cfg(test)]
mod proof_tests;

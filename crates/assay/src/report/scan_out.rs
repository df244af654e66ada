//! The files that a scan writes beside its answer: SARIF, CycloneDX VEX,
//! OpenVEX and one page.

use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_exposures::place::Lines;
use assay_exposures::{Age, Answer, Source, cyclonedx, openvex, page, sarif};
use assay_inventory::limits;
use clap::Args;
use serde_json::Value;

use super::plain;
use super::scan_fresh::{Freshness, feed};
use super::scan_text::plain_sentence;
use crate::failure::Failure;
use crate::output;
use crate::scan_input::{Scanned, open};
use crate::whole_file::WholeFile;

/// An exposure says where somebody is open: nobody but its owner reads the files.
const MODE: u32 = 0o600;

/// Which files.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Files beside the answer")]
pub struct Files {
    /// Write SARIF 2.1.0, for code-scanning views
    #[arg(long, value_name = "FILE")]
    pub sarif: Option<PathBuf>,
    /// Write CycloneDX 1.6 with what is affected as VEX
    #[arg(long, value_name = "FILE")]
    pub cyclonedx_vex: Option<PathBuf>,
    /// Write OpenVEX 0.2.0
    #[arg(long, value_name = "FILE")]
    pub openvex: Option<PathBuf>,
    /// Write one page that needs nothing else, for people
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Who answers for the VEX documents that are written, by name
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    pub vex_author: String,
}

/// Files that were begun: a name that cannot be written shows before the work.
pub struct Begun<'a> {
    call: &'a Files,
    sarif: Option<WholeFile>,
    cyclonedx: Option<WholeFile>,
    openvex: Option<WholeFile>,
    html: Option<WholeFile>,
}

impl Files {
    /// Begins them.
    ///
    /// # Errors
    ///
    /// One of them cannot be written.
    pub fn begin(&self) -> Result<Begun<'_>, Failure> {
        let begin = |path: &Option<PathBuf>| path.as_deref().map(WholeFile::begin).transpose();
        Ok(Begun {
            call: self,
            sarif: begin(&self.sarif)?,
            cyclonedx: begin(&self.cyclonedx_vex)?,
            openvex: begin(&self.openvex)?,
            html: begin(&self.html)?,
        })
    }
}

impl Begun<'_> {
    /// Writes them, and says which.
    ///
    /// # Errors
    ///
    /// One of them cannot be written.
    pub fn finish(self, scanned: &Scanned, now: Instant) -> Result<(), Failure> {
        if self.sarif.is_none() && self.cyclonedx.is_none() && self.openvex.is_none() && self.html.is_none() {
            return Ok(());
        }
        // Only a code-scanning view shows lines, and looking them up reads each inventory again.
        let lines: Vec<Lines> = match self.sarif {
            Some(_) => scanned.inventories.iter().map(lines).collect(),
            None => Vec::new(),
        };
        let sources: Vec<Source> = scanned.sources.iter().map(|source| told(source, now)).collect();
        let sentence = plain_sentence(scanned);
        let answer = Answer {
            made: now,
            version: env!("CARGO_PKG_VERSION"),
            author: &self.call.vex_author,
            inventories: &scanned.inventories,
            lines: &lines,
            exposures: &scanned.exposures,
            notices: &scanned.notices,
            suppressed: &scanned.suppressed,
            told: &scanned.told,
            sources: &sources,
            sentence: &sentence,
        };
        if let Some(file) = self.sarif {
            write(file, &json(&sarif::log(&answer)), self.call.sarif.as_deref())?;
        }
        if let Some(file) = self.cyclonedx {
            write(file, &json(&cyclonedx::document(&answer)), self.call.cyclonedx_vex.as_deref())?;
        }
        if let Some(file) = self.openvex {
            match openvex::document(&answer) {
                Some(document) => write(file, &json(&document), self.call.openvex.as_deref())?,
                None => output::say("no OpenVEX file is written: there is nothing to state"),
            }
        }
        if let Some(file) = self.html {
            write(file, &page::html(&answer), self.call.html.as_deref())?;
        }
        Ok(())
    }
}

fn write(file: WholeFile, text: &str, path: Option<&Path>) -> Result<(), Failure> {
    file.finish(text.as_bytes(), MODE)?;
    output::say(&format!("written: {}", path.map(plain::path).unwrap_or_default()));
    Ok(())
}

fn json(value: &Value) -> String {
    let mut text = plain::json_safe(&format!("{value:#}"));
    text.push('\n');
    text
}

fn lines(inventory: &assay_inventory::component::Inventory) -> Lines {
    let path = Path::new(&inventory.name);
    let text = if path.is_file() { open::whole(path, limits::FILE).unwrap_or_default() } else { Vec::new() };
    Lines::of_text(&text, inventory.components.iter())
}

fn told(source: &assay_match::index::Source, now: Instant) -> Source {
    let fresh = Freshness::of(source, now);
    Source {
        feed: feed(source.feed).to_owned(),
        name: source.name.clone(),
        records: source.records,
        newest: source.newest.clone(),
        age: Age { words: fresh.words(), stale: fresh.is_stale() },
    }
}

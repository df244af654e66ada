//! `assay db info`: what an index holds, from when, and who signed it.

use std::fs;
use std::path::PathBuf;

use assay_base::Instant;
use assay_index::sign;
use assay_match::index::Source;
use assay_seal::{TrustedKeys, VerifyingKey};
use clap::Args;
use serde::Serialize;

use super::fleet;
use crate::cli::{Common, Format};
use crate::commands::verify::{count, seconds};
use crate::failure::Failure;
use crate::output;
use crate::report::scan_fresh::{Freshness, feed};
use crate::report::{next, plain};
use crate::scan_input::database;

/// It is damaged, or nobody who is trusted signed it.
const REFUSED: u8 = 10;

/// Show what an index holds, how old that is, and who signed it
///
/// Opening an index checks its head and that all of its parts lie inside. With --verify everything is hashed, and with
/// --trust the signature has to be of that key. A file that `assay db fleet` made is shown too; it is always hashed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay db info
  assay db info index.assay --verify --trust publisher.pub

Exit codes:
   0  it can be used
  10  it is damaged, or not signed by the key that is trusted
   2  the call is wrong, or there is no index
   1  Assay itself failed")]
pub struct InfoArgs {
    /// The index, a file or a folder, or a fleet's file; without it, ASSAY_DB or the usual folder
    #[arg(value_name = "INDEX")]
    index: Option<PathBuf>,
    /// Hash all of it
    #[arg(long)]
    verify: bool,
    /// The public key that has to have signed it
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answer<'a> {
    files: Vec<FileJson>,
    generation: u64,
    records: usize,
    packages: usize,
    kev: usize,
    decisions: usize,
    scores: usize,
    epss_model: &'a str,
    epss_day: &'a str,
    sources: Vec<SourceJson<'a>>,
    verified: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct FileJson {
    path: String,
    bytes: usize,
    root: String,
    built: Instant,
    signers: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct SourceJson<'a> {
    #[serde(flatten)]
    source: &'a Source,
    sha256: &'a str,
    age_days: Option<u64>,
    stale: bool,
}

/// Shows it.
pub fn run(call: &InfoArgs, common: &Common) -> Result<u8, Failure> {
    let place = database::place(call.index.as_deref())?;
    let refused = |error: &assay_index::Error| Failure {
        exit: REFUSED,
        ..Failure::call("refused", error.to_string()).help(error.help())
    };
    let trusted = call.trust.as_deref().map(public_key).transpose()?;
    let trusted: Option<TrustedKeys> = trusted
        .map(|pem| {
            let key = VerifyingKey::from_pem(&pem).map_err(|error| Failure::call("no-key", error.to_string()));
            key.map(|key| TrustedKeys::from_iter([key]))
        })
        .transpose()?;
    if let Some(fleet) = fleet::kept(&place).map_err(|error| refused(&error))? {
        if let Some(trusted) = &trusted {
            sign::check(fleet.container(), trusted).map_err(|error| refused(&error))?;
        }
        fleet::info(&place, &fleet, trusted.is_some(), common);
        return Ok(0);
    }
    let layers = database::needed(&place)?;
    for file in layers.files() {
        if call.verify {
            file.container().verify().map_err(|error| refused(&error))?;
        }
        if let Some(trusted) = &trusted {
            sign::check(file.container(), trusted).map_err(|error| refused(&error))?;
        }
    }
    let (meta, now) = (layers.meta(), Instant::now());
    let files: Vec<FileJson> = layers
        .files()
        .iter()
        .map(|file| FileJson {
            path: file.container().path().display().to_string(),
            bytes: file.container().size(),
            root: file.container().root().to_string(),
            built: Instant::from_micros(file.container().head().built),
            signers: sign::claimed(file.container()).iter().map(ToString::to_string).collect(),
        })
        .collect();
    let verified = call.verify && trusted.is_some();
    match common.format {
        Format::Json => {
            let source = |(at, source)| {
                let fresh = Freshness::of(source, now);
                SourceJson {
                    source,
                    sha256: meta.digests.get(at).map_or("", String::as_str),
                    age_days: if let Freshness::Days(days) = fresh { Some(days) } else { None },
                    stale: fresh.is_stale(),
                }
            };
            output::json(&Answer {
                generation: layers.newest().container().head().generation,
                records: meta.records,
                packages: meta.packages,
                kev: meta.kev,
                decisions: meta.decisions,
                scores: meta.scores,
                epss_model: &meta.epss.model,
                epss_day: &meta.epss.scored,
                sources: meta.sources.iter().enumerate().map(source).collect(),
                files,
                verified,
            });
        }
        Format::Text => {
            let mut text = format!(
                "{}: {} of {}, {} in KEV, {} SSVC decisions, {} EPSS scores\n",
                next::quoted(&place),
                count(meta.records as u64, "record", "records"),
                count(meta.packages as u64, "package", "packages"),
                meta.kev,
                meta.decisions,
                meta.scores
            );
            text.push_str(&sources(&meta.sources, now));
            if !meta.epss.model.is_empty() {
                text.push_str(&format!("  EPSS model {}\n", plain::line(&meta.epss.model, 60)));
            }
            for file in &files {
                let signer = match &*file.signers {
                    [] => "not signed".to_owned(),
                    signers => format!("says it is signed by {}", signers.join(", ")),
                };
                let (path, built) = (plain::line(&file.path, 200), seconds(file.built));
                text.push_str(&format!("  {path}: {:.1} MB, built {built}, {signer}\n", file.bytes as f64 / 1e6));
            }
            match (call.verify, trusted.is_some()) {
                (true, true) => text.push_str("All of it was hashed, and the key that you trust signed it.\n"),
                (true, false) => text.push_str("All of it was hashed and is whole. Whose it is, --trust would tell.\n"),
                (false, true) => text.push_str("The key that you trust signed it; --verify hashes all of it.\n"),
                (false, false) => {}
            }
            output::answer(&text);
        }
    }
    Ok(0)
}

/// The sources, one a line, each with its age.
pub fn sources(all: &[Source], now: Instant) -> String {
    let mut text = String::new();
    for source in all {
        let fresh = Freshness::of(source, now);
        let kind = feed(source.feed);
        let name = plain::line(&source.name, 60);
        let named = if name.starts_with(kind) { name } else { format!("{kind} {name}") };
        let stale = if fresh.is_stale() { ": stale" } else { "" };
        let skipped = match source.skips.total {
            0 => String::new(),
            some => format!(", {some} could not be read"),
        };
        let records = count(source.records as u64, "record", "records");
        text.push_str(&format!("  {named}: {records}{skipped}; newest {}{stale}\n", fresh.words()));
    }
    text
}

/// The text of a public key's file.
pub fn public_key(path: &std::path::Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::call("no-key", format!("the key `{}` cannot be read: {error}", path.display())))?;
    VerifyingKey::from_pem(&text).map_err(|error| Failure::call("no-key", format!("`{}`: {error}", path.display())))?;
    Ok(text)
}

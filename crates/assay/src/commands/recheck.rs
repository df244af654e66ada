//! `assay recheck`: is the flaw still there in another version?

use std::path::{Path, PathBuf};
use std::time::Instant;

use assay_prove::latest::{self, Still};
use clap::Args;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake;
use crate::output;
use crate::place;
use crate::progress::Progress;
use crate::report::check_text;
use crate::report::next::quoted;
use crate::report::problem_json::RefusalJson;
use crate::report::recheck_json::RecheckJson;
use crate::report::recheck_text;
use crate::runner::Runner;

/// The bundle or the call is wrong.
const WRONG: u8 = 2;
/// The flaw does not show there.
const GONE: u8 = 10;
/// Neither can be said.
const CANNOT_TELL: u8 = 13;

/// Ask a proof about another version: is the flaw still there?
///
/// First the bundle's own proof runs, so that it is known that harness and oracle work on this machine. Then the
/// same harness, inputs and oracle are run on the other version alone, built by the bundle's recipe. `gone` means
/// that it was built, lives on every benign input and is silent on every trigger: not that somebody fixed it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay recheck report/ --on ../project                     a folder, such as a checkout
  assay recheck report/ --on project-2.1.tar.gz             a release's archive
  assay recheck report/ --on project_2.1-1.dsc              a Debian source, with its files beside it
  assay recheck report/ --on project-2.1.tar.gz@sha256:...  a file that is in the cache

Exit codes:
   0  still-there
  10  gone
  13  cannot-tell
   2  the bundle or the call is wrong, or the report is partial
   1  Assay itself failed")]
pub struct RecheckArgs {
    /// A folder or `.tar.zst` file with a proof.toml
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// The other version: a folder, an archive, or NAME@sha256:HEX for a file that is in the cache; may be given
    /// several times for the files of one package
    #[arg(long, value_name = "SOURCE", required = true)]
    pub on: Vec<PathBuf>,
    /// Run each input in each version this often, whatever the bundle asks for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: Option<u32>,
}

/// What was asked and what came of it.
pub struct Told<'a> {
    /// Where the bundle was read from.
    pub path: &'a Path,
    /// The other version, as the caller wrote it.
    pub on: String,
    /// The bundle's own proof.
    pub ground: latest::Ground,
    /// The answer.
    pub recheck: latest::Recheck,
    /// How long it took.
    pub took: std::time::Duration,
}

/// Asks.
pub fn run(call: &RecheckArgs, common: &Common) -> Result<u8, Failure> {
    let begun = Instant::now();
    let mut ready = match intake::ready(&call.bundle) {
        Ok(ready) => ready,
        Err(refusal) => {
            match common.format {
                Format::Text => output::say(check_text::refusal(&call.bundle, &refusal).trim_end()),
                Format::Json => output::json(&RefusalJson::of(&refusal)),
            }
            return Ok(WRONG);
        }
    };
    ready.manifest.repeat.runs = call.runs.unwrap_or(ready.manifest.repeat.runs);
    let mut runner = Runner::open(place::cache()?);
    let beside = tempfile::tempdir_in(runner.cache.root()).map_err(|error| {
        Failure::own("no-cache", format!("the cache cannot be written: {error}"))
            .help("check the space and the permissions of the cache folder (ASSAY_CACHE)")
    })?;
    // What is wrong with the other version's files shows before the work.
    let version = latest::version(&ready.manifest, &call.on, beside.path()).map_err(|error| {
        Failure::call("no-source", error.to_string())
            .help("name a folder, an archive, or NAME@sha256:HEX for a file that is in the cache")
    })?;
    runner.cache = runner.cache.beside(beside.path());
    let on = call.on.iter().map(|path| quoted(path)).collect::<Vec<_>>().join(" ");
    let progress = Progress::start(&quoted(&call.bundle), !common.no_progress);
    let failed = |error: assay_prove::pipeline::ProveError| {
        Failure::own("cannot-prove", format!("the proof could not be begun: {error}"))
            .help("check the space and the permissions of the cache folder (ASSAY_CACHE)")
    };
    let prover = runner.prover();
    let (bundle, manifest) = (&ready.bundle, &ready.manifest);
    let ground = latest::ground(&prover, bundle, manifest, &|event| progress.hear(event)).map_err(failed)?;
    let recheck =
        latest::recheck(&prover, bundle, manifest, &ground, &version, &|event| progress.hear(event)).map_err(failed)?;
    drop(progress);
    let told = Told { path: &call.bundle, on, ground, recheck, took: begun.elapsed() };
    match common.format {
        Format::Text => output::answer(&recheck_text::render(&told)),
        Format::Json => output::json(&RecheckJson::of(&told)),
    }
    Ok(match told.recheck.still {
        Still::StillThere => 0,
        Still::Gone => GONE,
        Still::CannotTell => CANNOT_TELL,
    })
}

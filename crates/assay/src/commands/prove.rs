//! `assay prove`: is the reported bug real?

use std::path::{Path, PathBuf};

use assay_prove::attest::{self, AttestError};
use assay_prove::kept_logs::KeptLogs;
use assay_prove::{fetch, svr};
use clap::Args;

use super::prove_several::{self, Wishes};
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake::{self, Refusal};
use crate::memory;
use crate::output;
use crate::place;
use crate::progress::Progress;
use crate::report::problem_json::RefusalJson;
use crate::report::proof_json::ProofJson;
use crate::report::{Told, check_text, next, proof_text};
use crate::runner::Runner;
use crate::whole_file::WholeFile;

/// The bundle or the call is wrong.
const WRONG: u8 = 2;

/// Run proof bundles and say whether the reported bugs are real
///
/// Builds the vulnerable and the fixed version, runs every input in both in a sandbox, asks the oracle that the
/// bundle declares, and gives one of nine verdicts with how far it can be trusted. Nothing is fetched: a source
/// that is not in the cache gives not-run.
///
/// A trigger that fires in some runs only is run more often, up to 100 times, and the fixed version as often as its
/// silence needs to mean something.
///
/// With several bundles, each is compared with the file `expected` in it (`reproduced` without one). They are proved
/// side by side, and a call that was cut short goes on where it was: what is from before says from when.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay prove examples/heap-overflow
  assay prove report.tar.zst --runs 20
  assay prove report --attest verdict.dsse.json
  assay prove report --format json | jq -r .verdict
  assay prove cases/*
  assay prove cases/* --resume --memory 4GiB

Exit codes with one bundle:
   0  reproduced
  10  not-reproduced
  11  flaky
  12  control-failed, control-dead, harness-suspect
  13  inconclusive
  14  not-run
  15  reproduced-different
   2  the bundle or the call is wrong, or the report is partial
   1  Assay itself failed
With several bundles: 0 if each came out as expected, else 10; 1 if Assay itself failed.")]
pub struct ProveArgs {
    /// Folders or `.tar.zst` files with a proof.toml
    #[arg(required = true, value_name = "BUNDLE")]
    pub bundles: Vec<PathBuf>,
    /// Run each input in each version this often, whatever the bundle asks for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: Option<u32>,
    /// Write a signed in-toto statement (a DSSE envelope) to this file
    #[arg(long, value_name = "FILE")]
    pub attest: Option<PathBuf>,
    /// Write what held as a signed Simple Verification Result of in-toto to this file, beside the statement
    #[arg(long, value_name = "FILE", requires = "attest")]
    pub svr: Option<PathBuf>,
    /// Let all runs at once use at most this much memory, such as 4GiB; else ASSAY_MEMORY, else three quarters of
    /// the machine's
    #[arg(long, value_name = "SIZE", value_parser = memory::size)]
    pub memory: Option<u64>,
    /// Keep the logs that the verdict rests on in this folder, each in a file called after its digest, which a
    /// statement names too. They may tell of a flaw that is not patched yet: the folder is for you alone
    #[arg(long, value_name = "FOLDER")]
    pub keep_logs: Option<PathBuf>,
    /// With several bundles: let verdicts of earlier calls stand where nothing has changed since
    #[arg(long, conflicts_with = "fresh")]
    pub resume: bool,
    /// With several bundles: run all anew, also after a call that was cut short
    #[arg(long)]
    pub fresh: bool,
    /// Sign with this Ed25519 key (PEM) and not with the runner's own
    #[arg(long, value_name = "FILE", requires = "attest")]
    pub key: Option<PathBuf>,
}

/// Proves one bundle or several.
pub fn run(call: &ProveArgs, common: &Common) -> Result<u8, Failure> {
    match call.bundles.as_slice() {
        [path] => one(path, call, common),
        paths if call.attest.is_some() => Err(Failure::call(
            "one-statement",
            format!("--attest writes the statement of one bundle, and {} are named", paths.len()),
        )
        .help("prove them one by one, each with its own --attest FILE")),
        paths => {
            let ProveArgs { runs, memory, resume, fresh, .. } = *call;
            prove_several::run(
                paths,
                Wishes { runs, memory, resume, fresh },
                kept_logs(call.keep_logs.as_deref())?,
                common,
            )
        }
    }
}

fn one(path: &PathBuf, call: &ProveArgs, common: &Common) -> Result<u8, Failure> {
    let mut ready = match intake::ready(path) {
        Ok(ready) => ready,
        Err(refusal) => return Ok(refuse(path, &refusal, common.format)),
    };
    // What cannot be written or signed shows before the work, not after it.
    let statement = match &call.attest {
        Some(file) => Some((file, WholeFile::begin(file)?, crate::key::signing_key(call.key.as_deref())?)),
        None => None,
    };
    let kept_logs = kept_logs(call.keep_logs.as_deref())?;
    let result = call.svr.as_deref().map(WholeFile::begin).transpose()?;
    let bundle_runs = call.runs.map(|runs| std::mem::replace(&mut ready.manifest.repeat.runs, runs));
    let progress = Progress::start(&next::quoted(path), !common.no_progress);
    let runner = Runner::within(place::cache()?, call.memory).keeping(kept_logs);
    let proof = runner.prove(&ready.bundle, &ready.manifest, &|event| progress.hear(event))?;
    drop(progress);

    let mut attestation = None;
    if let Some((file, whole, key)) = statement {
        let failed =
            |error: AttestError| Failure::own("no-statement", format!("the statement could not be made: {error}"));
        whole.finish(&attest::attest(&proof, &key).map_err(failed)?, 0o644)?;
        if let Some(result) = result {
            let said = attest::statement(&proof, key.verifying_key().id()).map_err(failed)?;
            result.finish(&svr::attest(&said, &key).map_err(failed)?, 0o644)?;
        }
        attestation = Some((file.as_path(), key.verifying_key().id()));
    }
    let told = Told {
        proof: &proof,
        path,
        missing: fetch::missing(&ready.manifest, &runner.cache).len(),
        bundle_runs: bundle_runs.filter(|runs| *runs != proof.evidence.wanted),
        attestation,
    };
    match common.format {
        Format::Text => output::answer(&proof_text::render(&told)),
        Format::Json => output::json(&ProofJson::of(&told)),
    }
    runner.tell_kept_logs();
    Ok(proof.ruling.verdict.exit_code())
}

/// The folder in which a call keeps its logs.
pub(super) fn kept_logs(folder: Option<&Path>) -> Result<Option<KeptLogs>, Failure> {
    let open = |folder| {
        KeptLogs::open(folder).map_err(|error| {
            Failure::call("cannot-keep", error.to_string())
                .help("name a folder that is not there yet, or one of yours with mode 700")
        })
    };
    folder.map(open).transpose()
}

/// Says why a bundle cannot be run.
pub(super) fn refuse(path: &Path, refusal: &Refusal, format: Format) -> u8 {
    match format {
        Format::Text => output::say(check_text::refusal(path, refusal).trim_end()),
        Format::Json => output::json(&RefusalJson::of(refusal)),
    }
    WRONG
}

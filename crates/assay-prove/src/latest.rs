//! Is the flaw still there in another version? (issue 4, "Already fixed?")
//!
//! The bundle's own proof runs first: a harness that shows nothing here can tell
//! nothing of any version. Then the same harness, inputs and oracle are asked of
//! the other source alone. `gone` is said only of a version that was built with
//! an oracle that works, lives on every benign input and is silent on every
//! trigger, as often as the flaw's own rate asks for. It never means `fixed`:
//! between two versions nobody knows whether the changed code is reached.

use std::path::{Path, PathBuf};

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::Manifest;
use assay_bundle::verdict::{Outcome, Verdict};
use serde::Serialize;

use crate::derived;
use crate::evidence::Role;
use crate::fetch::MAX_FILE;
use crate::load::LoadedBundle;
use crate::pipeline::{Progress, ProveError, Prover};
use crate::proof::Proof;
use crate::unpack::Dsc;
use crate::verdict::Ruling;
use crate::verdict::rate::silent_runs_needed;

/// Runs of an input at most, however seldom the flaw shows.
const MAX_RUNS: u32 = 1000;

/// What is said of another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Still {
    /// The flaw shows there as declared.
    StillThere,
    /// It does not show there, and the target lives.
    Gone,
    /// Neither can be said.
    CannotTell,
}

impl Still {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StillThere => "still-there",
            Self::Gone => "gone",
            Self::CannotTell => "cannot-tell",
        }
    }
}

/// Another version, given as a source that a manifest can hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// What people call it.
    pub name: String,
    /// The table of its source.
    pub source: toml::Table,
}

/// What is known of another version, and why.
#[derive(Debug, Clone)]
pub struct Recheck {
    /// The word.
    pub still: Still,
    /// Why, in one sentence.
    pub sentence: String,
    /// The proof on that version; none if it could not be put together.
    pub proof: Option<Proof>,
}

/// The bundle's own proof, on which every answer rests.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The proof.
    pub proof: Proof,
    /// Runs of each input that another version gets.
    pub runs: u32,
    /// Whether silence in so many runs means something, at the rate that was seen.
    pub enough: bool,
}

/// Runs the bundle's own proof.
///
/// # Errors
///
/// The cache's folder cannot be written.
pub fn ground(
    prover: &Prover<'_>,
    bundle: &LoadedBundle,
    manifest: &Manifest,
    hear: &(dyn Fn(Progress) + Sync),
) -> Result<Ground, ProveError> {
    let proof = prover.prove(bundle, manifest, hear)?;
    let needed = proof.ruling.rate.as_ref().and_then(|rate| silent_runs_needed(rate.share()));
    let needed = needed.unwrap_or(1);
    let runs = manifest.repeat.runs.max(needed).min(MAX_RUNS);
    Ok(Ground { proof, runs, enough: needed <= MAX_RUNS })
}

/// Whether the flaw shows on this machine with the version that the bundle names.
#[must_use]
pub fn shows(ruling: &Ruling) -> bool {
    match ruling.verdict {
        Verdict::Reproduced | Verdict::ControlFailed | Verdict::ControlDead => true,
        // Sometimes is enough, when the silence elsewhere is long enough for the rate.
        Verdict::Flaky => ruling.rate.as_ref().is_some_and(|rate| rate.fired > 0),
        _ => false,
    }
}

/// Asks a bundle about another version.
///
/// # Errors
///
/// The cache's folder cannot be written.
pub fn recheck(
    prover: &Prover<'_>,
    bundle: &LoadedBundle,
    manifest: &Manifest,
    ground: &Ground,
    version: &Version,
    hear: &(dyn Fn(Progress) + Sync),
) -> Result<Recheck, ProveError> {
    let (on, mut manifest) = match derived::on(bundle, manifest, &version.source) {
        Ok(on) => on,
        Err(error) => {
            let sentence = format!("the bundle cannot be put onto this version: {error}");
            return Ok(Recheck { still: Still::CannotTell, sentence, proof: None });
        }
    };
    manifest.repeat.runs = ground.runs;
    let proof = prover.prove(&on, &manifest, hear)?;
    let (still, sentence) = word(ground, &proof);
    Ok(Recheck { still, sentence, proof: Some(proof) })
}

/// The word for a proof on another version.
fn word(ground: &Ground, there: &Proof) -> (Still, String) {
    let ruling = &there.ruling;
    let triggers = || there.evidence.runs.iter().filter(|run| run.cell.role == Role::Trigger);
    // One trigger of several is enough: the bundle says that all of them show the flaw.
    let fires = triggers().any(|run| run.outcome == Outcome::Fired);
    match ruling.verdict {
        Verdict::Reproduced => (Still::StillThere, "every trigger fires there as declared".to_owned()),
        Verdict::Flaky | Verdict::NotReproduced if fires => (
            Still::StillThere,
            format!("it fires there, though not every trigger or not every time: {}", ruling.sentence),
        ),
        Verdict::NotReproduced if triggers().any(|run| run.outcome != Outcome::Silent) => {
            (Still::CannotTell, format!("not every run there is silence: {}", ruling.sentence))
        }
        Verdict::NotReproduced if !shows(&ground.proof.ruling) => {
            let why = "it is silent there, but the bundle's own proof does not show the flaw on this machine either";
            (Still::CannotTell, format!("{why}: {}", ground.proof.ruling.sentence))
        }
        Verdict::NotReproduced if !ground.enough => {
            let why = format!(
                "it is silent there in {} runs, and the flaw shows so seldom that this means nothing",
                ground.runs
            );
            (Still::CannotTell, why)
        }
        // Triggers silent in every run, the oracle tested in this very build, each benign input alive.
        Verdict::NotReproduced => {
            let times = if ground.runs == 1 { "its one run".to_owned() } else { format!("all {} runs", ground.runs) };
            let sentence = format!(
                "every trigger is silent there in {times}, and every benign input shows its signs of life; whether the \
                 code of the flaw is reached is not known between two versions"
            );
            (Still::Gone, sentence)
        }
        Verdict::ReproducedDifferent => {
            (Still::CannotTell, format!("something else than declared goes wrong there: {}", ruling.sentence))
        }
        _ => (Still::CannotTell, ruling.sentence.clone()),
    }
}

/// Why another version cannot be taken.
#[derive(Debug, thiserror::Error)]
#[error("`{what}` {why}")]
pub struct NoVersion {
    what: String,
    why: String,
}

/// Another version out of what a caller names: a folder, or the files of a
/// package, each a path or `NAME@sha256:HEX` for one that is in the cache.
/// Copies go to `beside`, each under its digest.
///
/// # Errors
///
/// Something cannot be read, is too large, or a folder is named beside other things.
pub fn version(manifest: &Manifest, on: &[PathBuf], beside: &Path) -> Result<Version, NoVersion> {
    let purl = &manifest.target.purl;
    let name = on.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ");
    let wrong = |path: &Path, why: String| NoVersion { what: path.display().to_string(), why };
    let mut files = Vec::new();
    for path in on {
        if path.is_dir() {
            if on.len() > 1 {
                return Err(wrong(path, "is a folder, and a folder is a whole version by itself".into()));
            }
            let digest =
                crate::frozen::pack(path, beside).map_err(|error| wrong(path, format!("cannot be taken: {error}")))?;
            return Ok(Version { name, source: derived::archive(purl, crate::frozen::NAME, &digest) });
        }
        if let Some(known) = by_digest(path) {
            files.push(known);
            continue;
        }
        files.push(file(path, beside).map_err(|why| wrong(path, why))?);
        // A Debian source is the files that its `.dsc` lists, beside it.
        if on.len() == 1 && path.extension().is_some_and(|end| end == "dsc") {
            let listed = std::fs::read(path)
                .map_err(|error| error.to_string())
                .and_then(|bytes| Dsc::parse(&name, &bytes).map_err(|error| error.to_string()))
                .map_err(|why| wrong(path, format!("cannot be read: {why}")))?;
            for listed in listed.files {
                let path = path.with_file_name(listed);
                files.push(file(&path, beside).map_err(|why| wrong(&path, why))?);
            }
        }
    }
    Ok(Version { name, source: derived::files(purl, &files) })
}

/// `NAME@sha256:HEX`.
fn by_digest(path: &Path) -> Option<(String, Sha256)> {
    let (name, digest) = path.to_str()?.rsplit_once('@')?;
    let plain = !name.is_empty() && !name.contains('/');
    digest.parse().ok().filter(|_| plain).map(|digest| (name.to_owned(), digest))
}

/// Copies a plain file to a folder of the runner's own.
fn file(path: &Path, beside: &Path) -> Result<(String, Sha256), String> {
    use std::io::Read as _;
    let name = path.file_name().and_then(|name| name.to_str()).ok_or("has a name that is not UTF-8")?;
    let meta = std::fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    if !meta.is_file() || meta.len() > MAX_FILE {
        return Err(format!("is no plain file of at most {} MiB", MAX_FILE >> 20));
    }
    let copied = || {
        let mut to = tempfile::NamedTempFile::new_in(beside)?;
        // One that grows meanwhile is another file, and cut short.
        std::io::copy(&mut std::fs::File::open(path)?.take(MAX_FILE), &mut to)?;
        crate::frozen::keep(to, beside)
    };
    Ok((name.to_owned(), copied().map_err(|error: std::io::Error| format!("cannot be taken: {error}"))?))
}

#[cfg(test)]
#[path = "latest_tests.rs"]
mod tests;

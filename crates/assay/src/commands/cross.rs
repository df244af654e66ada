//! `assay cross`: which reports are one and the same flaw?

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use assay_prove::cross::Crossed;
use assay_prove::matrix::{self, Entrant, Extra, Matrix, Step};
use assay_prove::matrix_pairs::Conclusion;
use assay_prove::patch::MAX_PATCH;
use clap::Args;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake::{self, Refusal};
use crate::output;
use crate::place;
use crate::progress::Progress;
use crate::report::cross_json::CrossJson;
use crate::report::cross_text;
use crate::report::next::quoted;
use crate::runner::Runner;

/// Two proofs are one flaw.
const DUPLICATE: u8 = 10;
/// Of two proofs it cannot be told, or not firmly.
const OPEN: u8 = 11;
/// Entries of a folder that are looked at.
const MAX_FOLDER: usize = 10_000;

/// Run every proof of a target against every patch: which reports are one flaw?
///
/// A stack trace only suggests that two reports are one; a patch decides it. Each proof's input is run with each
/// patch that the bundles bring, and with those that are named by --patch. Two proofs are a duplicate when the same
/// least part of a patch silences both and harms no benign input; where both bring a patch, each must silence the
/// other. What is built once is kept and used again.
///
/// A folder without a proof.toml stands for the bundles in it. Bundles of different targets (package URLs without
/// their versions) are compared in matrices of their own.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay cross inbox/
  assay cross first-report second-report.tar.zst
  assay cross inbox/ --patch upstream-fix.patch
  assay cross inbox/ --format json | jq '.targets[].pairs[] | select(.conclusion == \"duplicate\")'

Exit codes:
   0  each two proofs are different flaws, or there is nothing to compare
  10  at least two proofs are one flaw
  11  none are known to be, and of at least two it cannot be told, or a bundle was left out
   2  the call is wrong, or no bundle can be run
   1  Assay itself failed")]
pub struct CrossArgs {
    /// Bundles, or folders of bundles
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// A patch that no bundle brings, such as the maintainer's
    #[arg(long, value_name = "FILE")]
    pub patch: Vec<PathBuf>,
    /// Run each input in each version this often, whatever the bundles ask for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: Option<u32>,
    /// Keep the logs of all runs in this folder, each in a file called after its digest. They may tell of a flaw that
    /// is not patched yet: the folder is for you alone
    #[arg(long, value_name = "FOLDER")]
    pub keep_logs: Option<PathBuf>,
}

/// A bundle that takes no part, and why.
pub struct LeftOut {
    /// Where it lies.
    pub path: PathBuf,
    /// Stable word.
    pub code: String,
    /// A clause.
    pub why: String,
}

/// Compares.
pub fn run(call: &CrossArgs, common: &Common) -> Result<u8, Failure> {
    let extras = call.patch.iter().map(|path| patch(path)).collect::<Result<Vec<_>, _>>()?;
    let mut left_out = Vec::new();
    let mut entrants = Vec::new();
    let paths = bundles(&call.paths)?;
    let names = names(&paths);
    for (path, name) in paths.iter().zip(names) {
        match intake::ready(path) {
            Ok(mut ready) => {
                ready.manifest.repeat.runs = call.runs.unwrap_or(ready.manifest.repeat.runs);
                entrants.push(Entrant { name, bundle: ready.bundle, manifest: ready.manifest });
            }
            Err(refusal) => left_out.push(refused(path, &refusal)),
        }
    }
    if entrants.is_empty() {
        let first = left_out.first().map(|out| format!("; {}: {}", quoted(&out.path), out.why)).unwrap_or_default();
        return Err(Failure::call("no-bundle", format!("none of what is named is a bundle that can be run{first}"))
            .help("name bundles or a folder of bundles; `assay bundle check BUNDLE` tells what one lacks"));
    }
    let kept_logs = super::prove::kept_logs(call.keep_logs.as_deref())?;
    let runner = Runner::open(place::cache()?).keeping(kept_logs);
    let mut matrices = Vec::new();
    for (target, group) in matrix::by_target(entrants) {
        let most = group.len().saturating_mul(group.len().saturating_add(extras.len()));
        if most > matrix::MAX_CELLS {
            return Err(Failure::call(
                "too-many",
                format!(
                    "{target} has {} proofs, which could be {most} cells; at most {} are run",
                    group.len(),
                    matrix::MAX_CELLS
                ),
            )
            .help("name fewer bundles at a time"));
        }
        let progress = Progress::start(&crate::report::plain::line(&target, 60), !common.no_progress);
        let matrix = matrix::run(&runner.prover(), &group, &extras, &|step| progress.say(&words(&step)));
        let matrix = matrix.map_err(|error| {
            Failure::own("cannot-prove", format!("the proofs could not be begun: {error}"))
                .help("check the space and the permissions of the cache folder (ASSAY_CACHE)")
        })?;
        drop(progress);
        if common.format == Format::Text {
            output::answer(&cross_text::matrix(&matrix));
        }
        matrices.push(matrix);
    }
    match common.format {
        Format::Text => output::answer(&cross_text::foot(&matrices, &left_out)),
        Format::Json => output::json(&CrossJson::of(&matrices, &left_out)),
    }
    runner.tell_kept_logs();
    Ok(exit(&matrices, &left_out))
}

fn exit(matrices: &[Matrix], left_out: &[LeftOut]) -> u8 {
    let any = |wanted: &[Conclusion]| {
        matrices.iter().flat_map(|matrix| &matrix.pairs).any(|p| wanted.contains(&p.conclusion))
    };
    // A proof of which nothing is known is no answer, even if there is no second one.
    let dumb = matrices.iter().any(|matrix| {
        let row = |row: &Vec<matrix::Entry>| row.iter().all(|entry| matches!(entry.crossed, Crossed::NoEvidence(_)));
        matrix.rows.iter().any(|row| !row.fires)
            || matrix.entries.iter().any(|entries| !entries.is_empty() && row(entries))
    });
    if any(&[Conclusion::Duplicate]) {
        DUPLICATE
    } else if any(&[Conclusion::Related, Conclusion::CannotTell]) || !left_out.is_empty() || dumb {
        OPEN
    } else {
        0
    }
}

fn words(step: &Step) -> String {
    match step {
        Step::Proofs(done, total) => format!("proofs {done}/{total}"),
        Step::Cells(done, total) => format!("cells {done}/{total}"),
        Step::Narrowing(name) => format!("which part of the patch of {}", crate::report::plain::line(name, 60)),
    }
}

fn patch(path: &Path) -> Result<Extra, Failure> {
    let wrong = |why: String| {
        Failure::call("no-patch", format!("`{}` {why}", crate::report::plain::path(path)))
            .help("name a unified diff, as `git diff` makes it")
    };
    let meta = fs::metadata(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if !meta.is_file() || meta.len() > MAX_PATCH as u64 {
        return Err(wrong(format!("is no plain file of at most {} MiB", MAX_PATCH >> 20)));
    }
    let patch = fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    assay_prove::patch::Pieces::of(&patch).map_err(|error| wrong(format!("is no patch: {error}")))?;
    Ok(Extra { name: quoted(path), patch })
}

/// What is named, folders of bundles opened, each once.
fn bundles(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut all = Vec::new();
    for path in paths {
        if !path.is_dir() || path.join("proof.toml").exists() {
            all.push(path.clone());
            continue;
        }
        let unreadable = |error: std::io::Error| {
            Failure::call("not-found", format!("`{}` cannot be read: {error}", crate::report::plain::path(path)))
        };
        let mut inside = Vec::new();
        for entry in fs::read_dir(path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?.path();
            let packed = entry.extension().is_some_and(|end| end == "zst" || end == "tzst");
            if entry.join("proof.toml").exists() || (packed && entry.is_file()) {
                inside.push(entry);
            }
            if inside.len() > MAX_FOLDER {
                return Err(Failure::call(
                    "too-many",
                    format!("`{}` holds more than {MAX_FOLDER} bundles", crate::report::plain::path(path)),
                ));
            }
        }
        inside.sort();
        all.extend(inside);
    }
    let mut seen = BTreeSet::new();
    all.retain(|path| seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())));
    Ok(all)
}

/// The last part of each path where that is enough to tell them apart.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let short = |path: &PathBuf| path.file_name().map_or_else(|| path.clone(), PathBuf::from);
    paths
        .iter()
        .map(|path| {
            let alone = paths.iter().filter(|other| short(other) == short(path)).count() == 1;
            quoted(if alone { Path::new(path.file_name().unwrap_or(path.as_os_str())) } else { path })
        })
        .collect()
}

fn refused(path: &Path, refusal: &Refusal) -> LeftOut {
    let (code, why) = match refusal {
        Refusal::Unreadable(error) => (error.code.to_owned(), error.message.clone()),
        Refusal::Unready(intake) if intake.is_partial() => {
            let keys: Vec<&str> = intake.missing().iter().map(|item| item.key.as_str()).collect();
            ("partial".to_owned(), format!("a partial report, which lacks {}", keys.join(", ")))
        }
        Refusal::Unready(intake) => {
            let first = intake.reading.problems.first();
            first.map_or_else(
                || ("not-in-order".to_owned(), "it is not in order".to_owned()),
                |problem| (problem.code.to_owned(), problem.to_string()),
            )
        }
    };
    LeftOut { path: path.to_owned(), code, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_as_short_as_it_can_be() {
        let paths = ["inbox/a", "inbox/b", "old/b", "c.tar.zst"].map(PathBuf::from);
        assert_eq!(names(&paths), ["a", "inbox/b", "old/b", "c.tar.zst"]);
    }
}

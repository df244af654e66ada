//! `assay prove` with several bundles: a line for each, compared with what its
//! author expects.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use assay_bundle::files::EXPECTED;
use assay_prove::fetch;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake::{Intake, Refusal};
use crate::output;
use crate::place;
use crate::progress::Progress;
use crate::report::next;
use crate::report::several::{self, End, Row, SeveralJson};
use crate::runner::Runner;

/// Not all came out as expected.
const OTHERWISE: u8 = 10;
/// Assay itself failed on one of them.
const FAILED: u8 = 1;

/// Proves all of them, one after the other.
pub fn run(paths: &[PathBuf], runs: Option<u32>, common: &Common) -> Result<u8, Failure> {
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).filter(|path| may_be_a_bundle(path)).collect();
    if paths.is_empty() {
        return Err(Failure::call("no-bundle", "none of these files is a bundle")
            .help("name folders with a proof.toml, or archives made by `assay bundle pack`"));
    }
    let runner = Runner::open(place::cache()?);
    let width = several::path_width(paths.iter().copied());
    if common.format == Format::Text {
        output::answer(&several::head(width));
    }
    let mut rows = Vec::new();
    for path in paths {
        let row = one(path, runs, &runner, common);
        if common.format == Format::Text {
            output::answer(&several::line(&row, width));
        }
        rows.push(row);
    }
    Ok(finish(&rows, common.format))
}

/// The last lines, or the whole JSON, and the exit code.
pub fn finish(rows: &[Row<'_>], format: Format) -> u8 {
    match format {
        Format::Text => output::answer(&several::foot(rows)),
        Format::Json => output::json(&SeveralJson::of(rows)),
    }
    if rows.iter().any(|row| matches!(row.end, End::Failed(_))) {
        FAILED
    } else if several::matching(rows) == rows.len() {
        0
    } else {
        OTHERWISE
    }
}

/// A folder, an archive, or something that is not there; not the notes that lie
/// beside bundles and that `*` names too.
fn may_be_a_bundle(path: &Path) -> bool {
    const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    if !path.is_file() || path.extension().is_some_and(|end| end == "zst" || end == "tzst") {
        return true;
    }
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut magic));
    if read.is_ok() && magic == ZSTD {
        return true;
    }
    output::say(&format!("{}: not a bundle, passed over", next::quoted(path)));
    false
}

fn one<'a>(path: &'a Path, runs: Option<u32>, runner: &Runner, common: &Common) -> Row<'a> {
    let begun = Instant::now();
    let intake = match Intake::open(path) {
        Ok(intake) => intake,
        Err(error) => {
            // Even a bundle that cannot be read may say so itself, in the file beside its manifest.
            let expected = expected_beside(path);
            return Row::new(path, expected.as_deref(), End::Refused(Refusal::Unreadable(error)), begun.elapsed());
        }
    };
    of(path, intake, runs, runner, common, begun)
}

fn expected_beside(folder: &Path) -> Option<String> {
    let path = folder.join(EXPECTED);
    // Of the entry itself, and only if it is short: a pipe would be waited for.
    let meta = std::fs::symlink_metadata(&path).ok()?;
    if meta.is_file() && meta.len() < 64 << 10 { std::fs::read_to_string(&path).ok() } else { None }
}

/// Proves what was read, and compares.
pub fn of<'a>(
    path: &'a Path,
    intake: Intake,
    runs: Option<u32>,
    runner: &Runner,
    common: &Common,
    begun: Instant,
) -> Row<'a> {
    let expected = intake.bundle.expected.clone();
    let end = match intake.ready() {
        Err(refusal) => End::Refused(refusal),
        Ok(mut ready) => {
            ready.manifest.repeat.runs = runs.unwrap_or(ready.manifest.repeat.runs);
            let progress = Progress::start(&next::quoted(path), !common.no_progress);
            match runner.prove(&ready.bundle, &ready.manifest, &|event| progress.hear(event)) {
                Ok(proof) => End::Proved(Box::new(proof)),
                Err(failure) => End::Failed(failure),
            }
        }
    };
    let missing = match &end {
        End::Proved(proof) => fetch::missing(&proof.manifest, &runner.cache).len(),
        _ => 0,
    };
    Row { missing, ..Row::new(path, expected.as_deref(), end, begun.elapsed()) }
}

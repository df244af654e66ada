//! `assay prove` with several bundles: side by side on all cores, a line for each
//! in the order of the call, compared with what its author expects.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use assay_bundle::files::EXPECTED;
use assay_prove::fetch;
use assay_prove::kept_logs::KeptLogs;
use jiff::Timestamp;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake::{Intake, Ready, Refusal};
use crate::kept::{self, KeptVerdicts};
use crate::output;
use crate::place;
use crate::progress::Overall;
use crate::report::next;
use crate::report::several::{self, End, Row, SeveralJson};
use crate::runner::Runner;

/// Not all came out as expected.
const OTHERWISE: u8 = 10;
/// Assay itself failed on one of them.
const FAILED: u8 = 1;

/// What the caller asks for, beside the bundles.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes {
    /// Runs of each input, whatever the bundles ask for.
    pub runs: Option<u32>,
    /// Memory ceiling in bytes.
    pub memory: Option<u64>,
    /// Kept verdicts of any earlier call stand.
    pub resume: bool,
    /// No kept verdict stands.
    pub fresh: bool,
}

/// What every proof of the call shares.
struct Bench<'a> {
    runner: Runner,
    wishes: Wishes,
    /// None where the cache cannot keep anything.
    kept: Option<KeptVerdicts>,
    /// Kept verdicts stand if they are from then or later; none stands without.
    since: Option<Timestamp>,
    progress: Overall,
    paths: Vec<&'a Path>,
}

/// Proves all of them.
pub fn run(paths: &[PathBuf], wishes: Wishes, kept_logs: Option<KeptLogs>, common: &Common) -> Result<u8, Failure> {
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).filter(|path| may_be_a_bundle(path)).collect();
    if paths.is_empty() {
        return Err(Failure::call("no-bundle", "none of these files is a bundle")
            .help("name folders with a proof.toml, or archives made by `assay bundle pack`"));
    }
    let runner = Runner::within(place::cache()?, wishes.memory).keeping(kept_logs);
    let workers = runner.budget.as_ref().map_or(1, |budget| budget.runs()).min(paths.len());
    let kept = KeptVerdicts::open(&runner.cache);
    if let Err(error) = &kept {
        output::say(&format!("verdicts are not kept for a later --resume: {error}"));
    }
    let kept = kept.ok();
    let call = kept.as_ref().and_then(|kept| kept.begin(&paths, wishes.runs).ok());
    let cut_short = call.as_ref().and_then(|call| call.cut_short);
    let since = match wishes {
        Wishes { fresh: true, .. } => None,
        Wishes { resume: true, .. } => Some(Timestamp::MIN),
        _ => cut_short,
    };
    if let (Some(at), false) = (cut_short, wishes.fresh || wishes.resume) {
        output::say(&format!(
            "the same call of {} was cut short: its verdicts stand where nothing has changed; --fresh runs all anew",
            several::instant(at)
        ));
    }
    let progress = Overall::start(paths.len(), !common.no_progress);
    let width = several::path_width(paths.iter().copied());
    let text = common.format == Format::Text;
    if text {
        output::answer(&several::head(width));
    }
    let bench = Bench { runner, wishes, kept, since, progress, paths };
    let rows = bench.rows(workers, |row| {
        if text {
            bench.progress.aside(|| output::answer(&several::line(row, width)));
        }
    });
    bench.progress.end();
    if let Some(call) = call {
        call.end();
    }
    bench.runner.tell_kept_logs();
    Ok(finish(&rows, bench.runner.budget.as_ref().map(|budget| budget.memory()), common.format))
}

/// The last lines, or the whole JSON, and the exit code.
fn finish(rows: &[Row<'_>], memory: Option<u64>, format: Format) -> u8 {
    match format {
        Format::Text => output::answer(&several::foot(rows, memory)),
        Format::Json => output::json(&SeveralJson::of(rows).within(memory)),
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

fn expected_beside(folder: &Path) -> Option<String> {
    let path = folder.join(EXPECTED);
    // Of the entry itself, and only if it is short: a pipe would be waited for.
    let meta = std::fs::symlink_metadata(&path).ok()?;
    if meta.is_file() && meta.len() < 64 << 10 { std::fs::read_to_string(&path).ok() } else { None }
}

impl<'a> Bench<'a> {
    /// The rows of all bundles, in their order; each is shown as soon as all before it are done.
    fn rows(&self, workers: usize, show: impl Fn(&Row<'a>)) -> Vec<Row<'a>> {
        let next = AtomicUsize::new(0);
        let (sender, receiver) = mpsc::channel();
        let mut rows = Vec::with_capacity(self.paths.len());
        std::thread::scope(|scope| {
            for _ in 0..workers {
                let (sender, next) = (sender.clone(), &next);
                scope.spawn(move || {
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some(path) = self.paths.get(place) else { return };
                        let row = self.one(place, path);
                        self.progress.done(place);
                        if sender.send((place, row)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            let mut early = BTreeMap::new();
            for (place, row) in receiver {
                early.insert(place, row);
                while let Some(row) = early.remove(&rows.len()) {
                    show(&row);
                    rows.push(row);
                }
            }
        });
        rows
    }

    fn one(&self, place: usize, path: &'a Path) -> Row<'a> {
        let begun = Instant::now();
        self.progress.begin(place, &next::quoted(path));
        let intake = match Intake::open(path) {
            Ok(intake) => intake,
            Err(error) => {
                // Even a bundle that cannot be read may say so itself, in the file beside its manifest.
                let expected = expected_beside(path);
                return Row::new(path, expected.as_deref(), End::Refused(Refusal::Unreadable(error)), begun.elapsed());
            }
        };
        let expected = intake.bundle.expected.clone();
        let end = match intake.ready() {
            Err(refusal) => End::Refused(refusal),
            Ok(mut ready) => {
                ready.manifest.repeat.runs = self.wishes.runs.unwrap_or(ready.manifest.repeat.runs);
                self.proved(place, path, &ready)
            }
        };
        let missing = match &end {
            End::Proved(proof) => fetch::missing(&proof.manifest, &self.runner.cache).len(),
            _ => 0,
        };
        Row { missing, ..Row::new(path, expected.as_deref(), end, begun.elapsed()) }
    }

    /// The verdict on a bundle: a kept one where that may stand, else a new one, which is then kept.
    fn proved(&self, place: usize, path: &Path, ready: &Ready) -> End {
        let kept = self.kept.as_ref();
        let key = kept.and(self.runner.layers()).and_then(|layers| kept::key(ready, layers, &self.runner.cache));
        if let (Some(kept), Some(key), Some(since)) = (kept, key, self.since)
            && let Some(found) = kept.get(key).filter(|found| found.from >= since)
        {
            return End::Kept(Box::new(found));
        }
        let proof = match self.runner.prove(&ready.bundle, &ready.manifest, &|event| self.progress.hear(place, event)) {
            Ok(proof) => proof,
            Err(failure) => return End::Failed(failure),
        };
        if let (Some(kept), Some(key)) = (kept, key)
            && kept::is_lasting(proof.ruling.verdict)
            // What changed while it ran (a tool, a source) is not what the verdict is of.
            && self.runner.layers().and_then(|layers| kept::key(ready, layers, &self.runner.cache)) == Some(key)
            && let Err(error) = kept.put(key, &several::kept(&proof, path))
        {
            self.progress.aside(|| {
                output::say(&format!("the verdict on {} is not kept for later: {error}", next::quoted(path)));
            });
        }
        End::Proved(Box::new(proof))
    }
}

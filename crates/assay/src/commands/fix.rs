//! `assay fix`: how far does a patch hold?

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_bundle::verdict::Verdict;
use assay_prove::fix::{self, FixError, Level, Merged, Report, Wanted};
use assay_prove::pipeline::Progress as Event;
use clap::Args;

use super::prove::refuse;
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake;
use crate::output;
use crate::place;
use crate::progress::Progress;
use crate::report::fix_json::FixJson;
use crate::report::{FixTold, fix_text, next};
use crate::runner::Runner;
use crate::whole_file::WholeFile;

/// The level that was asked for is not reached.
const BELOW: u8 = 10;
/// The bundle does not show its flaw here, so nothing can be said of a patch.
const INCONCLUSIVE: u8 = 13;
/// Nothing could be run.
const NOT_RUN: u8 = 14;

/// Bytes of one file of a corpus, and of all of it.
const CORPUS_FILE: u64 = 1 << 20;
const CORPUS: usize = 64 << 20;
/// Files of a corpus.
const CORPUS_FILES: usize = 2_000;

/// Say how far a patch holds, as a level from L0 to L5
///
/// Applies the patch to the vulnerable version and builds it (L0), runs the proof with it (L1), then the target's own
/// tests (L2, by `[tests]` of the bundle), then variants of the inputs in both builds: none may show the flaw with the
/// patch while enough do without it (L3), and what both handle must come out the same (L4). L5, merged by the
/// maintainer, is recorded and never run. What the patch touches besides the flaw (tests, build files, the sanitizer,
/// signals, exits, ...) is listed, and holds the level down.
///
/// Without --patch, the fix of the bundle itself is tried: its patch, or the one that its vulnerable version was made by
/// taking back.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay fix report/ --patch fix.diff
  assay fix report/ --patch fix.diff --want L3     exit 0 only from L3 on
  assay fix report/ --patch fix.diff --variants 20000 --cpu 3600
  assay fix report/ --patch fix.diff --corpus samples/ --keep against/
  assay fix report/ --patch fix.diff --attest fix.dsse.json
  assay fix report/ --patch fix.diff --format json | jq -r .level

Exit codes:
   0  the patch reaches the level that --want names (L1 unless it says otherwise)
  10  it does not
  13  the bundle does not show its flaw here, so nothing can be said of the patch
  14  nothing could be run
   2  the bundle, the patch or the call is wrong
   1  Assay itself failed
For --want L2 and above, tests that are missing count as not reached.")]
pub struct FixArgs {
    /// Folder or `.tar.zst` file with a proof.toml
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// The patch: a unified diff against the vulnerable version, for `patch -p1`
    #[arg(long, value_name = "FILE")]
    pub patch: Option<PathBuf>,
    /// The level below which the exit code is 10
    #[arg(long, value_name = "LEVEL", default_value = "L1")]
    pub want: Level,
    /// Run each input in each version this often, whatever the bundle asks for
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub runs: Option<u32>,
    /// How many variants are made, each run in both builds
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub variants: u32,
    /// Seconds of CPU time after which no more variants are run
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub cpu: u32,
    /// Number that decides all variants; drawn anew unless given
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Folder of further harmless inputs that both builds must handle alike
    #[arg(long, value_name = "DIR")]
    pub corpus: Option<PathBuf>,
    /// Write the inputs that speak against the patch into this new folder
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Keep the logs of the proof's runs in this folder, each in a file called after its digest, which a
    /// statement names too; variants leave none. They may tell of a flaw that is not patched yet: the folder is for you alone
    #[arg(long, value_name = "FOLDER")]
    pub keep_logs: Option<PathBuf>,
    /// Commit as which the maintainer merged the patch: recorded, not checked
    #[arg(long, value_name = "COMMIT", value_parser = commit)]
    pub merged_as: Option<String>,
    /// Who merged it, or says so
    #[arg(long, value_name = "NAME", requires = "merged_as")]
    pub merged_by: Option<String>,
    /// Write a signed in-toto statement (a DSSE envelope) to this file
    #[arg(long, value_name = "FILE")]
    pub attest: Option<PathBuf>,
    /// Sign with this Ed25519 key (PEM) and not with the runner's own
    #[arg(long, value_name = "FILE", requires = "attest")]
    pub key: Option<PathBuf>,
}

/// A commit's name: it goes into a signed statement.
fn commit(text: &str) -> Result<String, String> {
    let fits = (7..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if fits { Ok(text.to_ascii_lowercase()) } else { Err("a commit is 7 to 64 hexadecimal digits".into()) }
}

/// Verifies one patch.
pub fn run(call: &FixArgs, common: &Common) -> Result<u8, Failure> {
    let mut ready = match intake::ready(&call.bundle) {
        Ok(ready) => ready,
        Err(refusal) => return Ok(refuse(&call.bundle, &refusal, common.format)),
    };
    let given = call.patch.as_deref().map(read_patch).transpose()?;
    let corpus = call.corpus.as_deref().map(read_corpus).transpose()?.unwrap_or_default();
    // What cannot be written or signed shows before the work, not after it.
    let statement = match &call.attest {
        Some(file) => Some((file, WholeFile::begin(file)?, crate::key::signing_key(call.key.as_deref())?)),
        None => None,
    };
    if let Some(folder) = &call.keep {
        fs::create_dir(folder).map_err(|error| {
            Failure::call("cannot-keep", format!("the folder `{}` cannot be made: {error}", folder.display()))
                .help("name a folder that is not there yet")
        })?;
    }
    if let Some(runs) = call.runs {
        ready.manifest.repeat.runs = runs;
    }
    let wanted = Wanted {
        variants: usize::try_from(call.variants).unwrap_or(usize::MAX),
        cpu: Duration::from_secs(u64::from(call.cpu)),
        seed: match call.seed {
            Some(seed) => seed,
            // Drawn anew, so that no patch can be made for the variants that it will meet.
            None => fix::draw_seed().map_err(|why| Failure::own("no-entropy", why))?,
        },
        corpus,
        merged: call.merged_as.clone().map(|commit| Merged { commit, by: call.merged_by.clone() }),
    };
    let kept_logs = super::prove::kept_logs(call.keep_logs.as_deref())?;
    let progress = Progress::start(&next::quoted(&call.bundle), !common.no_progress);
    let runner = Runner::open(place::cache()?).keeping(kept_logs);
    let patch = match given {
        Some(patch) => patch,
        None => runner.own_patch(&ready.bundle, &ready.manifest)?.map_err(|why| {
            Failure::call("no-patch", format!("the bundle's own fix cannot be tried: {why}"))
                .help("name a patch with --patch FILE")
        })?,
    };
    let report = runner.fix(&ready.bundle, &ready.manifest, &patch, &wanted, &|event| match event {
        fix::Progress::Proof(event) => progress.hear(event),
        fix::Progress::Tests(arm) => progress.say(&format!("running the target's own tests, {arm}")),
        fix::Progress::Variants { done, total } => progress.hear(Event::Running { done, total }),
    })?;
    drop(progress);
    if let Some(folder) = &call.keep {
        keep(&report, folder)?;
    }
    let mut attestation = None;
    if let Some((file, whole, key)) = statement {
        let envelope = fix::statement::attest(&report, &key)
            .map_err(|error| Failure::own("no-statement", format!("the statement could not be made: {error}")))?;
        whole.finish(&envelope, 0o644)?;
        attestation = Some((file.as_path(), key.verifying_key().id()));
    }
    let exit = exit_code(&report, call.want);
    let told = FixTold {
        report: &report,
        path: &call.bundle,
        patch: call.patch.as_deref(),
        want: call.want,
        exit,
        kept: call.keep.as_deref(),
        attestation,
    };
    match common.format {
        Format::Text => output::answer(&fix_text::render(&told)),
        Format::Json => output::json(&FixJson::of(&told)),
    }
    runner.tell_kept_logs();
    Ok(exit)
}

/// What the caller's program is told by the number.
fn exit_code(report: &Report, want: Level) -> u8 {
    match report.proof.ruling.verdict {
        Verdict::NotRun => return NOT_RUN,
        Verdict::Reproduced | Verdict::ControlFailed | Verdict::ControlDead => {}
        // A patch that does not even apply is told as such, whatever else is unclear.
        _ if report.standing.level.is_none() => return BELOW,
        _ if want > Level::L0 => return INCONCLUSIVE,
        _ => {}
    }
    if report.standing.unbroken >= Some(want) { 0 } else { BELOW }
}

fn read_patch(path: &Path) -> Result<Vec<u8>, Failure> {
    read(path, assay_prove::patch::MAX_PATCH as u64)
        .map_err(|why| Failure::call("no-patch", format!("the patch `{}` cannot be read: {why}", path.display())))
}

/// A plain file within bounds; a pipe or a device would not end.
fn read(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let meta = fs::metadata(path).map_err(|error| error.to_string())?;
    if !meta.is_file() {
        return Err("it is no plain file".into());
    }
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut content = Vec::new();
    file.take(most + 1).read_to_end(&mut content).map_err(|error| error.to_string())?;
    if content.len() as u64 > most {
        return Err(format!("it is larger than {most} bytes"));
    }
    Ok(content)
}

/// The files of a folder, without those below it.
fn read_corpus(folder: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let wrong = |why: String| {
        Failure::call("corpus", format!("the corpus `{}` cannot be used: {why}", folder.display()))
            .help(format!("name a folder of at most {CORPUS_FILES} files, each at most 1 MiB, together 64 MiB"))
    };
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(|error| wrong(error.to_string()))?;
    paths.retain(|path| path.is_file());
    paths.sort();
    if paths.is_empty() || paths.len() > CORPUS_FILES {
        return Err(wrong(format!("it has {} files", paths.len())));
    }
    let mut corpus = Vec::new();
    let mut bytes = 0;
    for path in paths {
        let content = read(&path, CORPUS_FILE).map_err(|why| wrong(format!("`{}`: {why}", path.display())))?;
        bytes += content.len();
        if bytes > CORPUS {
            return Err(wrong("it is larger than 64 MiB".into()));
        }
        corpus.push(content);
    }
    Ok(corpus)
}

/// Writes what speaks against the patch, so that it can be run again.
fn keep(report: &Report, folder: &Path) -> Result<(), Failure> {
    let Ok(around) = &report.around else { return Ok(()) };
    let lists = [
        ("against", &around.against),
        ("elsewhere", &around.elsewhere),
        ("refused", &around.refused),
        ("changed", &around.changed),
    ];
    for (word, finds) in lists {
        for found in &finds.kept {
            let path = folder.join(format!("{word}-{}", &found.sha256.to_hex()[..16]));
            let content = match &found.feed {
                fix::Feed::Bytes { content, .. } => content.clone(),
                // One argument a line, as JSON: an argument can hold any character.
                fix::Feed::Args(arguments) => serde_json::to_vec(arguments).unwrap_or_default(),
            };
            fs::write(&path, content)
                .map_err(|error| Failure::own("cannot-write", format!("`{}`: {error}", path.display())))?;
        }
    }
    Ok(())
}

impl From<FixError> for Failure {
    fn from(error: FixError) -> Self {
        match error {
            FixError::Patch(error) => Self::call("bad-patch", format!("the patch cannot be used: {error}"))
                .help("give a unified diff, as `diff -u` or `git diff` make it, with names for `patch -p1`"),
            FixError::Place => Self::call("reserved-path", error.to_string()),
            FixError::Prove(_) => Self::own("cannot-prove", format!("the work could not be begun: {error}"))
                .help("check the space and the permissions of the cache folder (ASSAY_CACHE)"),
        }
    }
}

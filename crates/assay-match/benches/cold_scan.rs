//! A cold scan, measured: `cargo bench -p assay-match` prints the table.
//!
//! The lockfile of omicron (1,425 packages) against all OSV records at hand
//! (32,305), read from their zips as `assay scan --advisories` reads them: the
//! build is a part of every such scan. A compiled index needs none of it, and
//! whole runs on one are measured by `cargo bench -p assay --bench scan`.
//! cargo-audit runs beside it if it is on PATH. Figures are printed and never
//! fail anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use assay_inventory::Options;
use assay_match::exposure::Touch;
use assay_match::index::{Feed, Index};
use assay_match::scan::{Keep, Scan};
use assay_match::wanted::Wanted;

const LOCK: &str = "oxidecomputer__omicron/Cargo.lock";
/// Repeats of what is quick; the median is shown.
const TURNS: usize = 15;
/// Repeats of what takes seconds.
const BUILDS: usize = 3;
/// Records that a core takes at a time.
const BATCH: usize = 128;

fn main() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("ASSAY_DATA").map_or_else(beside, PathBuf::from);
    if !data.join("osv").is_dir() {
        println!("skipped: no data at {}; set ASSAY_DATA", data.display());
        return;
    }
    let lock = lockfile(&data);
    let zips = zips(&data);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("omicron's Cargo.lock against OSV, {cores} cores, load {}\n", load());

    let read = || assay_inventory::read("Cargo.lock", &lock, &Options::default()).unwrap();
    let (parse, inventory) = median(TURNS, read);
    row("lockfile read", &format!("{} packages", inventory.components.len()), parse, "");

    // The narrow one first: the peak of memory only grows.
    let wanted = Wanted::of(std::slice::from_ref(&inventory));
    let (narrow, index) = median(BUILDS, || build(&zips, cores, || Index::only(wanted.clone())));
    let records: usize = index.sources().iter().map(|source| source.records).sum();
    let skipped: usize = index.sources().iter().map(|source| source.skips.total).sum();
    row(
        "index, as a scan builds it",
        &per_second(records, narrow),
        narrow,
        &format!("{} entries kept, peak {}", index.entries(), peak()),
    );
    let (scan, found) = median(TURNS, || index.scan(&inventory, Keep::Touched));
    let hits = hits(&found);
    row("scan", &format!("{} hits", hits.len()), scan, "");
    row("cold scan, all three", "", parse + narrow + scan, "");

    let rust: Vec<PathBuf> = zips.iter().filter(|zip| zip.ends_with("Rust/all.zip")).cloned().collect();
    let (own, _) = median(BUILDS, || build(&rust, cores, || Index::only(wanted.clone())));
    row("index of Rust's records alone", "", own, "");

    // Once: what an allocator keeps of the last turn is no index.
    let (full, index) = median(1, || build(&zips, cores, Index::new));
    row(
        "index, everything kept",
        &per_second(records, full),
        full,
        &format!("{} entries kept, peak {}", index.entries(), peak()),
    );
    let (scan, _) = median(TURNS, || index.scan(&inventory, Keep::Touched));
    row("scan", "", scan, "");
    println!(
        "\n{skipped} records could not be read. With a compiled index nothing of this is built anew for each scan."
    );
    audit(&data, &lock, &hits, parse + own + scan);
}

fn row(what: &str, how_many: &str, took: Duration, beside: &str) {
    println!("{what:<32}{how_many:<26}{:>10.2} ms   {beside}", took.as_secs_f64() * 1e3);
}

fn per_second(records: usize, took: Duration) -> String {
    format!("{records}, {:.0} a second", records as f64 / took.as_secs_f64())
}

/// The median time of some turns, and what the last one gave.
fn median<T>(turns: usize, mut turn: impl FnMut() -> T) -> (Duration, T) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..turns {
        drop(last.take());
        let begin = Instant::now();
        last = Some(turn());
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    (times[times.len() / 2], last.unwrap())
}

fn hits(scan: &Scan) -> BTreeSet<(String, String)> {
    let affected = scan.exposures.iter().chain(&scan.notices).filter(|one| one.touch == Touch::Affected);
    affected.map(|one| (one.advisory.id.clone(), one.component.at.clone())).collect()
}

/// The index of these zips, read on all cores.
fn build(zips: &[PathBuf], cores: usize, empty: impl Fn() -> Index + Sync) -> Index {
    let batches: Vec<(usize, usize, usize)> = zips
        .iter()
        .enumerate()
        .flat_map(|(at, path)| {
            let count = zip::ZipArchive::new(File::open(path).unwrap()).unwrap().len();
            (0..count).step_by(BATCH).map(move |from| (at, from, (from + BATCH).min(count)))
        })
        .collect();
    let next = AtomicUsize::new(0);
    let part = || {
        let mut index = empty();
        let sources: Vec<_> = zips.iter().map(|zip| index.source(zip.display().to_string(), Feed::Osv)).collect();
        let mut open: Vec<Option<zip::ZipArchive<_>>> = zips.iter().map(|_| None).collect();
        let mut bytes = Vec::new();
        while let Some((at, from, to)) = batches.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
            let archive = open[at].get_or_insert_with(|| {
                zip::ZipArchive::new(std::io::BufReader::new(File::open(&zips[at]).unwrap())).unwrap()
            });
            // A batch is unpacked before any of it is kept: each unpacker leaves a hole in the heap, which what is kept
            // would otherwise hold open.
            bytes.clear();
            let mut ends = vec![0];
            for place in from..to {
                archive.by_index(place).unwrap().read_to_end(&mut bytes).unwrap();
                ends.push(bytes.len());
            }
            for ends in ends.windows(2) {
                index.osv(sources[at], "a record", &bytes[ends[0]..ends[1]]);
            }
        }
        index
    };
    let parts: Vec<Index> = thread::scope(|scope| {
        let running: Vec<_> = (0..cores).map(|_| scope.spawn(part)).collect();
        running.into_iter().map(|core| core.join().unwrap()).collect()
    });
    let mut index = empty();
    parts.into_iter().for_each(|part| index.append(part));
    index.join_sources();
    index
}

fn zips(data: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(data.join("osv")).unwrap().map(|entry| entry.unwrap().path().join("all.zip"));
    let mut zips: Vec<PathBuf> = folders.filter(|path| path.is_file()).collect();
    zips.sort();
    zips
}

fn lockfile(data: &Path) -> Vec<u8> {
    let packed = File::open(data.join("inventories/inventories.tar.gz")).unwrap();
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    for file in tar.entries().unwrap() {
        let mut file = file.unwrap();
        if file.path().unwrap().ends_with(LOCK) {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            return bytes;
        }
    }
    panic!("{LOCK} is not among the inventories");
}

/// The most memory that this process ever held.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(f64::NAN);
    format!("{:.1} MB", kib * 1024.0 / 1e6)
}

fn load() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').next().unwrap_or_default().to_owned()
}

/// cargo-audit on the same lockfile, with RustSec's own records of the same summer.
fn audit(data: &Path, lock: &[u8], ours: &BTreeSet<(String, String)>, our_time: Duration) {
    let there = Command::new("cargo-audit").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        println!("cargo-audit is not on PATH, so nothing stands beside these figures.");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipArchive::new(File::open(data.join("native/rustsec/all.zip")).unwrap()).unwrap();
    archive.extract(folder.path().join("db")).unwrap();
    let file = folder.path().join("Cargo.lock");
    fs::write(&file, lock).unwrap();
    let (took, output) = median(TURNS, || {
        Command::new("cargo-audit")
            .args(["audit", "--no-fetch", "--stale", "--json", "--db"])
            .arg(folder.path().join("db"))
            .arg("--file")
            .arg(&file)
            .stderr(Stdio::null())
            .output()
            .unwrap()
    });
    let text = String::from_utf8_lossy(&output.stdout);
    let theirs: BTreeSet<&str> = text.split("\"id\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let ours: BTreeSet<&str> = ours.iter().map(|(id, _)| id.as_str()).collect();
    let same = theirs.iter().filter(|id| ours.contains(*id)).count();
    row("cargo-audit", &format!("{} records, {same} the same", theirs.len()), took, "");
    println!("Assay with Rust's records alone: {:.1} times as fast.", took.as_secs_f64() / our_time.as_secs_f64());
}

//! Whole runs of the program, measured: `cargo bench -p assay --bench scan` prints the table.
//!
//! The lockfile of omicron (1,425 packages) and the hospital's list (41 products) against an index of all records at
//! hand, each run a new process; beside them an empty program, which is the least that a process costs, and cargo-audit
//! on the same lockfile and the same advisories, where it is installed (on the path, or as `$CARGO_AUDIT` names it).
//! The machine is shared, so runs take turns and the quickest stands beside the median. Figures are printed and never
//! fail anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use flate2::read::GzDecoder;
use rustix::fs::{Advice, fadvise};

const LOCK: &str = "oxidecomputer__omicron/Cargo.lock";
/// Turns of what is quick, and of what takes seconds.
const TURNS: usize = 25;
const BUILDS: usize = 3;

/// A program, how it is called, and how long each of its runs took.
struct Runner {
    what: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    times: Vec<Duration>,
}

impl Runner {
    fn new(what: &'static str, program: impl Into<PathBuf>, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Self { what, program: program.into(), arguments, times: Vec::new() }
    }

    fn run(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let begin = Instant::now();
        command.status().unwrap();
        self.times.push(begin.elapsed());
    }

    fn median(&self) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[times.len() / 2]
    }

    /// The most memory that it held, pages of files that it shares with others included; asked of GNU time, because
    /// what a process was before it became this program would count too.
    fn peak(&self) -> String {
        let mut command = Command::new("/usr/bin/time");
        command.args(["-f", "%M"]).arg(&self.program).args(&self.arguments).stdin(Stdio::null()).stdout(Stdio::null());
        let said = command.output().map(|output| String::from_utf8_lossy(&output.stderr).into_owned());
        let kib = said.ok().and_then(|said| said.lines().last()?.trim().parse::<f64>().ok());
        kib.map_or("no /usr/bin/time".to_owned(), |kib| format!("{:.1} MB", kib * 1024.0 / 1e6))
    }

    fn row(&self) {
        let quickest = self.times.iter().min().unwrap().as_secs_f64() * 1e3;
        let median = self.median().as_secs_f64() * 1e3;
        println!("{:<52}{quickest:>9.2}{median:>10.2}   {}", self.what, self.peak());
    }
}

fn main() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("ASSAY_DATA").map_or_else(beside, PathBuf::from);
    if !data.join("osv").is_dir() {
        println!("skipped: no data at {}; set ASSAY_DATA", data.display());
        return;
    }
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load {}", load.split(' ').next().unwrap_or_default());
    println!("{:<52}{:>9}{:>10}   peak", "milliseconds", "quickest", "median");

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let at = |name: &str| data.join(name).display().to_string();
    let assay = env!("CARGO_BIN_EXE_assay");
    fs::write(path("Cargo.lock"), lockfile(&data)).unwrap();
    let (lock, index, all) = (path("Cargo.lock"), path("osv.assay"), path("all.assay"));

    let mut rebuild =
        Runner::new("index of 32,305 OSV records, built", assay, &["db", "build", &at("osv"), "--into", &index]);
    (0..BUILDS).for_each(|_| rebuild.run());
    rebuild.row();
    let feeds = [
        at("osv"),
        at("kev/known_exploited_vulnerabilities-2026-01-29.json.gz"),
        at("epss/epss_scores-2026-01-30.csv.gz"),
        at("ssvc/vulnrichment-2024-10-24.csv.gz"),
        at("products/csaf-cisa.tar.gz"),
        at("products/cve5-kev.jsonl.gz"),
        at("products/endoflife.jsonl.gz"),
    ];
    let mut call = vec!["db", "build", "--into", &all];
    call.extend(feeds.iter().map(String::as_str));
    let mut rebuild = Runner::new("index of all feeds, built", assay, &call);
    (0..BUILDS).for_each(|_| rebuild.run());
    rebuild.row();
    let size = |path: &str| fs::metadata(path).unwrap().len() as f64 / 1e6;
    println!("{:<52}{:.1} and {:.1} MB", "their files", size(&index), size(&all));

    let hospital = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/hospital/products.csv");
    let mut runs = vec![
        Runner::new("an empty program", empty(folder.path()), &[]),
        Runner::new("assay --version", assay, &["--version"]),
        Runner::new("scan of 1,425 packages, OSV alone", assay, &["scan", &lock, "--db", &index]),
        Runner::new("the same, all feeds", assay, &["scan", &lock, "--db", &all]),
        Runner::new("the same, as JSON", assay, &["scan", &lock, "--db", &all, "--format", "json"]),
        Runner::new("scan of 41 products", assay, &["scan", hospital.to_str().unwrap(), "--db", &all]),
    ];
    let audit = std::env::var_os("CARGO_AUDIT").unwrap_or_else(|| "cargo-audit".into());
    let there = Command::new(&audit).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let audited = there.is_ok_and(|status| status.success());
    if audited {
        let db = folder.path().join("rustsec");
        zip::ZipArchive::new(File::open(data.join("native/rustsec/all.zip")).unwrap()).unwrap().extract(&db).unwrap();
        let call = ["audit", "--no-fetch", "--stale", "--no-yanked", "--db", db.to_str().unwrap(), "--file", &lock];
        runs.push(Runner::new("cargo-audit, RustSec's records", audit, &call));
    }
    // In turns, so that what else the machine does meets all of them alike.
    for _ in 0..TURNS {
        runs.iter_mut().for_each(Runner::run);
    }
    runs.iter().for_each(Runner::row);
    let mut evicted =
        Runner::new("scan of 1,425 packages, index not in the page cache", assay, &["scan", &lock, "--db", &all]);
    for _ in 0..TURNS {
        let file = File::open(&all).unwrap();
        file.sync_all().unwrap();
        fadvise(&file, 0, None, Advice::DontNeed).unwrap();
        evicted.run();
    }
    evicted.row();
    if audited {
        let ours = runs[2].median().as_secs_f64();
        let theirs = runs.last().unwrap().median().as_secs_f64();
        println!(
            "cargo-audit takes {:.1} times as long; its hits are held against ours in assay-match's tests",
            theirs / ours
        );
    } else {
        println!("cargo-audit is not installed, so nothing stands beside these figures");
    }
}

/// A program that does nothing.
fn empty(folder: &Path) -> PathBuf {
    let (source, program) = (folder.join("empty.rs"), folder.join("empty"));
    fs::write(&source, "fn main() {}\n").unwrap();
    let built = Command::new("rustc").args(["-O", "-o"]).arg(&program).arg(&source).status().unwrap();
    assert!(built.success());
    program
}

fn lockfile(data: &Path) -> Vec<u8> {
    let packed = File::open(data.join("inventories/inventories.tar.gz")).unwrap();
    let mut tar = tar::Archive::new(GzDecoder::new(packed));
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

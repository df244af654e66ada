//! The index, measured: `cargo bench -p assay-index` prints the table.
//!
//! All OSV records at hand (32,305), the lockfile of omicron (1,425 packages),
//! and a real fleet of 3,142 SBOMs, taken twice (1.1 million components).
//! Figures are printed and never fail anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use assay_index::Layers;
use assay_index::fleet::Fleet;
use assay_inventory::component::{Component, Format, Inventory};
use assay_match::scan::Keep;
use assay_match::wanted::Wanted;

const LOCK: &str = "oxidecomputer__omicron/Cargo.lock";
/// Repeats of what is quick; the median is shown.
const TURNS: usize = 15;

fn main() {
    let Some(data) = support::data() else { return };
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load {}\n", load.split(' ').next().unwrap_or_default());

    let begin = Instant::now();
    let records = support::records(&data, &[]);
    row("records read, one core", begin.elapsed(), &format!("{} entries", records.entries()));
    let (took, bytes) = median(3, || support::file(&records, 1));
    row("index written", took, &format!("{:.1} MB", bytes.len() as f64 / 1e6));
    drop(records);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.assay");
    fs::write(&path, &bytes).unwrap();
    drop(bytes);

    let lock = support::inventories(&data).into_iter().find(|one| one.name.ends_with(LOCK)).unwrap();
    let (took, hits) = median(TURNS, || scan(&path, &lock));
    row("open, load and scan, warm", took, &format!("{} packages, {hits} hits", lock.components.len()));
    let mut ten = lock.clone();
    for copy in 1..10 {
        ten.components.extend(lock.components.iter().cloned().map(|mut one| {
            one.at = format!("{} of copy {copy}", one.at);
            one
        }));
    }
    let (took, hits) = median(TURNS, || scan(&path, &ten));
    row("the same, ten times the inventory", took, &format!("{hits} hits"));

    let mut fleet = Fleet::new();
    let begin = Instant::now();
    let all = inventories(&data);
    for round in 0..2 {
        for inventory in &all {
            let inventory = Inventory { name: format!("{} {round}", inventory.name), ..inventory.clone() };
            fleet.take(&inventory);
        }
    }
    drop(all);
    let many = format!("{} components in {} inventories", fleet.components(), fleet.len());
    row("fleet read and taken, twice", begin.elapsed(), &many);

    let layers = Layers::open(std::slice::from_ref(&path)).unwrap();
    let whole = layers.whole().unwrap();
    let (took, (pairs, places)) = median(TURNS, || fleet.count(&whole));
    row("all records against the fleet", took, &format!("{pairs} pairs, {places} places"));

    let mut ids: Vec<String> = whole.packed_records().map(|record| record.id.to_owned()).collect();
    ids.sort();
    ids.dedup();
    drop(whole);
    let mut times: Vec<Duration> = ids
        .iter()
        .map(|id| {
            let begin = Instant::now();
            let records = layers.records_named(id).unwrap();
            std::hint::black_box(fleet.count(&records));
            begin.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 1000];
    row("one advisory to its inventories, p50", at(500), &format!("{} advisories", times.len()));
    row("p99", at(990), "");
    row("the slowest", at(1000), "");
    println!("peak memory of all this: {}", peak());
}

fn scan(path: &Path, inventory: &Inventory) -> usize {
    let layers = Layers::open(&[path.to_owned()]).unwrap();
    let index = layers.index(&Wanted::of(std::slice::from_ref(inventory))).unwrap();
    let found = index.scan(inventory, Keep::Touched);
    found.exposures.len() + found.notices.len()
}

fn row(what: &str, took: Duration, beside: &str) {
    println!("{what:<40}{:>10.3} ms   {beside}", took.as_secs_f64() * 1e3);
}

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

fn inventories(data: &Path) -> Vec<Inventory> {
    let text = |name: &str| String::from_utf8(support::unpacked(&data.join(name))).unwrap();
    let purls = text("fleet/purls.txt.gz");
    let purls: Vec<_> = purls.lines().map(|purl| assay_inventory::purl::read(purl).ok()).collect();
    let component = |id: usize| {
        let package = purls[id].as_ref()?;
        let version = package.version.as_deref();
        Some(Component::package(package.ecosystem.clone(), &package.name, version, format!("purl {id}")))
    };
    let inventory = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let ids = columns[4].split(',').filter_map(|id| id.parse::<usize>().ok());
        let components = ids.filter_map(component).collect();
        Inventory { name: columns[1].to_owned(), format: Format::CycloneDx, components, skipped: Vec::new() }
    };
    text("fleet/sboms.tsv.gz").lines().map(inventory).collect()
}

/// The most memory that this process ever held.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown");
    line.trim().to_owned()
}

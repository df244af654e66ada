//! The index, measured: `cargo bench -p assay-index` prints the table.
//!
//! All OSV records at hand (32,305), and ten times as many; the lockfile of
//! omicron (1,425 packages), and one ten times as long; a real fleet of 3,142
//! SBOMs, taken twice (1.1 million components); and what a day's changes
//! weigh. Whole runs of the program are measured by `cargo bench -p assay`.
//! Figures are printed and never fail anything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use assay_index::Layers;
use assay_index::fleet::Fleet;
use assay_inventory::component::{Component, Format, Inventory};
use assay_match::index::Index;
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
    drop(fleet);
    drop(layers);
    deltas(&data, folder.path());
    println!("peak memory of all this: {}", peak());
    ten_times(&data, folder.path(), &lock);
    println!("peak memory with that: {}", peak());
}

/// What goes over the line: a whole index; a day on which the 500 records that were changed last are changed; and one
/// on which every score is new, which is more than any day brings.
fn deltas(data: &Path, folder: &Path) {
    let mut changed: Vec<(String, String)> = Vec::new();
    support::all_records(data, |_, record| {
        changed.push((record.modified.as_deref().unwrap_or_default().to_owned(), record.id.to_string()));
    });
    changed.sort();
    let newest: BTreeSet<String> = changed.split_off(changed.len() - 500).into_iter().map(|(_, id)| id).collect();
    let mut before = support::Taking::default();
    support::all_records(data, |ecosystem, mut record| {
        if newest.contains(&*record.id) {
            record.summary = format!("{}, as it was told yesterday", &*record.summary).into();
        }
        before.take(ecosystem, &record);
    });
    let mut before = before.index;
    support::tables(data, &mut before, "2026-01-30");
    let mut after = support::records(data, &[]);
    let mirror = folder.join("mirror");
    let key = assay_seal::SigningKey::from_seed(&[7; 32]);
    let publish = |what: &str, index: &Index| {
        let layers = support::opened(support::file(index, 0));
        let begin = Instant::now();
        let published = assay_index::mirror::publish(&layers, &mirror, &key, 1).unwrap();
        let took = begin.elapsed();
        let file = published.list.files.last().unwrap();
        let beside = format!("{:.1} KiB over the line, {:.1} KiB unpacked", kib(file.packed), kib(file.bytes));
        row(what, took, &beside);
    };
    publish("published: a whole index", &before);
    drop(before);
    publish("500 records changed", &after);
    support::tables(data, &mut after, "2026-08-16");
    publish("all EPSS scores new", &after);
}

fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}

/// Ten copies of all records, each of packages of its own but for the first: the same hits among ten times as much.
fn ten_times(data: &Path, folder: &Path, lock: &Inventory) {
    let mut taking = support::Taking::default();
    for copy in 0..10 {
        support::all_records(data, |ecosystem, mut record| {
            if copy > 0 {
                record.id = format!("{}-{copy}", &*record.id).into();
                record.aliases.clear();
                for package in record.affected.iter_mut().filter_map(|affected| affected.package.as_mut()) {
                    package.name = format!("{}-{copy}", &*package.name).into();
                }
            }
            taking.take(ecosystem, &record);
        });
    }
    let mut index = taking.index;
    support::tables(data, &mut index, "2026-01-30");
    let begin = Instant::now();
    let bytes = support::file(&index, 1);
    row("ten times the records, index written", begin.elapsed(), &format!("{:.1} MB", bytes.len() as f64 / 1e6));
    drop(index);
    let path = folder.join("ten.assay");
    fs::write(&path, &bytes).unwrap();
    drop(bytes);
    let (took, hits) = median(TURNS, || scan(&path, lock));
    row("open, load and scan among these, warm", took, &format!("{hits} hits"));
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

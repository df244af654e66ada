//! How long reading and ordering take: `cargo bench -p assay-inventory`.
//!
//! Prints a table; the middle of many runs, because the machine is shared.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::product::{Product, agree};
use assay_inventory::version::Key;
use assay_inventory::{Options, read};

fn median(runs: usize, mut of: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            of();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[runs / 2]
}

fn main() {
    let Some(files) = common::archive("inventories/inventories.tar.gz") else { return };
    println!("{:<52} {:>10} {:>12} {:>12}", "what", "entries", "median", "MB/s");
    let wanted =
        ["oxidecomputer__omicron/Cargo.lock", "site__package-lock.json", "flat__bom.1.4.json", "elixir-cdx.xml"];
    for end in wanted {
        let (path, bytes) = files.iter().find(|(path, _)| path.ends_with(end)).unwrap();
        let name = common::own_name(path);
        let entries = read(name, bytes, &Options::default()).unwrap().components.len();
        let time = median(101, || {
            black_box(read(name, black_box(bytes), &Options::default()).unwrap());
        });
        let rate = bytes.len() as f64 / 1e6 / time.as_secs_f64();
        println!("{path:<52.52} {entries:>10} {time:>12.1?} {rate:>12.0}");
    }
    let Some(tables) = common::archive("conformance/conformance.tar.gz") else { return };
    for (name, ecosystem) in [("pypi", Ecosystem::PyPi), ("debian", Ecosystem::Debian(None))] {
        let text = common::gunzip(&tables[&format!("version-compare/osv-scalibr/{name}-versions-generated.txt.gz")]);
        let versions: Vec<&str> = text.split_ascii_whitespace().filter(|v| !matches!(*v, "<" | "=" | ">")).collect();
        let time = median(31, || {
            for version in &versions {
                black_box(Key::parse(&ecosystem, version).ok());
            }
        });
        println!("{:<52} {:>10} {:>12.1?}", format!("keys of {name}'s versions"), versions.len(), time);
        let keys: Vec<Key> = versions.iter().filter_map(|v| Key::parse(&ecosystem, v).ok()).collect();
        let time = median(31, || {
            for pair in keys.windows(2) {
                black_box(pair[0].compare(&pair[1]).ok());
            }
        });
        println!("{:<52} {:>10} {:>12.1?}", format!("comparisons of {name}'s keys"), keys.len() - 1, time);
    }
    let names: Vec<Product> = (0..1000).map(|n| Product::new("Acme Corp", &format!("Scanner model {n}"))).collect();
    let time = median(11, || {
        for a in names.iter().take(100) {
            for b in &names {
                black_box(agree(a, b));
            }
        }
    });
    println!("{:<52} {:>10} {:>12.1?}", "products agreed, one vendor", 100_000, time);
    let others: Vec<Product> = (0..1000).map(|n| Product::new(&format!("Vendor {n}"), "Scanner")).collect();
    let time = median(11, || {
        for a in names.iter().take(100) {
            for b in &others {
                black_box(agree(a, b));
            }
        }
    });
    println!("{:<52} {:>10} {:>12.1?}", "products agreed, other vendors", 100_000, time);
}

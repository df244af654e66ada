//! How long reading and ordering take: `cargo bench -p assay-inventory`.
//!
//! Prints a table.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::product::{Product, agree};
use assay_inventory::version::Key;
use assay_inventory::{Options, read};

/// The best and the middle of some runs.
fn times(runs: usize, mut of: impl FnMut()) -> String {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            of();
            start.elapsed()
        })
        .collect();
    times.sort();
    format!("{:>10.1?} {:>10.1?}", times[0], times[runs / 2])
}

fn main() {
    let Some(files) = common::archive("inventories/inventories.tar.gz") else { return };
    println!("{:<52} {:>8} {:>10} {:>10}", "what", "entries", "best", "median");
    let wanted =
        ["oxidecomputer__omicron/Cargo.lock", "site__package-lock.json", "flat__bom.1.4.json", "elixir-cdx.xml"];
    for end in wanted {
        let (path, bytes) = files.iter().find(|(path, _)| path.ends_with(end)).unwrap();
        let name = common::own_name(path);
        let entries = read(name, bytes, &Options::default()).unwrap().components.len();
        let time = times(101, || {
            black_box(read(name, black_box(bytes), &Options::default()).unwrap());
        });
        println!("{path:<52.52} {entries:>8} {time}");
    }
    let Some(tables) = common::archive("conformance/conformance.tar.gz") else { return };
    for (name, ecosystem) in [("pypi", Ecosystem::PyPi), ("debian", Ecosystem::Debian(None))] {
        let text = common::gunzip(&tables[&format!("version-compare/osv-scalibr/{name}-versions-generated.txt.gz")]);
        let versions: Vec<&str> = text.split_ascii_whitespace().filter(|v| !matches!(*v, "<" | "=" | ">")).collect();
        let time = times(31, || {
            for version in &versions {
                black_box(Key::parse(&ecosystem, version).ok());
            }
        });
        println!("{:<52} {:>8} {}", format!("keys of {name}'s versions"), versions.len(), time);
        let keys: Vec<Key> = versions.iter().filter_map(|v| Key::parse(&ecosystem, v).ok()).collect();
        let time = times(31, || {
            for pair in keys.windows(2) {
                black_box(pair[0].compare(&pair[1]).ok());
            }
        });
        println!("{:<52} {:>8} {}", format!("comparisons of {name}'s keys"), keys.len() - 1, time);
    }
    let names: Vec<Product> = (0..1000).map(|n| Product::new("Acme Corp", &format!("Scanner model {n}"))).collect();
    let time = times(11, || {
        for a in names.iter().take(100) {
            for b in &names {
                black_box(agree(a, b));
            }
        }
    });
    println!("{:<52} {:>8} {}", "products agreed, one vendor", 100_000, time);
    let others: Vec<Product> = (0..1000).map(|n| Product::new(&format!("Vendor {n}"), "Scanner")).collect();
    let time = times(11, || {
        for a in names.iter().take(100) {
            for b in &others {
                black_box(agree(a, b));
            }
        }
    });
    println!("{:<52} {:>8} {}", "products agreed, other vendors", 100_000, time);
}

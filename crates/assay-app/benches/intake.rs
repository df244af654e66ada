//! Durable intake, as a submitter sees it: a small bundle goes in, and what
//! comes back is a signed receipt for something that survives a power cut.
//! Beside it, in the same run and folder, the same bytes written to a file and
//! synced: what the disk alone takes.
//!
//! `cargo bench -p assay-app`; ASSAY_BENCH_DIR names the folder to write in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/house/mod.rs"]
mod house;

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use assay_prove::load::LoadedBundle;
use house::{FAY, bundle, who};

const FINDINGS: usize = 800;

fn measure(name: &str, threads: usize, count: usize, job: &(dyn Fn(usize) + Sync)) {
    let (next, took) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let began = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    let began = Instant::now();
                    job(number);
                    took.lock().unwrap().push(began.elapsed());
                }
            });
        }
    });
    let all = began.elapsed();
    let mut took = took.into_inner().unwrap();
    took.sort();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let milli = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{name:<34} {threads} threads  {:>7.0} /s   p50 {:>6.2} ms   p99 {:>6.2} ms",
        count as f64 / all.as_secs_f64(),
        milli(at(0.5)),
        milli(at(0.99))
    );
}

fn raw(folder: &Path, name: &str, bytes: &[u8]) {
    let mut file = File::create_new(folder.join(name)).unwrap();
    file.write_all(bytes).unwrap();
    file.sync_all().unwrap();
    File::open(folder).unwrap().sync_all().unwrap();
}

fn main() {
    // `cargo test` builds benches too, and runs them with this flag.
    let count = if std::env::args().any(|word| word == "--test") { 8 } else { FINDINGS };
    let place = std::env::var_os("ASSAY_BENCH_DIR").map_or_else(std::env::temp_dir, Into::into);
    let root = tempfile::tempdir_in(place).unwrap();
    let bytes = vec![7; 6_000];
    for threads in [1, 8] {
        let folder = root.path().join(format!("raw-{threads}"));
        std::fs::create_dir(&folder).unwrap();
        measure("a file of the same size, synced", threads, count, &|number| raw(&folder, &number.to_string(), &bytes));
        let local = house::build(&root.path().join(format!("home-{threads}")));
        let bundles: Vec<LoadedBundle> = (0..count)
            .map(|number| bundle("pkg:generic/tlv@0.3.1", &format!("finding {number}"), &number.to_string()))
            .collect();
        measure("submit: sealed, durable, receipt", threads, count, &|number| {
            local.submit(&who(FAY), &bundles[number]).unwrap();
        });
    }
}

//! A warm verdict: 4 arms x 5 runs of an AddressSanitizer crash, arms built.
//!
//! `cargo bench -p assay-prove` prints the row of the speed budget.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::time::Duration;

use assay_prove::fetch::Cache;
use assay_prove::load::LoadedBundle;
use assay_prove::pipeline::{BUILTINS, Prover};
use assay_sandbox::{Native, NativeOptions};

const PROOFS: usize = 20;

fn main() {
    assay_sandbox::take_over_if_asked(BUILTINS);
    assay_prove::sweeper::take_over_if_asked();
    let sandbox = match Native::open(&NativeOptions::default()) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            println!("warm verdict: not measured: {error}");
            return;
        }
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = Cache::open(folder.path()).expect("a cache");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/heap-overflow");
    let bundle = LoadedBundle::read(&example).expect("the example");
    let mut manifest = assay_bundle::manifest::parse(&bundle.manifest).expect("its manifest");
    manifest.repeat.runs = 5;
    let mut times: Vec<Duration> = (0..PROOFS)
        .map(|_| {
            let prover = Prover { sandbox: Ok(&sandbox), cache: &cache };
            let proof = prover.prove(&bundle, &manifest, &|_| ()).expect("a proof");
            assert_eq!(proof.evidence.runs.len(), 20, "4 arms x 5 runs");
            proof.running
        })
        .collect();
    times.sort();
    let at =
        |percent: usize| times.get((times.len() * percent / 100).min(times.len() - 1)).copied().unwrap_or_default();
    println!("| warm verdict, 4 arms x 5 runs | median | p95 | bar (p95) |");
    println!("| --- | --- | --- | --- |");
    println!("| {PROOFS} proofs | {:.0?} | {:.0?} | 500ms |", at(50), at(95));
}

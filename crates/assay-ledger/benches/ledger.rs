//! How fast the ledger appends, proves and is audited, beside what limits it.
//!
//! `cargo bench -p assay-ledger`. With `ASSAY_BENCH_ENTRIES=10000000` the audit is of as many entries.
#![allow(clippy::unwrap_used)]

use std::fs::File;
use std::hint::black_box;
use std::io::Write as _;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Instant;

use assay_base::Entropy;
use assay_ledger::hash::{leaf_hash, node_hash};
use assay_ledger::{Commitment, Folder, Pending, Proof, Sequencer, VerifierKey, audit, prove};
use assay_seal::SigningKey;

const ORIGIN: &str = "ledger.example/bench";

struct Counting(u64);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 += 1;
            let word = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

fn key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn open(root: &Path, batch: u32) -> Sequencer {
    Sequencer::open(root, ORIGIN, key(), NonZeroU32::new(batch).unwrap()).unwrap()
}

fn pending(begin: u64, count: u64, entropy: &mut Counting) -> Vec<Pending> {
    (begin..begin + count).map(|event| Pending { event, commitment: Commitment(entropy.thirty_two()) }).collect()
}

fn row(what: &str, value: f64, unit: &str, bar: &str) {
    let value = if value < 100.0 { format!("{value:.3}") } else { format!("{value:.0}") };
    println!("{what:<58} {value:>12} {unit:<10} {bar}");
}

/// Durable appends of `batch` entries, and the same bytes appended to one file with one fsync each time.
fn appends(place: &Path, batch: u32, rounds: u64) {
    let mut entropy = Counting(u64::from(batch));
    let mut log = open(&place.join(format!("append-{batch}")), batch);
    let begin = Instant::now();
    for round in 0..rounds {
        let events = pending(round * u64::from(batch), batch.into(), &mut entropy);
        let confirmed = log.checkpoint().size.checked_sub(1);
        log.append(&events, confirmed, &mut entropy).unwrap();
    }
    let entries = (rounds * u64::from(batch)) as f64;
    let rate = entries / begin.elapsed().as_secs_f64();
    let bar = if batch == 2048 { ">= 2000" } else { "" };
    row(&format!("durable append, batches of {batch}"), rate, "entries/s", bar);

    let mut file = File::create(place.join("plain")).unwrap();
    let bytes = vec![7; 48 * batch as usize];
    let begin = Instant::now();
    for _ in 0..rounds {
        file.write_all(&bytes).unwrap();
        file.sync_all().unwrap();
    }
    let rate = entries / begin.elapsed().as_secs_f64();
    row("  limit: the same bytes in one file, one fsync a batch", rate, "entries/s", "");
}

fn main() {
    // On the disk of the build, not in memory: an fsync that costs nothing measures nothing.
    let place = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let entries: u64 = std::env::var("ASSAY_BENCH_ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    for (batch, rounds) in [(64, 40), (2048, 20), (16_384, 8)] {
        appends(place.path(), batch, rounds);
    }

    let root = place.path().join("audit");
    let mut log = open(&root, 1);
    let mut entropy = Counting(0);
    let begin = Instant::now();
    while log.checkpoint().size < entries {
        let size = log.checkpoint().size;
        let events = pending(size, (entries - size).min(65_536), &mut entropy);
        log.append(&events, size.checked_sub(1), &mut entropy).unwrap();
    }
    let rate = entries as f64 / begin.elapsed().as_secs_f64();
    row(&format!("durable append of {entries}, batches of 65536"), rate, "entries/s", "");
    drop(log);

    let vkey = VerifierKey::new(ORIGIN, key().verifying_key()).unwrap();
    let folder = Folder::new(&root);
    let index = entries / 3;
    let begin = Instant::now();
    let proof = prove(&folder, &vkey, index).unwrap().to_string();
    row("make a proof file from the folder", begin.elapsed().as_secs_f64() * 1000.0, "ms", "");
    let commitment = {
        let mut again = Counting(0);
        (0..=index).map(|_| Commitment(again.thirty_two())).last().unwrap()
    };
    let rounds = 2000;
    let begin = Instant::now();
    for _ in 0..rounds {
        Proof::parse(black_box(proof.as_bytes())).unwrap().check(commitment, &vkey).unwrap();
    }
    let each = begin.elapsed().as_secs_f64() * 1000.0 / f64::from(rounds);
    row(&format!("read and check a proof file, {} bytes", proof.len()), each, "ms", "<= 1");

    let begin = Instant::now();
    let report = audit(&folder, &vkey, &[], &[]).unwrap();
    let seconds = begin.elapsed().as_secs_f64();
    assert_eq!(report.checkpoint.size, entries);
    let bar = if entries == 10_000_000 { "<= 60" } else { "" };
    row(&format!("audit of {entries} entries, {} files", report.files), seconds, "s", bar);
    if entries < 10_000_000 {
        row("  as much again up to 10 million", seconds * 1e7 / entries as f64, "s", "<= 60");
    }
    let begin = Instant::now();
    let mut hash = leaf_hash(b"");
    for n in 0..entries {
        let leaf = leaf_hash(&Commitment(n.to_be_bytes().repeat(4).try_into().unwrap()).to_entry());
        hash = node_hash(hash, leaf);
    }
    black_box(hash);
    row("  limit: as many leaf and node hashes, nothing read", begin.elapsed().as_secs_f64(), "s", "");
}

//! What the tests of a log share.
#![allow(dead_code, clippy::unwrap_used)]

use std::num::NonZeroU32;

use assay_base::Entropy;
use assay_ledger::{Commitment, Pending, VerifierKey};
use assay_seal::SigningKey;

pub const ORIGIN: &str = "ledger.example/test";

pub fn key() -> SigningKey {
    SigningKey::from_seed(&[7; 32])
}

pub fn vkey() -> VerifierKey {
    VerifierKey::new(ORIGIN, key().verifying_key()).unwrap()
}

pub fn batch(entries: u32) -> NonZeroU32 {
    NonZeroU32::new(entries).unwrap()
}

/// Numbers that look random and are the same in every run (SplitMix64).
pub struct Seeded(pub u64);

impl Seeded {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

impl Entropy for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_be_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// The commitment of an event, the same in every run.
pub fn event(number: u64) -> Pending {
    Pending { event: number, commitment: Commitment(Seeded(!number.wrapping_mul(0x1234_5678_9abc_def1)).thirty_two()) }
}

pub fn events(numbers: std::ops::Range<u64>) -> Vec<Pending> {
    numbers.map(event).collect()
}

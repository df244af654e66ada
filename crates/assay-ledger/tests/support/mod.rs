//! What the tests of a log share.
#![allow(dead_code, clippy::unwrap_used)]

use std::num::NonZeroU32;

use assay_base::Entropy as _;
pub use assay_base::Repeatable;
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

/// The commitment of an event, the same in every run.
pub fn event(number: u64) -> Pending {
    Pending {
        event: number,
        commitment: Commitment(Repeatable(!number.wrapping_mul(0x1234_5678_9abc_def1)).thirty_two()),
    }
}

pub fn events(numbers: std::ops::Range<u64>) -> Vec<Pending> {
    numbers.map(event).collect()
}

//! Numbers that look random and come out the same every time: for tests, benchmarks
//! and models, which must be able to repeat themselves. Never for keys, ids or salts.

use crate::Entropy;

/// SplitMix64 from a seed.
#[derive(Debug, Clone)]
pub struct Repeatable(pub u64);

impl Repeatable {
    /// The next 64 bits.
    #[allow(clippy::should_implement_trait)] // It never ends, and an iterator's adapters would hide what was drawn.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 for an `end` of 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap_or(0)
    }
}

impl Entropy for Repeatable {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            for (byte, drawn) in chunk.iter_mut().zip(self.next().to_be_bytes()) {
                *byte = drawn;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_everything() {
        // The first numbers that the generator's authors give for the seed 1234567.
        let mut drawn = Repeatable(1_234_567);
        assert_eq!([drawn.next(), drawn.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
        assert_eq!(Repeatable(7).thirty_two(), Repeatable(7).thirty_two());
        assert_ne!(Repeatable(7).thirty_two(), Repeatable(8).thirty_two());
        assert_eq!(Repeatable(7).below(0), 0);
        assert!((0..100).all(|seed| Repeatable(seed).below(3) < 3));
    }
}

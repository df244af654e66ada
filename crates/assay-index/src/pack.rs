//! Packs what goes over the line: by zstd, and a delta against the index that
//! whoever fetches it has.
//!
//! What a delta repeats of that index, in whatever section, then costs next to
//! nothing: names, pages, the numbers of CVEs whose scores are new.

use std::io::{self, Read as _, Write as _};

use zstd::stream::{read, write};

/// zstd's level for what goes over the line.
const LEVEL: i32 = 19;
/// The same against a file. All of that file is looked through as well; a higher level takes minutes and saves little.
const LEVEL_AGAINST: i32 = 12;
/// The least and the greatest window that zstd has, as powers of two.
const WINDOWS: std::ops::RangeInclusive<u32> = 10..=31;

/// Packs a file, against another one if one is given.
///
/// # Errors
///
/// There is no memory for it.
pub(crate) fn pack(bytes: &[u8], against: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let Some(against) = against else { return zstd::bulk::compress(bytes, LEVEL) };
    let mut encoder = write::Encoder::with_ref_prefix(Vec::new(), LEVEL_AGAINST, against)?;
    encoder.window_log(window(against.len(), bytes.len()))?;
    encoder.long_distance_matching(true)?;
    encoder.set_pledged_src_size(Some(bytes.len() as u64))?;
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Unpacks at most so many bytes; what was packed against a file needs that very file.
///
/// # Errors
///
/// It is no packed file, or has more bytes.
pub(crate) fn unpack(packed: &[u8], most: usize, against: Option<&[u8]>) -> io::Result<Vec<u8>> {
    let Some(against) = against else { return zstd::bulk::decompress(packed, most) };
    let mut decoder = read::Decoder::with_ref_prefix(packed, against)?;
    // A file that asks for a larger window asks for memory that nothing in it could need.
    decoder.window_log_max(window(against.len(), most))?;
    let mut bytes = Vec::new();
    decoder.take(most as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > most {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it has more bytes than the signed list says"));
    }
    Ok(bytes)
}

/// The window from which both files can be seen at once, as a power of two.
fn window(against: usize, bytes: usize) -> u32 {
    let log = usize::BITS - against.saturating_add(bytes).leading_zeros();
    log.clamp(*WINDOWS.start(), *WINDOWS.end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_the_other_file_has_costs_next_to_nothing() {
        let mut noise = 1_u64;
        let mut dice = || {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (noise >> 56) as u8
        };
        let known: Vec<u8> = (0..100_000).map(|_| dice()).collect();
        let mut new = known[30_000..90_000].to_vec();
        new.splice(20_000..20_010, *b"something else");
        let (alone, against) = (pack(&new, None).unwrap(), pack(&new, Some(&known)).unwrap());
        assert!(alone.len() > 60_000 && against.len() < 1_000, "{} {}", alone.len(), against.len());
        assert_eq!(unpack(&against, new.len(), Some(&known)).unwrap(), new);
        // Against another file it gives something else, or nothing: digests tell.
        assert!(unpack(&against, new.len(), Some(&known[..99_999])).map_or(true, |bytes| bytes != new));
        assert!(unpack(&against, new.len() - 1, Some(&known)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_file_comes_back_and_any_bytes_end_in_an_error_or_in_bounds(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            against in prop::option::of(prop::collection::vec(any::<u8>(), 0..300)),
            hostile in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let against = against.as_deref();
            let packed = pack(&bytes, against).unwrap();
            prop_assert_eq!(unpack(&packed, bytes.len(), against).unwrap(), bytes);
            prop_assert!(unpack(&hostile, 64, against).map_or(true, |out| out.len() <= 64));
        }
    }
}

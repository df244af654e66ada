//! Entry bundles: up to 256 entries, each behind its length in two bytes (C2SP tlog-tiles).

use crate::tile::WIDTH;

/// Why bytes are no entry bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotABundle {
    /// The bytes end inside an entry or its length.
    #[error("the bundle ends inside entry {entry}, at byte {at}")]
    Cut {
        /// Which entry of the bundle, from 0.
        entry: usize,
        /// Where it begins.
        at: usize,
    },
    /// There are more bytes than the wanted number of entries takes.
    #[error("the bundle has bytes after its {wanted} entries, from byte {at}")]
    Trailing {
        /// How many entries were wanted.
        wanted: usize,
        /// Where the bytes too many begin.
        at: usize,
    },
}

/// An entry is longer than the 65,535 bytes whose length fits, or there are more than 256 of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an entry bundle takes up to 256 entries of up to 65535 bytes")]
pub struct TooLarge;

/// The entries of a bundle of exactly `width` entries.
///
/// # Errors
/// If the bytes hold fewer or more.
pub fn parse(bytes: &[u8], width: usize) -> Result<Vec<&[u8]>, NotABundle> {
    let mut entries = Vec::with_capacity(width.min(WIDTH));
    let mut rest = bytes;
    for entry in 0..width {
        let at = bytes.len() - rest.len();
        let cut = NotABundle::Cut { entry, at };
        let (length, behind) = rest.split_first_chunk::<2>().ok_or(cut)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (found, behind) = behind.split_at_checked(length).ok_or(cut)?;
        entries.push(found);
        rest = behind;
    }
    if rest.is_empty() {
        Ok(entries)
    } else {
        Err(NotABundle::Trailing { wanted: width, at: bytes.len() - rest.len() })
    }
}

/// The bytes of a bundle of these entries.
///
/// # Errors
/// If an entry is too long or there are too many.
pub fn print<'e>(entries: impl IntoIterator<Item = &'e [u8]>) -> Result<Vec<u8>, TooLarge> {
    let mut bytes = Vec::new();
    for (count, entry) in entries.into_iter().enumerate() {
        let length = u16::try_from(entry.len()).map_err(|_| TooLarge)?;
        if count == WIDTH {
            return Err(TooLarge);
        }
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(entry);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bundle_is_read_to_its_last_byte_and_no_further() {
        let bytes = print([b"ab".as_slice(), b"", b"c"]).unwrap();
        assert_eq!(bytes, b"\0\x02ab\0\0\0\x01c");
        assert_eq!(parse(&bytes, 3).unwrap(), [b"ab".as_slice(), b"", b"c"]);
        assert_eq!(parse(&bytes, 2), Err(NotABundle::Trailing { wanted: 2, at: 6 }));
        assert_eq!(parse(&bytes, 4), Err(NotABundle::Cut { entry: 3, at: 9 }));
        assert_eq!(parse(&bytes[..8], 3), Err(NotABundle::Cut { entry: 2, at: 6 }));
        assert_eq!(print(vec![b"".as_slice(); 257]), Err(TooLarge));
        assert_eq!(print([vec![0; 65_536].as_slice()]), Err(TooLarge));
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read_back(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20)) {
            let bytes = print(entries.iter().map(Vec::as_slice)).unwrap();
            prop_assert_eq!(parse(&bytes, entries.len()).unwrap(), entries);
        }

        #[test]
        fn any_bytes_are_refused_or_written_back_the_same(bytes in prop::collection::vec(any::<u8>(), 0..600), width in 0usize..8) {
            if let Ok(entries) = parse(&bytes, width) {
                prop_assert_eq!(print(entries).unwrap(), bytes);
            }
        }
    }
}

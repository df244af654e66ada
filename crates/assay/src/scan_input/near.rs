//! A file that is read in order, with steps to places that are already in memory.
//!
//! The records of a zip lie one behind the other, and what a plain reader has
//! read ahead it forgets at every step.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Bytes that are read ahead.
const AHEAD: usize = 64 << 10;

/// Such a file.
pub struct Near<R> {
    file: BufReader<R>,
    /// Where its reader stands.
    at: u64,
}

impl<R: Read> Near<R> {
    /// From the beginning of a file.
    pub fn new(file: R) -> Self {
        Self { file: BufReader::with_capacity(AHEAD, file), at: 0 }
    }
}

impl<R: Read> Read for Near<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Near<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let step = match to {
            SeekFrom::Start(place) => i64::try_from(i128::from(place) - i128::from(self.at)).ok(),
            SeekFrom::Current(step) => Some(step),
            SeekFrom::End(_) => None,
        };
        match step.and_then(|step| Some((step, self.at.checked_add_signed(step)?))) {
            Some((step, at)) => {
                self.file.seek_relative(step)?;
                self.at = at;
            }
            None => self.at = self.file.seek(to)?,
        }
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_stands_and_reads_where_a_plain_one_does(
            steps in prop::collection::vec((0..4_u8, -300_000_i64..300_000, 0_usize..100_000), 0..12),
        ) {
            let bytes: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
            let (mut near, mut plain) = (Near::new(Cursor::new(&bytes)), Cursor::new(&bytes));
            for (how, step, length) in steps {
                let to = match how {
                    0 => SeekFrom::Start(step.unsigned_abs()),
                    1 => SeekFrom::Current(step),
                    2 => SeekFrom::Current(0),
                    _ => SeekFrom::End(step),
                };
                prop_assert_eq!(near.seek(to).ok(), plain.seek(to).ok());
                let (mut one, mut other) = (Vec::new(), Vec::new());
                near.by_ref().take(length as u64).read_to_end(&mut one).unwrap();
                plain.by_ref().take(length as u64).read_to_end(&mut other).unwrap();
                prop_assert_eq!(one, other);
            }
        }
    }
}

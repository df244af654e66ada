//! Unpacks the members of a zip, one after the other in the same room.
//!
//! A zip of records has tens of thousands of members of a few kilobytes. What
//! unpacks one takes fifty kilobytes, and to clear them anew for each member
//! takes a good part of the time that the unpacking does.

use std::io::{self, ErrorKind, Read, Seek};

use flate2::{Crc, Decompress, FlushDecompress, Status};
use zip::{CompressionMethod, ZipArchive};

/// Packed bytes that are read at a time, and the least room for unpacked ones.
const STEP: usize = 32 << 10;

/// What unpacks members.
pub struct Unpacker {
    state: Decompress,
    packed: Vec<u8>,
}

impl Default for Unpacker {
    fn default() -> Self {
        Self { state: Decompress::new(false), packed: vec![0; STEP] }
    }
}

impl Unpacker {
    /// Appends what a member unpacks to and gives its name; none for a folder. Of a member that is longer than `most`, one
    /// byte more than that is given: the size that a zip declares is its author's word.
    ///
    /// # Errors
    ///
    /// The member's name, if it has one, and why it cannot be read; bytes may have been appended then.
    pub fn read<R: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<R>,
        place: usize,
        most: usize,
        into: &mut Vec<u8>,
    ) -> Result<Option<String>, (String, String)> {
        let unnamed = |why: &dyn ToString| (format!("member {place}"), why.to_string());
        let mut member = archive.by_index_raw(place).map_err(|error| unnamed(&error))?;
        if member.compression() == CompressionMethod::Deflated && !member.encrypted() {
            if member.is_dir() {
                return Ok(None);
            }
            let name = member.name().map_err(|error| unnamed(&error))?.into_owned();
            let crc = member.crc32();
            return match self.inflate(&mut member, crc, most, into) {
                Ok(()) => Ok(Some(name)),
                Err(error) => Err((name, format!("it cannot be unpacked: {error}"))),
            };
        }
        drop(member);
        let mut member = archive.by_index(place).map_err(|error| unnamed(&error))?;
        if member.is_dir() {
            return Ok(None);
        }
        let name = member.name().map_err(|error| unnamed(&error))?.into_owned();
        match member.by_ref().take(most as u64 + 1).read_to_end(into) {
            Ok(_) => Ok(Some(name)),
            Err(error) => Err((name, format!("it cannot be unpacked: {error}"))),
        }
    }

    fn inflate(&mut self, from: &mut impl Read, crc: u32, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        self.state.reset(false);
        let begin = into.len();
        let end = begin.saturating_add(most).saturating_add(1);
        let (mut at, mut filled) = (0, 0);
        loop {
            if at == filled {
                (at, filled) = (0, from.read(&mut self.packed)?);
            }
            into.reserve(STEP);
            let before = (self.state.total_in(), self.state.total_out());
            let packed = self.packed.get(at..filled).unwrap_or_default();
            let status = self.state.decompress_vec(packed, into, FlushDecompress::None)?;
            at += usize::try_from(self.state.total_in() - before.0).unwrap_or(usize::MAX);
            if into.len() >= end {
                // What is too long is refused by whoever reads it, whole or not.
                into.truncate(end);
                return Ok(());
            }
            if status == Status::StreamEnd {
                break;
            }
            // There was room, so without a step forward it is the packed bytes that are wanting.
            if (self.state.total_in(), self.state.total_out()) == before {
                let why = if filled == 0 { "its packed bytes end too early" } else { "its packed bytes make no sense" };
                return Err(io::Error::new(ErrorKind::InvalidData, why));
            }
        }
        let mut made = Crc::new();
        made.update(into.get(begin..).unwrap_or_default());
        if made.sum() != crc {
            return Err(io::Error::new(ErrorKind::InvalidData, "its checksum is another"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::io::{Cursor, Write as _};

    use proptest::prelude::*;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    const MOST: usize = 100_000;

    /// As the zip's own reader has it.
    fn plain(archive: &mut ZipArchive<Cursor<&[u8]>>, place: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut member = archive.by_index(place).ok()?;
        member.name().ok()?;
        member.by_ref().take(MOST as u64 + 1).read_to_end(&mut bytes).ok().map(|_| bytes)
    }

    fn agree(zipped: &[u8]) -> usize {
        let Ok(mut archive) = ZipArchive::new(Cursor::new(zipped)) else { return 0 };
        let mut unpacker = Unpacker::default();
        let mut read = 0;
        for place in 0..archive.len() {
            let expected = plain(&mut archive, place);
            let mut bytes = b"before".to_vec();
            match unpacker.read(&mut archive, place, MOST, &mut bytes) {
                Ok(Some(_)) => assert_eq!(Some(&bytes[6..]), expected.as_deref(), "member {place}"),
                Ok(None) => assert_eq!(expected.unwrap_or_default(), b""),
                Err((_, why)) => assert!(expected.is_none(), "member {place}: {why}"),
            }
            read += 1;
        }
        read
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn members_are_unpacked_as_the_zip_has_them_or_refused(
            members in prop::collection::vec((prop::collection::vec(0_u8..4, 0..3_000), 0_usize..60, any::<bool>()), 1..5),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
        ) {
            let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
            for (number, (part, times, packed)) in members.iter().enumerate() {
                let method = if *packed { CompressionMethod::Deflated } else { CompressionMethod::Stored };
                writer.start_file(format!("{number}.json"), SimpleFileOptions::default().compression_method(method)).unwrap();
                writer.write_all(&part.repeat(*times)).unwrap();
            }
            let mut zipped = writer.finish().unwrap().into_inner();
            prop_assert_eq!(agree(&zipped), members.len());
            for (at, byte) in changes {
                let at = at.index(zipped.len());
                zipped[at] = byte;
            }
            agree(&zipped);
        }
    }
}

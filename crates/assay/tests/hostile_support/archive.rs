//! Archives byte by byte, so that they can be wrong in every way a library would not let them be.

/// Bytes of a tar block.
const BLOCK: usize = 512;

/// A member of a tar archive.
pub struct Member<'a> {
    /// Its name, as it stands in the header.
    pub name: &'a [u8],
    /// Its type: `0` file, `5` folder, `2` link, `1` hard link, `3` device, `6` pipe, `L` long name, `x` pax.
    pub kind: u8,
    /// What it links to.
    pub link: &'a [u8],
    /// Its mode.
    pub mode: u32,
    /// The size that the header claims, if not that of the content.
    pub size: Option<u64>,
    /// Its content.
    pub content: &'a [u8],
}

impl<'a> Member<'a> {
    /// An ordinary file.
    pub fn file(name: &'a str, content: &'a [u8]) -> Self {
        Self { name: name.as_bytes(), kind: b'0', link: b"", mode: 0o644, size: None, content }
    }

    /// Something of another kind, without content.
    pub fn special(name: &'a str, kind: u8, link: &'a str) -> Self {
        Self { kind, link: link.as_bytes(), ..Self::file(name, b"") }
    }

    /// Its header with a right checksum.
    pub fn header(&self) -> [u8; BLOCK] {
        let mut header = [0; BLOCK];
        let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &self.name[..self.name.len().min(100)]);
        put(100, format!("{:07o}", self.mode).as_bytes());
        put(108, b"0000000");
        put(116, b"0000000");
        put(124, format!("{:011o}", self.size.unwrap_or(self.content.len() as u64)).as_bytes());
        put(136, b"00000000000");
        put(156, &[self.kind]);
        put(157, &self.link[..self.link.len().min(100)]);
        put(257, b"ustar\x0000");
        put(329, b"0000001");
        put(337, b"0000003");
        with_checksum(header)
    }

    /// Header and padded content.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.header().to_vec();
        bytes.extend(self.content);
        bytes.resize(bytes.len().next_multiple_of(BLOCK), 0);
        bytes
    }
}

/// The header with the sum of its bytes put in.
pub fn with_checksum(mut header: [u8; BLOCK]) -> [u8; BLOCK] {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    header
}

/// A whole archive of these members.
pub fn tar(members: &[Member<'_>]) -> Vec<u8> {
    let mut bytes: Vec<u8> = members.iter().flat_map(Member::bytes).collect();
    bytes.resize(bytes.len() + 2 * BLOCK, 0);
    bytes
}

/// Bytes of one block of a zstd frame at most.
const ZSTD_BLOCK: usize = 128 << 10;

/// A zstd frame, made of blocks that are stored and blocks that repeat one byte.
#[derive(Default)]
pub struct Zstd {
    blocks: Vec<(usize, Option<u8>, Vec<u8>)>,
    window: Option<u8>,
}

impl Zstd {
    /// These bytes as they are.
    pub fn stored(mut self, bytes: &[u8]) -> Self {
        for part in bytes.chunks(ZSTD_BLOCK) {
            self.blocks.push((part.len(), None, part.to_vec()));
        }
        self
    }

    /// One byte so many times: four bytes in the frame for every 128 KiB.
    pub fn repeated(mut self, byte: u8, mut count: u64) -> Self {
        while count > 0 {
            let part = count.min(ZSTD_BLOCK as u64);
            self.blocks.push((usize::try_from(part).unwrap(), Some(byte), vec![byte]));
            count -= part;
        }
        self
    }

    /// A window of 2 to the power of so many bytes, at least 10.
    pub fn window(mut self, log: u8) -> Self {
        self.window = Some((log - 10) << 3);
        self
    }

    /// The frame.
    pub fn bytes(&self) -> Vec<u8> {
        // Magic number; no size, no sum, no dictionary; the window, 1 MiB unless said otherwise.
        let mut bytes = vec![0x28, 0xb5, 0x2f, 0xfd, 0, self.window.unwrap_or(10 << 3)];
        for (index, (size, repeated, content)) in self.blocks.iter().enumerate() {
            let last = u32::from(index + 1 == self.blocks.len());
            let header = last | u32::from(repeated.is_some()) << 1 | u32::try_from(*size).unwrap() << 3;
            bytes.extend(&header.to_le_bytes()[..3]);
            bytes.extend(content);
        }
        bytes
    }
}

/// A gzip file of stored blocks.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, content).unwrap();
    encoder.finish().unwrap()
}

/// A zip file in which every name of the list stands for the same packed bytes: a bomb when there are many.
pub fn zip(names: &[&str], content: &[u8], claimed: u32) -> Vec<u8> {
    let packed = {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, content).unwrap();
        encoder.finish().unwrap()
    };
    let mut crc = flate2::Crc::new();
    crc.update(content);
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    // Version, flags, method (deflate), time, date, sum, both sizes, lengths of name and extra field.
    let common = |name: &str| {
        let mut bytes = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        bytes.extend(crc.sum().to_le_bytes());
        bytes.extend(size(&packed));
        bytes.extend(claimed.to_le_bytes());
        bytes.extend(short(name.len()));
        bytes.extend([0, 0]);
        bytes
    };
    let first = names.first().copied().unwrap_or_default();
    let mut bytes = b"PK\x03\x04".to_vec();
    bytes.extend(common(first));
    bytes.extend(first.as_bytes());
    bytes.extend(&packed);
    let directory = bytes.len();
    for name in names {
        bytes.extend(b"PK\x01\x02\x14\x03");
        bytes.extend(common(name));
        // No comment, first disk, no attributes, and all at the same place.
        bytes.extend([0; 14]);
        bytes.extend(name.as_bytes());
    }
    let length = bytes.len() - directory;
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(short(names.len()));
    bytes.extend(short(names.len()));
    bytes.extend(u32::try_from(length).unwrap().to_le_bytes());
    bytes.extend(u32::try_from(directory).unwrap().to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

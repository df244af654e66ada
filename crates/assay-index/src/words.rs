//! Arrays of numbers that are read in place.

/// Little-endian numbers of four bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words<'a>(pub &'a [u8]);

impl Words<'_> {
    pub fn len(self) -> usize {
        self.0.len() / 4
    }

    pub fn get(self, at: usize) -> Option<u32> {
        let bytes = self.0.get(at.checked_mul(4)?..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    }
}

/// Little-endian numbers of eight bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Longs<'a>(pub &'a [u8]);

impl Longs<'_> {
    pub fn len(self) -> usize {
        self.0.len() / 8
    }

    pub fn get(self, at: usize) -> Option<u64> {
        let bytes = self.0.get(at.checked_mul(8)?..)?.first_chunk()?;
        Some(u64::from_le_bytes(*bytes))
    }

    /// The first place whose number is not below this one, in numbers that ascend. Where they do not, some place.
    pub fn lower_bound(self, wanted: u64) -> usize {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from + (to - from) / 2;
            if self.get(middle).is_some_and(|number| number < wanted) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    /// The place of a number, in numbers that ascend.
    pub fn find(self, wanted: u64) -> Option<usize> {
        let at = self.lower_bound(wanted);
        (self.get(at) == Some(wanted)).then_some(at)
    }

    /// Whether each is above the one before it, or at least not below.
    pub fn ascend(self) -> bool {
        let mut last = 0;
        (0..self.len()).all(|at| self.get(at).is_some_and(|number| std::mem::replace(&mut last, number) <= number))
    }
}

/// Pieces of a blob, by offsets: one more than there are pieces.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pieces<'a> {
    pub offsets: Words<'a>,
    pub blob: &'a [u8],
}

impl<'a> Pieces<'a> {
    pub fn len(self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// A piece; none if its offsets are wrong.
    pub fn get(self, at: usize) -> Option<&'a [u8]> {
        let (from, to) = (self.offsets.get(at)?, self.offsets.get(at.checked_add(1)?)?);
        self.blob.get(from as usize..to as usize)
    }
}

/// Writes pieces: the offsets, and the blob. None if they are more than four gigabytes.
pub(crate) fn pieces<T: AsRef<[u8]>>(all: impl IntoIterator<Item = T>) -> Option<(Vec<u8>, Vec<u8>)> {
    let (mut offsets, mut blob) = (0_u32.to_le_bytes().to_vec(), Vec::new());
    for piece in all {
        blob.extend_from_slice(piece.as_ref());
        offsets.extend(u32::try_from(blob.len()).ok()?.to_le_bytes());
    }
    Some((offsets, blob))
}

/// Numbers as bytes.
pub(crate) fn longs(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    numbers.into_iter().flat_map(u64::to_le_bytes).collect()
}

/// Numbers as bytes.
pub(crate) fn words(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// The hash of a package's name, behind a part of the hash of its ecosystem: packages of one ecosystem lie together, so that
/// what a lockfile asks for is in few pages of a file.
pub(crate) fn package_hash(family: &str, name: &str) -> u64 {
    FamilyHash::of(family).package(name)
}

/// What the hashes of an ecosystem's packages begin with, taken once for many names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FamilyHash(u64);

impl FamilyHash {
    pub fn of(family: &str) -> Self {
        Self(add(BASIS, family))
    }

    pub fn package(self, name: &str) -> u64 {
        mix(self.0) & !(u64::MAX >> FAMILY) | mix(add(self.0, name)) >> FAMILY
    }
}

/// Bits of a package's hash that are its ecosystem's. Two may share them: what lies at a place is compared.
const FAMILY: u32 = 16;

/// The hash of some texts: FNV-1a, then mixed so that all bits count. It finds a place; what lies there is compared.
pub(crate) fn hash<const N: usize>(texts: [&str; N]) -> u64 {
    mix(texts.into_iter().fold(BASIS, add))
}

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;

fn add(hash: u64, text: &str) -> u64 {
    let bytes = text.bytes().chain(std::iter::once(0xff));
    bytes.fold(hash, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ hash >> 33
}

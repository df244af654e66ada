//! Numbers and words as bytes that keep their order.

use smallvec::SmallVec;

use super::Tag;

/// A key's bytes. Nearly all fit inline: no allocation for a comparison.
pub(super) type Bytes = SmallVec<[u8; 32]>;

/// Ends a list; lower than whatever could stand there instead.
pub(super) const END: u8 = 0;

/// Stands for what is above everything (a release above its pre-releases).
pub(super) const TOP: u8 = 0xff;

/// Begins the bytes of a key.
pub(super) fn begin(tag: Tag) -> Bytes {
    let mut out = Bytes::new();
    out.push(tag as u8);
    out
}

/// Appends a number of any size, given as ASCII digits (none is zero).
///
/// The first byte is 1 to 209, so that [`END`] stays below and [`TOP`] above:
/// 1 to 200 is the number itself plus one, 201 to 208 the count of big-endian
/// bytes that follow, 209 a number of 20 digits or more, by length and digits.
pub(super) fn number(out: &mut Bytes, digits: &[u8]) {
    let zeros = digits.iter().take_while(|d| **d == b'0').count();
    let digits = digits.get(zeros..).unwrap_or_default();
    if digits.len() > 19 {
        out.push(209);
        // A version is at most 256 bytes long (limits::VERSION).
        out.extend_from_slice(&u16::try_from(digits.len()).unwrap_or(u16::MAX).to_be_bytes());
        out.extend_from_slice(digits);
        return;
    }
    let value = digits.iter().fold(0_u64, |value, d| value * 10 + u64::from(d - b'0'));
    if value < 200 {
        out.push(value as u8 + 1);
    } else {
        let bytes = value.to_be_bytes();
        let skip = value.leading_zeros() as usize / 8;
        out.push(200 + (8 - skip) as u8);
        out.extend_from_slice(bytes.get(skip..).unwrap_or_default());
    }
}

/// Splits off the leading ASCII digits.
pub(super) fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|c| c.is_ascii_digit()).count())
}

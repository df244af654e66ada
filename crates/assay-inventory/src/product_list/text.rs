//! A table's bytes as text: UTF-8, UTF-16 with or without its mark, else
//! Windows-1252, which every byte sequence is.

/// The characters of 0x80 to 0x9f in Windows-1252; the rest is Latin-1.
const HIGH: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}',
    '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}',
    '\u{17e}', '\u{178}',
];

/// Decodes the bytes, whatever they are.
pub(crate) fn decode(bytes: &[u8]) -> String {
    if let Some(rest) = bytes.strip_prefix(b"\xff\xfe") {
        return utf16(rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(b"\xfe\xff") {
        return utf16(rest, u16::from_be_bytes);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    // Without a mark: a table has a letter or a delimiter at its beginning, so every second byte is zero.
    match bytes.get(..4) {
        Some([a, 0, b, 0]) if *a != 0 && *b != 0 => return utf16(bytes, u16::from_le_bytes),
        Some([0, a, 0, b]) if *a != 0 && *b != 0 => return utf16(bytes, u16::from_be_bytes),
        _ => {}
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|c| character(*c)).collect(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

fn character(c: u8) -> char {
    match c {
        0x80..=0x9f => HIGH.get(usize::from(c) - 0x80).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
        c => char::from(c),
    }
}

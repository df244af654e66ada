//! A secret drawn for a run, and how it is found again in what the run left.
//!
//! The secret is text of 64 hexadecimal digits. A piece of 16 digits in a row is
//! enough: that is 64 bits that nobody can guess, and a flaw that reads too far
//! may give away a part only. Looked for are
//!
//! - the text, in any case, forwards and backwards,
//! - its bytes as hexadecimal, octal or decimal numbers (`33 66`, `0x33, 0x66`,
//!   `%33%66`, `\x33\x66`, `&#51;&#102;`),
//! - Base64, with the usual alphabet and the one for URLs, at any offset,
//!
//! each of them with anything that is no letter and no digit in between: line
//! ends, quotes, separators, the zero bytes of UTF-16. Not found is what was
//! compressed, encrypted, or cut into pieces of less than 16 digits with words
//! between them.

/// Hexadecimal digits in a row that give a secret away.
const PIECE: u32 = 16;

/// A secret, as it lies in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    text: String,
    /// Every piece of it, forwards and backwards, as the number that its digits write.
    pieces: Vec<u64>,
}

/// How a secret was written where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it stands in the file, or backwards.
    Text,
    /// Its bytes in hexadecimal, percent signs among them.
    Hexadecimal,
    /// Its bytes as decimal numbers.
    Decimal,
    /// Its bytes as octal numbers.
    Octal,
    /// Base64.
    Base64,
}

impl Form {
    /// In words: `as text`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Text => "as text",
            Self::Hexadecimal => "as hexadecimal bytes",
            Self::Decimal => "as decimal bytes",
            Self::Octal => "as octal bytes",
            Self::Base64 => "as Base64",
        }
    }
}

impl Secret {
    /// A secret of 32 random bytes.
    #[must_use]
    pub fn of(random: [u8; 32]) -> Self {
        let text = hex::encode(random);
        let backwards: Vec<u8> = text.bytes().rev().collect();
        let mut pieces = Vec::new();
        for digits in [text.as_bytes(), &backwards] {
            let mut row = Row::default();
            for digit in digits {
                row.take(*digit);
                pieces.extend(row.piece());
            }
        }
        pieces.sort_unstable();
        pieces.dedup();
        Self { text, pieces }
    }

    /// What the file holds.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How a piece of the secret is written in these bytes, if one is. Linear in their number.
    #[must_use]
    pub fn find(&self, bytes: &[u8]) -> Option<Form> {
        let mut readers = Readers::default();
        bytes.iter().find_map(|byte| readers.take(*byte, self))
    }

    fn holds(&self, row: &Row) -> bool {
        row.piece().is_some_and(|piece| self.pieces.binary_search(&piece).is_ok())
    }
}

/// The last hexadecimal digits of a text.
#[derive(Debug, Clone, Copy, Default)]
struct Row {
    value: u64,
    count: u32,
}

impl Row {
    /// A digit is taken in, what is neither letter nor digit is passed over, any other letter ends the row.
    fn take(&mut self, byte: u8) {
        match char::from(byte).to_digit(16) {
            Some(digit) => {
                self.value = self.value << 4 | u64::from(digit);
                self.count = (self.count + 1).min(PIECE);
            }
            None if byte.is_ascii_alphanumeric() => self.count = 0,
            None => {}
        }
    }

    /// For bytes that something else was decoded to: there anything but a digit ends the row.
    fn take_strictly(&mut self, byte: u8) {
        if byte.is_ascii_hexdigit() { self.take(byte) } else { self.count = 0 }
    }

    fn piece(&self) -> Option<u64> {
        (self.count == PIECE).then_some(self.value)
    }
}

/// Bytes written as numbers with something between them.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    radix: u32,
    number: Option<u32>,
    row: Row,
}

impl Numbers {
    fn of(radix: u32) -> Self {
        Self { radix, number: None, row: Row::default() }
    }

    /// Whether a number has just ended.
    fn take(&mut self, byte: u8) -> bool {
        if let Some(digit) = char::from(byte).to_digit(self.radix) {
            let number = self.number.unwrap_or(0).saturating_mul(self.radix).saturating_add(digit);
            self.number = Some(number.min(1 << 16));
            return false;
        }
        self.end()
    }

    fn end(&mut self) -> bool {
        let Some(number) = self.number.take() else { return false };
        self.row.take_strictly(u8::try_from(number).unwrap_or(0));
        true
    }
}

/// Pairs of hexadecimal digits, from one of two offsets.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    half: Option<u32>,
    row: Row,
}

impl Pairs {
    fn take(&mut self, digit: u32) {
        match self.half.take() {
            None => self.half = Some(digit),
            Some(high) => self.row.take_strictly(u8::try_from(high << 4 | digit).unwrap_or(0)),
        }
    }
}

/// Base64 from one of four offsets.
#[derive(Debug, Clone, Copy, Default)]
struct Sextets {
    bits: u32,
    count: u32,
    row: Row,
}

impl Sextets {
    fn take(&mut self, sextet: u32) {
        self.bits = (self.bits << 6 | sextet) & 0xffff;
        self.count += 6;
        if self.count >= 8 {
            self.count -= 8;
            self.row.take_strictly((self.bits >> self.count & 0xff) as u8);
        }
    }
}

/// Everything that reads the same bytes at once.
struct Readers {
    text: Row,
    pairs: [Pairs; 2],
    last: u8,
    decimal: Numbers,
    octal: Numbers,
    base64: [Sextets; 4],
    /// Sextets so far, up to the last offset.
    sextets: usize,
}

impl Default for Readers {
    fn default() -> Self {
        Self {
            text: Row::default(),
            // One of them begins a digit later.
            pairs: [Pairs::default(), Pairs { half: Some(0), ..Pairs::default() }],
            last: 0,
            decimal: Numbers::of(10),
            octal: Numbers::of(8),
            base64: [Sextets::default(); 4],
            sextets: 0,
        }
    }
}

impl Readers {
    fn take(&mut self, byte: u8, secret: &Secret) -> Option<Form> {
        self.text.take(byte);
        if secret.holds(&self.text) {
            return Some(Form::Text);
        }
        self.hexadecimal(byte);
        if self.pairs.iter().any(|pairs| secret.holds(&pairs.row)) {
            return Some(Form::Hexadecimal);
        }
        if self.decimal.take(byte) && secret.holds(&self.decimal.row) {
            return Some(Form::Decimal);
        }
        if self.octal.take(byte) && secret.holds(&self.octal.row) {
            return Some(Form::Octal);
        }
        self.base64(byte);
        self.base64.iter().any(|sextets| secret.holds(&sextets.row)).then_some(Form::Base64)
    }

    fn hexadecimal(&mut self, byte: u8) {
        let last = std::mem::replace(&mut self.last, byte);
        match char::from(byte).to_digit(16) {
            Some(digit) => self.pairs.iter_mut().for_each(|pairs| pairs.take(digit)),
            // The mark of `0x33` and `\x33`: the pair begins after it, wherever the last one stood.
            None if byte.eq_ignore_ascii_case(&b'x') => {
                let marked = last == b'0';
                for pairs in &mut self.pairs {
                    if marked && pairs.half.is_some() {
                        pairs.half = None;
                    }
                }
            }
            None if byte.is_ascii_alphanumeric() => self.pairs.iter_mut().for_each(|pairs| pairs.row.count = 0),
            None => {}
        }
    }

    fn base64(&mut self, byte: u8) {
        let sextet = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return,
        };
        for sextets in self.base64.iter_mut().take(self.sextets + 1) {
            sextets.take(u32::from(sextet));
        }
        self.sextets = (self.sextets + 1).min(3);
    }
}

#[cfg(test)]
#[path = "secret_tests.rs"]
mod tests;

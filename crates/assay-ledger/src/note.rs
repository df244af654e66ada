//! Signed notes: a text and signatures over it (C2SP signed-note).

use std::fmt;
use std::str::FromStr;

use assay_seal::{SigningKey, VerifyingKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// The largest note that is read. Room for a hundred post-quantum cosignatures of witnesses.
pub const MAX_NOTE_BYTES: usize = 512 * 1024;

/// The most signatures of a note that are read; the specification wants at least 16.
pub const MAX_SIGNATURES: usize = 100;

/// The longest name of a key.
const MAX_NAME_BYTES: usize = 256;

/// Ed25519 over the text of the note (C2SP signed-note, signature types).
const ED25519: u8 = 1;

/// What a signature line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// Why a note, or a key for notes, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A name that no key may have.
    #[error("a key's name is 1 to 256 bytes without spaces, control characters and `+`")]
    Name,
    /// A text that is no verifier key.
    #[error("this is not a verifier key: `name+hash+base64`, for Ed25519")]
    NotAKey,
    /// The hash in a verifier key is not that of its name and key.
    #[error("the hash in the verifier key of `{0}` is not that of its name and key: it was changed on the way")]
    KeyHash(String),
    /// The text of a note cannot be signed.
    #[error("the text of a note ends with a newline and has no other control characters")]
    Text,
    /// The note is too large to be read.
    #[error("the note has more than {MAX_NOTE_BYTES} bytes")]
    TooLarge,
    /// The bytes are not a text.
    #[error("the note is not UTF-8 text without control characters")]
    NotText,
    /// There is no signature block.
    #[error("the note has no signatures after an empty line")]
    Unsigned,
    /// A line of the signature block is none.
    #[error("line {0} of the signatures is not a signature")]
    SignatureLine(usize),
    /// There are more signatures than are read.
    #[error("the note has more than {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// One key signed twice, so that one of the two could hide a wrong one.
    #[error("`{0}` stands twice among the signatures")]
    Twice(String),
    /// The signature of a known key is wrong.
    #[error("the signature of `{0}` does not hold: the note was changed after it was signed, or signed by another key")]
    Wrong(String),
    /// No known key signed.
    #[error("none of the known keys signed this note; it is signed by: {0}")]
    Unknown(String),
}

/// Whether this may be the name of a key.
fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.chars().any(|c| c == '+' || c.is_whitespace() || c.is_control())
}

fn key_hash(name: &str, key: &VerifyingKey) -> [u8; 4] {
    let digest =
        Sha256::new().chain_update(name).chain_update([b'\n', ED25519]).chain_update(key.to_bytes()).finalize();
    let [a, b, c, d, ..] = <[u8; 32]>::from(digest);
    [a, b, c, d]
}

/// A key that verifies notes, with its name: the *vkey* of C2SP, `name+hash+base64(0x01 || key)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl VerifierKey {
    /// A key under a name.
    ///
    /// # Errors
    /// If no key may have this name.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, NoteError> {
        if is_name(name) { Ok(Self { name: name.to_owned(), key }) } else { Err(NoteError::Name) }
    }

    /// The name of the key; a log's key has the log's origin as its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The four bytes by which a signature names its key: an identifier, no protection.
    #[must_use]
    pub fn hash(&self) -> [u8; 4] {
        key_hash(&self.name, &self.key)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [[ED25519].as_slice(), &self.key.to_bytes()].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.hash()), STANDARD.encode(bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::NotAKey);
        };
        if key.len() != 44 {
            return Err(NoteError::NotAKey);
        }
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::NotAKey)?;
        let Some((&ED25519, bytes)) = bytes.split_first() else { return Err(NoteError::NotAKey) };
        let bytes: &[u8; 32] = bytes.try_into().map_err(|_| NoteError::NotAKey)?;
        let key = Self::new(name, VerifyingKey::from_bytes(bytes).map_err(|_| NoteError::NotAKey)?)?;
        if hash == format!("{:08x}", u32::from_be_bytes(key.hash())) {
            Ok(key)
        } else {
            Err(NoteError::KeyHash(name.to_owned()))
        }
    }
}

/// Signs a text, and gives the note.
///
/// # Errors
/// If no key may have this name, or the text does not end with a newline or has other control
/// characters.
pub fn sign(text: &str, name: &str, key: &SigningKey) -> Result<String, NoteError> {
    let signer = VerifierKey::new(name, key.verifying_key())?;
    if !text.ends_with('\n') || text.contains(forbidden) {
        return Err(NoteError::Text);
    }
    let signature = [signer.hash().as_slice(), &key.sign(text.as_bytes())].concat();
    Ok(format!("{text}\n{DASH}{name} {}\n", STANDARD.encode(signature)))
}

fn forbidden(c: char) -> bool {
    c < ' ' && c != '\n'
}

/// A signature of a note, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Signature {
    name: String,
    hash: [u8; 4],
    bytes: Vec<u8>,
}

/// A note whose signatures have not been verified: its text is not to be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

impl Note {
    /// Reads a note.
    ///
    /// # Errors
    /// If the bytes are not a note, or one beyond the bounds.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLarge);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::NotText)?;
        if note.contains(forbidden) {
            return Err(NoteError::NotText);
        }
        // The last empty line separates: the text may have others.
        let split = note.rfind("\n\n").ok_or(NoteError::Unsigned)?;
        let (text, block) = note.split_at(split + 1);
        let block = block.strip_prefix('\n').and_then(|block| block.strip_suffix('\n'));
        let block = block.filter(|block| !block.is_empty()).ok_or(NoteError::Unsigned)?;
        let mut signatures: Vec<Signature> = Vec::new();
        for (line, number) in block.split('\n').zip(1..) {
            if number > MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures);
            }
            let signature = signature(line).ok_or(NoteError::SignatureLine(number))?;
            if signatures.iter().any(|other| other.name == signature.name && other.hash == signature.hash) {
                return Err(NoteError::Twice(signature.name));
            }
            signatures.push(signature);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text, if a known key signed it. Signatures of unknown keys are passed over; one wrong
    /// signature of a known key refuses the note, whatever else it carries.
    ///
    /// # Errors
    /// If no known key signed, or a signature of a known key does not hold.
    pub fn verify(&self, known: &[VerifierKey]) -> Result<&str, NoteError> {
        let mut signed = false;
        for signature in &self.signatures {
            let signer = known.iter().find(|key| key.name == signature.name && key.hash() == signature.hash);
            let Some(signer) = signer else { continue };
            let holds = signature
                .bytes
                .as_slice()
                .try_into()
                .is_ok_and(|bytes: &[u8; 64]| signer.key.signed(self.text.as_bytes(), bytes));
            if !holds {
                return Err(NoteError::Wrong(signature.name.clone()));
            }
            signed = true;
        }
        if signed {
            return Ok(&self.text);
        }
        let names: Vec<&str> = self.signatures.iter().map(|signature| signature.name.as_str()).take(8).collect();
        Err(NoteError::Unknown(names.join(", ")))
    }
}

/// One line of the signature block.
fn signature(line: &str) -> Option<Signature> {
    let (name, base64) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = STANDARD.decode(base64).ok()?;
    let (hash, signature) = bytes.split_first_chunk::<4>()?;
    let right = is_name(name) && !signature.is_empty();
    right.then(|| Signature { name: name.to_owned(), hash: *hash, bytes: signature.to_vec() })
}

#[cfg(test)]
mod tests;

//! PEM (RFC 7468), as much of it as two kinds of keys need.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// A key file has a few lines; more is something else.
const MAX_BYTES: usize = 4_096;

/// One block with this label.
pub(crate) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    // Sized for all of it, so that no half-written copy is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(MAX_BYTES));
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    // Keys are far shorter than 48 bytes, which is one line of 64 characters.
    for chunk in der.chunks(48) {
        let line = Zeroizing::new(STANDARD.encode(chunk));
        text.push_str(&line);
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}

/// The content of the one block with this label, whatever text stands around it.
pub(crate) fn decode(label: &str, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let (_, rest) = text.split_once(begin.as_str())?;
    let (body, after) = rest.split_once(end.as_str())?;
    // Two keys in one file: which one is meant would be a guess.
    if after.contains(begin.as_str()) {
        return None;
    }
    let mut joined = Zeroizing::new(String::with_capacity(MAX_BYTES));
    joined.extend(body.chars().filter(|c| !c.is_ascii_whitespace()));
    STANDARD.decode(joined.as_bytes()).ok().map(Zeroizing::new)
}

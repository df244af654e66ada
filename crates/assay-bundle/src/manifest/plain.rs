//! Plain text: lines for people, and words out of a fixed set.

use super::fault::Fault;
use super::problem::{is_deceptive, shown};
use super::suggest;

/// A line of text for people.
pub(super) fn line(text: &str, max: usize) -> Result<String, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new("empty", "it is empty"));
    }
    if text.len() > max {
        let message = format!("the text has {} bytes; at most {max} are allowed", text.len());
        return Err(Fault::new("too-large", message));
    }
    if text.chars().any(|c| c.is_control() || is_deceptive(c)) {
        let message = "it contains control characters or marks that reorder text";
        return Err(Fault::new("bad-text", message).help("write it as one plain line"));
    }
    Ok(text.to_owned())
}

/// The problem of a word that is not in its set.
pub(super) fn unknown_word(text: &str, known: &[&str]) -> Fault {
    let fault = Fault::new("unknown-word", format!("`{}` is not known here", shown(text)));
    match suggest::nearest(text, known) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(format!("known are {}", suggest::list(known))),
    }
}

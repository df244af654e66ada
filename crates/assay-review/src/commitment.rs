//! What the ledger commits to: every field of an event, each to be salted by itself.

use assay_bundle::digest::Sha256;
use serde_json::Value;

use crate::canonical::canonical;
use crate::event::Event;
use crate::refusal::Refusal;

/// Most levels that are taken apart; what lies deeper is one field.
const DEPTH: usize = 4;

impl Event {
    /// The event's fields by name, in order: the ledger salts each by itself, so that one can be
    /// shown to an outsider without the others.
    ///
    /// Nothing here leaves the house by itself: an outsider sees a root over salted fields, and
    /// neither handles nor names (a developer that wants no notice gets none). `digest` is of the
    /// whole event; of an envelope its digest stands here, not its bytes.
    ///
    /// # Errors
    /// `malformed`, if the event has no canonical form; this does not happen for events of this crate.
    pub fn commitment_fields(&self) -> Result<Vec<(String, String)>, Refusal> {
        let bytes = canonical(self)?;
        let value: Value = serde_json::from_slice(&bytes).map_err(Refusal::malformed)?;
        let mut fields = vec![("digest".to_owned(), Sha256::of(&bytes).to_string())];
        fields.push(("type".to_owned(), self.kind().to_owned()));
        fields.push(("version".to_owned(), self.version().to_string()));
        take_apart(&mut fields, "", &value, DEPTH)?;
        fields.sort();
        Ok(fields)
    }
}

fn take_apart(fields: &mut Vec<(String, String)>, name: &str, value: &Value, depth: usize) -> Result<(), Refusal> {
    match value {
        Value::Object(map) if depth > 0 => {
            for (key, value) in map {
                let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
                take_apart(fields, &name, value, depth - 1)?;
            }
        }
        Value::String(text) if name == "by.envelope" => {
            fields.push((name.to_owned(), Sha256::of(text.as_bytes()).to_string()));
        }
        Value::String(text) => fields.push((name.to_owned(), text.clone())),
        other => {
            let text = String::from_utf8(canonical(other)?).map_err(Refusal::malformed)?;
            fields.push((name.to_owned(), text));
        }
    }
    Ok(())
}

//! Opening some of the fields behind an entry, and showing that it is that entry.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::commitment::{self, Commitment, Field, FieldError, MAX_FIELDS, MAX_VALUE_BYTES, Salt};
use crate::hash::Hash;
use crate::note::VerifierKey;
use crate::proof::{Proof, ProofError};

/// The largest reveal that is read: all fields at their largest, and what stands around them.
pub const MAX_REVEAL_BYTES: usize = MAX_FIELDS * (MAX_VALUE_BYTES + 1024);

/// What the `schema` of a reveal says.
const SCHEMA: &str = "assay.reveal/1";

/// One field of a reveal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Shown, with the salt that hid it.
    Opened(Field, Salt),
    /// Withheld: only its hash, against which nobody can try values.
    Withheld(Hash),
}

/// An entry opened in part: where it stands in which log, and its fields in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reveal {
    origin: String,
    index: u64,
    parts: Vec<Part>,
}

/// Why a reveal is refused.
#[derive(Debug, thiserror::Error)]
pub enum RevealError {
    /// It is too large to be read.
    #[error("the reveal has more than {MAX_REVEAL_BYTES} bytes")]
    TooLarge,
    /// It is not the JSON of a reveal.
    #[error("this is not a reveal: {0}")]
    Json(String),
    /// A field is neither opened nor withheld.
    #[error("field {0} has neither `name`, `salt` and `value`, nor `withheld` alone")]
    Neither(usize),
    /// A salt or a hash that is not 32 bytes in base64.
    #[error("field {0} has a salt or a hash that is not 32 bytes in base64")]
    NotBase64(usize),
    /// A value is not written in the one canonical way, so that two readers could read two values.
    #[error("the value of field {0} is not canonical JSON (RFC 8785)")]
    NotCanonical(usize),
    /// A field that cannot be.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// It is of another log.
    #[error("the reveal is of the log `{found}`, not of `{wanted}`")]
    Origin {
        /// The origin it has.
        found: String,
        /// The origin of the key.
        wanted: String,
    },
    /// It names another entry than the proof.
    #[error("the reveal is of entry {reveal}, the proof of entry {proof}")]
    Index {
        /// The entry of the reveal.
        reveal: u64,
        /// The entry of the proof.
        proof: u64,
    },
    /// The fields do not lead to what the entry holds.
    #[error("entry {0} does not commit to these fields: a field, a salt, their order or the entry was changed")]
    NotThisEntry(u64),
    /// The proof that the entry is in the log does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Reveal {
    /// Opens the fields for which `open` says so. Fields and salts in the order of the commitment.
    ///
    /// # Errors
    /// If there are no fields, too many, or not one salt for each.
    pub fn new(
        origin: &str,
        index: u64,
        fields: &[Field],
        salts: &[Salt],
        open: impl Fn(&Field) -> bool,
    ) -> Result<Self, RevealError> {
        commitment::check(fields.len().min(salts.len()), fields.iter())?;
        if fields.len() != salts.len() {
            return Err(FieldError::Count(salts.len()).into());
        }
        let part = |(field, salt): (&Field, &Salt)| {
            if open(field) { Part::Opened(field.clone(), salt.clone()) } else { Part::Withheld(field.hash(salt)) }
        };
        Ok(Self { origin: origin.to_owned(), index, parts: fields.iter().zip(salts).map(part).collect() })
    }

    /// The log it is of.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The entry it opens.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Its fields, opened and withheld, in their order. Believe them only after [`Reveal::check`].
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The opened fields. Believe them only after [`Reveal::check`].
    pub fn opened(&self) -> impl Iterator<Item = &Field> {
        self.parts.iter().filter_map(|part| match part {
            Part::Opened(field, _) => Some(field),
            Part::Withheld(_) => None,
        })
    }

    /// What the fields lead to.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        let hash = |part: &Part| match part {
            Part::Opened(field, salt) => field.hash(salt),
            Part::Withheld(hash) => *hash,
        };
        commitment::over(&self.parts.iter().map(hash).collect::<Vec<_>>())
    }

    /// Checks, without a network and without the log, that the entry of the proof commits to these
    /// fields and is in the log that this key signs.
    ///
    /// # Errors
    /// If it is of another log or entry, or does not lead there.
    pub fn check(&self, proof: &Proof, key: &VerifierKey) -> Result<(), RevealError> {
        self.check_origin(key)?;
        if self.index != proof.index() {
            return Err(RevealError::Index { reveal: self.index, proof: proof.index() });
        }
        match proof.check(self.commitment(), key) {
            Ok(_) => Ok(()),
            Err(ProofError::NotProved(_)) => Err(RevealError::NotThisEntry(self.index)),
            Err(error) => Err(error.into()),
        }
    }

    /// Checks that it is of the log of this key.
    pub(crate) fn check_origin(&self, key: &VerifierKey) -> Result<(), RevealError> {
        if self.origin == key.name() {
            return Ok(());
        }
        Err(RevealError::Origin { found: self.origin.clone(), wanted: key.name().to_owned() })
    }

    /// Reads a reveal.
    ///
    /// # Errors
    /// If it is too large, not a reveal, has keys of its own, or a value in another than its one
    /// canonical spelling.
    pub fn parse(bytes: &[u8]) -> Result<Self, RevealError> {
        if bytes.len() > MAX_REVEAL_BYTES {
            return Err(RevealError::TooLarge);
        }
        let json: Json = serde_json::from_slice(bytes).map_err(|error| RevealError::Json(error.to_string()))?;
        if json.schema != SCHEMA {
            return Err(RevealError::Json(format!("`schema` is not `{SCHEMA}`")));
        }
        if json.fields.len() > MAX_FIELDS {
            return Err(FieldError::Count(json.fields.len()).into());
        }
        let parts: Vec<Part> = json.fields.iter().enumerate().map(part).collect::<Result<_, _>>()?;
        let reveal = Self { origin: json.origin, index: json.index, parts };
        commitment::check(reveal.parts.len(), reveal.opened())?;
        Ok(reveal)
    }

    /// The JSON of the reveal, on one line per key.
    ///
    /// # Errors
    /// None that can happen: the values are JSON already.
    pub fn to_json(&self) -> Result<String, RevealError> {
        let failed = |error: serde_json::Error| RevealError::Json(error.to_string());
        let part = |part: &Part| {
            Ok(match part {
                Part::Withheld(hash) => JsonField { withheld: Some(hash.to_string()), ..JsonField::default() },
                Part::Opened(field, salt) => JsonField {
                    name: Some(field.name().to_owned()),
                    salt: Some(STANDARD.encode(salt.0)),
                    value: Some(RawValue::from_string(field.value().to_owned()).map_err(failed)?),
                    withheld: None,
                },
            })
        };
        let json = Json {
            schema: SCHEMA.to_owned(),
            origin: self.origin.clone(),
            index: self.index,
            fields: self.parts.iter().map(part).collect::<Result<_, RevealError>>()?,
        };
        Ok(serde_json::to_string_pretty(&json).map_err(failed)? + "\n")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    schema: String,
    origin: String,
    index: u64,
    fields: Vec<JsonField>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct JsonField {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "as_written")]
    value: Option<Box<RawValue>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withheld: Option<String>,
}

/// Keeps a value as it is written, `null` too, which serde would otherwise take for no value.
fn as_written<'de, D: Deserializer<'de>>(input: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(input).map(Some)
}

fn part((number, json): (usize, &JsonField)) -> Result<Part, RevealError> {
    let bytes = |text: &str| Hash::from_base64(text).ok_or(RevealError::NotBase64(number));
    match (&json.name, &json.salt, &json.value, &json.withheld) {
        (None, None, None, Some(hash)) => Ok(Part::Withheld(bytes(hash)?)),
        (Some(name), Some(salt), Some(value), None) => {
            let parsed = serde_json::from_str(value.get()).map_err(|error| RevealError::Json(error.to_string()))?;
            let field = Field::new(name, &parsed)?;
            // A key that stands twice, or a number in another spelling, could be read in two ways.
            if field.value() != value.get() {
                return Err(RevealError::NotCanonical(number));
            }
            Ok(Part::Opened(field, Salt(bytes(salt)?.0)))
        }
        _ => Err(RevealError::Neither(number)),
    }
}

#[cfg(test)]
mod tests;

//! What is sealed: the event as its rules wrote it, and the salts under which
//! its fields went into the ledger. The salts die with the payload: after
//! shredding, a commitment proves that something was there, and no guess at
//! what it was can be tested against it.

use assay_base::Entropy;
use assay_ledger::commitment::{self, Commitment, Field as LedgerField, Salt};
use assay_store::event::Envelope;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::kept::Kept;
use crate::refusal::Refusal;

/// The sealed content of an event.
#[derive(Serialize, Deserialize)]
pub struct Payload<E> {
    /// What happened.
    pub event: E,
    /// One for each committed field, in order.
    #[serde(with = "salts")]
    pub salts: Vec<Salt>,
}

mod salts {
    use super::{Deserialize, Deserializer, Salt, Serialize, Serializer};

    pub fn serialize<S: Serializer>(salts: &[Salt], serializer: S) -> Result<S::Ok, S::Error> {
        salts.iter().map(|salt| hex::encode(salt.0)).collect::<Vec<_>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Salt>, D::Error> {
        let read = |text: String| {
            let mut salt = [0; 32];
            hex::decode_to_slice(text, &mut salt).map_err(serde::de::Error::custom)?;
            Ok(Salt(salt))
        };
        Vec::<String>::deserialize(deserializer)?.into_iter().map(read).collect()
    }
}

/// The fields of an event that the ledger commits to: those of every event, then its own.
///
/// # Errors
///
/// A field cannot be written as canonical JSON: a defect of the rules.
pub fn fields<K: Kept>(event: &K::Event) -> Result<Vec<LedgerField>, Refusal> {
    let common = [
        ("type".to_owned(), K::kind(event).into()),
        ("version".to_owned(), K::version(event).into()),
        ("stream".to_owned(), K::stream(event).0.into()),
        ("instant".to_owned(), K::at(event).to_string().into()),
        ("actor".to_owned(), K::actor(event).map_or(serde_json::Value::Null, |actor| actor.to_string().into())),
    ];
    common
        .into_iter()
        .chain(K::fields(event))
        .map(|(name, value)| {
            LedgerField::new(&name, &value)
                .map_err(|error| Refusal::broken(format!("an event of {} cannot be committed to: {error}", K::NOUN)))
        })
        .collect()
}

/// What is to be sealed, and what goes into the ledger.
pub struct Written {
    /// The payload's bytes.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The commitment over the event's fields.
    pub commitment: Commitment,
    /// The salt of each field, in order.
    pub salts: Vec<Salt>,
}

/// The bytes to be sealed, and what goes into the ledger.
///
/// # Errors
///
/// See [`fields`].
pub fn write<K: Kept>(event: &K::Event, entropy: &mut dyn Entropy) -> Result<Written, Refusal> {
    let (commitment, salts) = commitment::commit(&fields::<K>(event)?, entropy)
        .map_err(|error| Refusal::broken(format!("an event of {} cannot be committed to: {error}", K::NOUN)))?;
    let bytes = serde_json::to_vec(&Payload { event, salts: salts.clone() })
        .map_err(|error| Refusal::broken(format!("an event of {} cannot be written: {error}", K::NOUN)))?;
    Ok(Written { bytes: Zeroizing::new(bytes), commitment, salts })
}

/// The content of opened bytes.
///
/// # Errors
///
/// They hold no event of this kind. The error names the event, never its content.
pub fn read<K: Kept>(envelope: &Envelope, bytes: &[u8]) -> Result<Payload<K::Event>, Refusal> {
    // serde's errors repeat values of the text: they stay here.
    serde_json::from_slice(bytes).map_err(|error| {
        Refusal::broken(format!(
            "the event {} ({}) cannot be read, at column {} of its payload",
            envelope.id,
            envelope.kind,
            error.column()
        ))
    })
}

/// What a payload is bound to: it opens at its own place in its own stream only.
pub fn place(envelope: &Envelope) -> Vec<u8> {
    format!(
        "assay-event/1\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
        envelope.id,
        envelope.stream.0,
        envelope.place,
        envelope.kind,
        envelope.version,
        envelope.at,
        serde_json::to_string(&envelope.actor).unwrap_or_default(),
    )
    .into_bytes()
}

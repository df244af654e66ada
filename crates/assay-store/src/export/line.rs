//! One line of an export.

use assay_seal::data_key::DataKeyId;
use serde::{Deserialize, Serialize};

use crate::event::{BlobId, Envelope, StoredEvent};
use crate::row::Row;

/// The form that this program writes and reads.
pub const FORM: &str = "assay-export/1";
/// Bytes of a blob on one line.
pub const PART: usize = 768 << 10;
/// Bytes of a line: the longest payload in base64, and room for its envelope.
pub const MAX_LINE: usize = 24 << 20;

/// A line. Unknown kinds and keys are refused: an older program does not drop what it does not know.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Line {
    /// The first.
    Head { form: String },
    /// A setting.
    Setting { name: String, value: String },
    /// An event, in the order of the numbers.
    Event {
        number: u64,
        envelope: Envelope,
        #[serde(with = "base64_text")]
        payload: Vec<u8>,
        #[serde(with = "crate::hex")]
        commitment: [u8; 32],
        leaf: Option<u64>,
    },
    /// A row of a view.
    Row { row: Row },
    /// A wrap.
    Wrap {
        key: DataKeyId,
        recipient: String,
        #[serde(with = "base64_text")]
        wrap: Vec<u8>,
    },
    /// A key that was shredded.
    Shredded { key: DataKeyId },
    /// A blob; its parts follow.
    Blob { id: BlobId, bytes: u64 },
    /// The next part of the blob.
    Part {
        #[serde(with = "base64_text")]
        bytes: Vec<u8>,
    },
    /// The last: how many lines there are, and the digest of all before this one.
    End {
        lines: u64,
        #[serde(with = "crate::hex")]
        sha256: [u8; 32],
    },
}

impl Line {
    /// The first line.
    pub fn head() -> Self {
        Self::Head { form: FORM.into() }
    }

    /// The line of an event.
    pub fn event(event: StoredEvent) -> Self {
        let StoredEvent { number, envelope, payload, commitment, leaf } = event;
        Self::Event { number, envelope, payload, commitment, leaf }
    }
}

mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

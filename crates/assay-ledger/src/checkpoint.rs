//! Checkpoints: how large a log is and what its root is, signed (C2SP tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

use assay_seal::SigningKey;

use crate::hash::{Hash, empty_root};
use crate::note::{self, Note, NoteError, VerifierKey};

/// What a log says of itself: which log, how many leaves, which root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: the name of its key, such as `ledger.example/one`.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is refused.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The text has not the three lines of a checkpoint.
    #[error("a checkpoint is three lines: the log's origin, its size, its root in base64")]
    Form,
    /// It is of another log.
    #[error("this is a checkpoint of `{found}`, not of `{wanted}`")]
    Origin {
        /// The origin it has.
        found: String,
        /// The origin it should have: the name of the key.
        wanted: String,
    },
    /// An empty tree with a root of something.
    #[error("a log of no entries cannot have the root {0}")]
    EmptyRoot(Hash),
}

impl Checkpoint {
    /// The signed note of this checkpoint. The key's name is the origin.
    ///
    /// # Errors
    /// If no key may have the origin as its name.
    pub fn sign(&self, key: &SigningKey) -> Result<String, NoteError> {
        note::sign(&self.to_string(), &self.origin, key)
    }

    /// The checkpoint in a note that this log's key signed.
    ///
    /// # Errors
    /// If it is no signed note, not signed by this key, no checkpoint, or one of another log.
    pub fn open(note: &[u8], key: &VerifierKey) -> Result<Self, CheckpointError> {
        let note = Note::parse(note)?;
        let checkpoint: Self = note.verify(std::slice::from_ref(key))?.parse()?;
        // A key may sign for one log only: else one log's checkpoint passes for another's.
        if checkpoint.origin != key.name() {
            return Err(CheckpointError::Origin { found: checkpoint.origin, wanted: key.name().to_owned() });
        }
        if checkpoint.size == 0 && checkpoint.root != empty_root() {
            return Err(CheckpointError::EmptyRoot(checkpoint.root));
        }
        Ok(checkpoint)
    }
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}\n{}\n", self.origin, self.size, self.root)
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads exactly what is written. Extension lines are refused: no log of Assay has them, and
    /// nobody could audit them (C2SP tlog-checkpoint advises against them).
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text.split('\n');
        let parts = (lines.next(), lines.next(), lines.next(), lines.next(), lines.next());
        let (Some(origin), Some(size), Some(root), Some(""), None) = parts else { return Err(CheckpointError::Form) };
        let checkpoint = Self {
            origin: origin.to_owned(),
            size: size.parse().map_err(|_| CheckpointError::Form)?,
            root: Hash::from_base64(root).ok_or(CheckpointError::Form)?,
        };
        // Catches `+1` and `01`, which parse as numbers.
        if checkpoint.to_string() == text && !origin.is_empty() { Ok(checkpoint) } else { Err(CheckpointError::Form) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const ORIGIN: &str = "ledger.example/one";

    fn key() -> SigningKey {
        SigningKey::from_seed(&[3; 32])
    }

    fn known(name: &str) -> VerifierKey {
        VerifierKey::new(name, key().verifying_key()).unwrap()
    }

    #[test]
    fn the_text_in_the_specification() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint: Checkpoint = text.parse().unwrap();
        assert_eq!(checkpoint.origin, "example.com/behind-the-sofa");
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.to_string(), text);
    }

    #[test]
    fn a_checkpoint_is_for_the_key_of_its_log_only() {
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 7, root: Hash([9; 32]) };
        let note = checkpoint.sign(&key()).unwrap();
        assert_eq!(Checkpoint::open(note.as_bytes(), &known(ORIGIN)), Ok(checkpoint.clone()));
        assert!(matches!(
            Checkpoint::open(note.as_bytes(), &known("ledger.example/two")),
            Err(CheckpointError::Note(NoteError::Unknown(_)))
        ));
        // The key signs, under its own name, what another log says.
        let foreign = note::sign(&checkpoint.to_string(), "ledger.example/two", &key()).unwrap();
        assert!(matches!(
            Checkpoint::open(foreign.as_bytes(), &known("ledger.example/two")),
            Err(CheckpointError::Origin { .. })
        ));
        let empty = Checkpoint { size: 0, ..checkpoint };
        let note = empty.sign(&key()).unwrap();
        assert_eq!(Checkpoint::open(note.as_bytes(), &known(ORIGIN)), Err(CheckpointError::EmptyRoot(empty.root)));
    }

    #[test]
    fn other_forms_are_refused() {
        let root = Hash([0; 32]);
        for text in [
            String::new(),
            format!("a\n1\n{root}"),
            format!("a\n1\n{root}\n\n"),
            format!("a\n1\n{root}\nextension\n"),
            format!("\n1\n{root}\n"),
            format!("a\n01\n{root}\n"),
            format!("a\n+1\n{root}\n"),
            format!("a\n-1\n{root}\n"),
            format!("a\n18446744073709551616\n{root}\n"),
            format!("a\n1 \n{root}\n"),
            "a\n1\nAAAA\n".to_owned(),
        ] {
            assert_eq!(text.parse::<Checkpoint>(), Err(CheckpointError::Form), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_read_as_itself(text in "[a-z]{0,3}\n[0-9+]{0,3}\n[A-E]{43}=\n?\n?") {
            if let Ok(checkpoint) = text.parse::<Checkpoint>() {
                prop_assert_eq!(checkpoint.to_string(), text);
            }
        }
    }
}

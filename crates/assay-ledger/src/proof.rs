//! Proof files: all it takes to show offline that an entry is in the log (C2SP tlog-proof).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::entry::Commitment;
use crate::hash::Hash;
use crate::note::{MAX_NOTE_BYTES, VerifierKey};
use crate::path::{MAX_PATH, NotProved, check_inclusion};

/// The first line of a proof file.
const VERSION: &str = "c2sp.org/tlog-proof@v1";

/// The longest extra data that is read.
const MAX_EXTRA_BYTES: usize = 64 * 1024;

/// The largest proof file that is read.
pub const MAX_PROOF_BYTES: usize = MAX_NOTE_BYTES + 2 * MAX_EXTRA_BYTES + 64 * MAX_PATH;

/// A proof that an entry is in a log: its place, the hashes up to the root, and the signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    extra: Option<Vec<u8>>,
    index: u64,
    path: Vec<Hash>,
    checkpoint: String,
}

/// Why a proof file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// It is too large to be read.
    #[error("the proof has more than {MAX_PROOF_BYTES} bytes")]
    TooLarge,
    /// A line is not what the format has there.
    #[error("line {0} of the proof is not what c2sp.org/tlog-proof@v1 has there")]
    Line(usize),
    /// The checkpoint in it is refused.
    #[error("the checkpoint in the proof: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The hashes do not lead from the entry to the root.
    #[error("the proof is not of this entry: {0}")]
    NotProved(#[from] NotProved),
}

impl Proof {
    /// A proof from its parts; `checkpoint` is the signed note as the log wrote it.
    #[must_use]
    pub fn new(index: u64, path: Vec<Hash>, checkpoint: String) -> Self {
        Self { extra: None, index, path, checkpoint }
    }

    /// The place of the entry it is about.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The hashes from the leaf's sibling up to the root's child.
    #[must_use]
    pub fn path(&self) -> &[Hash] {
        &self.path
    }

    /// Checks that an entry with this commitment is in the log that this key signs. Gives the
    /// checkpoint, whose root is then to be believed.
    ///
    /// # Errors
    /// If the checkpoint is not signed by the key, or the hashes lead elsewhere.
    pub fn check(&self, commitment: Commitment, key: &VerifierKey) -> Result<Checkpoint, ProofError> {
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), key)?;
        check_inclusion(commitment.leaf(), self.index, checkpoint.size, checkpoint.root, &self.path)?;
        Ok(checkpoint)
    }

    /// Reads a proof file. Its extra data, which nobody signed, is kept and not looked at.
    ///
    /// # Errors
    /// If it is too large or not of the format, with the number of the first wrong line.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > MAX_PROOF_BYTES {
            return Err(ProofError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ProofError::Line(1))?;
        let mut number = 1;
        let (line, mut rest) = text.split_once('\n').ok_or(ProofError::Line(1))?;
        if line != VERSION {
            return Err(ProofError::Line(1));
        }
        let mut next = || {
            number += 1;
            let (line, behind) = rest.split_once('\n').ok_or(ProofError::Line(number))?;
            rest = behind;
            Ok::<_, ProofError>((line, number))
        };
        let (mut line, mut at) = next()?;
        let mut extra = None;
        if let Some(base64) = line.strip_prefix("extra ") {
            let bytes = STANDARD.decode(base64).ok().filter(|bytes| bytes.len() <= MAX_EXTRA_BYTES);
            extra = Some(bytes.ok_or(ProofError::Line(at))?);
            (line, at) = next()?;
        }
        let digits = line.strip_prefix("index ").ok_or(ProofError::Line(at))?;
        let index: u64 = digits.parse().map_err(|_| ProofError::Line(at))?;
        if index.to_string() != digits {
            return Err(ProofError::Line(at));
        }
        let mut path = Vec::new();
        loop {
            (line, at) = next()?;
            if line.is_empty() {
                break;
            }
            let hash = Hash::from_base64(line).filter(|_| path.len() < MAX_PATH);
            path.push(hash.ok_or(ProofError::Line(at))?);
        }
        Ok(Self { extra, index, path, checkpoint: rest.to_owned() })
    }
}

impl fmt::Display for Proof {
    /// The proof file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{VERSION}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

#[cfg(test)]
mod tests;

//! What a harness is fed when the input is not one of the bundle's: bytes in
//! the place of a file, or arguments.

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{Input, InputContent};
use assay_bundle::path::BundlePath;

use crate::load::LoadedBundle;

/// Longest input that is made, bytes.
pub const MAX_GIANT: usize = 2 << 20;

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Feed {
    /// A file's bytes, at the place of the bundle's input that it comes from: a
    /// program that looks at names sees the same one.
    Bytes {
        /// The place.
        at: BundlePath,
        /// The bytes.
        content: Vec<u8>,
    },
    /// Arguments.
    Args(Vec<String>),
}

impl Feed {
    /// An input of the bundle; none for a program, which cannot be varied.
    #[must_use]
    pub fn of(input: &Input, bundle: &LoadedBundle) -> Option<Self> {
        match &input.content {
            InputContent::Path(path) => {
                Some(Self::Bytes { at: path.clone(), content: bundle.file(path)?.content.clone() })
            }
            InputContent::Args(arguments) => Some(Self::Args(arguments.clone())),
            InputContent::Program(_) => None,
        }
    }

    /// All its bytes, arguments one behind the other.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes { content, .. } => content.clone(),
            Self::Args(arguments) => arguments.join("\0").into_bytes(),
        }
    }

    /// What can be varied: the file, or each argument.
    #[must_use]
    pub fn parts(&self) -> Vec<Vec<u8>> {
        match self {
            Self::Bytes { content, .. } => vec![content.clone()],
            Self::Args(arguments) => arguments.iter().map(|argument| argument.clone().into_bytes()).collect(),
        }
    }

    /// The same with another such part; none where it cannot be: an argument is text without a
    /// zero byte, and no longer than any kernel takes.
    #[must_use]
    pub fn with_part(&self, index: usize, part: Vec<u8>) -> Option<Self> {
        match self {
            Self::Bytes { at, .. } => {
                (index == 0 && part.len() <= MAX_GIANT).then(|| Self::Bytes { at: at.clone(), content: part })
            }
            Self::Args(arguments) => {
                let text = String::from_utf8(part).ok().filter(|text| !text.contains('\0') && text.len() < 100_000)?;
                let mut arguments = arguments.clone();
                *arguments.get_mut(index)? = text;
                Some(Self::Args(arguments))
            }
        }
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Bytes { content, .. } => content.len(),
            Self::Args(arguments) => arguments.iter().map(String::len).sum(),
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Digest of its bytes.
    #[must_use]
    pub fn sha256(&self) -> Sha256 {
        Sha256::of(&self.bytes())
    }
}

/// For tests: such a file in the place of an input of the bundle.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) fn in_file(content: &[u8]) -> Feed {
    Feed::Bytes { at: "poc/input".parse().unwrap(), content: content.to_vec() }
}

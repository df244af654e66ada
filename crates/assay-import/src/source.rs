//! What is imported: one file, or the files of a folder or archive.

use assay_bundle::digest::Sha256;
use assay_bundle::pack::Entry;

/// What is imported, already in memory and bounded by whoever read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Its name without folders, for people and for names that mean something.
    pub name: String,
    /// SHA-256 and size of the one file or archive; nothing for a folder.
    pub whole: Option<(Sha256, usize)>,
    /// What it holds.
    pub content: Content,
}

/// What a source holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One file.
    File(Vec<u8>),
    /// Files with their paths, sorted.
    Tree(Vec<Entry>),
}

impl Source {
    /// One file.
    #[must_use]
    pub fn file(name: &str, bytes: Vec<u8>) -> Self {
        let whole = Some((Sha256::of(&bytes), bytes.len()));
        Self { name: name.to_owned(), whole, content: Content::File(bytes) }
    }

    /// A folder, or an archive with the digest and the size of its file.
    #[must_use]
    pub fn tree(name: &str, whole: Option<(Sha256, usize)>, mut files: Vec<Entry>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { name: name.to_owned(), whole, content: Content::Tree(files) }
    }

    /// Whether a file lies at this very path.
    #[must_use]
    pub fn holds(&self, path: &str) -> bool {
        matches!(&self.content, Content::Tree(files) if files.iter().any(|file| file.path.as_str() == path))
    }

    /// All its files: path or name, and content.
    pub(crate) fn files(&self) -> Vec<(&str, &[u8])> {
        match &self.content {
            Content::File(bytes) => vec![(self.name.as_str(), bytes.as_slice())],
            Content::Tree(files) => files.iter().map(|file| (file.path.as_str(), file.content.as_slice())).collect(),
        }
    }
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

//! Strict application of unified diffs, forwards and backwards.
//!
//! A patch decides which program is called "fixed", so it is applied the way
//! `dpkg-source` does it: `-p1`, no fuzz, offsets allowed. Nothing is guessed,
//! nothing is half applied, and neither a name in the patch nor a link in the
//! tree leads a write out of the tree.
//!
//! Mode changes are ignored; binary patches, copies, links and submodules are
//! refused by name.

mod apply;
mod error;
mod hunk;
mod name;
mod parse;
mod pieces;
mod tree;
mod view;

pub use apply::{Applied, Change, ChangedFile, Direction, HunkRange, apply};
pub use error::PatchError;
pub use pieces::Pieces;
pub use view::{FileView, HunkView, LineView, view};

/// Bytes of one patch.
pub const MAX_PATCH: usize = 16 << 20;
/// Hunks of one patch.
pub const MAX_HUNKS: usize = 20_000;
/// Bytes of one file, before and after.
pub const MAX_FILE: u64 = 64 << 20;
/// Bytes of all files one patch touches, held in memory until all hunks fit.
pub const MAX_TOTAL: u64 = 256 << 20;

#[cfg(test)]
mod tests;

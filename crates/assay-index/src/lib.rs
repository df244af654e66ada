//! The index of all records as one file that is read in place.
//!
//! A scan of a thousand packages looks up a thousand names and reads some
//! hundred records; all else stays on the disk. The file is made once, by
//! whoever collects the feeds, and goes to thousands of places: it is
//! immutable, signed, and followed by small deltas. How it is laid out stands
//! in `docs/index.md`.
//!
//! What a file says is what the records in memory say: loading gives an
//! [`assay_match::index::Index`] of what an inventory names, and that one
//! answers.

pub mod container;
mod decision;
pub mod delta;
pub mod error;
pub mod file;
pub mod fleet;
pub mod http;
pub mod layers;
pub mod meta;
pub mod mirror;
mod pack;
pub mod rules;
mod sections;
pub mod sign;
pub mod store;
pub mod update;
mod words;
pub mod write;

pub use error::Error;
pub use layers::Layers;

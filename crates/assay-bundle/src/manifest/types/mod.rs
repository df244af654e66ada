//! The checked manifest: what every later floor works with.
//!
//! A [`Manifest`] exists only if parsing found no problem, so its consumers
//! need not check again. Every key stands in `docs/proof-1.schema.json`.

mod arms;
mod build;
mod harness;
mod manifest;
mod oracle;

pub use arms::*;
pub use build::*;
pub use harness::*;
pub use manifest::*;
pub use oracle::*;

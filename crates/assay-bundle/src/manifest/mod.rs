//! The manifest `proof.toml`, as a value that is already checked.

mod types;

pub use types::*;

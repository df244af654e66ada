//! Proof bundle v1: a finding as a program that proves itself.
//!
//! A bundle is a directory (or a deterministic `.tar.zst` of it) with a
//! `proof.toml` at its root. This crate is pure: it takes bytes and gives
//! values; it opens no file, no socket and reads no clock.
//!
//! ```
//! use assay_bundle::manifest;
//!
//! let report = "schema = \"assay.proof/1\"\ntitle = \"The parser crashes on long names\"\n";
//! let reading = manifest::read(report);
//! assert!(reading.is_partial());
//! assert!(reading.missing.iter().any(|item| item.key == "inputs.trigger"));
//! ```

pub mod digest;
pub mod files;
pub mod identity;
pub mod jcs;
pub mod manifest;
pub mod pack;
pub mod path;
pub mod presence;
pub mod statement;
pub mod verdict;

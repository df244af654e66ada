//! Proof bundle v1: a finding as a program that proves itself.
//!
//! A bundle is a directory (or a deterministic `.tar.zst` of it) with a
//! `proof.toml` at its root. This crate is pure: it takes bytes and gives
//! values; it opens no file, no socket and reads no clock.

pub mod digest;
pub mod manifest;
pub mod path;
pub mod verdict;

//! Isolated execution of untrusted programs, with limits and proofs of confinement.

mod spec;

pub use spec::*;

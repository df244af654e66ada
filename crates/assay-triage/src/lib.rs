//! Sanitizer reports and language exceptions, parsed as hostile text.
//!
//! The target can write to its own log, so nothing here is believed: reports
//! are bounded, never panic, and only say what a log *claims*. Whether a claim
//! counts is for the oracle, which also asks the kernel how the process ended
//! and resolves addresses outside the target.

pub mod exception;
pub mod name;
pub mod sanitizer;

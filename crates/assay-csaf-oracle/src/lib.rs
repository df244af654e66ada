//! Tests only: the CSAF documents that `assay-advisory` writes, judged by
//! `csaf-rs`, a validator that others wrote.
//!
//! It stands in a crate of its own, since the validator brings more than a
//! hundred others along, and nothing else is to wait for them.

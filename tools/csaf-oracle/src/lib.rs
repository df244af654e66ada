//! Tests only: the CSAF documents that `assay-advisory` writes, judged by
//! `csaf-rs`, a validator that others wrote. The manifest says why this is a
//! workspace of its own.

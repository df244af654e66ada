//! Each format with a sample of its own: what becomes a key, what a file, what a
//! comment, and what stays missing. Samples of real tools are in `real`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod aixcc;
mod casrep;
mod importer;
mod oss_crs;
mod oss_fuzz;
mod real;
mod sarif;
mod support;

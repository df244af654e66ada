//! `assay bundle digest`: what a bundle is, and what its claim is.

use std::path::PathBuf;

use assay_bundle::digest::Sha256;
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;

/// Print what a bundle and its claim are, as digests
///
/// The bundle id changes with every byte of every file, and not with comments, the order of keys or packing. The
/// claim id leaves out the fixed version, the tests and who found it: adding a fix keeps it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle digest report/
  assay bundle digest report.tar.zst

Exit codes: 0 printed; 2 it has no identity, since its manifest is not TOML")]
pub struct DigestArgs {
    /// A folder or `.tar.zst` file with a proof.toml
    pub bundle: PathBuf,
}

#[derive(Serialize)]
struct DigestJson {
    path: String,
    bundle: Sha256,
    claim: Sha256,
}

pub fn run(call: &DigestArgs, common: &Common) -> Result<u8, Failure> {
    let (bundle, claim) = super::required_ids(&super::read(&call.bundle)?)?;
    match common.format {
        Format::Text => output::answer(&format!("bundle  {bundle}\nclaim   {claim}\n")),
        Format::Json => output::json(&DigestJson { path: call.bundle.display().to_string(), bundle, claim }),
    }
    Ok(0)
}

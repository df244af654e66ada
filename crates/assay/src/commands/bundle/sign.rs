//! `assay bundle sign`: an author's signature over what the bundle is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use assay_bundle::digest::Sha256;
use assay_prove::attest;
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::key;
use crate::output;
use crate::report::next;
use crate::whole_file::WholeFile;

/// Sign a bundle's identity as its author
///
/// Writes a DSSE envelope of an in-toto statement whose subjects are the bundle id and the claim id. It says who
/// stands behind the bundle, and nothing about whether the claim is true. A file `*.dsse.json` at a bundle's root
/// is no part of its identity, so signing does not change what is signed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle sign report/                writes report/proof.dsse.json
  assay bundle sign report.tar.zst         writes report.tar.zst.dsse.json
  assay bundle sign report/ --key me.pem

Exit codes: 0 signed; 2 the bundle has no identity, or the key is none; 1 the file cannot be written")]
pub struct SignArgs {
    /// A folder or `.tar.zst` file with a proof.toml
    pub bundle: PathBuf,
    /// Sign with this Ed25519 key (PEM) and not with the runner's own
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Where to write the signature
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

#[derive(Serialize)]
struct SignJson {
    file: String,
    key: String,
    bundle: Sha256,
    claim: Sha256,
}

pub fn run(call: &SignArgs, common: &Common) -> Result<u8, Failure> {
    let (bundle, claim) = super::required_ids(&super::read(&call.bundle)?)?;
    let target = call.out.clone().unwrap_or_else(|| beside(&call.bundle));
    let file = WholeFile::begin(&target)?;
    let key = key::signing_key(call.key.as_deref())?;
    let envelope = attest::attest_bundle(bundle, claim, &key)
        .map_err(|error| Failure::own("no-statement", format!("the signature could not be made: {error}")))?;
    file.finish(&envelope, 0o644)?;
    let id = key.verifying_key().id();
    match common.format {
        Format::Text => output::answer(&format!(
            "{}: signed by key {id}\nbundle  {bundle}\nclaim   {claim}\n",
            next::quoted(&target)
        )),
        Format::Json => {
            output::json(&SignJson { file: target.display().to_string(), key: id.to_string(), bundle, claim });
        }
    }
    Ok(0)
}

/// `proof.dsse.json` in the folder, or `FILE.dsse.json` beside the file.
fn beside(bundle: &Path) -> PathBuf {
    if bundle.is_dir() {
        return bundle.join("proof.dsse.json");
    }
    let mut name: OsString = bundle.as_os_str().to_owned();
    name.push(".dsse.json");
    PathBuf::from(name)
}

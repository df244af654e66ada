//! `assay bundle`: an author's tools.

mod check;
mod digest;
mod fetch;
mod import;
mod import_source;
mod known;
mod lay;
mod new;
mod new_templates;
mod pack;
mod sign;
mod unpack;

use std::path::Path;

use assay_bundle::digest::Sha256;
use assay_bundle::identity;
use assay_prove::load::{LoadError, LoadedBundle};
use assay_prove::pipeline::file_map;
use clap::Subcommand;

use crate::cli::Common;
use crate::failure::Failure;

/// An author's tools: new, import, check, fetch, pack, unpack, digest, sign
///
/// A proof bundle is a folder with a proof.toml, or a `.tar.zst` of it. docs/formats.md tells how to write one.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum BundleCommand {
    New(new::NewArgs),
    Import(import::ImportArgs),
    Check(check::CheckArgs),
    Known(known::KnownArgs),
    Fetch(fetch::FetchArgs),
    Pack(pack::PackArgs),
    Unpack(unpack::UnpackArgs),
    Digest(digest::DigestArgs),
    Sign(sign::SignArgs),
}

/// Runs one of them.
pub fn run(command: &BundleCommand, common: &Common) -> Result<u8, Failure> {
    match command {
        BundleCommand::New(call) => new::run(call, common),
        BundleCommand::Import(call) => import::run(call, common),
        BundleCommand::Check(call) => check::run(call, common),
        BundleCommand::Known(call) => known::run(call, common),
        BundleCommand::Fetch(call) => fetch::run(call, common),
        BundleCommand::Pack(call) => pack::run(call, common),
        BundleCommand::Unpack(call) => unpack::run(call, common),
        BundleCommand::Digest(call) => digest::run(call, common),
        BundleCommand::Sign(call) => sign::run(call, common),
    }
}

/// The manifest as a table, for what a partial report may lack.
fn manifest_table(bundle: &LoadedBundle) -> Result<toml::Table, Failure> {
    bundle.manifest.parse().map_err(|error| Failure::call("bad-manifest", format!("the manifest is no TOML: {error}")))
}

/// The bundle at this path, for commands that need no complete manifest.
fn read(path: &Path) -> Result<LoadedBundle, Failure> {
    LoadedBundle::read(path).map_err(|error| unreadable(&error))
}

fn unreadable(error: &LoadError) -> Failure {
    Failure::call(error.code, error.message.clone())
}

/// Bundle id and claim id.
fn ids(bundle: &LoadedBundle) -> Option<(Sha256, Sha256)> {
    let files = file_map(bundle);
    let bundle_id = identity::bundle_id(&bundle.manifest, &files).ok()?;
    Some((bundle_id, identity::claim_id(&bundle.manifest, &files).ok()?))
}

/// Bundle id and claim id, or the problems that keep it from having any.
fn required_ids(bundle: &LoadedBundle) -> Result<(Sha256, Sha256), Failure> {
    ids(bundle).ok_or_else(|| {
        Failure::call("no-identity", format!("`{}` has no identity: its manifest is not TOML", bundle.origin.display()))
            .help("run `assay bundle check` on it: it names every problem")
    })
}

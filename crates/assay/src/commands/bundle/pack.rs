//! `assay bundle pack`: one file of a bundle, the same bytes for the same files.

use std::path::{Path, PathBuf};

use assay_bundle::digest::Sha256;
use assay_bundle::files::{EXPECTED, MANIFEST};
use assay_bundle::pack::{self, Entry};
use assay_prove::load::LoadedBundle;
use clap::Args;
use serde::Serialize;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::report::{next, words};
use crate::whole_file::WholeFile;

/// Make one file of a bundle; the same files always give the same bytes
///
/// The file is readable for its owner alone: a proof bundle is an exploit. Packing does not change what a bundle
/// is: its ids stay.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle pack report/                   makes report.tar.zst here
  assay bundle pack report/ -o /tmp/r.tar.zst

Exit codes: 0 packed; 2 the bundle cannot be packed; 1 the file cannot be written")]
pub struct PackArgs {
    /// A folder with a proof.toml
    pub bundle: PathBuf,
    /// The file to write; `NAME.tar.zst` in the current folder without it
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Serialize)]
struct PackJson {
    file: String,
    files: usize,
    size: usize,
    bundle: Option<Sha256>,
    claim: Option<Sha256>,
}

pub fn run(call: &PackArgs, common: &Common) -> Result<u8, Failure> {
    let target = match &call.output {
        Some(file) => file.clone(),
        None => default_name(&call.bundle)?,
    };
    outside(&call.bundle, &target)?;
    let bundle = super::read(&call.bundle)?;
    let ids = super::ids(&bundle);
    let entries = entries(bundle)?;
    let files = entries.len();
    let mut bytes = Vec::new();
    pack::write(entries, &mut bytes).map_err(|error| Failure::call(error.code(), error.to_string()))?;
    WholeFile::begin(&target)?.finish(&bytes, 0o600)?;
    match common.format {
        Format::Text => {
            let mut text = format!(
                "{}: {}, {}\n",
                next::quoted(&target),
                words::count(files, "file"),
                words::count(bytes.len(), "byte")
            );
            if let Some((bundle, claim)) = ids {
                text.push_str(&format!("bundle  {bundle}\nclaim   {claim}\n"));
            }
            output::answer(&text);
        }
        Format::Json => output::json(&PackJson {
            file: target.display().to_string(),
            files,
            size: bytes.len(),
            bundle: ids.map(|(bundle, _)| bundle),
            claim: ids.map(|(_, claim)| claim),
        }),
    }
    Ok(0)
}

/// `report.tar.zst` for `some/report`, in the current folder.
fn default_name(bundle: &Path) -> Result<PathBuf, Failure> {
    let whole = std::fs::canonicalize(bundle)
        .map_err(|error| Failure::call("not-found", format!("`{}` cannot be read: {error}", bundle.display())))?;
    let name = whole.file_name().unwrap_or_default();
    if name.is_empty() {
        return Err(Failure::call("no-name", "the bundle's folder has no name to make a file name of")
            .help("name the file with --output FILE"));
    }
    let mut name = name.to_owned();
    // Packing what is packed gives the same file, under the same name.
    if whole.is_dir() {
        name.push(".tar.zst");
    }
    Ok(PathBuf::from(name))
}

/// A pack inside of what it packs would be part of it the next time.
fn outside(bundle: &Path, target: &Path) -> Result<(), Failure> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let (Ok(bundle), Ok(folder)) = (std::fs::canonicalize(bundle), std::fs::canonicalize(folder))
        && bundle.is_dir()
        && folder.starts_with(&bundle)
    {
        return Err(Failure::call(
            "inside",
            format!("`{}` would lie inside of the bundle that it packs", target.display()),
        )
        .help("name a file elsewhere with --output FILE"));
    }
    Ok(())
}

/// Everything of the bundle, manifest and expectation included.
fn entries(bundle: LoadedBundle) -> Result<Vec<Entry>, Failure> {
    let mut entries = bundle.files;
    let own = [(MANIFEST, Some(bundle.manifest)), (EXPECTED, bundle.expected)];
    for (name, text) in own {
        if let Some(text) = text {
            let path = name.parse().map_err(|error| Failure::own("bad-path", format!("{error}")))?;
            entries.push(Entry { path, content: text.into_bytes(), executable: false });
        }
    }
    Ok(entries)
}

//! `assay bundle unpack`: a folder of a packed bundle.
//!
//! The pack comes from a stranger. It is read whole and checked before anything
//! is written: its names cannot lead outside, hide each other or be links. The
//! folder is new or empty, and appears whole or not at all.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::lay;
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::report::{next, words};

/// Make a folder of a packed bundle
///
/// The folder must be new or empty; it is readable for its owner alone, since a proof bundle is an exploit.
/// Nothing of it is run.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle unpack report.tar.zst report/

Exit codes: 0 unpacked; 2 the file is not a bundle, or the folder is not empty; 1 the folder cannot be written")]
pub struct UnpackArgs {
    /// A `.tar.zst` file made by `assay bundle pack`
    pub file: PathBuf,
    /// A folder that is not there yet, or empty
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

#[derive(Serialize)]
struct UnpackJson {
    folder: String,
    files: usize,
}

pub fn run(call: &UnpackArgs, common: &Common) -> Result<u8, Failure> {
    if call.file.is_dir() {
        return Err(Failure::call(
            "not-an-archive",
            format!("`{}` is a folder, not a packed bundle", call.file.display()),
        ));
    }
    let folder = &call.folder;
    lay::free(folder)?;
    let files = super::read(&call.file)?.entries().map_err(|error| super::unreadable(&error))?;
    lay::folder(folder, &files)?;
    let files = files.len();
    match common.format {
        Format::Text => output::answer(&format!(
            "{}: {}\nLook at it with `assay bundle check {}`.\n",
            next::quoted(folder),
            words::count(files, "file"),
            next::quoted(folder)
        )),
        Format::Json => output::json(&UnpackJson { folder: folder.display().to_string(), files }),
    }
    Ok(0)
}

//! `assay bundle unpack`: a folder of a packed bundle.
//!
//! The pack comes from a stranger. It is read whole and checked before anything
//! is written: its names cannot lead outside, hide each other or be links. The
//! folder is new or empty, and appears whole or not at all.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use assay_bundle::files::{EXPECTED, MANIFEST};
use assay_prove::load::LoadedBundle;
use clap::Args;
use serde::Serialize;

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
    free(folder)?;
    let bundle = super::read(&call.file)?;
    let failed = |error: io::Error| {
        Failure::own("cannot-write", format!("`{}` cannot be written: {error}", folder.display()))
            .help("name a folder that this user can make or write")
    };
    let files = if folder.exists() {
        // Only what was made here is taken away again.
        write(&bundle, folder).map_err(|error| {
            empty(folder);
            failed(error)
        })?
    } else {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary = tempfile::Builder::new()
            .prefix(".assay-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)
            .map_err(failed)?;
        let files = write(&bundle, temporary.path()).map_err(failed)?;
        fs::rename(temporary.path(), folder).map_err(failed)?;
        let _ = temporary.keep();
        files
    };
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

/// Whether the folder is new or empty.
fn free(folder: &Path) -> Result<(), Failure> {
    let taken = |what: &str| {
        Failure::call("not-empty", format!("`{}` {what}", folder.display())).help("name a folder that is new or empty")
    };
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::call("not-found", format!("`{}` cannot be read: {error}", folder.display()))),
        // A link would let what is unpacked land somewhere else than is said.
        Ok(meta) if !meta.is_dir() => Err(taken("is there, and is no folder")),
        Ok(_) => match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
            Ok(false) => Ok(()),
            Ok(true) => Err(taken("is not empty")),
            Err(error) => Err(Failure::call("not-found", format!("`{}` cannot be read: {error}", folder.display()))),
        },
    }
}

/// Writes every file under a name that cannot lead out of the folder, and never over another.
fn write(bundle: &LoadedBundle, root: &Path) -> io::Result<usize> {
    let own = [(MANIFEST, Some(&bundle.manifest)), (EXPECTED, bundle.expected.as_ref())];
    let own = own.into_iter().filter_map(|(name, text)| text.map(|text| (name, text.as_bytes(), false)));
    let others = bundle.files.iter().map(|file| (file.path.as_str(), file.content.as_slice(), file.executable));
    let mut count = 0;
    for (name, content, executable) in own.chain(others) {
        let path = root.join(name);
        if let Some(folder) = path.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let mode = if executable { 0o755 } else { 0o644 };
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
        file.write_all(content)?;
        count += 1;
    }
    Ok(count)
}

fn empty(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let _ = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
    }
}

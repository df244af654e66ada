//! Folders of the runner's own, copied and digested in one pass: paths as raw
//! bytes, kinds, executable bits, contents and links, nothing else.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use assay_bundle::digest::Sha256;
use sha2::Digest as _;

/// Folders inside each other.
const DEPTH: usize = 128;

/// What a tree may hold at most.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes of all files.
    pub bytes: u64,
    /// Files, folders and links.
    pub entries: u64,
}

/// A tree that was gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Over everything that is copied.
    pub digest: Sha256,
    /// Bytes of all files.
    pub bytes: u64,
}

/// The digest of a tree of any size.
///
/// # Errors
///
/// Something in it cannot be read, or is neither file, folder nor link.
pub fn digest(from: &Path) -> io::Result<Sha256> {
    Ok(gone_through(from, None, &Bounds { bytes: u64::MAX, entries: u64::MAX })?.digest)
}

/// Copies a tree into an empty folder.
///
/// # Errors
///
/// As [`digest`], or the tree is larger than its bounds, or the disk is full.
pub fn copy(from: &Path, into: &Path, bounds: &Bounds) -> io::Result<Summary> {
    gone_through(from, Some(into), bounds)
}

/// Removes everything in a folder.
///
/// # Errors
///
/// The file system refuses.
pub fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) }?;
    }
    Ok(())
}

fn gone_through(from: &Path, into: Option<&Path>, bounds: &Bounds) -> io::Result<Summary> {
    let mut pass = Pass { from, into, bounds: *bounds, bytes: 0, entries: 0, lines: Vec::new() };
    pass.folder(&mut PathBuf::new(), 0)?;
    pass.lines.sort();
    Ok(Summary { digest: Sha256::of(&pass.lines.concat()), bytes: pass.bytes })
}

struct Pass<'a> {
    from: &'a Path,
    into: Option<&'a Path>,
    bounds: Bounds,
    bytes: u64,
    entries: u64,
    /// One for each entry; what comes before a path has no blank and no new line of its own.
    lines: Vec<Vec<u8>>,
}

impl Pass<'_> {
    fn folder(&mut self, relative: &mut PathBuf, depth: usize) -> io::Result<()> {
        if depth > DEPTH {
            return Err(io::Error::other("too many folders inside each other"));
        }
        for entry in fs::read_dir(self.from.join(&*relative))? {
            let entry = entry?;
            self.entries += 1;
            if self.entries > self.bounds.entries {
                return Err(io::Error::other("too many files"));
            }
            relative.push(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.line("d", "", relative);
                if let Some(into) = self.into {
                    let to = into.join(&*relative);
                    fs::create_dir(&to)?;
                    // As root, programs run as a user who owns nothing.
                    fs::set_permissions(&to, fs::Permissions::from_mode(0o755))?;
                }
                self.folder(relative, depth + 1)?;
            } else if kind.is_file() {
                self.file(relative)?;
            } else if kind.is_symlink() {
                let target = fs::read_link(self.from.join(&*relative))?;
                self.line("l", &hex::encode(target.as_os_str().as_bytes()), relative);
                if let Some(into) = self.into {
                    symlink(&target, into.join(&*relative))?;
                }
            } else {
                return Err(io::Error::other("neither file, folder nor link"));
            }
            relative.pop();
        }
        Ok(())
    }

    fn file(&mut self, relative: &Path) -> io::Result<()> {
        let mut file = File::open(self.from.join(relative))?;
        let executable = file.metadata()?.permissions().mode() & 0o111 != 0;
        let mut to = match self.into {
            Some(into) => Some(File::options().write(true).create_new(true).open(into.join(relative))?),
            None => None,
        };
        let mut hasher = sha2::Sha256::new();
        let mut buffer = vec![0; 128 * 1024];
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            let chunk = buffer.get(..count).unwrap_or_default();
            self.bytes = self.bytes.saturating_add(count as u64);
            if self.bytes > self.bounds.bytes {
                return Err(io::Error::other("too many bytes"));
            }
            hasher.update(chunk);
            if let Some(to) = &mut to {
                to.write_all(chunk)?;
            }
        }
        if let Some(to) = &to {
            to.set_permissions(fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }))?;
        }
        self.line(if executable { "x" } else { "f" }, &hex::encode(hasher.finalize()), relative);
        Ok(())
    }

    fn line(&mut self, kind: &str, content: &str, relative: &Path) {
        let mut line = format!("{kind} {content} ").into_bytes();
        line.extend_from_slice(hex::encode(relative.as_os_str().as_bytes()).as_bytes());
        line.push(b'\n');
        self.lines.push(line);
    }
}

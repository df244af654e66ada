//! Reads a bundle from a folder or a `.tar.zst`, as hostile input: bounded, no
//! links, no devices, nothing that changes under the reader's feet afterwards.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use assay_bundle::files::{EXPECTED, MANIFEST};
use assay_bundle::pack::{self, Entry};
use assay_bundle::path::BundlePath;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

/// Most bytes of all files of a bundle together.
pub const MAX_BYTES: u64 = 256 << 20;
/// Most files and folders.
pub const MAX_ENTRIES: usize = 20_000;
/// Largest manifest.
pub const MAX_MANIFEST: u64 = 1 << 20;
const MAX_DEPTH: usize = 32;

/// A bundle in memory: what was read is what is digested, staged and run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedBundle {
    /// Where it was read from, for people.
    pub origin: PathBuf,
    /// `proof.toml`, as written.
    pub manifest: String,
    /// `expected`, if there is one: what the author says `assay prove` will find.
    pub expected: Option<String>,
    /// All other files, sorted by path.
    pub files: Vec<Entry>,
}

/// Why a bundle cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
pub struct LoadError {
    /// Stable code.
    pub code: &'static str,
    /// What and where.
    pub message: String,
}

fn wrong(code: &'static str, message: impl Into<String>) -> LoadError {
    LoadError { code, message: message.into() }
}

impl LoadedBundle {
    /// Reads a bundle.
    ///
    /// # Errors
    ///
    /// A stable code and a sentence: `not-found`, `no-manifest`, `too-large`,
    /// `not-a-plain-file`, `bad-path`, `reserved-path`, `not-utf8`, or what
    /// unpacking says.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let meta = fs::metadata(path)
            .map_err(|error| wrong("not-found", format!("`{}` cannot be read: {error}", path.display())))?;
        let files = if meta.is_dir() { read_folder(path)? } else { read_packed(path)? };
        Self::from_files(path, files)
    }

    /// A bundle from files that somebody unpacked before: `proof.toml` among them.
    ///
    /// # Errors
    ///
    /// `no-manifest`, `too-large` or `not-utf8`.
    pub fn from_files(origin: &Path, files: Vec<Entry>) -> Result<Self, LoadError> {
        let mut manifest = None;
        let mut expected = None;
        let mut others = Vec::new();
        for file in files {
            match file.path.as_str() {
                MANIFEST => manifest = Some(file.content),
                EXPECTED => expected = String::from_utf8(file.content).ok(),
                _ => others.push(file),
            }
        }
        let manifest = manifest
            .ok_or_else(|| wrong("no-manifest", format!("`{}` has no `{MANIFEST}` at its root", origin.display())))?;
        if manifest.len() as u64 > MAX_MANIFEST {
            return Err(wrong("too-large", format!("`{MANIFEST}` is larger than {MAX_MANIFEST} bytes")));
        }
        let manifest =
            String::from_utf8(manifest).map_err(|_| wrong("not-utf8", format!("`{MANIFEST}` is not UTF-8 text")))?;
        others.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self { origin: origin.to_owned(), manifest, expected, files: others })
    }

    /// All its files, the manifest among them: what a pack of it holds.
    ///
    /// # Errors
    ///
    /// Never for a bundle that was read: its two own names are paths.
    pub fn entries(&self) -> Result<Vec<Entry>, LoadError> {
        let own = |name: &str, text: &str| -> Result<Entry, LoadError> {
            let path = name.parse().map_err(|_| wrong("bad-path", format!("`{name}` is no path of a bundle")))?;
            Ok(Entry { path, content: text.as_bytes().to_vec(), executable: false })
        };
        let mut entries = vec![own(MANIFEST, &self.manifest)?];
        if let Some(expected) = &self.expected {
            entries.push(own(EXPECTED, expected)?);
        }
        entries.extend(self.files.iter().cloned());
        Ok(entries)
    }

    /// The file at this path.
    #[must_use]
    pub fn file(&self, path: &BundlePath) -> Option<&Entry> {
        self.files.binary_search_by(|file| file.path.cmp(path)).ok().and_then(|index| self.files.get(index))
    }
}

fn read_packed(path: &Path) -> Result<Vec<Entry>, LoadError> {
    let file = File::open(path).map_err(|error| wrong("not-found", format!("`{}`: {error}", path.display())))?;
    let bounds = pack::Bounds { total: MAX_BYTES, entries: MAX_ENTRIES };
    pack::read(file, &bounds).map_err(|error| wrong(error.code(), error.to_string()))
}

/// All files of a folder that need be no bundle, as hostile input: within the
/// same bounds, plain files only, sorted by nothing.
///
/// # Errors
///
/// `not-found`, `too-large`, `not-a-plain-file` or `bad-path`.
pub fn read_tree(root: &Path) -> Result<Vec<Entry>, LoadError> {
    walk(root, None)
}

fn read_folder(root: &Path) -> Result<Vec<Entry>, LoadError> {
    walk(root, Some(crate::layout::SRC_NAME))
}

fn walk(root: &Path, reserved: Option<&'static str>) -> Result<Vec<Entry>, LoadError> {
    let mut reader = Reader { files: Vec::new(), bytes: 0, entries: 0, reserved };
    // The path that the caller gave may be a link; nothing below it may.
    let folder = openat(CWD, root, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|error| wrong("not-found", format!("`{}` cannot be read: {error}", root.display())))?;
    reader.folder(&folder, "", 0)?;
    Ok(reader.files)
}

struct Reader {
    files: Vec<Entry>,
    bytes: u64,
    entries: usize,
    /// The folder that a bundle may not have.
    reserved: Option<&'static str>,
}

impl Reader {
    /// Goes down by open folders and not by names, so that a folder that turns
    /// into a link meanwhile leads nowhere else.
    fn folder(&mut self, folder: &OwnedFd, prefix: &str, depth: usize) -> Result<(), LoadError> {
        let unreadable = |error: Errno| wrong("not-found", format!("`{prefix}` cannot be read: {error}"));
        if depth > MAX_DEPTH {
            return Err(wrong("too-large", format!("`{prefix}` is nested more than {MAX_DEPTH} folders deep")));
        }
        for entry in Dir::read_from(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            self.entries += 1;
            if self.entries > MAX_ENTRIES {
                return Err(wrong("too-large", format!("the bundle has more than {MAX_ENTRIES} files and folders")));
            }
            let name = name
                .to_str()
                .map_err(|_| wrong("bad-path", format!("a file name in `{prefix}` is not UTF-8: {name:?}")))?;
            let relative = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
            // Looked at without opening: a pipe would wait, and a device may act on being opened.
            let kind = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(unreadable)?.st_mode;
            match FileType::from_raw_mode(kind) {
                FileType::Directory if Some(relative.as_str()) == self.reserved => {
                    return Err(wrong(
                        "reserved-path",
                        "a bundle has no `src` folder of its own: the arm's source is put there; rename it, \
                         for example to `target`",
                    ));
                }
                FileType::Directory => {
                    let below = open_below(folder, name, &relative, OFlags::DIRECTORY)?;
                    self.folder(&below, &relative, depth + 1)?;
                }
                FileType::RegularFile => self.file(folder, name, &relative)?,
                _ => return Err(not_plain(&relative)),
            }
        }
        Ok(())
    }

    fn file(&mut self, folder: &OwnedFd, name: &str, relative: &str) -> Result<(), LoadError> {
        let bad = |error: std::io::Error| wrong("not-found", format!("`{relative}` cannot be read: {error}"));
        let bundle_path: BundlePath = relative.parse().map_err(|error| wrong("bad-path", format!("{error}")))?;
        // Nor hanging on a pipe that was put there since.
        let mut file = File::from(open_below(folder, name, relative, OFlags::NONBLOCK)?);
        let meta = file.metadata().map_err(bad)?;
        if !meta.is_file() {
            return Err(not_plain(relative));
        }
        if meta.size() > MAX_BYTES - self.bytes {
            return Err(wrong("too-large", format!("the bundle holds more than {} MiB", MAX_BYTES >> 20)));
        }
        let mut content = Vec::new();
        // The file may grow while it is read.
        file.by_ref().take(MAX_BYTES - self.bytes + 1).read_to_end(&mut content).map_err(bad)?;
        self.bytes = self.bytes.saturating_add(content.len() as u64);
        if self.bytes > MAX_BYTES {
            return Err(wrong("too-large", format!("the bundle holds more than {} MiB", MAX_BYTES >> 20)));
        }
        let executable = meta.permissions().mode() & 0o111 != 0;
        self.files.push(Entry { path: bundle_path, content, executable });
        Ok(())
    }
}

/// Opens what lies in a folder under this name, if it is no link.
fn open_below(folder: &OwnedFd, name: &str, relative: &str, kind: OFlags) -> Result<OwnedFd, LoadError> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | kind;
    openat(folder, name, flags, Mode::empty()).map_err(|error| match error {
        Errno::LOOP | Errno::NOTDIR | Errno::NXIO => not_plain(relative),
        error => wrong("not-found", format!("`{relative}` cannot be read: {error}")),
    })
}

fn not_plain(relative: &str) -> LoadError {
    wrong("not-a-plain-file", format!("`{relative}` is a link, a device or a pipe; a bundle holds plain files only"))
}

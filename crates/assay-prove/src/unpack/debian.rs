//! A Debian source package, put together as `dpkg-source -x` does it, without
//! running anything of it.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::archive::{Kind, Limits, Summary, unpack};
use super::dsc::{Dsc, Format, MAX_DSC, is_plain};
use super::error::UnpackError;
use super::name::entry_path;
use super::tidy::{set_one_mtime, strip_single_top_folder};
use crate::patch::{self, Direction, MAX_PATCH, PatchError};

/// Bytes of a series file.
const MAX_SERIES: u64 = 1 << 20;

/// What was put together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebianSource {
    /// Name of the source package.
    pub source: String,
    /// Its version.
    pub version: String,
    /// Names of the patches that were applied, in order, as in `debian/patches/series`.
    pub patches: Vec<String>,
    /// What its archives held together.
    pub summary: Summary,
}

/// Unpacks the source package whose files lie in `dir` into the empty folder
/// `dest`, applies its patches and sets one modification time.
///
/// Which files are used is read from the `.dsc`; that their digests are right
/// is the caller's business.
///
/// # Errors
/// When a file is missing, refused or damaged, or a patch does not apply; `dest` is then to be thrown away.
pub fn unpack_debian_source(dir: &Path, dsc: &str, dest: &Path, limits: &Limits) -> Result<DebianSource, UnpackError> {
    if !is_plain(dsc) {
        return Err(wrong(dsc, "it is not the name of a file"));
    }
    if fs::read_dir(dest).map_err(UnpackError::io(dest))?.next().is_some() {
        return Err(UnpackError::NotEmpty { path: dest.to_owned() });
    }
    let read = Dsc::parse(dsc, &read_bounded(&dir.join(dsc), MAX_DSC as u64)?)?;
    for file in &read.files {
        if !fs::symlink_metadata(dir.join(file)).is_ok_and(|m| m.is_file()) {
            return Err(wrong(file, "the .dsc names this file, but it is not there; fetch it and list it in `files`"));
        }
    }
    let mut parts = Parts { dir, dest, left: *limits, summary: Summary::default() };
    let patches = match read.format {
        Format::Quilt => parts.quilt(&read)?,
        Format::Native => parts.native(&read)?,
        Format::One => parts.one(&read)?,
    };
    let rules = dest.join("debian/rules");
    if fs::symlink_metadata(dest.join("debian")).is_ok_and(|m| m.is_dir())
        && fs::symlink_metadata(&rules).is_ok_and(|m| m.is_file())
    {
        fs::set_permissions(&rules, Permissions::from_mode(0o755)).map_err(UnpackError::io(&rules))?;
    }
    set_one_mtime(dest)?;
    Ok(DebianSource { source: read.source, version: read.version, patches, summary: parts.summary })
}

/// The archives of one source package; they share the limits.
struct Parts<'a> {
    dir: &'a Path,
    dest: &'a Path,
    left: Limits,
    summary: Summary,
}

impl Parts<'_> {
    fn quilt(&mut self, dsc: &Dsc) -> Result<Vec<String>, UnpackError> {
        let orig = only(dsc, "an original archive (.orig.tar.*)", |f| f.contains(".orig.tar."))?;
        self.unpack(orig, self.dest)?;
        strip_single_top_folder(self.dest)?;
        for (file, component) in dsc.files.iter().filter_map(|f| Some((f, component(f)?))) {
            let at = self.dest.join(component);
            remove(&at)?;
            fs::create_dir(&at).map_err(UnpackError::io(&at))?;
            self.unpack(file, &at)?;
            strip_single_top_folder(&at)?;
        }
        let debian = only(dsc, "a Debian archive (.debian.tar.*)", |f| f.contains(".debian.tar."))?;
        let aside = tempfile::Builder::new()
            .prefix(".assay-debian-")
            .tempdir_in(self.dest)
            .map_err(UnpackError::io(self.dest))?;
        self.unpack(debian, aside.path())?;
        let mut names = fs::read_dir(aside.path()).map_err(UnpackError::io(aside.path()))?.flatten();
        let is_debian = |e: fs::DirEntry| e.file_name() == "debian" && e.file_type().is_ok_and(|t| t.is_dir());
        if !names.next().is_some_and(is_debian) || names.next().is_some() {
            return Err(wrong(debian, "it should hold the folder `debian` and nothing else"));
        }
        let at = self.dest.join("debian");
        remove(&at)?;
        fs::rename(aside.path().join("debian"), &at).map_err(UnpackError::io(&at))?;
        drop(aside);
        self.series()
    }

    fn native(&mut self, dsc: &Dsc) -> Result<Vec<String>, UnpackError> {
        let archive = only(dsc, "one archive (.tar.*)", |f| f.contains(".tar."))?;
        self.unpack(archive, self.dest)?;
        strip_single_top_folder(self.dest)?;
        Ok(Vec::new())
    }

    fn one(&mut self, dsc: &Dsc) -> Result<Vec<String>, UnpackError> {
        self.native(dsc)?;
        let Some(diff) = dsc.files.iter().find(|f| f.ends_with(".diff.gz")) else {
            return Ok(Vec::new());
        };
        let path = self.dir.join(diff);
        let packed = File::open(&path).map_err(UnpackError::io(&path))?;
        let mut patch = Vec::new();
        let part = |source| UnpackError::Part { file: diff.clone(), source: Box::new(source) };
        flate2::read::MultiGzDecoder::new(packed)
            .take(MAX_PATCH as u64 + 1)
            .read_to_end(&mut patch)
            .map_err(|e| part(UnpackError::damaged(e)))?;
        self.patch(diff, &patch)?;
        Ok(vec![diff.clone()])
    }

    /// Unpacks one archive with what is left of the limits.
    fn unpack(&mut self, file: &str, dest: &Path) -> Result<(), UnpackError> {
        let part = |source| UnpackError::Part { file: file.to_owned(), source: Box::new(source) };
        Kind::of(file).map_err(part)?;
        let got = unpack(&self.dir.join(file), dest, &self.left).map_err(part)?;
        self.left.bytes = self.left.bytes.saturating_sub(got.bytes);
        self.left.entries = self.left.entries.saturating_sub(got.files + got.folders + got.links);
        self.summary.bytes += got.bytes;
        self.summary.files += got.files;
        self.summary.folders += got.folders;
        self.summary.links += got.links;
        Ok(())
    }

    /// Applies `debian/patches/series` in order.
    fn series(&self) -> Result<Vec<String>, UnpackError> {
        let folder = self.dest.join("debian/patches");
        // A vendor's own series comes before the common one.
        for name in ["debian.series", "series"] {
            match open_inside(self.dest, &format!("debian/patches/{name}")) {
                Ok(file) => {
                    let text = bounded(file, MAX_SERIES, &folder.join(name))?;
                    return self.apply_all(&String::from_utf8_lossy(&text));
                }
                Err(OpenError::Missing) => {}
                Err(error) => return Err(error.at(name)),
            }
        }
        Ok(Vec::new())
    }

    fn apply_all(&self, series: &str) -> Result<Vec<String>, UnpackError> {
        let mut applied = Vec::new();
        for line in series.lines() {
            // A comment starts a line, or stands behind a blank.
            let line = line.split(" #").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let mut words = line.split_ascii_whitespace();
            let name = words.next().unwrap_or_default().to_owned();
            if let Some(option) = words.find(|w| *w != "-p1") {
                return Err(wrong(
                    &name,
                    &format!("its option `{option}` in the series is not supported; only -p1 is"),
                ));
            }
            entry_path(name.as_bytes(), 16).map_err(|reason| wrong(&name, reason))?;
            let path = format!("debian/patches/{name}");
            let file = open_inside(self.dest, &path).map_err(|error| error.at(&name))?;
            let content = bounded(file, MAX_PATCH as u64, &self.dest.join(&path))?;
            self.patch(&name, &content)?;
            applied.push(name);
        }
        Ok(applied)
    }

    fn patch(&self, name: &str, content: &[u8]) -> Result<(), UnpackError> {
        match patch::apply(self.dest, content, Direction::Forward) {
            // A patch can have become empty when upstream took it in; dpkg-source only warns.
            Ok(_) | Err(PatchError::NoChanges) => Ok(()),
            Err(source) => Err(UnpackError::Patch { name: name.to_owned(), source }),
        }
    }
}

/// The part of `foo_1.0.orig-PART.tar.xz`, which becomes a folder.
fn component(file: &str) -> Option<&str> {
    let (_, rest) = file.split_once(".orig-")?;
    let (part, _) = rest.split_once(".tar.")?;
    (!part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')).then_some(part)
}

fn only<'a>(dsc: &'a Dsc, what: &str, is: impl Fn(&str) -> bool) -> Result<&'a str, UnpackError> {
    let mut found = dsc.files.iter().filter(|f| is(f));
    match (found.next(), found.next()) {
        (Some(file), None) => Ok(file),
        (found, _) => {
            let count = if found.is_none() { "no" } else { "more than one" };
            Err(wrong(
                &format!("{} {}", dsc.source, dsc.version),
                &format!("the .dsc names {count} file that is {what}"),
            ))
        }
    }
}

/// Removes what an upstream archive left where a part of the package belongs.
fn remove(path: &Path) -> Result<(), UnpackError> {
    let gone = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    };
    gone.map_err(UnpackError::io(path))
}

/// Why a file inside the hostile tree was not opened.
enum OpenError {
    Missing,
    NotAFile,
    Io(io::Error),
}

impl OpenError {
    fn at(self, name: &str) -> UnpackError {
        match self {
            Self::Missing => wrong(name, "the series names this patch, but it is not there"),
            Self::NotAFile => wrong(name, "it is not a regular file, or lies behind a link"),
            Self::Io(e) => wrong(name, &e.to_string()),
        }
    }
}

/// Opens a file below `root` without following any link.
fn open_inside(root: &Path, path: &str) -> Result<File, OpenError> {
    let mut at = root.to_owned();
    let mut segments = Path::new(path).components().map(|c| c.as_os_str()).filter(|s| *s != OsStr::new(".")).peekable();
    while let Some(segment) = segments.next() {
        at.push(segment);
        let meta = fs::symlink_metadata(&at).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => OpenError::Missing,
            _ => OpenError::Io(e),
        })?;
        if !(if segments.peek().is_some() { meta.is_dir() } else { meta.is_file() }) {
            return Err(OpenError::NotAFile);
        }
    }
    File::open(&at).map_err(OpenError::Io)
}

fn read_bounded(path: &Path, most: u64) -> Result<Vec<u8>, UnpackError> {
    bounded(File::open(path).map_err(UnpackError::io(path))?, most, path)
}

fn bounded(file: File, most: u64, path: &Path) -> Result<Vec<u8>, UnpackError> {
    let mut content = Vec::new();
    file.take(most + 1).read_to_end(&mut content).map_err(UnpackError::io(path))?;
    if content.len() as u64 > most {
        return Err(wrong(&path.to_string_lossy(), &format!("it is longer than {most} bytes")));
    }
    Ok(content)
}

fn wrong(file: &str, reason: &str) -> UnpackError {
    UnpackError::Debian { file: super::error::shown(file.as_bytes()), reason: reason.to_owned() }
}

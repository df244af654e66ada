//! What this machine's programs, headers and libraries are, as one digest: what
//! every build sees beside what its spec names.
//!
//! Contents are not read: there are gigabytes of them. A file is told by its name,
//! kind, size, and the time at which its content or its name last changed, which
//! the kernel sets and no program can (`st_ctime`). So a file that was overwritten
//! in place shows, also with its old size and its old modification time.
//!
//! A digest is taken for granted for a moment ([`MOMENT`]), since one proof makes
//! several builds. Whoever keeps a build asks again, of the machine itself, when it
//! is made ([`now`]): a tool that changed meanwhile has made a build of no name.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use assay_bundle::digest::Sha256;

use crate::toolchain::Toolchain;

/// Entries that are looked at below one folder. A folder with more has no digest, and what it serves is not kept:
/// a part of it, in the order in which the file system happens to list it, would tell nothing.
pub const LISTED: usize = 200_000;

/// How long a digest is taken for granted.
pub const MOMENT: Duration = Duration::from_secs(2);

/// How far down a folder is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    /// The folder's own time: what came and went in it.
    Folder,
    /// Its entries.
    Entries,
    /// All below it.
    All,
}

/// Where programs, headers and libraries lie that no bundle names. What a package manager brought is told by its
/// record; `/usr/local` is where people put things by hand, and so are the inner programs of a compiler to be found.
const PLACES: &[(&str, Depth)] = &[
    ("/etc/alternatives", Depth::Entries),
    ("/usr/bin", Depth::Entries),
    ("/usr/include", Depth::Entries),
    ("/usr/lib", Depth::Entries),
    ("/usr/lib64", Depth::Entries),
    ("/usr/lib/gcc", Depth::All),
    ("/usr/libexec", Depth::All),
    ("/usr/local", Depth::All),
    ("/var/lib/pacman/local", Depth::Folder),
];

/// Records of every installed package and its version, by their content.
const RECORDS: &[&str] = &["/var/lib/dpkg/status", "/lib/apk/db/installed", "/var/lib/rpm/rpmdb.sqlite"];

static KNOWN: Mutex<BTreeMap<Vec<PathBuf>, (Instant, Sha256)>> = Mutex::new(BTreeMap::new());

/// The digest of this machine as these tools see it, at most [`MOMENT`] old.
///
/// # Errors
///
/// A place cannot be read, or holds more than is looked at: then nothing is known of it.
pub fn lately(toolchain: &Toolchain) -> io::Result<Sha256> {
    let shown: Vec<PathBuf> = toolchain
        .mounts
        .iter()
        .filter_map(|mount| mount.host().map(Path::to_owned))
        .chain(toolchain.tools.iter().map(|tool| tool.path.clone()))
        .collect();
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((at, digest)) = known().get(&shown).filter(|(at, _)| at.elapsed() < MOMENT) {
        let _ = at;
        return Ok(*digest);
    }
    // Taken before it is looked at: what changes meanwhile is older than it says.
    let at = Instant::now();
    let digest = now(toolchain)?;
    let mut known = known();
    known.retain(|_, (at, _)| at.elapsed() < MOMENT);
    known.insert(shown, (at, digest));
    Ok(digest)
}

/// The same, looked at now.
///
/// # Errors
///
/// As [`lately`].
pub fn now(toolchain: &Toolchain) -> io::Result<Sha256> {
    let mut text = format!("{} {}\n", std::env::consts::ARCH, processor());
    for record in RECORDS {
        if let Ok(bytes) = fs::read(record) {
            text.push_str(&format!("{record} {}\n", Sha256::of(&bytes)));
        }
    }
    for (place, depth) in PLACES {
        text.push_str(&listing(Path::new(place), *depth, LISTED)?);
    }
    // Where Debian and its kin keep the C library and the sanitizers' runtimes.
    let libraries = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    text.push_str(&listing(Path::new(&libraries), Depth::Entries, LISTED)?);
    for folder in toolchain.mounts.iter().filter_map(|mount| mount.host()) {
        text.push_str(&listing(folder, Depth::All, LISTED)?);
    }
    for tool in &toolchain.tools {
        text.push_str(&stamp(&tool.path));
    }
    Ok(Sha256::of(text.as_bytes()))
}

/// Some builds ask the compiler for this processor's own instructions.
fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let first = text.split("\n\n").next().unwrap_or_default();
    let named = |line: &&str| ["model name", "flags", "Features", "CPU part"].iter().any(|name| line.starts_with(name));
    first.lines().filter(named).collect::<Vec<_>>().join("; ")
}

/// Name, kind, size and time of change.
fn stamp(path: &Path) -> String {
    match fs::symlink_metadata(path) {
        Ok(meta) => {
            // A folder's size is the file system's affair.
            let size = if meta.is_dir() { 0 } else { meta.len() };
            // Names are a stranger's: a newline in one must not read as another line.
            format!("{path:?} {:o} {size} {}.{}\n", meta.mode(), meta.ctime(), meta.ctime_nsec())
        }
        Err(error) => format!("{path:?} {:?}\n", error.kind()),
    }
}

/// One digest over what lies there, in one line; documentation of a toolchain is passed over.
fn listing(folder: &Path, depth: Depth, most: usize) -> io::Result<String> {
    let mut lines = vec![stamp(folder)];
    let mut waiting = if depth == Depth::Folder { Vec::new() } else { vec![folder.to_owned()] };
    while let Some(one) = waiting.pop() {
        let entries = match fs::read_dir(&one) {
            Ok(entries) => entries,
            // What this user cannot read, the sandbox's cannot either; a single file is its own stamp.
            Err(error) => match error.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => continue,
                _ => return Err(error),
            },
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            lines.push(stamp(&path));
            if lines.len() > most {
                let what = format!("{} holds more than {most} files", folder.display());
                return Err(io::Error::other(what));
            }
            let inner = depth == Depth::All && entry.file_type().is_ok_and(|kind| kind.is_dir());
            if inner && !path.ends_with("share/doc") && !path.ends_with("share/man") {
                waiting.push(path);
            }
        }
    }
    lines.sort();
    Ok(format!("{folder:?} {}\n", Sha256::of(lines.concat().as_bytes())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_overwritten_in_place_shows_at_any_depth() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("include/a/b");
        fs::create_dir_all(&inner).unwrap();
        let header = inner.join("limits.h");
        fs::write(&header, "#define MOST 1\n").unwrap();
        let all = || listing(folder.path(), Depth::All, LISTED).unwrap();
        let before = all();
        assert_eq!(all(), before, "looking changes nothing");
        let modified = fs::metadata(&header).unwrap().modified().unwrap();
        // The kernel's clock for files moves in steps.
        std::thread::sleep(Duration::from_millis(20));
        fs::write(&header, "#define MOST 9\n").unwrap();
        fs::File::options().write(true).open(&header).unwrap().set_modified(modified).unwrap();
        assert_eq!(fs::metadata(&header).unwrap().modified().unwrap(), modified);
        let after = all();
        assert_ne!(after, before, "same name, same size, same time of modification, other content");
        std::thread::sleep(Duration::from_millis(20));
        fs::rename(&header, inner.join("limit.h")).unwrap();
        assert_ne!(all(), after);
    }

    #[test]
    fn a_folder_with_too_many_files_is_not_known() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..10 {
            fs::write(folder.path().join(number.to_string()), "").unwrap();
        }
        assert!(listing(folder.path(), Depth::All, 11).is_ok(), "itself and ten files");
        let error = listing(folder.path(), Depth::All, 10).unwrap_err();
        assert!(error.to_string().contains("more than 10 files"), "{error}");
    }

    #[test]
    fn a_name_cannot_read_as_two_files() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(one.path().join("a\nb"), "").unwrap();
        fs::write(two.path().join("a"), "").unwrap();
        assert_eq!(stamp(&one.path().join("a\nb")).lines().count(), 1);
        assert!(stamp(Path::new("/no/such/file")).contains("NotFound"));
    }

    #[test]
    fn a_tool_that_changes_while_a_long_run_lasts_shows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cc");
        fs::write(&path, "one").unwrap();
        let tool =
            crate::toolchain::Tool { name: "cc".into(), path: path.clone(), version: "1".into(), sha256: "aa".into() };
        let toolchain = Toolchain { tools: vec![tool], ..Toolchain::default() };
        let before = lately(&toolchain).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        fs::write(&path, "two").unwrap();
        assert_eq!(lately(&toolchain).unwrap(), before, "taken for granted for a moment");
        assert_ne!(now(&toolchain).unwrap(), before, "and asked again before a build is kept");
        std::thread::sleep(MOMENT);
        assert_ne!(lately(&toolchain).unwrap(), before);
    }
}

//! What was built before, by what determines a build.
//!
//! `<cache>/builds/<key>/` holds one `$OUT` and the digest of it. An entry comes
//! into being under its name in one step, so that two processes and a killed one
//! leave whole entries or none; it is copied out and digested in the same pass,
//! so that what was verified is what is used. A changed or cut entry is thrown
//! away and built anew. Only builds that succeeded are kept: a failed one may be
//! the machine's doing, and costs no more than itself.
//!
//! The folder is the runner's own and closed to others. Whoever may send bundles
//! to one runner can learn by the time of a build that somebody built exactly the
//! same source, patch and harness before; he learns no byte of it. A runner that
//! must not tell even that is given a cache folder for each of them.

use std::fs::{self, DirBuilder, File, FileTimes};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use assay_bundle::digest::Sha256;

use crate::build_tree::{self, Bounds};

/// Bytes of all kept builds; the longest unused go first.
pub const BOUND: u64 = 4 << 30;
/// A larger build is not kept: it would push out all others.
const LARGEST: u64 = 1 << 30;
/// Files, folders and links of one build.
const ENTRIES: u64 = 200_000;
/// How old what a killed process left must be before it goes.
const STALE: Duration = Duration::from_secs(24 * 3600);
const SCHEMA: &str = "assay.build/1";
const NOTE: &str = "entry";
const TREE: &str = "tree";
const INCOMING: &str = ".incoming-";
const GOING: &str = ".going-";

/// Kept builds in a folder of the cache.
#[derive(Debug, Clone)]
pub struct BuildCache {
    root: PathBuf,
    bound: u64,
}

/// What is noted of an entry beside its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Note {
    digest: Sha256,
    bytes: u64,
}

impl Note {
    fn text(&self) -> String {
        format!("{SCHEMA}\n{}\n{}\n", self.digest, self.bytes)
    }

    fn read(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let (schema, digest, bytes) = (lines.next()?, lines.next()?, lines.next()?);
        let note = Self { digest: digest.parse().ok()?, bytes: bytes.parse().ok()? };
        (schema == SCHEMA && lines.next().is_none()).then_some(note)
    }

    fn of(entry: &Path) -> Option<Self> {
        let path = entry.join(NOTE);
        let meta = fs::symlink_metadata(&path).ok()?;
        if !meta.is_file() || meta.len() > 256 {
            return None;
        }
        Self::read(&fs::read_to_string(&path).ok()?)
    }
}

impl BuildCache {
    /// The builds of the cache in this folder. `None` if they cannot be kept there: then all is built anew.
    #[must_use]
    pub fn open(cache: &Path) -> Option<Self> {
        Self::with_bound(cache, BOUND)
    }

    /// The same, with another bound on all bytes.
    #[must_use]
    pub fn with_bound(cache: &Path, bound: u64) -> Option<Self> {
        let root = cache.join("builds");
        DirBuilder::new().recursive(true).mode(0o700).create(&root).ok()?;
        // Somebody else's link here would have us read and remove elsewhere.
        fs::symlink_metadata(&root).ok()?.is_dir().then_some(Self { root, bound })
    }

    /// Copies a kept build into an empty folder, and gives its bytes. `None` if
    /// there is none, it is larger than `room`, or it is no longer what was kept;
    /// the folder is then empty again.
    #[must_use]
    pub fn take(&self, key: &Sha256, into: &Path, room: u64) -> Option<u64> {
        let entry = self.entry(key);
        if !entry.exists() {
            return None;
        }
        let note = Note::of(&entry);
        let whole = note.as_ref().filter(|note| note.bytes <= room).and_then(|note| {
            let bounds = Bounds { bytes: note.bytes, entries: ENTRIES };
            let copied = build_tree::copy(&entry.join(TREE), into, &bounds).ok()?;
            (copied.digest == note.digest).then_some(copied.bytes)
        });
        if whole.is_some() {
            used_now(&entry.join(NOTE));
            return whole;
        }
        let _ = build_tree::empty(into);
        // One that only does not fit here is whole.
        if note.is_none_or(|note| note.bytes <= room) {
            self.remove(&entry);
        }
        None
    }

    /// Keeps what a build left. Failing to is no failure of the build.
    pub fn keep(&self, key: &Sha256, out: &Path) {
        let _ = self.put(key, out);
        self.evict();
    }

    fn put(&self, key: &Sha256, out: &Path) -> io::Result<()> {
        let entry = self.entry(key);
        if entry.exists() {
            return Ok(());
        }
        let incoming = tempfile::Builder::new().prefix(INCOMING).tempdir_in(&self.root)?;
        let tree = incoming.path().join(TREE);
        fs::create_dir(&tree)?;
        let bounds = Bounds { bytes: LARGEST.min(self.bound), entries: ENTRIES };
        let copied = build_tree::copy(out, &tree, &bounds)?;
        let note = Note { digest: copied.digest, bytes: copied.bytes };
        fs::write(incoming.path().join(NOTE), note.text())?;
        // Over an entry that another process made meanwhile this fails, and theirs is as good.
        fs::rename(incoming.path(), &entry)?;
        Ok(())
    }

    /// Removes what was unused for longest until the rest is within the bound, and what killed processes left.
    fn evict(&self) {
        let mut kept = Vec::new();
        let mut total = 0_u64;
        for found in fs::read_dir(&self.root).into_iter().flatten().flatten() {
            let path = found.path();
            let name = found.file_name().to_string_lossy().into_owned();
            if name.starts_with(INCOMING) || name.starts_with(GOING) {
                let modified = found.metadata().and_then(|meta| meta.modified());
                if modified.is_ok_and(|at| SystemTime::now().duration_since(at).unwrap_or_default() > STALE) {
                    let _ = fs::remove_dir_all(&path);
                }
                continue;
            }
            match (Note::of(&path), fs::metadata(path.join(NOTE)).and_then(|meta| meta.modified())) {
                (Some(note), Ok(used)) => {
                    total = total.saturating_add(note.bytes);
                    kept.push((used, note.bytes, path));
                }
                _ => self.remove(&path),
            }
        }
        kept.sort();
        for (_, bytes, path) in kept {
            if total <= self.bound {
                break;
            }
            self.remove(&path);
            total = total.saturating_sub(bytes);
        }
    }

    /// Out of its name first: whoever copies it meanwhile sees a copy that is not whole, and builds.
    fn remove(&self, entry: &Path) {
        let Ok(aside) = tempfile::Builder::new().prefix(GOING).tempdir_in(&self.root) else { return };
        let _ = fs::rename(entry, aside.path().join(TREE));
    }

    fn entry(&self, key: &Sha256) -> PathBuf {
        self.root.join(key.to_hex())
    }
}

/// The time of the last use is the note's own.
fn used_now(note: &Path) {
    let times = FileTimes::new().set_modified(SystemTime::now());
    let _ = File::options().write(true).open(note).and_then(|file| file.set_times(times));
}

#[cfg(test)]
#[path = "build_cache_tests.rs"]
mod tests;

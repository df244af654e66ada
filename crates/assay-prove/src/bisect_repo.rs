//! A git repository whose objects are read, and nothing else of it.
//!
//! A repository is a program of whoever made it: its configuration names
//! commands (filters, pagers, monitors, transports), its hooks are commands, its
//! `.gitattributes` choose which of them run, its packs are parsed by C code. So
//! `git` runs inside the sandbox, with a git folder of the runner's own in which
//! there is no configuration and no hook but only the names of the references,
//! copied by the code below; of the repository it sees the folder `objects`, as
//! data. Nothing is checked out: a commit comes out as an archive of its tree,
//! which then is unpacked like every other archive.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_sandbox::{Collect, End, Into as Destination, Mount, RunLimits, Sandbox, Spec, Task};
use rustix::fs::OFlags;

use crate::frozen;
use crate::oracle::end_words;
use crate::toolchain::Toolchain;
use crate::work::write_readable;

/// Bytes of one commit's files as an archive.
const MAX_ARCHIVE: u64 = 1 << 29;
/// Commits of a line that are looked at.
pub const MAX_COMMITS: usize = 500_000;
const MAX_REFS: usize = 200_000;
const MAX_PACKED: u64 = 64 << 20;
const MAX_DEPTH: usize = 16;
const GIT: &str = "/repository";
const OBJECTS: &str = "/objects";
const OUT: &str = "/archive";

/// Files keep the bytes and the place that they have in the commit, whatever it says in `.gitattributes`.
const ATTRIBUTES: &str = "* !export-ignore !export-subst !text !crlf !eol !ident !filter !working-tree-encoding\n";

/// Why a repository cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepoError {
    /// It is no repository, or one of a kind that is not read.
    #[error("{0}")]
    NotReadable(String),
    /// There is no such commit.
    #[error("`{0}` names no commit of this repository")]
    NoCommit(String),
    /// `git` is missing, or the sandbox could not run it.
    #[error("{0}")]
    Unavailable(String),
}

/// A commit by its whole name.
pub type Commit = String;

/// A repository.
pub struct Repo<'a> {
    sandbox: &'a dyn Sandbox,
    toolchain: Toolchain,
    objects: PathBuf,
    /// The runner's own git folder, and what commits leave.
    own: tempfile::TempDir,
    refs: BTreeMap<String, Commit>,
}

impl<'a> Repo<'a> {
    /// Opens a repository: a folder with `.git` in it, or a bare one. `work` is a folder of the runner's own.
    ///
    /// # Errors
    ///
    /// See [`RepoError`].
    pub fn open(sandbox: &'a dyn Sandbox, path: &Path, work: &Path) -> Result<Self, RepoError> {
        let names = ["git".to_owned()];
        let toolchain = Toolchain::find(&names).map_err(|errors| {
            RepoError::Unavailable(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        })?;
        let git = folder_of(path)?;
        let objects = git.join("objects");
        // A link would have us show whatever it leads to.
        if !fs::symlink_metadata(&objects).is_ok_and(|meta| meta.is_dir()) {
            return Err(RepoError::NotReadable(format!("`{}` has no folder `objects` of its own", git.display())));
        }
        let refs = references(&git)?;
        let own = tempfile::tempdir_in(work).map_err(|error| disk(&error))?;
        write_own(own.path(), &git, &refs).map_err(|error| disk(&error))?;
        Ok(Self { sandbox, toolchain, objects, own, refs })
    }

    /// The commit that a name, a tag or an abbreviated hash stands for.
    ///
    /// # Errors
    ///
    /// There is none.
    pub fn resolve(&self, name: &str) -> Result<Commit, RepoError> {
        let none = || RepoError::NoCommit(name.to_owned());
        if name.is_empty() || name.len() > 300 || name.starts_with('-') || name.chars().any(char::is_control) {
            return Err(none());
        }
        let words = ["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{name}^{{commit}}")];
        let said = self.git(&words)?.ok_or_else(none)?;
        hash(said.trim()).ok_or_else(none)
    }

    /// The tag under which a version was released, as far as names tell.
    #[must_use]
    pub fn tag_of(&self, name: &str, version: &str) -> Option<String> {
        let plain = version.rsplit_once(':').map_or(version, |(_, rest)| rest);
        // Debian's revision is no part of the upstream version.
        let upstream = plain.rsplit_once('-').map_or(plain, |(upstream, _)| upstream);
        let short = name.rsplit('/').next().unwrap_or(name);
        [plain, upstream].into_iter().filter(|version| !version.is_empty()).find_map(|version| {
            let spelt = [version.to_owned(), version.replace('.', "_"), version.replace('.', "-")];
            let tags = spelt.iter().flat_map(|version| {
                ["", "v", "V", "release-", "release/", "rel-"]
                    .map(|prefix| format!("{prefix}{version}"))
                    .into_iter()
                    .chain(["-", "_", "-v", "/", "@"].map(|between| format!("{short}{between}{version}")))
            });
            tags.map(|tag| format!("refs/tags/{tag}")).find(|tag| self.refs.contains_key(tag))
        })
    }

    /// The line of commits from the parent of the first that `from` does not have up to `to`, oldest
    /// first, along first parents; all of them without `from`.
    ///
    /// # Errors
    ///
    /// The history cannot be read.
    pub fn line(&self, from: Option<&Commit>, to: &Commit) -> Result<Vec<Commit>, RepoError> {
        let most = format!("--max-count={MAX_COMMITS}");
        let mut words = vec!["rev-list", "--first-parent", "--parents", &most, to];
        let without = from.map(|from| format!("^{from}"));
        words.extend(without.as_deref());
        let said = self.git(&words)?.ok_or_else(|| RepoError::NotReadable("its history cannot be read".into()))?;
        let mut line = Vec::new();
        let mut before = None;
        for row in said.lines() {
            let mut hashes = row.split(' ');
            line.extend(hashes.next().and_then(hash));
            before = hashes.next().and_then(hash);
        }
        if from.is_some() {
            line.extend(before);
        }
        line.reverse();
        Ok(line)
    }

    /// The parents of a commit.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn parents(&self, commit: &Commit) -> Result<Vec<Commit>, RepoError> {
        let said = self.git(&["rev-list", "--parents", "--max-count=1", commit])?;
        let said = said.ok_or_else(|| RepoError::NoCommit(commit.clone()))?;
        Ok(said.split_whitespace().skip(1).filter_map(hash).collect())
    }

    /// First line of a commit's message and the day of it; hostile text.
    #[must_use]
    pub fn about(&self, commit: &Commit) -> (String, String) {
        let said = self.git(&["log", "--max-count=1", "--no-show-signature", "--format=%cs%n%s", commit]);
        let said = said.ok().flatten().unwrap_or_default();
        let mut lines = said.lines().map(|line| line.chars().take(200).collect::<String>());
        let day = lines.next().unwrap_or_default();
        (lines.next().unwrap_or_default(), day)
    }

    /// The name of the tree of a commit, or of a folder in it.
    ///
    /// # Errors
    ///
    /// There is no such folder.
    pub fn tree(&self, commit: &Commit, folder: &str) -> Result<String, RepoError> {
        let place = if folder.is_empty() { format!("{commit}^{{tree}}") } else { format!("{commit}:{folder}") };
        let said = self.git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &place])?;
        let missing = || RepoError::NotReadable(format!("it has no folder `{folder}` there"));
        hash(said.ok_or_else(missing)?.trim()).ok_or_else(missing)
    }

    /// The files of a tree as an archive of `into`, named by its digest.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is larger than any source that is taken.
    pub fn archive(&self, tree: &str, into: &Path) -> Result<Sha256, RepoError> {
        let kept = tempfile::tempdir_in(into).map_err(|error| disk(&error))?;
        let output = format!("--output={OUT}/source.tar");
        let mut spec = self.spec(&["archive", "--format=tar", "--prefix=source/", &output, tree]);
        spec.mounts.push(Mount::Scratch { at: OUT.into(), size: MAX_ARCHIVE });
        spec.collect = vec![Collect {
            from: OUT.into(),
            into: Destination::Folder(kept.path().to_owned()),
            max_bytes: MAX_ARCHIVE,
            max_entries: 4,
        }];
        let finished = self.sandbox.run(&spec).map_err(|error| RepoError::Unavailable(error.to_string()))?;
        if finished.end != End::Exited(0) || finished.trees.iter().any(|tree| tree.truncated) {
            let why = String::from_utf8_lossy(&finished.stderr).lines().next().unwrap_or_default().to_owned();
            return Err(RepoError::NotReadable(format!("its files cannot be had: {} {why}", end_words(&finished.end))));
        }
        // Into a file of ours: what the sandbox left is only read.
        let mut file = tempfile::NamedTempFile::new_in(into).map_err(|error| disk(&error))?;
        let mut from = open_plain(&kept.path().join("source.tar"), MAX_ARCHIVE)
            .ok_or_else(|| RepoError::NotReadable("its files gave no archive".into()))?;
        std::io::copy(&mut from, &mut file).map_err(|error| disk(&error))?;
        frozen::keep(file, into).map_err(|error| disk(&error))
    }

    /// What `git` says; none where it says no.
    fn git(&self, words: &[&str]) -> Result<Option<String>, RepoError> {
        let finished =
            self.sandbox.run(&self.spec(words)).map_err(|error| RepoError::Unavailable(error.to_string()))?;
        match finished.end {
            End::Exited(0) => Ok(Some(String::from_utf8_lossy(&finished.stdout).into_owned())),
            End::Exited(_) => Ok(None),
            end => Err(RepoError::NotReadable(format!(
                "`git {}` ended with {}",
                words.first().unwrap_or(&""),
                end_words(&end)
            ))),
        }
    }

    fn spec(&self, words: &[&str]) -> Spec {
        let mut argv = vec!["git".to_owned()];
        // What a repository keeps beside its objects to be faster could say something else than they do.
        for setting in
            ["core.commitGraph=false", "core.multiPackIndex=false", "core.fsmonitor=false", "core.hooksPath=/none"]
        {
            argv.extend(["-c".to_owned(), setting.to_owned()]);
        }
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        let path = self.toolchain.path_variable();
        let env = [
            ("PATH", path.as_str()),
            ("HOME", "/tmp"),
            ("LC_ALL", "C.UTF-8"),
            ("TZ", "UTC"),
            ("GIT_DIR", GIT),
            ("GIT_OBJECT_DIRECTORY", OBJECTS),
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_ATTR_NOSYSTEM", "1"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_ALLOW_PROTOCOL", "none"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_PAGER", "cat"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let mut spec = Spec::of(Task::Exec { argv, env });
        spec.mounts.clone_from(&self.toolchain.mounts);
        spec.mounts.push(Mount::Data { host: self.own.path().to_owned(), at: GIT.into() });
        spec.mounts.push(Mount::Data { host: self.objects.clone(), at: OBJECTS.into() });
        spec.limits = RunLimits {
            cpu: Duration::from_secs(300),
            wall: Duration::from_secs(900),
            memory: 2 << 30,
            output: 64 << 20,
            pids: 16,
        };
        spec
    }
}

fn disk(error: &std::io::Error) -> RepoError {
    RepoError::Unavailable(format!("the cache cannot be written: {error}"))
}

/// The git folder of a repository; a file `.git` leads to a place that was not named.
fn folder_of(path: &Path) -> Result<PathBuf, RepoError> {
    let inner = path.join(".git");
    match fs::symlink_metadata(&inner) {
        Ok(meta) if meta.is_dir() => Ok(inner),
        Ok(_) => Err(RepoError::NotReadable(format!(
            "`{}` leads to another repository (a worktree or a submodule); name that one",
            inner.display()
        ))),
        Err(_) if path.join("objects").is_dir() => Ok(path.to_owned()),
        Err(_) => Err(RepoError::NotReadable(format!("`{}` is no git repository", path.display()))),
    }
}

/// A commit's whole name: of SHA-1, or of SHA-256.
fn hash(text: &str) -> Option<Commit> {
    let long = matches!(text.len(), 40 | 64);
    (long && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))).then(|| text.to_owned())
}

/// A plain file of bounded size; no link is followed, no pipe waited for.
fn open_plain(path: &Path, most: u64) -> Option<fs::File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = fs::OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path).ok()?;
    let meta = file.metadata().ok()?;
    (meta.is_file() && meta.len() <= most).then_some(file)
}

fn text_of(path: &Path, most: u64) -> Option<String> {
    let mut text = Vec::new();
    open_plain(path, most)?.take(most).read_to_end(&mut text).ok()?;
    String::from_utf8(text).ok()
}

/// Every reference with the commit or tag that it names.
fn references(git: &Path) -> Result<BTreeMap<String, Commit>, RepoError> {
    let mut refs = BTreeMap::new();
    if git.join("reftable").is_dir() {
        return Err(RepoError::NotReadable(format!(
            "`{}` keeps its references as a reftable, which is not read",
            git.display()
        )));
    }
    let packed = text_of(&git.join("packed-refs"), MAX_PACKED).unwrap_or_default();
    for line in packed.lines() {
        if let Some((commit, name)) = line.split_once(' ')
            && let (Some(commit), true) = (hash(commit), is_name(name))
        {
            refs.insert(name.to_owned(), commit);
        }
    }
    loose(&git.join("refs"), "refs", 0, &mut refs);
    if refs.len() > MAX_REFS {
        return Err(RepoError::NotReadable(format!("it has more than {MAX_REFS} references")));
    }
    Ok(refs)
}

fn loose(folder: &Path, name: &str, depth: usize, refs: &mut BTreeMap<String, Commit>) {
    if depth > MAX_DEPTH || !fs::symlink_metadata(folder).is_ok_and(|meta| meta.is_dir()) {
        return;
    }
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(part) = entry.file_name().into_string() else { continue };
        let name = format!("{name}/{part}");
        let Ok(kind) = entry.file_type() else { continue };
        if refs.len() > MAX_REFS {
            return;
        }
        if kind.is_dir() {
            loose(&entry.path(), &name, depth + 1, refs);
        } else if let Some(text) = text_of(&entry.path(), 4096)
            && let (Some(commit), true) = (hash(text.trim()), is_name(&name))
        {
            refs.insert(name, commit);
        }
    }
}

/// What git itself takes as a reference's name, and a little less.
fn is_name(name: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock") && !part.ends_with('.');
    name.starts_with("refs/")
        && name.len() <= 1000
        && name.split('/').all(part)
        && !name.contains("..")
        && !name.contains("@{")
        && name.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"~^:?*[\\\"'".contains(c))
}

/// A git folder without configuration, hooks or objects.
fn write_own(own: &Path, git: &Path, refs: &BTreeMap<String, Commit>) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // As root, git runs as a user who owns nothing.
    fs::set_permissions(own, fs::Permissions::from_mode(0o755))?;
    let sha256 = refs.values().any(|commit| commit.len() == 64);
    let config = if sha256 {
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n"
    } else {
        "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
    };
    let head = text_of(&git.join("HEAD"), 4096).unwrap_or_default();
    let head = match head.trim().strip_prefix("ref: ") {
        Some(name) if is_name(name) => format!("ref: {name}\n"),
        _ => hash(head.trim()).map_or_else(|| "ref: refs/heads/none\n".to_owned(), |commit| format!("{commit}\n")),
    };
    let packed: String = refs.iter().map(|(name, commit)| format!("{commit} {name}\n")).collect();
    // Where a history was cut off; without it, git would look for parents that are not there.
    let shallow = text_of(&git.join("shallow"), 1 << 20).unwrap_or_default();
    let shallow: String = shallow.lines().filter_map(hash).map(|commit| format!("{commit}\n")).collect();
    write_readable(own, "config", config.as_bytes(), false)?;
    write_readable(own, "HEAD", head.as_bytes(), false)?;
    write_readable(own, "packed-refs", packed.as_bytes(), false)?;
    write_readable(own, "info/attributes", ATTRIBUTES.as_bytes(), false)?;
    write_readable(own, "refs/heads/.keep", b"", false)?;
    write_readable(own, "objects/.keep", b"", false)?;
    if !shallow.is_empty() {
        write_readable(own, "shallow", shallow.as_bytes(), false)?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "bisect_repo_tests.rs"]
mod tests;

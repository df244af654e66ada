//! Verdicts that are kept, so that a call over many bundles that was cut short
//! goes on where it was.
//!
//! A kept verdict is found only by everything that it was a function of
//! ([`key`]): the bundle, what its author expects, the runs asked for, this very
//! program and its rule, the engine with all its layers, the tools by digest and
//! the sources. It always says from when it is. What depends on the moment
//! (`not-run`, `inconclusive`) is not kept at all.
//!
//! A file is written whole under its name or not at all, and begins with the
//! digest of the rest: half a file, or one that was tampered with by accident,
//! is none.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use assay_bundle::digest::Sha256;
use assay_bundle::identity;
use assay_bundle::verdict::{Assurance, Controls, Tier, Verdict};
use assay_prove::attest::RULE;
use assay_prove::fetch::{Cache, wanted};
use assay_prove::pipeline::file_map;
use assay_prove::toolchain::Toolchain;
use assay_sandbox::Layers;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::intake::Ready;

/// A larger file is none of ours.
const MAX_BYTES: u64 = 64 << 20;
/// What nobody asked for so long is removed.
const OLD: Duration = Duration::from_secs(30 * 86_400);

/// A verdict of an earlier call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// When the proof ended.
    #[serde(with = "instant")]
    pub from: Timestamp,
    /// The word.
    pub verdict: Verdict,
    /// The silent controls of `reproduced`.
    pub controls: Option<Controls>,
    /// How far it can be trusted.
    pub assurance: Assurance,
    /// How strong the sandbox was.
    pub tier: Option<Tier>,
    /// The sentence.
    pub sentence: String,
    /// Runs and builds behind it, in words.
    pub runs: String,
    /// Program, sandbox and kernel, in words.
    pub runner: String,
    /// The whole proof, as `--format json` shows it.
    pub proof: Value,
}

/// An instant as RFC 3339 text.
mod instant {
    use jiff::Timestamp;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Headers, libraries and what a compiler calls change with the packages of the system.
const SYSTEM: [&str; 4] = ["/var/lib/dpkg/status", "/var/lib/rpm", "/lib/apk/db/installed", "/etc/os-release"];

/// By what a kept verdict is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(Sha256);

/// Everything that the verdict on this bundle is a function of, here and now. None where a tool or a
/// source is not there: then nothing kept may stand for the run that cannot be made.
pub fn key(ready: &Ready, layers: &Layers, cache: &Cache) -> Option<Key> {
    let files = file_map(&ready.bundle);
    let bundle = identity::bundle_id(&ready.bundle.manifest, &files).ok()?;
    let tools = Toolchain::find(&ready.manifest.toolchain).ok()?.tools;
    let mut sources = Vec::new();
    for file in wanted(&ready.manifest) {
        cache.get(&file.sha256)?;
        // Who brought a source decides on the assurance.
        let registry = cache.from_registry(&file.purl, &file.name, &file.sha256);
        sources.push(json!([file.purl, file.name, file.sha256, registry]));
    }
    let everything = json!({
        "bundle": bundle,
        "expected": ready.bundle.expected.as_deref().map(|text| Sha256::of(text.as_bytes())),
        "runs": ready.manifest.repeat.runs,
        "program": [env!("CARGO_PKG_VERSION"), RULE, this_program()],
        "layers": layers,
        "tools": tools.iter().map(|tool| json!([tool.name, tool.path, tool.sha256])).collect::<Vec<_>>(),
        "system": SYSTEM.map(stamp),
        "sources": sources,
    });
    Some(Key(Sha256::of(everything.to_string().as_bytes())))
}

/// This very program: one that was built anew is another, whatever its version says.
fn this_program() -> Value {
    stamp("/proc/self/exe")
}

/// Size and last change of a file, or nothing.
fn stamp(path: &str) -> Value {
    fs::metadata(path).map_or(Value::Null, |meta| json!([meta.size(), meta.mtime(), meta.mtime_nsec()]))
}

/// Whether a verdict says something that will be the same later.
pub fn is_lasting(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::NotRun | Verdict::Inconclusive)
}

/// The folder of kept verdicts.
pub struct KeptVerdicts {
    folder: PathBuf,
}

impl KeptVerdicts {
    /// The folder in this cache, made if it is not there, rid of what is old.
    pub fn open(cache: &Cache) -> io::Result<Self> {
        let folder = cache.root().join("results");
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let kept = Self { folder };
        kept.sweep();
        Ok(kept)
    }

    /// The verdict under this key, if it is whole.
    pub fn get(&self, key: Key) -> Option<Kept> {
        let mut text = String::new();
        File::open(self.path(key)).ok()?.take(MAX_BYTES).read_to_string(&mut text).ok()?;
        let (digest, body) = text.split_once('\n')?;
        (digest == Sha256::of(body.as_bytes()).to_hex()).then_some(())?;
        serde_json::from_str(body).ok()
    }

    /// Keeps a verdict. If that fails, nothing is kept, and the verdict itself is as good as before.
    pub fn put(&self, key: Key, kept: &Kept) -> io::Result<()> {
        let body = serde_json::to_string(kept).map_err(io::Error::other)?;
        let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(&self.folder)?;
        writeln!(file, "{}", Sha256::of(body.as_bytes()).to_hex())?;
        file.write_all(body.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(self.path(key)).map_err(|error| error.error)?;
        Ok(())
    }

    /// Takes note that a call over these bundles has begun.
    pub fn begin(&self, paths: &[&Path], runs: Option<u32>) -> io::Result<Call> {
        let folder = self.folder.join("calls");
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let absolute = paths.iter().map(std::path::absolute).collect::<io::Result<Vec<PathBuf>>>()?;
        let path = folder.join(Sha256::of(format!("{runs:?} {absolute:?}").as_bytes()).to_hex());
        Call::begin(path)
    }

    fn path(&self, key: Key) -> PathBuf {
        self.folder.join(key.0.to_hex())
    }

    /// Failing to is no reason to stop.
    fn sweep(&self) {
        let Some(limit) = SystemTime::now().checked_sub(OLD) else { return };
        for folder in [self.folder.clone(), self.folder.join("calls")] {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let old =
                    entry.metadata().is_ok_and(|meta| meta.is_file() && meta.modified().is_ok_and(|at| at < limit));
                if old {
                    let _ = fs::remove_file(entry.path());
                }
            }
        }
    }
}

/// A call over many bundles, noted for as long as it goes on. The note of one that was cut short stays.
pub struct Call {
    path: PathBuf,
    // Held while the call goes on: a lock tells a living owner from a dead one.
    _lock: Option<File>,
    /// When the same call began that was cut short, if one was.
    pub cut_short: Option<Timestamp>,
}

impl Call {
    fn begin(path: PathBuf) -> io::Result<Self> {
        let mut file = File::options().create(true).truncate(false).read(true).write(true).open(&path)?;
        if file.try_lock().is_err() {
            // Somebody else is at it: not cut short, and not ours to note.
            return Ok(Self { path: PathBuf::new(), _lock: None, cut_short: None });
        }
        let mut text = String::new();
        (&mut file).take(64).read_to_string(&mut text)?;
        let cut_short = text.trim().parse().ok();
        if cut_short.is_none() {
            file.set_len(0)?;
            write!(file, "{}", Timestamp::now())?;
        }
        Ok(Self { path, _lock: Some(file), cut_short })
    }

    /// All of it was done.
    pub fn end(self) {
        if !self.path.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
#[path = "kept_tests.rs"]
mod tests;

//! What determines a build, as one digest.
//!
//! It is taken of the very spec that the sandbox is about to run: recipe,
//! arguments, environment, limits and profile stand in it as they are, and in
//! the place of each host path stands what lies there. So whatever a recipe
//! comes to depend on is in the key without anybody remembering to add it.
//!
//! The compiler's libraries and headers are no part of the spec: every run sees
//! all of `/usr`. They are told by the package manager's own records and by the
//! times of the folders that it writes; the processor, by its name and features.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use assay_bundle::digest::Sha256;
use assay_sandbox::{Mount, Spec};
use serde::Serialize;

use crate::build_tree;
use crate::toolchain::{Tool, Toolchain};

/// Raised whenever a step, the layout inside the sandbox or what is collected comes to mean something else.
const RULES: u32 = 1;

/// Entries of a toolchain's folder that are looked at.
const LISTED: usize = 4096;

/// Makes keys; what was digested once is not digested again.
#[derive(Debug, Default)]
pub struct BuildKeys {
    known: RefCell<BTreeMap<PathBuf, Sha256>>,
}

#[derive(Serialize)]
struct Parts<'a> {
    rules: u32,
    version: &'static str,
    engine: &'a str,
    host: &'a str,
    tools: &'a [Tool],
    toolchain: Vec<(PathBuf, String)>,
    contents: Vec<(PathBuf, String)>,
    spec: Spec,
}

impl BuildKeys {
    /// The key of a build by this spec, whose first mounts are the toolchain's.
    ///
    /// # Errors
    ///
    /// Something that the build would see cannot be read: then it is built without a key.
    pub fn of(&self, spec: &Spec, toolchain: &Toolchain, engine: &str) -> io::Result<Sha256> {
        let mut spec = spec.clone();
        let (own, given) = spec.mounts.split_at(toolchain.mounts.len().min(spec.mounts.len()));
        let shown = |mount: &Mount| mount.host().map(|host| (host.to_owned(), listing(host)));
        let toolchain_mounts = own.iter().filter_map(shown).collect();
        let mut contents = Vec::new();
        for mount in given {
            if let Some(host) = mount.host() {
                contents.push((mount.at().to_owned(), self.content(host)?.to_string()));
            }
        }
        // Named by what lies there from here on.
        for mount in &mut spec.mounts {
            match mount {
                Mount::ReadOnly { host, .. } | Mount::Data { host, .. } | Mount::Copy { host, .. } => {
                    *host = PathBuf::new();
                }
                Mount::Scratch { .. } | Mount::LogFolder { .. } => {}
            }
        }
        for collect in &mut spec.collect {
            // The folder is the proof's own; the bytes are what this proof has left.
            collect.into = assay_sandbox::Into::Memory;
            collect.max_bytes = 0;
        }
        let parts = Parts {
            rules: RULES,
            version: env!("CARGO_PKG_VERSION"),
            engine,
            host: host(),
            tools: &toolchain.tools,
            toolchain: toolchain_mounts,
            contents,
            spec,
        };
        Ok(Sha256::of(&serde_json::to_vec(&parts)?))
    }

    fn content(&self, host: &Path) -> io::Result<Sha256> {
        if let Some(known) = self.known.borrow().get(host) {
            return Ok(*known);
        }
        let digest = if host.is_dir() { build_tree::digest(host)? } else { Sha256::of(&fs::read(host)?) };
        self.known.borrow_mut().insert(host.to_owned(), digest);
        Ok(digest)
    }
}

/// What this machine's programs are made of, as far as it tells; asked once.
fn host() -> &'static str {
    static HOST: OnceLock<String> = OnceLock::new();
    HOST.get_or_init(|| {
        let mut text = format!("{} {}\n", std::env::consts::ARCH, processor());
        // The record of every installed package and its version.
        for record in ["/var/lib/dpkg/status", "/lib/apk/db/installed", "/var/lib/rpm/rpmdb.sqlite"] {
            if let Ok(bytes) = fs::read(record) {
                text.push_str(&format!("{record} {}\n", Sha256::of(&bytes)));
            }
        }
        for folder in [
            "/usr/bin",
            "/usr/include",
            "/usr/lib",
            "/usr/lib64",
            "/usr/local/bin",
            "/usr/local/include",
            "/usr/local/lib",
            "/etc/alternatives",
            "/var/lib/pacman/local",
        ] {
            text.push_str(&stamp(Path::new(folder)));
        }
        Sha256::of(text.as_bytes()).to_hex()
    })
}

/// Some builds ask the compiler for this processor's own instructions.
fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let first = text.split("\n\n").next().unwrap_or_default();
    let named = |line: &&str| ["model name", "flags", "Features", "CPU part"].iter().any(|name| line.starts_with(name));
    first.lines().filter(named).collect::<Vec<_>>().join("; ")
}

/// Name, kind, size and time; a changed toolchain changes one of them.
fn stamp(path: &Path) -> String {
    match fs::symlink_metadata(path) {
        Ok(meta) => {
            // A folder's size is the file system's affair.
            let size = if meta.is_dir() { 0 } else { meta.len() };
            format!("{} {size} {}.{}\n", path.display(), meta.mtime(), meta.mtime_nsec())
        }
        Err(_) => format!("{} is not there\n", path.display()),
    }
}

/// A toolchain's folder two levels deep: where `rustup` or an unpacked archive puts what it installs.
fn listing(folder: &Path) -> String {
    let mut lines = vec![stamp(folder)];
    let mut waiting = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            lines.push(stamp(&entry.path()));
            if depth < 1 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push((entry.path(), depth + 1));
            }
            if lines.len() > LISTED {
                waiting.clear();
                break;
            }
        }
    }
    lines.sort();
    Sha256::of(lines.concat().as_bytes()).to_hex()
}

#[cfg(test)]
#[path = "build_key_tests.rs"]
mod tests;

//! What determines a build, as one digest.
//!
//! It is taken of the very spec that the sandbox is about to run: recipe,
//! arguments, environment, limits and profile stand in it as they are, and in
//! the place of each host path stands what lies there. So whatever a recipe
//! comes to depend on is in the key without anybody remembering to add it.
//!
//! The compiler's libraries and headers are no part of the spec: every run sees
//! all of `/usr`. They are told by [`machine`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use assay_bundle::digest::Sha256;
use assay_sandbox::{Mount, Spec};
use serde::Serialize;

use crate::build_tree;
use crate::machine;
use crate::toolchain::{Tool, Toolchain};

/// Raised whenever a step, the layout inside the sandbox or what is collected comes to mean something else.
const RULES: u32 = 2;

/// What a build is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuildKey {
    /// Over everything that determines it.
    pub sha256: Sha256,
    /// The part of it that is this machine's.
    machine: Sha256,
}

impl BuildKey {
    /// Whether the machine is still the one of the key: asked when a build is done, before it is kept.
    #[must_use]
    pub fn still_holds(&self, toolchain: &Toolchain) -> bool {
        machine::now(toolchain).is_ok_and(|now| now == self.machine)
    }
}

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
    machine: Sha256,
    tools: &'a [Tool],
    /// Where the toolchain's folders appear; what lies in them is the machine's.
    toolchain: Vec<PathBuf>,
    contents: Vec<(PathBuf, String)>,
    spec: Spec,
}

impl BuildKeys {
    /// The key of a build by this spec, whose first mounts are the toolchain's.
    ///
    /// # Errors
    ///
    /// Something that the build would see cannot be read, or is too much to be looked at: then it is built without a
    /// key, and not kept.
    pub fn of(&self, spec: &Spec, toolchain: &Toolchain, engine: &str) -> io::Result<BuildKey> {
        let mut spec = spec.clone();
        let (own, given) = spec.mounts.split_at(toolchain.mounts.len().min(spec.mounts.len()));
        let shown = own.iter().map(|mount| mount.at().to_owned()).collect();
        let machine = machine::lately(toolchain)?;
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
            machine,
            tools: &toolchain.tools,
            toolchain: shown,
            contents,
            spec,
        };
        Ok(BuildKey { sha256: Sha256::of(&serde_json::to_vec(&parts)?), machine })
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

#[cfg(test)]
#[path = "build_key_tests.rs"]
mod tests;

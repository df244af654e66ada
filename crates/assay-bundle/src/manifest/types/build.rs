//! How an arm is built, and what a program may use.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use crate::path::BundlePath;

/// How an arm is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// A recipe of the runner, or the claimant's own command.
    pub recipe: Recipe,
    /// Files (`cc`, `libfuzzer`), or the harness package's folder (`cargo`).
    pub sources: Vec<BundlePath>,
    /// Compiler flags (`cc` and `libfuzzer`: -O -D -I -W -w -std -l only).
    pub flags: Vec<String>,
    /// Which sanitizer is compiled in.
    pub instrument: Instrument,
    /// Arguments for the configure step (autotools, cmake, meson).
    pub configure: Vec<String>,
    /// Build targets (autotools, cmake, meson, make, debian).
    pub targets: Vec<String>,
    /// Name in `$OUT` -> path in the built tree (starting with `src/`).
    pub artifacts: BTreeMap<String, String>,
    /// Generators run before the recipe, tools from `toolchain.needs`.
    pub generate: Vec<Vec<String>>,
    /// Limits of the build.
    pub limits: Limits,
}

/// Who decides how the build runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipe {
    /// C and C++ sources into `$OUT/harness`.
    Cc,
    /// A fuzz target (`LLVMFuzzerTestOneInput`) and its sources into `$OUT/harness`, with a main program of the runner's.
    Libfuzzer,
    /// A Cargo package that names the target by `path = "../src"`; binaries into `$OUT`.
    Cargo,
    /// A Python wheel unpacked into `$OUT/site`.
    Wheel,
    /// An npm package at `$OUT/node_modules/<name>`.
    Npm,
    /// `debian/rules` of a Debian source package.
    Debian,
    /// `./configure && make`.
    Autotools,
    /// CMake.
    Cmake,
    /// Meson.
    Meson,
    /// Make.
    Make,
    /// The claimant's own command; lowers assurance to `claimant`.
    Run(Vec<String>),
}

/// A sanitizer compiled into the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Instrument {
    /// AddressSanitizer.
    Asan,
    /// UndefinedBehaviorSanitizer.
    Ubsan,
    /// LeakSanitizer alone.
    Lsan,
    /// MemorySanitizer (clang and Rust).
    Msan,
    /// None.
    None,
}

/// Limits of one sandboxed program. `None` means the runner's default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// CPU time of all processes together.
    pub cpu: Option<Duration>,
    /// Resident memory of all processes together, bytes.
    pub memory: Option<u64>,
    /// Bytes of each of stdout and stderr.
    pub output: Option<u64>,
    /// Bytes in `$SCRATCH` (and in the writable copy of a build).
    pub scratch: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u32>,
}

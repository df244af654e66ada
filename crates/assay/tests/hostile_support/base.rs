//! A small bundle in which all is well, to be spoilt by a test in one place.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::Bench;
use super::bench::open;

/// The files of the bundle: path, content.
pub const FILES: &[(&str, &str)] = &[
    (
        "harness.c",
        "int target(int);\nint main(int argc, char **argv) {\n    (void)argv;\n    return target(argc) - 2;\n}\n",
    ),
    ("target/target.c", "int target(int number) {\n    return number;\n}\n"),
    ("poc/trigger", "trigger\n"),
    ("poc/benign", "benign\n"),
];

/// Its manifest. It ends in the table of the oracle.
pub const MANIFEST: &str = r#"schema = "assay.proof/1"
title  = "Nothing is wrong here"

[target]
purl = "pkg:generic/target@1.0.0"

[arms.vulnerable.source]
path = "target"

[toolchain]
needs = ["cc"]

[build]
recipe     = "cc"
sources    = ["harness.c", "src/target.c"]
instrument = "none"

[harness]
kind   = "file"
run    = ["$OUT/harness", "$INPUT"]
limits = { cpu = "2s", memory = "256MiB" }

[inputs]
trigger = [{ path = "poc/trigger" }]
benign  = [{ path = "poc/benign" }]

[repeat]
runs = 1

[oracle]
kind = "canary-write"
path = "assay-escaped"
"#;

/// A bundle on disk, gone with its test.
pub struct Bundle {
    folder: TempDir,
}

impl Bundle {
    /// The bundle in which all is well.
    pub fn new(bench: &Bench) -> Self {
        let bundle = Self { folder: bench.fresh() };
        for (path, content) in FILES {
            bundle.write(path, content.as_bytes());
        }
        bundle.write("proof.toml", MANIFEST.as_bytes());
        bundle
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Adds or replaces a file.
    pub fn write(&self, path: &str, content: &[u8]) -> PathBuf {
        let file = self.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        open(file.parent().unwrap());
        fs::write(&file, content).unwrap();
        file
    }

    /// Replaces text of the manifest, which must be there.
    pub fn manifest(&self, from: &str, to: &str) {
        let file = self.path().join("proof.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "the manifest has no `{from}`");
        fs::write(file, text.replace(from, to)).unwrap();
    }
}

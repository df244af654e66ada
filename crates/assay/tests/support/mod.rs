//! Runs the real program with an environment of the test's own, and keeps what it says.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A home, a cache and a folder to work in, gone with the test.
pub struct Bench {
    root: TempDir,
}

/// What the program said.
#[derive(Debug)]
pub struct Said {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}\n{self:?}"))
    }

    /// The exit code is this one; if not, everything is shown.
    #[track_caller]
    pub fn exits(self, exit: i32) -> Self {
        assert_eq!(self.exit, exit, "{}\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn says(&self, words: &str) {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        assert!(all.contains(words), "`{words}` is not in\n{all}");
    }
}

impl Bench {
    pub fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for folder in ["home", "cache", "work"] {
            fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root }
    }

    /// A path in the folder that the program runs in.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("work").join(name)
    }

    pub fn home(&self) -> PathBuf {
        self.root.path().join("home")
    }

    pub fn cache(&self) -> PathBuf {
        self.root.path().join("cache")
    }

    /// The program with nothing of the test's own environment but the path.
    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assay"));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("ASSAY_CACHE", self.cache())
            .current_dir(self.root.path().join("work"))
            .stdin(Stdio::null());
        // rustc on the path may be rustup's stand-in, which looks for its toolchains below the real home.
        let rustup = std::env::var_os("RUSTUP_HOME")
            .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".rustup").into_os_string()));
        if let Some(rustup) = rustup {
            command.env("RUSTUP_HOME", rustup);
        }
        command
    }

    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Said {
        said(self.command().args(arguments))
    }

    /// A copy of an example in the folder that the program runs in.
    pub fn copy(&self, name: &str) -> PathBuf {
        let to = self.path(name);
        copy(&example(name), &to);
        to
    }
}

pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    Said {
        exit: output.status.code().unwrap_or_else(|| panic!("a signal ended it: {output:?}")),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A shipped example.
pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

//! Files that are not the target's code: tests, build files, the harness.

use std::path::Path;

use super::{Kind, Touch, at, shown};
use crate::patch::FileView;

/// Folders and names of tests, as projects call them.
const TEST_FOLDERS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testsuite",
    "testdata",
    "t",
    "spec",
    "specs",
    "check",
    "checks",
    "__tests__",
    "e2e",
    "regress",
    "regression",
    "unittest",
    "unittests",
    "gtest",
    "autotest",
];

/// Files that decide how a target is built, whatever folder they lie in.
const BUILD_NAMES: &[&str] = &[
    "makefile",
    "gnumakefile",
    "makefile.am",
    "makefile.in",
    "makevars",
    "bsdmakefile",
    "kbuild",
    "cmakelists.txt",
    "cmakecache.txt",
    "configure",
    "configure.ac",
    "configure.in",
    "config.h",
    "config.h.in",
    "config.guess",
    "config.sub",
    "aclocal.m4",
    "meson.build",
    "meson_options.txt",
    "meson.options",
    "build.ninja",
    "sconstruct",
    "sconscript",
    "wscript",
    "build",
    "build.bazel",
    "workspace",
    "module.bazel",
    "cargo.toml",
    "cargo.lock",
    "build.rs",
    "rust-toolchain",
    "rust-toolchain.toml",
    "setup.py",
    "setup.cfg",
    "pyproject.toml",
    "manifest.in",
    "tox.ini",
    "requirements.txt",
    "conftest.py",
    "sitecustomize.py",
    "usercustomize.py",
    "package.json",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "binding.gyp",
    "tsconfig.json",
    ".babelrc",
    ".npmrc",
    ".swcrc",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "settings.gradle",
    "go.mod",
    "go.sum",
    "justfile",
    "dockerfile",
    ".gitattributes",
    "suppressions.txt",
];

const BUILD_ENDINGS: &[&str] = &[
    ".mk", ".mak", ".cmake", ".m4", ".ac", ".am", ".in", ".gyp", ".gypi", ".pro", ".bp", ".bzl", ".spec", ".ld",
    ".lds", ".map", ".sym", ".def", ".pc", ".supp", ".pth", ".options",
];

/// Whether a file is a test by its name, or is named by the tests' command.
#[must_use]
pub fn is_test(path: &Path, command: &[String]) -> bool {
    let lower = |part: &std::ffi::OsStr| part.to_string_lossy().to_lowercase();
    let folders = path.parent().into_iter().flat_map(Path::iter).map(lower);
    if folders.clone().any(|folder| TEST_FOLDERS.contains(&folder.as_str())) {
        return true;
    }
    let name = path.file_name().map(lower).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let marked = stem == "test"
        || stem == "tests"
        || stem == "check"
        || stem == "conftest"
        || stem.starts_with("test_")
        || stem.starts_with("test-")
        || stem.starts_with("check_")
        || ["_test", "-test", "_tests", "-tests", "_spec", "-spec", "_check"].iter().any(|end| stem.ends_with(end))
        || name.contains(".test.")
        || name.contains(".spec.")
        || name.ends_with(".t")
        || name.ends_with(".bats");
    let text = path.to_string_lossy();
    marked
        || command.iter().any(|argument| {
            let inside = argument.strip_prefix("src/").or_else(|| argument.strip_prefix("$SRC/")).unwrap_or(argument);
            inside == text || inside.ends_with(&format!("/{text}"))
        })
}

/// The changed files that are tests.
pub fn tests_of<'a>(files: impl IntoIterator<Item = &'a str>, command: &[String]) -> Vec<String> {
    files.into_iter().filter(|path| is_test(Path::new(path), command)).map(str::to_owned).collect()
}

fn is_build(path: &Path) -> bool {
    let mut folders = path.parent().into_iter().flat_map(Path::iter).map(|part| part.to_string_lossy().to_lowercase());
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    // A Debian package is built by what lies in `debian/`, but for its patches, which are applied already.
    folders.any(|folder| matches!(folder.as_str(), "debian" | ".cargo" | "m4" | "cmake" | "build-aux"))
        || BUILD_NAMES.contains(&name.as_str())
        || BUILD_ENDINGS.iter().any(|ending| name.ends_with(ending))
        || name.starts_with("makefile")
}

/// Headers of the system: one of the project's own by such a name can take its place.
const HEADERS: &[&str] = &[
    "assert.h",
    "ctype.h",
    "errno.h",
    "limits.h",
    "malloc.h",
    "memory.h",
    "setjmp.h",
    "signal.h",
    "stdarg.h",
    "stdbool.h",
    "stddef.h",
    "stdint.h",
    "stdio.h",
    "stdlib.h",
    "string.h",
    "strings.h",
    "unistd.h",
    "wchar.h",
    "math.h",
    "time.h",
];

pub(super) fn touches(file: &FileView, harness: &[String], tests: &[String]) -> Vec<Touch> {
    let mut touches = Vec::new();
    let any = |is: &dyn Fn(&Path) -> bool| file.names().any(is);
    if any(&|name| is_test(name, tests)) {
        // A new test does no harm: the old ones still judge. One that is changed does not judge any more.
        let new = file.old.is_none() || file.removed().next().is_none() && file.new == file.old;
        touches.push(if new { Touch::told(Kind::Tests, shown(file)) } else { Touch::new(Kind::Tests, shown(file)) });
    }
    if any(&is_build) {
        touches.push(Touch::new(Kind::Build, shown(file)));
    }
    let fuzzes = |name: &Path| {
        let parts = name.iter().map(|part| part.to_string_lossy().to_lowercase());
        parts.into_iter().any(|part| part.contains("fuzz") || part.contains("harness"))
    };
    if any(&|name| harness.iter().any(|file| Path::new(file) == name)) || any(&fuzzes) {
        touches.push(Touch::new(Kind::Harness, shown(file)));
    }
    let header = |name: &Path| name.file_name().is_some_and(|name| HEADERS.iter().any(|header| name == *header));
    if file.old.is_none() && any(&header) {
        touches.push(Touch::new(Kind::Meaning, shown(file)));
    }
    for line in file.added() {
        if line.contains("LLVMFuzzer") {
            touches.push(Touch::new(Kind::Harness, at(file, line)));
        }
    }
    touches
}

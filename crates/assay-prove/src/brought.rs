//! What a bundle brings beside a project's own code, where that code is to decide
//! alone: data, patches of its versions, and texts for people.
//!
//! A program finds code and configuration by the names of files: in its working
//! folder, which is the bundle, and beside the file that it was given. What a
//! name makes of a file differs from program to program, so this is no list of
//! tricks but of what is let through: an input in a plainly named folder, with a
//! name by which nothing is loaded. A bundle holds no links (`load`), and what is
//! brought cannot be mapped as code (`Mount::Data`).

use std::collections::BTreeSet;

use assay_bundle::manifest::{InputContent, Manifest, Source};

use crate::load::LoadedBundle;

/// Endings of files that some program runs, includes or is configured by.
const LOADED: &[&str] = &[
    "a",
    "ash",
    "asm",
    "awk",
    "bash",
    "bat",
    "c",
    "cc",
    "cfg",
    "cjs",
    "class",
    "cmake",
    "cmd",
    "conf",
    "config",
    "cpp",
    "cts",
    "cxx",
    "def",
    "dll",
    "dylib",
    "egg",
    "el",
    "elc",
    "env",
    "fish",
    "gemspec",
    "gn",
    "go",
    "gyp",
    "gypi",
    "h",
    "hh",
    "hpp",
    "hxx",
    "inc",
    "inf",
    "ini",
    "ipp",
    "jar",
    "java",
    "jmod",
    "js",
    "jsx",
    "ko",
    "kt",
    "la",
    "lua",
    "luac",
    "m4",
    "mak",
    "mjs",
    "mk",
    "mod",
    "mts",
    "ninja",
    "node",
    "o",
    "options",
    "php",
    "phar",
    "pl",
    "pm",
    "pod",
    "prf",
    "properties",
    "ps1",
    "pth",
    "py",
    "pyc",
    "pyd",
    "pyi",
    "pyo",
    "pyw",
    "pyx",
    "pyz",
    "rb",
    "rbw",
    "rc",
    "rs",
    "s",
    "scm",
    "sed",
    "service",
    "sh",
    "so",
    "specs",
    "tcl",
    "tm",
    "toml",
    "ts",
    "tsx",
    "tts",
    "vim",
    "war",
    "whl",
    "zsh",
];

/// Files by whose whole name, without what follows the first dot, a program finds its configuration.
const NAMED: &[&str] = &[
    "__init__",
    "__main__",
    "babel",
    "build",
    "cargo",
    "cmakecache",
    "cmakelists",
    "cmakepresets",
    "composer",
    "config",
    "configure",
    "conftest",
    "constraints",
    "dockerfile",
    "gemfile",
    "gnumakefile",
    "go",
    "index",
    "jsconfig",
    "jest",
    "log4j",
    "log4j2",
    "logback",
    "makefile",
    "manifest",
    "meson",
    "meson_options",
    "nodemon",
    "npm-shrinkwrap",
    "openssl",
    "package",
    "package-lock",
    "pip",
    "pom",
    "pyproject",
    "pyvenv",
    "rakefile",
    "requirements",
    "setup",
    "sitecustomize",
    "specs",
    "tox",
    "tsconfig",
    "usercustomize",
    "web",
    "webpack",
    "yarn",
];

/// Folders in which programs look for parts of themselves.
const SEARCHED: &[&str] = &[
    "__pycache__",
    "autoload",
    "bin",
    "config",
    "dist-packages",
    "etc",
    "include",
    "init",
    "lib",
    "lib64",
    "libexec",
    "meta-inf",
    "modules",
    "node_modules",
    "plugins",
    "sbin",
    "share",
    "site-packages",
    "src",
    "usr",
    "vendor",
    "web-inf",
];

/// Names of texts for people; of these, none is an input of anything.
const TEXTS: &[&str] = &[
    "authors",
    "changelog",
    "changes",
    "copying",
    "credits",
    "license",
    "licence",
    "news",
    "notice",
    "readme",
    "report",
];

/// The first file that may be more than data, by its path; none if there is none.
#[must_use]
pub fn more_than_data(manifest: &Manifest, bundle: &LoadedBundle) -> Option<String> {
    let inputs = manifest.inputs.trigger.iter().chain(&manifest.inputs.benign);
    let inputs: BTreeSet<&str> = inputs
        .filter_map(|input| match &input.content {
            InputContent::Path(path) => Some(path.as_str()),
            InputContent::Args(_) | InputContent::Program(_) => None,
        })
        .collect();
    let arms = [Some(&manifest.arms.vulnerable), manifest.arms.fixed.as_ref()];
    let patches: BTreeSet<&str> = arms
        .into_iter()
        .flatten()
        .filter_map(|arm| match &arm.source {
            Source::Patched { patch, .. } => Some(patch.as_str()),
            _ => None,
        })
        .collect();
    let mut paths = bundle.files.iter().map(|file| file.path.as_str());
    paths
        .find(|path| {
            let harmless = if inputs.contains(path) {
                is_data(path)
            } else if patches.contains(path) {
                is_patch(path)
            } else {
                is_text(path)
            };
            !harmless
        })
        .map(str::to_owned)
}

/// An input in a folder of its own kind.
fn is_data(path: &str) -> bool {
    let Some((folders, name)) = path.rsplit_once('/') else { return false };
    folders.split('/').all(is_folder) && is_name(name)
}

/// A patch may lie at the top: its ending is what it is read by, and no program looks for it.
fn is_patch(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let folders = folders.is_empty() || folders.split('/').all(is_folder);
    folders && is_name(name) && [".patch", ".diff"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
}

/// A text for people, or a statement that somebody signed.
fn is_text(path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_ascii_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    let text = [".md", ".txt", ".dsse.json"].iter().any(|ending| lower.ends_with(ending)) && is_name(name);
    (folders.is_empty() || folders.split('/').all(is_folder)) && (text || TEXTS.contains(&stem) && is_name(name))
}

fn is_folder(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(plain) && !name.starts_with('_') && !SEARCHED.contains(&lower.as_str())
}

/// A name by which nothing is loaded, in capitals or not, and whatever follows in further endings.
fn is_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    // A blank, a mark of direction or another script's letter hides an ending from who reads it.
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.,+=:@()".contains(c));
    let mut parts = lower.split('.');
    let stem = parts.next().unwrap_or_default();
    plain
        && !stem.is_empty()
        && !NAMED.contains(&stem)
        && !["requirements", "constraints"].iter().any(|start| stem.starts_with(start))
        && !parts.any(|ending| LOADED.contains(&ending))
        && !lower.ends_with(['.', '~'])
        // Gemfile, Jenkinsfile, vimrc, npmrc: there are too many of them to be named.
        && !(lower == stem && (stem.ends_with("file") || stem.ends_with("rc")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_let_through() {
        for path in [
            "poc/trigger.json",
            "poc/benign.gif",
            "inputs/deep/crash-0a1b",
            "PoC/Case_2.XML",
            "corpus/id:000001,src:000002,op:flip1",
            "poc/a.yaml",
            "poc/1.2.3.bin",
            "poc/page.html",
        ] {
            assert!(is_data(path), "{path}");
        }
        for path in ["README.md", "text.txt", "LICENSE", "docs/how-it-was-found.md", "report.dsse.json", "NOTICE.txt"] {
            assert!(is_text(path), "{path}");
        }
        assert!(is_patch("fix.patch") && is_patch("patches/0001-fix.diff"));
    }

    #[test]
    fn what_a_program_may_load_is_not_data() {
        for path in [
            // In the working folder, whatever it is.
            "package.json",
            "trigger.json",
            "Makefile",
            "crash",
            // Hidden files and folders.
            "poc/.npmrc",
            ".node/x.bin",
            "poc/.env",
            "poc/.htaccess",
            "poc/.gdbinit",
            // What Python loads at its start or by its name.
            "poc/evil.pth",
            "poc/sitecustomize.pyc",
            "poc/usercustomize",
            "poc/conftest.py",
            "poc/__init__.PY",
            "__pycache__/json.cpython-311.pyc",
            "site-packages/x.bin",
            "poc/__main__",
            // What Node loads.
            "node_modules/x/data.bin",
            "poc/package.json",
            "poc/Package.JSON",
            "poc/x.MJS",
            "poc/index.json",
            "poc/NODE_OPTIONS.env",
            "poc/x.node",
            // Libraries under any name that the linker knows.
            "poc/libc.so",
            "poc/libc.so.6",
            "poc/libevil.SO.1.2",
            "poc/x.dll",
            // What other programs look for beside the file that they were given.
            "poc/Makefile",
            "poc/GNUmakefile",
            "poc/CMakeLists.txt",
            "poc/meson.build",
            "poc/Dockerfile",
            "poc/specs",
            "META-INF/services",
            "META-INF/services/x",
            "poc/log4j2.xml",
            "poc/php.ini",
            "poc/my.cnf.conf",
            "poc/vimrc",
            "poc/requirements-dev.txt",
            "etc/passwd",
            "poc/core.properties",
            "poc/x.class",
            // Names that hide what they are.
            "poc/x.py ",
            "poc/x.py.",
            "poc/x.p\u{443}",
            "poc/x\u{202e}yp.bin",
            "poc/x.py.bak",
            "poc/x~",
            "poc/..",
            "po c/x",
            "poc//x",
            "_poc/x",
        ] {
            assert!(!is_data(path), "{path}");
        }
        for path in
            ["requirements.txt", "CMakeLists.txt", "constraints.TXT", "notes/conftest.py.md", "readme.js", "LICENSE.py"]
        {
            assert!(!is_text(path), "{path}");
        }
        for path in ["fix.py", "fix.patch.py", ".fix.patch", "conftest.patch", "node_modules/fix.patch"] {
            assert!(!is_patch(path), "{path}");
        }
    }
}

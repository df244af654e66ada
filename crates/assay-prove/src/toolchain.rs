//! Finds the programs that a bundle needs on this machine, and what of the host
//! the sandbox must show for them to work.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_sandbox::Mount;
use serde::Serialize;
use sha2::Digest as _;

/// One program, as recorded in the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// As the manifest names it.
    pub name: String,
    /// The resolved program.
    pub path: PathBuf,
    /// First line of what it says about its version.
    pub version: String,
    /// SHA-256 of the program file, hex.
    pub sha256: String,
}

/// All programs of a bundle.
#[derive(Debug, Clone, Default)]
pub struct Toolchain {
    /// The programs, in the manifest's order.
    pub tools: Vec<Tool>,
    /// Host folders to be shown, at their own paths.
    pub mounts: Vec<Mount>,
    /// Folders for PATH, besides `/usr/bin` and `/bin`.
    pub path: Vec<PathBuf>,
    /// Variables the tools need.
    pub env: BTreeMap<String, String>,
}

/// A program that a bundle needs and this machine does not offer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the tool `{name}` is not available: {what}; {remedy}")]
pub struct ToolError {
    /// As the manifest names it.
    pub name: String,
    /// What was found.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// Where a program was looked for.
enum Found {
    At(PathBuf),
    Unreadable(PathBuf),
    Nowhere,
}

impl Toolchain {
    /// Finds all tools of a bundle.
    ///
    /// # Errors
    ///
    /// Every tool that is missing or that the sandbox's user could not read.
    pub fn find(needs: &[String]) -> Result<Self, Vec<ToolError>> {
        let mut toolchain = Self::default();
        let mut errors = Vec::new();
        for name in needs {
            if let Err(error) = toolchain.add(name) {
                errors.push(error);
            }
        }
        if errors.is_empty() { Ok(toolchain) } else { Err(errors) }
    }

    /// The PATH of a run.
    #[must_use]
    pub fn path_variable(&self) -> String {
        let own = self.path.iter().map(|folder| folder.display().to_string());
        own.chain(["/usr/local/bin", "/usr/bin", "/bin"].map(str::to_owned)).collect::<Vec<_>>().join(":")
    }

    fn add(&mut self, name: &str) -> Result<(), ToolError> {
        match name {
            "rust" => self.add_rust(),
            "python3" => self.add_python(),
            "cc" => self.add_plain("cc", "cc", "--version"),
            "clang" => self.add_plain("clang", "clang", "--version"),
            "java" => self.add_plain("java", "java", "-version"),
            "node" => self.add_plain("node", "node", "--version"),
            other => self.add_plain(other, other, "--version"),
        }
    }

    /// A program that lies under `/usr`, or in the `bin` folder of a prefix of its own.
    fn add_plain(&mut self, name: &str, program: &str, version_flag: &str) -> Result<(), ToolError> {
        let path = located(name, program)?;
        if !path.starts_with("/usr") {
            // `/opt/node/bin/node` works only with `/opt/node` around it.
            let prefix = path.parent().and_then(Path::parent).filter(|prefix| prefix.components().count() > 1);
            let prefix = prefix
                .ok_or_else(|| unavailable(name, format!("`{}` lies in no folder of its own", path.display())))?;
            readable(name, &path)?;
            self.mounts.push(Mount::ReadOnly { host: prefix.to_owned(), at: prefix.to_owned() });
            self.path.push(prefix.join("bin"));
        }
        self.record(name, &path, &[version_flag])
    }

    fn add_rust(&mut self) -> Result<(), ToolError> {
        let rustc = located("rust", "rustc")?;
        // From `/`, so that no toolchain file of a bundle or of the caller has a say.
        let sysroot = said(&rustc, &["--print", "sysroot"])
            .map(PathBuf::from)
            .ok_or_else(|| unavailable("rust", format!("`{}` does not tell its sysroot", rustc.display())))?;
        let resolved = sysroot.join("bin/rustc");
        readable("rust", &resolved)?;
        if !sysroot.starts_with("/usr") {
            self.mounts.push(Mount::ReadOnly { host: sysroot.clone(), at: sysroot.clone() });
        }
        self.path.push(sysroot.join("bin"));
        self.record("rust", &resolved, &["--version"])?;
        // It links with the system's C compiler.
        if !self.tools.iter().any(|tool| tool.name == "cc") {
            self.add_plain("cc", "cc", "--version")?;
        }
        Ok(())
    }

    fn add_python(&mut self) -> Result<(), ToolError> {
        // The distribution's own lies under /usr, which every run sees; version managers put a script on PATH.
        let system = PathBuf::from("/usr/bin/python3");
        let python = if system.exists() { system } else { located("python3", "python3")? };
        let script = "import sys; print(sys.executable); print(sys.base_prefix)";
        let answer = said_whole(&python, &["-I", "-c", script])
            .ok_or_else(|| unavailable("python3", format!("`{}` does not run", python.display())))?;
        let mut lines = answer.lines().map(PathBuf::from);
        let (Some(program), Some(prefix)) = (lines.next(), lines.next()) else {
            return Err(unavailable("python3", format!("`{}` does not tell its prefix", python.display())));
        };
        if !prefix.starts_with("/usr") {
            readable("python3", &program)?;
            self.mounts.push(Mount::ReadOnly { host: prefix.clone(), at: prefix.clone() });
            self.path.push(prefix.join("bin"));
        }
        self.record("python3", &program, &["--version"])
    }

    fn record(&mut self, name: &str, path: &Path, version: &[&str]) -> Result<(), ToolError> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let sha256 = file_digest(&path)
            .map_err(|error| unavailable(name, format!("`{}` cannot be read: {error}", path.display())))?;
        let version = said(&path, version).unwrap_or_else(|| "unknown".to_owned());
        self.tools.push(Tool { name: name.to_owned(), path, version, sha256 });
        Ok(())
    }
}

fn unavailable(name: &str, what: String) -> ToolError {
    ToolError { name: name.to_owned(), what, remedy: remedy(name) }
}

/// The package to install, by its Debian name.
fn remedy(name: &str) -> String {
    let package = match name {
        "cc" => "gcc libc6-dev",
        "node" => "nodejs",
        "java" => "default-jdk-headless",
        "rust" => return "install a Rust toolchain, readable for this user".into(),
        other => other,
    };
    format!("install it (on Debian and Ubuntu: `apt-get install {package}`)")
}

fn located(name: &str, program: &str) -> Result<PathBuf, ToolError> {
    match look_up(program, &std::env::var("PATH").unwrap_or_default()) {
        Found::At(path) => Ok(path),
        Found::Unreadable(path) => Err(ToolError {
            name: name.to_owned(),
            what: format!("`{}` cannot be read by this user", path.display()),
            remedy: "make it readable for this user, or put one that is on PATH".into(),
        }),
        Found::Nowhere => Err(unavailable(name, format!("`{program}` is not on PATH"))),
    }
}

fn look_up(program: &str, path: &str) -> Found {
    let mut unreadable = None;
    let folders = path.split(':').filter(|folder| folder.starts_with('/'));
    for folder in folders.chain(["/usr/local/bin", "/usr/bin", "/bin"]) {
        let candidate = Path::new(folder).join(program);
        match fs::metadata(&candidate) {
            Ok(meta) if meta.is_file() && meta.permissions().mode() & 0o111 != 0 => return Found::At(candidate),
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
                unreadable.get_or_insert(candidate);
            }
            _ => {}
        }
    }
    unreadable.map_or(Found::Nowhere, Found::Unreadable)
}

/// As root, programs run as a user who owns nothing: the toolchain must be readable for others.
fn readable(name: &str, program: &Path) -> Result<(), ToolError> {
    let meta = fs::metadata(program);
    match meta {
        Ok(meta)
            if meta.permissions().mode() & 0o005 == 0o005
                || File::open(program).is_ok() && !rustix::process::geteuid().is_root() =>
        {
            Ok(())
        }
        Ok(_) => Err(ToolError {
            name: name.to_owned(),
            what: format!("`{}` cannot be read by the sandbox's user", program.display()),
            remedy: format!("`chmod -R o+rX` the toolchain of `{}`", program.display()),
        }),
        Err(error) => Err(ToolError {
            name: name.to_owned(),
            what: format!("`{}` cannot be read: {error}", program.display()),
            remedy: "make the toolchain readable for this user, or put another one on PATH".into(),
        }),
    }
}

fn said_whole(program: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir("/").output().ok()?;
    let text = if output.stdout.is_empty() { output.stderr } else { output.stdout };
    output.status.success().then(|| String::from_utf8_lossy(&text).trim().to_owned()).filter(|text| !text.is_empty())
}

fn said(program: &Path, arguments: &[&str]) -> Option<String> {
    said_whole(program, arguments).and_then(|text| text.lines().next().map(str::to_owned))
}

fn file_digest(path: &Path) -> std::io::Result<String> {
    let mut hasher = sha2::Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_missing_tool_names_the_package() {
        let error = Toolchain::find(&["no-such-tool-here".to_owned()]).unwrap_err();
        assert_eq!(
            error.first().map(ToString::to_string).unwrap(),
            "the tool `no-such-tool-here` is not available: `no-such-tool-here` is not on PATH; \
             install it (on Debian and Ubuntu: `apt-get install no-such-tool-here`)"
        );
    }

    #[test]
    fn a_relative_entry_of_path_is_never_searched() {
        assert!(matches!(look_up("no-such-tool-here", ".:relative"), Found::Nowhere));
    }
}

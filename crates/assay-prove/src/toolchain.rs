//! Finds the programs that a bundle needs on this machine, and what of the host
//! the sandbox must show for them to work.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_sandbox::{End, Mount, Sandbox, Spec, Task};
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

    /// Asks each tool for its version, inside the sandbox: a bundle may name any
    /// program of this machine, and what that does when it is started is its own affair.
    pub fn ask_versions(&mut self, sandbox: &dyn Sandbox) {
        let path = self.path_variable();
        for tool in &mut self.tools {
            let flag = if tool.name == "java" { "-version" } else { "--version" };
            let argv = vec![tool.path.display().to_string(), flag.to_owned()];
            let env = [("PATH", path.as_str()), ("HOME", "/tmp"), ("LC_ALL", "C.UTF-8")];
            let env = env.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            let mut spec = Spec::of(Task::Exec { argv, env });
            spec.mounts.clone_from(&self.mounts);
            let finished = sandbox.run(&spec).ok().filter(|finished| finished.end == End::Exited(0));
            if let Some(version) = finished.and_then(|finished| first_line(finished.stdout, finished.stderr)) {
                tool.version = version;
            }
        }
    }

    fn add(&mut self, name: &str) -> Result<(), ToolError> {
        match name {
            "rust" => self.add_rust(),
            "python3" => self.add_python(),
            "java" => self.add_java(),
            other => self.add_plain(other),
        }
    }

    /// A program that lies under `/usr`, or in the `bin` folder of a prefix of its own.
    fn add_plain(&mut self, name: &str) -> Result<(), ToolError> {
        let found = located(name, name)?;
        // `/bin` is a link into `/usr` almost everywhere.
        let folder = found.parent().and_then(|folder| fs::canonicalize(folder).ok());
        let path = folder.map_or(found, |folder| folder.join(name));
        let target = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        for path in [&path, &target].into_iter().filter(|path| !path.starts_with("/usr")) {
            readable(name, path)?;
            self.show(path);
        }
        self.record(name, &path)
    }

    /// Shows a program outside `/usr`: `/opt/node/bin/node` works only with `/opt/node` around it.
    fn show(&mut self, path: &Path) {
        let folder = path.parent().unwrap_or(Path::new("/")).to_owned();
        let prefix = folder.parent().filter(|prefix| folder.ends_with("bin") && !is_shared(prefix));
        let shown = prefix.unwrap_or(path).to_owned();
        if !self.mounts.iter().any(|mount| mount.at() == shown) {
            self.mounts.push(Mount::ReadOnly { host: shown.clone(), at: shown });
        }
        if !self.path.contains(&folder) {
            self.path.push(folder);
        }
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
        self.record("rust", &resolved)?;
        // It links with the system's C compiler.
        if !self.tools.iter().any(|tool| tool.name == "cc") {
            self.add_plain("cc")?;
        }
        Ok(())
    }

    /// A distribution's Java keeps its settings under `/etc`, and does not start without them.
    fn add_java(&mut self) -> Result<(), ToolError> {
        self.add_plain("java")?;
        let program = self.tools.last().map(|tool| tool.path.clone()).unwrap_or_default();
        let Some(home) = program.parent().and_then(Path::parent) else { return Ok(()) };
        let links =
            ["lib", "conf"].iter().flat_map(|part| fs::read_dir(home.join(part)).into_iter().flatten().flatten());
        for link in links.filter_map(|entry| fs::read_link(entry.path()).ok()) {
            let mut parts = link.strip_prefix("/etc").map(Path::components).into_iter().flatten();
            let Some(folder) = parts.next().filter(|part| part.as_os_str().to_string_lossy().starts_with("java"))
            else {
                continue;
            };
            let folder = Path::new("/etc").join(folder);
            if parts.next().is_some() && folder.is_dir() && !self.mounts.iter().any(|mount| mount.at() == folder) {
                self.mounts.push(Mount::ReadOnly { host: folder.clone(), at: folder });
            }
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
        self.record("python3", &program)
    }

    fn record(&mut self, name: &str, path: &Path) -> Result<(), ToolError> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let sha256 = file_digest(&path)
            .map_err(|error| unavailable(name, format!("`{}` cannot be read: {error}", path.display())))?;
        self.tools.push(Tool { name: name.to_owned(), path, version: "unknown".to_owned(), sha256 });
        Ok(())
    }
}

/// Whether a folder holds more than one program's things: keys, mail, other people's files.
fn is_shared(prefix: &Path) -> bool {
    let homes = ["HOME", "ASSAY_HOME", "ASSAY_CACHE", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"];
    let homes = homes.into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    shared(prefix, homes.filter(|home| home.is_absolute()))
}

fn shared(prefix: &Path, mut homes: impl Iterator<Item = PathBuf>) -> bool {
    // `/tmp` and `/opt` are everybody's; `~/.local` holds Assay's own key, `~/.cargo` a registry's.
    prefix.components().count() <= 2
        || homes.any(|home| home.starts_with(prefix) || prefix.parent() == Some(home.as_path()))
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

/// The first line of what a program said, bounded.
fn first_line(stdout: Vec<u8>, stderr: Vec<u8>) -> Option<String> {
    const LONGEST: usize = 200;
    let text = if stdout.is_empty() { stderr } else { stdout };
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    text.lines().next().map(|line| line.chars().filter(|c| !c.is_control()).take(LONGEST).collect())
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
    fn a_folder_with_more_than_a_tool_in_it_is_not_shown() {
        let homes = || ["/home/ann", "/srv/assay/home"].map(PathBuf::from).into_iter();
        for all in ["/", "/home", "/home/ann", "/home/ann/.local", "/home/ann/.cargo", "/srv/assay", "/tmp", "/opt"] {
            assert!(shared(Path::new(all), homes()), "{all}");
        }
        for one in ["/home/ann/.nvm/versions/node/v20", "/opt/node/20", "/srv/tools/node"] {
            assert!(!shared(Path::new(one), homes()), "{one}");
        }
    }

    #[test]
    fn a_relative_entry_of_path_is_never_searched() {
        assert!(matches!(look_up("no-such-tool-here", ".:relative"), Found::Nowhere));
    }
}

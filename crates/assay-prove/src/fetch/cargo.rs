//! Crates: `cargo info`, which downloads one crate and resolves nothing; for a
//! yanked version `cargo fetch` with a lock file that names it. Neither builds.

use std::fs;
use std::path::{Path, PathBuf};

use super::client::Call;
use super::ended::Ended;
use super::package::Package;
use super::session::Folder;
use super::{Reason, Wanted};

const INSTALL: &str = "Install Rust with cargo 1.82 or later (rustup)";

/// Gives a fresh `CARGO_HOME` the user's configuration: it may replace the
/// registry by a mirror.
pub(super) fn prepare_home(home: &Path) -> Result<(), Reason> {
    let user = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let Some(user) = user else {
        return Ok(());
    };
    for name in ["config.toml", "config"] {
        let from = user.join(name);
        if from.is_file() {
            return fs::copy(&from, home.join("config.toml"))
                .map(|_| ())
                .map_err(|e| Reason::Storage(format!("cannot copy {}: {e}", from.display())));
        }
    }
    Ok(())
}

pub(super) fn get(package: &Package, files: &[&Wanted], folder: &Folder, home: &Path) -> Result<Reason, Reason> {
    let cargo = Cargo { package, folder, home };
    // A workspace of our own keeps cargo from looking for one in the folders above.
    cargo.write("Cargo.toml", &manifest(None))?;
    cargo.write("lib.rs", "")?;
    let spec = format!("{}@{}", package.name, package.version);
    let mut ended = cargo.run(&["info", "--quiet", "--color=never", &spec])?;
    if !cargo.copy_out()? {
        let crate_file = format!("{}-{}.crate", package.name, package.version);
        if let Some(file) = files.iter().find(|file| file.name == crate_file) {
            if let Some(later) = cargo.locked(file)? {
                ended = later;
            }
            cargo.copy_out()?;
        }
    }
    Ok(ended.reason())
}

struct Cargo<'a> {
    package: &'a Package,
    folder: &'a Folder,
    home: &'a Path,
}

impl Cargo<'_> {
    /// A yanked version is given only to those whose lock file has it already. The
    /// digest that the bundle gives is the checksum that the lock file needs; the
    /// name of the registry is taken from a lock file that cargo wrote itself.
    fn locked(&self, file: &Wanted) -> Result<Option<Ended>, Reason> {
        let Package { name, version, .. } = self.package;
        self.write("Cargo.toml", &manifest(Some((name, "*"))))?;
        let ended = self.run(&["generate-lockfile", "--quiet"])?;
        let lock = fs::read_to_string(self.folder.work.join("Cargo.lock")).unwrap_or_default();
        let Some(source) = source_of(&lock, name) else {
            return Ok(Some(ended));
        };
        self.write("Cargo.toml", &manifest(Some((name, &format!("={version}")))))?;
        let lock = format!(
            "version = 3\n\n[[package]]\nname = \"fetch\"\nversion = \"0.0.0\"\n\
             dependencies = [\"{name}\"]\n\n[[package]]\nname = \"{name}\"\n\
             version = \"{version}\"\nsource = \"{source}\"\nchecksum = \"{}\"\n",
            file.sha256.to_hex()
        );
        self.write("Cargo.lock", &lock)?;
        self.run(&["fetch", "--quiet", "--color=never"]).map(Some)
    }

    fn run(&self, args: &[&str]) -> Result<Ended, Reason> {
        let call = Call {
            program: "cargo",
            install: INSTALL,
            args: args.iter().map(Into::into).collect(),
            cwd: &self.folder.work,
            env: vec![("CARGO_HOME", self.home.into())],
            scratch: self.folder.root(),
        };
        call.run()
    }

    fn write(&self, name: &str, content: &str) -> Result<(), Reason> {
        fs::write(self.folder.work.join(name), content)
            .map_err(|e| Reason::Storage(format!("cannot write a temporary file: {e}")))
    }

    /// Takes the crate out of cargo's cache, where one folder stands for each registry.
    fn copy_out(&self) -> Result<bool, Reason> {
        let name = format!("{}-{}.crate", self.package.name, self.package.version);
        let registries = fs::read_dir(self.home.join("registry/cache"));
        for registry in registries.into_iter().flatten().flatten() {
            let file = registry.path().join(&name);
            if file.is_file() {
                return fs::copy(&file, self.folder.out.join(&name))
                    .map(|_| true)
                    .map_err(|e| Reason::Storage(format!("cannot copy {name}: {e}")));
            }
        }
        Ok(false)
    }
}

/// A package that builds nothing and depends on at most one crate.
fn manifest(dependency: Option<(&str, &str)>) -> String {
    let mut text = "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
                    [lib]\npath = \"lib.rs\"\n\n[workspace]\n"
        .to_owned();
    if let Some((name, version)) = dependency {
        text.push_str(&format!(
            "\n[dependencies]\nwanted = {{ package = \"{name}\", version = \"{version}\", \
             default-features = false }}\n"
        ));
    }
    text
}

/// The registry of a crate, as a lock file has it.
fn source_of<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let wanted = format!("name = \"{name}\"");
    lock.split("[[package]]")
        .find(|entry| entry.lines().any(|line| line == wanted))?
        .lines()
        .find_map(|line| line.strip_prefix("source = \"")?.strip_suffix('"'))
        .filter(|source| !source.contains(['"', '\\']))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn the_registry_is_found_in_a_lock_file() {
        let lock = "version = 3\n\n[[package]]\nname = \"fetch\"\nversion = \"0.0.0\"\n\n\
                    [[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n";
        assert_eq!(source_of(lock, "a"), Some("registry+x"));
        assert_eq!(source_of(lock, "fetch"), None);
        assert_eq!(source_of("", "a"), None);
    }
}

//! Finds `bwrap` and asks which version it is.

use std::fmt;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Layer, SandboxError};

/// The oldest version that has all options (`--disable-userns`, `--size`).
const OLDEST: Version = Version(0, 8, 0);

/// A version of bubblewrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32, u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// The program, if it is here and new enough.
pub fn find(named: Option<&Path>) -> Result<(PathBuf, Version), SandboxError> {
    let missing = |what: String| SandboxError::new(Layer::Engine, what);
    let program = match named {
        Some(path) => path.to_owned(),
        None => on_the_path().ok_or_else(|| missing("bubblewrap is not installed: no `bwrap` on the PATH".into()))?,
    };
    let shown = program.display();
    let mode = std::fs::metadata(&program).map_err(|e| missing(format!("bubblewrap at `{shown}`: {e}")))?.permissions();
    if mode.mode() & 0o4000 != 0 {
        return Err(missing(format!("`{shown}` runs as root (setuid), which makes a flaw in it one of this machine")));
    }
    let said = Command::new(&program).arg("--version").env_clear().stdin(Stdio::null()).stderr(Stdio::null()).output();
    let said = said.map_err(|error| missing(format!("starting `{shown}`: {error}")))?.stdout;
    let said = String::from_utf8_lossy(&said);
    match parse(&said) {
        Some(version) if version >= OLDEST => Ok((program, version)),
        Some(version) => Err(missing(format!("bubblewrap {version} is too old: {OLDEST} or later is needed"))),
        None => {
            let said: String = said.chars().take(60).filter(|c| !c.is_control()).collect();
            Err(missing(format!("`{shown}` does not say its version as bubblewrap does: `{said}`")))
        }
    }
}

fn on_the_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    // Relative folders would be searched where the caller happens to stand.
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("bwrap"))
        .find(|path| std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0))
}

/// `bubblewrap 0.8.0`, perhaps with something behind the number.
fn parse(said: &str) -> Option<Version> {
    let number = said.strip_prefix("bubblewrap ")?.split(|c: char| !(c.is_ascii_digit() || c == '.')).next()?;
    let mut parts = number.split('.').map(|part| part.parse().ok());
    Some(Version(parts.next()??, parts.next()??, parts.next().flatten().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(parse("bubblewrap 0.8.0\n"), Some(Version(0, 8, 0)));
        assert_eq!(parse("bubblewrap 0.11\n"), Some(Version(0, 11, 0)));
        assert_eq!(parse("bubblewrap 1.0.2-rc1"), Some(Version(1, 0, 2)));
        assert!(parse("bubblewrap 0.11.0").unwrap() > OLDEST && parse("bubblewrap 0.4.1").unwrap() < OLDEST);
        for said in ["", "bwrap 0.8.0", "bubblewrap", "bubblewrap x", "bubblewrap 1"] {
            assert_eq!(parse(said), None, "{said}");
        }
    }

    /// A program that says this when asked for its version.
    fn saying(text: &str, mode: u32) -> Result<(PathBuf, Version), SandboxError> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("bwrap");
        std::fs::write(&program, format!("#!/bin/sh\necho '{text}'\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(mode)).unwrap();
        find(Some(&program))
    }

    #[test]
    fn what_cannot_serve_is_told_with_the_package_to_install() {
        for (text, mode, word) in [
            ("bubblewrap 0.7.2", 0o755, "too old"),
            ("something else", 0o755, "does not say its version"),
            ("bubblewrap 0.8.0", 0o4755, "setuid"),
            ("bubblewrap 0.8.0", 0o644, "starting"),
        ] {
            let error = saying(text, mode).unwrap_err();
            assert_eq!(error.layer, Layer::Engine);
            assert!(error.what.contains(word) && error.remedy.contains("package `bubblewrap`"), "{error}");
        }
        assert!(find(Some(Path::new("/no/such/bwrap"))).unwrap_err().what.contains("/no/such/bwrap"));
        assert_eq!(saying("bubblewrap 0.9.0", 0o755).unwrap().1, Version(0, 9, 0));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_answer_breaks_it(said in "(bubblewrap )?[0-9.a-z -]{0,40}") {
            let _ = parse(&said);
        }
    }
}

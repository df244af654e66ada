//! The command line of `bwrap` for one run.

use std::ffi::{CString, OsStr};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::cgroup::Offer;
use crate::native::root::{DEVICE_LINKS, DEVICES, LINKS};

/// Where the host's files of a spec are shown to the helper, which brings them to
/// their places and then covers this one.
pub const SHOWN: &str = "/.assay";

/// The name of standard input there, when `bwrap` shows it.
pub const STDIN: &str = "/.assay/stdin";

/// The helper's second word, by which the program knows that it is to be the helper.
pub const HELPER_NAME: &str = "assay-sandbox-helper";

/// The numbers of the descriptors that `bwrap` and the helper find open.
pub struct Numbers {
    /// This program.
    pub program: usize,
    /// The filter that `bwrap` sets.
    pub filter: usize,
    /// Where `bwrap` says what became of it.
    pub status: usize,
    /// How many, from 3 on, are the helper's.
    pub helpers: usize,
}

/// What `bwrap` shows of the host.
pub struct Shown {
    /// The mounts of the spec that have a host path, in order.
    pub mounts: Vec<PathBuf>,
    /// Standard input, unless it comes as a descriptor.
    pub stdin: Option<PathBuf>,
}

/// Everything after the options of the outermost layers comes in the order in which it is mounted.
pub fn arguments(shown: &Shown, numbers: &Numbers, offer: Option<Offer>) -> io::Result<Vec<CString>> {
    let mut line = Line(Vec::new());
    line.words(
        "bwrap --unshare-all --unshare-user --unshare-cgroup --disable-userns --die-with-parent --as-pid-1 --clearenv",
    );
    // The capability is the helper's, in the sandbox's own user namespace; it gives it up before the program starts.
    line.words("--uid 1000 --gid 1000 --hostname assay --cap-drop ALL --cap-add CAP_SYS_ADMIN");
    line.words("--size 1048576 --tmpfs /");
    line.add(["--ro-bind", "/usr", "/usr"]);
    for name in LINKS {
        let path = Path::new("/").join(name);
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_symlink() => {
                let target = fs::read_link(&path)?;
                line.add([OsStr::new("--symlink"), target.as_os_str(), path.as_os_str()]);
            }
            Ok(meta) if meta.is_dir() => line.bind("--ro-bind", &path, &path),
            _ => {}
        }
    }
    let alternatives = Path::new("/etc/alternatives");
    if alternatives.is_dir() {
        line.bind("--ro-bind", alternatives, alternatives);
    }
    line.words("--proc /proc --dir /dev --dir /tmp");
    for name in DEVICES {
        let path = Path::new("/dev").join(name);
        line.bind("--dev-bind", &path, &path);
    }
    for (name, target) in DEVICE_LINKS {
        line.add(["--symlink".to_owned(), format!("/proc/self/fd{target}"), format!("/dev/{name}")]);
    }
    line.add(["--dir", SHOWN]);
    for (number, host) in shown.mounts.iter().enumerate() {
        line.bind("--ro-bind", host, &place(number));
    }
    if let Some(host) = &shown.stdin {
        line.bind("--ro-bind", host, Path::new(STDIN));
    }
    let number = |number: usize| number.to_string();
    line.add(["--seccomp".into(), number(numbers.filter), "--json-status-fd".into(), number(numbers.status)]);
    line.words("--chdir / --");
    let offer = serde_json::to_string(&offer)?;
    line.add([format!("/proc/self/fd/{}", numbers.program), HELPER_NAME.into(), number(numbers.helpers), offer]);
    line.0.into_iter().map(|word| CString::new(word).map_err(io::Error::other)).collect()
}

/// Where a mount of the spec is shown, by its number among those with a host path.
pub fn place(number: usize) -> PathBuf {
    Path::new(SHOWN).join(number.to_string())
}

struct Line(Vec<Vec<u8>>);

impl Line {
    fn words(&mut self, words: &str) {
        self.add(words.split_whitespace());
    }

    fn add<W: AsRef<OsStr>>(&mut self, words: impl IntoIterator<Item = W>) {
        self.0.extend(words.into_iter().map(|word| word.as_ref().as_bytes().to_vec()));
    }

    fn bind(&mut self, option: &str, host: &Path, at: &Path) {
        self.add([OsStr::new(option), host.as_os_str(), at.as_os_str()]);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_path_is_one_word_whatever_it_looks_like() {
        let shown = Shown { mounts: vec!["/a b".into(), "/--bind".into()], stdin: Some("/in".into()) };
        let numbers = Numbers { program: 8, filter: 9, status: 10, helpers: 6 };
        let line: Vec<String> =
            arguments(&shown, &numbers, None).unwrap().iter().map(|word| word.to_str().unwrap().to_owned()).collect();
        let at = |word: &str| line.iter().position(|other| other == word).unwrap();
        assert_eq!(line[at("/a b") - 1..][..3], ["--ro-bind", "/a b", "/.assay/0"]);
        assert_eq!(line[at("/--bind") - 1..][..3], ["--ro-bind", "/--bind", "/.assay/1"]);
        assert_eq!(line[at("/in") - 1..][..3], ["--ro-bind", "/in", STDIN]);
        assert_eq!(line[line.len() - 5..], ["--", "/proc/self/fd/8", HELPER_NAME, "6", "null"]);
        assert!(at("--disable-userns") < at("--tmpfs"));
        let with_nul = Shown { mounts: vec![PathBuf::from("/a\0b")], stdin: None };
        assert!(arguments(&with_nul, &numbers, None).is_err());
    }
}

//! The Go program that judges ledgers, built once and asked through a pipe.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Where Debian puts the sources of Go libraries.
const GOPATH: &str = "/usr/share/gocode";

/// A running judge.
pub struct Judge {
    child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

/// Builds the program. `None`, with a word on what is missing, where it cannot be built; an error in CI.
pub fn build(name: &str) -> Option<PathBuf> {
    let missing = Command::new("go").arg("version").output().is_err()
        || !Path::new(GOPATH).join("src/golang.org/x/mod/sumdb/tlog").exists();
    if missing {
        assert!(std::env::var_os("CI").is_none(), "install golang-go and golang-golang-x-mod-dev");
        println!("skipped: this needs the Debian packages golang-go and golang-golang-x-mod-dev");
        return None;
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/ledger-go/main.go");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let program = target.join(format!("ledger-go-{name}"));
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(source)
        .envs([("GO111MODULE", "off"), ("GOPATH", GOPATH), ("GOFLAGS", "")])
        .env("GOCACHE", target.join("go-cache"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(program)
}

impl Judge {
    pub fn start(program: &Path, vkey: &str) -> Self {
        let mut child = Command::new(program)
            .args(["-vkey", vkey, "-stream"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (ask, answer) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, ask, answer }
    }

    /// `Ok` with what it says of the log, or its reason to refuse it.
    pub fn judge(&mut self, folder: &Path, kept: &[PathBuf]) -> Result<String, String> {
        let mut line = folder.to_str().unwrap().to_owned();
        for path in kept {
            line += "\t";
            line += path.to_str().unwrap();
        }
        writeln!(self.ask, "{line}").unwrap();
        let mut answer = String::new();
        self.answer.read_line(&mut answer).unwrap();
        match answer.trim_end().split_once(' ') {
            Some(("OK", tree)) => Ok(tree.to_owned()),
            Some(("REFUSED", why)) => Err(why.to_owned()),
            _ => panic!("the Go program died: {answer:?}"),
        }
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

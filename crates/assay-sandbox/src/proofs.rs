//! Proofs of confinement: before the first run, code of our own tries what a
//! hostile program would, inside the very sandbox. Every attempt must fail.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use serde::{Deserialize, Serialize};

use crate::Sandbox;
use crate::error::{Layer, SandboxError};
use crate::native::sys;
use crate::spec::{End, Mount, Profile, RunLimits, Spec, Stdin, Task};

/// The name under which the attempts are registered with the launcher.
pub(crate) const BUILTIN: &str = "assay-sandbox/proofs";

/// Processes the attempts may have; a fork bomb must stop here.
const PIDS: u32 = 8;

/// Bytes that the huge allocation may have.
const MEMORY: u64 = 16 << 20;

/// Bytes for the other attempts: wide, since each process of the fork bomb counts what it shares with its parent.
const ROOM: u64 = 256 << 20;

#[derive(Debug, Serialize, Deserialize)]
enum Request {
    Attempts { port: u16, canaries: Vec<PathBuf> },
    Allocate,
}

/// Attempt -> `None` when it was stopped, with how; `Some` says what got through.
type Answers = BTreeMap<String, Result<String, String>>;

/// Runs all proofs. Any attempt that gets through is an error.
pub(crate) fn prove(sandbox: &dyn Sandbox) -> Result<BTreeMap<String, String>, SandboxError> {
    let broken = |what: String| SandboxError::new(Layer::Proofs, what);
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| broken(format!("a listener on loopback: {e}")))?;
    let port = listener.local_addr().map_err(|e| broken(format!("a listener on loopback: {e}")))?.port();
    let finished = sandbox.run(&spec(&Request::Attempts { port, canaries: canaries() })?)?;
    let answers: Answers = serde_json::from_slice(&finished.stdout).map_err(|_| {
        let said = String::from_utf8_lossy(&finished.stderr).into_owned();
        broken(format!("the attempts ended with {:?} and gave no answer {said}", finished.end))
    })?;
    let mut proven = BTreeMap::new();
    for (attempt, answer) in answers {
        match answer {
            Ok(how) => proven.insert(attempt, how),
            Err(got) => return Err(broken(format!("`{attempt}` was not stopped: {got}"))),
        };
    }
    let finished = sandbox.run(&spec(&Request::Allocate)?)?;
    if finished.end != End::MemoryLimit {
        return Err(broken(format!("a huge allocation ended with {:?}, not at its limit", finished.end)));
    }
    proven.insert("allocate".into(), "ended at the memory limit".into());
    Ok(proven)
}

/// Host files that everybody may read outside and nobody inside.
fn canaries() -> Vec<PathBuf> {
    ["/etc/passwd", "/etc/group", "/etc/hostname"]
        .map(PathBuf::from)
        .into_iter()
        .filter(|path| path.is_file())
        .collect()
}

fn spec(request: &Request) -> Result<Spec, SandboxError> {
    let memory = match request {
        Request::Attempts { .. } => ROOM,
        Request::Allocate => MEMORY,
    };
    let request =
        serde_json::to_vec(request).map_err(|e| SandboxError::new(Layer::Proofs, format!("the request: {e}")))?;
    Ok(Spec {
        task: Task::Builtin { name: BUILTIN.into(), request },
        cwd: "/".into(),
        mounts: vec![Mount::Scratch { at: "/scratch".into(), size: 1 << 20 }],
        stdin: Stdin::Empty,
        limits: RunLimits {
            cpu: Duration::from_secs(10),
            wall: Duration::from_secs(60),
            memory,
            output: 64 << 10,
            pids: PIDS,
        },
        profile: Profile::Default,
        collect: Vec::new(),
        family: false,
    })
}

/// The attempts themselves, run inside the sandbox.
pub(crate) fn attempt(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    match serde_json::from_slice(request).map_err(|e| e.to_string())? {
        Request::Allocate => {
            // Four times the limit, and then time enough to be ended for it.
            let blocks: Vec<Vec<u8>> = (0..(4 * MEMORY) >> 20).map(|_| vec![1; 1 << 20]).collect();
            std::thread::sleep(Duration::from_secs(30));
            writeln!(out, "{} blocks", blocks.len()).map_err(|e| e.to_string())
        }
        Request::Attempts { port, canaries } => {
            let answers = attempts(port, &canaries);
            serde_json::to_writer(out, &answers).map_err(|e| e.to_string())
        }
    }
}

fn stopped<T>(result: io::Result<T>) -> Result<String, String> {
    match result {
        Ok(_) => Err("it succeeded".into()),
        Err(error) => Ok(error.to_string()),
    }
}

fn attempts(port: u16, canaries: &[PathBuf]) -> Answers {
    let mut answers = Answers::new();
    let mut put = |name: &str, answer| answers.insert(name.to_owned(), answer);
    let address = std::net::SocketAddr::from(([127, 0, 0, 1], port));
    put("connect", stopped(TcpStream::connect_timeout(&address, Duration::from_secs(2))));
    for canary in canaries {
        put(&format!("read {}", canary.display()), stopped(fs::File::open(canary)));
    }
    for (name, path) in
        [("write-usr", "/usr/assay-canary"), ("write-root", "/assay-canary"), ("write-tmp", "/tmp/assay-canary")]
    {
        put(name, stopped(fs::write(path, b"x")));
    }
    put("nested-user-namespace", stopped(sys::unshare_user()));
    put("mount", stopped(rustix::mount::mount_bind("/usr", "/scratch").map_err(io::Error::from)));
    put("trace-init", stopped(fs::File::options().write(true).open("/proc/1/mem")));
    put("limit-init", limit_init());
    put("network-interfaces", only_loopback());
    put("fork-bomb", fork_bomb());
    answers
}

/// Taking init's descriptors away would blind its meters.
fn limit_init() -> Result<String, String> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    stopped(prlimit(Some(Pid::INIT), Resource::Nofile, none).map_err(io::Error::from))
}

fn only_loopback() -> Result<String, String> {
    let table = fs::read_to_string("/proc/net/dev").map_err(|error| error.to_string());
    match table {
        Ok(table) => {
            let others: Vec<&str> = table
                .lines()
                .skip(2)
                .filter_map(|line| line.split(':').next().map(str::trim))
                .filter(|name| *name != "lo")
                .collect();
            if others.is_empty() { Ok("none but a loopback of its own".into()) } else { Err(others.join(" ")) }
        }
        Err(error) => Ok(error),
    }
}

/// Starts processes until the limit refuses one. The children sleep and die with the namespace.
fn fork_bomb() -> Result<String, String> {
    for count in 0..=PIDS * 4 {
        match sys::fork_sleeper() {
            Ok(()) => {}
            Err(error) => return Ok(format!("refused after {count} processes: {error}")),
        }
    }
    Err(format!("{} processes were started", PIDS * 4))
}

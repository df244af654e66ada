//! What is to be run, and what came of it: the contract of every engine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One sandboxed run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    /// What runs.
    pub task: Task,
    /// Working folder, as the sandbox sees it.
    pub cwd: PathBuf,
    /// What it sees beside the fixed root (`/usr`, `/bin`, `/lib*`, `/dev`, `/proc`, an empty `/tmp`).
    /// Applied in order; a later mount may lie inside an earlier writable or copied one.
    pub mounts: Vec<Mount>,
    /// Standard input.
    pub stdin: Stdin,
    /// Limits.
    pub limits: RunLimits,
    /// Which seccomp filter.
    pub profile: Profile,
    /// Folders brought out after the end.
    pub collect: Vec<Collect>,
    /// Whether each process of the run is counted as it is made and as it leaves ([`Usage::family`]).
    pub family: bool,
}

impl Spec {
    /// A spec with this task, nothing mounted, and modest limits: 10 s of CPU, 60 s
    /// of wall time, 512 MiB, 1 MiB of output, 64 processes.
    #[must_use]
    pub fn of(task: Task) -> Self {
        Self {
            task,
            cwd: PathBuf::from("/"),
            mounts: Vec::new(),
            stdin: Stdin::Empty,
            limits: RunLimits {
                cpu: Duration::from_secs(10),
                wall: Duration::from_secs(60),
                memory: 512 << 20,
                output: 1 << 20,
                pids: 64,
            },
            profile: Profile::Default,
            collect: Vec::new(),
            family: false,
        }
    }
}

/// What runs inside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// A program. `argv[0]` is looked up on the environment's PATH when it has no slash.
    Exec {
        /// Program and arguments.
        argv: Vec<String>,
        /// The whole environment; nothing is inherited.
        env: Vec<(String, String)>,
    },
    /// Code of the runner itself that reads hostile bytes (unpacking, symbols): same confinement, no exec.
    Builtin {
        /// The name it was registered under at `launcher::take_over_if_asked`.
        name: String,
        /// Its request, usually JSON. Its answer is what it writes to standard output.
        request: Vec<u8>,
    },
}

/// Something the sandbox sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Mount {
    /// A host file or folder, read-only.
    ReadOnly {
        /// On the host.
        host: PathBuf,
        /// In the sandbox; absolute.
        at: PathBuf,
    },
    /// A host file or folder, read-only, from which nothing can be executed or
    /// mapped as code: for inputs, where whoever wrote them must not bring code along.
    Data {
        /// On the host.
        host: PathBuf,
        /// In the sandbox; absolute.
        at: PathBuf,
    },
    /// A fresh tmpfs.
    Scratch {
        /// In the sandbox; absolute.
        at: PathBuf,
        /// Bytes it can hold.
        size: u64,
    },
    /// A fresh tmpfs filled with a copy of a host folder before the start.
    Copy {
        /// On the host.
        host: PathBuf,
        /// In the sandbox; absolute.
        at: PathBuf,
        /// Bytes it can hold, the copy included.
        size: u64,
    },
    /// A fresh tmpfs in which files can be made and written, but neither listed nor read.
    LogFolder {
        /// In the sandbox; absolute.
        at: PathBuf,
        /// Bytes it can hold.
        size: u64,
    },
}

impl Mount {
    /// Where it lies in the sandbox.
    #[must_use]
    pub fn at(&self) -> &Path {
        match self {
            Self::ReadOnly { at, .. }
            | Self::Data { at, .. }
            | Self::Scratch { at, .. }
            | Self::Copy { at, .. }
            | Self::LogFolder { at, .. } => at,
        }
    }

    /// The host path that it shows or copies.
    #[must_use]
    pub fn host(&self) -> Option<&Path> {
        match self {
            Self::ReadOnly { host, .. } | Self::Data { host, .. } | Self::Copy { host, .. } => Some(host),
            Self::Scratch { .. } | Self::LogFolder { .. } => None,
        }
    }
}

/// Standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Stdin {
    /// `/dev/null`.
    Empty,
    /// A host file.
    File(PathBuf),
}

/// Limits of one run. All are enforced on the whole tree of processes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLimits {
    /// CPU time, user and system, of all processes together.
    pub cpu: Duration,
    /// Wall time; a backstop for programs that sleep, never evidence. CPU time
    /// used extends it fifteenfold, so that a busy machine ends no program early.
    pub wall: Duration,
    /// Resident bytes of all processes together.
    pub memory: u64,
    /// Bytes of each of stdout and stderr.
    pub output: u64,
    /// Processes and threads.
    pub pids: u32,
}

/// Which seccomp filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Profile {
    /// No ptrace.
    Default,
    /// LeakSanitizer needs ptrace of its own threads.
    Lsan,
}

/// A folder brought out after the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Collect {
    /// A `Scratch`, `Copy` or `LogFolder` mount (or a folder in one); absolute.
    pub from: PathBuf,
    /// Where it goes.
    pub into: Into,
    /// Bytes of file content brought out at most.
    pub max_bytes: u64,
    /// Entries brought out at most.
    pub max_entries: u64,
}

/// Where a collected folder goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Into {
    /// `Finished::trees`.
    Memory,
    /// An existing, empty host folder. Only folders, regular files and relative links that stay inside are made.
    Folder(PathBuf),
}

/// How a run ended, as the kernel and the runner saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    /// Exit status.
    Exited(i32),
    /// A signal that was not ours.
    Signaled(i32),
    /// The runner ended it: CPU time reached the limit.
    CpuLimit,
    /// The runner ended it: wall time.
    WallLimit,
    /// The runner ended it: resident memory.
    MemoryLimit,
    /// The runner ended it: stdout or stderr.
    OutputLimit,
    /// The runner ended it: the other side of the join was over. No fault of the program.
    Stopped,
    /// The program could not be started (no such file, not executable): the reason.
    NotStarted(String),
}

/// What it used, as the kernel counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// CPU time of the whole tree.
    pub cpu: Duration,
    /// Wall time.
    pub wall: Duration,
    /// Largest resident size of one process, bytes.
    pub max_rss: u64,
    /// Most memory of the whole tree at one moment, bytes, as a control group counted it; none where no
    /// control group did.
    pub peak_memory: Option<u64>,
    /// The processes beside the first; none where nobody asked ([`Spec::family`]), or where the kernel did not tell.
    pub family: Option<Family>,
}

/// The processes that a run made beside its first, as the kernel told of each when it was made and when it left.
///
/// For a program that was asked to end (the end of a join), only those that had ended by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Family {
    /// How many were made. Threads are none; one whose making failed counts too.
    pub others: u32,
    /// Of these, how many left by themselves, with whatever status.
    pub left: u32,
    /// Of these, how many were still there when the first process ended, and were ended by the runner.
    pub stayed: u32,
    /// How many were made with a copy of their maker's memory, as `fork` does: it is gone when they end.
    pub copies: u32,
    /// Programs begun after the run's own, by whichever process; one that failed to begin counts too. Not counted
    /// is what the first process begins while it runs a program of the system's, such as `env`.
    pub programs: u32,
    /// Of these programs, those that the first process began in its own place.
    pub replaced: u32,
    /// Programs begun with other variables for a sanitizer (`..SAN_OPTIONS`) than the run has, or for the dynamic
    /// linker (`LD_..`). What a program of the system's begins for the first process may have its own of the latter.
    pub disarmed: u32,
    /// How often SIGABRT was sent from within the run. A process that sends it to itself and does not end by it has
    /// caught it.
    pub aborts: u32,
    /// Of the copies, those that their maker made right before the tracer of a leak check: newer runtimes try in one
    /// whether they can trace. One of each process at most.
    pub tests: u32,
}

impl Family {
    /// How many were ended by a signal, by whomever it was sent.
    #[must_use]
    pub fn killed(&self) -> u32 {
        self.others.saturating_sub(self.left).saturating_sub(self.stayed)
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// How it ended.
    pub end: End,
    /// What it used.
    pub usage: Usage,
    /// Standard output up to the limit.
    pub stdout: Vec<u8>,
    /// Standard error up to the limit.
    pub stderr: Vec<u8>,
    /// One for each `Collect`, in order (empty for those that went into a folder).
    pub trees: Vec<Tree>,
    /// The main process's pid as it saw itself.
    pub pid: i32,
}

/// A collected folder. Hostile: names and bytes are the program's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tree {
    /// Entries, in no promised order.
    pub entries: Vec<TreeEntry>,
    /// Whether a bound of `Collect` cut it.
    pub truncated: bool,
}

/// One entry of a collected folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Relative path, raw bytes.
    pub path: Vec<u8>,
    /// What it is.
    pub node: Node,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A folder.
    Folder,
    /// A regular file.
    File {
        /// Its content.
        content: Vec<u8>,
        /// Any executable bit.
        executable: bool,
    },
    /// A symbolic link, with its target's raw bytes.
    Link(Vec<u8>),
    /// A socket, pipe or anything else.
    Other,
}

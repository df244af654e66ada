//! The hooks of the `exception` oracle: small scripts of ours that an
//! interpreter loads before the harness, and the log they write.
//!
//! Python loads `sitecustomize.py` from `PYTHONPATH`, Node loads
//! `assay-hook.cjs` by `NODE_OPTIONS`, Java the agent `assay-hook.jar` by `JAVA_TOOL_OPTIONS`. Each opens `/log/exception.PID` when it is
//! loaded and writes a first line that says so, then one line for each uncaught
//! exception, and a last one when the interpreter comes to its own end. The program can do the same: the log is hostile, bounded here, and
//! believed only where the process's end bears it out.

pub(crate) mod java;

use assay_triage::exception::{self, Exception};
use serde::Deserialize;

/// File name of the hook for Node.
pub const NODE: &str = "assay-hook.cjs";

/// File name of the hook for Java, which is compiled for each proof that needs it.
pub const JAVA: &str = "assay-hook.jar";

/// What lies in the hook folder: name and content.
pub const FILES: [(&str, &str); 5] = [
    ("sitecustomize.py", include_str!("sitecustomize.py")),
    (NODE, include_str!("assay-hook.cjs")),
    ("self-test/raise.py", include_str!("self_test/raise.py")),
    ("self-test/raise.cjs", include_str!("self_test/raise.cjs")),
    ("self-test/Raise.java", include_str!("self_test/Raise.java")),
];

/// The class that the programs of the self-test raise.
pub const SELF_TEST_CLASS: &str = "AssaySelfTest";

/// Interpreter and program of each self-test, relative to the hook folder.
pub const SELF_TESTS: [(&str, &str); 3] =
    [("python3", "self-test/raise.py"), ("node", "self-test/raise.cjs"), ("java", "self-test/Raise.java")];

/// A hook's log is at most this long.
const MAX_BYTES: usize = 1 << 20;
/// Records of one process; genuine ones have one, programs with threads a few.
const MAX_RECORDS: usize = 16;
/// What one process's hook wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookLog {
    /// The process, by the file's name.
    pub pid: i32,
    /// Uncaught exceptions, in order.
    pub records: Vec<Record>,
    /// How far the hook watched.
    pub watched: Watched,
    /// Why the log cannot be read, if it cannot.
    pub broken: Option<String>,
}

/// How far a hook watched its process: silence counts only to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Watched {
    /// The interpreter never came to its own end, as where the program leaves by `_exit` or becomes another one.
    #[default]
    NotToTheEnd,
    /// Something else stood in the hook's place at the end.
    Displaced,
    /// To the end.
    ToTheEnd {
        /// Nobody asked it to exit, where the interpreter tells: its status is then that of its main thread.
        ran_out: bool,
    },
}

/// One uncaught exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What was raised, and where.
    pub exception: Exception,
    /// Whether it ended a thread and not the program.
    pub thread: bool,
}

#[derive(Deserialize)]
struct Thread {
    #[serde(default)]
    thread: bool,
}

#[derive(Deserialize)]
struct End {
    end: bool,
    own: bool,
    #[serde(default)]
    ran_out: bool,
}

impl End {
    fn watched(&self) -> Watched {
        match self {
            Self { own: false, .. } => Watched::Displaced,
            Self { ran_out, .. } => Watched::ToTheEnd { ran_out: *ran_out },
        }
    }
}

#[derive(Deserialize)]
struct Loaded {
    pid: i32,
    hook: String,
}

/// Reads one file of the log folder; `None` if its name is not a hook's.
#[must_use]
pub fn read(name: &str, content: &[u8]) -> Option<HookLog> {
    let pid = name.strip_prefix("exception.")?.parse().ok()?;
    Some(match records(pid, content) {
        Ok((records, watched)) => HookLog { pid, records, watched, broken: None },
        Err(why) => HookLog { pid, records: Vec::new(), watched: Watched::default(), broken: Some(why) },
    })
}

fn records(pid: i32, content: &[u8]) -> Result<(Vec<Record>, Watched), String> {
    if content.len() > MAX_BYTES {
        return Err(format!("it is longer than {MAX_BYTES} bytes"));
    }
    let mut lines = content.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let loaded: Loaded =
        lines.next().and_then(|line| serde_json::from_slice(line).ok()).ok_or("its first line is not the hook's")?;
    if loaded.pid != pid || !matches!(loaded.hook.as_str(), "python" | "node" | "java") {
        return Err("its first line is of another process or hook".to_owned());
    }
    let (mut records, mut watched): (Vec<Record>, _) = (Vec::new(), Watched::default());
    for (line, number) in lines.zip(2..) {
        if let Some(end) = serde_json::from_slice::<End>(line).ok().filter(|end| end.end) {
            if watched != Watched::default() {
                return Err("it ends twice".to_owned());
            }
            watched = end.watched();
            continue;
        }
        if records.len() == MAX_RECORDS {
            return Err(format!("it has more than {MAX_RECORDS} records"));
        }
        let record = exception::exceptions(line).into_iter().next().and_then(|exception| {
            let Thread { thread } = serde_json::from_slice(line).ok()?;
            Some(Record { exception, thread })
        });
        let record = record.ok_or_else(|| format!("line {number} is no record"))?;
        records.push(record);
    }
    Ok((records, watched))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

//! The steps of a build, run one after another by a builtin inside the sandbox.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::layout::BUNDLE;

/// The builtin that runs steps.
pub const BUILTIN: &str = "assay-prove/build";

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// A command.
    Run {
        /// Program and arguments.
        argv: Vec<String>,
        /// Working folder.
        cwd: PathBuf,
        /// Variables besides the build's.
        env: Vec<(String, String)>,
    },
    /// A compiler whose messages are read: they go to standard output and not into the log.
    Messages {
        /// Program and arguments.
        argv: Vec<String>,
        /// Working folder.
        cwd: PathBuf,
        /// Variables besides the build's.
        env: Vec<(String, String)>,
    },
    /// Steps that do not depend on each other, as many at a time as there are cores.
    Together(Vec<Step>),
    /// A folder and its parents.
    MakeFolder(PathBuf),
    /// A file with this content.
    WriteFile {
        /// Where.
        to: PathBuf,
        /// What.
        content: String,
    },
    /// A file, with its executable bit.
    CopyFile {
        /// From.
        from: PathBuf,
        /// To; its folder is made.
        to: PathBuf,
    },
    /// A folder with all below it; links are left out.
    CopyTree {
        /// From.
        from: PathBuf,
        /// To; made, and may be there already.
        to: PathBuf,
    },
    /// All executable files directly in a folder.
    CopyPrograms {
        /// From.
        from: PathBuf,
        /// To; made.
        to: PathBuf,
    },
}

impl Step {
    /// A command in the bundle's root.
    #[must_use]
    pub fn run(argv: Vec<String>) -> Self {
        Self::Run { argv, cwd: BUNDLE.into(), env: Vec::new() }
    }
}

/// What the builtin is told.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// The steps.
    pub steps: Vec<Step>,
    /// The environment of all commands.
    pub env: Vec<(String, String)>,
}

/// The builtin: runs the steps, stops at the first that fails.
///
/// # Errors
///
/// Which step failed, and how. What commands print goes to standard error as it comes.
pub fn builtin(request: &[u8], _out: &mut dyn Write) -> Result<(), String> {
    let request: Request = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    request.steps.iter().try_for_each(|step| step.perform(&request.env))
}

impl Step {
    fn perform(&self, common: &[(String, String)]) -> Result<(), String> {
        match self {
            // One stream: a build's log is read by people, in the order it came.
            Self::Run { argv, cwd, env } => run(argv, cwd, common, env, io::stderr().into()),
            Self::Messages { argv, cwd, env } => run(argv, cwd, common, env, Stdio::inherit()),
            Self::Together(steps) => together(steps, common),
            Self::MakeFolder(path) => said(path, fs::create_dir_all(path)),
            Self::WriteFile { to, content } => said(to, make_parent(to).and_then(|()| fs::write(to, content))),
            Self::CopyFile { from, .. } if !from.exists() => {
                Err(format!("the build left no `{}`", from.strip_prefix(BUNDLE).unwrap_or(from).display()))
            }
            Self::CopyFile { from, to } => said(from, copy_file(from, to)),
            Self::CopyTree { from, to } => said(from, copy_tree(from, to, 0)),
            Self::CopyPrograms { from, to } => said(from, copy_programs(from, to)),
        }
    }
}

/// Every step is tried, and the first failure in their order is told: the same
/// build gives the same message however its steps were scheduled.
fn together(steps: &[Step], common: &[(String, String)]) -> Result<(), String> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(steps.len().max(1));
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((index, step)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    steps.get(index).map(|step| (index, step))
                } {
                    if let Err(error) = step.perform(common) {
                        failures.lock().unwrap_or_else(PoisonError::into_inner).insert(index, error);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    failures.into_values().next().map_or(Ok(()), Err)
}

fn said(path: &Path, result: io::Result<()>) -> Result<(), String> {
    result.map_err(|error| format!("`{}`: {error}", path.display()))
}

fn run(
    argv: &[String],
    cwd: &Path,
    common: &[(String, String)],
    env: &[(String, String)],
    stdout: Stdio,
) -> Result<(), String> {
    let (program, arguments) = argv.split_first().ok_or("a command is empty")?;
    let status = Command::new(program)
        .args(arguments)
        .current_dir(cwd)
        .env_clear()
        .envs(common.iter().map(|(name, value)| (name, value)))
        .envs(env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(stdout)
        .status()
        .map_err(|error| format!("`{program}` could not be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", argv.join(" "))) }
}

fn make_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    make_parent(to)?;
    // Also copies the permission bits.
    fs::copy(from, to)?;
    Ok(())
}

fn copy_tree(from: &Path, to: &Path, depth: usize) -> io::Result<()> {
    if depth > 64 {
        return Err(io::Error::other("more than 64 folders deep"));
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            copy_tree(&entry.path(), &target, depth + 1)?;
        } else if kind.is_file() {
            copy_file(&entry.path(), &target)?;
        }
    }
    Ok(())
}

fn copy_programs(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        if meta.is_file() && meta.permissions().mode() & 0o111 != 0 {
            copy_file(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

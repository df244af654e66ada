//! Pid 1 of a run: builds the root, starts the program, watches it, brings
//! folders out. The program cannot signal, trace or read it.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::process::{DumpableBehavior, Signal, set_dumpable_behavior, set_parent_process_death_signal};

use super::hosts::Hosts;
use super::launcher::{Builtin, Launcher};
use super::message::{Request, Tag, write_failure, write_frame};
use super::restrict::restrict;
use super::sys::Forked;
use super::{collect, root, supervise, sys};
use crate::error::{Layer, SandboxError};
use crate::spec::Task;

/// The id that every program sees as its own; never 0 (DESIGN section 4).
const INNER_ID: u32 = 1000;

/// Descriptors of one run.
pub struct Channels {
    /// Frames to the runner.
    pub report: File,
    /// Closes when the runner lets go.
    pub lifeline: OwnedFd,
    /// The program's standard output.
    pub stdout: OwnedFd,
    /// The program's standard error.
    pub stderr: OwnedFd,
    /// What the runner opened of the host, when it is root.
    pub handed_in: Vec<OwnedFd>,
}

/// What the program gets; init lets go of it, so that the pipes end when the program's side does.
struct Stdio {
    stdin: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

/// Who the launcher is outside, to be mapped inside.
#[derive(Clone, Copy)]
pub struct Outer {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// Runs as pid 1 of the new namespaces and never returns.
pub fn main(request: &Request, channels: Channels, outer: Outer, launcher: &Launcher) -> ! {
    let mut report = match channels.report.try_clone() {
        Ok(report) => report,
        Err(_) => sys::exit_now(1),
    };
    if let Err(error) = run(request, channels, outer, launcher) {
        write_failure(&mut report, &error);
    }
    sys::exit_now(0)
}

fn run(request: &Request, mut channels: Channels, outer: Outer, launcher: &Launcher) -> Result<(), SandboxError> {
    let failed = |layer, step: &str| {
        let step = step.to_owned();
        move |error: io::Error| SandboxError::new(layer, format!("{step}: {error}"))
    };
    sys::reset_signals();
    sys::ignore_broken_pipes();
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| failed(Layer::Privileges, "binding to the launcher's life")(e.into()))?;
    // When the machine runs out of memory, the kernel ends a run before anything else.
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
    map_ids(outer).map_err(failed(Layer::Namespaces, "mapping the user id"))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|e| failed(Layer::Privileges, "closing init to inspection")(e.into()))?;
    let spec = &request.spec;
    let hosts = if request.handed_in {
        Hosts::handed_in(spec, std::mem::take(&mut channels.handed_in))?
    } else {
        Hosts::open(spec)?
    };
    root::build(spec, hosts.mounts)?;
    let stdin = match hosts.stdin {
        Some(file) => file,
        None => File::open("/dev/null").map_err(failed(Layer::Root, "opening /dev/null"))?.into(),
    };
    let _ = rustix::system::sethostname(b"assay");
    // A second wall behind seccomp; old kernels without this file have the first.
    let _ = fs::write("/proc/sys/user/max_user_namespaces", "0");
    let stdio = Stdio { stdin, stdout: channels.stdout, stderr: channels.stderr };
    let report = match start(request, stdio, launcher)? {
        Ok(pid) => supervise::supervise(pid, request, &channels.lifeline)
            .map_err(failed(Layer::Limits, "watching the program"))?,
        Err(not_started) => not_started,
    };
    let mut to = io::BufWriter::with_capacity(64 * 1024, &mut channels.report);
    for folder in &request.spec.collect {
        collect::send(folder, &mut to).map_err(failed(Layer::Files, "bringing out a folder"))?;
    }
    let json = serde_json::to_vec(&report).map_err(|e| failed(Layer::Launcher, "the report")(e.into()))?;
    write_frame(&mut to, Tag::Finished, &json)
        .and_then(|()| to.flush())
        .map_err(failed(Layer::Launcher, "sending the report"))
}

/// One id, mapped to the launcher's; no other id exists inside.
fn map_ids(outer: Outer) -> io::Result<()> {
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{INNER_ID} {} 1", outer.uid))?;
    fs::write("/proc/self/gid_map", format!("{INNER_ID} {} 1", outer.gid))
}

/// Forks the program; `Err` inside `Ok` is a program that could not be executed.
fn start(
    request: &Request,
    stdio: Stdio,
    launcher: &Launcher,
) -> Result<Result<i32, super::message::Report>, SandboxError> {
    let broken = |error: io::Error| SandboxError::new(Layer::Launcher, format!("starting the program: {error}"));
    let (mut errors, error_writer) = io::pipe().map_err(broken)?;
    match sys::fork_into(0).map_err(broken)? {
        Forked::Child => {
            drop(errors);
            program(request, &stdio, error_writer, launcher)
        }
        Forked::Parent(pid) => {
            drop((error_writer, stdio));
            let mut said = Vec::new();
            errors.read_to_end(&mut said).map_err(broken)?;
            if said.is_empty() {
                return Ok(Ok(pid));
            }
            while let Ok(Some(_)) = sys::reap(true) {}
            match serde_json::from_slice(&said).map_err(|e| broken(e.into()))? {
                Stopped::Layer(error) => Err(error),
                Stopped::NotStarted(reason) => Ok(Err(super::message::Report {
                    end: crate::spec::End::NotStarted(reason),
                    usage: crate::spec::Usage::default(),
                    pid,
                })),
            }
        }
    }
}

/// Why the program did not start.
#[derive(serde::Serialize, serde::Deserialize)]
enum Stopped {
    Layer(SandboxError),
    NotStarted(String),
}

/// The forked child: restricts itself, then becomes the program.
fn program(request: &Request, stdio: &Stdio, mut errors: io::PipeWriter, launcher: &Launcher) -> ! {
    let stopped = prepare_and_run(request, stdio, launcher);
    if let Ok(json) = serde_json::to_vec(&stopped) {
        let _ = errors.write_all(&json);
    }
    sys::exit_now(127)
}

/// Returns only when the program could not be started.
fn prepare_and_run(request: &Request, stdio: &Stdio, launcher: &Launcher) -> Stopped {
    let spec = &request.spec;
    let prepare = || -> io::Result<()> {
        sys::reset_signals();
        rustix::process::setsid()?;
        rustix::stdio::dup2_stdin(&stdio.stdin)?;
        rustix::stdio::dup2_stdout(&stdio.stdout)?;
        rustix::stdio::dup2_stderr(&stdio.stderr)?;
        sys::close_on_exec_from(3)?;
        rustix::process::chdir(&spec.cwd)
            .map_err(|error| io::Error::other(format!("entering the working folder `{}`: {error}", spec.cwd.display())))
    };
    if let Err(error) = prepare() {
        return Stopped::Layer(SandboxError::new(Layer::Files, error.to_string()));
    }
    // Looked up before the rules close the view on what lies outside PATH.
    let command = match &spec.task {
        Task::Exec { argv, env } => match Command::new(argv, env) {
            Ok(command) => Some(command),
            Err(reason) => return Stopped::NotStarted(reason),
        },
        Task::Builtin { .. } => None,
    };
    if let Err(error) = restrict(spec, request.landlock_abi, &launcher.filters) {
        return Stopped::Layer(error);
    }
    if let Some(command) = command {
        // Every other descriptor, the error pipe among them, closes on exec.
        let error = sys::exec(&command.program, &command.argv, &command.env);
        return Stopped::NotStarted(format!("`{}`: {error}", command.program.to_string_lossy()));
    }
    match &spec.task {
        Task::Builtin { name, request } => match launcher.builtin(name) {
            Some(builtin) => run_builtin(builtin, request),
            None => Stopped::NotStarted(format!("there is no builtin `{name}`")),
        },
        Task::Exec { .. } => Stopped::NotStarted("no program".into()),
    }
}

fn run_builtin(builtin: Builtin, request: &[u8]) -> Stopped {
    // Nothing but stdio stays open; the end of the error pipe tells init that the start succeeded.
    if let Err(error) = sys::close_from(3) {
        return Stopped::NotStarted(format!("closing descriptors: {error}"));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    let result = builtin(request, &mut out);
    let flushed = out.flush();
    match (result, flushed) {
        (Ok(()), Ok(())) => sys::exit_now(0),
        (Err(message), _) => {
            let _ = writeln!(io::stderr(), "{message}");
            sys::exit_now(1)
        }
        (_, Err(_)) => sys::exit_now(1),
    }
}

/// A program found and made ready for exec.
struct Command {
    program: CString,
    argv: Vec<CString>,
    env: Vec<CString>,
}

impl Command {
    fn new(argv: &[String], env: &[(String, String)]) -> Result<Self, String> {
        let text = |text: &str| CString::new(text).map_err(|_| "an argument holds a NUL byte".to_owned());
        let name = argv.first().filter(|name| !name.is_empty()).ok_or("the command is empty")?;
        let program = if name.contains('/') { text(name)? } else { Self::look_up(name, env)? };
        Ok(Self {
            program,
            argv: argv.iter().map(|a| text(a)).collect::<Result<_, _>>()?,
            env: env.iter().map(|(key, value)| text(&format!("{key}={value}"))).collect::<Result<_, _>>()?,
        })
    }

    fn look_up(name: &str, env: &[(String, String)]) -> Result<CString, String> {
        let path = env.iter().find(|(key, _)| key == "PATH").map_or("/usr/bin:/bin", |(_, value)| value);
        path.split(':')
            .map(|folder| Path::new(folder).join(name))
            .find(|candidate| candidate.is_file())
            .and_then(|found| CString::new(found.as_os_str().as_bytes()).ok())
            .ok_or_else(|| format!("`{name}` is not found in {path}"))
    }
}

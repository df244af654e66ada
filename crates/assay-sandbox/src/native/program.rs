//! Starts the program: a fork of init restricts itself and then becomes it.

use std::ffi::CString;
use std::io::{self, PipeWriter, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use super::launcher::{Builtin, Launcher};
use super::message::{Report, Request};
use super::restrict::restrict;
use super::sys::{self, Forked};
use crate::error::{Layer, SandboxError};
use crate::spec::{End, Task, Usage};

/// What the program gets; init lets go of it, so that the pipes end when the program's side does.
pub struct Stdio {
    /// Standard input.
    pub stdin: OwnedFd,
    /// Standard output.
    pub stdout: OwnedFd,
    /// Standard error.
    pub stderr: OwnedFd,
}

/// Forks the program; `Err` inside `Ok` is a program that could not be executed.
pub fn start(request: &Request, stdio: Stdio, launcher: &Launcher) -> Result<Result<i32, Report>, SandboxError> {
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
                Stopped::NotStarted(reason) => {
                    Ok(Err(Report { end: End::NotStarted(reason), usage: Usage::default(), pid }))
                }
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
fn program(request: &Request, stdio: &Stdio, mut errors: PipeWriter, launcher: &Launcher) -> ! {
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
        // All other signals are as init set them.
        sys::end_on_broken_pipes();
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
    // Hostile bytes may break it; the frames above are a copy of init's.
    let result = catch_unwind(AssertUnwindSafe(|| builtin(request, &mut out)));
    let flushed = out.flush();
    match (result, flushed) {
        (Ok(Ok(())), Ok(())) => sys::exit_now(0),
        (Ok(Err(message)), _) => {
            let _ = writeln!(io::stderr(), "{message}");
            sys::exit_now(1)
        }
        (Err(_), _) => sys::exit_now(101),
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

//! Runs a registry's own client: no shell, a short environment, a time limit, and
//! an end for its whole process group.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::ended::Ended;
use super::{MAX_FILE, Reason};

/// The longest that one call of a client may take.
const TIMEOUT: Duration = Duration::from_secs(300);
/// What a client may write into its folder, its own index and copies included.
const MAX_WRITTEN: u64 = 2 * MAX_FILE;
/// How much of a client's messages is read.
const MAX_MESSAGE: u64 = 64 * 1024;

/// What a client needs of the caller's environment: where programs and its own
/// configuration lie, and how to reach the network. `PYTHONPATH`, `NODE_OPTIONS`,
/// `APT_CONFIG` and whatever else makes a client load code stay outside.
const KEPT: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
    "PYENV_ROOT",
    "PYENV_VERSION",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    "NETRC",
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
];
/// The same by the start of the name: the clients' own settings.
const KEPT_PREFIXES: &[&str] = &[
    "PIP_",
    "npm_config_",
    "NPM_CONFIG_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_SOURCE_",
];

/// One call of a client.
pub(super) struct Call<'a> {
    /// The program, looked up in `PATH`.
    pub program: &'static str,
    /// What to tell a user who lacks it.
    pub install: &'static str,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its working folder.
    pub cwd: &'a Path,
    /// Variables set or replaced.
    pub env: Vec<(&'static str, OsString)>,
    /// The private folder that it writes to; watched for size, holds its messages.
    pub scratch: &'a Path,
}

impl Call<'_> {
    /// Runs it to its end.
    pub fn run(&self) -> Result<Ended, Reason> {
        self.run_within(TIMEOUT, MAX_WRITTEN)
    }

    fn run_within(&self, timeout: Duration, max_written: u64) -> Result<Ended, Reason> {
        let storage = |e: io::Error| Reason::Storage(format!("cannot run `{}`: {e}", self.program));
        let stdout = tempfile::tempfile_in(self.scratch).map_err(storage)?;
        let stderr = tempfile::tempfile_in(self.scratch).map_err(storage)?;
        let mut command = Command::new(self.program);
        command
            .args(&self.args)
            .current_dir(self.cwd)
            .env_clear()
            .envs(kept(std::env::vars_os()))
            .env("LC_ALL", "C.UTF-8")
            .env("TMPDIR", self.scratch)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(stdout.try_clone().map_err(storage)?)
            .stderr(stderr.try_clone().map_err(storage)?)
            .process_group(0);
        let child = command.spawn().map_err(|e| match e.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
                Reason::NoClient { program: self.program, problem: e.to_string(), install: self.install }
            }
            _ => storage(e),
        })?;
        let group = Group(child);

        let deadline = Instant::now() + timeout;
        let mut pause = Duration::from_millis(2);
        while !group.ended().map_err(storage)? {
            if Instant::now() > deadline {
                return Err(Reason::Limit(format!("`{}` did not end within {} s", self.program, timeout.as_secs())));
            }
            let written = size_of(self.scratch, 0).saturating_add(length(&stdout)).saturating_add(length(&stderr));
            if written > max_written {
                return Err(Reason::Limit(format!("`{}` wrote more than {max_written} bytes", self.program)));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(250));
        }
        let status = group.finish().map_err(storage)?;
        Ok(Ended {
            success: status.success(),
            code: status.code(),
            stdout: text(stdout, false).map_err(storage)?,
            stderr: text(stderr, true).map_err(storage)?,
        })
    }
}

/// A child and its process group, which does not outlive this value.
struct Group(Child);

impl Group {
    /// Whether the child has ended. It is not reaped, so its id, which is also
    /// the group's, cannot be given to another process meanwhile.
    fn ended(&self) -> io::Result<bool> {
        let Some(pid) = self.pid() else {
            return Ok(true);
        };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(pid), options)?.is_some())
    }

    fn finish(mut self) -> io::Result<std::process::ExitStatus> {
        self.kill();
        self.0.wait()
    }

    fn kill(&self) {
        if let Some(pid) = self.pid() {
            // An error means that nobody is left.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.0.id()).ok().and_then(Pid::from_raw)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // After `finish` the child is reaped and its id may belong to another.
        if self.0.try_wait().is_ok_and(|status| status.is_none()) {
            self.kill();
            let _ = self.0.wait();
        }
    }
}

/// The variables that a client may see.
fn kept(variables: impl Iterator<Item = (OsString, OsString)>) -> impl Iterator<Item = (OsString, OsString)> {
    variables.filter(|(name, _)| {
        name.to_str().is_some_and(|name| KEPT.contains(&name) || KEPT_PREFIXES.iter().any(|p| name.starts_with(p)))
    })
}

/// Bytes of all files in a folder, links not followed, to a modest depth.
fn size_of(folder: &Path, depth: u32) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(m) if m.is_dir() && depth < 12 => size_of(&entry.path(), depth + 1),
            Ok(m) if m.is_file() => m.len(),
            _ => 0,
        })
        .fold(0, u64::saturating_add)
}

fn length(file: &File) -> u64 {
    file.metadata().map_or(0, |m| m.len())
}

/// The first or last part of what a client wrote.
fn text(mut file: File, last: bool) -> io::Result<String> {
    let skip = if last { length(&file).saturating_sub(MAX_MESSAGE) } else { 0 };
    file.seek(SeekFrom::Start(skip))?;
    let mut bytes = Vec::new();
    file.take(MAX_MESSAGE).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn call<'a>(folder: &'a Path, program: &'static str, args: &[&str]) -> Call<'a> {
        Call {
            program,
            install: "install it",
            args: args.iter().map(OsString::from).collect(),
            cwd: folder,
            env: Vec::new(),
            scratch: folder,
        }
    }

    #[test]
    fn messages_and_status_come_back_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let script = "echo out; yes err | head -c 200000 >&2; echo last words >&2; exit 3";
        let ended = call(folder.path(), "sh", &["-c", script]).run().unwrap();
        assert_eq!((ended.success, ended.code), (false, Some(3)));
        assert_eq!(ended.stdout, "out\n");
        assert!(ended.stderr.len() <= 64 * 1024);
        assert!(ended.said().ends_with("last words"));
    }

    #[test]
    fn a_missing_client_is_named_with_its_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let error = call(folder.path(), "no-such-client", &[]).run().unwrap_err();
        assert_eq!(error.code(), "no-client");
        assert!(error.remedy().contains("install it"));
        assert!(error.remedy().contains("--from DIR"));
    }

    #[test]
    fn the_whole_group_ends_at_the_time_limit() {
        let folder = tempfile::tempdir().unwrap();
        let script = "sleep 600 & echo $! > grandchild; wait";
        let call = call(folder.path(), "sh", &["-c", script]);
        let error = call.run_within(Duration::from_millis(300), 1 << 20).unwrap_err();
        assert_eq!(error.code(), "limit");
        let pid = fs::read_to_string(folder.path().join("grandchild")).unwrap();
        let proc = Path::new("/proc").join(pid.trim()).join("stat");
        for _ in 0..100 {
            // Gone, or a zombie that nobody has collected yet.
            if fs::read_to_string(&proc).map_or(true, |stat| stat.contains(") Z ")) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the grandchild {pid} lives on");
    }

    #[test]
    fn a_client_that_writes_without_end_is_stopped() {
        let folder = tempfile::tempdir().unwrap();
        for script in ["yes > flood", "yes"] {
            let error =
                call(folder.path(), "sh", &["-c", script]).run_within(Duration::from_secs(60), 1 << 20).unwrap_err();
            assert!(error.to_string().contains("wrote more than"), "{error}");
            let _ = fs::remove_file(folder.path().join("flood"));
        }
    }

    #[test]
    fn variables_that_load_code_stay_outside() {
        let given = ["PATH", "PIP_INDEX_URL", "NODE_OPTIONS", "PYTHONPATH", "LD_PRELOAD", "APT_CONFIG"];
        let seen: Vec<OsString> =
            kept(given.iter().map(|n| (OsString::from(n), OsString::new()))).map(|(name, _)| name).collect();
        assert_eq!(seen, ["PATH", "PIP_INDEX_URL"]);
    }
}

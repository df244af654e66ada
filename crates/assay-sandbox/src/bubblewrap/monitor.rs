//! A run's monitor: makes the host's part of it ready as an ordinary user,
//! starts `bwrap`, and tells the runner when that fails.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use rustix::fs::{MemfdFlags, Mode, OFlags};
use rustix::mount::{MountPropagationFlags, mount_change};
use rustix::process::{Signal, set_parent_process_death_signal};

use super::arguments::{Numbers, Shown, arguments};
use super::launcher::Launcher;
use crate::cgroup::Offer;
use crate::error::{Layer, SandboxError};
use crate::native::descriptors;
use crate::native::hosts::{self, Hosts};
use crate::native::inbox::Channels;
use crate::native::message::{read_request, write_cell, write_failure};
use crate::native::process::{self, Begun};
use crate::native::root::{STAGING, attach, tmpfs};
use crate::native::sys::{self, Forked};
use crate::spec::{Mount, Spec, Stdin};

/// Longest message of `bwrap` that is passed on.
const MAX_MESSAGE: usize = 2000;

/// Runs as a fork of the launcher and never returns.
pub fn main(launcher: &Launcher, begun: &Begun, channels: Channels) -> ! {
    // Else this copy would keep the socket open after the launcher is gone.
    sys::close(begun.socket.as_fd());
    let Ok(mut report) = channels.report.try_clone() else {
        sys::exit_now(1);
    };
    // A fault of ours must not unwind into the launcher's frames, of which this is a copy.
    let mut cell = None;
    let served = catch_unwind(AssertUnwindSafe(|| run(launcher, begun.offers.as_ref(), channels, &mut cell)));
    let served = served.unwrap_or_else(|_| Err(SandboxError::new(Layer::Launcher, "the monitor broke off")));
    if let Err(error) = served {
        let _ = write_cell(&mut report, cell);
        write_failure(&mut report, &error);
    }
    sys::exit_now(0)
}

fn failed(layer: Layer, step: &'static str) -> impl FnOnce(io::Error) -> SandboxError {
    move |error| SandboxError::new(layer, format!("{step}: {error}"))
}

fn run(
    launcher: &Launcher,
    offers: Option<&OwnedFd>,
    mut channels: Channels,
    cell: &mut Option<u64>,
) -> Result<(), SandboxError> {
    sys::reset_signals();
    let request = read_request(&channels.request).map_err(failed(Layer::Launcher, "reading the request"))?;
    let own = request.descriptors();
    if channels.handed_in.len() < own {
        return Err(SandboxError::new(Layer::Launcher, "not all descriptors of the run arrived"));
    }
    let handed_in = channels.handed_in.split_off(own);
    let offer = match offers.filter(|_| request.cell.is_some()) {
        Some(offers) => {
            let taken = take(offers).map_err(failed(Layer::Cgroup, "taking a control group"))?;
            let (offer, files) = taken;
            *cell = Some(offer.number);
            channels.handed_in.extend(files);
            Some(offer)
        }
        None => None,
    };
    let (shown, stdin) = if launcher.handed_in {
        let hosts = Hosts::handed_in(&request.spec, handed_in)?;
        let mounts = stage(&hosts.mounts).map_err(failed(Layer::Root, "laying out the host's files"))?;
        process::become_nobody().map_err(failed(Layer::Privileges, "becoming an ordinary user"))?;
        (Shown { mounts, stdin: None }, hosts.stdin)
    } else {
        (by_path(&request.spec)?, None)
    };
    // Not before: a change of the user forgets it.
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|e| failed(Layer::Privileges, "binding to the launcher's life")(e.into()))?;
    start(launcher, offer, channels, &shown, stdin.as_ref())
}

/// The next control group that is offered: the runner did that before it asked for the run.
fn take(offers: &OwnedFd) -> io::Result<(Offer, Vec<OwnedFd>)> {
    let (word, files) = descriptors::receive_with(offers)?.ok_or_else(|| io::Error::other("the runner is gone"))?;
    Ok((serde_json::from_slice(&word)?, files))
}

/// The host's files by their paths, which the user of this process can reach or not.
fn by_path(spec: &Spec) -> Result<Shown, SandboxError> {
    let opened = |path: &Path| {
        rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
            .map_err(|error| hosts::cannot_open(path, &error.into()))?;
        // `bwrap` starts elsewhere.
        std::path::absolute(path).map_err(|error| hosts::cannot_open(path, &error))
    };
    let mounts = spec.mounts.iter().filter_map(Mount::host).map(opened).collect::<Result<_, _>>()?;
    let stdin = match &spec.stdin {
        Stdin::Empty => None,
        Stdin::File(path) => {
            let shown = opened(path)?;
            if !fs::metadata(path).is_ok_and(|meta| meta.is_file()) {
                return Err(hosts::cannot_open(path, &io::Error::other("it is not a regular file")));
            }
            Some(shown)
        }
    };
    Ok(Shown { mounts, stdin })
}

/// As root: the host's files as they were handed in, on a tmpfs in a mount
/// namespace of this process's own, where another user can reach them.
fn stage(trees: &[OwnedFd]) -> io::Result<Vec<PathBuf>> {
    sys::unshare_mounts()?;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    attach(tmpfs(1 << 20, 0o755)?.as_fd(), Path::new(STAGING))?;
    let mut places = Vec::new();
    for (number, tree) in trees.iter().enumerate() {
        let place = Path::new(STAGING).join(number.to_string());
        if rustix::fs::FileType::from_raw_mode(rustix::fs::fstat(tree)?.st_mode).is_dir() {
            fs::create_dir(&place)?;
        } else {
            fs::write(&place, b"")?;
        }
        attach(tree.as_fd(), &place)?;
        places.push(place);
    }
    Ok(places)
}

/// Starts `bwrap` and waits for it. The helper tells the runner everything; only
/// if it could not is something left to say.
fn start(
    launcher: &Launcher,
    offer: Option<Offer>,
    channels: Channels,
    shown: &Shown,
    stdin: Option<&OwnedFd>,
) -> Result<(), SandboxError> {
    let broken = |step: &'static str| failed(Layer::Launcher, step);
    let memory = |name: &str| Ok(File::from(rustix::fs::memfd_create(name, MemfdFlags::CLOEXEC)?));
    let (status, said) = (memory("status").map_err(broken("a file"))?, memory("said").map_err(broken("a file"))?);
    let mut filter = memory("filter").map_err(broken("a file"))?;
    filter.write_all(&launcher.filter).and_then(|()| io::Seek::rewind(&mut filter)).map_err(broken("the filter"))?;

    let mut open: Vec<BorrowedFd<'_>> = vec![
        channels.request.as_fd(),
        channels.report.as_fd(),
        channels.lifeline.as_fd(),
        channels.stdout.as_fd(),
        channels.stderr.as_fd(),
    ];
    open.extend(channels.handed_in.iter().chain(stdin).map(|fd| fd.as_fd()));
    let helpers = open.len();
    open.extend([launcher.program.as_fd(), filter.as_fd(), status.as_fd()]);
    let numbers = Numbers { program: 3 + helpers, filter: 4 + helpers, status: 5 + helpers, helpers };
    let line = arguments(shown, &numbers, offer).map_err(failed(Layer::Files, "naming the host's files"))?;
    let pid = match sys::fork_into(0).map_err(broken("forking bwrap"))? {
        Forked::Child => {
            let laid_out =
                rustix::stdio::dup2_stderr(&said).map_err(io::Error::from).and_then(|()| sys::lay_out(&open));
            let error = match laid_out {
                Ok(()) => sys::exec(&launcher.bwrap, &line, &[]),
                Err(error) => error,
            };
            let _ = writeln!(&said, "starting it: {error}");
            sys::exit_now(127)
        }
        Forked::Parent(pid) => pid,
    };
    drop(channels);
    let ended = loop {
        match sys::reap(true) {
            Ok(Some(reaped)) if reaped.pid == pid => break reaped.status,
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(broken("waiting for bwrap")(error)),
            _ => {}
        }
    };
    if ended == 0 { Ok(()) } else { Err(why(ended, &text(&status), &text(&said))) }
}

/// The beginning of what `bwrap` wrote, without what a terminal would obey.
fn text(file: &File) -> String {
    let mut bytes = [0; MAX_MESSAGE];
    let count = file.read_at(&mut bytes, 0).unwrap_or(0);
    let said = String::from_utf8_lossy(bytes.get(..count).unwrap_or_default()).into_owned();
    said.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Which layer it was, by the words of `bwrap`: it has no codes.
fn why(ended: i32, status: &str, said: &str) -> SandboxError {
    if status.contains("\"exit-code\"") || libc::WIFSIGNALED(ended) {
        let how = if libc::WIFSIGNALED(ended) {
            format!("signal {}", libc::WTERMSIG(ended))
        } else {
            format!("status {}", libc::WEXITSTATUS(ended))
        };
        return SandboxError::new(Layer::Launcher, format!("the helper ended with {how} and gave no report {said}"));
    }
    let said = said.strip_prefix("bwrap: ").unwrap_or(said);
    let layer = [
        (
            &["user namespace", "new namespace", "uid map", "gid map", "setgroups", "loopback", "NETLINK"][..],
            Layer::Namespaces,
        ),
        (&["seccomp"], Layer::Seccomp),
        (&["capset", "capabilit", "NO_NEW_PRIVS"], Layer::Privileges),
        (&["type proc", "/newroot/proc"], Layer::Proc),
        (&["source path"], Layer::Files),
        (&["mount", "slave", "pivot", "newroot", "oldroot", "symlink", "tmpfs", "Read-only"], Layer::Root),
        (&["/proc/self/fd", "execvp"], Layer::Launcher),
    ]
    .into_iter()
    .find(|(words, _)| words.iter().any(|word| said.contains(word)))
    .map_or(Layer::Engine, |(_, layer)| layer);
    SandboxError::new(layer, format!("bwrap: {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bwrap_says_names_the_layer() {
        for (said, layer) in [
            ("bwrap: No permissions to create new namespace, likely because", Layer::Namespaces),
            ("bwrap: setting up uid map: Permission denied", Layer::Namespaces),
            ("bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted", Layer::Namespaces),
            ("bwrap: Can't find source path /x: No such file or directory", Layer::Files),
            ("bwrap: Can't mount proc on /newroot/proc: Operation not permitted", Layer::Proc),
            ("bwrap: Failed to make / slave: Operation not permitted", Layer::Root),
            ("bwrap: pivot_root: Operation not permitted", Layer::Root),
            ("bwrap: prctl(PR_SET_NO_NEW_PRIVS) failed", Layer::Privileges),
            ("bwrap: capset failed: Operation not permitted", Layer::Privileges),
            ("bwrap: prctl(PR_SET_SECCOMP): Invalid argument; seccomp", Layer::Seccomp),
            ("bwrap: Unknown option --size", Layer::Engine),
        ] {
            let error = why(256, "{ \"child-pid\": 7 }", said);
            assert_eq!(error.layer, layer, "{said}");
            assert!(!error.what.contains("bwrap: bwrap"), "{error}");
        }
        assert!(why(256, "{ \"exit-code\": 1 }", "").what.contains("status 1"));
        assert!(why(9, "", "").what.contains("signal 9"));
    }
}

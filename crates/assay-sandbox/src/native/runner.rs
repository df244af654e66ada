//! The runner's side of one run: asks the launcher, reads what comes back, bounded.

use std::fs::File;
use std::io::{self, PipeReader, Read as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::MemfdFlags;

use super::descriptors::send;
use super::frames::Frames;
use super::hosts::Hosts;
use super::launcher::MAX_MOUNTS;
use super::message::{FIXED_DESCRIPTORS, Request};
use crate::cgroup::Limits;
use crate::error::{Layer, SandboxError};
use crate::join::Endpoint;
use crate::spec::{End, Finished, Mount, Spec};

/// What an engine decided for all its runs.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Landlock ABI to enforce.
    pub landlock_abi: i32,
    /// Bytes of the machine's memory that must stay available.
    pub reserve: u64,
    /// Whether the runner is root, and so hands the host's mounts in.
    pub as_root: bool,
}

fn broken(step: &str) -> impl Fn(io::Error) -> SandboxError {
    let step = step.to_owned();
    move |error| SandboxError::new(Layer::Launcher, format!("{step}: {error}"))
}

/// Runs a spec through the launcher at the other end of `socket`.
/// `end`: the end of a join that it is, with the link of that side. `limits`: those of the
/// control group that it is to be in; `cell` then becomes which it was.
pub fn run(
    socket: BorrowedFd<'_>,
    spec: &Spec,
    settings: Settings,
    end: Option<(Endpoint, OwnedFd)>,
    limits: Option<Limits>,
    cell: &mut Option<u64>,
) -> Result<Finished, SandboxError> {
    if spec.mounts.len() > MAX_MOUNTS {
        return Err(SandboxError::new(Layer::Files, format!("more than {MAX_MOUNTS} mounts")));
    }
    check_log_folders(spec)?;
    let pipe = || io::pipe().map_err(broken("a pipe"));
    let (report, report_writer) = pipe()?;
    let (stdout, stdout_writer) = pipe()?;
    let (stderr, stderr_writer) = pipe()?;
    let (lifeline_reader, lifeline) = pipe()?;
    let hosts = if settings.as_root { Some(Hosts::open(spec)?) } else { None };
    let (endpoint, link) = end.unzip();
    let Settings { landlock_abi, reserve, .. } = settings;
    let request = Request { spec: spec.clone(), landlock_abi, reserve, endpoint, cell: limits };
    let request = in_memory(&request).map_err(broken("writing the request"))?;
    {
        let fixed: [BorrowedFd<'_>; FIXED_DESCRIPTORS] = [
            request.as_fd(),
            report_writer.as_fd(),
            lifeline_reader.as_fd(),
            stdout_writer.as_fd(),
            stderr_writer.as_fd(),
        ];
        let descriptors: Vec<BorrowedFd<'_>> = fixed
            .into_iter()
            .chain(link.iter().map(|link| link.as_fd()))
            .chain(hosts.iter().flat_map(Hosts::descriptors))
            .collect();
        send(socket, &descriptors).map_err(broken("asking the launcher (did it die?)"))?;
    }
    drop((report_writer, stdout_writer, stderr_writer, lifeline_reader, hosts, request, link));
    read(spec, lifeline.into(), [report, stdout, stderr], cell)
}

/// What is allowed for a folder is allowed for all below it, so a log folder lies in no other mount.
fn check_log_folders(spec: &Spec) -> Result<(), SandboxError> {
    for (index, log) in spec.mounts.iter().enumerate() {
        let inside = |(other, mount): (usize, &Mount)| other != index && log.at().starts_with(mount.at());
        if matches!(log, Mount::LogFolder { .. }) && spec.mounts.iter().enumerate().any(inside) {
            let what = format!("the log folder `{}` lies in another mount, and could be read", log.at().display());
            return Err(SandboxError::new(Layer::Files, what));
        }
    }
    Ok(())
}

fn in_memory(request: &Request) -> io::Result<OwnedFd> {
    let mut file = File::from(rustix::fs::memfd_create("assay-request", MemfdFlags::CLOEXEC)?);
    file.write_all(&serde_json::to_vec(request)?)?;
    Ok(file.into())
}

/// Reads a run's pipes (report, stdout, stderr) to their ends. Closing the
/// lifeline ends the run; what follows is read and thrown away.
fn read(
    spec: &Spec,
    lifeline: OwnedFd,
    mut pipes: [PipeReader; 3],
    cell: &mut Option<u64>,
) -> Result<Finished, SandboxError> {
    let limit = usize::try_from(spec.limits.output).unwrap_or(usize::MAX);
    let mut lifeline = Some(lifeline);
    let mut frames = Frames::new(&spec.collect);
    let mut captured = [Vec::new(), Vec::new()];
    let mut overflow = false;
    let mut open = [true; 3];
    let mut buffer = vec![0; 64 * 1024];
    // Init's last word comes when all other processes are gone; its own end need not be waited for.
    while !frames.is_failure() && (open != [true, false, false] || !frames.is_complete()) && open.contains(&true) {
        for index in wait(&pipes, open)? {
            let Some(pipe) = pipes.get_mut(index) else {
                continue;
            };
            let count = match pipe.read(&mut buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(broken("reading a run")(error)),
            };
            let chunk = buffer.get(..count).unwrap_or_default();
            if count == 0 {
                if let Some(open) = open.get_mut(index) {
                    *open = false;
                }
            } else if index == 0 {
                let fed = frames.feed(chunk);
                *cell = frames.cell();
                fed?;
            } else if let Some(kept) = captured.get_mut(index - 1) {
                let room = limit.saturating_sub(kept.len());
                kept.extend_from_slice(chunk.get(..count.min(room)).unwrap_or_default());
                if count > room {
                    overflow = true;
                    lifeline = None;
                }
            }
        }
    }
    drop(lifeline);
    let (report, trees) = frames.finish()?;
    let [stdout, stderr] = captured;
    Ok(Finished {
        end: if overflow { End::OutputLimit } else { report.end },
        usage: report.usage,
        stdout,
        stderr,
        trees,
        pid: report.pid,
    })
}

/// Waits until some of the open pipes can be read, and says which.
fn wait(pipes: &[PipeReader; 3], open: [bool; 3]) -> Result<Vec<usize>, SandboxError> {
    let (indices, mut polls): (Vec<usize>, Vec<PollFd<'_>>) = pipes
        .iter()
        .enumerate()
        .filter(|(index, _)| open.get(*index) == Some(&true))
        .map(|(index, pipe)| (index, PollFd::new(pipe, PollFlags::IN)))
        .unzip();
    match poll(&mut polls, None) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(broken("reading a run")(error.into())),
    }
    Ok(indices.into_iter().zip(&polls).filter(|(_, poll)| !poll.revents().is_empty()).map(|(index, _)| index).collect())
}

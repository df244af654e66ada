//! The runner's side of one run: asks the launcher, reads what comes back, bounded.

use std::fs::File;
use std::io::{self, IoSlice, PipeReader, Read as _, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::MemfdFlags;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

use super::init::open_stdin;
use super::launcher::MAX_MOUNTS;
use super::message::{FIXED_DESCRIPTORS, Report, Request, Tag, take_frame};
use super::root;
use crate::error::{Layer, SandboxError};
use crate::spec::{End, Finished, Into as Destination, Node, Spec, Tree, TreeEntry};

fn broken(step: &str) -> impl Fn(io::Error) -> SandboxError {
    let step = step.to_owned();
    move |error| SandboxError::new(Layer::Launcher, format!("{step}: {error}"))
}

/// Runs a spec through the launcher at the other end of `socket`.
pub fn run(
    socket: BorrowedFd<'_>,
    spec: &Spec,
    landlock_abi: i32,
    as_root: bool,
) -> Result<Finished, SandboxError> {
    if spec.mounts.len() > MAX_MOUNTS {
        return Err(SandboxError::new(
            Layer::Files,
            format!("more than {MAX_MOUNTS} mounts"),
        ));
    }
    let pipe = || io::pipe().map_err(broken("a pipe"));
    let (report, report_writer) = pipe()?;
    let (stdout, stdout_writer) = pipe()?;
    let (stderr, stderr_writer) = pipe()?;
    let (lifeline_reader, lifeline) = pipe()?;
    let stdin = open_stdin(spec)?;
    let mounts = if as_root {
        root::open_hosts(spec)?
    } else {
        Vec::new()
    };
    let request = Request {
        spec: spec.clone(),
        landlock_abi,
        handed_in: as_root,
    };
    let request = in_memory(&request).map_err(broken("writing the request"))?;
    {
        let fixed: [BorrowedFd<'_>; FIXED_DESCRIPTORS] = [
            request.as_fd(),
            report_writer.as_fd(),
            lifeline_reader.as_fd(),
            stdin.as_fd(),
            stdout_writer.as_fd(),
            stderr_writer.as_fd(),
        ];
        let descriptors: Vec<BorrowedFd<'_>> = fixed
            .into_iter()
            .chain(mounts.iter().map(|m| m.as_fd()))
            .collect();
        send(socket, &descriptors).map_err(broken("asking the launcher (did it die?)"))?;
    }
    drop((
        report_writer,
        stdout_writer,
        stderr_writer,
        lifeline_reader,
        stdin,
        mounts,
        request,
    ));
    Reading::new(spec, Some(lifeline.into())).read(report, stdout, stderr)
}

fn in_memory(request: &Request) -> io::Result<OwnedFd> {
    let mut file = File::from(rustix::fs::memfd_create(
        "assay-request",
        MemfdFlags::CLOEXEC,
    )?);
    file.write_all(&serde_json::to_vec(request)?)?;
    Ok(file.into())
}

fn send(socket: BorrowedFd<'_>, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space =
        [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_MOUNTS + FIXED_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::other("too many descriptors"));
    }
    sendmsg(
        socket,
        &[IoSlice::new(b"r")],
        &mut control,
        SendFlags::NOSIGNAL,
    )?;
    Ok(())
}

/// State while a run's pipes are read.
struct Reading<'a> {
    spec: &'a Spec,
    lifeline: Option<OwnedFd>,
    overflow: bool,
    frames: Vec<u8>,
    trees: Vec<Tree>,
    open_file: Option<File>,
    outcome: Option<Result<Report, SandboxError>>,
}

impl<'a> Reading<'a> {
    fn new(spec: &'a Spec, lifeline: Option<OwnedFd>) -> Self {
        Self {
            spec,
            lifeline,
            overflow: false,
            frames: Vec::new(),
            trees: Vec::new(),
            open_file: None,
            outcome: None,
        }
    }

    fn read(
        mut self,
        mut report: PipeReader,
        mut stdout: PipeReader,
        mut stderr: PipeReader,
    ) -> Result<Finished, SandboxError> {
        let limit = usize::try_from(self.spec.limits.output).unwrap_or(usize::MAX);
        let mut captured = [Vec::new(), Vec::new()];
        let mut open = [true; 3];
        let mut buffer = vec![0; 64 * 1024];
        while open.contains(&true) {
            let mut watched = Vec::new();
            for (index, file) in [&report, &stdout, &stderr].into_iter().enumerate() {
                if open.get(index) == Some(&true) {
                    watched.push((index, PollFd::new(file, PollFlags::IN)));
                }
            }
            let mut polls: Vec<PollFd<'_>> = watched.iter().map(|(_, poll)| poll.clone()).collect();
            match poll(&mut polls, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(broken("reading a run")(error.into())),
            }
            let ready: Vec<usize> = watched
                .iter()
                .zip(&polls)
                .filter(|(_, poll)| !poll.revents().is_empty())
                .map(|((index, _), _)| *index)
                .collect();
            drop(watched);
            for index in ready {
                let file = match index {
                    0 => &mut report,
                    1 => &mut stdout,
                    _ => &mut stderr,
                };
                let count = match file.read(&mut buffer) {
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
                    self.frames.extend_from_slice(chunk);
                    self.take_frames()?;
                } else if let Some(kept) = captured.get_mut(index - 1) {
                    let room = limit.saturating_sub(kept.len());
                    kept.extend_from_slice(chunk.get(..count.min(room)).unwrap_or_default());
                    if count > room {
                        // Flooding ends the run; what follows is read and thrown away.
                        self.overflow = true;
                        self.lifeline = None;
                    }
                }
            }
        }
        let report = self.outcome.unwrap_or_else(|| {
            Err(SandboxError::new(
                Layer::Launcher,
                "the run ended without a report (was it killed from outside?)",
            ))
        })?;
        let [stdout, stderr] = captured;
        let end = if self.overflow {
            End::OutputLimit
        } else {
            report.end
        };
        Ok(Finished {
            end,
            usage: report.usage,
            stdout,
            stderr,
            trees: self.trees,
            pid: report.pid,
        })
    }

    fn take_frames(&mut self) -> Result<(), SandboxError> {
        let mut buffer = std::mem::take(&mut self.frames);
        let mut done = 0;
        while let Some((tag, payload, length)) =
            take_frame(buffer.get(done..).unwrap_or_default()).map_err(broken("reading a run"))?
        {
            self.frame(tag, payload).map_err(|error| {
                SandboxError::new(Layer::Files, format!("keeping what a run wrote: {error}"))
            })?;
            done += length;
        }
        buffer.drain(..done);
        self.frames = buffer;
        Ok(())
    }

    fn frame(&mut self, tag: Tag, payload: &[u8]) -> io::Result<()> {
        match tag {
            Tag::Failed => self.outcome = Some(Err(serde_json::from_slice(payload)?)),
            Tag::Finished => self.outcome = Some(Ok(serde_json::from_slice(payload)?)),
            Tag::Tree => {
                self.open_file = None;
                self.trees.push(Tree::default());
            }
            Tag::Truncated => {
                if let Some(tree) = self.trees.last_mut() {
                    tree.truncated = true;
                }
            }
            Tag::Content => self.content(payload)?,
            Tag::Folder => self.entry(payload, Node::Folder)?,
            Tag::Other => self.entry(payload, Node::Other)?,
            Tag::File => {
                let (executable, path) = payload
                    .split_first()
                    .ok_or_else(|| io::Error::other("a broken frame"))?;
                self.entry(
                    path,
                    Node::File {
                        content: Vec::new(),
                        executable: *executable != 0,
                    },
                )?;
            }
            Tag::Link => {
                let (length, rest) = payload
                    .split_first_chunk()
                    .ok_or_else(|| io::Error::other("a broken frame"))?;
                let length = u32::from_le_bytes(*length) as usize;
                let (path, target) = rest
                    .split_at_checked(length)
                    .ok_or_else(|| io::Error::other("a broken frame"))?;
                self.entry(path, Node::Link(target.to_vec()))?;
            }
        }
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> io::Result<()> {
        if let Some(file) = &mut self.open_file {
            return file.write_all(bytes);
        }
        if let Some(TreeEntry {
            node: Node::File { content, .. },
            ..
        }) = self
            .trees
            .last_mut()
            .and_then(|tree| tree.entries.last_mut())
        {
            content.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn entry(&mut self, path: &[u8], node: Node) -> io::Result<()> {
        self.open_file = None;
        let Some(index) = self.trees.len().checked_sub(1) else {
            return Err(io::Error::other("a broken frame"));
        };
        let Some(collect) = self.spec.collect.get(index) else {
            return Err(io::Error::other("a broken frame"));
        };
        match &collect.into {
            Destination::Memory => {
                if let Some(tree) = self.trees.last_mut() {
                    tree.entries.push(TreeEntry {
                        path: path.to_vec(),
                        node,
                    });
                }
                Ok(())
            }
            Destination::Folder(folder) => {
                self.open_file = keep(folder, path, &node)?;
                Ok(())
            }
        }
    }
}

/// Makes one entry of a hostile tree under a host folder of the runner's own.
///
/// Parents come before children and links are only made where they stay inside,
/// but a later entry could still name a path through an earlier link: the sender
/// is init, which walks real folders, so such a path is a broken frame.
fn keep(folder: &Path, path: &[u8], node: &Node) -> io::Result<Option<File>> {
    let relative = PathBuf::from(std::ffi::OsStr::from_bytes(path));
    if relative.as_os_str().is_empty()
        || !relative
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
    {
        return Err(io::Error::other("a path that leaves its folder"));
    }
    let at = folder.join(&relative);
    let mut parent = folder.to_path_buf();
    for part in relative.parent().into_iter().flat_map(Path::components) {
        parent.push(part);
        if !std::fs::symlink_metadata(&parent)?.is_dir() {
            return Err(io::Error::other(
                "a path through something that is no folder",
            ));
        }
    }
    match node {
        Node::Folder => {
            std::fs::create_dir(&at)?;
            std::fs::set_permissions(&at, std::fs::Permissions::from_mode(0o755))?;
            Ok(None)
        }
        Node::File { executable, .. } => {
            let file = File::options()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&at)?;
            let mode = if *executable { 0o755 } else { 0o644 };
            file.set_permissions(std::fs::Permissions::from_mode(mode))?;
            Ok(Some(file))
        }
        Node::Link(target) => {
            let target = Path::new(std::ffi::OsStr::from_bytes(target));
            if stays_inside(&relative, target) {
                std::os::unix::fs::symlink(target, &at)?;
            }
            Ok(None)
        }
        // Sockets and pipes are of no use outside, and a trap for readers.
        Node::Other => Ok(None),
    }
}

/// Whether a relative link at `from` points, by its text, into the same tree.
fn stays_inside(from: &Path, target: &Path) -> bool {
    let mut depth = from.components().count().saturating_sub(1);
    for part in target.components() {
        match part {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir => match depth.checked_sub(1) {
                Some(less) => depth = less,
                None => return false,
            },
            Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    !target.as_os_str().is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn links_that_leave_the_tree_are_told_apart() {
        let inside = |from: &str, to: &str| stays_inside(Path::new(from), Path::new(to));
        assert!(inside("a/b", "../c"));
        assert!(inside("a", "b"));
        assert!(!inside("a", "../c"));
        assert!(!inside("a/b", "../../c"));
        assert!(!inside("a", "/etc/shadow"));
        assert!(!inside("a", ""));
    }

    #[test]
    fn a_path_that_leaves_its_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["../x", "/etc/x", "", "a/../b", "missing/x"] {
            assert!(
                keep(folder.path(), path.as_bytes(), &Node::Folder).is_err(),
                "{path}"
            );
        }
        assert!(
            keep(folder.path(), b"link", &Node::Link(b"/etc".to_vec()))
                .unwrap()
                .is_none()
        );
        assert!(!folder.path().join("link").exists());
        keep(folder.path(), b"a", &Node::Folder).unwrap();
        keep(folder.path(), b"b", &Node::Link(b"a".to_vec())).unwrap();
        assert!(
            keep(folder.path(), b"b/x", &Node::Folder).is_err(),
            "no entry goes through a link"
        );
    }
}

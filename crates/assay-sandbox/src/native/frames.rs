//! Takes the frames of a report apart: what init says and what a run wrote.
//! Bounded again on this side, for init has read what a hostile program left.

use std::fs::File;
use std::io::{self, Write as _};

use super::keep::keep;
use super::message::{Report, Tag, take_frame};
use crate::error::{Layer, SandboxError};
use crate::spec::{Collect, Into as Destination, Node, Tree, TreeEntry};

/// What has been read of a report so far.
pub struct Frames<'a> {
    collect: &'a [Collect],
    buffer: Vec<u8>,
    trees: Vec<Tree>,
    /// Bytes and entries that the present tree may still bring.
    room: (u64, u64),
    open_file: Option<File>,
    outcome: Option<Result<Report, SandboxError>>,
}

fn broken() -> io::Error {
    io::Error::other("a broken frame")
}

impl<'a> Frames<'a> {
    /// Nothing read yet; `collect` says which folders will come, and their bounds.
    pub fn new(collect: &'a [Collect]) -> Self {
        Self { collect, buffer: Vec::new(), trees: Vec::new(), room: (0, 0), open_file: None, outcome: None }
    }

    /// Takes the next bytes of the pipe.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), SandboxError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.extend_from_slice(bytes);
        let mut done = 0;
        while let Some((tag, payload, length)) =
            take_frame(buffer.get(done..).unwrap_or_default()).map_err(|error| failed(&error))?
        {
            self.frame(tag, payload).map_err(|error| failed(&error))?;
            done += length;
        }
        buffer.drain(..done);
        self.buffer = buffer;
        Ok(())
    }

    /// Whether init has had its last word.
    pub fn is_complete(&self) -> bool {
        self.outcome.is_some()
    }

    /// Whether the run failed, so that nothing is worth waiting for.
    pub fn is_failure(&self) -> bool {
        matches!(self.outcome, Some(Err(_)))
    }

    /// What it came to, at the end of the pipe.
    pub fn finish(self) -> Result<(Report, Vec<Tree>), SandboxError> {
        let report = self.outcome.unwrap_or_else(|| {
            Err(SandboxError::new(Layer::Launcher, "the run ended without a report (was it killed from outside?)"))
        })?;
        Ok((report, self.trees))
    }

    fn frame(&mut self, tag: Tag, payload: &[u8]) -> io::Result<()> {
        match tag {
            Tag::Failed => self.outcome = Some(Err(serde_json::from_slice(payload)?)),
            Tag::Finished => self.outcome = Some(Ok(serde_json::from_slice(payload)?)),
            Tag::Tree => {
                self.open_file = None;
                let next = self.collect.get(self.trees.len()).ok_or_else(broken)?;
                self.room = (next.max_bytes, next.max_entries);
                self.trees.push(Tree::default());
            }
            Tag::Truncated => self.trees.last_mut().ok_or_else(broken)?.truncated = true,
            Tag::Content => self.content(payload)?,
            Tag::Folder => self.entry(payload, Node::Folder)?,
            Tag::Other => self.entry(payload, Node::Other)?,
            Tag::File => {
                let (executable, path) = payload.split_first().ok_or_else(broken)?;
                let node = Node::File { content: Vec::new(), executable: *executable != 0 };
                self.entry(path, node)?;
            }
            Tag::Link => {
                let (length, rest) = payload.split_first_chunk().ok_or_else(broken)?;
                let length = u32::from_le_bytes(*length) as usize;
                let (path, target) = rest.split_at_checked(length).ok_or_else(broken)?;
                self.entry(path, Node::Link(target.to_vec()))?;
            }
        }
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.room.0 = self.room.0.checked_sub(bytes.len() as u64).ok_or_else(broken)?;
        if let Some(file) = &mut self.open_file {
            return file.write_all(bytes);
        }
        let last = self.trees.last_mut().and_then(|tree| tree.entries.last_mut());
        if let Some(TreeEntry { node: Node::File { content, .. }, .. }) = last {
            content.extend_from_slice(bytes);
        }
        Ok(())
    }

    fn entry(&mut self, path: &[u8], node: Node) -> io::Result<()> {
        self.open_file = None;
        self.room.1 = self.room.1.checked_sub(1).ok_or_else(broken)?;
        let present = self.trees.len().checked_sub(1).ok_or_else(broken)?;
        let collect = self.collect.get(present).ok_or_else(broken)?;
        match (&collect.into, self.trees.last_mut()) {
            (Destination::Folder(folder), _) => self.open_file = keep(folder, path, &node)?,
            (Destination::Memory, Some(tree)) => {
                let path = path.to_vec();
                tree.entries.push(TreeEntry { path, node });
            }
            (Destination::Memory, None) => return Err(broken()),
        }
        Ok(())
    }
}

fn failed(error: &io::Error) -> SandboxError {
    SandboxError::new(Layer::Files, format!("keeping what a run wrote: {error}"))
}

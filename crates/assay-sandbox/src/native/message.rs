//! What runner, launcher and init say to each other.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt as _;

use serde::{Deserialize, Serialize};

use crate::cgroup::Limits;
use crate::error::SandboxError;
use crate::join::Endpoint;
use crate::spec::{End, Spec, Usage};

/// `argv[0]` by which the program knows that it is to be the launcher.
pub const LAUNCHER_NAME: &str = "assay-sandbox-launcher";

/// What the runner asks of the launcher, in a memory file.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// The run.
    pub spec: Spec,
    /// Landlock ABI to enforce.
    pub landlock_abi: i32,
    /// Bytes of the machine's memory that must stay available.
    pub reserve: u64,
    /// The end of a join that this run is. Its link is the first descriptor after the fixed ones.
    pub endpoint: Option<Endpoint>,
    /// The limits of the control group that the run is in, if it is in one.
    pub cell: Option<Limits>,
}

impl Request {
    /// How many descriptors stand between the fixed ones and those of the host.
    pub fn descriptors(&self) -> usize {
        usize::from(self.endpoint.is_some())
    }
}

/// The launcher's argument when the runner is root, and hands in what it opened of the host.
pub const HANDED_IN: &str = "handed-in";

/// Descriptors that come with every request; when the runner is root, standard
/// input and the mounts follow.
pub const FIXED_DESCRIPTORS: usize = 5;

/// The last word of an init.
#[derive(Debug, Serialize, Deserialize)]
pub struct Report {
    /// How the program ended.
    pub end: End,
    /// What it used.
    pub usage: Usage,
    /// Its pid, as it saw itself.
    pub pid: i32,
}

/// One frame on the report pipe.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
#[repr(u8)]
pub enum Tag {
    /// A `SandboxError`, as JSON; nothing follows.
    Failed = b'E',
    /// A `Report`, as JSON; nothing follows.
    Finished = b'F',
    /// A collected folder begins.
    Tree = b'T',
    /// A folder: its path.
    Folder = b'D',
    /// A file: one byte of executability, then its path.
    File = b'R',
    /// The number of the run's control group, eight bytes.
    Cell = b'G',
    /// Bytes of the last file.
    Content = b'C',
    /// A link: four bytes of path length, path, target.
    Link = b'L',
    /// Something else: its path.
    Other = b'O',
    /// A bound of the collection was met.
    Truncated = b'X',
}

impl Tag {
    fn from_byte(byte: u8) -> Option<Self> {
        [
            Self::Failed,
            Self::Finished,
            Self::Tree,
            Self::Folder,
            Self::File,
            Self::Cell,
            Self::Content,
            Self::Link,
            Self::Other,
            Self::Truncated,
        ]
        .into_iter()
        .find(|tag| *tag as u8 == byte)
    }
}

/// Largest payload of a frame.
pub const MAX_FRAME: usize = 256 * 1024;

/// Writes one frame.
pub fn write_frame(to: &mut impl Write, tag: Tag, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
    to.write_all(&[tag as u8])?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(payload)
}

/// Takes one whole frame from the front of a buffer, if it is there.
pub fn take_frame(buffer: &[u8]) -> io::Result<Option<(Tag, &[u8], usize)>> {
    let Some((head, rest)) = buffer.split_first_chunk::<5>() else {
        return Ok(None);
    };
    let [tag, length @ ..] = *head;
    let length = u32::from_le_bytes(length) as usize;
    let tag = Tag::from_byte(tag).filter(|_| length <= MAX_FRAME).ok_or_else(|| io::Error::other("a broken frame"))?;
    Ok(rest.get(..length).map(|payload| (tag, payload, 5 + length)))
}

/// Writes which control group the run is in, of which the runner then knows that it is free.
pub fn write_cell(to: &mut impl Write, cell: Option<u64>) -> io::Result<()> {
    cell.map_or(Ok(()), |number| write_frame(to, Tag::Cell, &number.to_le_bytes()))
}

/// Writes an error as the only frame; a reader that is gone needs no word.
pub fn write_failure(to: &mut impl Write, error: &SandboxError) {
    if let Ok(json) = serde_json::to_vec(error) {
        let _ = write_frame(to, Tag::Failed, &json);
    }
}

/// Reads all of a memory file, wherever its offset stands: it is shared with others who read it.
pub fn read_request(file: &File) -> io::Result<Request> {
    let size = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    let mut json = vec![0; size];
    file.read_exact_at(&mut json, 0)?;
    serde_json::from_slice(&json).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_frame_is_read_back_whole_or_not_at_all() {
        let mut bytes = Vec::new();
        write_frame(&mut bytes, Tag::Link, b"abc").unwrap();
        for cut in 0..bytes.len() {
            assert_eq!(take_frame(&bytes[..cut]).unwrap(), None);
        }
        assert_eq!(take_frame(&bytes).unwrap(), Some((Tag::Link, &b"abc"[..], 8)));
    }

    #[test]
    fn a_frame_of_an_unknown_kind_or_size_is_refused() {
        assert!(take_frame(b"?\0\0\0\0").is_err());
        assert!(take_frame(b"F\xff\xff\xff\xff").is_err());
    }
}

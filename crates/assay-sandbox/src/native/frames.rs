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
    cell: Option<u64>,
}

fn broken() -> io::Error {
    io::Error::other("a broken frame")
}

impl<'a> Frames<'a> {
    /// Nothing read yet; `collect` says which folders will come, and their bounds.
    pub fn new(collect: &'a [Collect]) -> Self {
        Self {
            collect,
            buffer: Vec::new(),
            trees: Vec::new(),
            room: (0, 0),
            open_file: None,
            outcome: None,
            cell: None,
        }
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

    /// The control group that the run was in, if it came to say so.
    pub fn cell(&self) -> Option<u64> {
        self.cell
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
            Tag::Failed => {
                let error: SandboxError = serde_json::from_slice(payload)?;
                // The remedy is looked up anew: init may not see the system any more.
                self.outcome = Some(Err(SandboxError::new(error.layer, error.what)));
            }
            Tag::Finished => self.outcome = Some(Ok(serde_json::from_slice(payload)?)),
            Tag::Cell => self.cell = Some(u64::from_le_bytes(payload.try_into().map_err(|_| broken())?)),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use proptest::prelude::*;

    use super::super::message::write_frame;
    use super::*;
    use crate::spec::{End, Usage};

    const TAGS: [Tag; 10] = [
        Tag::Cell,
        Tag::Failed,
        Tag::Finished,
        Tag::Tree,
        Tag::Folder,
        Tag::File,
        Tag::Content,
        Tag::Link,
        Tag::Other,
        Tag::Truncated,
    ];

    fn collects(folder: &Path) -> Vec<Collect> {
        [Destination::Memory, Destination::Folder(folder.into())]
            .map(|into| Collect { from: "/scratch".into(), into, max_bytes: 64, max_entries: 4 })
            .into()
    }

    /// Frames as init could never send them, in any order, with paths that want out.
    fn hostile_frames() -> impl Strategy<Value = Vec<u8>> {
        let payload = prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            prop::sample::select(vec!["a", "b", "a/b", "../x", "/x", "a/../../x", "", ".", "a/b/c", "\0", "b/x"])
                .prop_map(|path| path.as_bytes().to_vec()),
            prop::sample::select(vec!["\u{1}a", "\u{0}b/x", "\u{1}../x", "\u{1}/x", "\u{0}a/b"])
                .prop_map(|path| path.as_bytes().to_vec()),
            prop::sample::select(vec![
                ("a", ".."),
                ("b", "../.."),
                ("a", "/etc"),
                ("b", "a"),
                ("a/b", "../../x"),
                ("../x", "y")
            ])
            .prop_map(|(path, target)| {
                let length = u32::try_from(path.len()).unwrap().to_le_bytes();
                [&length, path.as_bytes(), target.as_bytes()].concat()
            }),
        ];
        let frame = (prop::sample::select(TAGS.to_vec()), payload);
        prop::collection::vec(frame, 0..24).prop_map(|frames| {
            let mut bytes = Vec::new();
            // Trees that exist make the rest reach further.
            write_frame(&mut bytes, Tag::Tree, b"").unwrap();
            write_frame(&mut bytes, Tag::Tree, b"").unwrap();
            for (tag, payload) in frames {
                write_frame(&mut bytes, tag, &payload).unwrap();
            }
            bytes
        })
    }

    /// Feeds in pieces; an error ends it, as it ends a run.
    fn feed(frames: &mut Frames<'_>, bytes: &[u8], piece: usize) {
        for chunk in bytes.chunks(piece.max(1)) {
            if frames.feed(chunk).is_err() {
                return;
            }
        }
    }

    fn size(tree: &Tree) -> u64 {
        let of = |entry: &TreeEntry| match &entry.node {
            Node::File { content, .. } => content.len() as u64,
            _ => 0,
        };
        tree.entries.iter().map(of).sum()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn arbitrary_bytes_never_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400), piece in 1_usize..50) {
            let host = tempfile::tempdir().unwrap();
            let collects = collects(host.path());
            let mut frames = Frames::new(&collects);
            feed(&mut frames, &bytes, piece);
            let _ = frames.finish();
        }

        #[test]
        fn hostile_frames_stay_inside_and_within_bounds(bytes in hostile_frames(), piece in 1_usize..50) {
            let outer = tempfile::tempdir().unwrap();
            let host = outer.path().join("a/b");
            std::fs::create_dir_all(&host).unwrap();
            let collects = collects(&host);
            let mut frames = Frames::new(&collects);
            feed(&mut frames, &bytes, piece);
            for tree in &frames.trees {
                prop_assert!(tree.entries.len() <= 4 && size(tree) <= 64);
            }
            let count = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
            prop_assert_eq!((count(outer.path()), count(&outer.path().join("a"))), (1, 1), "something lies outside");
            for entry in std::fs::read_dir(&host).unwrap() {
                let path = entry.unwrap().path();
                if path.is_symlink() {
                    prop_assert!(std::fs::read_link(&path).unwrap().is_relative());
                }
            }
        }
    }

    #[test]
    fn a_report_with_its_trees_is_read() {
        let collects = collects(Path::new("/nowhere"));
        let mut bytes = Vec::new();
        write_frame(&mut bytes, Tag::Tree, b"").unwrap();
        write_frame(&mut bytes, Tag::File, b"\x01name").unwrap();
        write_frame(&mut bytes, Tag::Content, b"con").unwrap();
        write_frame(&mut bytes, Tag::Content, b"tent").unwrap();
        let report = Report { end: End::Exited(3), usage: Usage::default(), pid: 2 };
        write_frame(&mut bytes, Tag::Finished, &serde_json::to_vec(&report).unwrap()).unwrap();
        for piece in [1, 7, 1000] {
            let mut frames = Frames::new(&collects);
            feed(&mut frames, &bytes, piece);
            assert!(frames.is_complete() && !frames.is_failure());
            let (report, trees) = frames.finish().unwrap();
            assert_eq!(report.end, End::Exited(3));
            let node = Node::File { content: b"content".to_vec(), executable: true };
            assert_eq!(trees[0].entries, [TreeEntry { path: b"name".to_vec(), node }]);
        }
    }

    #[test]
    fn a_pipe_that_ends_early_is_an_error() {
        assert_eq!(Frames::new(&[]).finish().unwrap_err().layer, Layer::Launcher);
    }
}

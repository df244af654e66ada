//! What the calls did to one folder and to what is in it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::calls::{Call, calls};

/// One thing that was done, between two lines of the record.
#[derive(Debug)]
pub struct Op {
    pub start: usize,
    pub end: usize,
    pub what: What,
}

/// What was done. Files and folders are numbers; the folder itself is 0.
#[derive(Debug)]
pub enum What {
    Data {
        file: usize,
        at: u64,
        bytes: Vec<u8>,
    },
    Size {
        file: usize,
        len: u64,
    },
    Sync {
        of: usize,
    },
    Link {
        dir: usize,
        name: String,
        to: usize,
        is_dir: bool,
    },
    Unlink {
        dir: usize,
        name: String,
    },
    /// A line on the standard output: what was acknowledged.
    Said(String),
}

#[derive(Default)]
struct World {
    root: PathBuf,
    ops: Vec<Op>,
    made: usize,
    /// Where everything is now.
    names: HashMap<PathBuf, usize>,
    /// Open files of the folder, and where they stand. None: open elsewhere.
    open: HashMap<i64, Option<(usize, u64, PathBuf)>>,
}

/// Reads a record, for everything under `root`, which was there and empty before.
pub fn read_trace(log: &str, root: &Path) -> Vec<Op> {
    let mut world = World { root: root.to_owned(), made: 1, ..World::default() };
    world.names.insert(root.to_owned(), 0);
    for call in calls(log) {
        world.see(&call);
    }
    world.ops
}

impl World {
    fn see(&mut self, call: &Call) {
        if call.gave < 0 {
            return;
        }
        match call.name.as_str() {
            "openat" => self.open(call),
            "write" => self.write(call),
            "pwrite64" => {
                if let Some((file, _, _)) = self.held(call.fd(0)) {
                    let (at, bytes) = (call.number(3), self.written(call));
                    self.add(call, What::Data { file, at, bytes });
                }
            }
            "lseek" => {
                if let Some(Some((_, at, _))) = self.open.get_mut(&call.fd(0)) {
                    *at = call.gave as u64;
                }
            }
            "ftruncate" => {
                if let Some((file, _, _)) = self.held(call.fd(0)) {
                    self.add(call, What::Size { file, len: call.number(1) });
                }
            }
            "fsync" | "fdatasync" => {
                if let Some((of, _, _)) = self.held(call.fd(0)) {
                    self.add(call, What::Sync { of });
                }
            }
            "mkdir" => self.link_new(call, &PathBuf::from(call.path(0)), true),
            "rename" => self.rename(call, call.path(0).into(), call.path(1).into()),
            "renameat2" => self.rename(call, call.path(1).into(), call.path(3).into()),
            "unlink" | "rmdir" => self.unlink(call, &PathBuf::from(call.path(0))),
            "unlinkat" => {
                let path = PathBuf::from(call.path(1));
                assert!(path.is_absolute(), "{call:?}");
                self.unlink(call, &path);
            }
            "mmap" => {
                let shared = call.args[3].contains("MAP_SHARED") && call.args[2].contains("PROT_WRITE");
                if let Some((_, _, path)) = self.held(call.fd(4)).filter(|_| shared) {
                    // The shared memory beside a database is made anew after a power cut; a database must not be
                    // written through memory, where no record sees it.
                    assert!(path.to_string_lossy().ends_with("-shm"), "written through memory: {}", path.display());
                }
            }
            "fallocate" | "copy_file_range" | "sendfile" | "splice" | "writev" | "pwritev" | "pwritev2" | "dup"
            | "dup2" | "dup3" | "sync_file_range" => {
                assert!(
                    (0..2).all(|at| call
                        .args
                        .get(at)
                        .is_none_or(|arg| { arg.parse().ok().and_then(|fd| self.held(fd)).is_none() })),
                    "not replayed yet: {call:.300?}"
                );
            }
            _ => panic!("not replayed yet: {call:.300?}"),
        }
    }

    fn held(&self, fd: i64) -> Option<(usize, u64, PathBuf)> {
        self.open.get(&fd).cloned().flatten()
    }

    fn add(&mut self, call: &Call, what: What) {
        self.ops.push(Op { start: call.start, end: call.end, what });
    }

    /// What a write wrote: the kernel may take less than it was given.
    fn written(&self, call: &Call) -> Vec<u8> {
        let mut bytes = call.bytes(1);
        bytes.truncate(call.gave as usize);
        bytes
    }

    fn open(&mut self, call: &Call) {
        let path = PathBuf::from(call.path(1));
        if !path.starts_with(&self.root) {
            self.open.insert(call.gave, None);
            return;
        }
        if !self.names.contains_key(&path) {
            assert!(call.args[2].contains("O_CREAT"), "nobody made {}", path.display());
            self.link_new(call, &path, false);
        }
        let file = self.names[&path];
        if call.args[2].contains("O_TRUNC") {
            self.add(call, What::Size { file, len: 0 });
        }
        assert!(!call.args[2].contains("O_APPEND"), "not replayed yet: {call:?}");
        self.open.insert(call.gave, Some((file, 0, path)));
    }

    fn write(&mut self, call: &Call) {
        let fd = call.fd(0);
        if fd == 1 {
            for line in String::from_utf8_lossy(&self.written(call)).lines() {
                self.add(call, What::Said(line.to_owned()));
            }
            return;
        }
        if let Some((file, at, path)) = self.held(fd) {
            let bytes = self.written(call);
            self.open.insert(fd, Some((file, at + bytes.len() as u64, path)));
            self.add(call, What::Data { file, at, bytes });
        }
    }

    fn place(&self, path: &Path) -> Option<(usize, String)> {
        let dir = *self.names.get(path.parent()?)?;
        Some((dir, path.file_name()?.to_string_lossy().into_owned()))
    }

    fn link_new(&mut self, call: &Call, path: &Path, is_dir: bool) {
        let Some((dir, name)) = self.place(path) else { return };
        let to = self.made;
        self.made += 1;
        self.names.insert(path.to_owned(), to);
        self.add(call, What::Link { dir, name, to, is_dir });
    }

    fn rename(&mut self, call: &Call, from: PathBuf, into: PathBuf) {
        let (Some((from_dir, from_name)), Some((dir, name))) = (self.place(&from), self.place(&into)) else { return };
        let to = self.names.remove(&from).unwrap();
        self.names.insert(into, to);
        self.add(call, What::Unlink { dir: from_dir, name: from_name });
        self.add(call, What::Link { dir, name, to, is_dir: false });
    }

    fn unlink(&mut self, call: &Call, path: &Path) {
        let Some((dir, name)) = self.place(path) else { return };
        self.names.remove(path);
        self.add(call, What::Unlink { dir, name });
    }
}

//! Folders brought out: hostile names, kinds, depths and sizes.

use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use assay_sandbox::{Collect, End, Finished, Into, Node, Spec};

use crate::arena::{attack, run, shell};

fn collect(mut spec: Spec, into: Into, max_bytes: u64, max_entries: u64) -> Finished {
    spec.collect = vec![Collect { from: "/scratch".into(), into, max_bytes, max_entries }];
    let finished = run(&spec);
    assert_eq!(finished.end, End::Exited(0), "{finished:?}");
    finished
}

fn word(node: &Node) -> &'static str {
    match node {
        Node::Folder => "folder",
        Node::File { .. } => "file",
        Node::Link(_) => "link",
        Node::Other => "other",
    }
}

const LONG: [u8; 255] = [b'n'; 255];
const FILES: [&[u8]; 9] = [
    b"plain",
    b"setuid",
    b"unreadable",
    b" spaces and\nline ends",
    b"\xff\xfe not utf-8",
    b"-rf",
    b"..x",
    b"hard",
    b"shut/in",
];

pub fn litter_into_memory() {
    let finished = collect(attack(&["litter"]), Into::Memory, 1 << 20, 1000);
    let tree = &finished.trees[0];
    assert!(tree.truncated, "the sparse terabyte does not fit");
    let seen: BTreeMap<&[u8], &Node> = tree.entries.iter().map(|entry| (&entry.path[..], &entry.node)).collect();
    for name in FILES.into_iter().chain([&LONG[..]]) {
        assert!(matches!(seen[name], Node::File { content, .. } if content == b"x"), "{name:?}");
    }
    for (name, kind) in [("fifo", "other"), ("socket", "other"), ("shut", "folder"), ("up", "link"), ("proc", "link")] {
        assert_eq!(word(seen[name.as_bytes()]), kind, "{name}");
    }
    assert_eq!(seen[&b"absolute"[..]], &Node::Link(b"/etc/passwd".to_vec()));
    assert_eq!(tree.entries.len(), FILES.len() + 1 + 9);
}

pub fn litter_into_a_folder() {
    let host = tempfile::tempdir().unwrap();
    collect(attack(&["litter"]), Into::Folder(host.path().into()), 1 << 20, 1000);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(host.path()).unwrap() {
        let path = entry.unwrap().path();
        let meta = std::fs::symlink_metadata(&path).unwrap();
        names.push(path.file_name().unwrap().as_bytes().to_vec());
        if meta.is_symlink() {
            assert!(std::fs::read_link(&path).unwrap().is_relative());
            continue;
        }
        assert!(meta.is_file() || meta.is_dir(), "{path:?}");
        assert_eq!(meta.permissions().mode() & 0o7022, 0, "{path:?}");
        assert!(meta.len() <= 1 << 20, "{path:?}");
    }
    for missing in ["absolute", "up", "proc", "fifo", "socket"] {
        assert!(!names.contains(&missing.as_bytes().to_vec()), "{missing}");
    }
    for there in FILES.into_iter().filter(|name| !name.contains(&b'/')).chain([&LONG[..], b"inside", b"loop"]) {
        assert!(names.contains(&there.to_vec()), "{there:?}");
    }
    assert_eq!(std::fs::read(host.path().join("shut/in")).unwrap(), b"x");
}

pub fn deep_folders() {
    for depth in ["1000", "20000"] {
        let finished = collect(attack(&["deep", depth]), Into::Memory, 1 << 20, 100_000);
        let tree = &finished.trees[0];
        assert!(tree.truncated);
        assert!(tree.entries.len() <= 65, "{}", tree.entries.len());
        let host = tempfile::tempdir().unwrap();
        collect(attack(&["deep", depth]), Into::Folder(host.path().into()), 1 << 20, 100_000);
    }
}

pub fn many_entries() {
    let finished = collect(attack(&["fill-entries"]), Into::Memory, 1 << 20, 50);
    assert!(finished.trees[0].truncated);
    assert_eq!(finished.trees[0].entries.len(), 50);
}

pub fn many_bytes() {
    let finished = collect(attack(&["fill"]), Into::Memory, 1000, 50);
    let tree = &finished.trees[0];
    assert!(tree.truncated);
    assert!(matches!(&tree.entries[0].node, Node::File { content, .. } if content.len() == 1000));
}

/// What is collected is what was there at the end, also of a run that was ended.
pub fn after_a_limit() {
    let mut spec = shell("echo kept > /scratch/file; while :; do :; done");
    spec.limits.cpu = std::time::Duration::from_millis(200);
    spec.collect = vec![Collect { from: "/scratch".into(), into: Into::Memory, max_bytes: 100, max_entries: 10 }];
    let finished = run(&spec);
    assert_eq!(finished.end, End::CpuLimit);
    assert_eq!(finished.trees[0].entries.len(), 1);
}

/// A folder that is no mount of the run's own, or that the program replaced by a link, gives nothing of the host.
pub fn a_folder_replaced_by_a_link() {
    let mut spec = shell("mkdir /scratch/a; rmdir /scratch/a; ln -s /read-only /scratch/a; ln -s /proc/1 /scratch/b");
    spec.collect = ["/scratch/a", "/scratch/b", "/scratch/missing"]
        .map(|from| Collect { from: from.into(), into: Into::Memory, max_bytes: 1 << 20, max_entries: 1000 })
        .into();
    let finished = run(&spec);
    for tree in &finished.trees {
        assert!(tree.truncated && tree.entries.is_empty(), "{tree:?}");
    }
    assert!(Path::new("/read-only").symlink_metadata().is_err());
}

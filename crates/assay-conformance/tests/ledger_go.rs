//! The ledger before a verifier that others wrote: the code of Go's checksum database.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fs;
use std::path::PathBuf;

use assay_ledger::{Folder, audit};
use support::{Repeatable, go, grow, sequencer, vkey};

#[test]
fn go_reads_every_size_at_which_the_shape_of_the_tree_turns() {
    let Some(program) = go::build("sizes") else { return };
    let mut judge = go::Judge::start(&program, &vkey().to_string());
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("log");
    let mut log = sequencer(&root, 1);
    let mut entropy = Repeatable(1);
    let mut kept: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    let mut keep = |note: &[u8]| {
        let path = place.path().join(format!("kept-{}", kept.len()));
        fs::write(&path, note).unwrap();
        kept.push((path, note.to_vec()));
        kept.clone()
    };
    let empty = fs::read(root.join("checkpoint")).unwrap();
    assert_eq!(judge.judge(&root, &[]).unwrap(), format!("0 {}", log.checkpoint().root));
    keep(&empty);
    for size in [1, 2, 3, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537] {
        let note = grow(&mut log, size, &mut entropy);
        let kept = keep(note.as_bytes());
        let notes: Vec<&[u8]> = kept.iter().map(|(_, note)| note.as_slice()).collect();
        let paths: Vec<PathBuf> = kept.iter().map(|(path, _)| path.clone()).collect();
        let ours = audit(&Folder::new(&root), &vkey(), &notes, &[]).unwrap();
        assert_eq!(judge.judge(&root, &paths), Ok(format!("{size} {}", ours.checkpoint.root)));
    }
}

#[test]
fn the_exit_code_says_whether_the_log_is_in_order() {
    let Some(program) = go::build("exit") else { return };
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("log");
    grow(&mut sequencer(&root, 1), 300, &mut Repeatable(2));
    let run = |extra: &[&str]| {
        let key = vkey().to_string();
        let output = std::process::Command::new(&program).args(["-vkey", &key]).args(extra).arg(&root).output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run(&[]).0, Some(0));
    fs::write(root.join("tile/0/stray"), b"").unwrap();
    assert_eq!(run(&["-reader"]).0, Some(0), "a client does not ask for what it does not know of");
    let (code, said) = run(&[]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("REFUSED ") && said.contains("tile/0/stray"), "{said}");
    assert_eq!(run(&["-nonsense"]).0, Some(2));
}

/// What no list of files and bytes can say: links, pipes, folders in the place of files, strange names.
#[test]
fn both_verifiers_see_through_what_is_no_plain_file() {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    let Some(program) = go::build("special") else { return };
    let mut judge = go::Judge::start(&program, &vkey().to_string());
    let place = tempfile::tempdir().unwrap();
    let (root, aside) = (place.path().join("log"), place.path().join("aside"));
    grow(&mut sequencer(&root, 1), 600, &mut Repeatable(3));
    let mut both = |what: &str, accepted: bool| {
        let ours = audit(&Folder::new(&root), &vkey(), &[], &[]);
        let theirs = judge.judge(&root, &[]);
        assert_eq!((ours.is_ok(), theirs.is_ok()), (accepted, accepted), "{what}: {ours:?}, {theirs:?}");
    };
    fs::create_dir_all(root.join("tile/9/x001")).unwrap();
    both("an empty folder", true);
    for path in ["checkpoint", "tile/0/000", "tile/entries/001", "tile/1/000.p/2", "tile/0", "tile"] {
        let path = root.join(path);
        fs::rename(&path, &aside).unwrap();
        symlink(&aside, &path).unwrap();
        both("a link to the true file or folder", false);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        both("a folder in its place", false);
        fs::remove_dir(&path).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
        assert!(made.success());
        both("a pipe in its place", false);
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
        both("back again", true);
    }
    for name in [
        b"tile/0/\xff\xfe".as_slice(),
        b"tile/0/x000\\001",
        b"tile/63/000",
        b"tile/99999999999999999999/000",
        b"tile/9223372036854775807/000",
        b"tile/data/000",
        b"tile/-1/000",
        b"tile/8/000",
        b"CHECKPOINT",
    ] {
        let path = root.join(std::ffi::OsStr::from_bytes(name));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"").unwrap();
        both(&String::from_utf8_lossy(name), false);
        fs::remove_file(&path).unwrap();
    }
    both("back again", true);
}

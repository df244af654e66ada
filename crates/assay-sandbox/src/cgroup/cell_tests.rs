//! A cell of the real kernel: of whichever version of control groups this system has memory and processes in.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::Write as _;
use std::process::{Child, Command, Stdio};

use super::*;
use crate::cgroup::find;

/// A cell with these limits; none where this user may make no control groups, which is said.
fn cell(memory: u64, pids: u32) -> Option<(Group, Cell)> {
    let place = match find::place(Path::new("/")) {
        Ok(place) => place,
        Err(why) => {
            println!("skipped: {why}");
            return None;
        }
    };
    // A process that is alone in its group would move itself into a leaf of it: this one has other tests beside it.
    if matches!(place, find::Place::V2Alone(_)) {
        println!("skipped: the only place is this process's own group");
        return None;
    }
    let group = Group::make(place).unwrap();
    println!("tried in {}", group.describe());
    let cell = Cell::make(&group, 0).unwrap();
    cell.memory.write_all_at(memory.to_string().as_bytes(), 0).unwrap();
    cell.pids.write_all_at(pids.to_string().as_bytes(), 0).unwrap();
    Some((group, cell))
}

/// A shell that is in the cell before it does anything.
fn shell(cell: &Cell, script: &str) -> Child {
    let mut child = Command::new("/bin/sh")
        .args(["-c", &format!("read go; {script}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for door in &cell.doors {
        door.write_all_at(child.id().to_string().as_bytes(), 0).unwrap();
    }
    child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    child
}

#[test]
fn the_kernel_ends_what_takes_too_much_memory() {
    let Some((group, cell)) = cell(32 << 20, 16) else { return };
    assert_eq!(cell.refusals(), Refusals::default());
    // What has no line breaks is held as a whole until its last line is known.
    let end = shell(&cell, "head -c 400000000 /dev/zero | tail -n 1").wait().unwrap();
    assert!(!end.success(), "{end}");
    assert!(cell.refusals().memory > 0, "the kernel counts what it ended");
    let peak = cell.peak.as_ref().map(|peak| {
        let mut text = [0; 32];
        let read = peak.read_at(&mut text, 0).unwrap();
        std::str::from_utf8(&text[..read]).unwrap().trim().parse::<u64>().unwrap()
    });
    assert!(peak.is_none_or(|peak| (16 << 20..=32 << 20).contains(&peak)), "{peak:?}");
    assert!(cell.empty_out(1 << 20), "nothing of it is left for the next run");
    let folders = cell.folders.clone();
    cell.remove();
    assert!(folders.iter().all(|folder| !folder.exists()));
    drop(group);
}

#[test]
fn the_kernel_makes_no_more_processes_than_are_allowed() {
    let Some((_group, cell)) = cell(64 << 20, 4) else { return };
    let end = shell(&cell, "for n in 1 2 3 4 5 6; do sleep 5 & done; wait").wait().unwrap();
    // A shell that may not fork says so and goes on or ends, depending on the shell.
    assert!(cell.refusals().processes > 0, "the kernel refused none, and the shell ended with {end}");
    cell.remove();
}

#[test]
fn whoever_is_left_in_a_cell_is_ended_with_it() {
    let Some((_group, cell)) = cell(64 << 20, 16) else { return };
    let mut child = shell(&cell, "trap '' TERM INT HUP; sleep 60 & sleep 60");
    assert!(!cell.empty_out(1 << 20), "it is in use");
    let folders = cell.folders.clone();
    cell.remove();
    use std::os::unix::process::ExitStatusExt as _;
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert!(folders.iter().all(|folder| !folder.exists()), "a group is only removed when nobody is in it");
}

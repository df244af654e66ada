//! Using up: memory, disk, processes, CPU time, output, patience.

use std::time::Duration;

use assay_sandbox::{End, Mount, RunLimits, Tier};

use crate::arena::{Wish, attack, engine, open, run, shell, text};

const MIB: u64 = 1 << 20;

/// The attack ends at the memory limit, long before it would by itself.
fn ends_at_memory(arguments: &[&str]) {
    let finished = run(&attack(arguments));
    assert_eq!(finished.end, End::MemoryLimit, "{:?}", finished.usage);
}

pub fn memory_of_one() {
    ends_at_memory(&["hog"]);
}

pub fn memory_of_many() {
    ends_at_memory(&["hog-many"]);
}

pub fn memory_shared() {
    ends_at_memory(&["hog-shared"]);
}

pub fn memory_of_page_tables() {
    ends_at_memory(&["hog-page-tables"]);
}

pub fn memory_within_the_limit() {
    let mut spec = attack(&["hog", "32"]);
    spec.limits.wall = Duration::from_millis(500);
    assert_eq!(run(&spec).end, End::WallLimit, "half the limit is no reason to end a run");
}

/// What no process maps no meter sees; the machine's reserve is the bound.
pub fn memory_without_an_owner() {
    let available = std::fs::read_to_string("/proc/meminfo")
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:")?.split_whitespace().next()?.parse::<u64>().ok())
        .unwrap()
        * 1024;
    let reserve = Some(available.saturating_sub(1024 * MIB));
    // Without a control group, which would be the first to see it.
    let engine = open(Wish { reserve, without_cgroups: true, ..Wish::default() }).unwrap();
    for way in ["hog-let-go", "hog-sockets"] {
        let finished = engine.run(&attack(&[way])).unwrap();
        assert_eq!(finished.end, End::MemoryLimit, "{way} {:?}", finished.usage);
    }
}

/// Tier F: a control group counts what no process maps, and the kernel holds the limit, without any reserve.
pub fn memory_that_a_control_group_counts() {
    let engine = engine();
    if engine.layers().tier != Tier::F {
        println!("skipped: tier F needs control groups, and none are delegated to this user");
        return;
    }
    for way in ["hog", "hog-many", "hog-shared", "hog-let-go", "hog-sockets"] {
        let finished = engine.run(&attack(&[way])).unwrap();
        assert_eq!(finished.end, End::MemoryLimit, "{way} {:?}", finished.usage);
        let peak = finished.usage.peak_memory.expect("a control group counts");
        // The group holds the run's scratch folder too, which has a size of its own: 8 MiB.
        assert!(peak <= (64 + 8) * MIB, "{way}: the limit is 64 MiB, and {peak} bytes were in use at once");
    }
    let mut spec = attack(&["hog", "32"]);
    spec.limits.wall = Duration::from_secs(2);
    let finished = engine.run(&spec).unwrap();
    assert_eq!(finished.end, End::WallLimit, "half the limit is no reason to end a run");
    assert!(
        finished.usage.peak_memory.is_some_and(|peak| (32 * MIB..64 * MIB).contains(&peak)),
        "{:?}",
        finished.usage
    );
}

/// A user's pipes are bounded by the kernel, so this only has to end.
pub fn memory_of_pipes() {
    let mut spec = attack(&["hog-pipes"]);
    spec.limits.wall = Duration::from_secs(2);
    let end = run(&spec).end;
    assert!(matches!(end, End::WallLimit | End::MemoryLimit), "{end:?}");
}

pub fn disk_bytes() {
    let finished = run(&attack(&["fill", "/scratch"]));
    let said = text(&finished.stdout);
    let bytes: u64 = said.split(' ').next().unwrap().parse().unwrap();
    assert!(bytes <= 8 * MIB && said.contains("No space left"), "{said}");
}

pub fn disk_entries() {
    let finished = run(&attack(&["fill-entries", "/scratch"]));
    let said = text(&finished.stdout);
    let entries: u64 = said.split(' ').next().unwrap().parse().unwrap();
    assert!(entries <= 4096 && said.contains("No space left"), "{said}");
}

pub fn disk_of_the_log_folder() {
    let mut spec = attack(&["fill", "/log"]);
    spec.mounts.push(Mount::LogFolder { at: "/log".into(), size: MIB });
    let finished = run(&spec);
    let bytes: u64 = text(&finished.stdout).split(' ').next().unwrap().parse().unwrap();
    assert!(bytes <= MIB, "{bytes}");
}

fn count(way: &str, pids: u32) -> u32 {
    let mut spec = attack(&[way]);
    spec.limits.pids = pids;
    let finished = run(&spec);
    assert_eq!(finished.end, End::Exited(0), "{finished:?}");
    text(&finished.stdout).trim().parse().unwrap()
}

pub fn processes() {
    for pids in [1, 8, 64] {
        assert_eq!(count("fork-count", pids), pids);
    }
}

pub fn threads() {
    assert_eq!(count("thread-count", 16), 16);
}

pub fn fork_bomb() {
    let mut spec = attack(&["fork-bomb"]);
    // Room enough that the time, and not the memory of so many processes, is what runs out.
    spec.limits.memory = 1 << 30;
    spec.limits.cpu = Duration::from_millis(500);
    let finished = run(&spec);
    assert_eq!(finished.end, End::CpuLimit, "{:?}", finished.usage);
}

pub fn shell_bomb() {
    // In a shell of its own: the one that waits would end if its second fork found no room.
    let mut spec = shell("f() { f | f & }; (f) & while :; do :; done");
    spec.limits.cpu = Duration::from_millis(500);
    assert_eq!(run(&spec).end, End::CpuLimit);
}

/// Ends at the CPU limit, having been charged with all of it and not much more.
fn ends_at_cpu(arguments: &[&str]) {
    let limit = Duration::from_millis(400);
    let mut spec = attack(arguments);
    spec.limits.cpu = limit;
    let finished = run(&spec);
    assert_eq!(finished.end, End::CpuLimit, "{arguments:?} {:?}", finished.usage);
    assert!(finished.usage.cpu >= limit, "{arguments:?} {:?}", finished.usage);
    assert!(finished.usage.cpu < limit * 8, "{arguments:?} {:?}", finished.usage);
}

pub fn cpu_of_one() {
    ends_at_cpu(&["spin"]);
}

pub fn cpu_of_many() {
    ends_at_cpu(&["spin-many"]);
}

pub fn cpu_of_children_that_nobody_reaps() {
    ends_at_cpu(&["spin-hidden"]);
}

pub fn cpu_is_charged_exactly() {
    let mut spec = attack(&["work-then-exit", "300", "5"]);
    spec.limits.cpu = Duration::from_secs(5);
    let finished = run(&spec);
    assert_eq!(finished.end, End::Exited(5));
    let cpu = finished.usage.cpu;
    assert!(cpu >= Duration::from_millis(299) && cpu < Duration::from_millis(800), "{cpu:?}");
}

fn ends_at_wall(arguments: &[&str]) {
    let mut spec = attack(arguments);
    spec.limits.wall = Duration::from_millis(200);
    assert_eq!(run(&spec).end, End::WallLimit, "{arguments:?}");
}

pub fn sleeping_for_ever() {
    ends_at_wall(&["sleep"]);
}

pub fn stopping_itself() {
    ends_at_wall(&["stop-self"]);
}

pub fn output() {
    for descriptor in ["1", "2"] {
        let mut spec = attack(&["flood", descriptor]);
        spec.limits.output = 100_000;
        let finished = run(&spec);
        assert_eq!(finished.end, End::OutputLimit);
        let (flooded, other) = match descriptor {
            "1" => (&finished.stdout, &finished.stderr),
            _ => (&finished.stderr, &finished.stdout),
        };
        assert_eq!((flooded.len(), other.len()), (100_000, 0));
    }
}

pub fn output_up_to_the_limit_is_no_flood() {
    let mut spec = shell("head -c 1000 /dev/zero");
    spec.limits.output = 1000;
    let finished = run(&spec);
    assert_eq!((finished.end, finished.stdout.len()), (End::Exited(0), 1000));
}

pub fn no_limit_at_all() {
    let mut spec = attack(&["spin-many", "20"]);
    spec.limits =
        RunLimits { cpu: Duration::MAX, wall: Duration::MAX, memory: u64::MAX, output: u64::MAX, pids: u32::MAX };
    assert_eq!(run(&spec).end, End::Exited(0), "the largest limits overflow nothing");
}

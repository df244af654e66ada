//! Out of the box: the network, the host's files, other processes, the kernel.

use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};

use assay_sandbox::{Collect, End, Engine, Into, Layer, Mount, Node, Profile, Sandbox, Stdin};

use crate::arena::{attack, engine_at, folder, mark, nothing_got_through, refused, run, shell, text, which};

pub fn network() {
    let name = format!("assay-{}", mark());
    let _abstract = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let path = std::env::temp_dir().join(&name);
    let _named = UnixListener::bind(&path).unwrap();
    let finished = run(&attack(&["network", &name, path.to_str().unwrap()]));
    std::fs::remove_file(&path).unwrap();
    nothing_got_through(&finished);
}

pub fn interfaces_and_routes() {
    let said = text(&run(&shell("cat /proc/net/dev /proc/net/route")).stdout);
    assert_eq!(said.matches(':').count(), 1, "one interface, the loopback: {said}");
    assert!(said.contains("lo:"), "{said}");
    let sockets = text(&run(&shell("cat /proc/net/unix")).stdout);
    assert!(
        sockets.lines().skip(1).all(|line| line.split_whitespace().count() == 7),
        "a socket with a name: {sockets}"
    );
}

/// Also where Landlock would not let them be read, no mount of the host is there.
pub fn mounts_of_the_host() {
    let said = text(&run(&shell("cat /proc/self/mountinfo")).stdout);
    let mut places: Vec<&str> = said.lines().filter_map(|line| line.split(' ').nth(4)).collect();
    places.retain(|place| !["/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/alternatives"].contains(place));
    places.retain(|place| !place.starts_with("/usr/"));
    if which() == Engine::Bubblewrap {
        // What `bwrap` showed to the helper lies under an empty folder; it is what the spec names, and read-only.
        places.retain(|place| !["/.assay", "/.assay/0", "/.assay/1"].contains(place));
    }
    places.sort_unstable();
    let expected = [
        "/",
        "/attacker",
        "/dev/full",
        "/dev/null",
        "/dev/random",
        "/dev/urandom",
        "/dev/zero",
        "/proc",
        "/read-only",
        "/scratch",
        "/usr",
    ];
    assert_eq!(places, expected, "{said}");
    assert!(
        said.lines().all(|line| line.contains(" - proc ") || line.contains("/scratch ") || line.contains(" ro,")),
        "{said}"
    );
}

/// What `bwrap` shows to its helper is no second way for the program.
pub fn what_the_helper_was_shown() {
    let finished = run(&shell("ls -a /.assay; cat /.assay/1/file; ls /proc/1/root /proc/1/cwd; echo over"));
    assert_eq!(text(&finished.stdout), "over\n", "{}", text(&finished.stderr));
}

pub fn reading_the_host() {
    let (canary, home) = (folder().join("canary"), std::env::var("HOME").unwrap_or("/root".into()));
    nothing_got_through(&run(&attack(&["read-host", canary.to_str().unwrap(), &home])));
}

pub fn writing_the_host() {
    let before = std::fs::metadata("/usr/bin/env").unwrap();
    writing_holds(crate::arena::engine());
    let after = std::fs::metadata("/usr/bin/env").unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    assert_eq!(std::fs::read(folder().join("read-only/file")).unwrap(), b"of the host");
}

fn writing_holds(engine: &dyn Sandbox) {
    nothing_got_through(&engine.run(&attack(&["write-host"])).unwrap());
    let canary = folder().join("canary");
    let before = std::fs::metadata(&canary).unwrap();
    let mut spec = attack(&["write-host"]);
    spec.stdin = Stdin::File(canary.clone());
    nothing_got_through(&engine.run(&spec).unwrap());
    let after = std::fs::metadata(&canary).unwrap();
    assert_eq!((before.mtime_nsec(), before.mode()), (after.mtime_nsec(), after.mode()));
    assert_eq!(std::fs::read(&canary).unwrap(), b"of the host");
}

pub fn tracing() {
    let own = std::process::id().to_string();
    nothing_got_through(&run(&attack(&["traces", &own])));
}

pub fn tracing_with_the_leak_profile() {
    let mut spec = attack(&["lsan-trace"]);
    spec.profile = Profile::Lsan;
    nothing_got_through(&run(&spec));
}

pub fn system_calls() {
    nothing_got_through(&run(&attack(&["syscalls"])));
}

pub fn system_calls_with_the_leak_profile() {
    let mut spec = attack(&["syscalls"]);
    spec.profile = Profile::Lsan;
    nothing_got_through(&run(&spec));
}

pub fn reaching_init() {
    nothing_got_through(&run(&attack(&["reach-init"])));
}

pub fn foreign_architectures() {
    for way in ["x32", "int80"] {
        assert_eq!(run(&attack(&[way])).end, End::Signaled(libc::SIGSYS), "{way}");
    }
}

pub fn log_folder() {
    log_folder_holds(crate::arena::engine());
}

fn log_folder_holds(engine: &dyn Sandbox) {
    let mut spec = attack(&["log-folder"]);
    spec.mounts.push(Mount::LogFolder { at: "/log".into(), size: 1 << 20 });
    spec.collect = vec![Collect { from: "/log".into(), into: Into::Memory, max_bytes: 100, max_entries: 10 }];
    let finished = engine.run(&spec).unwrap();
    nothing_got_through(&finished);
    let entries = &finished.trees[0].entries;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(entries[0].path, b"report");
    assert!(matches!(&entries[0].node, Node::File { content, .. } if content == b"evidence"), "{entries:?}");
}

pub fn log_folder_in_another_mount() {
    let mut spec = attack(&["log-folder"]);
    spec.mounts.push(Mount::LogFolder { at: "/scratch/log".into(), size: 1 << 20 });
    assert_eq!(refused(&spec).layer, Layer::Files);
}

/// Namespaces and mounts carry what an old kernel's Landlock cannot.
pub fn old_landlock(abi: i32) {
    let engine = engine_at(abi);
    assert_eq!(engine.layers().landlock_abi, abi);
    let name = format!("assay-{}-{abi}", mark());
    let _listener = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    let own = std::process::id().to_string();
    for arguments in [&["network", &name][..], &["read-host"], &["syscalls"], &["reach-init"], &["traces", &own]] {
        nothing_got_through(&engine.run(&attack(arguments)).unwrap());
    }
    let killed = engine.run(&attack(&["kill-all"])).unwrap();
    assert_eq!((killed.end, text(&killed.stdout).as_str()), (End::Exited(0), "still here\n"));
    writing_holds(&engine);
    log_folder_holds(&engine);
}

//! Drills: layers taken away for real, and a runner killed in the middle of its work.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assay_sandbox::{Engine, Layer, SandboxError};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

use crate::arena::{Wish, attack, open, which};
use crate::{ROLE, USER};

/// Takes a layer away from this process, then says what opening an engine gives.
pub fn open_without(what: &str) -> Result<(), SandboxError> {
    let flagged = |argument: u8| {
        let flag = libc::CLONE_NEWUSER as u64;
        let condition =
            SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(flag), flag).unwrap();
        vec![SeccompRule::new(vec![condition]).unwrap()]
    };
    let always = |calls: &[libc::c_long]| calls.iter().map(|call| (*call, Vec::new())).collect::<BTreeMap<_, _>>();
    let (calls, errno) = match what {
        "landlock" => (always(&[libc::SYS_landlock_create_ruleset]), libc::ENOSYS),
        "landlock-enforcing" => (always(&[libc::SYS_landlock_restrict_self]), libc::EPERM),
        "namespaces" => ([(libc::SYS_clone, flagged(0)), (libc::SYS_unshare, flagged(0))].into(), libc::EPERM),
        "seccomp" => (always(&[libc::SYS_seccomp]), libc::EINVAL),
        "mounts" => {
            (always(&[libc::SYS_mount, libc::SYS_fsopen, libc::SYS_open_tree, libc::SYS_move_mount]), libc::EPERM)
        }
        "pivot" => (always(&[libc::SYS_pivot_root]), libc::EPERM),
        "capabilities" => (always(&[libc::SYS_capset]), libc::EPERM),
        _ => (BTreeMap::new(), libc::EPERM),
    };
    let apply = |calls: BTreeMap<_, _>, errno: i32| {
        let arch = std::env::consts::ARCH.try_into().unwrap();
        let answer = SeccompAction::Errno(errno as u32);
        let filter = SeccompFilter::new(calls, SeccompAction::Allow, answer, arch).unwrap();
        let program: BpfProgram = filter.try_into().unwrap();
        apply_filter(&program).unwrap();
    };
    if what == "namespaces" {
        // A filter cannot see into clone3; containers answer as if it were not there.
        apply(always(&[libc::SYS_clone3]), libc::ENOSYS);
    }
    if !calls.is_empty() {
        apply(calls, errno);
    }
    open(Wish::default()).map(drop)
}

/// Starts this program again in a role, as this or another user.
fn again(program: &Path, role: &str, as_user: bool) -> Command {
    let mut command = Command::new(program);
    command.env(ROLE, role);
    if as_user && rustix::process::geteuid().is_root() {
        std::os::unix::process::CommandExt::uid(&mut command, USER);
        std::os::unix::process::CommandExt::gid(&mut command, USER);
    }
    command
}

pub fn missing_layers() {
    let program = std::env::current_exe().unwrap();
    for as_user in [false, true] {
        for (what, layer, remedy) in [
            ("landlock", Layer::Landlock, "landlock"),
            ("landlock-enforcing", Layer::Landlock, "landlock"),
            ("namespaces", Layer::Namespaces, "namespaces"),
            ("seccomp", Layer::Seccomp, "seccomp"),
            ("mounts", Layer::Root, "mounts"),
            ("pivot", Layer::Root, ""),
            ("capabilities", Layer::Privileges, ""),
        ] {
            let output = again(&program, &format!("without {what}"), as_user).output().unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert_eq!(output.status.code(), Some(3), "without {what}: {said} {output:?}");
            let error: SandboxError = serde_json::from_str(&said).unwrap();
            assert_eq!(error.layer, layer, "without {what}: {error}");
            assert!(error.remedy.to_lowercase().contains(remedy) && error.remedy.len() > 20, "without {what}: {error}");
        }
        let whole = again(&program, "without nothing", as_user).output().unwrap();
        assert_eq!(whole.status.code(), Some(0), "{whole:?}");
        let drill = again(&program, "without nothing", as_user).env("ASSAY_LANDLOCK_ABI", "2").output().unwrap();
        let error: SandboxError = serde_json::from_slice(&drill.stdout).unwrap();
        assert_eq!((error.layer, error.remedy.as_str()), (Layer::Landlock, "unset ASSAY_LANDLOCK_ABI"));
    }
}

/// Runs specs for ever, from several threads.
pub fn run_for_ever() -> ! {
    let engine = open(Wish::default()).unwrap();
    std::thread::scope(|scope| {
        for attack_name in ["fork-bomb", "daemon", "sleep", "hog", "litter"] {
            let engine = &engine;
            scope.spawn(move || {
                let mut spec = attack(&[attack_name]);
                spec.limits.wall = Duration::from_millis(300);
                spec.collect = vec![assay_sandbox::Collect {
                    from: "/scratch".into(),
                    into: assay_sandbox::Into::Memory,
                    max_bytes: 1 << 20,
                    max_entries: 100,
                }];
                loop {
                    let _ = assay_sandbox::Sandbox::run(engine, &spec);
                }
            });
        }
    });
    std::process::exit(0)
}

/// Processes that execute this program file or stem from it.
fn executing(program: &Path, token: &str) -> Vec<String> {
    let own = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.to_owned();
            if pid == own || !pid.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            let exe = std::fs::read_link(entry.path().join("exe")).ok().is_some_and(|exe| exe == program);
            let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
            let marked = environ.windows(token.len()).any(|window| window == token.as_bytes());
            (exe || marked).then_some(pid)
        })
        .collect()
}

pub fn killed_runners() {
    let mut random = 0x2545_f491_u64 ^ u64::from(std::process::id());
    let program = std::env::current_exe().unwrap();
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let here = tempfile::tempdir().unwrap();
    crate::runs::open_to_all(here.path());
    let rounds = if which() == Engine::Native { 50 } else { 20 };
    for round in 0..rounds {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let own: PathBuf = here.path().join(format!("runner-{round}"));
        std::fs::copy(&program, &own).unwrap();
        let mut runner = again(&own, "run for ever", round % 2 == 1)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .env("TMPDIR", here.path())
            .spawn()
            .unwrap();
        let token = format!("-{}.", runner.id());
        std::thread::sleep(Duration::from_micros(random >> 32 & 0x3ffff));
        runner.kill().unwrap();
        runner.wait().unwrap();
        let killed = Instant::now();
        while !executing(&own, &token).is_empty() {
            let left = killed.elapsed();
            assert!(left < Duration::from_secs(2), "{:?} after {left:?}", executing(&own, &token));
            std::thread::sleep(Duration::from_millis(5));
        }
        std::fs::remove_file(&own).unwrap();
    }
    // A killed runner leaves its control groups, empty, to the next one that opens.
    drop(open(Wish::default()).unwrap());
    assert_eq!(std::fs::read_to_string("/proc/self/mountinfo").unwrap(), mounts);
    assert_eq!(std::fs::read_dir(here.path()).unwrap().count(), 0, "a file is left");
}

/// What the host mounts is often shared among namespaces; what a run mounts must not come back that way.
pub fn shared_mounts() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let program = std::env::current_exe().unwrap();
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "shared", "--"]).arg(program).env(ROLE, "shared mounts");
    let output = command.output().expect("`unshare` of util-linux is needed");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "the same", "{output:?}");
}

/// In a namespace whose mounts are shared: runs with a mount inside a mount, and says whether anything came of it here.
pub fn mount_inside_a_mount() -> &'static str {
    let table = || std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let host = tempfile::tempdir().unwrap();
    crate::runs::open_to_all(host.path());
    std::fs::create_dir(host.path().join("inner")).unwrap();
    let before = table();
    assert!(before.contains("shared:"), "{before}");
    let mut spec = attack(&["sleep", "1"]);
    spec.mounts.push(assay_sandbox::Mount::ReadOnly { host: host.path().into(), at: "/given".into() });
    spec.mounts.push(assay_sandbox::Mount::Scratch { at: "/given/inner".into(), size: 1 << 20 });
    let during = std::thread::scope(|scope| {
        let run = scope.spawn(|| crate::arena::run(&spec));
        std::thread::sleep(Duration::from_millis(500));
        let during = table();
        assert_eq!(run.join().unwrap().end, assay_sandbox::End::Exited(0));
        during
    });
    if during == before && table() == before { "the same" } else { "mounts came back" }
}

pub fn nothing_leaks() {
    let output = again(&std::env::current_exe().unwrap(), "a thousand runs", false).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "(0, 0)", "{output:?}");
}

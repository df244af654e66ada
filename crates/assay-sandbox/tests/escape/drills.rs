//! Drills: layers taken away for real, and a runner killed in the middle of its work.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::BufRead as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use assay_sandbox::{Engine, Layer, SandboxError};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter,
};

use crate::arena::{Wish, attack, open, which};
use crate::{ROLE, USER};

/// How long a test waits for what takes milliseconds, before it calls it hung: the machine may be busy with other things.
pub const LONGEST: Duration = Duration::from_secs(120);

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
    println!("open");
    std::thread::scope(|scope| {
        // Those that end at once are nearly always just being started: that is when a kill finds a process half made.
        for what in ["fork-bomb", "daemon", "sleep", "hog", "litter", ":", ":", ":", ":"] {
            let engine = &engine;
            scope.spawn(move || {
                let mut spec = if what == ":" { crate::arena::shell(what) } else { attack(&[what]) };
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

/// Processes that execute this program file, are marked by it, or belong to the session that it began: `bwrap` executes
/// another program, with nothing in its environment.
fn stemming(program: &Path, token: &str, session: u32) -> Vec<String> {
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
            let stat = std::fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            // What follows the name: state, parent, group, session. Who has ended and waits to be noticed holds nothing.
            let fields: Vec<&str> = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ').collect();
            let member = fields.first() != Some(&"Z") && fields.get(3) == Some(&session.to_string().as_str());
            (exe || marked || member).then_some(pid)
        })
        .collect()
}

/// A runner that runs for ever, in a session of its own and, where asked, once its engine is open.
fn runner(program: &Path, as_user: bool, temp: &Path, opened: bool, path: &OsStr) -> Child {
    let mut runner = again(Path::new("setsid"), "run for ever", as_user)
        .arg(program)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .env("TMPDIR", temp)
        .env("PATH", path)
        .spawn()
        .expect("`setsid` of util-linux is needed");
    if opened {
        let mut said = String::new();
        std::io::BufReader::new(runner.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "open\n");
    }
    runner
}

/// Kills the runner alone, and waits until nothing is left of it.
fn kill(mut runner: Child, program: &Path) {
    runner.kill().unwrap();
    runner.wait().unwrap();
    let token = format!("-{}.", runner.id());
    let killed = Instant::now();
    loop {
        let left = stemming(program, &token, runner.id());
        if left.is_empty() {
            return;
        }
        assert!(killed.elapsed() < LONGEST, "{left:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub fn killed_runners() {
    let mut random = 0x2545_f491_u64 ^ u64::from(std::process::id());
    let program = std::env::current_exe().unwrap();
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let here = tempfile::tempdir().unwrap();
    crate::runs::open_to_all(here.path());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let rounds = if which() == Engine::Native { 50 } else { 30 };
    for round in 0..rounds {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let own: PathBuf = here.path().join(format!("runner-{round}"));
        std::fs::copy(&program, &own).unwrap();
        // Most are killed among their first runs, the others while they try out what the machine gives.
        let runner = runner(&own, round % 2 == 1, here.path(), round % 4 > 0, &path);
        std::thread::sleep(Duration::from_micros(random >> 32 & 0x1ffff));
        kill(runner, &own);
        std::fs::remove_file(&own).unwrap();
    }
    // A killed runner leaves its control groups, empty, to the next one that opens.
    drop(open(Wish::default()).unwrap());
    assert_eq!(std::fs::read_to_string("/proc/self/mountinfo").unwrap(), mounts);
    assert_eq!(std::fs::read_dir(here.path()).unwrap().count(), 0, "a file is left");
}

/// For some microseconds `bwrap` has a child that would outlive it: here it has one all the time.
pub fn what_bwrap_has_half_made() {
    if which() == Engine::Native {
        return;
    }
    let program = std::env::current_exe().unwrap();
    let here = tempfile::tempdir().unwrap();
    crate::runs::open_to_all(here.path());
    let path = std::env::var_os("PATH").unwrap_or_default();
    let real = std::env::split_paths(&path).map(|folder| folder.join("bwrap")).find(|path| path.exists()).unwrap();
    let real = real.display();
    // It lets go of what the run is reported through, so that the runs themselves go on as ever.
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] || sleep 1000 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&- &\nexec {real} \"$@\"\n"
    );
    let wrapper = here.path().join("bwrap");
    std::fs::write(&wrapper, script).unwrap();
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::join_paths([here.path().into()].into_iter().chain(std::env::split_paths(&path))).unwrap();
    for as_user in [false, true] {
        let runner = runner(&program, as_user, here.path(), true, &path);
        std::thread::sleep(Duration::from_millis(100));
        let left = || stemming(Path::new("/"), "nothing", runner.id());
        let command = |pid: &String| std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        assert!(left().iter().any(|pid| command(pid) == "sleep\n"), "the drill has no such child");
        kill(runner, Path::new("/"));
    }
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

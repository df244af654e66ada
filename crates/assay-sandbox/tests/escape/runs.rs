//! What a run is given, how its end is told, and what is left of it: nothing.

use std::io::Write;
use std::time::{Duration, Instant};

use assay_sandbox::{End, Engine, Layer, Mount, Spec, Stdin, Task};

use crate::arena::{attack, engine, folder, mark, marked, refused, run, shell, text, which};
use crate::drills::LONGEST;

fn exec(spec: &mut Spec, new: &[&str]) {
    if let Task::Exec { argv, .. } = &mut spec.task {
        *argv = new.iter().map(|&word| word.to_owned()).collect();
    }
}

fn not_started(argv: &[&str]) -> String {
    let mut spec = attack(&[]);
    exec(&mut spec, argv);
    match run(&spec).end {
        End::NotStarted(reason) => reason,
        other => panic!("{argv:?} ended with {other:?}"),
    }
}

pub fn exit_statuses() {
    for status in [0, 1, 2, 3, 42, 77, 125, 126, 127, 128, 139, 255] {
        assert_eq!(run(&attack(&["die", "exit", &status.to_string()])).end, End::Exited(status));
    }
}

pub fn signals() {
    // The others stop a process or do nothing to it.
    let deadly = (1..=64).filter(|signal| !matches!(signal, 17..=23 | 28 | 32 | 33));
    for signal in deadly {
        assert_eq!(run(&attack(&["die", "signal", &signal.to_string()])).end, End::Signaled(signal));
    }
}

pub fn closed_stdio() {
    assert_eq!(run(&attack(&["close-stdio"])).end, End::Exited(7));
}

/// A builtin that breaks on what it reads.
pub fn breaking(request: &[u8], _: &mut dyn Write) -> Result<(), String> {
    match request {
        b"panic" => panic!("broken by hostile bytes"),
        _ => Err("refused".into()),
    }
}

/// A builtin that works.
pub fn echoing(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    write!(out, "{} {descriptors}", text(request)).map_err(|error| error.to_string())
}

pub fn builtins() {
    let of = |name: &str, request: &[u8]| {
        let mut spec = attack(&[]);
        spec.task = Task::Builtin { name: name.into(), request: request.into() };
        run(&spec)
    };
    assert_eq!(text(&of("echo", b"said").stdout), "said 4", "stdio, and the folder it lists");
    assert_eq!(of("break", b"panic").end, End::Exited(101));
    let refused = of("break", b"other");
    assert_eq!((refused.end, text(&refused.stderr).as_str()), (End::Exited(1), "refused\n"));
}

pub fn killing_everything() {
    let finished = run(&attack(&["kill-all"]));
    assert_eq!((finished.end, text(&finished.stdout).as_str()), (End::Exited(0), "still here\n"));
}

pub fn nothing_is_inherited() {
    let mut spec = attack(&["inside"]);
    spec.cwd = "/scratch".into();
    spec.stdin = Stdin::File(folder().join("canary"));
    if let Task::Exec { env, .. } = &mut spec.task {
        *env = vec![("ONE".into(), "1".into()), ("TWO".into(), "a=b c".into())];
    }
    let finished = run(&spec);
    assert_eq!(finished.pid, 2);
    let said = text(&finished.stdout);
    let mut lines: Vec<&str> = said.lines().collect();
    lines.sort_unstable();
    let mut expected = vec![
        "cwd /scratch",
        "env ONE=1",
        "env TWO=a=b c",
        "fd 0",
        "fd 1",
        "fd 2",
        "gid 1000 1000 1000",
        "groups 1",
        "hostname assay",
        "pid 2 parent 1 session 1",
        "process 1",
        "process 2",
        "stdin of the host",
        "uid 1000 1000 1000",
        "umask 022",
    ];
    // With one id mapped, groups of the host that are left show as the overflow group.
    if lines.contains(&"groups 0") {
        expected[7] = "groups 0";
    }
    assert_eq!(lines, expected);
}

pub fn programs_that_cannot_start() {
    assert!(not_started(&["/no/such/program"]).contains("No such file"));
    assert!(not_started(&["no-such-program"]).contains("no-such-program"));
    assert!(not_started(&["/read-only/file"]).contains("ermission denied"));
    assert!(not_started(&["/scratch"]).contains("ermission denied"));
    assert!(not_started(&[]).contains("empty"));
    assert!(not_started(&[""]).contains("empty"));
    assert!(not_started(&["/attacker", "a\0b"]).contains("NUL"));
    let mut spec = attack(&[]);
    spec.task = Task::Builtin { name: "no such builtin".into(), request: Vec::new() };
    assert!(matches!(run(&spec).end, End::NotStarted(reason) if reason.contains("no such builtin")));
}

pub fn host_paths_that_are_missing() {
    let path = folder().join("no such file");
    let mut mounted = attack(&["die", "exit", "0"]);
    mounted.mounts.push(Mount::ReadOnly { host: path.clone(), at: "/x".into() });
    let mut read = attack(&["die", "exit", "0"]);
    read.stdin = Stdin::File(path.clone());
    for spec in [mounted, read] {
        let error = refused(&spec);
        assert_eq!(error.layer, Layer::Files);
        assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
    }
    let mut elsewhere = attack(&["die", "exit", "0"]);
    elsewhere.cwd = "/no/such/folder".into();
    assert!(refused(&elsewhere).to_string().contains("/no/such/folder"));
}

pub fn standard_input_must_be_a_file() {
    let fifo = std::env::temp_dir().join(format!("assay-fifo-{}", mark()));
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    for path in [fifo.clone(), "/dev/zero".into(), folder()] {
        let mut spec = attack(&["die", "exit", "0"]);
        spec.stdin = Stdin::File(path);
        assert_eq!(refused(&spec).layer, Layer::Files);
    }
    std::fs::remove_file(fifo).unwrap();
}

pub fn mounts_through_links_or_outside() {
    let host = tempfile::tempdir().unwrap();
    let copied = tempfile::tempdir().unwrap();
    open_to_all(host.path());
    open_to_all(copied.path());
    std::os::unix::fs::symlink(host.path(), copied.path().join("link")).unwrap();
    for at in ["/copied/link/in", "/copied/link", "/bin/in", "relative", "/scratch/../../x", "/", "/proc/x", "/usr/x"] {
        let mut spec = attack(&["die", "exit", "0"]);
        spec.mounts.push(Mount::Copy { host: copied.path().into(), at: "/copied".into(), size: 1 << 20 });
        spec.mounts.push(Mount::Scratch { at: at.into(), size: 1 << 20 });
        assert_eq!(refused(&spec).layer, Layer::Files, "{at}");
    }
    assert_eq!(std::fs::read_dir(host.path()).unwrap().count(), 0, "something was made on the host");
}

/// What is mounted as data can be read, and neither executed nor mapped as code by a loader.
pub fn data_is_no_code() {
    let temporary = tempfile::tempdir().unwrap();
    let data = temporary.path().to_owned();
    std::fs::copy("/usr/bin/true", data.join("program")).unwrap();
    open_to_all(&data);
    let command = "cat /data/program >/dev/null || exit 9; \
        /data/program 2>/dev/null; direct=$?; \
        /lib64/ld-linux-x86-64.so.2 /data/program 2>/dev/null; loaded=$?; \
        echo $direct $loaded";
    let said = |mount: Mount| {
        let mut spec = shell(command);
        spec.mounts.push(mount);
        text(&run(&spec).stdout).trim().to_owned()
    };
    let (host, at) = (data.clone(), "/data".into());
    assert_eq!(said(Mount::ReadOnly { host: host.clone(), at: "/data".into() }), "0 0");
    let data_only = said(Mount::Data { host, at });
    assert!(data_only.split(' ').all(|status| status != "0" && status != "9"), "{data_only}");
}

pub fn copies_that_do_not_fit() {
    let big = tempfile::tempdir().unwrap();
    open_to_all(big.path());
    std::fs::write(big.path().join("big"), vec![1; 2 << 20]).unwrap();
    let mut spec = attack(&["die", "exit", "0"]);
    spec.mounts.push(Mount::Copy { host: big.path().into(), at: "/copied".into(), size: 1 << 20 });
    let error = refused(&spec);
    assert!(error.layer == Layer::Files && error.what.contains("/copied"), "{error}");
}

pub fn an_unreadable_toolchain() {
    let private = tempfile::tempdir().unwrap();
    set_mode(private.path(), if rustix::process::geteuid().is_root() { 0o700 } else { 0o300 });
    let at = std::path::PathBuf::from("/toolchain");
    let host = private.path().to_path_buf();
    for mount in [Mount::ReadOnly { host: host.clone(), at: at.clone() }, Mount::Copy { host, at, size: 1 << 20 }] {
        let mut spec = attack(&["die", "exit", "0"]);
        spec.mounts.push(mount);
        let error = refused(&spec);
        assert_eq!(error.layer, Layer::Files, "{error}");
        assert!(error.what.contains(private.path().to_str().unwrap()), "{error}");
        let remedy = if rustix::process::geteuid().is_root() { "chmod -R o+rX" } else { "the user who runs Assay" };
        assert!(error.remedy.contains(remedy), "{error}");
    }
    set_mode(private.path(), 0o700);
}

pub fn a_folder_below_a_private_one() {
    let private = tempfile::tempdir().unwrap();
    let public = private.path().join("public");
    std::fs::create_dir(&public).unwrap();
    std::fs::write(public.join("file"), "seen").unwrap();
    open_to_all(&public);
    set_mode(private.path(), 0o700);
    let mut spec = shell("cat /given/file /copied/file");
    spec.mounts.push(Mount::ReadOnly { host: public.clone(), at: "/given".into() });
    spec.mounts.push(Mount::Copy { host: public, at: "/copied".into(), size: 1 << 20 });
    assert_eq!(text(&run(&spec).stdout), "seenseen");
}

/// For the user that root's runs are under.
pub fn open_to_all(path: &std::path::Path) {
    set_mode(path, 0o755);
}

fn set_mode(path: &std::path::Path, mode: u32) {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

pub fn many_mounts() {
    let mut spec = attack(&[]);
    let already = spec.mounts.len();
    let places: Vec<String> = (already..200).map(|number| format!("/many/{number}")).collect();
    let words: Vec<&str> = ["cat"].into_iter().chain(places.iter().map(String::as_str)).collect();
    exec(&mut spec, &words);
    for at in places.iter().map(Into::into) {
        spec.mounts.push(Mount::ReadOnly { host: folder().join("canary"), at });
    }
    let finished = run(&spec);
    assert_eq!(
        text(&finished.stdout),
        "of the host".repeat(200 - already),
        "{:?} {}",
        finished.end,
        text(&finished.stderr)
    );
    spec.mounts.push(Mount::Scratch { at: "/one-more".into(), size: 4096 });
    assert_eq!(refused(&spec).layer, Layer::Files);
}

pub fn large_arguments() {
    let many: Vec<String> = (0..1000).map(|number| format!("{number:0>100}")).collect();
    let mut spec = shell("echo $# ${#BIG}");
    if let Task::Exec { argv, env } = &mut spec.task {
        argv.push("sh".into());
        argv.extend(many);
        env.push(("BIG".into(), "x".repeat(100_000)));
    }
    assert_eq!(text(&run(&spec).stdout), "1000 100000\n");
    let reason = not_started(&["/attacker", &"x".repeat(200_000)]);
    assert!(reason.contains("too long"), "{reason}");
}

pub fn a_daemon_does_not_outlive_its_run() {
    let own = format!("{}-daemon", mark());
    let mut spec = attack(&["daemon"]);
    if let Task::Exec { env, .. } = &mut spec.task {
        env.push(("DAEMON".into(), own.clone()));
    }
    assert_eq!(run(&spec).end, End::Exited(0));
    assert_eq!(marked(&own), Vec::<u32>::new());
}

pub fn eight_threads_at_once() {
    std::thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for round in 0..12 {
                    let status = thread * 12 + round;
                    let spec = shell(&format!("echo {status}; exit {status}"));
                    let finished = run(&spec);
                    assert_eq!(finished.end, End::Exited(status));
                    assert_eq!(text(&finished.stdout), format!("{status}\n"));
                }
            });
        }
    });
}

/// Returns what a thousand runs left: descriptors of this process, and children of
/// the launcher beyond the two of the native engine that stand ready for the next runs.
pub fn a_thousand_runs() -> (usize, usize) {
    let ready = if which() == Engine::Native { 2 } else { 0 };
    let engine = engine();
    let descriptors = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let spec = attack(&["die", "exit", "0"]);
    engine.run(&spec).unwrap();
    let before = descriptors();
    for _ in 0..1000 {
        assert_eq!(engine.run(&spec).unwrap().end, End::Exited(0));
    }
    let more = descriptors() - before;
    let children = |pid: &str| std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    let launcher = children(&std::process::id().to_string()).trim().to_owned();
    let count = || children(&launcher).split_whitespace().count();
    let started = Instant::now();
    while count() != ready && started.elapsed() < LONGEST {
        std::thread::sleep(Duration::from_millis(10));
    }
    (more, count() - ready)
}

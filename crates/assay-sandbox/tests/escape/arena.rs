//! Where the suite fights: a world-readable folder with the attacker in it, one
//! engine for all tests, and the usual spec.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use assay_sandbox::{
    Bubblewrap, BubblewrapOptions, Engine, Finished, Mount, Native, NativeOptions, Sandbox, SandboxError, Spec, Task,
};

/// The variable that names the arena to the processes of the suite.
pub const ARENA: &str = "ASSAY_ESCAPE_ARENA";

/// The variable that names the engine to the processes of the suite.
pub const ENGINE: &str = "ASSAY_ESCAPE_ENGINE";

/// In the environment of every attacker, to find those that got away.
pub const MARK: &str = "ASSAY_ESCAPE_MARK";

const PARTS: [(&str, &str); 7] = [
    ("attacker.h", include_str!("attacker/attacker.h")),
    ("main.c", include_str!("attacker/main.c")),
    ("reach.c", include_str!("attacker/reach.c")),
    ("kernel.c", include_str!("attacker/kernel.c")),
    ("exhaust.c", include_str!("attacker/exhaust.c")),
    ("behave.c", include_str!("attacker/behave.c")),
    ("joined.c", include_str!("attacker/joined.c")),
];

/// Makes the arena: builds the attacker, lays out the host files it looks for.
pub fn build(folder: &Path) {
    let mut compile = Command::new("cc");
    compile.current_dir(folder).args(["-O1", "-w", "-pthread", "-o", "attacker"]);
    for (name, text) in PARTS {
        std::fs::write(folder.join(name), text).unwrap();
        if name.ends_with(".c") {
            compile.arg(name);
        }
    }
    assert!(compile.status().expect("a C compiler `cc` is needed").success());
    std::fs::create_dir(folder.join("read-only")).unwrap();
    for name in ["canary", "read-only/file"] {
        std::fs::write(folder.join(name), "of the host").unwrap();
    }
}

/// Makes the host's files in the arena this user's own, who may then do with them what he likes.
pub fn give_to(folder: &Path, user: u32) {
    for name in ["canary", "read-only", "read-only/file"] {
        std::os::unix::fs::chown(folder.join(name), Some(user), Some(user)).unwrap();
    }
}

/// The arena's folder.
pub fn folder() -> PathBuf {
    PathBuf::from(std::env::var_os(ARENA).expect("the suite was started without an arena"))
}

/// Which engine this process of the suite is about.
pub fn which() -> Engine {
    std::env::var(ENGINE).expect("the suite was started without an engine").parse().unwrap()
}

/// What of an engine a test needs to be otherwise.
#[derive(Default)]
pub struct Wish {
    pub landlock_abi: Option<i32>,
    pub reserve: Option<u64>,
    pub without_cgroups: bool,
}

/// Opens the engine that this process is about.
pub fn open(wish: Wish) -> Result<Box<dyn Sandbox>, SandboxError> {
    let Wish { landlock_abi, reserve, without_cgroups } = wish;
    Ok(match which() {
        Engine::Native => {
            let options = NativeOptions { landlock_abi, reserve, without_cgroups, ..NativeOptions::default() };
            Box::new(Native::open(&options)?)
        }
        Engine::Bubblewrap => {
            let options = BubblewrapOptions { landlock_abi, reserve, without_cgroups, ..BubblewrapOptions::default() };
            Box::new(Bubblewrap::open(&options)?)
        }
    })
}

/// The engine of this process.
pub fn engine() -> &'static dyn Sandbox {
    static OPEN: OnceLock<Box<dyn Sandbox>> = OnceLock::new();
    OPEN.get_or_init(|| open(Wish::default()).unwrap()).as_ref()
}

/// An engine that enforces no more than this Landlock ABI.
pub fn engine_at(abi: i32) -> Box<dyn Sandbox> {
    open(Wish { landlock_abi: Some(abi), ..Wish::default() }).unwrap()
}

/// The attacker with these arguments, 8 MiB of scratch and tight limits.
pub fn attack(arguments: &[&str]) -> Spec {
    let argv = [&["/attacker"], arguments].concat();
    let env = vec![("PATH".into(), "/usr/bin:/bin".into()), (MARK.into(), mark())];
    let mut spec = Spec::of(Task::Exec { argv: argv.into_iter().map(str::to_owned).collect(), env });
    spec.mounts = vec![
        Mount::ReadOnly { host: folder().join("attacker"), at: "/attacker".into() },
        Mount::ReadOnly { host: folder().join("read-only"), at: "/read-only".into() },
        Mount::Scratch { at: "/scratch".into(), size: 8 << 20 },
    ];
    spec.limits.memory = 64 << 20;
    spec.limits.cpu = Duration::from_secs(20);
    spec
}

/// A shell command with the same surroundings.
pub fn shell(text: &str) -> Spec {
    let mut spec = attack(&[]);
    if let Task::Exec { argv, .. } = &mut spec.task {
        *argv = ["/bin/sh", "-c", text].map(str::to_owned).into();
    }
    spec
}

/// Runs a spec in the suite's engine.
pub fn run(spec: &Spec) -> Finished {
    engine().run(spec).unwrap()
}

/// Runs a spec that must not run.
pub fn refused(spec: &Spec) -> SandboxError {
    engine().run(spec).expect_err("it ran")
}

/// Every attempt of an attack must have failed.
#[track_caller]
pub fn nothing_got_through(finished: &Finished) {
    let said = text(&finished.stdout);
    assert_eq!(finished.end, assay_sandbox::End::Exited(0), "{said}{}", text(&finished.stderr));
    assert!(!said.is_empty() && !said.contains("GOT THROUGH") && !said.contains("SHOULD WORK"), "{said}");
}

/// Output as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What tells the attackers of this process from all others.
pub fn mark() -> String {
    let folder = folder();
    format!("{}-{}.", folder.file_name().unwrap().to_str().unwrap(), std::process::id())
}

/// Processes on the host whose environment holds this text.
pub fn marked(mark: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != std::process::id())
        .filter(|pid: &u32| {
            let environ = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
            environ.windows(mark.len()).any(|window| window == mark.as_bytes())
        })
        .collect()
}

//! The hook for Java is an agent, which the machine loads only as a jar: it is
//! compiled from the runner's own source, in the sandbox, by the JDK that the
//! bundle asks for. Nothing of the bundle is there while that happens.

use std::fs;
use std::path::Path;
use std::time::Duration;

use assay_sandbox::{Collect, End, Into as Destination, Mount, Sandbox, Spec, Task};

use super::JAVA;
use crate::layout::{HOOK, OUT, SCRATCH};
use crate::oracle::end_words;
use crate::recipe::{self, Step};
use crate::toolchain::Toolchain;
use crate::work::write_readable;

const SOURCE: &str = include_str!("AssayHook.java");
const MANIFEST: &str = "Premain-Class: AssayHook\n";

/// The package that brings the compiler, by its Debian name.
const REMEDY: &str = "install a JDK (on Debian and Ubuntu: `apt-get install default-jdk-headless`)";

/// Options of the machine: the agent, and as few threads and files as will do.
pub(crate) fn options() -> String {
    format!("-javaagent:{HOOK}/{JAVA} -XX:+UseSerialGC -XX:-UsePerfData -XX:TieredStopAtLevel=1")
}

/// Compiles the agent into the hook folder. `made` is an empty folder of the proof's own.
///
/// # Errors
///
/// Why there is none, with what to install.
pub(crate) fn compile(sandbox: &dyn Sandbox, toolchain: &Toolchain, made: &Path, hooks: &Path) -> Result<(), String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let run = |argv: &[&str]| Step::Run { argv: words(argv), cwd: SCRATCH.into(), env: Vec::new() };
    let steps = vec![
        Step::WriteFile { to: format!("{SCRATCH}/AssayHook.java").into(), content: SOURCE.into() },
        Step::WriteFile { to: format!("{SCRATCH}/manifest").into(), content: MANIFEST.into() },
        run(&["javac", "-J-XX:+UseSerialGC", "-J-XX:-UsePerfData", "-d", "classes", "AssayHook.java"]),
        run(&["jar", "-J-XX:-UsePerfData", "cfm", &format!("{OUT}/{JAVA}"), "manifest", "-C", "classes", "."]),
    ];
    let env = recipe::common_env(&toolchain.path_variable());
    let request = serde_json::to_vec(&recipe::Request { steps, env }).map_err(|error| error.to_string())?;
    let mut spec = Spec::of(Task::Builtin { name: recipe::BUILTIN.into(), request });
    spec.mounts.clone_from(&toolchain.mounts);
    spec.mounts.push(Mount::Scratch { at: SCRATCH.into(), size: 64 << 20 });
    spec.mounts.push(Mount::Scratch { at: OUT.into(), size: 16 << 20 });
    spec.limits.cpu = Duration::from_secs(120);
    spec.limits.wall = Duration::from_secs(300);
    spec.limits.memory = 1 << 30;
    spec.limits.pids = 256;
    spec.collect = vec![Collect {
        from: OUT.into(),
        into: Destination::Folder(made.to_owned()),
        max_bytes: 16 << 20,
        max_entries: 16,
    }];
    let finished = sandbox.run(&spec).map_err(|error| error.to_string())?;
    let jar = made.join(JAVA);
    if finished.end != End::Exited(0) || !jar.is_file() {
        let said = String::from_utf8_lossy(&finished.stderr);
        let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        return Err(format!(
            "the hook for Java could not be compiled ({}: {first}); {REMEDY}",
            end_words(&finished.end)
        ));
    }
    let bytes = fs::read(&jar).map_err(|error| format!("the hook for Java: {error}"))?;
    write_readable(hooks, JAVA, &bytes, false).map_err(|error| format!("the hook for Java: {error}"))
}

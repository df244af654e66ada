//! The second run of the suite, as an ordinary user: other layers carry the same duties there.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use libtest_mimic::{Failed, Trial};

use super::bench::{ASSAY, BUNDLES, Bench, copy_folder, open};
use super::hold;

/// A user and group that no system gives out.
const NOBODY_ELSE: u32 = 12_345;

/// What the second run proves: something of every chapter, nothing that only sleeps.
pub const THIRD: &[&str] = &[
    "build-floods",
    "build-fork-bomb",
    "build-network",
    "build-reads-host",
    "build-tampers",
    "canary-through-link",
    "cargo-build-script",
    "fix-replaces-malloc",
    "forged-log-of-another",
    "fork-bomb",
    "gains-privilege",
    "hides-cpu-in-children",
    "inherited-descriptors",
    "kernel-surface",
    "kills-parent",
    "leaves-a-daemon",
    "log-folder-traps",
    "memory-hog-family",
    "memory-in-memfd",
    "memory-in-pipes",
    "memory-in-shm",
    "nested-namespaces",
    "network-connect",
    "network-host-listener",
    "network-unix",
    "npm-name-climbs",
    "out-device",
    "out-links-away",
    "output-flood",
    "patch-makes-link",
    "reads-host-secrets",
    "scratch-inodes",
    "scratch-names",
    "stops-parent",
    "traces-parent",
    "wheel-startup-files",
    "writes-to-host",
];

/// Whether this is the second run.
pub fn is_second_run() -> bool {
    std::env::var_os(ASSAY).is_some()
}

/// As root: the second run as one test.
pub fn trial(bench: &Bench) -> Option<Trial> {
    rustix::process::geteuid().is_root().then(|| super::trial(bench, "as-an-ordinary-user", second_run))
}

fn second_run(bench: &Bench) -> Result<(), Failed> {
    let folder = bench.fresh();
    let (suite, bundles, temporary) =
        (folder.path().join("suite"), folder.path().join("bundles"), folder.path().join("tmp"));
    fs::copy(std::env::current_exe()?, &suite)?;
    copy_folder(&bench.bundles, &bundles, &[]);
    fs::create_dir(&temporary)?;
    open(&temporary);
    std::os::unix::fs::chown(&temporary, Some(NOBODY_ELSE), Some(NOBODY_ELSE))?;
    let output = Command::new(&suite)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("TMPDIR", &temporary)
        .env("HOME", &temporary)
        .env(ASSAY, &bench.assay)
        .env(BUNDLES, &bundles)
        .args(["--test-threads", "2"])
        .current_dir("/")
        .stdin(Stdio::null())
        .uid(NOBODY_ELSE)
        .gid(NOBODY_ELSE)
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    hold(output.status.success(), format!("{said}\n{}", String::from_utf8_lossy(&output.stderr)))?;
    hold(said.contains(&format!("{} passed", THIRD.len())), format!("not all were run\n{said}"))
}

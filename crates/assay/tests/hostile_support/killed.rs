//! The runner is killed in the middle of its work, and nothing of it stays behind.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};

use super::bench::{copy_folder, open};
use super::run::command;
use super::stored::judged;
use super::{Bench, Bundle, hold, host, prove, trial};

/// Bundles whose programs would outlive a careless runner.
const VICTIMS: &[&str] = &["fork-bomb", "leaves-a-daemon", "build-floods", "build-sleeps", "sleeps-forever"];
const ROUNDS: u32 = 20;

/// The one test.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    vec![trial(bench, "runner-killed", runner_killed)]
}

fn runner_killed(bench: &Bench) -> Result<(), Failed> {
    let folder = bench.fresh();
    let own = own_bench(bench, folder.path());
    // Different moments in every run of the suite; named, so that a failure can be repeated.
    let seed = u64::from(std::process::id()) ^ u64::from(jiff::Timestamp::now().subsec_nanosecond().unsigned_abs());
    for round in 0..ROUNDS {
        let moment = Duration::from_millis(scrambled(seed, round) % 1500);
        let victim = VICTIMS[round as usize % VICTIMS.len()];
        let bundle = folder.path().join("victim");
        copy_folder(&bench.bundles.join(victim), &bundle, &["expected"]);
        let runner = command(&own)
            .args(["prove".as_ref(), bundle.as_os_str()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        killed_after(&own, runner, moment).map_err(|error| {
            Failed::from(format!("{victim} killed after {moment:?} (seed {seed}): {}", error.message().unwrap_or("")))
        })?;
        fs::remove_dir_all(&bundle)?;
    }
    // The next start sweeps, and works.
    judged(&prove(&own, Bundle::new(bench).path())?, &["not-reproduced"], Some("claimant"))?;
    let left: Vec<PathBuf> = fs::read_dir(own.cache().join("work"))?.flatten().map(|entry| entry.path()).collect();
    hold(left.is_empty(), format!("the next start did not sweep {left:?}"))?;
    host::nothing_escaped(&own)
}

/// A bench whose program and cache nobody else uses meanwhile.
fn own_bench(bench: &Bench, folder: &Path) -> Bench {
    let own = Bench { root: folder.join("own"), assay: folder.join("own/assay"), ..bench.clone() };
    for part in ["", "home", "tmp", "cache", "work"] {
        fs::create_dir(own.root.join(part)).unwrap();
        open(&own.root.join(part));
    }
    fs::copy(&bench.assay, &own.assay).unwrap();
    own
}

fn killed_after(bench: &Bench, mut runner: Child, moment: Duration) -> Result<(), Failed> {
    let deadline = Instant::now() + moment;
    let mut namespaces = BTreeSet::new();
    while Instant::now() < deadline {
        namespaces.extend(namespaces_below(runner.id()));
        thread::sleep(Duration::from_millis(2));
    }
    namespaces.extend(namespaces_below(runner.id()));
    runner.kill()?;
    runner.wait()?;
    let killed = host::now_in_ticks();
    host::nobody_is_left(bench)?;
    host::nobody_is_inside(&namespaces, killed)
}

/// The process namespaces that a process has made so far.
fn namespaces_below(runner: u32) -> BTreeSet<PathBuf> {
    let ours = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let mut found = BTreeSet::new();
    let mut open = vec![runner.to_string()];
    while let Some(process) = open.pop() {
        let folder = Path::new("/proc").join(&process);
        if let Ok(namespace) = fs::read_link(folder.join("ns/pid"))
            && namespace != ours
        {
            // Whoever is below is inside too.
            found.insert(namespace);
            continue;
        }
        for thread in fs::read_dir(folder.join("task")).into_iter().flatten().flatten() {
            let children = fs::read_to_string(thread.path().join("children")).unwrap_or_default();
            open.extend(children.split_whitespace().map(str::to_owned));
        }
    }
    found
}

/// A number that looks like chance and can be had again.
fn scrambled(seed: u64, round: u32) -> u64 {
    let mut number = seed.wrapping_add(u64::from(round).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number ^ (number >> 27)
}

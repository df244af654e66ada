//! What a verdict costs once its arms are built, how runs and bundles scale over
//! cores, what the memory ceiling costs, and casr's own tool beside it.
//!
//! `cargo bench -p assay-prove --bench verdict` prints the rows of the speed
//! budget. `CASR_SAN` names the program `casr-san` (from the package `casr`),
//! `CLUSTERFUZZ_PYTHON` a Python that has the package `clusterfuzz`; without
//! them their rows say so. Nothing fails on time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use assay_bundle::manifest::{ArmName, Manifest};
use assay_bundle::verdict::Outcome;
use assay_prove::evidence::{Cell, Role};
use assay_prove::execute::{Built, Executor, Single};
use assay_prove::fetch::Cache;
use assay_prove::layout::{BUNDLE, OUT};
use assay_prove::load::LoadedBundle;
use assay_prove::meter::{Budget, Metered};
use assay_prove::observe::Resolver;
use assay_prove::pipeline::{BUILTINS, Prover};
use assay_prove::session::Session;
use assay_sandbox::{End, Native, NativeOptions, Node, Sandbox, Stdin};
use assay_triage::sanitizer;

const PROOFS: usize = 20;
const RUNS: usize = 200;
const BUNDLES: usize = 8;
const TRIGGER: &str = "poc/device-bell.tlv";

fn main() {
    assay_sandbox::take_over_if_asked(BUILTINS);
    assay_prove::sweeper::take_over_if_asked();
    let open = || Native::open(&NativeOptions::default());
    let (sandbox, inner) = match (open(), open()) {
        (Ok(sandbox), Ok(inner)) => (sandbox, inner),
        (Err(error), _) | (_, Err(error)) => {
            println!("nothing measured: {error}");
            return;
        }
    };
    let metered = Metered::new(Box::new(inner), Arc::new(Budget::of_machine()));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = Cache::open(folder.path()).expect("a cache");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/heap-overflow");
    let bundle = LoadedBundle::read(&example).expect("the example");
    let mut manifest = assay_bundle::manifest::parse(&bundle.manifest).expect("its manifest");
    manifest.repeat.runs = 5;
    println!("| work | measured | bar |");
    println!("| --- | --- | --- |");
    verdict(&sandbox, &cache, &bundle, &manifest);
    runs([&sandbox, &metered], &cache, &bundle, &manifest, &example);
    bundles(&metered, &cache, &bundle, &manifest);
}

/// 4 arms x 5 runs of a crash, arms built.
fn verdict(sandbox: &dyn Sandbox, cache: &Cache, bundle: &LoadedBundle, manifest: &Manifest) {
    let mut times: Vec<Duration> = (0..PROOFS)
        .map(|_| {
            let proof = Prover { sandbox: Ok(sandbox), cache, kept_logs: None }
                .prove(bundle, manifest, &|_| ())
                .expect("a proof");
            assert_eq!(proof.evidence.runs.len(), 20, "4 arms x 5 runs");
            proof.running
        })
        .collect();
    times.sort();
    println!(
        "| warm verdict, 4 arms x 5 runs, {PROOFS} proofs | median {:.0?}, p95 {:.0?} | p95 500 ms |",
        at(&times, 50),
        at(&times, 95)
    );
}

/// One crash, again and again: on one core and on all, bare and under the ceiling, and by casr.
fn runs(sandboxes: [&dyn Sandbox; 2], cache: &Cache, bundle: &LoadedBundle, manifest: &Manifest, example: &Path) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut rates = Vec::new();
    for sandbox in sandboxes {
        let session =
            Session::open(&Prover { sandbox: Ok(sandbox), cache, kept_logs: None }, bundle, manifest, &|_| ())
                .expect("a folder")
                .unwrap_or_else(|why| panic!("{}", why.reason));
        let executor = session.executor();
        let arm = executor.arms.get(&ArmName::Vulnerable).expect("the vulnerable arm");
        let out = arm.outs.values().next().expect("a build");
        let one = || {
            let argv = vec![format!("{OUT}/harness"), format!("{BUNDLE}/{TRIGGER}")];
            let single = executor.single(arm, out, argv, Stdin::Empty).expect("a run");
            assert_eq!(single.finished.end, End::Signaled(6), "it crashes");
        };
        let rate = |threads: usize| RUNS as f64 / in_parallel(threads, RUNS, &one).as_secs_f64();
        one();
        if rates.is_empty() {
            triage(&executor, arm, out, &example.join(TRIGGER));
        }
        rates.push((rate(1), rate(cores)));
    }
    let [bare, metered] = [rates[0], rates[1]];
    println!("| sandboxed AddressSanitizer crash runs, one core | {:.0} /s | 100 /s a core |", bare.0);
    println!("| the same on {cores} cores | {:.0} /s, {:.2} times one core | |", bare.1, bare.1 / bare.0);
    println!("| the same on {cores} cores under a memory ceiling | {:.0} /s | |", metered.1);
}

/// From a crashing program to what its report says: this runner (in the sandbox, frames looked up outside of the
/// target) and casr's tool (no sandbox), by turns.
fn triage(executor: &Executor<'_>, arm: &Built, out: &Path, trigger: &Path) {
    let casr = std::env::var_os("CASR_SAN").map(PathBuf::from);
    let cell = Cell { arm: ArmName::Vulnerable, role: Role::Trigger, input: 0 };
    let kept = Mutex::new(Resolver::default());
    let ours = |resolver: &Mutex<Resolver>| {
        let begun = Instant::now();
        let argv = vec![format!("{OUT}/harness"), format!("{BUNDLE}/{TRIGGER}")];
        let single = executor.single(arm, out, argv, Stdin::Empty).expect("a run");
        let judged = executor.judge(cell, &single, out, Some(resolver)).expect("a judgement");
        assert_eq!(judged.outcome, Outcome::Fired, "{}", judged.saw);
        begun.elapsed()
    };
    let theirs = |casr: &Path| {
        let begun = Instant::now();
        let said = Command::new(casr).args(["--stdout", "--"]).arg(out.join("harness")).arg(trigger).output();
        let said = said.expect("casr-san runs");
        assert!(String::from_utf8_lossy(&said.stdout).contains("heap-buffer-overflow"), "casr-san saw the crash");
        begun.elapsed()
    };
    let argv = vec![format!("{OUT}/harness"), format!("{BUNDLE}/{TRIGGER}")];
    read_a_report(&executor.single(arm, out, argv, Stdin::Empty).expect("a run"));
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..PROOFS {
        times[0].push(ours(&Mutex::new(Resolver::default())));
        times[1].push(ours(&kept));
        times[2].extend(casr.as_deref().map(theirs));
    }
    let names = [
        "one crash to its judgement, frames looked up anew",
        "the same, frames known",
        "the same by `casr-san`, no sandbox",
    ];
    for (name, mut times) in names.into_iter().zip(times) {
        times.sort();
        if times.is_empty() {
            println!("| {name} | not measured: CASR_SAN is not set | |");
        } else {
            println!("| {name}, {PROOFS} times | median {:.1?}, p95 {:.1?} | |", at(&times, 50), at(&times, 95));
        }
    }
}

/// A report of AddressSanitizer to its type and frames: by this project's reader, and by ClusterFuzz's.
fn read_a_report(single: &Single) {
    const TIMES: u32 = 200;
    const THEIRS: &str = "import sys, time\n\
        from clusterfuzz import stacktraces\n\
        log = sys.stdin.read()\n\
        parse = lambda: stacktraces.StackParser(fuzz_target='harness').parse(log)\n\
        assert parse().crash_type.startswith('Heap-buffer-overflow')\n\
        begun = time.perf_counter()\n\
        for _ in range(50): parse()\n\
        print((time.perf_counter() - begun) / 50)\n";
    let files = single.log.entries.iter().filter_map(|entry| match &entry.node {
        Node::File { content, .. } if !content.is_empty() => Some(content),
        _ => None,
    });
    let report = files.into_iter().next().expect("a report");
    let begun = Instant::now();
    for _ in 0..TIMES {
        let read = std::hint::black_box(sanitizer::reports(report));
        assert_eq!(read.first().map(|report| report.kind.as_str()), Some("heap-buffer-overflow"));
    }
    let name = format!("a report of {} bytes read", report.len());
    println!("| {name} | mean {:.1?} | |", begun.elapsed() / TIMES);
    let Some(python) = std::env::var_os("CLUSTERFUZZ_PYTHON") else {
        println!("| {name} by ClusterFuzz | not measured: CLUSTERFUZZ_PYTHON is not set | |");
        return;
    };
    let mut child = Command::new(python)
        .args(["-c", THEIRS])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    child.stdin.take().expect("its input").write_all(report).expect("it reads");
    let said = child.wait_with_output().expect("it ends");
    let seconds: f64 = String::from_utf8_lossy(&said.stdout).trim().parse().expect("ClusterFuzz read the report");
    println!("| {name} by ClusterFuzz | mean {:.1?} | |", Duration::from_secs_f64(seconds));
}

/// Bundles one after the other, and side by side under one ceiling.
fn bundles(sandbox: &dyn Sandbox, cache: &Cache, bundle: &LoadedBundle, manifest: &Manifest) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let prove = || {
        let proof =
            Prover { sandbox: Ok(sandbox), cache, kept_logs: None }.prove(bundle, manifest, &|_| ()).expect("a proof");
        assert_eq!(proof.ruling.verdict.exit_code(), 0, "it is reproduced");
    };
    prove();
    let (one, all) = (in_parallel(1, BUNDLES, &prove), in_parallel(cores, BUNDLES, &prove));
    println!(
        "| {BUNDLES} bundles with kept builds | one by one {one:.1?}, {cores} side by side {all:.1?}: {:.2} times | |",
        one.as_secs_f64() / all.as_secs_f64()
    );
}

fn in_parallel(threads: usize, times: usize, work: &(dyn Fn() + Sync)) -> Duration {
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::Relaxed) < times {
                    work();
                }
            });
        }
    });
    begun.elapsed()
}

fn at(times: &[Duration], percent: usize) -> Duration {
    times.get((times.len() * percent / 100).min(times.len() - 1)).copied().unwrap_or_default()
}

//! What a sandboxed run costs, beside plain fork+exec and bubblewrap in the same
//! minutes on the same machine: `cargo bench -p assay-sandbox`.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use assay_sandbox::{
    Bubblewrap, BubblewrapOptions, Collect, End, Into, Layers, Mount, Native, NativeOptions, Sandbox, Spec, Task, Tier,
};

const EMPTY: &str = "int main(void) { return 0; }";
const OVERFLOW: &str = "#include <stdlib.h>\n\
    int main(void) { volatile char *at = malloc(8); int i = 8; return at[i]; }";

const HOG: &str = "#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n\
    int main(void) { for (;;) { char *at = malloc(1 << 20); if (at) memset(at, 1, 1 << 20); usleep(2000); } }";

/// Memory of a run in MiB, its scratch, and what the two processes around it may hold.
const LIMIT: u64 = 128;
const SCRATCH: u64 = 16;
const AROUND: u64 = 8;

/// Rounds of the table; every round runs each row once.
const ROUNDS: usize = 200;

/// Between two runs.
const PAUSE: Duration = Duration::from_millis(5);

fn main() {
    assay_sandbox::take_over_if_asked(&[]);
    let folder = tempfile::Builder::new().prefix("assay-bench-").tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let empty = compile(folder.path(), "empty", EMPTY, &["-static"]);
    let crash = compile(folder.path(), "crash", OVERFLOW, &["-fsanitize=address"]);
    let hog = compile(folder.path(), "hog", HOG, &["-static"]);
    let engines = engines();

    println!("\nempty static program, {ROUNDS} interleaved rounds with pauses, milliseconds");
    println!("{:<44}{:>9}{:>9}{:>9}{:>9}", "", "median", "p95", "min", "x plain");
    let mut rows = table(&engines, &empty);
    let big = Big::new();
    rows.extend(
        table(&engines, &empty).into_iter().map(|(name, times)| (format!("{name}, 16 threads and 500 MB"), times)),
    );
    drop(big);
    print(&rows);

    println!("\nempty static program, one run after the other without a pause, runs a second");
    println!("{:<44}{:>9.0}", "plain fork+exec", rate(1, || assert!(Command::new(&empty).status().unwrap().success())));
    if let Some(arguments) = bubblewrap(&empty) {
        let each = rate(1, || assert!(Command::new("bwrap").args(&arguments).status().unwrap().success()));
        println!("{:<44}{each:>9.0}", "bwrap alone");
    }
    for (name, engine) in &engines {
        println!("{name:<44}{:>9.0}", rate(1, || drop(engine.run(&spec(&empty, &[])).unwrap())));
    }

    println!("\nAddressSanitizer crashes with their logs brought out, runs a second and core");
    for threads in [1, 2] {
        let each = rate(threads, || assert!(!plain_crash(&crash)));
        println!("{:<44}{each:>9.0}", format!("plain fork+exec, {threads} at once"));
    }
    for (name, engine) in &engines {
        for threads in [1, 2] {
            let each = rate(threads, || sandboxed_crash(engine.as_ref(), &crash));
            println!("{:<44}{each:>9.0}", format!("{name}, {threads} at once"));
        }
    }

    println!("\nmemory of a program that takes what it can get, limit {LIMIT} MiB and scratch {SCRATCH} MiB, MiB");
    println!("{:<44}{:>12}{:>9}{:>12}", "", "ceiling", "1 run", "2 at once");
    for (name, engine) in &engines {
        let [one, two] = [1, 2].map(|runs| held(engine.as_ref(), &hog, runs));
        // What each run may hold, and the two processes of this program around it.
        println!("{name:<44}{:>12}{one:>9}{two:>12}", format!("runs x {}", LIMIT + SCRATCH + AROUND));
    }
    println!("tier F: the kernel keeps each run below it; tier P: read fifty times a second, so a run can");
    println!("pass it by what it touches in 20 ms, and none goes on once the machine's reserve is touched");
}

/// Both engines, with control groups and without.
fn engines() -> Vec<(String, Box<dyn Sandbox>)> {
    let mut engines: Vec<(String, Box<dyn Sandbox>)> = Vec::new();
    for without_cgroups in [true, false] {
        let native = Native::open(&NativeOptions { without_cgroups, ..NativeOptions::default() }).unwrap();
        let named = |layers: &Layers| format!("{}, tier {}", layers.engine, layers.tier);
        if !without_cgroups && native.layers().tier == Tier::P {
            println!("no tier F here: {}", native.layers().layers["cgroup"]);
            break;
        }
        engines.push((named(native.layers()), Box::new(native)));
        match Bubblewrap::open(&BubblewrapOptions { without_cgroups, ..BubblewrapOptions::default() }) {
            Ok(engine) => engines.push((named(engine.layers()), Box::new(engine))),
            Err(error) => println!("no bubblewrap here: {error}"),
        }
    }
    engines
}

/// Most memory, in MiB, that this many runs at once held together, each taken at its worst of five: as the control
/// group counted it, else the largest process.
fn held(engine: &dyn Sandbox, hog: &str, runs: usize) -> u64 {
    let mut spec = spec(hog, &[]);
    spec.limits.memory = LIMIT << 20;
    let worst = || {
        let held = (0..5).map(|_| {
            let finished = engine.run(&spec).unwrap();
            assert_eq!(finished.end, End::MemoryLimit);
            finished.usage.peak_memory.unwrap_or(finished.usage.max_rss)
        });
        held.max().unwrap_or_default()
    };
    let total: u64 = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..runs).map(|_| scope.spawn(worst)).collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    total >> 20
}

fn compile(folder: &Path, name: &str, text: &str, flags: &[&str]) -> String {
    let (source, program) = (folder.join(format!("{name}.c")), folder.join(name));
    std::fs::write(&source, text).unwrap();
    let status = Command::new("cc").args(["-O1", "-w", "-o"]).arg(&program).arg(&source).args(flags).status();
    assert!(status.expect("a C compiler `cc` is needed").success());
    program.to_str().unwrap().to_owned()
}

/// A process that is expensive to fork.
struct Big {
    _memory: Vec<u8>,
    threads: Vec<(std::sync::mpsc::Sender<()>, std::thread::JoinHandle<()>)>,
}

impl Big {
    fn new() -> Self {
        let threads = (0..16).map(|_| {
            let (stop, stopped) = std::sync::mpsc::channel();
            (stop, std::thread::spawn(move || stopped.recv().unwrap_or_default()))
        });
        Self { _memory: vec![1; 500 << 20], threads: threads.collect() }
    }
}

impl Drop for Big {
    fn drop(&mut self) {
        for (stop, thread) in self.threads.drain(..) {
            drop(stop);
            thread.join().unwrap();
        }
    }
}

type Row = (String, Vec<Duration>);

/// Plain, bwrap alone and the engines, one after the other, again and again.
fn table(engines: &[(String, Box<dyn Sandbox>)], empty: &str) -> Vec<Row> {
    let spec = spec(empty, &[]);
    let bubblewrap = bubblewrap(empty);
    let names = ["plain fork+exec", "bwrap alone"].into_iter().chain(engines.iter().map(|(name, _)| name.as_str()));
    let mut rows: Vec<Row> = names.map(|name| (name.to_owned(), Vec::new())).collect();
    for _ in 0..ROUNDS {
        rows[0].1.push(timed(|| assert!(Command::new(empty).status().unwrap().success())));
        if let Some(arguments) = &bubblewrap {
            let mut command = Command::new("bwrap");
            command.args(arguments).stdout(Stdio::null());
            rows[1].1.push(timed(|| assert!(command.status().unwrap().success())));
        }
        for (row, (_, engine)) in rows.iter_mut().skip(2).zip(engines) {
            row.1.push(timed(|| assert_eq!(engine.run(&spec).unwrap().end, End::Exited(0))));
        }
    }
    rows
}

/// After a pause, so that what one row leaves to the kernel does not burden the next.
fn timed(work: impl FnOnce()) -> Duration {
    std::thread::sleep(PAUSE);
    let started = Instant::now();
    work();
    started.elapsed()
}

fn bubblewrap(program: &str) -> Option<Vec<String>> {
    Command::new("bwrap").arg("--version").stdout(Stdio::null()).status().ok()?;
    let mut arguments: Vec<String> =
        "--unshare-all --die-with-parent --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib \
         --symlink usr/lib64 /lib64 --proc /proc --dev /dev --tmpfs /tmp --tmpfs /scratch --clearenv"
            .split_whitespace()
            .map(str::to_owned)
            .collect();
    arguments.extend(["--ro-bind", program, "/program", "/program"].map(str::to_owned));
    Some(arguments)
}

fn spec(program: &str, env: &[(&str, &str)]) -> Spec {
    let env = env.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let mut spec = Spec::of(Task::Exec { argv: vec!["/program".into()], env });
    spec.mounts = vec![
        Mount::ReadOnly { host: program.into(), at: "/program".into() },
        Mount::Scratch { at: "/scratch".into(), size: 16 << 20 },
    ];
    spec
}

fn print(rows: &[Row]) {
    let mut plain = 0.0;
    for (name, times) in rows {
        if times.is_empty() {
            println!("{name:<44}  not installed: apt-get install bubblewrap");
            continue;
        }
        let mut sorted: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e3).collect();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share) as usize];
        if name.starts_with("plain") {
            plain = at(0.5);
        }
        println!("{name:<44}{:>9.2}{:>9.2}{:>9.2}{:>9.2}", at(0.5), at(0.95), at(0.0), at(0.5) / plain);
    }
}

const OPTIONS: &str = "symbolize=0:abort_on_error=1:detect_leaks=0";

fn plain_crash(program: &str) -> bool {
    let mut command = Command::new(program);
    command.env("ASAN_OPTIONS", OPTIONS).stderr(Stdio::null()).status().unwrap().success()
}

fn sandboxed_crash(engine: &dyn Sandbox, program: &str) {
    let mut spec = spec(program, &[("ASAN_OPTIONS", &format!("{OPTIONS}:log_path=/log/asan"))]);
    // As the oracle asks for it.
    spec.family = true;
    spec.mounts.push(Mount::LogFolder { at: "/log".into(), size: 1 << 20 });
    spec.collect = vec![Collect { from: "/log".into(), into: Into::Memory, max_bytes: 1 << 20, max_entries: 8 }];
    let finished = engine.run(&spec).unwrap();
    assert_eq!(finished.end, End::Signaled(6), "{}", String::from_utf8_lossy(&finished.stderr));
    assert_eq!(finished.trees[0].entries.len(), 1);
}

/// Runs a second of one core, with this many threads at work for three seconds.
fn rate(threads: usize, work: impl Fn() + Sync) -> f64 {
    let started = Instant::now();
    let mut total = 0;
    std::thread::scope(|scope| {
        let counting = (0..threads).map(|_| {
            scope.spawn(|| {
                let mut count = 0_usize;
                while started.elapsed() < Duration::from_secs(3) {
                    work();
                    count += 1;
                }
                count
            })
        });
        let counting: Vec<_> = counting.collect();
        total = counting.into_iter().map(|thread| thread.join().unwrap()).sum();
    });
    total as f64 / started.elapsed().as_secs_f64() / threads as f64
}

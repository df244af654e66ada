//! How many findings a store takes in a second, durably, beside what the disk
//! itself can do in the same run; and how long a page of a list takes.
//!
//! `cargo bench -p assay-store`. `ASSAY_BENCH_FINDINGS` sets how many findings
//! the lists have (a million by default), `ASSAY_BENCH_DIR` where it is done.
#![allow(clippy::unwrap_used)]

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use assay_base::{Entropy as _, SystemEntropy};
use assay_seal::data_key::DataKey;
use assay_seal::wrap::{MasterKey, Recipient, wrap};
use assay_store::conformance::sample::*;
use assay_store::event::{BlobId, EventId};
use assay_store::row::Row;
use assay_store::sqlite::{Options, Sqlite};
use assay_store::store::{Batch, FindingFilter, Store, View};

/// Bytes of a report and of a bundle as they come in.
const REPORT: usize = 2_000;
const BUNDLE: usize = 20_000;
/// The bars of DESIGN section 10.
const BAR_RATE: f64 = 200.0;
const BAR_P99: Duration = Duration::from_millis(50);
const BAR_PAGE: Duration = Duration::from_millis(100);

fn main() {
    let root = match std::env::var_os("ASSAY_BENCH_DIR") {
        Some(dir) => tempfile::tempdir_in(dir).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let run = Duration::from_secs(3);
    println!("{:<58} {:>9} {:>10} {:>10}", "durable intake", "/s", "p50", "p99");
    raw(&root.path().join("raw"), run);
    for threads in [1, 8] {
        let store = Sqlite::open(&root.path().join(format!("events-{threads}"))).unwrap();
        let times = many(threads, run, |id| submit(&store, id, None));
        report(&format!("event, row and commitment, {threads} thread(s)"), &times, run, threads == 8);
        let times = many(threads, run, |id| store.put_wrap(key(id), "instance", &[7; 260]).unwrap());
        report(&format!("a wrap, {threads} thread(s)"), &times, run, false);
        let store = Sqlite::open(&root.path().join(format!("whole-{threads}"))).unwrap();
        let recipient = MasterKey::generate().recipient();
        // The first few hundred blobs make their folders; that is over on the first day.
        for first in 0..=255 {
            let mut id = [0; 16];
            id[0] = first;
            store.put_blob(BlobId::from_bytes(id), b"").unwrap();
        }
        let bundle = vec![7; BUNDLE];
        let times = many(threads, run, |id| store.put_blob(blob(id), &bundle).unwrap());
        report(&format!("a blob of 20 kB, {threads} thread(s)"), &times, run, false);
        let times = many(threads, run, |id| submit(&store, id, Some(&recipient)));
        report(&format!("the same, sealed, with its wrap and blob, {threads} thread(s)"), &times, run, threads == 8);
    }
    sealing();
    pages(&root.path().join("pages"));
}

/// The disk's own limit: the bytes of one finding written and synced, and nothing else.
fn raw(path: &Path, run: Duration) {
    let file = File::create(path).unwrap();
    // What a commit of one finding puts into the write-ahead log: about a dozen pages.
    let bytes = vec![7; 12 * 4096];
    let times = many(1, run, |_| {
        file_write(&file, &bytes);
    });
    report("the disk alone: 48 KiB and fdatasync, in a loop", &times, run, false);
}

fn file_write(mut file: &File, bytes: &[u8]) {
    file.write_all(bytes).unwrap();
    file.sync_data().unwrap();
}

/// Every call's time, of so many threads, for so long.
fn many(threads: u64, run: Duration, work: impl Fn(u64) + Sync) -> Vec<Duration> {
    let begun = Instant::now();
    let mut all = Vec::new();
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                let work = &work;
                scope.spawn(move || {
                    let mut times = Vec::new();
                    let mut id = thread << 32;
                    while begun.elapsed() < run {
                        id += 1;
                        let begun = Instant::now();
                        work(id);
                        times.push(begun.elapsed());
                    }
                    times
                })
            })
            .collect();
        all.extend(running.into_iter().flat_map(|thread| thread.join().unwrap()));
    });
    all.sort();
    all
}

fn part(times: &[Duration], of_a_hundred: usize) -> Duration {
    times[(times.len() * of_a_hundred / 100).min(times.len() - 1)]
}

fn report(what: &str, times: &[Duration], run: Duration, barred: bool) {
    let rate = times.len() as f64 / run.as_secs_f64();
    let (p50, p99) = (part(times, 50), part(times, 99));
    let verdict = match barred {
        false => "",
        true if rate >= BAR_RATE && p99 <= BAR_P99 => "  meets 200/s, 50 ms",
        true => "  MISSES 200/s, 50 ms",
    };
    println!("{what:<58} {rate:>9.0} {p50:>10.1?} {p99:>10.1?}{verdict}");
}

/// One finding comes in.
fn submit(store: &Sqlite, id: u64, recipient: Option<&Recipient>) {
    let mut event = event(id, 1);
    let mut row = finding(id);
    match recipient {
        Some(recipient) => {
            let key = DataKey::draw(&mut SystemEntropy);
            store.put_wrap(key.id(), "instance", &wrap(&key, recipient).unwrap()).unwrap();
            let blob = BlobId::draw(&mut SystemEntropy);
            store.put_blob(blob, &key.seal(&blob.to_bytes(), &vec![1; BUNDLE], &mut SystemEntropy)).unwrap();
            event.envelope.id = EventId::draw(&mut SystemEntropy);
            event.envelope.key = key.id();
            event.payload = key.seal(&event.envelope.id.to_bytes(), &vec![1; REPORT], &mut SystemEntropy);
            row.blob = Some(blob);
        }
        None => event.payload = vec![1; REPORT],
    }
    let kept = store.write(&mut |view| {
        let mut event = event.clone();
        event.envelope.at = view.last_instant()?.unwrap_or(at(0));
        // As an intake does: is it there already?
        let filter = FindingFilter { bundle: Some(row.bundle), ..FindingFilter::default() };
        assert!(view.findings(&filter, None, 1)?.rows.is_empty());
        Ok(Some(Batch { events: vec![event], rows: vec![Row::Finding(row.clone())] }))
    });
    assert!(kept.unwrap().is_some());
}

fn sealing() {
    println!("\n{:<58} {:>9} {:>10} {:>10}", "keys", "/s", "p50", "p99");
    let run = Duration::from_secs(1);
    let master = MasterKey::generate();
    let (key, recipient) = (DataKey::draw(&mut SystemEntropy), master.recipient());
    report("wrap a data key", &many(1, run, |_| drop(wrap(&key, &recipient).unwrap())), run, false);
    let wrapped = wrap(&key, &recipient).unwrap();
    report("unwrap it", &many(1, run, |_| drop(master.unwrap(&wrapped).unwrap())), run, false);
    let text = vec![0; BUNDLE];
    report("seal 20 kB", &many(1, run, |_| drop(key.seal(b"", &text, &mut SystemEntropy))), run, false);
}

/// What is asked, and the asking.
type List<'a> = (&'static str, Box<dyn Fn() + Sync + 'a>);

/// Lists of a million findings.
fn pages(dir: &Path) {
    let count: u64 = std::env::var("ASSAY_BENCH_FINDINGS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let mut options = Options::default();
    // Filled without care; only reading is measured.
    options.durable = false;
    options.checkpoint_pages = 50_000;
    let store = Sqlite::open_with(dir, &options).unwrap();
    let begun = Instant::now();
    let states = ["received", "validated", "refused", "duplicate", "fixed"];
    for start in (0..count).step_by(10_000) {
        let rows = (start..(start + 10_000).min(count)).map(|id| {
            let mut row = finding(id);
            row.state = states[(id % 50).min(4) as usize].into();
            row.member = member(id % 100, "").id;
            row.target = tag(id % 5_000);
            row.case = (id % 3 == 0).then(|| case(id % 20_000).id);
            Row::Finding(row)
        });
        put(&store, &rows.collect::<Vec<_>>());
    }
    let size = fs::metadata(dir.join("events.sqlite")).unwrap().len() >> 20;
    println!("\n{count} findings were put in {:.0?} ({size} MiB)", begun.elapsed());
    println!("{:<58} {:>9} {:>10} {:>10}", "pages of 50 at random places", "/s", "p50", "p99");
    let random = |bound: u64| {
        let mut bytes = [0; 8];
        SystemEntropy.fill(&mut bytes);
        u64::from_le_bytes(bytes) % bound
    };
    let none = FindingFilter::default;
    let key = || {
        let row = finding(random(count));
        format!("{}.{:032x}", row.received.as_micros(), u128::from_be_bytes(row.id.to_bytes()))
    };
    let list = |filter: &FindingFilter| {
        let key = key();
        see(&store, |view: &dyn View| view.findings(filter, Some(&key), 50));
    };
    let lists: [List<'_>; 8] = [
        ("all findings", Box::new(|| list(&none()))),
        ("of a state", Box::new(|| list(&FindingFilter { state: Some(states[random(5) as usize].into()), ..none() }))),
        ("of a member", Box::new(|| list(&FindingFilter { member: Some(member(random(100), "").id), ..none() }))),
        (
            "of a member in a rare state",
            Box::new(|| {
                let (member, state) = (member(random(100), "").id, states[random(4) as usize].into());
                list(&FindingFilter { member: Some(member), state: Some(state), ..none() })
            }),
        ),
        ("of a target", Box::new(|| list(&FindingFilter { target: Some(tag(random(5_000))), ..none() }))),
        ("of a case", Box::new(|| list(&FindingFilter { case: Some(case(random(20_000)).id), ..none() }))),
        (
            "of a bundle, from the beginning",
            Box::new(|| {
                let filter = FindingFilter { bundle: Some(finding(random(count)).bundle), ..none() };
                see(&store, |view| view.findings(&filter, None, 50));
            }),
        ),
        ("the tally of all", Box::new(|| drop(see(&store, |view| view.tally())))),
    ];
    for (what, ask) in &lists {
        let run = Duration::from_secs(1);
        let times = many(1, run, |_| ask());
        report(what, &times, run, false);
        if part(&times, 99) > BAR_PAGE {
            println!("{:<58} MISSES p99 of 100 ms", "");
        }
    }
}

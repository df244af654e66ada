//! A sequencer killed two hundred times at random moments: no fork, nothing confirmed lost or doubled.
//!
//! The test runs itself as the process to be killed. That process keeps what a caller keeps, a file of
//! confirmed events, and says each checkpoint that it released, which the test keeps as a witness would.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use assay_ledger::{Folder, Sequencer, TileReader as _, audit};
use support::{ORIGIN, Repeatable, batch, event, events, key, vkey};

const WORKER: &str = "ASSAY_CRASH_TEST_FOLDER";
const KILLS: usize = 200;

fn main() {
    match std::env::var_os(WORKER) {
        Some(place) => work(Path::new(&place)),
        None => kill_and_look(),
    }
}

/// The confirmed events and their places, in the file that the worker keeps.
fn confirmed(place: &Path) -> Vec<(u64, u64)> {
    let text = fs::read_to_string(place.join("confirmed")).unwrap_or_default();
    // The last line may be cut: then its event was not confirmed.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let number = |part: Option<&str>| part.unwrap().parse().unwrap();
    whole.lines().map(|line| (number(line.split(' ').next()), number(line.split(' ').nth(1)))).collect()
}

/// Appends until it is killed.
fn work(place: &Path) {
    // Dummies that are the same in two runs would pass for events that are in the log twice.
    let mut random = Repeatable(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64);
    let mut log = Sequencer::open(&place.join("log"), ORIGIN, key(), batch(8)).unwrap();
    let known = confirmed(place);
    let mut next = known.last().map_or(0, |(event, _)| event + 1);
    let mut last = known.last().map(|(_, index)| *index);
    let mut keep = OpenOptions::new().create(true).append(true).open(place.join("confirmed")).unwrap();
    say("");
    loop {
        let count = random.below(40) as u64;
        let released = log.append(&events(next..next + count), last, &mut random).unwrap();
        say(&released.note);
        let lines: String =
            released.placed.iter().map(|placed| format!("{} {}\n", placed.event, placed.index)).collect();
        keep.write_all(lines.as_bytes()).unwrap();
        next += count;
        last = released.placed.last().map(|placed| placed.index).or(last);
    }
}

/// One write: a kill leaves it whole or not there.
fn say(what: &str) {
    std::io::stdout().write_all(format!("{what}\0").as_bytes()).unwrap();
    std::io::stdout().flush().unwrap();
}

fn kill_and_look() {
    let place = tempfile::tempdir().unwrap();
    let root = place.path().join("log");
    let key = vkey();
    let mut random = Repeatable(9);
    let mut kept: Option<Vec<u8>> = None;
    let (mut interrupted, mut released) = (0, 0);
    for round in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(WORKER, place.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Most are killed while they append, some while they open the log.
        let mut pipe = child.stdout.take().unwrap();
        if round % 5 > 0 {
            pipe.read_exact(&mut [0]).unwrap();
        }
        sleep(Duration::from_micros(random.next() % 60_000));
        child.kill().unwrap();
        let mut said = Vec::new();
        pipe.read_to_end(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert!(status.code().is_none(), "the worker ended by itself: {status}");

        // What a reader of the folder sees now, and all that was released, is one history.
        let seen = fs::read(root.join("checkpoint")).unwrap_or_default();
        let files = Folder::new(&root).list(100_000).map(Option::unwrap).unwrap_or_default();
        interrupted += usize::from(files.iter().any(|path| path.starts_with(".staging/")) || unreleased(&seen, &files));
        let mut notes: Vec<Vec<u8>> = said.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
        notes.pop();
        notes.retain(|note| !note.is_empty());
        released += notes.len();
        notes.extend(Some(seen).filter(|note| !note.is_empty()));
        notes.extend(kept.take());
        if notes.is_empty() {
            continue;
        }
        // Whoever opens it next tidies up; then every file is of the log.
        drop(Sequencer::open(&root, ORIGIN, support::key(), batch(8)).unwrap());
        let notes: Vec<&[u8]> = notes.iter().map(Vec::as_slice).collect();
        let report = audit(&Remote(Folder::new(&root)), &key, &notes, &[]).unwrap_or_else(|error| panic!("{error}"));
        kept = Some(report.checkpoint.sign(&support::key()).unwrap().into_bytes());
    }
    let mut log = Sequencer::open(&root, ORIGIN, support::key(), batch(8)).unwrap();
    let known = confirmed(place.path());
    // The last question was perhaps not answered: it is asked again.
    let (next, last) = known.last().map_or((0, None), |(event, index)| (event + 1, Some(*index)));
    let size = log.append(&events(next..next + 40), last, &mut random).unwrap().checkpoint.size;
    audit(&Folder::new(&root), &key, &[kept.unwrap().as_slice()], &[]).unwrap();
    let mut places: BTreeMap<[u8; 32], Vec<u64>> = BTreeMap::new();
    for begin in (0..size).step_by(256) {
        let width = (size - begin).min(256) as usize;
        let tile = assay_ledger::Tile::new(assay_ledger::tile::Kind::Entries, begin / 256, width).unwrap();
        let bytes = Folder::new(&root).read(&tile.to_string(), 1 << 20).unwrap().unwrap();
        for (entry, index) in bytes.chunks(48).zip(begin..) {
            places.entry(entry[16..].try_into().unwrap()).or_default().push(index);
        }
    }
    for (number, index) in &known {
        assert_eq!(places[&event(*number).commitment.0], [*index], "event {number}");
    }
    for number in next..next + 40 {
        assert_eq!(places[&event(number).commitment.0].len(), 1, "event {number}");
    }
    println!(
        "{KILLS} kills, {interrupted} in the middle of an append: {released} checkpoints, {size} entries, {} events \
         confirmed, each once where it was said to be",
        known.len()
    );
    assert!(known.len() > 100 && interrupted > 10, "the kills came too early or too late to show anything");
}

/// Files that the checkpoint does not cover yet.
fn unreleased(checkpoint: &[u8], files: &[String]) -> bool {
    let size: u64 = String::from_utf8_lossy(checkpoint).lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or(0);
    let end = |tile: assay_ledger::Tile| match tile.kind() {
        assay_ledger::tile::Kind::Entries => tile.number() * 256 + tile.width() as u64,
        assay_ledger::tile::Kind::Hashes(_) => 0,
    };
    files.iter().filter_map(|path| path.parse().ok()).any(|tile| end(tile) > size)
}

/// A log as a client reads it, who does not see what is not released yet.
struct Remote(Folder);

impl assay_ledger::TileReader for Remote {
    fn read(&self, path: &str, limit: usize) -> std::io::Result<Option<Vec<u8>>> {
        self.0.read(path, limit)
    }
}

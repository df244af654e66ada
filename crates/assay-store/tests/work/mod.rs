//! What a child process does to a store until it is killed or the power
//! goes, and how to tell whether all that it acknowledged is kept.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use assay_base::Instant;
use assay_store::conformance::sample::*;
use assay_store::row::Row;
use assay_store::sqlite::{Options, Sqlite};
use assay_store::store::{Batch, Store};

/// What a child is told.
pub const DIR: &str = "ASSAY_TEST_DIR";
pub const FIRST: &str = "ASSAY_TEST_FIRST";
pub const EACH: &str = "ASSAY_TEST_EACH";
pub const CARELESS: &str = "ASSAY_TEST_CARELESS";

/// This test program again, doing only its test `child`.
pub fn child(dir: &Path, first: u64, each: u64, careless: bool) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(DIR, dir).env(FIRST, first.to_string()).env(EACH, each.to_string());
    if careless {
        command.env(CARELESS, "1");
    }
    command
}

/// The wrap of a submission: no other has thirty-two bytes of it.
pub fn wrap_of(id: u64) -> Vec<u8> {
    let mut bytes = vec![0; 220];
    assay_base::Entropy::fill(&mut Repeatable(id ^ 0x5eed << 40), &mut bytes);
    bytes
}

/// Its blob, of several lengths.
pub fn blob_of(id: u64) -> Vec<u8> {
    let mut bytes = vec![0; 100 + (id as usize * 37) % 6000];
    assay_base::Entropy::fill(&mut Repeatable(id ^ 0xb10b << 40), &mut bytes);
    bytes
}

/// Says a line at once and whole.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Two threads that submit; at times they shred what they submitted, and confirm leaves. Each acknowledges what is done.
pub fn run_child() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let number = |name: &str| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let (first, each) = (number(FIRST), number(EACH));
    let mut options = Options::default();
    options.checkpoint_pages = 25;
    options.durable = std::env::var_os(CARELESS).is_none();
    let store = Sqlite::open_with(Path::new(&dir), &options).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let store = &store;
            scope.spawn(move || {
                for step in 0..each {
                    let id = first + 2 * step + thread;
                    submit(store, id);
                    say(&format!("ack {id}"));
                    if step % 5 == 4 {
                        store.shred(key(id - 4)).unwrap();
                        say(&format!("shred {}", id - 4));
                    }
                    if step % 4 == 3 && thread == 0 {
                        confirm(store);
                    }
                }
            });
        }
    });
}

/// Wrap and blob first, then the event that speaks of them, with its row.
fn submit(store: &dyn Store, id: u64) {
    store.put_wrap(key(id), "instance", &wrap_of(id)).unwrap();
    store.put_blob(blob(id), &blob_of(id)).unwrap();
    let kept = store.write(&mut |view| {
        let mut event = event(id, 1);
        event.envelope.at = view.last_instant()?.unwrap_or(Instant::from_micros(0));
        let mut row = finding(id);
        row.blob = Some(blob(id));
        Ok(Some(Batch { events: vec![event], rows: vec![Row::Finding(row)] }))
    });
    assert_eq!(kept.unwrap().unwrap().numbers.len(), 1);
}

fn confirm(store: &dyn Store) {
    let leaves = see(store, |view| {
        let next = view.last_leaf()?.map_or(0, |leaf| leaf + 1);
        Ok((next..).zip(view.outbox(100)?).map(|(leaf, pending)| (pending.number, leaf)).collect::<Vec<_>>())
    });
    store.confirm(&leaves).unwrap();
    say(&format!("leaf {}", leaves.last().map_or(0, |(_, leaf)| *leaf)));
}

/// What was acknowledged.
#[derive(Debug, Default)]
pub struct Acknowledged {
    pub kept: BTreeSet<u64>,
    pub shredded: BTreeSet<u64>,
    pub leaf: Option<u64>,
}

impl Acknowledged {
    /// Takes a line of a child; others are libtest's.
    pub fn hear(&mut self, line: &str) {
        let Some((word, number)) = line.split_once(' ') else { return };
        let Ok(number) = number.parse() else { return };
        match word {
            "ack" => drop(self.kept.insert(number)),
            "shred" => drop(self.shredded.insert(number)),
            "leaf" => self.leaf = self.leaf.max(Some(number)),
            _ => {}
        }
    }
}

/// Opens the store and compares it with what was acknowledged. Says what is wrong.
pub fn judge(dir: &Path, said: &Acknowledged) -> Result<(), String> {
    let before = files(dir);
    for id in &said.shredded {
        let wrap = wrap_of(*id);
        if let Some((name, _)) = before.iter().find(|(_, bytes)| holds(bytes, &wrap[..32])) {
            return Err(format!("the wrap of {id} was shredded and stands in {name}"));
        }
    }
    let store = Sqlite::open(dir).map_err(|error| format!("does not open: {error}"))?;
    store.check().map_err(|error| error.to_string())?;
    let mut wrong = Vec::new();
    see(&store, |view| {
        let (mut after, mut streams, mut leaves, mut events) =
            (0, BTreeMap::<String, u32>::new(), BTreeSet::new(), 0u64);
        loop {
            let page = view.events_after(after, 1000)?;
            let Some(last) = page.last() else { break };
            if page.iter().zip(after + 1..).any(|(event, number)| event.number != number) {
                wrong.push("numbers have gaps".into());
            }
            after = last.number;
            for event in page {
                events += 1;
                *streams.entry(event.envelope.stream.0).or_default() += 1;
                if event.leaf.is_some_and(|leaf| !leaves.insert(leaf)) {
                    wrong.push(format!("two events have leaf {:?}", event.leaf));
                }
            }
        }
        wrong.extend(streams.iter().filter(|(_, count)| **count != 1).map(|(name, _)| format!("{name} is doubled")));
        let findings = view.tally()?.values().sum::<u64>();
        let waiting = view.outbox(10_000)?.len() as u64;
        if events != findings || events != waiting + leaves.len() as u64 {
            wrong.push(format!("{events} events, {findings} findings, {waiting} waiting, {} leaves", leaves.len()));
        }
        if view.last_leaf()? < said.leaf {
            wrong.push(format!("leaf {:?} was acknowledged, {:?} is kept", said.leaf, view.last_leaf()?));
        }
        for id in &said.kept {
            let kept = view.stream(&stream(*id))?;
            let whole = kept.len() == 1 && kept[0].payload == event(*id, 1).payload;
            if !whole || view.finding(finding(*id).id)?.is_none_or(|row| row.blob != Some(blob(*id))) {
                wrong.push(format!("{id} was acknowledged and is not kept"));
            }
        }
        Ok(())
    });
    for id in &said.kept {
        if store.blob(blob(*id)).unwrap().as_ref() != Some(&blob_of(*id)) {
            wrong.push(format!("the blob of {id} is not kept"));
        }
        let wrap = store.wrap(key(*id), "instance").unwrap();
        if wrap.as_ref() != Some(&wrap_of(*id)) && !store.is_shredded(key(*id)).unwrap() {
            wrong.push(format!("the wrap of {id} is not kept"));
        }
    }
    for id in &said.shredded {
        if !store.is_shredded(key(*id)).unwrap() || store.wrap(key(*id), "instance").unwrap().is_some() {
            wrong.push(format!("{id} was shredded and is not"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) }
}

/// Every file under a folder, with its content.
pub fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push((entry.path().display().to_string(), std::fs::read(entry.path()).unwrap()));
        }
    }
    found
}

/// Whether bytes hold others.
pub fn holds(bytes: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(wanted) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

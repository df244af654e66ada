//! A clearinghouse under load is killed at random moments, again and again.
//! What was acknowledged is there once, nothing is out before its instant, the
//! ledger only grew, the release always verifies, and the views are as the
//! events say (invariants 5, 6, 18, 20, 25).
//!
//! ASSAY_KILLS says how often; 200 by default.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod house;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use assay_app::cases::Opening;
use assay_app::local::Local;
use assay_base::{Entropy as _, Instant, SystemEntropy};
use assay_case::caller::Role;
use assay_case::case::{Channel, Command as Act};
use assay_case::embargo::Policies;
use assay_ledger::{Folder, Reveal, audit};
use assay_store::sqlite::Sqlite;
use assay_store::store::Store as _;
use house::{ANA, BEN, FAY, bundle, open, who};

const HOME: &str = "ASSAY_TEST_HOME";
const FROM: &str = "ASSAY_TEST_FROM";
/// So many kills on one home; then a new one, so that the work between two kills stays the same.
const ON_ONE_HOME: usize = 25;

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // One write: a line is there whole or not at all.
    out.write_all(format!("{line}\n").as_bytes()).and_then(|()| out.flush()).unwrap();
}

#[test]
#[ignore = "the other test starts it as a process of its own, and kills it"]
fn child() {
    let Some(home) = std::env::var_os(HOME).map(PathBuf::from) else { return };
    let from: u64 = std::env::var(FROM).unwrap().parse().unwrap();
    let local = open(&home);
    // The harness has begun a line of its own.
    say("\nup");
    std::thread::scope(|scope| {
        scope.spawn(|| {
            loop {
                let done = local.do_due().unwrap();
                assert!(done.stuck.is_empty(), "{done:?}");
                // More batches than the pace has: more moments to be killed in.
                local.write_batch(local.now()).unwrap();
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        // Every other life begins with what the last one left.
        if SystemEntropy.sixteen()[0] < 100 {
            (0..6).for_each(|_| advance(&local));
        }
        for number in from.. {
            let title = format!("finding {number}");
            let submitted = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", &title, &title));
            let finding = match submitted {
                Ok(submitted) => submitted.receipt.finding,
                // It was kept, and the answer was lost with the process.
                Err(refusal) if refusal.code == "submitted-before" => {
                    say(&format!("again {number}"));
                    continue;
                }
                Err(refusal) => panic!("{refusal}"),
            };
            say(&format!("ack {number} {finding}"));
            for _ in 0..12 {
                advance(&local);
            }
        }
    });
}

/// The next step of the oldest thing that is not done: so the work of one life goes on in the next, whatever step the
/// last one died in.
fn advance(local: &Local) {
    let (ana, ben) = (who(ANA), who(BEN));
    let open = local.cases(&ana).unwrap().into_iter().find(|(row, _)| row.published.is_none() && !row.ready);
    let Some((row, case)) = open else {
        let verified = local.findings(&ana, Some("verified")).unwrap();
        if let Some(row) = verified.first() {
            let opening = Opening {
                findings: vec![row.id],
                title: "a case".into(),
                policies: Policies::default(),
                embargo: true,
            };
            local.open_case(&ana, &opening).unwrap();
        } else if let Some(row) = local.findings(&ana, None).unwrap().iter().find(|row| row.case.is_none()) {
            local.reproduce(Some(&ben), row.id, &house::Fake).unwrap();
        }
        return;
    };
    let (_, persons) = local.members().unwrap();
    let id = |name: &str| persons.iter().find(|person| person.name == name).unwrap().id;
    let channel = Channel::Cli;
    match case.participant(id(BEN)) {
        None => drop(house::invite(local, row.id, BEN, Role::Coordinator).unwrap()),
        Some(ben_in) if !ben_in.read_in => {
            local.act_on_case(&ben, row.id, Act::AcceptEmbargo { channel }).unwrap();
        }
        Some(_) if case.fixes.is_empty() => {
            let patch = format!("a patch of {}", row.id);
            local.try_fix(&ana, row.id, patch.as_bytes(), &house::Fake).unwrap().attached.unwrap();
        }
        Some(_) if let Some(open) = &case.proposal => {
            let agreed = Act::AgreeEnd { proposal: open.id, channel };
            if local.act_on_case(&ben, row.id, agreed).is_err() {
                // Its instant came before everybody had agreed.
                local.act_on_case(&ben, row.id, Act::RejectEnd { proposal: open.id, channel }).unwrap();
            }
        }
        Some(_) if case.end_in_force().is_some_and(|end| end > local.now().plus(Duration::from_secs(3_600))) => {
            let end = local.now().plus(Duration::from_millis(700));
            house::end(local, row.id, end, &[BEN]).unwrap();
        }
        Some(_) => {
            let Some(draft) = &case.draft else {
                local.stage_advisory(&ana, row.id, &house::text("a flaw")).unwrap();
                return;
            };
            if draft.approvals.contains_key(&id(ANA)) {
                // The instant is told before the last signature: who listens knows it before anything can go out.
                let record = local.staged(&ana, row.id).unwrap();
                say(&format!("end {} {}", record.id, record.published.as_micros()));
                local.approve_advisory(&ben, row.id, &house::ben_key()).unwrap();
                say(&format!("ready {}", row.id));
            } else {
                local.approve_advisory(&ana, row.id, &house::ana_key()).unwrap();
            }
        }
    }
}

fn start(home: &Path, from: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env(HOME, home)
        .env(FROM, from.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What was heard of the children of one home.
#[derive(Default)]
struct Heard {
    acknowledged: BTreeMap<u64, String>,
    next: u64,
    up: bool,
    ends: BTreeMap<String, Instant>,
    ready: BTreeSet<String>,
}

impl Heard {
    fn hear(&mut self, line: &str) {
        let words: Vec<&str> = line.split(' ').collect();
        let micros = |text: &str| Instant::from_micros(text.parse().unwrap());
        match words.as_slice() {
            ["up"] => self.up = true,
            ["again", number] => self.next = self.next.max(number.parse::<u64>().unwrap() + 1),
            ["ack", number, finding] => {
                self.next = self.next.max(number.parse::<u64>().unwrap() + 1);
                let before = self.acknowledged.insert(number.parse().unwrap(), (*finding).to_owned());
                assert_eq!(before, None, "acknowledged twice");
            }
            ["end", advisory, end] => drop(self.ends.insert((*advisory).to_owned(), micros(end))),
            ["ready", case] => drop(self.ready.insert((*case).to_owned())),
            _ => {}
        }
    }
}

/// Whatever stands in the release folder: its instant has come. Read while others write it.
fn nothing_early(home: &Path, ends: &BTreeMap<String, Instant>) {
    let advisories = home.join("release/advisories");
    let Ok(items) = fs::read_dir(&advisories) else { return };
    let found: Vec<String> = items.flatten().map(|item| item.file_name().to_string_lossy().into_owned()).collect();
    // The clock after the look: what was there then was not early if this is not before its instant.
    let now = Instant::now();
    for name in found {
        if let Some(end) = ends.get(&name) {
            assert!(now >= *end, "{name} is out at {now}, and its instant is {end}");
        }
    }
}

/// Also the next state, the parts beside it and everything else of a home: no file of an advisory before its instant.
fn no_file_early(home: &Path, ends: &BTreeMap<String, Instant>) {
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for item in fs::read_dir(&folder).unwrap().flatten() {
            let (path, name) = (item.path(), item.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                folders.push(path.clone());
            }
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            let written = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_micros();
            for (_, end) in ends.iter().filter(|(advisory, _)| name.contains(advisory.as_str())) {
                // The kernel stamps files with its coarse clock, which may be one tick behind.
                let tick = 10_000;
                assert!(written as i64 + tick >= end.as_micros(), "{} was written before {end}", path.display());
            }
        }
    }
}

fn check(home: &Path, heard: &Heard, kept: &mut Vec<Vec<u8>>) {
    no_file_early(home, &heard.ends);
    let local = open(home);
    let trust = local.trust().unwrap();
    let now = Instant::now();
    if home.join("release").is_dir() {
        let report = assay_repo::verify_folder(&home.join("release"), &trust, now).unwrap();
        for checked in &report.advisories {
            assert!(checked.published() <= report.index.index().instant, "signed before its instant");
            let end = heard.ends[&checked.record.id.to_string()];
            assert!(report.index.index().instant >= end && checked.published() == end);
        }
    }
    let key = local.ledger_key().unwrap();
    // What was released when the process died counts too; what it left half written is mended by the next batch.
    let released = fs::read(home.join("ledger/checkpoint")).ok();
    kept.extend(released.filter(|note| !kept.contains(note)));
    local.write_batch(local.now()).unwrap();
    for folder in [home.join("ledger"), home.join("release/ledger")] {
        let Ok(note) = fs::read(folder.join("checkpoint")) else { continue };
        if folder.ends_with("release/ledger") {
            let reveals = reveals(&home.join("release/reveals"));
            audit(&Folder::new(&folder), &key, &[], &reveals).unwrap();
        } else {
            let refs: Vec<&[u8]> = kept.iter().map(Vec::as_slice).collect();
            audit(&Folder::new(&folder), &key, &refs, &[]).unwrap();
        }
        if !kept.contains(&note) {
            kept.push(note);
        }
    }
    let rebuilt = local.rebuild().unwrap();
    assert!(rebuilt.different.is_empty(), "{rebuilt:?}");
    // Everything acknowledged is there once; and what was received is the sum of the states.
    let store = Sqlite::open(&home.join("store")).unwrap();
    store.check().unwrap();
    let mut submitted = BTreeMap::new();
    let mut after = 0;
    let mut tally = BTreeMap::new();
    let mut leaves = BTreeSet::new();
    store
        .read(&mut |view| {
            loop {
                let events = view.events_after(after, 1000)?;
                let Some(last) = events.last() else { break };
                after = last.number;
                for event in &events {
                    if event.envelope.kind == "finding.submitted" {
                        *submitted.entry(event.envelope.stream.0.clone()).or_insert(0) += 1;
                    }
                    if let Some(leaf) = event.leaf {
                        assert!(leaves.insert(leaf), "two events on leaf {leaf}");
                    }
                }
            }
            tally = view.tally()?;
            Ok(())
        })
        .unwrap();
    assert!(submitted.values().all(|count| *count == 1));
    assert_eq!(tally.values().sum::<u64>(), submitted.len() as u64);
    let rows = local.findings(&who(ANA), None).unwrap();
    assert_eq!(rows.len(), submitted.len());
    assert_eq!(rows.iter().map(|row| row.bundle).collect::<BTreeSet<_>>().len(), rows.len(), "a bundle twice");
    for (number, finding) in &heard.acknowledged {
        assert_eq!(submitted.get(finding), Some(&1), "finding {number} was acknowledged");
    }
}

fn reveals(folder: &Path) -> Vec<Reveal> {
    let Ok(items) = fs::read_dir(folder) else { return Vec::new() };
    items.flatten().map(|item| Reveal::parse(&fs::read(item.path()).unwrap()).unwrap()).collect()
}

/// One life: a child that is killed after a random while; one of eight while it is still coming up.
fn live_and_die(home: &Path, heard: &mut Heard) {
    let mut child = start(home, heard.next);
    heard.up = false;
    let out = BufReader::new(child.stdout.take().unwrap());
    let (lines, listening) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            let _ = lines.send(line);
        }
    });
    let mut random = [0; 2];
    SystemEntropy.fill(&mut random);
    let while_alive = Duration::from_millis(20 + u64::from(u16::from_le_bytes(random)) % 330);
    let mut began = (random[1] & 7 == 0).then(std::time::Instant::now);
    let over = AtomicBool::new(false);
    while began.is_none_or(|began| began.elapsed() < while_alive) && !over.load(Ordering::Relaxed) {
        while let Ok(line) = listening.try_recv() {
            heard.hear(&line);
        }
        if heard.up && began.is_none() {
            began = Some(std::time::Instant::now());
        }
        nothing_early(home, &heard.ends);
        if child.try_wait().unwrap().is_some() {
            over.store(true, Ordering::Relaxed);
        }
    }
    let by_itself = over.load(Ordering::Relaxed);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap();
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert!(!by_itself && !errors.contains("panicked"), "it ended by itself: {errors}");
    listening.try_iter().for_each(|line| heard.hear(&line));
}

#[test]
fn what_is_acknowledged_survives_every_kill_and_nothing_is_early() {
    let times: usize = std::env::var("ASSAY_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let root = tempfile::tempdir().unwrap();
    let (mut acknowledged, mut published) = (0, 0);
    for (place, kills) in (0..times).step_by(ON_ONE_HOME).map(|from| (from, ON_ONE_HOME.min(times - from))) {
        let home = root.path().join(place.to_string());
        drop(house::build(&home));
        let (mut heard, mut kept) = (Heard::default(), Vec::new());
        for _ in 0..kills {
            live_and_die(&home, &mut heard);
            check(&home, &heard, &mut kept);
        }
        // When all is quiet, everything that was ready is out, once.
        if let Some(last) = heard.ends.values().max() {
            let now = Instant::now();
            if now < *last {
                std::thread::sleep(last.since(now));
            }
        }
        let local = open(&home);
        for _ in 0..2 {
            let done = local.do_due().unwrap();
            assert!(done.stuck.is_empty(), "{done:?}");
            local.write_batch(local.now()).unwrap();
        }
        let done = local.do_due().unwrap();
        assert!(done.published.is_empty(), "{done:?}");
        check(&home, &heard, &mut kept);
        let out: BTreeSet<String> = local
            .cases(&who(ANA))
            .unwrap()
            .into_iter()
            .filter(|(row, _)| row.published.is_some())
            .map(|(row, _)| row.id.to_string())
            .collect();
        assert!(heard.ready.is_subset(&out), "ready, and not out: {:?}", heard.ready.difference(&out));
        let release = assay_repo::verify_folder(&home.join("release"), &local.trust().unwrap(), Instant::now());
        match release {
            Ok(report) => assert_eq!(report.advisories.len(), out.len()),
            // On a slow machine a home may never get as far as a publication; then there is no release at all.
            Err(assay_repo::VerifyError::Refused(assay_repo::Refusal::NoIndex)) => {
                assert!(out.is_empty(), "{out:?} is not out")
            }
            Err(error) => panic!("{error}"),
        }
        let left: Vec<_> = fs::read_dir(&home)
            .unwrap()
            .map(|item| item.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| !name.ends_with("lock"))
            .collect();
        assert_eq!(left.iter().filter(|name| name.starts_with('.')).count(), 0, "left behind: {left:?}");
        acknowledged += heard.acknowledged.len();
        published += out.len();
    }
    // How much is done between two kills is the machine's affair; none would show nothing.
    assert!(acknowledged > times / 20 && published > 0, "too little work: {acknowledged}, {published}");
    println!("{times} kills: {acknowledged} acknowledged, {published} published");
}

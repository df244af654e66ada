//! A process that keeps things is killed again and again, at any moment: what
//! it acknowledged is there, whole and once, and the next one goes on.
//!
//! ASSAY_KILLS says how often; 200 by default.
#![allow(clippy::unwrap_used, clippy::panic)]

mod work;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use assay_base::Entropy as _;
use assay_store::conformance::sample::Repeatable;
use work::{Acknowledged, judge, run_child};

#[test]
#[ignore = "the other test starts it as a process of its own"]
fn child() {
    run_child();
}

#[test]
fn what_is_acknowledged_survives_kills() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("store");
    std::fs::create_dir(&dir).unwrap();
    std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o700)).unwrap();
    let kills: u64 = std::env::var("ASSAY_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let mut said = Acknowledged::default();
    let (mut busy, mut random) = (0, Repeatable(42));
    for life in 0..kills {
        let mut child = work::child(&dir, 1 + life * 1000, 400, false)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (sender, heard) = std::sync::mpsc::channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        let listening = std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        // From before the store is open to the midst of the work.
        std::thread::sleep(Duration::from_micros(u64::from(random.sixteen()[0]) * 500));
        child.kill().unwrap();
        assert!(!child.wait().unwrap().success(), "it was killed at work, not at its end");
        listening.join().unwrap();
        let before = said.kept.len();
        heard.try_iter().for_each(|line| said.hear(&line));
        busy += usize::from(said.kept.len() > before);
        // What is shredded is checked in the files too: that needs a store that nobody has open.
        if life % 20 == 19 {
            judge(&dir, &said).unwrap();
        }
    }
    judge(&dir, &said).unwrap();
    println!("{} submissions acknowledged in {busy} of {kills} lives", said.kept.len());
    assert!(busy as u64 * 4 >= kills, "the kills came too early to show anything: {busy}");
}

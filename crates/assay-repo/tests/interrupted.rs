//! Publishing while others read, and publishing that is killed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use assay_repo::{Source, verify_folder};
use support::*;

/// Names the folder in which a child works.
const CHILD: &str = "ASSAY_REPO_TEST_CHILD";

#[test]
fn readers_never_see_half_a_release() {
    let home = temporary();
    let folder = released(home.path(), &[1]);
    let done = AtomicBool::new(false);
    let reads = AtomicUsize::new(0);
    thread::scope(|scope| {
        for name in ["one", "two"] {
            let (folder, done, reads) = (&folder, &done, &reads);
            let mirror = home.path().join(name);
            scope.spawn(move || {
                let mut version = 0;
                while !done.load(Ordering::SeqCst) {
                    let report = verify_folder(folder, &trust(), now()).unwrap();
                    assert!(report.index.index().version >= version);
                    version = report.index.index().version;
                    // Published files stay, so a client that is overtaken still gets one whole state.
                    // The ledger's checkpoint is one file that moves on: who read the index before it is refused, and
                    // asks again. What it has is whole either way.
                    match client(&mirror).sync(&Source::Folder(folder.clone()), now()) {
                        Ok(synced) => assert!(synced.to >= version),
                        Err(error) => {
                            assert!(error.to_string().contains("ledger/checkpoint"), "{error}");
                            let newer = verify_folder(folder, &trust(), now()).unwrap().index.index().version;
                            assert!(newer > version, "nothing overtook it: {error}");
                            continue;
                        }
                    }
                    reads.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for number in 2..20 {
            // The ledger grows with each: its checkpoint is the one file that changes under its name.
            let beside = home.path().join(format!("beside-{number}"));
            std::fs::create_dir_all(beside.join("ledger")).unwrap();
            std::fs::write(beside.join("ledger/checkpoint"), format!("{number}")).unwrap();
            let next = assay_repo::Next { beside: Some(beside), ..next(&[number]) };
            publisher(&folder).publish(&next, now()).unwrap();
        }
        done.store(true, Ordering::SeqCst);
    });
    assert_eq!(verify_folder(&folder, &trust(), now()).unwrap().index.index().version, 19);
    println!("{} reads during 18 publications", reads.load(Ordering::SeqCst));
    assert!(reads.load(Ordering::SeqCst) >= 2);
}

/// Not a test of its own: what the killed process does.
#[test]
fn child() {
    let Some(home) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let folder = home.join("release");
    for number in 1.. {
        publisher(&folder).publish(&next(&[number]), now()).unwrap();
        // What stands here was acknowledged, so it may not be lost.
        std::fs::write(home.join("acknowledged"), number.to_string()).unwrap();
        let synced = client(&home.join("mirror")).sync(&Source::Folder(folder.clone()), now()).unwrap();
        std::fs::write(home.join("synced"), synced.to.to_string()).unwrap();
    }
}

fn number(path: &Path) -> u64 {
    std::fs::read_to_string(path).ok().and_then(|text| text.parse().ok()).unwrap_or(0)
}

#[test]
fn a_killed_publisher_leaves_the_old_state_or_the_new_one() {
    let mut published = 0;
    let rounds = rounds(20) as u64;
    for round in 0..rounds {
        let home = temporary();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--nocapture"])
            .env(CHILD, home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(40 + round * 37 % 350));
        child.kill().unwrap();
        child.wait().unwrap();
        let (folder, mirror) = (home.path().join("release"), home.path().join("mirror"));
        let acknowledged = number(&home.path().join("acknowledged"));
        let found =
            if folder.exists() { verify_folder(&folder, &trust(), now()).unwrap().index.index().version } else { 0 };
        assert!(found == acknowledged || found == acknowledged + 1, "{found} after {acknowledged}");
        if mirror.exists() {
            let version = verify_folder(&mirror, &trust(), now()).unwrap().index.index().version;
            assert!(version >= number(&home.path().join("synced")) && version <= found);
        }
        // Whoever comes next finds no obstacle, and publishes the same once.
        let all: Vec<u32> = (1..=u32::try_from(acknowledged + 1).unwrap()).collect();
        let again = publisher(&folder).publish(&next(&all), now()).unwrap();
        assert_eq!(again.new.len() as u64, acknowledged + 1 - found);
        client(&mirror).sync(&Source::Folder(folder.clone()), now()).unwrap();
        assert_eq!(verify_folder(&mirror, &trust(), now()).unwrap().advisories.len() as u64, acknowledged + 1);
        published += found;
    }
    println!("{rounds} kills, {published} publications before them");
}

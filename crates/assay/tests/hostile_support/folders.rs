//! Bundles in folders that no repository can hold.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use libtest_mimic::{Failed, Trial};
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::stored::{judged, refused};
use super::{Answer, Bench, Bundle, hold, prove, run, trial};

/// One way to spoil a bundle, and the codes that are right for it.
type Spoil = (&'static str, fn(&Bundle), &'static [&'static str]);

const SPOILT: &[Spoil] = &[
    ("link-to-a-file", |b| link(b, "/etc/passwd", "poc/trigger"), &["not-a-plain-file"]),
    ("link-to-a-folder", |b| link(b, "/", "poc/all"), &["not-a-plain-file"]),
    ("link-for-a-source", |b| link(b, "/etc", "target"), &["not-a-plain-file"]),
    ("link-for-the-manifest", |b| link(b, "/etc/passwd", "proof.toml"), &["not-a-plain-file"]),
    ("link-inside", |b| link(b, "benign", "poc/trigger"), &["not-a-plain-file"]),
    ("link-loop", |b| link(b, "trigger", "poc/trigger"), &["not-a-plain-file"]),
    ("pipe-for-an-input", |b| special(b, "poc/trigger", FileType::Fifo), &["not-a-plain-file"]),
    ("pipe-for-the-manifest", |b| special(b, "proof.toml", FileType::Fifo), &["not-a-plain-file"]),
    ("socket-for-an-input", |b| drop(UnixListener::bind(fresh(b, "poc/trigger"))), &["not-a-plain-file"]),
    ("name-not-utf8", |b| write_name(b, b"\xff\xfe"), &["bad-path"]),
    ("name-with-newline", |b| write_name(b, b"a\nb"), &["bad-path"]),
    ("name-with-escape", |b| write_name(b, b"\x1b[2J"), &["bad-path"]),
    ("name-with-direction", |b| write_name(b, "\u{202e}txt.c".as_bytes()), &["bad-path"]),
    ("too-deep", |b| fs::create_dir_all(b.path().join("d/".repeat(200))).unwrap(), &["too-large"]),
    ("too-many-files", too_many_files, &["too-large"]),
    ("giant-input", |b| hole(b, "poc/trigger", 10 << 30), &["too-large"]),
    ("giant-manifest", |b| hole(b, "proof.toml", 100 << 20), &["too-large"]),
    ("no-manifest", |b| fs::remove_file(b.path().join("proof.toml")).unwrap(), &["no-manifest"]),
    ("own-source", |b| drop(b.write("src/target.c", b"int x;")), &["reserved-path"]),
];

/// All of them.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    let mut trials: Vec<Trial> = SPOILT
        .iter()
        .map(|(name, spoil, codes)| {
            trial(bench, *name, move |bench| {
                let bundle = Bundle::new(bench);
                spoil(&bundle);
                refused_by_all(bench, bundle.path(), codes)
            })
        })
        .collect();
    if rustix::process::geteuid().is_root() {
        trials.push(trial(bench, "device-for-an-input", |bench| {
            let bundle = Bundle::new(bench);
            // The device that never ends.
            let place = fresh(&bundle, "poc/trigger");
            mknodat(CWD, &place, FileType::CharacterDevice, Mode::from(0o666), rustix::fs::makedev(1, 5))?;
            refused_by_all(bench, bundle.path(), &["not-a-plain-file"])
        }));
    }
    trials.push(trial(bench, "all-is-well", |bench| {
        judged(&prove(bench, Bundle::new(bench).path())?, &["not-reproduced"], Some("claimant"))
    }));
    trials.push(trial(bench, "hard-links", hard_links));
    trials.push(trial(bench, "changes-while-read", changes_while_read));
    trials.push(trial(bench, "folder-becomes-a-link", folder_becomes_a_link));
    trials
}

/// Both commands refuse it for one of these reasons.
pub fn refused_by_all(bench: &Bench, bundle: &Path, codes: &[&str]) -> Result<(), Failed> {
    refused(&prove(bench, bundle)?, codes)?;
    refused(&command(bench, "check", bundle)?, codes)?;
    hold(run(bench, &["prove".as_ref(), bundle.as_os_str()])?.exit == Some(2), "the text has another exit code")
}

fn command(bench: &Bench, word: &str, bundle: &Path) -> Result<Answer, Failed> {
    run(bench, &["bundle".as_ref(), word.as_ref(), "--format".as_ref(), "json".as_ref(), bundle.as_os_str()])
}

/// The place of a file that is no longer there.
fn fresh(bundle: &Bundle, path: &str) -> std::path::PathBuf {
    let place = bundle.path().join(path);
    match fs::symlink_metadata(&place) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(&place).unwrap(),
        Ok(_) => fs::remove_file(&place).unwrap(),
        Err(_) => {}
    }
    place
}

fn link(bundle: &Bundle, to: &str, path: &str) {
    symlink(to, fresh(bundle, path)).unwrap();
}

fn special(bundle: &Bundle, path: &str, kind: FileType) {
    mknodat(CWD, fresh(bundle, path), kind, Mode::from(0o666), 0).unwrap();
}

fn write_name(bundle: &Bundle, name: &[u8]) {
    fs::write(bundle.path().join("poc").join(std::ffi::OsStr::from_bytes(name)), b"x").unwrap();
}

fn too_many_files(bundle: &Bundle) {
    fs::create_dir(bundle.path().join("many")).unwrap();
    for number in 0..20_001 {
        File::create(bundle.path().join(format!("many/{number}"))).unwrap();
    }
}

/// A file that claims bytes it does not have.
fn hole(bundle: &Bundle, path: &str, size: u64) {
    File::options().write(true).open(bundle.path().join(path)).unwrap().set_len(size).unwrap();
}

/// Two names of one file are two files: the build can reach neither the other name nor what lies outside.
fn hard_links(bench: &Bench) -> Result<(), Failed> {
    let bundle = Bundle::new(bench);
    fs::hard_link(bundle.path().join("poc/trigger"), bundle.path().join("twin"))?;
    let outside = bench.fresh();
    let file = outside.path().join("file");
    fs::write(&file, "outside\n")?;
    fs::hard_link(&file, bundle.path().join("outside"))?;
    judged(&prove(bench, bundle.path())?, &["not-reproduced"], Some("claimant"))?;
    hold(fs::read(&file)? == b"outside\n", "a file outside was changed through a hard link")
}

/// Does something again and again while a test runs.
fn meanwhile<T>(again: impl Fn() + Sync, test: impl FnOnce() -> T) -> T {
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                again();
            }
        });
        let result = test();
        done.store(true, Ordering::Relaxed);
        result
    })
}

/// Files that grow, shrink, vanish and come back: an answer each time, and what was run is what was read.
fn changes_while_read(bench: &Bench) -> Result<(), Failed> {
    let bundle = Bundle::new(bench);
    let root = bundle.path().to_owned();
    let change = move || {
        let trigger = root.join("poc/trigger");
        let _ = fs::write(&trigger, vec![b'x'; 3 << 20]);
        let _ = fs::write(&trigger, b"");
        let _ = fs::remove_file(&trigger);
        let _ = symlink("/etc/passwd", &trigger);
        let _ = fs::remove_file(&trigger);
        let _ = fs::write(&trigger, b"trigger\n");
    };
    meanwhile(change, || {
        for round in 0..30 {
            let answer =
                if round % 5 == 0 { prove(bench, bundle.path()) } else { command(bench, "check", bundle.path()) }?;
            match answer.exit {
                Some(0) => {}
                Some(2) => refused(&answer, &["not-a-plain-file", "not-found", "missing-file", "too-large"])?,
                _ => judged(&answer, &["not-reproduced"], Some("claimant"))?,
            }
        }
        Ok(())
    })
}

/// A folder that turns into a link between being listed and being read: what lies behind is never taken in.
fn folder_becomes_a_link(bench: &Bench) -> Result<(), Failed> {
    let digest = |bundle: &Bundle| -> Result<String, Failed> {
        let answer = command(bench, "digest", bundle.path())?;
        Ok(if answer.exit == Some(0) { String::from_utf8_lossy(&answer.stdout).into_owned() } else { String::new() })
    };
    let fallen = Bundle::new(bench);
    for input in ["poc/trigger", "poc/benign"] {
        fallen.write(input, b"of the host\n");
    }
    let fallen_digest = digest(&fallen)?;
    let bundle = Bundle::new(bench);
    hold(!fallen_digest.is_empty() && digest(&bundle)? != fallen_digest, "`bundle digest` tells them not apart")?;
    let aside = bench.fresh();
    let (poc, kept, host) = (bundle.path().join("poc"), aside.path().join("poc"), fallen.path().join("poc"));
    let change = || {
        let _ = fs::rename(&poc, &kept);
        let _ = symlink(&host, &poc);
        let _ = fs::remove_file(&poc);
        let _ = fs::rename(&kept, &poc);
    };
    meanwhile(change, || {
        for _ in 0..200 {
            hold(digest(&bundle)? != fallen_digest, "files behind a link were taken in")?;
        }
        Ok(())
    })
}

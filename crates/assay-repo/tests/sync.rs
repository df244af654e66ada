//! The client: takes what is newer and right, refuses the rest, and keeps what
//! it has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/server.rs"]
mod server;
mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use assay_repo::{Next, Publisher, Refusal, Source, SyncError, Synced, verify_folder};
use server::{Manner, Server};
use support::*;

fn sync(from: &Path, mirror: &Path) -> Result<Synced, SyncError> {
    client(mirror).sync(&Source::Folder(from.to_owned()), now())
}

fn refusal(result: Result<Synced, SyncError>) -> Refusal {
    match result {
        Err(SyncError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mirror_follows() {
    let home = temporary();
    let (folder, mirror) = (home.path().join("release"), home.path().join("mirror"));
    publisher(&folder).publish(&next(&[1]), now()).unwrap();
    let first = sync(&folder, &mirror).unwrap();
    assert_eq!((first.from, first.to, first.new.len(), first.total), (None, 1, 1, 1));
    let same = sync(&folder, &mirror).unwrap();
    assert_eq!((same.from, same.to, same.new.len(), same.total), (Some(1), 1, 0, 1));

    publisher(&folder).publish(&next(&[2, 3]), now()).unwrap();
    publisher(&folder).refresh(now()).unwrap();
    let more = sync(&folder, &mirror).unwrap();
    assert_eq!((more.from, more.to, more.new.len(), more.total), (Some(1), 3, 2, 3));
    assert_eq!(more.new[0].record.id, id(2));

    // The mirror is a release folder itself, and a source of another mirror.
    assert_eq!(verify_folder(&mirror, &trust(), now()).unwrap().advisories.len(), 3);
    let second = home.path().join("second");
    sync(&mirror, &second).unwrap();
    let mut copy = content(&mirror);
    copy.remove(".assay-sync.json");
    assert_eq!(copy, content(&folder));
    assert_eq!(content(&second), content(&mirror));
}

#[test]
fn over_the_web() {
    let home = temporary();
    let (folder, mirror) = (released(home.path(), &[1]), home.path().join("mirror"));
    let server = Server::start(&folder, Manner::Plain);
    let source = Source::parse(&server.url()).unwrap();
    let synced = client(&mirror).sync(&source, now()).unwrap();
    assert_eq!((synced.to, synced.new.len()), (1, 1));
    verify_folder(&mirror, &trust(), now()).unwrap();
    publisher(&folder).publish(&next(&[2]), now()).unwrap();
    let before = server.asked().len();
    client(&mirror).sync(&source, now()).unwrap();
    // Only what is new is fetched, and only with GET.
    assert_eq!(server.asked().len() - before, 1 + 7);
    assert!(server.asked().iter().all(|line| line.starts_with("GET /release/")), "{:?}", server.asked());
    fs::remove_file(folder.join("index.json")).unwrap();
    assert!(matches!(refusal(client(&mirror).sync(&source, now())), Refusal::NoIndex));
}

#[test]
fn hostile_servers() {
    let home = temporary();
    let (folder, mirror) = (released(home.path(), &[1]), home.path().join("mirror"));
    sync(&folder, &mirror).unwrap();
    let before = content(&mirror);
    let plain = Server::start(&folder, Manner::Plain);
    let ask = |url: &str| client(&mirror).sync(&Source::parse(url).unwrap(), now());

    // Data without an end is read up to the bound, and no further.
    let endless = Server::start(&folder, Manner::Endless);
    assert!(matches!(refusal(ask(&endless.url())), Refusal::Index { .. }));
    for manner in [Manner::Broken, Manner::Short, Manner::Redirect("/release/{path}".into())] {
        let server = Server::start(&folder, manner.clone());
        assert!(matches!(ask(&server.url()), Err(SyncError::Unreachable(_))), "{manner:?}");
    }
    // Nobody is there.
    let gone = plain.url();
    drop(plain);
    assert!(matches!(ask(&gone), Err(SyncError::Unreachable(_))));
    assert_eq!(content(&mirror), before);

    // One redirect is followed: who serves it does not matter.
    let plain = Server::start(&folder, Manner::Plain);
    let elsewhere = Server::start(&folder, Manner::Redirect(format!("{}/{{path}}", plain.url())));
    assert_eq!(ask(&elsewhere.url()).unwrap().to, 1);
}

#[test]
fn addresses() {
    for right in ["release", "/srv/release", "file:///srv/release", "http://a.example/x/", "https://a.example:8443"] {
        Source::parse(right).unwrap();
    }
    for wrong in [
        "",
        "ftp://a.example",
        "file://host/x",
        "file:///a%20b",
        "http://",
        "http://user:secret@a.example/",
        "https://a.example/?x=y",
        "https://a.example/#x",
        "https://a b/",
    ] {
        assert!(Source::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_older_release_is_refused() {
    let home = temporary();
    let (folder, mirror) = (released(home.path(), &[1]), home.path().join("mirror"));
    let old = content(&folder);
    publisher(&folder).publish(&next(&[2]), now()).unwrap();
    sync(&folder, &mirror).unwrap();
    let before = content(&mirror);
    let stick = home.path().join("stick");
    put(&stick, &old);
    // It is right in itself; only the memory of the newer one tells.
    verify_folder(&stick, &trust(), now()).unwrap();
    assert!(matches!(refusal(sync(&stick, &mirror)), Refusal::Older { found: 1, seen: 2 }));
    assert_eq!(content(&mirror), before);
    // Even if the mirror's own index is gone, or is the older one.
    for index in [None, Some(&old["index.json"])] {
        fs::remove_file(mirror.join("index.json")).unwrap();
        if let Some(index) = index {
            fs::write(mirror.join("index.json"), index).unwrap();
        }
        assert!(matches!(refusal(sync(&stick, &mirror)), Refusal::Older { found: 1, seen: 2 }));
        sync(&folder, &mirror).unwrap();
        assert_eq!(content(&mirror), before);
    }
}

#[test]
fn two_stories_are_refused() {
    let home = temporary();
    let (ours, theirs) = (home.path().join("ours"), home.path().join("theirs"));
    let mirror = home.path().join("mirror");
    publisher(&ours).publish(&next(&[1]), now()).unwrap();
    put(&theirs, &content(&ours));
    sync(&ours, &mirror).unwrap();
    publisher(&ours).publish(&next(&[2]), now()).unwrap();
    publisher(&theirs).publish(&next(&[3]), now()).unwrap();
    sync(&ours, &mirror).unwrap();
    let before = content(&mirror);

    // The same version with another content.
    let said = refusal(sync(&theirs, &mirror));
    insta::assert_snapshot!(said, @"the release tells another story than the one seen here before: version 2 had another content");
    // The next version, upon another one.
    publisher(&theirs).refresh(now()).unwrap();
    let said = refusal(sync(&theirs, &mirror));
    insta::assert_snapshot!(said, @"the release tells another story than the one seen here before: version 3 does not follow version 2 as it was seen");
    // A later one, in which something is gone.
    publisher(&theirs).refresh(now()).unwrap();
    let said = refusal(sync(&theirs, &mirror));
    insta::assert_snapshot!(said, @"the release tells another story than the one seen here before: ASSAY-2026-0002 is not there any more");
    // A later one, signed earlier.
    let early = now().minus(Duration::from_secs(60));
    let past = home.path().join("past");
    for number in 1..=4 {
        publisher(&past).publish(&next(&[number]), early).unwrap();
    }
    let said = refusal(sync(&past, &mirror));
    insta::assert_snapshot!(said, @"the release tells another story than the one seen here before: version 4 was signed before version 2");
    assert_eq!(content(&mirror), before);
}

#[test]
fn a_frozen_release_is_refused_and_says_so() {
    let home = temporary();
    let (folder, mirror) = (released(home.path(), &[1]), home.path().join("mirror"));
    sync(&folder, &mirror).unwrap();
    let source = Source::Folder(folder.clone());
    let end = now().plus(LIFETIME);
    client(&mirror).sync(&source, end.minus(Duration::from_micros(1))).unwrap();
    let said = refusal(client(&mirror).sync(&source, end));
    insta::assert_snapshot!(said, @"the release ended at 2026-11-28T17:00:00.000000Z; newer advisories may be held back");
    // A clock that was set back does not bring it to life.
    let said = refusal(client(&mirror).sync(&source, now().minus(Duration::from_secs(86_401))));
    insta::assert_snapshot!(said, @"the release was signed at 2026-11-21T17:00:00.000000Z, which is later than now (2026-11-20T16:59:59.000000Z)");
}

#[test]
fn other_keys_are_refused() {
    let home = temporary();
    let mirror = home.path().join("mirror");
    let folder = home.path().join("release");
    // A whole clearinghouse of its own, with the same approvers.
    let public = |numbers: &[u8]| numbers.iter().map(|number| key(*number).verifying_key()).collect::<Vec<_>>();
    let theirs = assay_repo::Trust::new(public(&[STRANGER]), public(&APPROVERS), 2, None).unwrap();
    let publisher = Publisher::new(&folder, theirs, key(STRANGER), LIFETIME).unwrap();
    publisher.publish(&next(&[1]), now()).unwrap();
    let said = refusal(sync(&folder, &mirror));
    assert_eq!(said.code(), "index-signature");
    assert!(said.help().contains("get its new trust file"), "{}", said.help());
    assert!(!mirror.exists());
}

#[test]
fn a_damaged_mirror_is_repaired() {
    let home = temporary();
    let (folder, mirror) = (released(home.path(), &[1]), home.path().join("mirror"));
    sync(&folder, &mirror).unwrap();
    let before = content(&mirror);
    let patch = mirror.join("advisories/ASSAY-2026-0001/fix.patch");
    fs::remove_file(&patch).unwrap();
    fs::write(&patch, "rotten").unwrap();
    fs::remove_file(mirror.join("osv/x_ASSAY-2026-0001.json")).unwrap();
    let synced = sync(&folder, &mirror).unwrap();
    assert_eq!((synced.repaired, synced.new.len()), (2, 0));
    assert_eq!(content(&mirror), before);
    // A lost memory is no reason to believe anything: it is said.
    fs::write(mirror.join(".assay-sync.json"), "{").unwrap();
    assert!(matches!(sync(&folder, &mirror), Err(SyncError::Memory { .. })));
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let home = temporary();
    let folder = released(home.path(), &[1]);
    let mirror = home.path().join("documents");
    for path in ["letter.txt", "photos/1.jpg", "advisories/ASSAY-2026-0001/notes.txt", "osv/mine.json"] {
        let full = mirror.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(&full, "mine").unwrap();
        let error = sync(&folder, &mirror).unwrap_err();
        assert!(matches!(&error, SyncError::NotAMirror { path: found, .. } if found == path), "{error}");
        assert_eq!(fs::read(&full).unwrap(), b"mine");
        fs::remove_dir_all(&mirror).unwrap();
    }
    fs::create_dir(&mirror).unwrap();
    std::os::unix::fs::symlink("/etc", mirror.join("advisories")).unwrap();
    assert!(matches!(sync(&folder, &mirror), Err(SyncError::NotAMirror { .. })));
    assert!(fs::symlink_metadata(mirror.join("advisories")).is_ok());
}

#[test]
fn the_whole_or_nothing() {
    let home = temporary();
    let (folder, mirror) = (released(home.path(), &[1]), home.path().join("mirror"));
    sync(&folder, &mirror).unwrap();
    let before = content(&mirror);
    publisher(&folder).publish(&Next { approved: vec![approved(2), approved(3)], ..Next::default() }, now()).unwrap();
    // The last file of the last advisory is missing: nothing of the rest is taken.
    fs::remove_file(folder.join("osv/x_ASSAY-2026-0003.json")).unwrap();
    assert!(matches!(refusal(sync(&folder, &mirror)), Refusal::Missing { .. }));
    assert_eq!(content(&mirror), before);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 4, "the two folders and their locks");
}

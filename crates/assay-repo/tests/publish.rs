//! Publishing: all at once, once, never early, and never by one person.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::time::Duration;

use assay_repo::{
    Candidate, CandidateError, LedgerHead, Next, PublishError, Publisher, Refusal, StagingError, Trust, VerifyError,
    verify_folder,
};
use assay_seal::Envelope;
use support::*;

#[test]
fn a_release_is_published_and_verified() {
    let home = temporary();
    let folder = home.path().join("release");
    let publisher = publisher(&folder);
    let first = publisher.publish(&next(&[1]), now()).unwrap();
    assert_eq!((first.version, first.new.as_slice()), (1, &[id(1)][..]));
    let second = publisher.publish(&next(&[2]), now().plus_days(1)).unwrap();
    assert_eq!((second.version, second.new.as_slice()), (2, &[id(2)][..]));

    let report = verify_folder(&folder, &trust(), now().plus_days(1)).unwrap();
    assert_eq!(report.index.digest(), second.digest);
    assert_eq!(report.index.index().previous, Some(first.digest));
    assert_eq!(report.index.index().expires, second.expires);
    let said: Vec<_> = report
        .advisories
        .iter()
        .map(|checked| (checked.record.id.clone(), checked.level().unwrap().to_string(), checked.approvers.len()))
        .collect();
    assert_eq!(said, [(id(1), "L2".into(), 2), (id(2), "L2".into(), 2)]);

    let paths: Vec<String> = content(&folder).into_keys().collect();
    insta::assert_snapshot!(paths.join("\n"), @r"
    advisories/ASSAY-2026-0001/assay-2026-0001.json
    advisories/ASSAY-2026-0001/fix.patch
    advisories/ASSAY-2026-0001/fix.statement.dsse.json
    advisories/ASSAY-2026-0001/openvex.json
    advisories/ASSAY-2026-0001/osv.json
    advisories/ASSAY-2026-0001/record.dsse.json
    advisories/ASSAY-2026-0002/assay-2026-0002.json
    advisories/ASSAY-2026-0002/fix.patch
    advisories/ASSAY-2026-0002/fix.statement.dsse.json
    advisories/ASSAY-2026-0002/openvex.json
    advisories/ASSAY-2026-0002/osv.json
    advisories/ASSAY-2026-0002/record.dsse.json
    index.json
    osv/x_ASSAY-2026-0001.json
    osv/x_ASSAY-2026-0002.json
    ");
    assert_eq!(report.files, paths.len());
    // Nothing is left beside it but the lock.
    let beside: Vec<_> = fs::read_dir(home.path()).unwrap().map(|item| item.unwrap().file_name()).collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
}

#[test]
fn publishing_again_changes_nothing() {
    let home = temporary();
    let folder = released(home.path(), &[1, 2]);
    let before = content(&folder);
    assert_eq!(publisher(&folder).published().unwrap(), [id(1), id(2)]);
    let again = publisher(&folder).publish(&next(&[2, 1]), now().plus_days(1)).unwrap();
    assert_eq!((again.version, again.new.len()), (1, 0));
    assert_eq!(content(&folder), before);
    // Nor does it if a third approver signs later.
    let candidate = candidate(1);
    let mut envelope = candidate.sign(&key(APPROVERS[2]));
    envelope.add_signature(&key(APPROVERS[0]));
    let approved = vec![candidate.approve(envelope, &trust()).unwrap()];
    let again = publisher(&folder).publish(&Next { approved, ..Next::default() }, now()).unwrap();
    assert_eq!(again.version, 1);
    assert_eq!(content(&folder), before);
}

#[test]
fn refreshing_moves_the_end_and_nothing_else() {
    let home = temporary();
    let folder = released(home.path(), &[1]);
    let late = now().plus(LIFETIME);
    assert!(matches!(
        verify_folder(&folder, &trust(), late),
        Err(VerifyError::Refused(Refusal::Expired { expires })) if expires == late
    ));
    let refreshed = publisher(&folder).refresh(late).unwrap();
    assert_eq!((refreshed.version, refreshed.expires), (2, late.plus(LIFETIME)));
    assert_eq!(verify_folder(&folder, &trust(), late).unwrap().advisories.len(), 1);
}

#[test]
fn not_one_microsecond_early() {
    let home = temporary();
    let folder = home.path().join("release");
    let instant = made::draft().published;
    let error = publisher(&folder).publish(&next(&[1]), instant.minus(Duration::from_micros(1))).unwrap_err();
    insta::assert_snapshot!(error, @"ASSAY-2026-0001 is to be published at 2026-11-20T17:00:00.000000Z, and it is 2026-11-20T16:59:59.999999Z: nothing goes out before its instant");
    assert!(!folder.exists());
    // And nothing of it lies anywhere.
    assert_eq!(content(home.path()).keys().collect::<Vec<_>>(), [".release.assay-lock"]);
    publisher(&folder).publish(&next(&[1]), instant).unwrap();
}

#[test]
fn an_id_is_given_once() {
    let home = temporary();
    let folder = released(home.path(), &[1]);
    let mut draft = candidate(1).record().clone().into_draft();
    draft.title = "Another story".into();
    draft.fix = None;
    let other = Candidate::new(assay_advisory::record::Record::new(draft).unwrap(), None, None).unwrap();
    let mut envelope = other.sign(&key(APPROVERS[0]));
    envelope.add_signature(&key(APPROVERS[1]));
    let approved = vec![other.approve(envelope, &trust()).unwrap()];
    let error = publisher(&folder).publish(&Next { approved, ..Next::default() }, now()).unwrap_err();
    insta::assert_snapshot!(error, @"ASSAY-2026-0001 is published already, with another content; an advisory is never changed, a new one takes its place");
}

#[test]
fn one_approver_is_not_enough_however_often_he_signs() {
    let too_few = |envelope: Envelope| match candidate(1).approve(envelope, &trust()) {
        Err(CandidateError::TooFew { signed, threshold }) => (signed, threshold),
        other => panic!("{other:?}"),
    };
    let mut envelope = candidate(1).sign(&key(APPROVERS[0]));
    assert_eq!(too_few(envelope.clone()), (1, 2));
    // A stranger's signature and the index key's count for nothing.
    envelope.add_signature(&key(STRANGER));
    envelope.add_signature(&key(INDEX));
    assert_eq!(too_few(envelope.clone()), (1, 2));
    // One signature written twice is one signer.
    let text = String::from_utf8(candidate(1).sign(&key(APPROVERS[0])).to_json()).unwrap();
    let (head, tail) = text.split_once("\"signatures\":[").unwrap();
    let one = tail.strip_suffix("]}").unwrap();
    let twice = format!("{head}\"signatures\":[{one},{one}]}}");
    assert_eq!(too_few(Envelope::parse(twice.as_bytes()).unwrap()), (1, 2));
    // An approval of another advisory is none of this one.
    let mut other = candidate(2).sign(&key(APPROVERS[0]));
    other.add_signature(&key(APPROVERS[1]));
    assert!(matches!(candidate(1).approve(other, &trust()), Err(CandidateError::OtherPayload)));
}

#[test]
fn record_and_files_have_to_agree() {
    let record = || candidate(1).record().clone();
    let error = |patch: Option<&[u8]>, statement: Option<&[u8]>| {
        Candidate::new(record(), patch.map(<[u8]>::to_vec), statement.map(<[u8]>::to_vec)).unwrap_err().to_string()
    };
    insta::assert_snapshot!(error(None, None), @"the record and the files disagree: the patch is not the one that the record names");
    insta::assert_snapshot!(error(Some(b"other"), None), @"the record and the files disagree: the patch is not the one that the record names");
    let patch = format!("{}+1\n", std::str::from_utf8(made::PATCH).unwrap());
    insta::assert_snapshot!(error(Some(patch.as_bytes()), None), @"the record and the files disagree: the statement is not the one that the record names");
    // A statement of another runner than the one that the record names.
    let mut draft = record().into_draft();
    let statement = Envelope::sign("application/vnd.in-toto+json", b"1", &key(STRANGER)).to_json();
    let verification = draft.fix.as_mut().unwrap().verification.as_mut().unwrap();
    verification.statement = assay_bundle::digest::Sha256::of(&statement);
    let record = assay_advisory::record::Record::new(draft).unwrap();
    let error = Candidate::new(record, Some(patch.into_bytes()), Some(statement)).unwrap_err();
    insta::assert_snapshot!(error, @"the record and the files disagree: the statement is not signed by the runner that the record names");
}

#[test]
fn somebody_elses_folder_is_left_alone() {
    let home = temporary();
    let folder = home.path().join("release");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("letter.txt"), "mine").unwrap();
    assert!(matches!(
        publisher(&folder).publish(&next(&[1]), now()),
        Err(PublishError::Broken(VerifyError::Refused(Refusal::NoIndex)))
    ));
    assert_eq!(content(&folder)["letter.txt"], b"mine");
    // Also in a release folder: whoever put it there has to take it away.
    fs::remove_file(folder.join("letter.txt")).unwrap();
    publisher(&folder).publish(&next(&[1]), now()).unwrap();
    fs::write(folder.join("letter.txt"), "mine").unwrap();
    assert!(matches!(
        publisher(&folder).publish(&next(&[2]), now()),
        Err(PublishError::Broken(VerifyError::Refused(Refusal::Unlisted { .. })))
    ));
    assert_eq!(content(&folder)["letter.txt"], b"mine");
}

#[test]
fn a_changed_folder_is_not_built_upon() {
    let home = temporary();
    let folder = released(home.path(), &[1]);
    let path = folder.join("advisories/ASSAY-2026-0001/fix.patch");
    fs::remove_file(&path).unwrap();
    fs::write(&path, "evil").unwrap();
    let error = publisher(&folder).publish(&next(&[2]), now()).unwrap_err();
    assert!(matches!(error, PublishError::Broken(VerifyError::Refused(Refusal::Size { .. }))), "{error}");
}

#[test]
fn a_clock_set_back_publishes_nothing() {
    let home = temporary();
    let folder = released(home.path(), &[1]);
    let error = publisher(&folder).publish(&next(&[2]), now().minus(Duration::from_secs(1))).unwrap_err();
    assert!(matches!(error, PublishError::ClockSetBack { .. }), "{error}");
}

#[test]
fn the_publisher_has_an_index_key_and_nothing_more() {
    let publisher = Publisher::new("release", trust(), key(APPROVERS[0]), LIFETIME);
    assert!(matches!(publisher, Err(PublishError::OtherKey(_))));
}

#[test]
fn two_publishers_do_not_meet() {
    let home = temporary();
    let folder = released(home.path(), &[1]);
    let lock = fs::OpenOptions::new().write(true).open(home.path().join(".release.assay-lock")).unwrap();
    lock.lock().unwrap();
    let error = publisher(&folder).publish(&next(&[2]), now()).unwrap_err();
    assert!(matches!(error, PublishError::Staging(StagingError::Busy(_))), "{error}");
    drop(lock);
    publisher(&folder).publish(&next(&[2]), now()).unwrap();
}

/// What a ledger's folder may look like.
fn ledger(home: &std::path::Path) -> std::path::PathBuf {
    let beside = home.join("app");
    fs::create_dir_all(beside.join("ledger/tile/entries/x001/067.p")).unwrap();
    fs::create_dir_all(beside.join("reveals")).unwrap();
    fs::write(beside.join("ledger/checkpoint"), "five").unwrap();
    fs::write(beside.join("ledger/tile/entries/x001/067.p/5"), "tile").unwrap();
    fs::write(beside.join("reveals/1.json"), "{}").unwrap();
    beside
}

#[test]
fn the_ledger_goes_with_it_and_stays() {
    let home = temporary();
    let folder = home.path().join("release");
    let beside = ledger(home.path());
    let head = LedgerHead { origin: "log.example".into(), size: 5, root: assay_bundle::digest::Sha256::of(b"root") };
    let all = Next { approved: vec![approved(1)], ledger_head: Some(head.clone()), beside: Some(beside.clone()) };
    publisher(&folder).publish(&all, now()).unwrap();
    // The same again changes nothing, until half of the index's life is over.
    assert_eq!(publisher(&folder).publish(&all, now().plus(LIFETIME / 2)).unwrap().version, 2);
    assert_eq!(publisher(&folder).publish(&all, now().plus(LIFETIME / 2)).unwrap().version, 2);
    publisher(&folder).publish(&next(&[2]), now().plus(LIFETIME / 2)).unwrap();
    let report = verify_folder(&folder, &trust(), now().plus(LIFETIME / 2)).unwrap();
    assert_eq!(report.index.index().ledger, Some(head));
    let kept = content(&folder);
    assert_eq!(kept["ledger/checkpoint"], b"five");
    assert_eq!(kept["ledger/tile/entries/x001/067.p/5"], b"tile");
    assert_eq!(kept["reveals/1.json"], b"{}");
    // It grows: what is not there any more goes.
    fs::rename(beside.join("ledger/tile/entries/x001/067.p/5"), beside.join("ledger/tile/entries/x001/067")).unwrap();
    let grown = Next { beside: Some(beside.clone()), ..Next::default() };
    assert_eq!(publisher(&folder).publish(&grown, now().plus(LIFETIME / 2)).unwrap().version, 4);
    assert!(!content(&folder).contains_key("ledger/tile/entries/x001/067.p/5"));
    // A mirror gets all of it, and a changed one is refused.
    let mirror = home.path().join("mirror");
    let source = assay_repo::Source::Folder(folder.clone());
    client(&mirror).sync(&source, now().plus(LIFETIME / 2)).unwrap();
    let mut copy = content(&mirror);
    copy.remove(".assay-sync.json");
    assert!(copy == content(&folder));
    fs::remove_file(folder.join("ledger/checkpoint")).unwrap();
    fs::write(folder.join("ledger/checkpoint"), "fiv3").unwrap();
    assert!(matches!(
        verify_folder(&folder, &trust(), now().plus(LIFETIME / 2)),
        Err(VerifyError::Refused(Refusal::Changed { .. }))
    ));
}

#[test]
fn odd_files_are_not_published() {
    let home = temporary();
    let folder = home.path().join("release");
    for name in [".hidden", "a b", "x\u{202e}y"] {
        let beside = ledger(home.path());
        let odd = beside.join("reveals").join(name);
        fs::write(&odd, "{}").unwrap();
        let all = Next { beside: Some(beside), ..Next::default() };
        assert!(matches!(publisher(&folder).publish(&all, now()), Err(PublishError::OddFile(_))), "{name}");
        fs::remove_file(odd).unwrap();
    }
    let beside = ledger(home.path());
    std::os::unix::fs::symlink("/etc/passwd", beside.join("reveals/2.json")).unwrap();
    let all = Next { beside: Some(beside), ..Next::default() };
    assert!(matches!(publisher(&folder).publish(&all, now()), Err(PublishError::OddFile(_))));
    assert!(!folder.exists());
}

#[test]
fn trust_needs_two_people_and_two_roles() {
    let public = |numbers: &[u8]| numbers.iter().map(|n| key(*n).verifying_key()).collect::<Vec<_>>();
    let refused = |index: &[u8], approvers: &[u8], threshold| {
        Trust::new(public(index), public(approvers), threshold, None).unwrap_err().to_string()
    };
    insta::assert_snapshot!(refused(&[], &[2, 3], 2), @"there are 0 index keys; 1 to 64 can stand there");
    insta::assert_snapshot!(refused(&[1], &[2], 1), @"there are 1 approver keys; 2 to 64 can stand there");
    insta::assert_snapshot!(refused(&[1], &[2, 3], 1), @"the threshold is 1; it is 2 at least, and at most the 2 approver keys");
    insta::assert_snapshot!(refused(&[1], &[2, 3], 3), @"the threshold is 3; it is 2 at least, and at most the 2 approver keys");
    assert!(refused(&[1], &[2, 2], 2).ends_with("stands there twice; each key has one role, and counts once"));
    assert!(refused(&[1], &[1, 2], 2).ends_with("stands there twice; each key has one role, and counts once"));
    let text = trust().to_json();
    assert_eq!(Trust::parse(&text).unwrap().to_json(), text);
    let text = String::from_utf8(text).unwrap();
    assert!(Trust::parse(text.replace("trust/1", "trust/2").as_bytes()).is_err());
    assert!(Trust::parse(text.replace("\"approver_threshold\": 2", "\"approver_threshold\": 1").as_bytes()).is_err());
    assert!(Trust::parse(text.replace("\"schema\"", "\"more\": 1, \"schema\"").as_bytes()).is_err());
    assert!(Trust::parse(&vec![b' '; 70_000]).is_err());
}

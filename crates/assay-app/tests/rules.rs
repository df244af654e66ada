//! What an attacker would try, and what a careless colleague does: each is
//! refused, or does no harm.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod house;

use std::fs;
use std::sync::Barrier;
use std::time::Duration;

use assay_app::agreement::{By, NotCompared, Reading};
use assay_app::severities::Stated;
use assay_case::caller::Role;
use assay_case::case::{CaseCloseReason, Channel, Command};
use assay_case::embargoed::Embargoed;
use house::{ANA, BEN, FAY, Fake, GUS, VERA, ana_key, ben_key, bundle, case, end, ready, text, who};

fn code<T>(result: Result<T, assay_app::refusal::Refusal>) -> String {
    result.err().map_or_else(|| "done".into(), |refusal| refusal.code)
}

#[test]
fn two_who_share_a_key_are_one() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    assert_eq!(code(local.register_approver(VERA, ana_key().verifying_key())), "key-taken");
    let runner = local.home().keys().unwrap().index.verifying_key();
    assert_eq!(code(local.register_approver(VERA, runner)), "own-key");
    assert_eq!(
        code(local.register_approver(ANA, assay_seal::SigningKey::from_seed(&[3; 32]).verifying_key())),
        "approver-known"
    );
    // The same again is no change.
    local.register_approver(ANA, ana_key().verifying_key()).unwrap();
    let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "one", "a")).unwrap().receipt.finding;
    local.reproduce(None, finding, &Fake).unwrap();
    let case = case(&local, &[finding], "one", false);
    local.stage_advisory(&who(ANA), case.id, &text("one")).unwrap();
    assert_eq!(code(local.approve_advisory(&who(ANA), case.id, &ben_key())), "other-key");
    assert_eq!(code(local.approve_advisory(&who(VERA), case.id, &ben_key())), "no-approver-key");
}

#[test]
fn who_left_answers_for_nothing_any_more() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "one", "a")).unwrap().receipt.finding;
    let (case, number, at) = ready(&local, finding, "one", Duration::from_secs(400));
    local.remove_person(&who(ANA), BEN).unwrap();
    house::wait(at);
    let done = local.do_due().unwrap();
    assert!(done.published.is_empty() && !local.home().release().exists(), "{done:?}");
    assert!(done.stuck[0].contains("has left") && done.stuck[0].contains("assay case approve"), "{done:?}");
    assert_eq!(code(local.case(&who(BEN), case)), "no-such-person");
    assert!(!number.is_empty());
}

#[test]
fn an_early_end_takes_a_new_advisory_and_two_new_signatures() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "one", "a")).unwrap().receipt.finding;
    let (case, number, _) = ready(&local, finding, "one", Duration::from_secs(86_400 * 3));
    let source = Embargoed::new(assay_case::text::Line::new("a public list").unwrap());
    local.act_on_case(&who(ANA), case, Command::RecordPublicAwareness { source }).unwrap();
    // What was signed speaks of another end: the signatures have fallen.
    let done = local.do_due().unwrap();
    assert!(done.published.is_empty() && !local.home().release().exists(), "{done:?}");
    assert_ne!(code(local.approve_advisory(&who(BEN), case, &ben_key())), "done");
    // Dated anew, under the same number.
    let staged = local.stage_advisory(&who(ANA), case, &text("one")).unwrap();
    assert_eq!(staged.record.id.to_string(), number);
    assert!(staged.record.published <= local.now());
    local.approve_advisory(&who(ANA), case, &ana_key()).unwrap();
    assert!(local.do_due().unwrap().published.is_empty(), "one signature is not two");
    local.approve_advisory(&who(BEN), case, &ben_key()).unwrap();
    let done = local.do_due().unwrap();
    assert_eq!((done.published, done.stuck), (vec![(case, number)], Vec::new()));
}

#[test]
fn an_end_that_was_moved_on_takes_a_new_advisory_too() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "one", "a")).unwrap().receipt.finding;
    let (case, _, at) = ready(&local, finding, "one", Duration::from_secs(700));
    let later = at.plus(Duration::from_secs(300));
    end(&local, case, later, &[BEN]).unwrap();
    house::wait(at);
    let done = local.do_due().unwrap();
    assert!(done.ended.is_empty() && done.published.is_empty() && done.stuck.is_empty(), "{done:?}");
    house::wait(later);
    let done = local.do_due().unwrap();
    assert_eq!((done.ended, done.published), (vec![case], Vec::new()));
    local.stage_advisory(&who(ANA), case, &text("one")).unwrap();
    local.approve_advisory(&who(ANA), case, &ana_key()).unwrap();
    local.approve_advisory(&who(BEN), case, &ben_key()).unwrap();
    assert_eq!(local.do_due().unwrap().published.len(), 1);
}

#[test]
fn one_case_whose_parts_are_gone_holds_up_no_other() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let mut cases = Vec::new();
    for name in ["one", "two", "three"] {
        let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", name, name)).unwrap().receipt.finding;
        let before: Vec<_> = blobs(&local);
        cases.push((ready(&local, finding, name, Duration::from_secs(1200)), before));
    }
    // All that was kept between the second one's bundle and the third one's is gone: its patch, statements, record.
    let (second, third) = (&cases[1].1, &cases[2].1);
    for blob in third.iter().filter(|blob| !second.contains(blob)).filter(|blob| blob.exists()) {
        fs::remove_file(blob).unwrap();
    }
    house::wait(cases[2].0.2);
    let done = local.do_due().unwrap();
    let published: Vec<_> = done.published.iter().map(|(case, _)| *case).collect();
    assert_eq!(published, [cases[0].0.0, cases[2].0.0]);
    assert!(done.stuck.len() == 1 && done.stuck[0].contains(&cases[1].0.0.to_string()), "{done:?}");
    // Published, and gone afterwards: the others go on, and what is out stays out.
    let release = local.home().release();
    let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "four", "four")).unwrap().receipt.finding;
    let (four, number, at) = ready(&local, finding, "four", Duration::from_secs(500));
    let first: Vec<_> = second.iter().filter(|blob| !cases[0].1.contains(blob)).collect();
    first.into_iter().filter(|blob| blob.exists()).for_each(|blob| fs::remove_file(blob).unwrap());
    house::wait(at);
    let done = local.do_due().unwrap();
    assert_eq!(done.published, [(four, number.clone())]);
    for advisory in [&cases[0].0.1, &cases[2].0.1, &number] {
        assert!(release.join("advisories").join(advisory).is_dir(), "{advisory}");
    }
    assay_repo::verify_folder(&release, &local.trust().unwrap(), house::now()).unwrap();
}

fn blobs(local: &assay_app::local::Local) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for folder in fs::read_dir(local.home().store().join("blobs")).unwrap() {
        found.extend(fs::read_dir(folder.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
    }
    found
}

#[test]
fn many_who_stage_and_submit_at_once_share_nothing() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let cases: Vec<_> = (0..6)
        .map(|n| {
            let title = format!("case {n}");
            let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", &title, &title)).unwrap();
            local.reproduce(None, finding.receipt.finding, &Fake).unwrap();
            case(&local, &[finding.receipt.finding], &title, false).id
        })
        .collect();
    let barrier = Barrier::new(cases.len());
    let mut numbers: Vec<String> = std::thread::scope(|scope| {
        let staged: Vec<_> = cases
            .iter()
            .map(|case| {
                let barrier = &barrier;
                // Each in a process of its own, as far as locks go.
                let own = house::open(root.path());
                scope.spawn(move || {
                    barrier.wait();
                    own.stage_advisory(&who(ANA), *case, &text("t")).unwrap().record.id.to_string()
                })
            })
            .collect();
        staged.into_iter().map(|one| one.join().unwrap()).collect()
    });
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), cases.len(), "{numbers:?}");
    // One bundle, submitted by four hands at once: one finding, and each that has an answer has the same receipt.
    let same = bundle("pkg:generic/tlv@1", "same", "same");
    let answers: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| local.submit(&who(GUS), &same))).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let mut receipts: Vec<_> = answers.iter().flatten().map(|submitted| &submitted.receipt).collect();
    assert!(!receipts.is_empty() && receipts.iter().all(|receipt| **receipt == *receipts[0]));
    receipts.clear();
    for refusal in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(refusal.code, "busy", "{refusal:?}");
    }
    assert_eq!(local.findings(&who(GUS), None).unwrap().len(), 1);
}

#[test]
fn who_is_not_read_in_learns_nothing() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "one", "a")).unwrap().receipt.finding;
    local.reproduce(None, finding, &Fake).unwrap();
    let case = case(&local, &[finding], "A title", false);
    house::invite(&local, case.id, VERA, Role::Vendor).unwrap();
    assert_eq!(code(local.case(&who(VERA), case.id)), "not-found");
    let decline = Command::DeclineEmbargo { channel: Channel::Cli };
    let after = local.act_on_case(&who(VERA), case.id, decline).unwrap();
    assert_eq!(after.title.open().as_str(), "not shown");
    assert_eq!((after.everybody().count(), after.all_findings().count()), (1, 0));
    assert_eq!(code(local.case(&who(VERA), case.id)), "not-found");
    // Not there, and not yours: the same words.
    let nothing = assay_case::ids::FindingId::draw(&mut assay_base::SystemEntropy);
    let own = local.finding(&who(GUS), finding).err();
    assert!(own.is_some() && own == local.finding(&who(GUS), nothing).err());
    let nowhere = assay_case::ids::CaseId::draw(&mut assay_base::SystemEntropy);
    let shut = local.case(&who(GUS), case.id).err();
    assert!(shut.is_some() && shut == local.case(&who(GUS), nowhere).err());
    assert_eq!(local.findings(&who(GUS), None).unwrap().len(), 0);
}

#[test]
fn nobody_proves_his_own_finding_and_no_program_decides() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    // A finder who is a verifier too, for other people's findings.
    let roles = [Role::Finder, Role::Verifier].into_iter().collect();
    local.join(None, "Lab Three", "Hal Both", roles).unwrap();
    let finding = local.submit(&who("Hal Both"), &bundle("pkg:generic/tlv@1", "one", "a")).unwrap().receipt.finding;
    for agent in [false, true] {
        let own = assay_app::who::Who { person: "Hal Both".into(), agent };
        assert_eq!(code(local.reproduce(Some(&own), finding, &Fake).map(drop)), "finding.own");
    }
    local.reproduce(Some(&who(BEN)), finding, &Fake).unwrap();
    let case = case(&local, &[finding], "one", false);
    let program = assay_app::who::Who { person: ANA.into(), agent: true };
    let at = local.now().plus(Duration::from_secs(60));
    let propose = Command::ProposeEnd { end: at, channel: Channel::Cli };
    assert_ne!(code(local.act_on_case(&program, case.id, propose)), "done");
    assert_ne!(code(local.act_on_case(&program, case.id, Command::ExitEmbargo)), "done");
    local.stage_advisory(&who(ANA), case.id, &text("one")).unwrap();
    assert_ne!(code(local.approve_advisory(&program, case.id, &ana_key())), "done");
}

#[test]
fn a_patch_speaks_for_every_finding_of_its_case_or_is_not_called_verified() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let mut findings = Vec::new();
    for name in ["one", "two"] {
        let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", name, name)).unwrap().receipt.finding;
        local.reproduce(None, finding, &Fake).unwrap();
        findings.push(finding);
    }
    let case = case(&local, &findings[..1], "one", false);
    local.try_fix(&who(ANA), case.id, b"a patch\nlets two\n", &Fake).unwrap().attached.unwrap();
    local.add_finding(&who(ANA), case.id, findings[1]).unwrap();
    assert_eq!(code(local.stage_advisory(&who(ANA), case.id, &text("t"))), "fix-partial");
    let narrow = local.try_fix(&who(ANA), case.id, b"a patch\nlets two\n", &Fake).unwrap();
    assert!(narrow.attached.is_none() && narrow.tried.len() == 2);
    local.try_fix(&who(ANA), case.id, b"a better patch\n", &Fake).unwrap().attached.unwrap();
    let staged = local.stage_advisory(&who(ANA), case.id, &text("t")).unwrap();
    assert_eq!(staged.record.fix.as_ref().unwrap().patch, assay_bundle::digest::Sha256::of(b"a better patch\n"));
}

#[test]
fn a_finders_severity_is_told_beside_the_advisorys_to_those_who_may_know_both() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    local.add_person(&who(ANA), "Clearing desk", "Cleo Outside", [Role::Coordinator].into_iter().collect()).unwrap();
    let submit = |finder: &str, name: &str, vector: &str| {
        let mut bundle = bundle(&format!("pkg:generic/{name}@1"), name, name);
        bundle.manifest.insert_str(0, &format!("severity = \"{vector}\"\n"));
        local.submit(&who(finder), &bundle).unwrap().receipt.finding
    };
    let lower = submit(FAY, "one", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H");
    let four = submit(GUS, "two", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N");
    let (first, _, _) = ready(&local, lower, "one", Duration::from_secs(900));
    let (_, _, at) = ready(&local, four, "two", Duration::from_secs(900));
    let told = local.severities(&who(ANA), first).unwrap();
    assert!(matches!(&told.reported[..], [one] if one.finding == lower
        && matches!(&one.stated, Stated::Rated(severity) if severity.score() == 7.5)));
    assert_eq!(told.assessed.unwrap().score(), 9.8);
    assert_eq!(code(local.severities(&who(FAY), first)), "not-found");
    house::wait(at);
    assert_eq!(local.do_due().unwrap().published.len(), 2);
    let of = |person: &str| local.agreement(&who(person), By::Member).unwrap();
    for closed in [false, true] {
        if closed {
            local.act_on_case(&who(ANA), first, Command::Close { reason: CaseCloseReason::Published }).unwrap();
            assert_eq!(code(local.case(&who(ANA), first)), "not-found");
        }
        let told = of(ANA);
        let names: Vec<&str> = told.sources.iter().map(|source| source.source.as_str()).collect();
        assert_eq!((told.cases, &names[..]), (2, ["Lab One", "Lab Two"].as_slice()), "closed: {closed}");
        let (one, two) = (&told.sources[0], &told.sources[1]);
        assert_eq!((one.cases, one.compared, one.agreed, one.higher, one.lower), (1, 1, 0, 0, 1));
        assert_eq!((one.mean, one.reading), (None, Reading::TooFew));
        assert_eq!((two.compared, two.not_compared[&NotCompared::OtherVersion]), (0, 1));
        assert_eq!(of(FAY).sources, std::slice::from_ref(one));
        assert_eq!(of(GUS).sources, std::slice::from_ref(two));
        for outside in [VERA, "Cleo Outside"] {
            assert_eq!((of(outside).cases, of(outside).sources), (0, Vec::new()));
        }
    }
}

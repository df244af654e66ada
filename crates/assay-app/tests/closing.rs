//! Closing a case lets its findings go, and who is not in a case learns
//! nothing of it by acting.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod house;

use std::time::Duration;

use assay_app::local::Local;
use assay_app::refusal::Refusal;
use assay_base::SystemEntropy;
use assay_case::caller::Role;
use assay_case::case::{CaseCloseReason, Channel, Command};
use assay_case::embargoed::Embargoed;
use assay_case::finding::Word;
use assay_case::ids::{CaseId, FindingId};
use assay_case::text::Line;
use house::{ANA, BEN, FAY, Fake, VERA, bundle, case, end, ready, who};

fn code<T>(result: Result<T, Refusal>) -> String {
    result.err().map_or_else(|| "done".into(), |refusal| refusal.code)
}

fn verified(local: &Local, name: &str) -> FindingId {
    let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", name, name)).unwrap().receipt.finding;
    local.reproduce(Some(&who(BEN)), finding, &Fake).unwrap();
    finding
}

fn close() -> Command {
    Command::Close { reason: CaseCloseReason::HandedOver }
}

fn public() -> Command {
    Command::RecordPublicAwareness { source: Embargoed::new(Line::new("a public list").unwrap()) }
}

#[test]
fn a_closed_case_lets_its_findings_go() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let (one, two) = (verified(&local, "one"), verified(&local, "two"));
    let of = case(&local, &[one, two], "one", true);
    let word = |id| local.finding(&who(FAY), id).unwrap().finding.word();
    assert_eq!((word(one), word(two)), (Word::InCase, Word::InCase));
    // Not while the embargo runs, and then nothing at all has changed.
    assert_eq!(code(local.act_on_case(&who(ANA), of.id, close())), "embargo.close");
    assert_eq!((word(one), word(two)), (Word::InCase, Word::InCase));
    let at = local.now().plus(Duration::from_secs(300));
    end(&local, of.id, at, &[BEN, VERA]).unwrap();
    house::wait(at);
    let closed = local.act_on_case(&who(ANA), of.id, close()).unwrap();
    assert_eq!((closed.closed, closed.end_in_force()), (Some(CaseCloseReason::HandedOver), None));
    assert_eq!((word(one), word(two)), (Word::Verified, Word::Verified));
    assert_eq!(local.findings(&who(BEN), Some("verified")).unwrap().len(), 2);
    // They go on: into another case, or to another end.
    let again = case(&local, &[one], "again", false);
    assert_eq!(local.finding(&who(FAY), one).unwrap().finding.case, Some(again.id));
}

#[test]
fn a_role_opens_no_case_and_no_act_tells_that_there_is_one() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    local.add_person(&who(ANA), "Clearing desk", "Cleo Outside", [Role::Coordinator].into_iter().collect()).unwrap();
    let (one, other) = (verified(&local, "one"), verified(&local, "other"));
    let of = case(&local, &[one], "one", false);
    house::invite(&local, of.id, VERA, Role::Vendor).unwrap();
    let nowhere = CaseId::draw(&mut SystemEntropy);
    let accept = || Command::AcceptEmbargo { channel: Channel::Cli };
    let decline = || Command::DeclineEmbargo { channel: Channel::Cli };
    let cleo = who("Cleo Outside");
    let both = |act: &dyn Fn(CaseId) -> Option<Refusal>| {
        let (here, there) = (act(of.id), act(nowhere));
        assert!(here.is_some() && here == there, "{here:?} {there:?}");
        assert_eq!(here.unwrap().code, "not-found");
    };
    both(&|id| local.case(&cleo, id).err());
    both(&|id| local.staged(&cleo, id).err());
    both(&|id| local.add_finding(&cleo, id, other).err());
    both(&|id| local.remove_finding(&cleo, id, one).err());
    for act in [close, public, accept, decline, || Command::ExitEmbargo] {
        both(&|id| local.act_on_case(&cleo, id, act()).err());
    }
    // Who was asked answers, and does nothing else.
    assert_eq!(code(local.act_on_case(&who(VERA), of.id, public())), "not-found");
    local.act_on_case(&who(VERA), of.id, accept()).unwrap();
    local.case(&who(VERA), of.id).unwrap();
    local.act_on_case(&who(VERA), of.id, decline()).unwrap();
    both(&|id| local.act_on_case(&who(VERA), id, decline()).err());
}

#[test]
fn who_left_before_the_publication_does_not_read_the_case_after_it() {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(root.path());
    let finding = local.submit(&who(FAY), &bundle("pkg:generic/tlv@1", "one", "a")).unwrap().receipt.finding;
    let (id, _, at) = ready(&local, finding, "one", Duration::from_secs(1500));
    house::invite(&local, id, VERA, Role::Vendor).unwrap();
    local.act_on_case(&who(VERA), id, Command::AcceptEmbargo { channel: Channel::Cli }).unwrap();
    local.act_on_case(&who(VERA), id, Command::DeclineEmbargo { channel: Channel::Cli }).unwrap();
    house::wait(at);
    assert_eq!(local.do_due().unwrap().published.len(), 1);
    local.case(&who(BEN), id).unwrap();
    assert_eq!(code(local.case(&who(VERA), id)), "not-found");
    assert!(local.cases(&who(VERA)).unwrap().is_empty());
}

//! A vendor's steps and answers, and patches.

use assay_case::case::vfd::Vfd;
use assay_case::case::{Channel, Command, FixLevel, VendorAnswer, VendorStatus};
use assay_case::{Caller, Code, Role};

use super::{LINK, end};
use crate::support::stage::{CasePlay, accept, case_until, full_case, invitation, new_fix};
use crate::support::{agent_of, coordinator, day, digest, finder, id_of, member_of, vendor};

#[test]
fn a_vendor_goes_his_steps_in_order_and_silence_is_a_status_of_its_own() {
    let mut play = case_until(1, Some(day(30)), day(0));
    let me = member_of(&vendor());
    let status = |play: &CasePlay| play.state.get().unwrap().vendor(me).unwrap().status();
    assert_eq!(play.refused(&coordinator(), Command::NotifyVendor { vendor: me }, day(0)), Code::NotVendor);
    play.done(&coordinator(), invitation(&vendor(), Role::Vendor), day(0));
    play.done(&agent_of(&coordinator()), Command::NotifyVendor { vendor: me }, day(0));
    assert_eq!(status(&play), VendorStatus::NotAnswered);
    assert_eq!(play.state.get().unwrap().vendor(me).unwrap().notified, Some(day(0)));
    let answer = |answer, channel| Command::AnswerAsVendor { answer, channel };
    assert_eq!(play.refused(&finder(), answer(VendorAnswer::Stop, LINK), day(1)), Code::NotParticipant);
    assert_eq!(play.refused(&agent_of(&vendor()), answer(VendorAnswer::Stop, LINK), day(1)), Code::AgentMayNot);
    // By e-mail he stops and slows; what would weaken protection takes the link.
    for strong in
        [VendorAnswer::WontFix, VendorAnswer::Eol, VendorAnswer::NotAVulnerability, VendorAnswer::Fix { by: None }]
    {
        assert_eq!(play.refused(&vendor(), answer(strong, Channel::Email), day(1)), Code::ChannelTooWeak);
    }
    play.done(&vendor(), answer(VendorAnswer::Acknowledge, Channel::Email), day(1));
    assert_eq!(status(&play), VendorStatus::Investigating);
    play.done(&vendor(), answer(VendorAnswer::Later { until: day(20) }, Channel::Email), day(1));
    assert_eq!(end(&play), Some(day(30)), "no answer moves the end");
    assert_eq!(play.refused(&vendor(), answer(VendorAnswer::Later { until: day(1) }, LINK), day(2)), Code::BadValue);
    play.done(&vendor(), accept(), day(2)).done(
        &vendor(),
        answer(VendorAnswer::Fix { by: Some(day(9)) }, LINK),
        day(2),
    );
    assert_eq!(status(&play), VendorStatus::Affected);
    let deployed = || Command::RecordFixDeployed { channel: LINK };
    assert_eq!(play.refused(&vendor(), deployed(), day(3)), Code::WrongOrder);
    let finding = *play.state.get().unwrap().findings.iter().next().unwrap();
    play.done(&Caller::CLOCK, Command::AttachFix(Box::new(new_fix(finding, digest(5)))), day(3));
    let fix = *play.state.get().unwrap().fixes.keys().next().unwrap();
    assert_eq!(
        play.refused(&vendor(), Command::RecordFixReady { fix, channel: Channel::Email }, day(3)),
        Code::ChannelTooWeak
    );
    play.done(&vendor(), Command::RecordFixReady { fix, channel: LINK }, day(3)).done(&vendor(), deployed(), day(4));
    assert_eq!(
        (status(&play), play.state.get().unwrap().vendor(me).unwrap().vfd),
        (VendorStatus::Fixed, Vfd::Deployed)
    );
}

#[test]
fn verified_always_names_level_runner_builds_and_runs() {
    let mut play = full_case(1);
    let finding = *play.state.get().unwrap().findings.iter().next().unwrap();
    let good = new_fix(finding, digest(5));
    let attach = |fix| Command::AttachFix(Box::new(fix));
    let own = assay_case::finding::Runner { person: Some(id_of(&vendor())), ..good.runner };
    assert_eq!(
        play.refused(&vendor(), attach(assay_case::case::NewFix { runner: own, ..good }), day(1)),
        Code::OwnFinding
    );
    let bare = assay_case::finding::RunCounts::default();
    for unproved in [
        assay_case::case::NewFix { builds: 0, ..good },
        assay_case::case::NewFix { counts: bare, ..good },
        assay_case::case::NewFix {
            level: FixLevel::L1,
            counts: assay_case::finding::RunCounts { control_fired: 1, ..good.counts },
            ..good
        },
    ] {
        assert_eq!(play.refused(&coordinator(), attach(unproved), day(1)), Code::FixUnproved);
    }
    let elsewhere = assay_case::case::NewFix { finding: assay_case::ids::FindingId::from_bytes([9; 16]), ..good };
    assert_eq!(play.refused(&coordinator(), attach(elsewhere), day(1)), Code::FindingElsewhere);
    play.done(&agent_of(&vendor()), attach(good), day(1));
    assert_eq!(play.refused(&coordinator(), attach(good), day(1)), Code::SameRun);
    let fix = *play.state.get().unwrap().fixes.values().next().unwrap();
    assert_eq!(fix.verified().to_string(), "verified to L2 by runner c8c8c8c8c8c8c8c8 in 2 builds and 12 runs");
    let once = assay_case::case::Fix { builds: 1, ..fix };
    assert!(once.verified().to_string().ends_with("in 1 build and 12 runs"));
}

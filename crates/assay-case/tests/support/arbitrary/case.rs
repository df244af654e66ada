//! Strategies for what happens to a case.

use std::collections::BTreeSet;

use assay_base::PersonId;
use assay_case::case::pec::Pec;
use assay_case::case::pxa::PxaTrigger;
use assay_case::case::rm::{Rm, RmTrigger};
use assay_case::case::vfd::Vfd;
use assay_case::case::{
    BreakAction, CaseCloseReason, Cause, Channel, Duty, ExitReason, Extent, Fix, FixLevel, Invitation, MergedPart,
    Opening, Participant, ReadInTier, Vendor, VendorAnswer,
};
use assay_case::embargo::{Agreed, Basis, Governing, ListCap, Policies, ProjectPolicy, Term};
use assay_case::{Role, case};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::finding::{counts, runner};
use super::{
    all, case_id, draft_id, finding_id, fix_id, hidden, instant, member_id, person_id, proposal_id, sha, text,
};

pub fn policies() -> impl Strategy<Value = Policies> {
    let term =
        prop_oneof![any::<u32>().prop_map(|days| Term::Days { days }), instant().prop_map(|end| Term::At { end }),];
    let project = (term, text()).prop_map(|(term, source)| ProjectPolicy { term, source });
    let list = (text(), any::<u32>(), instant()).prop_map(|(list, days, told)| ListCap { list, days, told });
    let agreed = (instant(), text()).prop_map(|(end, source)| Agreed { end, source });
    (option::of(project), vec(list, 0..3), option::of(agreed), any::<u32>())
        .prop_map(|(project, lists, agreed, default_days)| Policies { project, lists, agreed, default_days })
}

pub fn governing() -> impl Strategy<Value = Governing> {
    (instant(), all(Basis::ALL), "[a-z ]{0,20}").prop_map(|(end, basis, source)| Governing { end, basis, source })
}

pub fn invitation() -> impl Strategy<Value = Invitation> {
    let role = select(Role::ALL.to_vec());
    (person_id(), member_id(), role, person_id(), all(Duty::ALL), all(ReadInTier::ALL), option::of(instant())).prop_map(
        |(person, member, role, sponsor, duty, tier, expires)| Invitation {
            person,
            member,
            role,
            sponsor,
            duty,
            tier,
            expires,
        },
    )
}

pub fn participant() -> impl Strategy<Value = Participant> {
    (invitation(), all(Rm::ALL), all(Pec::ALL), any::<(bool, bool)>()).prop_map(|(asked, rm, pec, read)| Participant {
        member: asked.member,
        role: asked.role,
        sponsor: Some(asked.sponsor),
        duty: asked.duty,
        tier: asked.tier,
        expires: asked.expires,
        rm,
        pec,
        read_in: read.0,
        read_in_at_close: read.1,
    })
}

pub fn answer() -> impl Strategy<Value = VendorAnswer> {
    prop_oneof![
        Just(VendorAnswer::Acknowledge),
        option::of(instant()).prop_map(|by| VendorAnswer::Fix { by }),
        instant().prop_map(|until| VendorAnswer::Later { until }),
        Just(VendorAnswer::WontFix),
        Just(VendorAnswer::Eol),
        Just(VendorAnswer::NotAVulnerability),
        Just(VendorAnswer::Stop),
    ]
}

pub fn merged_part() -> impl Strategy<Value = MergedPart> {
    let vendor = (all(Vfd::ALL), option::of(instant()), option::of(answer()), option::of(fix_id()))
        .prop_map(|(vfd, notified, answer, fix)| Vendor { vfd, notified, answer, fix });
    (
        case_id(),
        btree_set(finding_id(), 0..3),
        btree_map(person_id(), participant(), 0..3),
        btree_map(member_id(), vendor, 0..2),
    )
        .prop_map(|(case, findings, participants, vendors)| MergedPart { case, findings, participants, vendors })
}

pub fn fix() -> impl Strategy<Value = Fix> {
    (fix_id(), finding_id(), sha(), all(FixLevel::ALL), runner(), sha(), any::<u32>(), counts()).prop_map(
        |(id, finding, patch, level, runner, statement, builds, counts)| Fix {
            id,
            finding,
            patch,
            level,
            runner,
            statement,
            builds,
            counts,
        },
    )
}

pub fn signatories() -> impl Strategy<Value = BTreeSet<PersonId>> {
    btree_set(person_id(), 0..3)
}

pub fn case_people() -> BoxedStrategy<case::Happened> {
    use case::Happened as H;
    let opening = (hidden(), btree_set(finding_id(), 0..3), policies(), option::of(governing()))
        .prop_map(|(title, findings, policies, embargo)| Opening { title, findings, policies, embargo });
    prop_oneof![
        4 => opening.prop_map(|opening| H::Opened(Box::new(opening))),
        1 => finding_id().prop_map(|finding| H::FindingAdded { finding }),
        1 => finding_id().prop_map(|finding| H::FindingRemoved { finding }),
        3 => invitation().prop_map(|asked| H::Invited(Box::new(asked))),
        3 => (all(Channel::ALL), option::of(instant()))
            .prop_map(|(channel, end)| H::EmbargoAccepted { channel, end }),
        1 => all(Channel::ALL).prop_map(|channel| H::EmbargoDeclined { channel }),
        1 => person_id().prop_map(|person| H::ReadInLapsed { person }),
        1 => all(RmTrigger::ALL).prop_map(|trigger| H::RmMoved { trigger }),
        1 => all(CaseCloseReason::ALL).prop_map(|reason| H::Closed { reason }),
        1 => case_id().prop_map(|case| H::MergedInto { case }),
        1 => case_id().prop_map(|case| H::SplitFrom { case }),
        1 => merged_part().prop_map(|part| H::Absorbed(Box::new(part))),
        1 => case_id().prop_map(|case| H::Released { case }),
    ]
    .boxed()
}

pub fn case_embargo() -> BoxedStrategy<case::Happened> {
    use case::Happened as H;
    prop_oneof![
        (proposal_id(), instant(), all(Channel::ALL)).prop_map(|(proposal, end, channel)| H::EndProposed {
            proposal,
            end,
            channel
        }),
        (proposal_id(), all(Channel::ALL)).prop_map(|(proposal, channel)| H::EndAgreed { proposal, channel }),
        (proposal_id(), all(Channel::ALL)).prop_map(|(proposal, channel)| H::EndRejected { proposal, channel }),
        (proposal_id(), option::of(instant()), instant(), signatories())
            .prop_map(|(proposal, before, end, signatories)| H::EndSet { proposal, before, end, signatories }),
        (policies(), option::of(governing()))
            .prop_map(|(policies, shortened)| H::PolicyRecorded { policies: Box::new(policies), shortened }),
        (all(PxaTrigger::ALL), hidden()).prop_map(|(what, source)| H::Observed { what, source }),
        (all(Extent::ALL), all(Cause::ALL), all(BreakAction::ALL), hidden())
            .prop_map(|(extent, cause, action, source)| H::BreakReported { extent, cause, action, source }),
        (all(ExitReason::ALL), instant()).prop_map(|(reason, end)| H::EmbargoExited { reason, end }),
    ]
    .boxed()
}

pub fn case_work() -> BoxedStrategy<case::Happened> {
    use case::Happened as H;
    prop_oneof![
        member_id().prop_map(|vendor| H::VendorNotified { vendor }),
        (member_id(), answer(), all(Channel::ALL)).prop_map(|(vendor, answer, channel)| H::VendorAnswered {
            vendor,
            answer,
            channel
        }),
        (member_id(), fix_id(), all(Channel::ALL)).prop_map(|(vendor, fix, channel)| H::FixReady {
            vendor,
            fix,
            channel
        }),
        (member_id(), all(Channel::ALL)).prop_map(|(vendor, channel)| H::FixDeployed { vendor, channel }),
        fix().prop_map(|fix| H::FixAttached(Box::new(fix))),
        (draft_id(), sha()).prop_map(|(draft, record)| H::AdvisoryStaged { draft, record }),
        (draft_id(), sha(), all(Channel::ALL)).prop_map(|(draft, record, channel)| H::AdvisoryApproved {
            draft,
            record,
            channel
        }),
        (text(), sha()).prop_map(|(advisory, record)| H::Published { advisory, record }),
    ]
    .boxed()
}

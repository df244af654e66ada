//! Strategies for every event.

use std::collections::BTreeSet;

use assay_base::{Actor, Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;
use assay_bundle::verdict::{Assurance, Controls, Tier, Verdict};
use assay_case::case::pxa::PxaTrigger;
use assay_case::case::rm::{Rm, RmTrigger};
use assay_case::case::vfd::Vfd;
use assay_case::case::{
    self, BreakAction, CaseCloseReason, Cause, Channel, Duty, ExitReason, Extent, Fix, FixLevel, Invitation,
    MergedPart, Opening, Participant, ReadInTier, Vendor, VendorAnswer, pec::Pec,
};
use assay_case::embargo::{Agreed, Basis, Governing, ListCap, Policies, ProjectPolicy, Term};
use assay_case::finding::{
    self, CloseReason, CrossRun, Evidence, FoundBy, Provenance, RunCounts, Runner, Submission, Tooling, Verification,
};
use assay_case::lease::{self, Coverage, Method};
use assay_case::member::{self, NewPerson};
use assay_case::target::{Purl, Repository, SubPath, Target, Whole};
use assay_case::text::Line;
use assay_case::{Embargoed, Event, Recorded, Role, Roles, opt_out};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// A few of each, so that streams, persons and findings meet in one history.
macro_rules! few {
    ($name:ident, $type:ty) => {
        pub fn $name() -> impl Strategy<Value = $type> {
            (0u8..4).prop_map(|n| <$type>::from_bytes([n; 16]))
        }
    };
}
few!(member_id, MemberId);
few!(person_id, PersonId);
few!(lease_id, assay_case::ids::LeaseId);
few!(opt_out_id, assay_case::ids::OptOutId);
few!(finding_id, assay_case::ids::FindingId);
few!(case_id, assay_case::ids::CaseId);
few!(fix_id, assay_case::ids::FixId);
few!(draft_id, assay_case::ids::AdvisoryDraftId);
few!(proposal_id, assay_case::ids::ProposalId);

pub fn sha() -> impl Strategy<Value = Sha256> {
    (0u8..4).prop_map(|n| Sha256::from_bytes([n; 32]))
}

pub fn instant() -> impl Strategy<Value = Instant> {
    // What can be written: within the years 1 to 9999.
    (-62_135_596_800_000_000i64..253_402_207_200_000_000).prop_map(Instant::from_micros)
}

pub fn text() -> impl Strategy<Value = Line> {
    ".{1,30}".prop_filter_map("no line", |text| Line::new(&text).ok())
}

pub fn hidden() -> impl Strategy<Value = Embargoed<Line>> {
    text().prop_map(Embargoed::new)
}

pub fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        (member_id(), person_id()).prop_map(|(member, person)| Actor::Person { member, person }),
        (member_id(), person_id()).prop_map(|(member, person)| Actor::Agent { member, person }),
        Just(Actor::Clock),
    ]
}

pub fn target() -> impl Strategy<Value = Target> {
    let whole = select(vec![
        Whole::Package(Purl::new("pkg:npm/%40a/b@1+2").unwrap()),
        Whole::Package(Purl::new("pkg:pypi/x_y").unwrap()),
        Whole::Repository(Repository::new("https://example.org/a/b").unwrap()),
        Whole::Repository(Repository::new(&format!("https://example.org/a/b@{}", "ab".repeat(20))).unwrap()),
    ]);
    let part = option::of(select(vec!["src", "src/a", "doc"]));
    (whole, part).prop_map(|(whole, part)| Target { whole, sub_path: part.map(|part| SubPath::new(part).unwrap()) })
}

fn roles() -> impl Strategy<Value = Roles> {
    vec(select(Role::ALL.to_vec()), 0..4).prop_map(|roles| roles.into_iter().collect())
}

fn all<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    select(values)
}

fn member_happened() -> impl Strategy<Value = member::Happened> {
    use member::Happened as H;
    prop_oneof![
        text().prop_map(|name| H::Joined { name }),
        (person_id(), text(), roles()).prop_map(|(person, name, roles)| H::PersonAdded(NewPerson {
            person,
            name,
            roles
        })),
        (person_id(), roles()).prop_map(|(person, roles)| H::RolesSet { person, roles }),
        person_id().prop_map(|person| H::PersonLeft { person }),
        Just(H::Left),
    ]
}

fn opt_out_happened() -> impl Strategy<Value = opt_out::Happened> {
    use opt_out::Happened as H;
    prop_oneof![
        (target(), all(Channel::ALL), hidden()).prop_map(|(target, channel, source)| H::Recorded {
            target: Embargoed::new(target),
            channel,
            source
        }),
        all(Channel::ALL).prop_map(|channel| H::Lifted { channel }),
    ]
}

fn lease_happened() -> impl Strategy<Value = lease::Happened> {
    use lease::Happened as H;
    prop_oneof![
        (target(), all(Method::ALL), any::<u64>(), instant()).prop_map(|(target, method, token, expires)| {
            H::Claimed { target: Embargoed::new(target), method, token, expires }
        }),
        instant().prop_map(|expires| H::Renewed { expires }),
        option::of(text()).prop_map(|at| H::Released { covered: at.map(|at| Coverage { at }) }),
        Just(H::Expired),
        opt_out_id().prop_map(|opt_out| H::Cancelled { opt_out }),
    ]
}

fn verdict() -> impl Strategy<Value = Verdict> {
    select(vec![
        Verdict::NotRun,
        Verdict::Inconclusive,
        Verdict::HarnessSuspect,
        Verdict::NotReproduced,
        Verdict::ReproducedDifferent,
        Verdict::Flaky,
        Verdict::ControlFailed,
        Verdict::ControlDead,
        Verdict::Reproduced,
    ])
}

fn controls() -> impl Strategy<Value = Option<Controls>> {
    option::of(select(vec![Controls::Benign, Controls::BenignFixed]))
}

fn runner() -> impl Strategy<Value = Runner> {
    (sha(), option::of(person_id()), option::of(member_id())).prop_map(|(key, person, member)| Runner {
        key,
        person,
        member,
    })
}

fn counts() -> impl Strategy<Value = RunCounts> {
    any::<[u32; 4]>().prop_map(|[trigger_fired, trigger_total, control_fired, control_total]| RunCounts {
        trigger_fired,
        trigger_total,
        control_fired,
        control_total,
    })
}

pub fn verification() -> impl Strategy<Value = Verification> {
    let assurance = select(vec![Assurance::Claimant, Assurance::Project, Assurance::TwoOracles]);
    let tier = option::of(select(vec![Tier::P, Tier::F, Tier::M]));
    (any::<[u8; 32]>(), sha(), runner(), verdict(), controls(), assurance, tier, counts()).prop_map(
        |(statement, bundle_id, runner, verdict, controls, assurance, tier, counts)| Verification {
            statement: Sha256::from_bytes(statement),
            bundle_id,
            runner,
            verdict,
            controls,
            assurance,
            tier,
            counts,
        },
    )
}

fn cross_run() -> impl Strategy<Value = CrossRun> {
    (sha(), runner(), verdict(), controls()).prop_map(|(statement, runner, verdict, controls)| CrossRun {
        statement,
        runner,
        verdict,
        controls,
    })
}

pub fn evidence() -> impl Strategy<Value = Evidence> {
    prop_oneof![
        Just(Evidence::SameBundle),
        Just(Evidence::SameClaim),
        (cross_run(), cross_run())
            .prop_map(|(a, b)| Evidence::CrossExecution { a_input_on_b_fix: a, b_input_on_a_fix: b }),
        cross_run().prop_map(|run| Evidence::OneWay { run }),
        sha().prop_map(|signature| Evidence::SameSignature { signature }),
        hidden().prop_map(|sentence| Evidence::Judgement { sentence }),
    ]
}

fn submission() -> impl Strategy<Value = Submission> {
    let found_by = select(vec![FoundBy::Human, FoundBy::AiAssisted, FoundBy::Ai]);
    let tooling = select(vec![Tooling::Public, Tooling::Confidential]);
    let provenance = (found_by, tooling, option::of(hidden()), option::of(hidden()))
        .prop_map(|(found_by, tooling, model, credit)| Provenance { found_by, tooling, model, credit });
    (sha(), sha(), hidden(), provenance, vec(text(), 0..3)).prop_map(
        |(bundle_id, claim_id, title, provenance, missing)| Submission {
            bundle_id,
            claim_id,
            target: Embargoed::new(Purl::new("pkg:cargo/smallvec@1.6.0").unwrap()),
            title,
            provenance,
            missing,
        },
    )
}

fn finding_happened() -> impl Strategy<Value = finding::Happened> {
    use finding::Happened as H;
    let reason = select(vec![
        CloseReason::OutOfScope,
        CloseReason::NotAVulnerability,
        CloseReason::WontFix,
        CloseReason::EndOfLife,
        CloseReason::Abandoned,
        CloseReason::Other,
    ]);
    prop_oneof![
        3 => submission().prop_map(|submission| H::Submitted(Box::new(submission))),
        1 => (sha(), sha(), vec(text(), 0..3))
            .prop_map(|(bundle_id, claim_id, missing)| H::Supplied { bundle_id, claim_id, missing }),
        1 => vec(text(), 1..3).prop_map(|missing| H::InfoAsked { missing }),
        2 => verification().prop_map(|run| H::RunRecorded(Box::new(run))),
        1 => (finding_id(), evidence()).prop_map(|(into, evidence)| H::Merged { into, evidence }),
        1 => (finding_id(), hidden()).prop_map(|(from, sentence)| H::Split { from, sentence }),
        1 => case_id().prop_map(|case| H::EnteredCase { case }),
        1 => case_id().prop_map(|case| H::LeftCase { case }),
        1 => (case_id(), text(), sha(), instant())
            .prop_map(|(case, advisory, record, published)| H::Published { case, advisory, record, published }),
        1 => (verdict(), hidden()).prop_map(|(verdict, sentence)| H::Refuted { verdict, sentence }),
        1 => (hidden(), option::of(sha())).prop_map(|(place, statement)| H::AlreadyFixed { place, statement }),
        1 => Just(H::Withdrawn),
        1 => (reason, hidden()).prop_map(|(reason, sentence)| H::Closed { reason, sentence }),
    ]
}

pub fn policies() -> impl Strategy<Value = Policies> {
    let term =
        prop_oneof![any::<u32>().prop_map(|days| Term::Days { days }), instant().prop_map(|end| Term::At { end }),];
    let project = (term, text()).prop_map(|(term, source)| ProjectPolicy { term, source });
    let list = (text(), any::<u32>(), instant()).prop_map(|(list, days, told)| ListCap { list, days, told });
    let agreed = (instant(), text()).prop_map(|(end, source)| Agreed { end, source });
    (option::of(project), vec(list, 0..3), option::of(agreed), any::<u32>())
        .prop_map(|(project, lists, agreed, default_days)| Policies { project, lists, agreed, default_days })
}

fn governing() -> impl Strategy<Value = Governing> {
    (instant(), all(Basis::ALL), "[a-z ]{0,20}").prop_map(|(end, basis, source)| Governing { end, basis, source })
}

fn invitation() -> impl Strategy<Value = Invitation> {
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

fn participant() -> impl Strategy<Value = Participant> {
    (invitation(), all(Rm::ALL), all(Pec::ALL), any::<bool>()).prop_map(|(asked, rm, pec, read_in)| Participant {
        member: asked.member,
        role: asked.role,
        sponsor: Some(asked.sponsor),
        duty: asked.duty,
        tier: asked.tier,
        expires: asked.expires,
        rm,
        pec,
        read_in,
    })
}

fn answer() -> impl Strategy<Value = VendorAnswer> {
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

fn merged_part() -> impl Strategy<Value = MergedPart> {
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

fn fix() -> impl Strategy<Value = Fix> {
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

fn signatories() -> impl Strategy<Value = BTreeSet<PersonId>> {
    btree_set(person_id(), 0..3)
}

fn case_people() -> BoxedStrategy<case::Happened> {
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

fn case_embargo() -> BoxedStrategy<case::Happened> {
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

fn case_work() -> BoxedStrategy<case::Happened> {
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

pub fn recorded<I: std::fmt::Debug + 'static, W: std::fmt::Debug + 'static>(
    stream: impl Strategy<Value = I> + 'static,
    what: impl Strategy<Value = W> + 'static,
) -> BoxedStrategy<Recorded<I, W>> {
    (stream, instant(), actor(), what)
        .prop_map(|(stream, at, by, what)| Recorded { stream, at, by, version: 1, what })
        .boxed()
}

/// Any event of any aggregate.
pub fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        1 => recorded(member_id(), member_happened()).prop_map(Event::Member),
        1 => recorded(lease_id(), lease_happened()).prop_map(Event::Lease),
        1 => recorded(opt_out_id(), opt_out_happened()).prop_map(Event::OptOut),
        2 => recorded(finding_id(), finding_happened()).prop_map(Event::Finding),
        3 => recorded(case_id(), prop_oneof![case_people(), case_embargo(), case_work()]).prop_map(Event::Case),
    ]
}

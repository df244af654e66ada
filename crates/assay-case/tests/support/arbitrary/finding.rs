//! Strategies for what happens to a finding.

use assay_bundle::digest::Sha256;
use assay_bundle::verdict::{Assurance, Controls, Tier, Verdict};
use assay_case::finding::{
    CloseReason, CrossRun, Evidence, FoundBy, Provenance, RunCounts, Runner, Submission, Tooling, Verification,
};
use assay_case::target::Purl;
use assay_case::{Embargoed, finding};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::{case_id, finding_id, hidden, instant, member_id, person_id, sha, text};

pub fn verdict() -> impl Strategy<Value = Verdict> {
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

pub fn controls() -> impl Strategy<Value = Option<Controls>> {
    option::of(select(vec![Controls::Benign, Controls::BenignFixed]))
}

pub fn runner() -> impl Strategy<Value = Runner> {
    (sha(), option::of(person_id()), option::of(member_id())).prop_map(|(key, person, member)| Runner {
        key,
        person,
        member,
    })
}

pub fn counts() -> impl Strategy<Value = RunCounts> {
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

pub fn cross_run() -> impl Strategy<Value = CrossRun> {
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

pub fn submission() -> impl Strategy<Value = Submission> {
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

pub fn finding_happened() -> impl Strategy<Value = finding::Happened> {
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

//! Findings and cases that have come some way.

use super::Draw as _;
use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_bundle::verdict::{Assurance, Controls, Tier, Verdict};
use assay_case::case::{self, Channel, Duty, FixLevel, Invitation, NewFix, ReadInTier};
use assay_case::embargo::{Agreed, Policies};
use assay_case::finding::{
    self, CrossRun, Evidence, FoundBy, Proven, Provenance, RunCounts, Runner, Submission, Tooling, Verification,
};
use assay_case::target::Purl;
use assay_case::{Caller, Embargoed, Role};

use super::{Play, coordinator, day, id_of, line, member_of, second_coordinator, secret, verifier};

pub type FindingPlay = Play<finding::State>;
pub type CasePlay = Play<case::State>;

pub fn submission(bundle: Sha256, claim: Sha256, missing: &[&str]) -> finding::Command {
    finding::Command::Submit(Box::new(Submission {
        bundle_id: bundle,
        claim_id: claim,
        target: Embargoed::new(Purl::new("pkg:deb/debian/cjson@1.7.15").unwrap()),
        title: secret("Heap over-read in parse_string"),
        provenance: Provenance { found_by: FoundBy::Ai, tooling: Tooling::Confidential, model: None, credit: None },
        missing: missing.iter().map(|key| line(key)).collect(),
    }))
}

pub fn runner() -> Runner {
    Runner { key: super::digest(200), person: None, member: None }
}

/// A run of this bundle with this verdict, and counts that go with it.
pub fn run(bundle: Sha256, statement: Sha256, verdict: Verdict) -> Verification {
    let (trigger_fired, control_fired) = match verdict {
        Verdict::Reproduced => (3, 0),
        Verdict::Flaky => (1, 0),
        Verdict::ControlFailed | Verdict::HarnessSuspect => (3, 3),
        _ => (0, 0),
    };
    Verification {
        statement,
        bundle_id: bundle,
        runner: runner(),
        verdict,
        controls: (verdict == Verdict::Reproduced).then_some(Controls::BenignFixed),
        assurance: Assurance::Project,
        tier: Some(Tier::F),
        counts: RunCounts { trigger_fired, trigger_total: 3, control_fired, control_total: 9 },
    }
}

pub fn record(run: Verification) -> finding::Command {
    finding::Command::RecordVerification(Box::new(run))
}

/// Two runs, each input silenced by the other's fix.
pub fn crossed(a: Sha256, b: Sha256) -> Evidence {
    let run = |statement| CrossRun {
        statement,
        runner: runner(),
        verdict: Verdict::Reproduced,
        controls: Some(Controls::BenignFixed),
    };
    Evidence::CrossExecution { a_input_on_b_fix: run(a), b_input_on_a_fix: run(b) }
}

/// A finding as it came in.
pub fn submitted(seed: u64, by: &Caller, now: Instant) -> FindingPlay {
    let mut play = Play::new(seed * 1_000);
    let mut entropy = super::Repeatable(seed);
    let (bundle, claim) = (entropy.digest(), entropy.digest());
    play.done(by, submission(bundle, claim, &[]), now);
    play
}

/// A finding that somebody else proved.
pub fn verified(seed: u64, by: &Caller, now: Instant) -> FindingPlay {
    let mut play = submitted(seed, by, now);
    let bundle = play.state.get().unwrap().bundle_id;
    let statement = super::Repeatable(seed ^ 0xffff).digest();
    play.done(&verifier(), record(run(bundle, statement, Verdict::Reproduced)), now);
    play
}

pub fn proven(seed: u64, by: &Caller, now: Instant) -> Proven {
    verified(seed, by, now).state.as_proven().unwrap()
}

/// A case from one proved finding, with an embargo that ends at this instant, or without any.
pub fn case_until(seed: u64, end: Option<Instant>, now: Instant) -> CasePlay {
    let mut play = Play::new(seed * 7_777);
    let agreed = end.map(|end| Agreed { end, source: line("the submission's terms") });
    let open = case::Open {
        title: secret("parse_string"),
        findings: vec![proven(seed, &super::finder(), now)],
        policies: Policies { agreed, ..Policies::default() },
        embargo: end.is_some(),
    };
    play.done(&coordinator(), case::Command::Open(Box::new(open)), now);
    play
}

pub fn invitation(who: &Caller, role: Role) -> case::Command {
    case::Command::Invite(Box::new(Invitation {
        person: id_of(who),
        member: member_of(who),
        role,
        sponsor: id_of(&coordinator()),
        duty: Duty::Analyse,
        tier: ReadInTier::T1,
        expires: None,
    }))
}

pub fn accept() -> case::Command {
    case::Command::AcceptEmbargo { channel: Channel::SignedLink }
}

impl CasePlay {
    /// Invites this person, who accepts.
    pub fn join(&mut self, who: &Caller, role: Role, now: Instant) -> &mut Self {
        self.done(&coordinator(), invitation(who, role), now).done(who, accept(), now)
    }

    /// Stages and has it approved by both coordinators.
    pub fn approved(&mut self, record: Sha256, now: Instant) -> &mut Self {
        let approve = || case::Command::ApproveAdvisory { record, channel: Channel::Cli };
        self.done(&coordinator(), case::Command::StageAdvisory { record }, now)
            .done(&coordinator(), approve(), now)
            .done(&second_coordinator(), approve(), now)
    }
}

pub fn publish(record: Sha256) -> case::Command {
    case::Command::Publish { advisory: line("ASSAY-2026-0001"), record }
}

pub fn new_fix(finding: assay_case::ids::FindingId, statement: Sha256) -> NewFix {
    NewFix {
        finding,
        patch: super::digest(9),
        level: FixLevel::L2,
        runner: runner(),
        statement,
        builds: 2,
        counts: RunCounts { trigger_fired: 3, trigger_total: 3, control_fired: 0, control_total: 9 },
    }
}

/// A case of the two coordinators, the finder and the vendor, under an embargo of thirty days.
pub fn full_case(seed: u64) -> CasePlay {
    let mut play = case_until(seed, Some(day(30)), day(0));
    play.join(&second_coordinator(), Role::Coordinator, day(0));
    play.join(&super::finder(), Role::Finder, day(0));
    play.join(&super::vendor(), Role::Vendor, day(0));
    play
}

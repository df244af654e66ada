//! Random walks through the rules, and a reader of events that believes nothing else.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use assay_base::{Answer, Instant};
use assay_review::window::FAMILY_BUDGET;
use assay_review::*;
use proptest::prelude::*;

use super::*;

pub const SIGNERS: [u8; 5] = [DEVELOPER, ORGANISATION, ALICE, BOB, STRANGER];

/// One step: who signs what, with which values, and what the clock and the network do meanwhile.
#[derive(Debug, Clone)]
pub struct Step {
    /// Somebody in particular, or whoever is right.
    pub signer: Option<u8>,
    pub kind: CommandKind,
    pub engagement: u8,
    pub grant: u8,
    pub number: u32,
    /// Hours that the wall clock jumps, forwards or back.
    pub jump: i64,
    /// How far the sequence number is off.
    pub off: u32,
    /// Bring an old envelope again instead.
    pub replay: Option<usize>,
}

/// The right signer and fitting values in most steps, so that much happens; anything in the others.
pub fn step() -> impl Strategy<Value = Step> {
    let kind = prop_oneof![
        3 => prop::sample::select(CommandKind::ALL),
        1 => Just(CommandKind::OpenWindow),
        1 => Just(CommandKind::Grant),
        2 => Just(CommandKind::CountersignGrant),
        4 => prop::sample::select(&[CommandKind::Use, CommandKind::TakePass][..]),
        1 => prop::sample::select(&[CommandKind::EndWindow, CommandKind::MoveAnchor, CommandKind::ShrinkWindow][..]),
    ];
    let signer = prop_oneof![4 => Just(None), 1 => prop::sample::select(&SIGNERS[..]).prop_map(Some)];
    let jump = prop_oneof![12 => -30_i64..72, 1 => -2_000_i64..2_000];
    let engagement = prop_oneof![6 => Just(1_u8), 2 => Just(2_u8), 1 => Just(3_u8)];
    let off = prop_oneof![10 => Just(0_u32), 1 => 1_u32..4];
    let replay = prop_oneof![10 => Just(None), 1 => (0_usize..40).prop_map(Some)];
    (kind, signer, engagement, 0_u8..8, 0_u32..40, jump, off, replay).prop_map(
        |(kind, signer, engagement, grant, number, jump, off, replay)| Step {
            signer,
            kind,
            engagement,
            grant,
            number,
            jump,
            off,
            replay,
        },
    )
}

/// The command of a step, and who signs it.
pub fn command(world: &World, step: &Step) -> (u8, Command) {
    let here = model(step.engagement);
    let grants = world.state.engagements.get(&here).map(|engagement| &engagement.grants);
    let holder = [ALICE, BOB][usize::from(step.grant % 2)];
    // One that there is, and of those one that stands if there is one.
    let standing = grants.and_then(|all| {
        let standing: Vec<_> = all.values().filter(|grant| grant.state.stands()).collect();
        let any = if standing.is_empty() { all.values().collect() } else { standing };
        any.get(usize::from(step.grant) % any.len().max(1)).copied()
    });
    let new = grant_id(step.engagement * 10 + grants.map_or(0, |all| u8::try_from(all.len()).unwrap()) + 100);
    let grant = standing.map_or(new, |grant| grant.agreement.grant);
    let of_grant = standing.map_or(holder, |grant| if grant.agreement.holder.key == public(BOB) { BOB } else { ALICE });
    let right = match step.kind.sides() {
        [Side::Organisation] => ORGANISATION,
        [Side::Holder] => of_grant,
        [Side::Developer, Side::Organisation] => [DEVELOPER, ORGANISATION][usize::from(step.grant % 2)],
        _ => DEVELOPER,
    };
    (step.signer.unwrap_or(right), with_values(world, step, grant, agreement(here, new, holder), standing))
}

fn with_values(world: &World, step: &Step, grant: GrantId, mut agreed: Agreement, kept: Option<&Grant>) -> Command {
    let planned = world.state.time(world.now).plus_days(step.number);
    let anchor = match step.number % 3 {
        0 => Anchor::None,
        1 => Anchor::PublicRelease { planned, source: text("a letter") },
        _ => Anchor::ReleaseToOtherTrustedPartners { planned, source: text("a letter") },
    };
    if step.number == 0 {
        agreed.facts.nationality = fact(Answer::Unknown);
    }
    match step.kind {
        CommandKind::Open => open(),
        CommandKind::AskIfCovered => Command::AskIfCovered { facts: digest("facts") },
        CommandKind::Answer => Command::Answer { answer: answer(Coverage::ALL[(step.number % 3) as usize]) },
        CommandKind::SignSafeguard => Command::SignSafeguard {
            safeguard: Safeguard::ALL[(step.number % 5) as usize],
            text: digest(Safeguard::ALL[(step.number % 5) as usize].as_str()),
        },
        CommandKind::Grant => Command::Grant { agreement: agreed, uses: step.number },
        CommandKind::CountersignGrant => {
            let agreement = kept.map_or(digest("none"), |grant| grant.digest);
            Command::CountersignGrant { grant, agreement }
        }
        CommandKind::DeclineGrant => Command::DeclineGrant { grant, reason: text("a reason") },
        CommandKind::EndGrant => Command::EndGrant { grant },
        CommandKind::RaiseQuota => Command::RaiseQuota { grant, uses: step.number },
        CommandKind::LowerQuota => Command::LowerQuota { grant, uses: step.number },
        CommandKind::OpenWindow => Command::OpenWindow { anchor },
        CommandKind::MoveAnchor => Command::MoveAnchor { anchor },
        CommandKind::ShrinkWindow => Command::ShrinkWindow { ends_at: planned },
        CommandKind::Pause => Command::Pause,
        CommandKind::Resume => Command::Resume,
        CommandKind::EndWindow => Command::EndWindow,
        CommandKind::Finish => Command::Finish,
        CommandKind::Withdraw => Command::Withdraw,
        CommandKind::ReportResiduals => Command::ReportResiduals { residuals: Vec::new() },
        CommandKind::CertifyDestroyed => {
            Command::CertifyDestroyed { residual: ResidualId::from_bytes([7; 16]), certificate: digest("c") }
        }
        CommandKind::CloseOut => Command::CloseOut,
        CommandKind::TakePass => Command::TakePass { grant },
        CommandKind::Use => use_once(grant),
    }
}

pub fn answer(coverage: Coverage) -> CoverageAnswer {
    let decided_at = day(0);
    CoverageAnswer { coverage, decided_by: person(50), decided_at, record: digest("record"), basis: text("a basis") }
}

/// What a reader of the events alone believes: kept apart from the crate's own state.
#[derive(Clone, Default)]
struct Reader {
    /// Windows as (engagement, opened, the earliest end that was ever said, the first end).
    windows: Vec<(ModelId, Instant, Instant, Instant)>,
    signed: BTreeMap<GrantId, (String, Option<String>)>,
    last: Option<Instant>,
}

impl Reader {
    fn read(&mut self, event: &Event) {
        assert!(self.last.is_none_or(|last| event.at >= last), "stored time ran backwards");
        self.last = Some(event.at);
        let at = event.at;
        let newest = self.windows.iter_mut().rev().find(|window| window.0 == event.engagement);
        match &event.happened {
            Happened::WindowOpened { ends_at, anchor } => {
                assert_eq!(signer(event), Some(DEVELOPER));
                assert!(at < *ends_at && anchor.planned().is_none_or(|planned| *ends_at <= planned));
                assert!(self.windows.iter().all(|window| window.2 <= at), "two windows of a family at one time");
                self.windows.push((event.engagement, at, *ends_at, *ends_at));
            }
            Happened::AnchorMoved { ends_at, .. } | Happened::WindowShrunk { ends_at } => {
                let window = newest.unwrap();
                assert!(*ends_at <= window.2 && at <= *ends_at, "a call lengthened a window");
                window.2 = *ends_at;
            }
            Happened::WindowEnded { ended_at, .. } => {
                let window = newest.unwrap();
                assert!(*ended_at <= window.2 && *ended_at <= at, "a window ended later than it said");
                window.2 = *ended_at;
            }
            Happened::GrantProposed { agreement, digest, .. } => {
                assert_eq!(signer(event), Some(DEVELOPER));
                assert!(agreement.facts.all().iter().all(|(_, fact)| fact.answer == Answer::No));
                assert!(self.signed.insert(agreement.grant, (digest.to_string(), None)).is_none());
            }
            Happened::GrantCountersigned { grant, digest } => {
                assert_eq!(signer(event), Some(ORGANISATION));
                self.signed.get_mut(grant).unwrap().1 = Some(digest.to_string());
            }
            Happened::Used { grant, .. } => self.access(event, *grant),
            Happened::PassIssued { pass } => {
                self.access(event, pass.grant);
                let window = self.windows.last().unwrap();
                assert!(pass.expires_at <= window.2 && pass.expires_at.since(at) <= Duration::from_secs(900));
            }
            Happened::QuotaSet { .. } | Happened::Paused | Happened::Resumed | Happened::Withdrawn => {
                assert_eq!(signer(event), Some(DEVELOPER));
            }
            _ => {}
        }
    }

    /// No grant without both signatures over one digest, and none outside its window.
    fn access(&self, event: &Event, grant: GrantId) {
        let (developer, organisation) = &self.signed[&grant];
        assert_eq!(Some(developer), organisation.as_ref(), "a grant without both signatures");
        let window = self.windows.iter().rev().find(|window| window.0 == event.engagement).unwrap();
        assert!(window.1 <= event.at && event.at < window.2, "a grant outlived its window");
    }

    fn open_time(&self) -> Duration {
        self.windows.iter().map(|window| window.2.since(window.1)).sum()
    }
}

/// Whose key the event names. Whether that key really signed is what [`audit`] looks at.
fn signer(event: &Event) -> Option<u8> {
    let By::Key { key, .. } = &event.by else {
        return None;
    };
    SIGNERS.iter().copied().find(|seed| public(*seed) == *key)
}

/// Everything that only the developer may add to: who has access, how often, and until when.
pub fn width(world: &World, now: Instant) -> (Vec<GrantId>, u64, Option<Instant>, Duration) {
    let engagements = || world.state.engagements.values();
    let standing = || engagements().flat_map(|e| e.grants.iter()).filter(|(_, grant)| grant.state.stands());
    let quota = standing().map(|(_, grant)| u64::from(grant.quota)).sum();
    let ends_at = world.state.open_window(now).map(|(_, window)| window.ends_at);
    (standing().map(|(id, _)| *id).collect(), quota, ends_at, world.state.budget_left(now))
}

pub fn jumped(now: Instant, hours: i64) -> Instant {
    let by = Duration::from_secs(hours.unsigned_abs() * 3_600 + 1);
    if hours < 0 { now.minus(by) } else { now.plus(by) }
}

/// Two checkpoints of one family: one with a window and two grants, of which one lacks a signature, and one prepared.
static BEGINNING: LazyLock<World> = LazyLock::new(|| {
    let mut world = World::running();
    world.prepare(model(2));
    world
});

/// That beginning, going on with such a way of deciding.
pub fn beginning(decide: Option<Decide>) -> World {
    let mut world = BEGINNING.clone();
    world.decide = decide.unwrap_or(world.decide);
    world
}

/// Takes the steps, and looks after each whether a promise is broken.
pub fn run(world: &mut World, steps: &[Step]) {
    let mut reader = Reader::default();
    world.events.iter().for_each(|event| reader.read(event));
    let mut taken: Vec<(u8, Statement)> = Vec::new();
    for step in steps {
        world.now = jumped(world.now, step.jump);
        let replayed = step.replay.and_then(|index| taken.get(index).cloned());
        let (signer, said) = replayed.clone().unwrap_or_else(|| {
            let (signer, command) = command(world, step);
            let mut statement = world.statement(signer, model(step.engagement), command);
            statement.sequence += step.off;
            (signer, statement)
        });
        let now = world.state.time(world.now);
        let before = width(world, now);
        let known: Vec<_> =
            SIGNERS.iter().map(|seed| allowed(&world.state, said.engagement, public(*seed), world.now)).collect();
        match world.say(signer, &said) {
            Ok(events) => {
                assert!(replayed.is_none(), "a replay was taken");
                events.iter().for_each(|event| reader.read(event));
                let place = SIGNERS.iter().position(|seed| *seed == signer).unwrap();
                let kind = said.command.kind();
                assert!(kind == CommandKind::Open || known[place].contains(&kind), "{kind} was not listed as possible");
                let after = width(world, now);
                assert!(after.3 <= before.3, "a call gave days back");
                taken.push((signer, said));
                if signer != DEVELOPER {
                    assert!(after.0.iter().all(|grant| before.0.contains(grant)), "{signer} added a person");
                    assert!(after.1 <= before.1, "{signer} added a quota");
                    assert!(after.2 <= before.2, "{signer} added a day");
                }
            }
            Err(_) => assert_eq!(width(world, now), before, "a refusal changed something"),
        }
        assert!(reader.open_time() <= FAMILY_BUDGET, "more than thirty days of a family");
    }
    for (id, engagement) in world.state.engagements.clone() {
        let withdrawn = world.clone().send(DEVELOPER, id, Command::Withdraw);
        assert_eq!(withdrawn.is_ok(), engagement.stage == Stage::Open, "withdrawal is possible in every open state");
    }
}

//! What the tests share: a seeded entropy, a cast of persons, and short ways to act.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod arbitrary;
pub mod stage;

pub use assay_base::Repeatable;
use assay_base::{Actor, Entropy as _, Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;
use assay_case::text::Line;
use assay_case::{Aggregate, Caller, Code, Ctx, Embargoed, Recorded, Refusal, Role, Roles};

/// What tests draw besides numbers.
pub trait Draw {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T;
    fn digest(&mut self) -> Sha256;
}

impl Draw for Repeatable {
    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())].clone()
    }

    fn digest(&mut self) -> Sha256 {
        Sha256::from_bytes(self.thirty_two())
    }
}

pub const SECOND: u64 = 1_000_000;
pub const DAY: u64 = 86_400 * SECOND;

/// So many microseconds after the beginning of the tests' time.
pub fn at(micros: u64) -> Instant {
    let start: Instant = "2026-08-01T00:00:00Z".parse().unwrap();
    start.plus(std::time::Duration::from_micros(micros))
}

pub fn day(days: u64) -> Instant {
    at(days * DAY)
}

pub fn line(text: &str) -> Line {
    Line::new(text).unwrap()
}

pub fn secret(text: &str) -> Embargoed<Line> {
    Embargoed::new(line(text))
}

pub fn digest(n: u8) -> Sha256 {
    Sha256::from_bytes([n; 32])
}

/// A person with roles: the member is `m`, the person `p`.
pub fn person(m: u8, p: u8, roles: &[Role]) -> Caller {
    let actor = Actor::Person { member: MemberId::from_bytes([m; 16]), person: PersonId::from_bytes([p; 16]) };
    Caller::new(actor, roles.iter().copied().collect())
}

/// The same person's agent.
pub fn agent_of(caller: &Caller) -> Caller {
    let Actor::Person { member, person } = caller.actor else { panic!("only a person has an agent") };
    Caller::new(Actor::Agent { member, person }, caller.roles)
}

pub fn coordinator() -> Caller {
    person(1, 11, &[Role::Coordinator])
}

pub fn second_coordinator() -> Caller {
    person(1, 12, &[Role::Coordinator])
}

pub fn finder() -> Caller {
    person(2, 21, &[Role::Finder])
}

pub fn other_finder() -> Caller {
    person(3, 31, &[Role::Finder])
}

pub fn verifier() -> Caller {
    person(4, 41, &[Role::Verifier])
}

pub fn vendor() -> Caller {
    person(5, 51, &[Role::Vendor])
}

/// A person who may be anything, and still not everything: the submitter who holds all roles.
pub fn jack() -> Caller {
    Caller::new(finder().actor, Roles::all())
}

pub fn id_of(caller: &Caller) -> PersonId {
    caller.actor.person().unwrap()
}

pub fn member_of(caller: &Caller) -> MemberId {
    caller.actor.member().unwrap()
}

/// An aggregate with its history and its own entropy.
#[derive(Clone)]
pub struct Play<A: Aggregate> {
    pub state: A,
    pub history: Vec<Recorded<A::Id, A::Happened>>,
    pub seed: u64,
}

impl<A: Aggregate> Play<A>
where
    A::Happened: Clone,
{
    pub fn new(seed: u64) -> Self {
        Self { state: A::default(), history: Vec::new(), seed }
    }

    /// Decides and applies; the number of events that followed.
    pub fn act(&mut self, caller: &Caller, command: A::Command, now: Instant) -> Result<usize, Refusal> {
        self.seed = self.seed.wrapping_add(1);
        let mut entropy = Repeatable(self.seed);
        let events = self.state.decide(caller, command, &mut Ctx { now, entropy: &mut entropy })?;
        for event in &events {
            self.state.apply(event);
        }
        let count = events.len();
        self.history.extend(events);
        Ok(count)
    }

    /// Whether it would be done, without doing it.
    pub fn tries(&self, caller: &Caller, command: A::Command, now: Instant) -> Result<usize, Refusal> {
        let mut entropy = Repeatable(self.seed);
        Ok(self.state.decide(caller, command, &mut Ctx { now, entropy: &mut entropy })?.len())
    }

    /// Acts, and expects that it is done.
    pub fn done(&mut self, caller: &Caller, command: A::Command, now: Instant) -> &mut Self {
        if let Err(refusal) = self.act(caller, command, now) {
            panic!("refused: {} {refusal}", refusal.code().as_str());
        }
        self
    }

    /// Acts, expects a refusal, and that nothing changed.
    #[track_caller]
    pub fn refused(&mut self, caller: &Caller, command: A::Command, now: Instant) -> Code {
        let before = self.state.clone();
        match self.act(caller, command, now) {
            Ok(events) => panic!("{events} events instead of a refusal"),
            Err(refusal) => {
                assert_eq!(before, self.state);
                refusal.code()
            }
        }
    }
}

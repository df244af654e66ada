//! A small world for tests: parties with keys, a clock of its own, and a history that grows.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod walk;

use std::sync::LazyLock;

use assay_base::{Answer, Entropy, Instant, MemberId, PersonId};
use assay_bundle::digest::Sha256;
use assay_review::*;
use assay_seal::SigningKey;

/// The clearinghouse of the tests.
pub const HOUSE: &str = "review.example";

/// Counts, so that a test's ids are the same in every run.
pub struct Counted(pub u64);

impl Entropy for Counted {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0 += 1;
        bytes.fill(0);
        bytes[..8].copy_from_slice(&self.0.to_be_bytes());
    }
}

pub fn day(days: u32) -> Instant {
    "2026-11-21T00:00:00Z".parse::<Instant>().unwrap().plus_days(days)
}

/// Keys by their seeds, made once: that is slow without optimisation.
static KEYS: LazyLock<Vec<(SigningKey, PublicKey)>> = LazyLock::new(|| {
    let keys = (0..100).map(|seed| SigningKey::from_seed(&[seed; 32]));
    keys.map(|key| (PublicKey::from(key.verifying_key()), key)).map(|(public, key)| (key, public)).collect()
});

pub fn key(seed: u8) -> &'static SigningKey {
    &KEYS[usize::from(seed)].0
}

pub fn public(seed: u8) -> PublicKey {
    KEYS[usize::from(seed)].1
}

pub const DEVELOPER: u8 = 1;
pub const ORGANISATION: u8 = 2;
pub const ALICE: u8 = 3;
pub const BOB: u8 = 4;
pub const STRANGER: u8 = 5;

pub fn member(seed: u8) -> MemberId {
    MemberId::from_bytes([seed; 16])
}

pub fn person(seed: u8) -> PersonId {
    PersonId::from_bytes([seed; 16])
}

pub fn digest(text: &str) -> Sha256 {
    Sha256::of(text.as_bytes())
}

pub fn family() -> FamilyId {
    FamilyId::from_bytes([9; 16])
}

pub fn model(seed: u8) -> ModelId {
    ModelId::from_bytes([seed; 16])
}

pub fn grant_id(seed: u8) -> GrantId {
    GrantId::from_bytes([seed; 16])
}

pub fn purpose(text: &str) -> Purpose {
    Purpose::new(text).unwrap()
}

pub fn text(words: &str) -> Text {
    Text::new(words).unwrap()
}

pub fn fact(answer: Answer) -> Fact {
    Fact { answer, decided_by: person(40), decided_at: day(0), record: digest("record of a fact") }
}

pub fn facts() -> Facts {
    let no = fact(Answer::No);
    Facts { competitor: no, foreign_entity: no, location: no, nationality: no }
}

pub fn agreement(engagement: ModelId, grant: GrantId, holder: u8) -> Agreement {
    Agreement {
        grant,
        engagement,
        organisation: member(ORGANISATION),
        holder: Holder { person: person(holder), key: public(holder) },
        purposes: vec![purpose("defensive-evaluation")],
        facts: facts(),
        criteria: digest("criteria"),
    }
}

pub fn open() -> Command {
    Command::Open {
        developer: Party { member: member(DEVELOPER), key: public(DEVELOPER) },
        organisation: Party { member: member(ORGANISATION), key: public(ORGANISATION) },
        criteria: digest("criteria"),
        sealed_name: Some(digest("a salt and the name")),
    }
}

pub fn public_in(days: u32) -> Anchor {
    Anchor::PublicRelease { planned: day(days), source: text("the developer's letter") }
}

/// Decides a statement that the key of a seed has signed.
pub type Decide = fn(&State, u8, &Statement, &mut Ctx<'_>) -> Result<Vec<Event>, Refusal>;

/// Signs it for real, and lets the crate read and verify the envelope.
fn really(state: &State, seed: u8, statement: &Statement, ctx: &mut Ctx<'_>) -> Result<Vec<Event>, Refusal> {
    decide(state, &statement.sign(key(seed)).unwrap(), ctx)
}

/// A family's history and the clock of its clearinghouse.
#[derive(Clone)]
pub struct World {
    pub state: State,
    pub events: Vec<Event>,
    pub now: Instant,
    pub drawn: u64,
    pub decide: Decide,
}

impl World {
    pub fn new() -> Self {
        Self { state: State::default(), events: Vec::new(), now: day(0), drawn: 0, decide: really }
    }

    /// What a tool of this key would sign next.
    pub fn statement(&self, seed: u8, engagement: ModelId, command: Command) -> Statement {
        let sequence = self.state.engagements.get(&engagement).map_or(1, |e| e.next_sequence(public(seed)));
        let made_at = self.state.time(self.now);
        Statement { clearinghouse: HOUSE.to_owned(), family: family(), engagement, sequence, made_at, command }
    }

    fn keep(&mut self, decided: Result<Vec<Event>, Refusal>) -> Result<Vec<Event>, Refusal> {
        let events = decided?;
        events.iter().for_each(|event| self.state.apply(event));
        self.events.extend(events.iter().cloned());
        Ok(events)
    }

    /// Brings an envelope, and keeps what it makes happen.
    pub fn bring(&mut self, envelope: &[u8]) -> Result<Vec<Event>, Refusal> {
        let mut entropy = Counted(self.drawn);
        let mut ctx = Ctx { now: self.now, entropy: &mut entropy, clearinghouse: HOUSE };
        let decided = decide(&self.state, envelope, &mut ctx);
        self.drawn = entropy.0;
        self.keep(decided)
    }

    /// Brings a statement of this key, and keeps what it makes happen.
    pub fn say(&mut self, seed: u8, statement: &Statement) -> Result<Vec<Event>, Refusal> {
        let mut entropy = Counted(self.drawn);
        let mut ctx = Ctx { now: self.now, entropy: &mut entropy, clearinghouse: HOUSE };
        let decided = (self.decide)(&self.state, seed, statement, &mut ctx);
        self.drawn = entropy.0;
        self.keep(decided)
    }

    pub fn send(&mut self, seed: u8, engagement: ModelId, command: Command) -> Result<Vec<Event>, Refusal> {
        let statement = self.statement(seed, engagement, command);
        self.say(seed, &statement)
    }

    /// The refusal's code, or what happened.
    pub fn outcome(&mut self, seed: u8, engagement: ModelId, command: Command) -> String {
        match self.send(seed, engagement, command) {
            Ok(events) => events.iter().map(Event::kind).collect::<Vec<_>>().join(" "),
            Err(refusal) => refusal.code().to_owned(),
        }
    }

    /// Sends, and shows the refusal if there is one.
    pub fn must(&mut self, seed: u8, engagement: ModelId, command: Command) -> &mut Self {
        let kind = command.kind();
        self.send(seed, engagement, command).unwrap_or_else(|refusal| panic!("{kind}: {refusal}"));
        self
    }

    /// An engagement with its five safeguards signed.
    pub fn prepared() -> Self {
        // Signing is slow without optimisation, and the tests begin here hundreds of times.
        static PREPARED: LazyLock<World> = LazyLock::new(|| {
            let mut world = World::new();
            world.prepare(model(1));
            world
        });
        PREPARED.clone()
    }

    pub fn prepare(&mut self, engagement: ModelId) -> &mut Self {
        self.must(DEVELOPER, engagement, open());
        for safeguard in Safeguard::ALL {
            for side in [DEVELOPER, ORGANISATION] {
                let text = digest(safeguard.as_str());
                self.must(side, engagement, Command::SignSafeguard { safeguard: *safeguard, text });
            }
        }
        self
    }

    /// A person's access, signed by both sides.
    pub fn grant(&mut self, engagement: ModelId, grant: GrantId, holder: u8, uses: u32) -> &mut Self {
        let agreement = agreement(engagement, grant, holder);
        let digest = agreement.digest().unwrap();
        self.must(DEVELOPER, engagement, Command::Grant { agreement, uses });
        self.must(ORGANISATION, engagement, Command::CountersignGrant { grant, agreement: digest })
    }

    /// A window without an anchor, Alice with a signed grant (1), Bob with one that the organisation has not signed (2).
    pub fn running() -> Self {
        static RUNNING: LazyLock<World> = LazyLock::new(|| {
            let mut world = World::prepared();
            world.must(DEVELOPER, model(1), Command::OpenWindow { anchor: Anchor::None });
            world.grant(model(1), grant_id(1), ALICE, 3);
            let bobs = agreement(model(1), grant_id(2), BOB);
            world.must(DEVELOPER, model(1), Command::Grant { agreement: bobs, uses: 3 });
            world
        });
        RUNNING.clone()
    }

    pub fn engagement(&self, engagement: ModelId) -> &Engagement {
        &self.state.engagements[&engagement]
    }

    pub fn ends_at(&self) -> Option<Instant> {
        self.state.open_window(self.now).map(|(_, window)| window.ends_at)
    }
}

pub fn use_once(grant: GrantId) -> Command {
    Command::Use { grant, purpose: purpose("defensive-evaluation"), request: digest("a request") }
}

/// Compares with a stored file; `UPDATE_GOLDEN=1` writes it anew.
pub fn golden(name: &str, found: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == found, "{name} has changed; look at the difference, and run with UPDATE_GOLDEN=1:\n{found}");
}

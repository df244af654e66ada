//! The review room: signed commands in, events out; windows that end by themselves.
//!
//! What a party may do is decided by its key alone. The clearinghouse adds
//! what the rules cannot see from where they are: that a developer's member
//! really stands behind an opening, and that a handle is used once.

use std::collections::BTreeMap;

use assay_base::{Actor, Instant, MemberId, SystemEntropy};
use assay_case::caller::Role;
use assay_review::{By, Command, Event, FamilyId, Happened, ModelId, State, Statement};
use assay_store::event::StreamId;
use assay_store::row::{EngagementRow, Row, Tag};

use crate::kept::{Field, Kept};
use crate::local::Local;
use crate::refusal::Refusal;
use crate::unit::Unit;
use crate::vault::Vault;
use crate::who::Who;

/// A family's events with the family that they are of: its stream.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct FamilyEvent {
    /// Whose stream it is.
    pub family: FamilyId,
    /// What happened.
    pub event: Event,
}

/// A model family as it is kept.
#[derive(Debug, Clone, Default)]
pub struct Family {
    /// As the rules know it.
    pub state: State,
    /// When each engagement was opened.
    opened: BTreeMap<ModelId, Instant>,
}

/// What a signed command did.
#[derive(Debug, Clone)]
pub struct Reviewed {
    /// The engagement that it was about.
    pub engagement: ModelId,
    /// What happened; what had ended by itself comes first.
    pub events: Vec<Event>,
    /// The family now, as far as it is this engagement's: another organisation's is not shown.
    pub state: State,
    /// The pass that it gave, signed, if it gave one.
    pub pass: Option<Vec<u8>>,
}

impl Kept for Family {
    type Event = FamilyEvent;
    const NOUN: &'static str = "model family";

    fn stream(event: &FamilyEvent) -> StreamId {
        stream(event.family)
    }

    fn kind(event: &FamilyEvent) -> String {
        format!("review.{}", event.event.kind())
    }

    fn version(event: &FamilyEvent) -> u16 {
        u16::try_from(event.event.version()).unwrap_or(u16::MAX)
    }

    fn at(event: &FamilyEvent) -> Instant {
        event.event.at
    }

    fn actor(event: &FamilyEvent) -> Option<Actor> {
        matches!(event.event.by, By::Clock).then_some(Actor::Clock)
    }

    fn fields(event: &FamilyEvent) -> Vec<Field> {
        // Type and version are among the fields of every event already.
        let fields = event.event.commitment_fields().unwrap_or_default();
        fields
            .into_iter()
            .filter(|(name, _)| name != "type" && name != "version")
            .map(|(name, value)| (name, value.into()))
            .collect()
    }

    fn apply(&mut self, event: &FamilyEvent) {
        self.state.apply(&event.event);
        self.opened.entry(event.event.engagement).or_insert(event.event.at);
    }

    fn rows(&self, _vault: &Vault) -> Vec<Row> {
        let Some(family) = self.state.family else { return Vec::new() };
        let row = |(id, engagement): (&ModelId, &assay_review::Engagement)| {
            Row::Engagement(EngagementRow {
                id: *id,
                developer: engagement.developer.key.id().to_string(),
                family: family_tag(family),
                state: engagement.stage.as_str().to_owned(),
                // The first event of an engagement is its opening.
                opened: self.opened.get(id).copied().unwrap_or(Instant::from_micros(0)),
                window_ends: engagement.window.as_ref().map(|window| window.ends_at),
            })
        };
        self.state.engagements.iter().map(row).collect()
    }
}

/// The stream of a family.
fn stream(family: FamilyId) -> StreamId {
    StreamId(family.to_string())
}

/// A family's own random bits: the row leads back to the stream with them.
fn family_tag(family: FamilyId) -> Tag {
    let mut bytes = [0; 32];
    bytes[..16].copy_from_slice(&family.to_bytes());
    Tag(bytes)
}

fn family_of(row: &EngagementRow) -> FamilyId {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&row.family.0[..16]);
    FamilyId::from_bytes(bytes)
}

/// The family without its other engagements.
fn only(mut state: State, id: ModelId) -> State {
    state.engagements.retain(|known, _| *known == id);
    state
}

impl Local {
    /// Takes a signed command. `who` brings it; whose command it is, its signature says.
    ///
    /// # Errors
    ///
    /// The rules refuse, the opener's member is another one, or the handle is taken.
    pub fn review(&self, who: &Who, envelope: &[u8]) -> Result<Reviewed, Refusal> {
        let statement = Statement::peek(envelope)?;
        let opens = matches!(statement.command, Command::Open { .. });
        let work = |unit: &mut Unit<'_>| {
            let caller = who.caller(unit.view)?;
            if let Command::Open { developer, .. } = &statement.command {
                if !caller.has(Role::Developer) || caller.actor.member() != Some(developer.member) {
                    return Err(Refusal::call(
                        "no-right",
                        "an engagement is opened by a developer, for its own member",
                    ));
                }
                if unit.view.engagement(statement.engagement)?.is_some() {
                    return Err(Refusal::call("handle-taken", "this handle is taken").help("draw another one"));
                }
            }
            let state = unit.load::<Family>(&stream(statement.family))?.state.state;
            let mut ctx =
                assay_review::Ctx { now: unit.now, entropy: unit.entropy, clearinghouse: &self.home.instance.origin };
            let mut events = assay_review::decide(&state, envelope, &mut ctx)?;
            let kept: Vec<FamilyEvent> =
                events.iter().map(|event| FamilyEvent { family: statement.family, event: event.clone() }).collect();
            let state = only(unit.stage::<Family>(&kept, caller.actor)?.state.state, statement.engagement);
            // What ended by itself meanwhile may be another organisation's window.
            events.retain(|event| event.engagement == statement.engagement);
            Ok(Reviewed { engagement: statement.engagement, events, state, pass: None })
        };
        let mut done = if opens { self.begin(work)? } else { self.decide(work)? };
        // Signed only now: a pass that no event speaks of would be worth something to a gateway.
        let issued = done.events.iter().find_map(|event| match &event.happened {
            Happened::PassIssued { pass } => Some(pass),
            _ => None,
        });
        if let Some(pass) = issued {
            // A gateway has the index's key from the trust file; the envelope's type keeps the two uses apart.
            done.pass = Some(pass.sign(&self.home.keys()?.index)?);
        }
        Ok(done)
    }

    /// An engagement and its family's windows, for those who take part in it. Other engagements of the family are left
    /// out: they may be with another organisation.
    ///
    /// # Errors
    ///
    /// There is none that this caller may see.
    pub fn engagement(&self, who: &Who, id: ModelId) -> Result<State, Refusal> {
        self.family(who, id).map(|(state, _)| only(state, id))
    }

    /// The whole family of an engagement in which the caller's member takes part, and that member.
    fn family(&self, who: &Who, id: ModelId) -> Result<(State, Option<MemberId>), Refusal> {
        let now = self.now();
        self.look(|view| {
            let caller = who.caller(view)?;
            let member = caller.actor.member();
            let row = view.engagement(id)?.ok_or_else(|| Refusal::not_found("engagement"))?;
            let (mut entropy, mut spare) = (SystemEntropy, None);
            let unit = Unit::new(view, now, &mut entropy, (&*self.store, &self.vault), &mut spare)?;
            let state = unit.existing::<Family>(&stream(family_of(&row)))?.state.state;
            let takes_part = state.engagements.get(&id).is_some_and(|engagement| {
                member == Some(engagement.developer.member) || member == Some(engagement.organisation.member)
            });
            if takes_part { Ok((state, member)) } else { Err(Refusal::not_found("engagement")) }
        })
    }

    /// The engagements in which the caller's member takes part.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn engagements(&self, who: &Who) -> Result<Vec<EngagementRow>, Refusal> {
        let rows = self.look(|view| Ok(view.engagements()?))?;
        Ok(rows.into_iter().filter(|row| self.engagement(who, row.id).is_ok()).collect())
    }

    /// The events of an engagement, for those who take part in it.
    ///
    /// # Errors
    ///
    /// There is no such engagement that this caller may see.
    pub fn engagement_events(&self, who: &Who, id: ModelId) -> Result<Vec<Event>, Refusal> {
        self.family(who, id)?;
        let mut events = self.stream_of(id)?;
        events.retain(|event| event.engagement == id);
        Ok(events)
    }

    /// All events of an engagement's family, which an audit needs: thirty days are shared by all of it.
    ///
    /// # Errors
    ///
    /// There is no such engagement that this caller may see, or the caller's member is not the family's developer: an
    /// organisation has no business with what another one does for the same developer.
    pub fn family_events(&self, who: &Who, id: ModelId) -> Result<Vec<Event>, Refusal> {
        let (state, member) = self.family(who, id)?;
        if state.engagements.values().any(|engagement| Some(engagement.developer.member) != member) {
            return Err(Refusal::call("not-the-developer", "an audit needs the events of the whole family of models")
                .help("ask the developer for it; `assay review show` has the events of this engagement"));
        }
        self.stream_of(id)
    }

    fn stream_of(&self, id: ModelId) -> Result<Vec<Event>, Refusal> {
        self.look(|view| {
            let row = view.engagement(id)?.ok_or_else(|| Refusal::not_found("engagement"))?;
            let mut events = Vec::new();
            for kept in view.stream(&stream(family_of(&row)))? {
                let Some(payload) = self.opened::<Family>(&kept)? else { continue };
                events.push(payload.event.event);
            }
            Ok(events)
        })
    }

    /// Records the windows whose instant has come. Access ended at that instant, whether or not this ever runs.
    pub(crate) fn end_windows(&self, now: Instant, most: usize) -> Result<Vec<ModelId>, Refusal> {
        let due = self.look(|view| Ok(view.windows_due(now, most)?))?;
        let mut ended = Vec::new();
        for row in due {
            let family = family_of(&row);
            self.decide(|unit| {
                let state = unit.existing::<Family>(&stream(family))?.state.state;
                let events: Vec<FamilyEvent> = assay_review::decide::due(&state, unit.now)
                    .into_iter()
                    .map(|event| FamilyEvent { family, event })
                    .collect();
                // Another worker may have recorded it a moment ago.
                if !events.is_empty() {
                    unit.stage::<Family>(&events, Actor::Clock)?;
                }
                Ok(())
            })?;
            ended.push(row.id);
        }
        Ok(ended)
    }
}

impl From<assay_review::Refusal> for Refusal {
    fn from(refusal: assay_review::Refusal) -> Self {
        Self::call(refusal.code(), refusal.to_string())
    }
}

//! All duties of some packs with what is known of each.

use assay_base::{Answer, Instant};
use assay_clock::{Kind, Zone};
use jiff::civil::Date;
use serde::Serialize;

use super::evidence::Evidence;
use super::pack::{Certain, Pack};
use super::state::{self, State};

/// The tracker's answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Track {
    /// When it was made.
    pub made: Instant,
    /// The zone of its words.
    pub zone: String,
    /// How many duties are in which state.
    pub counts: Counts,
    /// Where the duties are from.
    pub packs: Vec<Source>,
    /// The duties, in the order of their packs.
    pub items: Vec<Item>,
    /// Evidence that names no duty of these packs, or was entered after this time: shown, and not used.
    pub unused: Vec<Unused>,
    #[serde(skip)]
    pub(crate) in_zone: Zone,
}

/// How many duties are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// All of them.
    pub duties: usize,
    /// See [`State::Contested`].
    pub contested: usize,
    /// See [`State::Missed`].
    pub missed: usize,
    /// See [`State::Pending`].
    pub pending: usize,
    /// See [`State::Met`].
    pub met: usize,
    /// See [`State::Unknown`].
    pub unknown: usize,
}

/// A pack, as far as a reader wants to know where duties are from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Source {
    /// Its id and version.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What the order is called.
    pub name: String,
    /// What people call it.
    pub short: String,
    /// Who issued it.
    pub issuer: String,
    /// When.
    #[serde(serialize_with = "crate::read::day_text")]
    pub issued: Date,
    /// Where the data are from.
    pub source: String,
    /// Who entered them, and when.
    pub entered: String,
    /// What to know of the whole.
    pub note: String,
}

/// One duty with what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Item {
    /// The duty's id.
    pub id: String,
    /// Its pack's id.
    pub pack: String,
    /// Its place in the order.
    pub section: String,
    /// Who has to do it.
    pub owner: String,
    /// With whom.
    pub with: Vec<String>,
    /// What.
    pub what: String,
    /// Kinds of organisations that it binds; empty where it binds its owner alone.
    pub binds: Vec<Kind>,
    /// How well it is borne out.
    pub certain: Certain,
    /// Where it was read.
    pub sources: Vec<String>,
    /// From which day its term is counted.
    #[serde(serialize_with = "crate::read::day_text")]
    pub from: Date,
    /// How many days; none where the order writes a date, or names no term.
    pub days: Option<u16>,
    /// `calendar` or `business`.
    pub counting: &'static str,
    /// The last day.
    #[serde(serialize_with = "crate::read::maybe_day")]
    pub due_day: Option<Date>,
    /// The exact instant at which that day ends.
    pub due: Option<Instant>,
    /// What is known.
    pub state: State,
    /// Whether it was done in time.
    pub in_time: Answer,
    /// Why, in one sentence.
    pub why: String,
    /// What nobody outside can check.
    pub unverifiable: String,
    /// The evidence.
    pub evidence: Vec<Evidence>,
}

/// Evidence that was not used, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unused {
    /// Which.
    pub evidence: Evidence,
    /// Why not.
    pub why: String,
}

impl Track {
    /// What is known at this time.
    pub fn make(packs: &[Pack], evidence: &[Evidence], now: Instant, zone: Zone) -> Self {
        let mut unused = Vec::new();
        let mut usable = Vec::new();
        for one in evidence {
            let pack = packs.iter().find(|pack| pack.duties.iter().any(|duty| duty.id == one.duty));
            let why = match pack {
                None => Some("no duty of these packs has that id".to_owned()),
                Some(pack) if !one.is_known_at(now, &pack.zone) => {
                    Some(format!("it was entered on {}, which is after this time", one.entered))
                }
                Some(_) => None,
            };
            match why {
                Some(why) => unused.push(Unused { evidence: one.clone(), why }),
                None => usable.push(one),
            }
        }
        let mut items = Vec::new();
        for pack in packs {
            for duty in &pack.duties {
                let about: Vec<&Evidence> = usable.iter().copied().filter(|one| one.duty == duty.id).collect();
                let found = state::of(duty.term.as_ref(), &about, now);
                items.push(Item {
                    id: duty.id.clone(),
                    pack: pack.id.clone(),
                    section: duty.section.clone(),
                    owner: duty.owner.clone(),
                    with: duty.with.clone(),
                    what: duty.what.clone(),
                    binds: duty.binds.clone(),
                    certain: duty.certain,
                    sources: duty.sources.clone(),
                    from: pack.issued,
                    days: duty.term.as_ref().and_then(|term| term.days),
                    counting: if duty.term.as_ref().is_some_and(|term| term.business) {
                        "business"
                    } else {
                        "calendar"
                    },
                    due_day: duty.term.as_ref().map(|term| term.day),
                    due: duty.term.as_ref().map(|term| term.due),
                    state: found.state,
                    in_time: found.in_time,
                    why: found.why,
                    unverifiable: duty.unverifiable.clone(),
                    evidence: about.into_iter().cloned().collect(),
                });
            }
        }
        Self {
            made: now,
            zone: zone.name().to_owned(),
            counts: Counts::of(&items),
            packs: packs.iter().map(Source::of).collect(),
            items,
            unused,
            in_zone: zone,
        }
    }
}

impl Counts {
    fn of(items: &[Item]) -> Self {
        let count = |state: State| items.iter().filter(|item| item.state == state).count();
        Self {
            duties: items.len(),
            contested: count(State::Contested),
            missed: count(State::Missed),
            pending: count(State::Pending),
            met: count(State::Met),
            unknown: count(State::Unknown),
        }
    }

    /// How many are in this state.
    pub fn in_state(&self, state: State) -> usize {
        match state {
            State::Contested => self.contested,
            State::Missed => self.missed,
            State::Pending => self.pending,
            State::Met => self.met,
            State::Unknown => self.unknown,
        }
    }
}

impl Source {
    fn of(pack: &Pack) -> Self {
        Self {
            id: pack.id.clone(),
            version: pack.version,
            name: pack.name.clone(),
            short: pack.short.clone(),
            issuer: pack.issuer.clone(),
            issued: pack.issued,
            source: pack.source.clone(),
            entered: pack.entered.clone(),
            note: pack.note.clone(),
        }
    }
}

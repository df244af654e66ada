//! A plan: cards in order, questions, and what became of the cards before.

use std::collections::{HashMap, HashSet};

use assay_base::Instant;
use assay_clock::zone::day_words;
use assay_clock::{Basis, Term};
use assay_match::exposure::Touch;
use serde::Serialize;

use crate::build;
use crate::card::{Card, CardKind};
use crate::done::{self, Ended, Ending};
use crate::due::capital;
use crate::group;
use crate::history::{Funnel, History};
use crate::left_off::{self, LeftOff};
use crate::moved::{self, Moved};
use crate::names;
use crate::question::{self, Question};
use crate::rank::{self, Tier};
use crate::render::words;
use crate::request::Request;
use crate::schedule::{self, Job, Schedule};
use crate::text::{NAME, count, plain};
use crate::title;
use crate::uptake::{Report, State};

/// After how many days a KEV list is called old.
const KEV_OLD_DAYS: i32 = 7;

/// Everything to do, in order.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// `assay.plan/1`.
    pub schema: &'static str,
    /// What time it was.
    pub made: Instant,
    /// The zone of the dates in words.
    pub zone: String,
    /// Whose plan it is; empty if not said.
    pub organisation: String,
    /// The directive that gives the terms.
    pub directive: PlanDirective,
    /// The day of the KEV list, if there was one.
    pub kev_as_of: Option<String>,
    /// What was looked at.
    pub inventories: Vec<Looked>,
    /// Figures.
    pub counts: Counts,
    /// What to do, by tier and place.
    pub cards: Vec<Card>,
    /// What waits, with who decided it and until when.
    pub deferred: Vec<Card>,
    /// What can wait for the next upgrade.
    pub later: Vec<Card>,
    /// What nobody can tell from the data at hand.
    pub find_out: Vec<Card>,
    /// Which update in which month.
    pub schedule: Schedule,
    /// How far the cards of all plans are, if a history is kept.
    pub uptake: Option<Funnel>,
    /// What to find out, and what that would settle.
    pub questions: Vec<Question>,
    /// What became of the earlier plan's cards that are not here.
    pub ended: Vec<Ended>,
    /// Cards that are more urgent than in the earlier plan.
    pub moved: Vec<Moved>,
    /// What VEX statements took off the list, with whose word it was.
    pub left_off: Vec<LeftOff>,
    /// What a reader has to know beside the cards.
    pub notes: Vec<String>,
}

/// The directive of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PlanDirective {
    /// Its id.
    pub id: String,
    /// The version of its data pack.
    pub version: u32,
    /// The name that people say.
    pub short: String,
    /// Where its rows are from.
    pub source: String,
    /// On which ground its dates stand here.
    pub basis: Basis,
    /// The same as a sentence.
    pub basis_words: String,
}

/// An inventory that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// Its name.
    pub name: String,
    /// How many components it names.
    pub components: usize,
    /// How many of its entries could not be read.
    pub skipped: usize,
}

/// Figures of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// Components looked at.
    pub components: usize,
    /// Advisories that affect one of them, each pair counted.
    pub affected: usize,
    /// Pairs of which nobody can tell.
    pub cannot_tell: usize,
    /// Cards with something to do and a date.
    pub cards: usize,
    /// Cards that a decision lets wait.
    pub deferred: usize,
    /// Cards for the next upgrade.
    pub later: usize,
    /// Cards with something to find out.
    pub find_out: usize,
    /// Earlier cards that this scan verified as done.
    pub verified: usize,
    /// Cards of this plan of which somebody says that they are done.
    pub reported_done: usize,
}

impl Plan {
    /// Makes a plan. Total: whatever the exposures hold, there is a plan, and nothing of them is left out of it.
    pub fn make(request: &Request<'_>) -> Self {
        let mut work = Vec::new();
        let mut befores = HashMap::new();
        for made in group::group(request.exposures).iter().filter_map(|group| build::cards(group, request)) {
            befores.extend(made.before.map(|before| (before.id.clone(), before)));
            work.push(made.card);
        }
        let models = rank::one_model(&mut work);
        rank::sort(&mut work);
        let (mut cards, mut deferred, mut later, mut find_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for mut card in work {
            let deferral = report(&mut card, request);
            let before = card.after.as_ref().and_then(|id| befores.remove(id)).map(|mut before| {
                report(&mut before, request);
                before.rank = card.rank.clone();
                before
            });
            let shelf = match card.kind {
                _ if deferral => &mut deferred,
                CardKind::FindOut => &mut find_out,
                _ if card.rank.tier == (Tier { earliest: Term::NextUpgrade, open: false }) => &mut later,
                _ => &mut cards,
            };
            shelf.extend(before);
            shelf.push(card);
        }
        for shelf in [&mut cards, &mut deferred, &mut later, &mut find_out] {
            rank::places(shelf);
        }
        let schedule = months(&mut cards, &mut later, request);
        title::tell_apart(&mut [&mut cards, &mut deferred, &mut later, &mut find_out]);
        let all = || cards.iter().chain(&deferred).chain(&later).chain(&find_out);
        let ids: HashSet<&str> = all().map(|card| card.id.as_str()).collect();
        let ended = match request.previous {
            Some(previous) => done::ended(previous, request, &ids),
            None => Vec::new(),
        };
        let moved = match request.previous {
            Some(previous) => moved::moved(previous, all()),
            None => Vec::new(),
        };
        let questions = question::questions(&cards.iter().chain(&find_out).collect::<Vec<_>>());
        let counts = Counts {
            components: request.inventories.iter().map(|inventory| inventory.components.len()).sum(),
            affected: touching(request, Touch::Affected),
            cannot_tell: touching(request, Touch::CannotTell),
            cards: cards.len(),
            deferred: deferred.len(),
            later: later.len(),
            find_out: find_out.len(),
            verified: ended.iter().filter(|ended| ended.ending == Ending::Verified).count(),
            reported_done: all().filter(|card| says_done(card.reported.as_ref())).count(),
        };
        let mut notes = notes(request, |id| ids.contains(id), &ended, &schedule);
        notes.extend(models);
        let basis = request.directive.basis(request.organisation);
        Self {
            schema: "assay.plan/1",
            made: request.now,
            zone: request.zone.name().to_owned(),
            organisation: plain(&request.organisation.name, NAME),
            directive: PlanDirective {
                id: request.directive.id().to_owned(),
                version: request.directive.version(),
                short: request.directive.short().to_owned(),
                source: request.directive.source().to_owned(),
                basis,
                basis_words: request.directive.basis_words(request.organisation),
            },
            kev_as_of: request.kev_as_of.map(|day| day.to_string()),
            inventories: request
                .inventories
                .iter()
                .map(|inventory| Looked {
                    name: plain(&inventory.name, NAME),
                    components: inventory.components.len(),
                    skipped: inventory.skipped.len(),
                })
                .collect(),
            counts,
            cards,
            deferred,
            later,
            find_out,
            schedule,
            uptake: None,
            questions,
            ended,
            moved,
            left_off: left_off::of(request),
            notes,
        }
    }

    /// Takes the plan into a history, and shows on the plan how far the cards of all plans are.
    pub fn with_history(mut self, history: &mut History) -> Self {
        history.take(&self);
        self.uptake = Some(history.funnel());
        self
    }

    /// The updates for the next thirty days, by tier; then those that a month does not hold.
    pub fn agenda(&self) -> (Vec<(Tier, Vec<&Card>)>, Vec<&Card>) {
        let now = |card: &&Card| card.slot.as_ref().is_none_or(|slot| slot.month == 0);
        let tiers = self.tiers().into_iter().map(|(tier, cards)| (tier, cards.into_iter().filter(now).collect()));
        let tiers = tiers.filter(|(_, cards): &(Tier, Vec<&Card>)| !cards.is_empty()).collect();
        (tiers, self.cards.iter().filter(|card| !now(card)).collect())
    }

    /// The earlier plan's cards that this scan verified as done.
    pub fn verified(&self) -> impl Iterator<Item = &Ended> {
        self.ended.iter().filter(|ended| ended.ending == Ending::Verified)
    }

    /// The tiers of its dated cards, in order, each with its heading and cards.
    pub fn tiers(&self) -> Vec<(Tier, Vec<&Card>)> {
        let mut tiers: Vec<(Tier, Vec<&Card>)> = Vec::new();
        for card in &self.cards {
            match tiers.last_mut() {
                Some((tier, cards)) if *tier == card.rank.tier => cards.push(card),
                _ => tiers.push((card.rank.tier, vec![card])),
            }
        }
        tiers
    }
}

/// Gives every update its month. A look before an update stands in the month of its update.
fn months(cards: &mut [Card], later: &mut [Card], request: &Request<'_>) -> Schedule {
    let jobs: Vec<Job<'_>> = cards
        .iter()
        .chain(later.iter())
        .filter(|card| card.kind != CardKind::Triage)
        .map(|card| Job {
            id: &card.id,
            effort: card.effort_class,
            first_seen: card.first_seen,
            due: card.due.aim,
            windows: &card.windows,
        })
        .collect();
    let (schedule, slots) = schedule::schedule(&jobs, request.capacity, request.now, &request.zone);
    let updates = cards.iter_mut().chain(later.iter_mut()).filter(|card| card.kind != CardKind::Triage);
    for (card, slot) in updates.zip(slots) {
        card.window_words = slot.as_ref().and_then(|slot| slot.window).map(|begin| request.zone.words(begin));
        card.slot = slot;
    }
    let by_look: HashMap<String, schedule::Slot> =
        cards.iter().filter_map(|card| Some((card.after.clone()?, card.slot.clone()?))).collect();
    for card in cards.iter_mut().filter(|card| card.kind == CardKind::Triage) {
        card.slot = by_look.get(&card.id).cloned();
    }
    schedule
}

/// What a month does not hold, in words: a date is not moved by that, and a wall of red helps nobody (R28).
fn capacity(schedule: &Schedule) -> Option<String> {
    if schedule.beyond == 0 {
        return None;
    }
    let says = if schedule.stated { "you say" } else { "assumed here, for nobody has said" };
    let late = match schedule.late {
        0 => "None of them misses its shortest term by that.".to_owned(),
        1 => "By that, 1 of them misses its shortest term.".to_owned(),
        late => format!("By that, {late} of them miss their shortest terms."),
    };
    Some(format!(
        "A month holds {} ({says}): the first ones are marked for the next 30 days, and {} in the months after. No date \
         is moved by that. {late}",
        count(usize::from(schedule.capacity), "update", "updates"),
        if schedule.beyond == 1 { "1 more stands".to_owned() } else { format!("{} more stand", schedule.beyond) },
    ))
}

/// Puts somebody's word on a card; true if it lets the card wait.
fn report(card: &mut Card, request: &Request<'_>) -> bool {
    let Some(report) = request.reports.and_then(|reports| reports.of(&card.id)) else { return false };
    let by = plain(&report.by, NAME);
    let day = request.zone.day_words(report.at);
    let (note, waits) = match (report.state, report.review_day()) {
        (State::Deferred, Some(review)) if request.now < request.zone.end_of(review) => {
            (format!("{by} decided on {day} that it waits until {}.", day_words(review)), true)
        }
        (State::Deferred, _) => {
            (format!("{by} let it wait; the day of the review is over, so it is open again."), false)
        }
        (State::Done, _) if card.kind != CardKind::Triage => {
            (format!("{by} reported it done on {day}, and this scan still finds it."), false)
        }
        (state, _) => (format!("{by} reported it {} on {day}.", state.as_str()), false),
    };
    card.reported = Some(Report {
        card: card.id.clone(),
        by,
        why: plain(&report.why, 1000),
        control: plain(&report.control, 1000),
        ..report.clone()
    });
    card.reported_note = Some(note);
    waits
}

fn says_done(report: Option<&Report>) -> bool {
    report.is_some_and(|report| report.state == State::Done)
}

fn touching(request: &Request<'_>, touch: Touch) -> usize {
    request.exposures.iter().filter(|exposure| exposure.touch == touch).count()
}

fn notes(request: &Request<'_>, known: impl Fn(&str) -> bool, ended: &[Ended], schedule: &Schedule) -> Vec<String> {
    let basis = request.directive.basis_words(request.organisation);
    let mut notes = vec![format!("{}.", capital(words::without_option(&basis)))];
    match request.kev_as_of {
        None => notes.push(
            "No dated list of known exploited vulnerabilities was given, so nothing is ruled out by it.".to_owned(),
        ),
        Some(day) => {
            let age = day.until(request.zone.day_of(request.now)).map_or(0, |span| span.get_days());
            if age > KEV_OLD_DAYS {
                notes.push(format!(
                    "The list of known exploited vulnerabilities is of {} and {age} days old: fetch a newer one. Nothing listed since is in this plan.",
                    day_words(day)
                ));
            }
        }
    }
    notes.extend(capacity(schedule));
    notes.extend(request.notes.iter().map(|note| plain(note, 600)));
    for inventory in request.inventories.iter().filter(|inventory| !inventory.skipped.is_empty()) {
        notes.push(format!(
            "{} of {} could not be read; nothing is said about them.",
            capital(&count(inventory.skipped.len(), "entry", "entries")),
            plain(names::list(&inventory.name), NAME)
        ));
    }
    if let Some(reports) = request.reports {
        let strange = reports
            .all()
            .filter(|report| !known(&report.card) && !ended.iter().any(|ended| ended.card == report.card))
            .count();
        if strange > 0 {
            notes.push(format!(
                "{} in the reports and not in this plan.",
                if strange == 1 { "1 card is".to_owned() } else { format!("{strange} cards are") }
            ));
        }
    }
    notes
}

//! Makes the cards of one update: the work itself, and the look before it
//! where the directive asks for one.

use assay_base::{Answer, Instant};
use assay_clock::{Basis, Due, Outcome};
use assay_inventory::component::{PatchedBy, What};
use assay_match::exposure::{Certainty, Epss, Touch};

use crate::card::{Card, CardKind, Closed, Step};
use crate::closed::{closed, once};
use crate::due::CardDue;
use crate::group::Group;
use crate::names;
use crate::rank::{Rank, Tier};
use crate::reason;
use crate::request::Request;
use crate::steps::{Instructions, find_out, instead, package, product, ticket, triage, versions};
use crate::text::{NAME, SENTENCE, link, plain};
use crate::urgency::{self, Urgent};

/// Most pages that a card names.
const REFERENCES: usize = 6;
/// Most pages of one record.
const REFERENCES_OF_ONE: usize = 2;

/// The card of an update, and the one that comes before it.
pub(crate) struct Made {
    pub(crate) before: Option<Card>,
    pub(crate) card: Card,
}

/// Makes them; nothing if the group is empty, which a group never is.
pub(crate) fn cards(group: &Group<'_>, request: &Request<'_>) -> Option<Made> {
    let site = &group.component.site;
    let kind = match (&site.patched_by, group.is_affected()) {
        (_, false) => CardKind::FindOut,
        (PatchedBy::Vendor(_), true) => CardKind::Ticket,
        (PatchedBy::Us | PatchedBy::Unknown, true) => CardKind::Update,
    };
    let what = names::what(&group.component.what);
    let id = names::id(kind.as_str(), &group.key);
    let first_seen = first_seen(&id, group, request);
    let urgent = urgent(group, first_seen, request);
    let (outcome, due) = urgency::together(&urgent)?;
    let decider = urgent.first()?;
    let card_due = CardDue::of(&due, &outcome, request);
    let closes = once(urgent.iter().map(closed));
    let perhaps = perhaps(group, first_seen, request);
    let references = references(&urgent);
    let targets = versions::targets(group);
    let exposed = exposed(&urgent);
    let text = ticket::ticket(group, &what, &closes, &card_due, &outcome, request);
    let instructions = match (kind, &group.component.what) {
        (CardKind::FindOut, _) => find_out::instructions(group, &what),
        (CardKind::Ticket, _) => ticket::instructions(&text, group),
        (_, What::Package { ecosystem, .. }) => package::instructions(group, ecosystem, &targets),
        (_, What::Product { .. }) => product::instructions(group, &targets, &what, references.len()),
    };
    let Instructions { steps, effort, class, reboot, undo, check } = instructions;
    let (instead, recheck) = match kind {
        CardKind::FindOut => (Vec::new(), None),
        _ => {
            let (steps, recheck) = instead::instead(group, outcome.earliest, exposed, request);
            (steps, Some(recheck))
        }
    };
    let product = matches!(group.component.what, What::Product { .. });
    let wants_text = product && (kind == CardKind::Ticket || site.patched_by != PatchedBy::Us);
    let mut card = Card {
        title: title(kind, &what, group, &targets),
        id,
        kind,
        inventory: plain(&group.exposures.first()?.inventory, SENTENCE),
        place: plain(&site.place, NAME),
        installed: installed(group),
        patched_by: product::patched_by(&site.patched_by),
        why: reason::why(decider, request),
        hint: reason::hint(decider),
        due: card_due,
        rank: rank(&urgent, closes.len(), &outcome, exposed, &what, request),
        first: Vec::new(),
        steps,
        effort,
        effort_class: class,
        critical: critical(&urgent, request),
        windows: windows(group, request),
        slot: None,
        window_words: None,
        reboot,
        instead,
        recheck,
        undo,
        check,
        ticket: wants_text.then_some(text),
        certainty: certainty(kind, decider),
        closes,
        perhaps,
        references,
        components: group.pieces(),
        first_seen,
        after: None,
        reported: None,
        reported_note: None,
        what,
        outcome,
    };
    let before = look_first(group, &mut card, &due, request);
    Some(Made { before, card })
}

/// The triage card, if the directive asks for a look; else a word on the card if it might.
fn look_first(group: &Group<'_>, card: &mut Card, due: &Due, request: &Request<'_>) -> Option<Card> {
    if !matches!(card.kind, CardKind::Update | CardKind::Ticket) {
        return None;
    }
    match (card.outcome.triage, card.kind) {
        (Answer::No, _) => None,
        (Answer::Unknown, _) => {
            card.first.push(Step::say(
                "Perhaps this asks for a look before the update; the missing facts decide. To be on the safe side, \
                 keep its logs and note who is signed in and what is connected before you change anything.",
            ));
            None
        }
        (Answer::Yes, CardKind::Ticket) => {
            card.first.push(Step::say(format!(
                "{} asks for a look for signs of compromise before the update. Ask the vendor to do it and to keep what \
                 they find; limit who reaches the device meanwhile, and do not switch it off.",
                request.directive.short()
            )));
            None
        }
        (Answer::Yes, _) => Some(triage_card(group, card, due, request)),
    }
}

fn triage_card(group: &Group<'_>, card: &mut Card, due: &Due, request: &Request<'_>) -> Card {
    let basis = card.due.basis;
    let id = names::id(CardKind::Triage.as_str(), &group.key);
    let (mut first, instructions) = triage::instructions(group, basis, request);
    let overridden = request.reports.and_then(|reports| reports.override_of(&id));
    if let Some(decision) = overridden {
        first.insert(
            0,
            Step::say(format!(
                "{} decided on {} to update first: \u{201c}{}\u{201d}",
                plain(&decision.by, NAME),
                request.zone.day_words(decision.at),
                plain(&decision.why, SENTENCE)
            )),
        );
    }
    card.first.push(Step::say(match (basis, overridden.is_some()) {
        (Basis::Binding, false) => {
            format!("Begin when the look before it is done ({id}), or when an override is recorded.")
        }
        (Basis::Binding, true) => "An override is recorded: this may begin before the look.".to_owned(),
        _ => format!("Better after the look before it ({id}); if there is no time for both, this one first."),
    }));
    card.after = Some(id.clone());
    let Instructions { steps, effort, class, reboot, undo, check } = instructions;
    Card {
        title: format!("Look for signs of compromise on {}, before its update", card.what),
        kind: CardKind::Triage,
        due: triage::due(card.due.clone(), due, request),
        first_seen: first_seen(&id, group, request),
        id,
        first,
        steps,
        effort,
        effort_class: class,
        reboot,
        undo,
        check,
        instead: Vec::new(),
        recheck: None,
        ticket: None,
        after: None,
        ..card.clone()
    }
}

/// Since when it is known here: the earlier plan says, under any of the ids that this thing had.
fn first_seen(id: &str, group: &Group<'_>, request: &Request<'_>) -> Instant {
    let Some(previous) = request.previous else { return request.now };
    let known = |id: &str| previous.first_seen(id);
    // What was a question may have become an update; it was found when the question was.
    let others =
        [CardKind::Update, CardKind::Ticket, CardKind::FindOut].map(|kind| names::id(kind.as_str(), &group.key));
    others.iter().filter_map(|other| known(other)).chain(known(id)).min().unwrap_or(request.now).min(request.now)
}

/// The exposures with their clocks, most urgent first. If some are affected, those decide alone.
fn urgent<'a>(group: &Group<'a>, detected: Instant, request: &Request<'_>) -> Vec<Urgent<'a>> {
    let affected = group.is_affected();
    let mut urgent: Vec<Urgent<'a>> = group
        .exposures
        .iter()
        .filter(|exposure| !affected || exposure.touch == Touch::Affected)
        .map(|exposure| Urgent::of(exposure, detected, request))
        .collect();
    urgent.sort_by(|a, b| {
        let key = |one: &Urgent<'_>| {
            let advisory = &one.exposure.advisory;
            let listed = u8::from(advisory.kev.is_none());
            let tenths = std::cmp::Reverse(tenths(advisory.score));
            (one.outcome.earliest, one.outcome.latest, listed, one.leaning, tenths)
        };
        let name = |one: &Urgent<'_>| (one.exposure.advisory.id.clone(), one.exposure.advisory.source.clone());
        key(a).cmp(&key(b)).then_with(|| name(a).cmp(&name(b)))
    });
    urgent
}

/// A score in tenths, so that it has an order; what is no score has none.
fn tenths(score: Option<f64>) -> Option<u16> {
    let score = score.filter(|score| (0.0..=10.0).contains(score))?;
    // Between 0 and 100 after rounding, so the conversion is exact.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some((score * 10.0).round() as u16)
}

fn exposed(urgent: &[Urgent<'_>]) -> Answer {
    let answers = || urgent.iter().map(|one| one.outcome.facts.exposed);
    [Answer::Yes, Answer::Unknown]
        .into_iter()
        .find(|word| answers().any(|answer| answer == *word))
        .unwrap_or(Answer::No)
}

fn rank(
    urgent: &[Urgent<'_>],
    closes: usize,
    outcome: &Outcome,
    exposed: Answer,
    name: &str,
    request: &Request<'_>,
) -> Rank {
    let kev = |answer| urgent.iter().any(|one| one.outcome.facts.kev == answer);
    let entries = || urgent.iter().filter_map(|one| one.exposure.advisory.kev.as_ref());
    let ransomware = if entries().any(|entry| entry.ransomware == Answer::Yes) {
        Answer::Yes
    } else if entries().any(|entry| entry.ransomware == Answer::Unknown) {
        Answer::Unknown
    } else {
        Answer::No
    };
    Rank {
        tier: Tier { earliest: outcome.earliest, open: !outcome.is_one_term() },
        place: 0,
        of: 0,
        kev: if kev(Answer::Yes) {
            Answer::Yes
        } else if kev(Answer::Unknown) {
            Answer::Unknown
        } else {
            Answer::No
        },
        ransomware,
        proven: urgent.iter().any(|one| {
            let advisory = &one.exposure.advisory;
            std::iter::once(&advisory.id).chain(&advisory.aliases).any(|id| request.proven.contains(id))
        }),
        exposed,
        critical: critical(urgent, request),
        vendor_entries: vendor_entries(urgent, request),
        vendor_as_of: request.vendors.map(|vendors| vendors.as_of().to_string()),
        epss: urgent.iter().filter_map(|one| epss(one)).max_by(|a, b| a.score.total_cmp(&b.score)),
        leaning: urgent.iter().map(|one| one.leaning).min().unwrap_or(outcome.earliest),
        certainty: urgent.iter().map(|one| one.exposure.certainty).min().unwrap_or(Certainty::Likely),
        score_tenths: urgent.iter().filter_map(|one| tenths(one.exposure.advisory.score)).max(),
        closes,
        name: name.to_owned(),
        words: String::new(),
    }
}

/// Yes before unknown before no, over all that it closes.
fn critical(urgent: &[Urgent<'_>], request: &Request<'_>) -> Answer {
    urgent.first().map_or(Answer::Unknown, |one| urgency::critical(one.exposure, request))
}

/// When the thing may be away, as its owner says.
fn windows(group: &Group<'_>, request: &Request<'_>) -> Vec<assay_clock::Window> {
    match (request.assets, group.exposures.first()) {
        (Some(assets), Some(exposure)) => assets.said(&exposure.inventory, group.component).windows,
        _ => Vec::new(),
    }
}

/// What KEV has of its vendor. A package has none: who keeps a library is not who KEV names.
fn vendor_entries(urgent: &[Urgent<'_>], request: &Request<'_>) -> Option<u32> {
    match &urgent.first()?.exposure.component.what {
        What::Product { vendor, .. } => request.vendors?.of(vendor),
        What::Package { .. } => None,
    }
}

/// An EPSS that is a probability, with its words made harmless.
fn epss(urgent: &Urgent<'_>) -> Option<Epss> {
    let epss = urgent.exposure.advisory.epss.as_ref()?;
    let probable = |number: f64| (0.0..=1.0).contains(&number);
    (probable(epss.score) && probable(epss.percentile)).then(|| Epss {
        score: epss.score,
        percentile: epss.percentile,
        model: plain(&epss.model, 40),
        day: plain(&epss.day, 20),
    })
}

fn title(kind: CardKind, what: &str, group: &Group<'_>, targets: &[versions::Target]) -> String {
    match kind {
        CardKind::FindOut => format!("Find out whether {what} is affected"),
        CardKind::Ticket => {
            let vendor = product::patched_by(&group.component.site.patched_by);
            format!("Have {} update {what}", vendor.as_deref().unwrap_or("the vendor"))
        }
        CardKind::Update | CardKind::Triage => match versions::one_for_all(targets) {
            Some(to) => format!("Update {what} to {} or later", plain(to, 80)),
            None if versions::no_fix(targets) && matches!(group.component.what, What::Package { .. }) => {
                format!("Guard {what}: no fixed version is named yet")
            }
            None => format!("Update {what}"),
        },
    }
}

fn installed(group: &Group<'_>) -> Vec<String> {
    let mut versions: Vec<String> = group
        .exposures
        .iter()
        .filter_map(|exposure| exposure.component.version.as_deref())
        .map(|version| plain(version, 80))
        .filter(|version| !version.is_empty())
        .collect();
    versions.sort();
    versions.dedup();
    versions
}

/// Pages to read: some of each record, those of the most urgent first.
fn references(urgent: &[Urgent<'_>]) -> Vec<String> {
    let mut references: Vec<String> = Vec::new();
    for one in urgent {
        let links = one.exposure.advisory.references.iter().filter_map(|address| link(address));
        for address in links.take(REFERENCES_OF_ONE) {
            if references.len() < REFERENCES && !references.iter().any(|known| known == address) {
                references.push(address.to_owned());
            }
        }
    }
    references
}

/// What of an affected thing nobody can tell: it orders nothing, and is not left out.
fn perhaps(group: &Group<'_>, detected: Instant, request: &Request<'_>) -> Vec<Closed> {
    if !group.is_affected() {
        return Vec::new();
    }
    let unsure = group.exposures.iter().filter(|exposure| exposure.touch == Touch::CannotTell);
    once(unsure.map(|exposure| closed(&Urgent::of(exposure, detected, request))))
}

fn certainty(kind: CardKind, decider: &Urgent<'_>) -> String {
    let names = match decider.exposure.certainty {
        Certainty::Package => "The same package of the same ecosystem",
        Certainty::Product => "The same vendor and the same product, by name",
        Certainty::Likely => "The names agree only in part: see first that it is the same thing",
    };
    let why = plain(&decider.exposure.why, SENTENCE);
    let why = why.trim_end_matches('.');
    match kind {
        CardKind::FindOut => format!("{names}; from the data at hand nobody can tell. {why}."),
        _ => format!("{names}. {why}."),
    }
}

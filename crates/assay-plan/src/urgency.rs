//! How urgent one exposure is: its facts, what the directive says of them,
//! and when it is due.

use assay_base::{Answer, Instant};
use assay_clock::{Directive, Due, Facts, Hint, Outcome, Start, Term};
use assay_match::exposure::{AdvisoryFacts, Exposure, Impact};
use jiff::civil::Date;

use crate::request::Request;

/// One exposure with its clock.
pub(crate) struct Urgent<'a> {
    pub(crate) exposure: &'a Exposure,
    pub(crate) outcome: Outcome,
    pub(crate) due: Due,
    /// What its CVSS vector suggests about facts that nobody has stated.
    pub(crate) hint: Option<Hint>,
    /// The term if the hint were right: an order inside the range, and nothing else.
    pub(crate) leaning: Term,
}

/// Whether a record states its SSVC facts: automatable, impact.
///
/// The matcher fills what nobody decided from the CVSS vector and says so. A
/// vector is a hint and no fact: it never narrows a range.
fn stated(facts: &AdvisoryFacts) -> (bool, bool) {
    if !facts.ssvc_from.contains("CVSS") {
        return (true, true);
    }
    if !facts.ssvc_from.contains("SSVC") {
        return (false, false);
    }
    // One is decided and the other read off the vector: what the vector does not say must be the decided one.
    let hint = facts.cvss.as_deref().and_then(Hint::of);
    let silent = |of: fn(&Hint) -> Answer| hint.as_ref().is_none_or(|hint| of(hint) == Answer::Unknown);
    (silent(|hint| hint.automatable), silent(|hint| hint.total))
}

/// The day on which KEV listed it, if it is a day.
pub(crate) fn listed(facts: &AdvisoryFacts) -> Option<Date> {
    facts.kev.as_ref().and_then(|kev| kev.added.get(..10)).and_then(|day| day.parse().ok())
}

/// When it was published, if that can be read.
pub(crate) fn published(facts: &AdvisoryFacts) -> Option<Instant> {
    facts.published.as_deref().and_then(|text| text.parse().ok())
}

/// Whether KEV lists it.
///
/// A snapshot says *no* only of what was published before it was taken: an
/// older one knows nothing of it, and of a record without a date nobody can
/// say which was first (invariant 11).
fn kev(facts: &AdvisoryFacts, request: &Request<'_>) -> Answer {
    match (&facts.kev, request.kev_as_of) {
        (Some(_), _) => Answer::Yes,
        (None, None) => Answer::Unknown,
        (None, Some(as_of)) => match published(facts) {
            Some(published) if published < request.directive.clock().date_zone.end_of(as_of) => Answer::No,
            Some(_) | None => Answer::Unknown,
        },
    }
}

/// Whether strangers reach it: the inventory's word, else what the organisation says of the asset.
fn exposed(exposure: &Exposure, request: &Request<'_>) -> Answer {
    let site = &exposure.component.site;
    match site.exposed {
        Answer::Unknown => request.organisation.exposed(&exposure.inventory, &site.place),
        known => known,
    }
}

/// Whether its owner calls it critical.
pub(crate) fn critical(exposure: &Exposure, request: &Request<'_>) -> Answer {
    request.assets.map_or(Answer::Unknown, |assets| assets.said(&exposure.inventory, &exposure.component).critical)
}

impl<'a> Urgent<'a> {
    /// With its clock, from the detection that is known for its card.
    pub(crate) fn of(exposure: &'a Exposure, detected: Instant, request: &Request<'_>) -> Self {
        let advisory = &exposure.advisory;
        let stated = stated(advisory);
        let facts = Facts {
            kev: kev(advisory, request),
            exposed: exposed(exposure, request),
            automatable: if stated.0 { advisory.automatable } else { Answer::Unknown },
            total: match advisory.impact {
                Impact::Total if stated.1 => Answer::Yes,
                Impact::Partial if stated.1 => Answer::No,
                _ => Answer::Unknown,
            },
        };
        let critical = critical(exposure, request);
        let outcome = request.directive.evaluate_on(facts, critical);
        // A record that is at hand was published, whatever it says: a date in the future moves no clock.
        let published = published(advisory).filter(|published| *published <= request.now);
        let start = Start { listed: listed(advisory), published, detected };
        let due = request.directive.due(&outcome, start, &request.zone);
        let hint = advisory.cvss.as_deref().and_then(Hint::of).filter(|hint| says_something(hint, facts));
        let leaning = leaning(request.directive, facts, critical, hint.as_ref());
        Self { exposure, outcome, due, hint, leaning }
    }
}

/// Whether a hint is about anything that is not known.
fn says_something(hint: &Hint, facts: Facts) -> bool {
    (facts.automatable == Answer::Unknown && hint.automatable != Answer::Unknown)
        || (facts.total == Answer::Unknown && hint.total != Answer::Unknown)
}

/// The shortest term that is left if the hint were right. Without a hint, the shortest of all.
fn leaning(directive: &Directive, mut facts: Facts, critical: Answer, hint: Option<&Hint>) -> Term {
    if let Some(hint) = hint {
        if facts.automatable == Answer::Unknown {
            facts.automatable = hint.automatable;
        }
        if facts.total == Answer::Unknown {
            facts.total = hint.total;
        }
    }
    directive.evaluate_on(facts, critical).earliest
}

/// The outcome of an update: it closes all of them, so the strictest end counts on both sides.
pub(crate) fn together(urgent: &[Urgent<'_>]) -> Option<(Outcome, Due)> {
    let strictest = urgent.first()?;
    let (mut outcome, mut due) = (strictest.outcome.clone(), strictest.due.clone());
    let mut triage = Answer::No;
    for one in urgent {
        outcome.latest = outcome.latest.min(one.outcome.latest);
        due.latest = sooner(due.latest, one.due.latest);
        if sooner(due.earliest, one.due.earliest) != due.earliest {
            (due.earliest, due.started, due.start) = (one.due.earliest, one.due.started, one.due.start);
        }
        due.catch_up = sooner(due.catch_up, one.due.catch_up);
        triage = match (triage, one.outcome.triage) {
            (Answer::Yes, _) | (_, Answer::Yes) => Answer::Yes,
            (Answer::Unknown, _) | (_, Answer::Unknown) => Answer::Unknown,
            _ => Answer::No,
        };
        for input in &one.outcome.open {
            // What one of them leaves open may be settled by a stricter one.
            if !outcome.open.contains(input) && one.outcome.earliest < outcome.latest {
                outcome.open.push(*input);
            }
        }
    }
    outcome.triage = triage;
    outcome.open.sort();
    if outcome.earliest == outcome.latest && outcome.triage != Answer::Unknown {
        outcome.open.clear();
    }
    Some((outcome, due))
}

/// The earlier of two ends; none is the next upgrade, later than any date.
fn sooner(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

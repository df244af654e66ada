//! How urgent and why now, in short sentences: each fact with its source and
//! date, then the term.

use assay_base::Answer;
use assay_clock::zone::day_words;
use assay_match::exposure::Impact;

use crate::due::capital;
use crate::request::Request;
use crate::text::{self, plain};
use crate::urgency::{self, Urgent};

/// The sentences for the exposure that decides: each fact in one, then the term.
pub(crate) fn why(urgent: &Urgent<'_>, request: &Request<'_>) -> String {
    let parts = [kev(urgent, request), exposed(urgent), ssvc(urgent)];
    let outcome = &urgent.outcome;
    let facts: Vec<String> = parts.iter().map(|part| capital(part)).collect();
    let mut text = format!("{}. By {}: {}", facts.join(". "), request.directive.short(), outcome.term_words());
    match outcome.triage {
        Answer::Yes => text.push_str(", with a forensic triage first"),
        Answer::Unknown => text.push_str(", perhaps with a forensic triage first"),
        Answer::No => {}
    }
    if outcome.open.is_empty() && !outcome.unknown.is_empty() {
        text.push_str(", whatever the unknown turns out to be");
    }
    if let Some(policy) = &outcome.policy {
        text.push_str(&format!(". {}", capital(policy)));
    }
    text.push('.');
    text
}

/// What the vector of the exposure that decides suggests, where nobody has stated it. It orders, and moves no date.
pub(crate) fn hint(urgent: &Urgent<'_>) -> Option<String> {
    urgent.hint.as_ref().map(|hint| {
        let mut says = Vec::new();
        for (answer, yes, no) in [
            (hint.automatable, "attacks can be automated", "attacks cannot be automated"),
            (hint.total, "the impact is total", "the impact is partial"),
        ] {
            match answer {
                Answer::Yes => says.push(yes.to_owned()),
                Answer::No => says.push(no.to_owned()),
                Answer::Unknown => {}
            }
        }
        format!(
            "Its vector ({}) suggests that {}; that is a hint for the order and moves no date.",
            hint.from,
            text::and(&says)
        )
    })
}

fn kev(urgent: &Urgent<'_>, request: &Request<'_>) -> String {
    let advisory = &urgent.exposure.advisory;
    if let Some(entry) = &advisory.kev {
        let since = match urgency::listed(advisory) {
            Some(day) => format!("Exploited: in CISA's KEV since {}", day_words(day)),
            None => "Exploited: in CISA's KEV, day of listing unknown".to_owned(),
        };
        return match entry.ransomware {
            Answer::Yes => format!("{since}, known in ransomware attacks"),
            _ => since,
        };
    }
    match (urgent.outcome.facts.kev, request.kev_as_of) {
        (Answer::Unknown, None) => "Whether it is in KEV is unknown: no dated KEV list was given".to_owned(),
        (Answer::Unknown, Some(as_of)) if urgency::published(advisory).is_none() => {
            format!(
                "Whether it is in KEV is unknown: no date says whether the list at hand ({}) is newer",
                day_words(as_of)
            )
        }
        (Answer::Unknown, Some(as_of)) => {
            format!("Whether it is in KEV is unknown: it was published after the list at hand ({})", day_words(as_of))
        }
        (_, Some(as_of)) => format!("Not in KEV as of {}", day_words(as_of)),
        (_, None) => "Not in KEV".to_owned(),
    }
}

fn exposed(urgent: &Urgent<'_>) -> String {
    match urgent.outcome.facts.exposed {
        Answer::Yes => "reachable from the internet, you say",
        Answer::No => "not reachable from the internet, you say",
        Answer::Unknown => "whether it is reachable from the internet is not said",
    }
    .to_owned()
}

fn ssvc(urgent: &Urgent<'_>) -> String {
    let facts = urgent.outcome.facts;
    // What was read off the vector is told as a hint, below, and not as a source.
    let from = plain(&urgent.exposure.advisory.ssvc_from, 80);
    let from = from.split(", and the CVSS").next().unwrap_or_default();
    let automatable = match facts.automatable {
        Answer::Yes => Some("attacks can be automated"),
        Answer::No => Some("attacks cannot be automated"),
        Answer::Unknown => None,
    };
    let impact = match urgent.exposure.advisory.impact {
        Impact::Total if facts.total == Answer::Yes => Some("the impact is total"),
        Impact::Partial if facts.total == Answer::No => Some("the impact is partial"),
        _ => None,
    };
    let source = if from.is_empty() { String::new() } else { format!(" ({from})") };
    match (automatable, impact) {
        (Some(automatable), Some(impact)) => format!("{automatable} and {impact}{source}"),
        (Some(automatable), None) => format!("{automatable}{source}, and nobody has stated the impact"),
        (None, Some(impact)) => format!("{impact}{source}, and nobody has stated whether attacks can be automated"),
        (None, None) => "nobody has stated whether attacks can be automated, nor the impact".to_owned(),
    }
}

//! The grant matcher for people: what fits first, then what is to be asked.

use std::fmt::Write as _;

use assay_base::Answer;

use super::text::{fold, words};
use crate::grant::fit::OLD_DAYS;
use crate::grant::{Fit, Grants, Outcome};

/// The whole answer. With `all`, also each condition of what does not fit.
pub fn grants(grants: &Grants, all: bool) -> String {
    let counts = &grants.counts;
    if counts.programmes == 0 {
        return "No programmes are recorded.\n".to_owned();
    }
    let mut parts = Vec::new();
    for (count, word) in [
        (counts.fits, "fits"),
        (counts.cannot_tell, "cannot be told yet"),
        (counts.unfunded, "unfunded"),
        (counts.closed, "closed"),
        (counts.does_not_fit, "does not fit"),
    ] {
        if count > 0 {
            let word = match (word, count) {
                ("fits", n) if n > 1 => "fit",
                ("does not fit", n) if n > 1 => "do not fit",
                (word, _) => word,
            };
            parts.push(format!("{count} {word}"));
        }
    }
    let noun = if counts.programmes == 1 { "programme" } else { "programmes" };
    let mut out = fold("", &format!("Of {} {noun} for {}: {}.", counts.programmes, grants.applicant, parts.join(", ")));
    if grants.programmes.iter().any(|fit| fit.example) {
        let text = "Records marked EXAMPLE are made up, to show the format. Name real ones with `--programmes FILE`.";
        out.push_str(&fold("", text));
    }
    let became = &counts.applications;
    let sent = became.awarded + became.refused + became.unfunded + became.withdrawn + became.waiting;
    if sent > 0 {
        let text = format!(
            "Applications so far: {} awarded, {} refused, {} unfunded, {} withdrawn, {} without an answer.",
            became.awarded, became.refused, became.unfunded, became.withdrawn, became.waiting
        );
        out.push_str(&fold("", &text));
    }
    for outcome in Outcome::ALL {
        for fit in grants.programmes.iter().filter(|fit| fit.outcome == outcome) {
            one(&mut out, fit, all);
        }
    }
    out
}

fn one(out: &mut String, fit: &Fit, all: bool) {
    let example = if fit.example { "EXAMPLE  " } else { "" };
    let _ = write!(out, "\n  {}  {example}{}, {}\n", fit.outcome.words().to_uppercase(), fit.name, fit.agency);
    out.push_str(&fold("    ", &format!("Pays for: {}.", fit.pays_for)));
    out.push_str(&fold("    ", &fit.why));
    let settled = matches!(fit.outcome, Outcome::DoesNotFit | Outcome::Closed);
    if !settled || all {
        for met in &fit.conditions {
            let word = match met.met {
                Answer::Yes => "met",
                Answer::No => "not met",
                Answer::Unknown => "open",
            };
            out.push_str(&fold("      ", &format!("{word}: {}. {}", met.condition.trim_end_matches('.'), met.why)));
        }
        for question in &fit.ask {
            out.push_str(&fold("    ", &format!("Ask the {}: {}", question.of, question.question)));
        }
        if let Some(day) = fit.deadline {
            out.push_str(&fold("    ", &format!("Apply until the end of {}.", words(day))));
        }
        if let Some(balance) = &fit.balance {
            let text =
                format!("Left: {} {} as of {} ({}).", balance.amount, balance.currency, balance.as_of, balance.source);
            out.push_str(&fold("    ", &text));
        }
    }
    let old = if fit.old { format!("; more than {OLD_DAYS} days ago: look again") } else { String::new() };
    let record = format!("Record: {}, read on {} and entered by {}{old}.", fit.source, fit.read_on, fit.entered_by);
    out.push_str(&fold("    ", &record));
}

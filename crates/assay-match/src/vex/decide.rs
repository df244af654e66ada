//! What follows from what is said: the newest word of each author, and silence
//! only where all authors agree.

use std::collections::BTreeMap;

use assay_advisory::vex::Status;
use assay_base::Instant;

use super::product::lower;
use super::{Heard, Outcome, Word};

/// None if nothing is said.
pub(super) fn decide(words: Vec<Word>, today: Option<Instant>) -> Option<Heard> {
    let newest = newest(words, today);
    if newest.is_empty() {
        return None;
    }
    let status = |status: Status| move |word: &Word| word.status == status;
    let harmless = |word: &Word| matches!(word.status, Status::NotAffected | Status::Fixed);
    let silent: Vec<&Word> = newest.iter().filter(|word| is_silent(word, today)).collect();
    let outcome = if !newest.iter().any(harmless) {
        let looked_into = newest.iter().all(status(Status::UnderInvestigation));
        if looked_into { Outcome::UnderInvestigation } else { Outcome::Affected }
    } else if !newest.iter().all(harmless) {
        Outcome::Contradicted
    } else if let [first, rest @ ..] = silent.as_slice() {
        // *Not affected* and *fixed* agree that nothing is to be done here; and one author's missing reason does not take
        // another's away.
        let all_fixed = first.status == Status::Fixed && rest.iter().all(|word| word.status == Status::Fixed);
        if all_fixed { Outcome::Fixed } else { Outcome::NotAffected }
    } else if newest.iter().all(|word| !has_reason(word)) {
        Outcome::NoReason
    } else if newest.iter().any(|word| !word.exact) {
        Outcome::NotExact
    } else {
        Outcome::NotYet
    };
    Some(Heard { outcome, why: why(outcome, &newest), words: newest })
}

fn is_silent(word: &Word, today: Option<Instant>) -> bool {
    let harmless = matches!(word.status, Status::NotAffected | Status::Fixed);
    harmless && word.exact && has_reason(word) && !is_later(word, today)
}

/// Whether it needs no reason, or gives one.
fn has_reason(word: &Word) -> bool {
    word.status == Status::Fixed || word.reason.as_deref().is_some_and(says_something)
}

/// Whether a reason is more than a filled-in field.
fn says_something(reason: &str) -> bool {
    let plain: String = reason.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    plain.chars().filter(|c| c.is_alphabetic()).count() >= 3
        && !matches!(plain.as_str(), "none" | "tbd" | "todo" | "unknown" | "null" | "notaffected" | "notapplicable")
}

fn is_later(word: &Word, today: Option<Instant>) -> bool {
    matches!((word.when, today), (Some(when), Some(today)) if when > today)
}

/// The newest words of each author. A document that names no author is an author of its own. Of one author, words of
/// the same time that differ all stay, and so do those without a time beside others: then he contradicts himself.
/// A date after today makes nothing newer than the rest.
fn newest(words: Vec<Word>, today: Option<Instant>) -> Vec<Word> {
    let mut authors: BTreeMap<String, Vec<Word>> = BTreeMap::new();
    for word in words {
        let name = lower(&word.author.split_whitespace().collect::<Vec<_>>().join(" "));
        let key = if name.is_empty() { format!("\u{0}{}", word.from) } else { name };
        authors.entry(key).or_default().push(word);
    }
    let mut newest = Vec::new();
    for mut of in authors.into_values() {
        let undated = of.iter().any(|word| word.when.is_none() || is_later(word, today));
        if !undated {
            let last = of.iter().filter_map(|word| word.when).max();
            of.retain(|word| word.when == last);
        }
        // The same said twice is said once.
        let mut kept: Vec<Word> = Vec::new();
        for word in of {
            match kept.iter_mut().find(|known| known.status == word.status) {
                Some(known) if !is_silent(known, today) && is_silent(&word, today) => *known = word,
                Some(_) => {}
                None => kept.push(word),
            }
        }
        newest.extend(kept);
    }
    newest
}

fn why(outcome: Outcome, words: &[Word]) -> String {
    let said: Vec<String> = words.iter().map(said).collect();
    let said = format!("According to {}", said.join("; according to "));
    match outcome {
        Outcome::NotAffected | Outcome::Fixed | Outcome::Affected | Outcome::UnderInvestigation => format!("{said}."),
        Outcome::NoReason => format!("{said}; no reason is given, and without one it is not listened to."),
        Outcome::NotExact => format!(
            "{said}; that is said of more than this version or this vulnerability, and what is not said of them alone \
             is not listened to."
        ),
        Outcome::NotYet => format!("{said}; that day has not come, and until then it is not listened to."),
        Outcome::InPart => format!("{said}."),
        Outcome::Contradicted => format!("{said}. They contradict each other, so it stays on the list."),
    }
}

/// `Example Maintainers, this version is not affected (code not reachable), since 2026-03-01`.
fn said(word: &Word) -> String {
    let who = match word.author.as_str() {
        "" => format!("{}, which names no author", word.from),
        author => author.to_owned(),
    };
    let verb = match word.status {
        Status::NotAffected => "is not affected",
        Status::Fixed => "has the fix",
        Status::Affected => "is affected",
        Status::UnderInvestigation => "is being looked into",
    };
    let reason = word.reason.as_ref().map(|reason| format!(" ({})", reason.trim_end_matches('.'))).unwrap_or_default();
    let since = word.when.map(|when| format!(", since {}", &when.to_string()[..10])).unwrap_or_default();
    format!("{who}, this version {verb}{reason}{since}")
}

//! What follows from what is said: the newest word of each author, and silence
//! only where all authors agree.

use std::collections::BTreeMap;

use assay_advisory::vex::Status;

use super::{Heard, Outcome, Word};

/// None if nothing is said.
pub(super) fn decide(words: Vec<Word>) -> Option<Heard> {
    let newest = newest(words);
    let first = newest.first()?;
    let statuses = |status: Status| newest.iter().any(|word| word.status == status);
    let silent = newest.iter().all(is_silent);
    let outcome = if newest.iter().all(|word| word.status == first.status) {
        match first.status {
            // One author's missing reason does not take another's away.
            Status::NotAffected if newest.iter().all(|word| word.reason.is_none()) => Outcome::NoReason,
            Status::NotAffected => Outcome::NotAffected,
            Status::Fixed => Outcome::Fixed,
            Status::Affected => Outcome::Affected,
            Status::UnderInvestigation => Outcome::UnderInvestigation,
        }
    } else if silent {
        // *Not affected* and *fixed* agree that nothing is to be done here.
        if statuses(Status::NotAffected) { Outcome::NotAffected } else { Outcome::Fixed }
    } else if !newest.iter().any(|word| matches!(word.status, Status::NotAffected | Status::Fixed)) {
        Outcome::Affected
    } else {
        Outcome::Contradicted
    };
    Some(Heard { outcome, why: why(outcome, &newest), words: newest })
}

fn is_silent(word: &Word) -> bool {
    match word.status {
        Status::NotAffected => word.reason.is_some(),
        Status::Fixed => true,
        Status::Affected | Status::UnderInvestigation => false,
    }
}

/// The newest words of each author. A document that names no author is an author of its own. Of one author, words of
/// the same time that differ all stay, and so do those without a time beside others: then he contradicts himself.
fn newest(words: Vec<Word>) -> Vec<Word> {
    let mut authors: BTreeMap<String, Vec<Word>> = BTreeMap::new();
    for word in words {
        let name = word.author.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let key = if name.is_empty() { format!("\u{0}{}", word.from) } else { name };
        authors.entry(key).or_default().push(word);
    }
    let mut newest = Vec::new();
    for mut of in authors.into_values() {
        let undated = of.iter().any(|word| word.when.is_none());
        if !undated {
            let last = of.iter().filter_map(|word| word.when).max();
            of.retain(|word| word.when == last);
        }
        // The same said twice is said once.
        let mut kept: Vec<Word> = Vec::new();
        for word in of {
            match kept.iter_mut().find(|known| known.status == word.status) {
                Some(known) if known.reason.is_none() => *known = word,
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

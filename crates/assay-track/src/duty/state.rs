//! What is known of a duty: five words, and *unknown* is the default (R80,
//! invariant 11). A date that goes by is no evidence of anything.

use std::fmt;

use assay_base::{Answer, Instant};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Says};
use super::pack::Term;

/// What is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Evidence says it was done, and other evidence says it was not.
    Contested,
    /// Evidence says that it was not done when its time was over.
    Missed,
    /// Evidence says that it is under way, and there is time.
    Pending,
    /// Evidence says that it was done.
    Met,
    /// Nobody has entered anything that decides it.
    Unknown,
}

impl State {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::Contested, Self::Missed, Self::Pending, Self::Met, Self::Unknown];

    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contested => "contested",
            Self::Missed => "missed",
            Self::Pending => "pending",
            Self::Met => "met",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What follows from the evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) state: State,
    /// Whether it was done in time; unknown if it was not done, or nobody says when.
    pub(crate) in_time: Answer,
    /// One sentence.
    pub(crate) why: String,
}

/// What this evidence says of a duty with this term, at this time.
pub(crate) fn of(term: Option<&Term>, evidence: &[&Evidence], now: Instant) -> Found {
    let days = |says: Says| evidence.iter().filter(move |one| one.says == says).map(|one| one.on);
    let has = |says: Says| evidence.iter().any(|one| one.says == says);
    let is_over = term.is_some_and(|term| now >= term.due);
    let found = |state, in_time, why: String| Found { state, in_time, why };

    if has(Says::Done) {
        // A first *not done* and a later *done* agree; without days nobody can say which came first.
        let done: Option<Date> = days(Says::Done).flatten().min();
        let agrees = |not: Option<Date>| matches!((not, done), (Some(not), Some(done)) if not < done);
        if days(Says::NotDone).any(|not| !agrees(not)) {
            let why = "Some of the evidence says that it was done, and some that it was not.".to_owned();
            return found(State::Contested, Answer::Unknown, why);
        }
        return match (done, term) {
            (_, None) => found(State::Met, Answer::Unknown, "It was done; the order names no date.".to_owned()),
            (None, Some(_)) => {
                let why = "It was done; on which day, the evidence does not say.".to_owned();
                found(State::Met, Answer::Unknown, why)
            }
            (Some(done), Some(term)) if done <= term.day => {
                found(State::Met, Answer::Yes, format!("It was done on {done}, in time."))
            }
            (Some(done), Some(term)) => {
                let late = calendar_days(term.day, done);
                let days = if late == 1 { "1 day".to_owned() } else { format!("{late} days") };
                found(State::Met, Answer::No, format!("It was done on {done}, {days} late."))
            }
        };
    }
    if has(Says::NotDone) {
        let latest = days(Says::NotDone).flatten().max();
        return match (latest, term) {
            // As of the last day itself there were still hours left.
            (Some(latest), Some(term)) if latest > term.day => {
                let why = format!("On {latest} it was not done, and its time was over on {}.", term.day);
                found(State::Missed, Answer::No, why)
            }
            (Some(latest), Some(_)) if is_over => {
                let why = format!("On {latest} it was not done; what came of it since, nobody has entered.");
                found(State::Unknown, Answer::Unknown, why)
            }
            (None, Some(_)) if is_over => {
                let why = "It was not done; as of which day, the evidence does not say.".to_owned();
                found(State::Unknown, Answer::Unknown, why)
            }
            _ => found(State::Pending, Answer::Unknown, "It is not done yet.".to_owned()),
        };
    }
    if has(Says::Begun) {
        return match is_over {
            true => {
                let why = "It was begun; whether it was done in its time, nobody has entered.".to_owned();
                found(State::Unknown, Answer::Unknown, why)
            }
            false => found(State::Pending, Answer::Unknown, "It was begun.".to_owned()),
        };
    }
    let why = match is_over {
        true => "Its date has gone by, and nobody has entered evidence either way.",
        false => "Nobody has entered evidence.",
    };
    found(State::Unknown, Answer::Unknown, why.to_owned())
}

fn calendar_days(from: Date, to: Date) -> u32 {
    assay_clock::calendar::between(from, to, assay_clock::calendar::Counting::Calendar)
}

//! Which programmes fit an applicant: five outcomes, each with its reasons.
//!
//! *Fits* is said only where every condition is met by a stated fact, one can
//! still apply, and a balance was read that is not zero. *Unfunded* is an
//! outcome of its own and is counted (R87): a programme that fits and has no
//! money helps nobody.

use assay_base::{Answer, Instant};
use assay_clock::Zone;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::applicant::{Applicant, Result};
use super::condition::Met;
use super::pack::{Balance, Deadline, Programme};

/// A record or a balance that was read longer ago than this is called old.
pub const OLD_DAYS: u32 = 90;

/// What came of one programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every condition is met, one can apply, and there was money.
    Fits,
    /// Nothing speaks against it, and something has to be asked.
    CannotTell,
    /// Nothing speaks against it, and there is no money.
    Unfunded,
    /// Nothing speaks against it, and its time is over.
    Closed,
    /// A condition is not met, or it is for the other kind of applicants.
    DoesNotFit,
}

impl Outcome {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::Fits, Self::CannotTell, Self::Unfunded, Self::Closed, Self::DoesNotFit];

    /// As people read it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::CannotTell => "cannot tell yet",
            Self::Unfunded => "unfunded",
            Self::Closed => "closed",
            Self::DoesNotFit => "does not fit",
        }
    }
}

/// One programme held against the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fit {
    /// The programme's id.
    pub programme: String,
    /// Its name.
    pub name: String,
    /// Who pays.
    pub agency: String,
    /// What for.
    pub pays_for: String,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, in one sentence.
    pub why: String,
    /// Each condition.
    pub conditions: Vec<Met>,
    /// What to ask, of whom.
    pub ask: Vec<Question>,
    /// The last day, if the record names one.
    #[serde(serialize_with = "crate::read::maybe_day")]
    pub deadline: Option<Date>,
    /// The exact instant at which it ends.
    pub ends: Option<Instant>,
    /// How much was left.
    pub balance: Option<Balance>,
    /// Where the record is from.
    pub source: String,
    /// When it was read.
    #[serde(serialize_with = "crate::read::day_text")]
    pub read_on: Date,
    /// Who entered it.
    pub entered_by: String,
    /// Whether the record or its balance is older than [`OLD_DAYS`].
    pub old: bool,
    /// Whether the record is made up, to show the format.
    pub example: bool,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Question {
    /// Who can answer it: `applicant` or `agency`.
    pub of: &'static str,
    /// The question.
    pub question: String,
}

/// All programmes held against one applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Grants {
    /// When.
    pub made: Instant,
    /// The applicant's name.
    pub applicant: String,
    /// Who stated its facts.
    pub stated_by: String,
    /// How many programmes came out how, and what became of applications.
    pub counts: Counts,
    /// The programmes, the most useful first.
    pub programmes: Vec<Fit>,
}

/// Counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// All programmes.
    pub programmes: usize,
    /// See [`Outcome::Fits`].
    pub fits: usize,
    /// See [`Outcome::CannotTell`].
    pub cannot_tell: usize,
    /// See [`Outcome::Unfunded`].
    pub unfunded: usize,
    /// See [`Outcome::Closed`].
    pub closed: usize,
    /// See [`Outcome::DoesNotFit`].
    pub does_not_fit: usize,
    /// What became of the applications that the applicant lists.
    pub applications: Applications,
}

/// What became of applications.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Applications {
    /// Granted.
    pub awarded: usize,
    /// Refused for a reason of their own.
    pub refused: usize,
    /// Without money.
    pub unfunded: usize,
    /// Taken back.
    pub withdrawn: usize,
    /// Without an answer.
    pub waiting: usize,
}

impl Grants {
    /// Holds the programmes against the applicant, at this time.
    pub fn make<'a>(
        programmes: impl IntoIterator<Item = &'a Programme>,
        applicant: &Applicant,
        now: Instant,
        zone: &Zone,
    ) -> Self {
        let today = zone.day_of(now);
        let mut all: Vec<Fit> = programmes.into_iter().map(|programme| fit(programme, applicant, now, today)).collect();
        all.sort_by(|a, b| {
            a.outcome.cmp(&b.outcome).then(a.ends.is_none().cmp(&b.ends.is_none())).then(a.ends.cmp(&b.ends))
        });
        let count = |outcome: Outcome| all.iter().filter(|fit| fit.outcome == outcome).count();
        let became = |result: Result| applicant.applications.iter().filter(|one| one.result == result).count();
        let counts = Counts {
            programmes: all.len(),
            fits: count(Outcome::Fits),
            cannot_tell: count(Outcome::CannotTell),
            unfunded: count(Outcome::Unfunded),
            closed: count(Outcome::Closed),
            does_not_fit: count(Outcome::DoesNotFit),
            applications: Applications {
                awarded: became(Result::Awarded),
                refused: became(Result::Refused),
                unfunded: became(Result::Unfunded),
                withdrawn: became(Result::Withdrawn),
                waiting: became(Result::Waiting),
            },
        };
        Self {
            made: now,
            applicant: applicant.name.clone(),
            stated_by: format!("{} on {}", applicant.stated_by, applicant.stated),
            counts,
            programmes: all,
        }
    }
}

fn fit(programme: &Programme, applicant: &Applicant, now: Instant, today: Date) -> Fit {
    let mut conditions = vec![kind(programme, applicant)];
    conditions.extend(programme.conditions.iter().map(|condition| condition.hold(applicant)));
    let mut ask: Vec<Question> = conditions
        .iter()
        .filter_map(|met| met.ask.clone())
        .map(|question| Question { of: "applicant", question })
        .collect();
    let is_over = match &programme.deadline {
        Deadline::Until(_, end) => Answer::from(now >= *end),
        Deadline::Rolling => Answer::No,
        Deadline::Closed => Answer::Yes,
        Deadline::Unknown => Answer::Unknown,
    };
    if is_over == Answer::Unknown {
        ask.push(Question { of: "agency", question: "Until when can one apply?".to_owned() });
    }
    let empty = programme.balance.as_ref().map_or(Answer::Unknown, |balance| (balance.amount == 0).into());
    if empty == Answer::Unknown {
        ask.push(Question { of: "agency", question: "How much money is left in the programme?".to_owned() });
    }
    let unmet: Vec<&Met> = conditions.iter().filter(|met| met.met == Answer::No).collect();
    let (outcome, why) = if let Some(met) = unmet.first() {
        (Outcome::DoesNotFit, format!("It asks: {} {}", sentence(&met.condition), met.why))
    } else if is_over == Answer::Yes {
        (Outcome::Closed, "The time to apply is over.".to_owned())
    } else if empty == Answer::Yes {
        let open = match conditions.iter().any(|met| met.met == Answer::Unknown) {
            true => " Whether it would fit is open, too.",
            false => "",
        };
        (Outcome::Unfunded, format!("No money is left in it.{open}"))
    } else if !ask.is_empty() {
        let noun = if ask.len() == 1 { "1 question is".to_owned() } else { format!("{} questions are", ask.len()) };
        (Outcome::CannotTell, format!("{noun} open, and nothing speaks against it so far."))
    } else {
        (Outcome::Fits, "Every condition is met by what the applicant states.".to_owned())
    };
    let age = |day: Date| assay_clock::calendar::between(day, today, assay_clock::calendar::Counting::Calendar);
    let old = age(programme.read_on) > OLD_DAYS
        || programme.balance.as_ref().is_some_and(|balance| age(balance.as_of) > OLD_DAYS);
    // Questions are worth asking only where nothing is settled against it.
    if matches!(outcome, Outcome::DoesNotFit | Outcome::Closed) {
        ask.clear();
    }
    let (deadline, ends) = match &programme.deadline {
        Deadline::Until(day, end) => (Some(*day), Some(*end)),
        Deadline::Rolling | Deadline::Closed | Deadline::Unknown => (None, None),
    };
    Fit {
        programme: programme.id.clone(),
        name: programme.name.clone(),
        agency: programme.agency.clone(),
        pays_for: programme.pays_for.clone(),
        outcome,
        why,
        conditions,
        ask,
        deadline,
        ends,
        balance: programme.balance.clone(),
        source: programme.source.clone(),
        read_on: programme.read_on,
        entered_by: programme.entered_by.clone(),
        old,
        example: programme.example,
    }
}

/// Whether the record admits this kind of applicant.
fn kind(programme: &Programme, applicant: &Applicant) -> Met {
    let kinds: Vec<&str> = programme.kinds.iter().map(|kind| kind.words()).collect();
    let condition = match kinds.is_empty() {
        true => "The record does not say which kind of applicant it admits".to_owned(),
        false => format!("It is for {} ({})", kinds.join(" and for "), programme.kinds_because),
    };
    let (met, why, ask) = match applicant.kind {
        _ if kinds.is_empty() => {
            let ask = "Does the programme admit developers of detection, or operators who would benefit?";
            (Answer::Unknown, "The record leaves it open.".to_owned(), Some(ask.to_owned()))
        }
        None => {
            let ask = "Does the applicant develop detection by AI, or operate what would be protected?";
            (Answer::Unknown, "The applicant does not state its kind.".to_owned(), Some(ask.to_owned()))
        }
        Some(kind) => {
            let is = programme.kinds.contains(&kind);
            (is.into(), format!("The applicant is one of the {}.", kind.words()), None)
        }
    };
    Met { condition, met, why, ask }
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

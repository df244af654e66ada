//! The minimum notice that a duty asks for, as text: what its step names and
//! nothing beyond (R83).
//!
//! A legal duty goes before an embargo, so a notice holds no technical
//! detail: no proof, no input, no code. What nobody has stated stands there
//! as a blank to fill in. The notice is made and kept here; sending it is its
//! author's act.

use std::collections::BTreeMap;

use assay_base::Instant;
use serde::Serialize;

use crate::duty::{Duty, DutyEvent, DutyStep, Moment, StepDue};
use crate::zone::Zone;

/// What stands where nobody has stated anything.
const BLANK: &str = "[to fill in]";
/// Longest line that a notice takes from outside, in characters.
pub const LONGEST: usize = 300;
/// Most member states: all of them, and some to spare.
const STATES: usize = 40;

/// What a notice is about, as its author states it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct NoticeFacts {
    /// Who makes the product.
    pub manufacturer: String,
    /// The product, with its versions.
    pub product: String,
    /// A name for the vulnerability or incident that gives nothing away: a CVE id or a case number.
    pub reference: String,
    /// The member states where the product is known to be available.
    pub member_states: Vec<String>,
    /// Whom to call.
    pub contact: String,
}

/// A notice: its text, and its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Notice {
    /// `assay.notice/1`.
    pub schema: &'static str,
    /// The duty's id.
    pub duty: String,
    /// The version of its pack.
    pub version: u32,
    /// What set it off.
    pub event: String,
    /// Which step it is.
    pub step: String,
    /// When it was made.
    pub made: Instant,
    /// When its author knew.
    pub aware: Instant,
    /// When it is due; none as long as its moment has not come.
    pub due: Option<Instant>,
    /// When each step of the event is due.
    pub steps: Vec<StepDue>,
    /// What its author stated.
    pub facts: NoticeFacts,
    /// What is still blank.
    pub blanks: usize,
    /// The text.
    pub text: String,
}

/// A notice cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNotice {
    /// A text is no line.
    #[error("`{0}` has to be one line of at most {LONGEST} characters")]
    NoLine(&'static str),
    /// More member states than there are.
    #[error("there are more than {STATES} member states")]
    TooMany,
    /// Known later than now.
    #[error("it cannot be known from {0} on, which is later than now")]
    FromTheFuture(Instant),
}

impl Notice {
    /// Makes the notice of a step. Every step of the event stands in it with its date, so that the next is not missed.
    ///
    /// # Errors
    /// If a fact is no plain line, or `aware` lies in the future.
    pub fn make(
        duty: &Duty,
        event: &DutyEvent,
        step: &DutyStep,
        facts: &NoticeFacts,
        come: &BTreeMap<Moment, Instant>,
        (aware, now): (Instant, Instant),
        zone: &Zone,
    ) -> Result<Self, BadNotice> {
        if aware > now {
            return Err(BadNotice::FromTheFuture(aware));
        }
        check(facts)?;
        let steps = duty.due(event, come, zone);
        let due = steps.iter().find(|one| one.step == step.id).and_then(|one| one.due);
        let states = if facts.member_states.is_empty() { BLANK.to_owned() } else { facts.member_states.join(", ") };
        let or_blank = |text: &str| if text.trim().is_empty() { BLANK.to_owned() } else { text.to_owned() };
        let mut text = format!(
            "{} under {} ({}; {})\n\nTo: {}\nFrom: {}\nContact: {}\nProduct: {}\nReference: {}\nKnown since: {}\n\n",
            capital(&step.what),
            duty.name,
            step.clause,
            event.clause,
            duty.recipient,
            or_blank(&facts.manufacturer),
            or_blank(&facts.contact),
            or_blank(&facts.product),
            or_blank(&facts.reference),
            zone.words(aware),
        );
        text.push_str(&format!("We notify {}.\n", event.what));
        if step.asks.iter().any(|ask| ask.contains("member states")) {
            text.push_str(&format!("Member states where the product is known to be available: {states}.\n"));
        }
        for ask in step.asks.iter().skip(usize::from(step.id == "early-warning")) {
            if !ask.contains("member states") {
                text.push_str(&format!("- {}: {BLANK}\n", capital(ask)));
            }
        }
        if step.id == "early-warning" && event.id == "severe-incident" {
            text.push_str(&format!("Suspected to be caused by unlawful or malicious acts: {BLANK}.\n"));
        }
        text.push_str("\nWhat follows:\n");
        for one in &steps {
            text.push_str(&format!("- {} ({}): {}\n", one.what, one.clause, one.words));
        }
        let blanks = text.matches(BLANK).count();
        Ok(Self {
            schema: "assay.notice/1",
            duty: duty.id.clone(),
            version: duty.version,
            event: event.id.clone(),
            step: step.id.clone(),
            made: now,
            aware,
            due,
            steps,
            facts: facts.clone(),
            blanks,
            text,
        })
    }
}

fn check(facts: &NoticeFacts) -> Result<(), BadNotice> {
    let line = |text: &str| text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    let fields = [
        ("manufacturer", &facts.manufacturer),
        ("product", &facts.product),
        ("reference", &facts.reference),
        ("contact", &facts.contact),
    ];
    let states = facts.member_states.iter().map(|state| ("member state", state));
    if facts.member_states.len() > STATES {
        return Err(BadNotice::TooMany);
    }
    match fields.into_iter().chain(states).find(|(_, text)| !line(text)) {
        Some((name, _)) => Err(BadNotice::NoLine(name)),
        None => Ok(()),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn made(facts: &NoticeFacts, step: usize, event: &str) -> Result<Notice, BadNotice> {
        let duty = Duty::cra_article_14().unwrap();
        let event = duty.event(event).unwrap();
        let aware: Instant = "2026-11-20T17:30:00Z".parse().unwrap();
        let now: Instant = "2026-11-20T18:00:00Z".parse().unwrap();
        let come = BTreeMap::from([(Moment::Aware, aware)]);
        Notice::make(&duty, event, &event.steps[step], facts, &come, (aware, now), &Zone::utc())
    }

    #[test]
    fn an_early_warning_holds_the_minimum_and_the_dates_that_follow() {
        let facts = NoticeFacts {
            manufacturer: "Northline Devices".to_owned(),
            product: "Northline Gateway 3.x".to_owned(),
            reference: "CVE-2026-1234".to_owned(),
            member_states: vec!["Germany".to_owned(), "Malta".to_owned()],
            contact: "security@northline.example".to_owned(),
        };
        let notice = made(&facts, 0, "exploited-vulnerability").unwrap();
        assert_eq!(notice.blanks, 0, "{}", notice.text);
        for words in [
            "Early warning under Regulation (EU) 2024/2847",
            "We notify an actively exploited vulnerability in the product.",
            "available: Germany, Malta.",
            "- early warning (Article 14(2)(a)): Sat 21 November 2026, 17:30 UTC",
            "- final report (Article 14(2)(c)): 14 days after a fix or a mitigation is available",
        ] {
            assert!(notice.text.contains(words), "{words}: {}", notice.text);
        }
        assert_eq!(notice.due, Some("2026-11-21T17:30:00Z".parse().unwrap()));
    }

    #[test]
    fn what_nobody_stated_is_a_blank_and_no_guess() {
        let notice = made(&NoticeFacts::default(), 0, "exploited-vulnerability").unwrap();
        assert_eq!(notice.blanks, 5, "{}", notice.text);
        let notification = made(&NoticeFacts::default(), 1, "severe-incident").unwrap();
        assert!(notification.text.contains("- What was done to correct or mitigate it, and what users can do: [to"));
    }

    proptest! {
        #[test]
        fn no_fact_forges_a_line(text in ".{0,80}|[\n\r\u{1b}a-z ]{0,20}") {
            let facts = NoticeFacts { product: text.clone(), ..NoticeFacts::default() };
            match made(&facts, 0, "exploited-vulnerability") {
                Ok(notice) => prop_assert_eq!(notice.text.lines().filter(|line| line.starts_with("Product: ")).count(), 1),
                Err(error) => prop_assert_eq!(error, BadNotice::NoLine("product")),
            }
        }
    }
}

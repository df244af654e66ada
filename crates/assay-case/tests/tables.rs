//! Every table of the rules as a stored file under `golden/`: a change of a
//! rule is a visible diff. `UPDATE=1 cargo test -p assay-case --test tables`
//! rewrites them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;

use assay_case::Code;
use assay_case::case::em::Em;
use assay_case::case::pec::Pec;
use assay_case::case::pxa::Pxa;
use assay_case::case::rm::{Rm, RmTrigger};
use assay_case::case::table::{Machine, render};
use assay_case::case::vfd::Vfd;
use assay_case::case::{CaseWord, answer, breach, channel};

fn golden(name: &str, now: &str) {
    let path = format!("{}/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, now).unwrap();
    }
    let then = std::fs::read_to_string(&path).unwrap_or_default();
    for (number, (now, then)) in now.lines().zip(then.lines()).enumerate() {
        assert_eq!(now, then, "{name}.txt, line {}: UPDATE=1 rewrites the tables", number + 1);
    }
    assert_eq!(now.lines().count(), then.lines().count(), "{name}.txt: UPDATE=1 rewrites the tables");
}

#[test]
fn machines_are_as_stored() {
    golden("rm", &render::<Rm>());
    golden("em", &render::<Em>());
    golden("pec", &render::<Pec>());
    golden("vfd", &render::<Vfd>());
    golden("pxa", &render::<Pxa>());
}

#[test]
fn channels_answers_and_breaks_are_as_stored() {
    golden("channels", &channel::render());
    golden("answers", &answer::render());
    golden("breaks", &breach::render());
}

#[test]
fn words_of_a_case_are_as_stored() {
    let mut out = String::from("# EM | PXA | word. Written by the test `tables` with UPDATE=1.\n");
    for em in Em::ALL {
        for pxa in Pxa::ALL {
            writeln!(out, "{:<9}| {:<4}| {}", em.as_str(), pxa.as_str(), CaseWord::of(*em, *pxa, false, false, false))
                .unwrap();
        }
    }
    out.push_str("# closed, published and merged go before, in this order\n");
    for word in CaseWord::ALL {
        writeln!(out, "{:<10}| {}", word.as_str(), word.sentence()).unwrap();
    }
    golden("words", &out);
}

#[test]
fn refusals_are_as_stored() {
    let mut out = String::from("# code | what happened | what now. Written by the test `tables` with UPDATE=1.\n");
    for code in Code::ALL {
        writeln!(out, "{} | {} | {}", code.as_str(), code.sentence(), code.next()).unwrap();
        assert!(!code.sentence().ends_with('.') && !code.next().ends_with('.'), "{}", code.as_str());
    }
    let mut codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Code::ALL.len(), "two refusals have one code");
    golden("refusals", &out);
}

/// A duplicate is valid and deferred; whatever happens to it, it never becomes invalid.
#[test]
fn nothing_leads_from_valid_to_invalid() {
    let mut seen = vec![Rm::Valid];
    let mut place = 0;
    while place < seen.len() {
        for trigger in RmTrigger::ALL {
            if let Some(next) = seen[place].step(*trigger)
                && !seen.contains(&next)
            {
                seen.push(next);
            }
        }
        place += 1;
    }
    assert!(!seen.contains(&Rm::Invalid), "{seen:?}");
}

#[test]
fn closing_never_leaves_the_table() {
    for rm in Rm::ALL {
        assert_eq!(rm.follow(rm.closing()), Rm::Closed);
        let mut state = *rm;
        for trigger in rm.closing() {
            state = state.step(*trigger).expect("each step is in the table");
        }
    }
}

#[test]
fn what_the_world_knows_is_never_forgotten_and_every_state_is_reached() {
    for pxa in Pxa::ALL {
        for trigger in Pxa::TRIGGERS {
            if let Some(next) = pxa.step(*trigger) {
                assert!(next.public() >= pxa.public() && next.exploit() >= pxa.exploit());
                assert!(next.attacks() >= pxa.attacks() && next != *pxa);
            }
        }
    }
    assert_eq!(Pxa::ALL.len(), 8);
    assert!(!Pxa::P.allows_embargo() && !Pxa::X.allows_embargo() && Pxa::A.allows_embargo());
}

#[test]
fn an_embargo_that_was_left_never_comes_back() {
    assert!(Em::TRIGGERS.iter().all(|trigger| Em::Exited.step(*trigger).is_none()));
}

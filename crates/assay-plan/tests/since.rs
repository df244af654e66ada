//! What became of the cards of an earlier plan, and what people reported.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hospital;

use assay_base::Answer;
use assay_inventory::component::PatchedBy;
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::{Exposure, Impact, Touch};
use assay_plan::done::Ending;
use assay_plan::{Plan, render};
use hospital::{Case, advisory, exposure, package, product, skipped, ssvc};

const LATER: &str = "2026-11-28T15:00:00Z";

fn found(version: &str, touch: Touch) -> Exposure {
    let firewall = product("Fortinet", "FortiOS", Some(version), "Server room", PatchedBy::Us, Answer::Yes);
    exposure(firewall, ssvc(advisory("CVE-2025-1", "x"), true, Impact::Total), touch, &["7.2.7", "7.4.3"])
}

fn json(plan: &Plan) -> String {
    serde_json::to_string(plan).unwrap()
}

/// A week later, with what is found then.
fn week_later(then: Vec<Exposure>, change: impl FnOnce(&mut Case)) -> Plan {
    let first = Case::new(vec![found("7.2.4", Touch::Affected)]).plan();
    let mut case = Case::new(then);
    case.now = LATER.to_owned();
    case.previous = Some(json(&first));
    change(&mut case);
    case.plan()
}

#[test]
fn the_record_itself_verifies_it() {
    let plan = week_later(vec![found("8.0.0", Touch::NotAffected)], |_| {});
    assert_eq!(plan.ended.iter().map(|ended| ended.ending).collect::<Vec<_>>(), [Ending::Verified]);
    assert_eq!(plan.counts.verified, 1);
    assert!(render::text(&plan).contains("Done, verified by this scan"));
}

#[test]
fn a_version_with_a_fix_verifies_nothing_without_the_record() {
    // The record has two ranges, and this feed does not have the record: 1.3.0 is newer than the first fix, and affected.
    let foo = |version: &str, touch| {
        let foo = package(Ecosystem::Npm, "foo", version);
        exposure(foo, ssvc(advisory("GHSA-1", "x"), true, Impact::Total), touch, &["1.2.9", "1.4.2"])
    };
    let first = Case::new(vec![foo("1.2.3", Touch::Affected)]).plan();
    let next = |version: &str, found: Vec<Exposure>| {
        let mut case = Case::new(found);
        case.inventories = hospital::inventories(&[foo(version, Touch::Affected)]);
        case.now = LATER.to_owned();
        case.previous = Some(json(&first));
        case.plan()
    };
    for version in ["1.3.0", "1.2.9", "1.4.2", "9.0.0"] {
        let plan = next(version, Vec::new());
        assert_eq!((plan.ended[0].ending, plan.counts.verified), (Ending::NotExplained, 0), "{version}");
    }
    // Another record says nothing about this one; the same one does.
    let mut other = foo("1.4.2", Touch::NotAffected);
    other.advisory.id = "GHSA-2".to_owned();
    assert_eq!(next("1.4.2", vec![other]).ended[0].ending, Ending::NotExplained);
    assert_eq!(next("1.4.2", vec![foo("1.4.2", Touch::NotAffected)]).ended[0].ending, Ending::Verified);
}

#[test]
fn of_two_records_with_one_id_the_one_that_clears_does_not_win() {
    // Another vendor now patches it, so it has another card; the old one is not done for that.
    let mut theirs = found("7.2.4", Touch::CannotTell);
    theirs.component.site.patched_by = PatchedBy::Vendor("Northline".to_owned());
    let mut cleared = theirs.clone();
    (cleared.touch, cleared.advisory.source) = (Touch::NotAffected, "another feed".to_owned());
    for then in [vec![theirs.clone(), cleared.clone()], vec![cleared, theirs]] {
        let plan = week_later(then, |_| {});
        assert_eq!(plan.ended[0].ending, Ending::NotExplained);
    }
}

#[test]
fn what_is_gone_is_not_done_for_that() {
    // The records were left out, the version is the same.
    let plan =
        week_later(Vec::new(), |case| case.inventories = hospital::inventories(&[found("7.2.4", Touch::Affected)]));
    assert_eq!(plan.ended[0].ending, Ending::NotExplained);
    assert_eq!(plan.counts.verified, 0);
    // The inventory was left out.
    let plan = week_later(Vec::new(), |_| {});
    assert_eq!(plan.ended[0].ending, Ending::NotScanned);
    // The thing is gone from it, and then a line of it cannot be read.
    let plan = week_later(Vec::new(), |case| {
        case.inventories = hospital::inventories(&[found("7.2.4", Touch::Affected)]);
        case.inventories[0].components.clear();
    });
    assert_eq!(plan.ended[0].ending, Ending::Removed);
    let plan = week_later(Vec::new(), |case| {
        case.inventories = hospital::inventories(&[found("7.2.4", Touch::Affected)]);
        case.inventories[0].components.clear();
        case.inventories[0].skipped.push(skipped());
    });
    assert_eq!(plan.ended[0].ending, Ending::NotExplained);
}

#[test]
fn a_clock_of_detection_does_not_start_again_with_each_plan() {
    let first = Case::new(vec![found("7.2.4", Touch::Affected)]).plan();
    let again = week_later(vec![found("7.2.4", Touch::Affected)], |_| {});
    assert_eq!(again.cards[0].id, first.cards[0].id);
    assert_eq!(again.cards[0].due.earliest, first.cards[0].due.earliest);
    assert!(again.cards[0].due.passed);
    assert_eq!(again.cards[0].due.short, "overdue; do it next");
    // Also if it was only a question then.
    let question = Case::new(vec![found("7.2.4", Touch::CannotTell)]).plan();
    let then = week_later(vec![found("7.2.4", Touch::Affected)], |case| case.previous = Some(json(&question)));
    assert_eq!(then.cards[0].first_seen, question.find_out[0].first_seen);
}

#[test]
fn no_clock_starts_again_because_something_was_left_out_once() {
    let then = || vec![found("7.2.4", Touch::Affected)];
    let first = Case::new(then()).plan();
    let card = &first.cards[0];
    let plan = |now: &str, before: &Plan, change: &dyn Fn(&mut Case)| {
        let mut case = Case::new(then());
        (case.now, case.previous) = (now.to_owned(), Some(json(before)));
        change(&mut case);
        case.plan()
    };
    let deferral = format!(
        "schema = \"assay.reports/1\"\n[[report]]\ncard = \"{}\"\nstate = \"deferred\"\nby = \"Pat\"\nat = \"2026-11-22T10:00:00Z\"\nwhy = \"a\"\ncontrol = \"b\"\nreview = \"2026-11-25\"\n",
        card.id
    );
    let defer: &dyn Fn(&mut Case) = &|case| case.reports = Some(deferral.clone());
    let no_inventory: &dyn Fn(&mut Case) = &|case| {
        case.exposures.clear();
        case.inventories.clear();
    };
    let no_record: &dyn Fn(&mut Case) = &|case| case.exposures.clear();
    for (what, change) in [("deferred", defer), ("inventory", no_inventory), ("record", no_record)] {
        // Left out once, and once more: it is told each time.
        let second = plan("2026-11-23T15:00:00Z", &first, change);
        assert!(second.cards.is_empty(), "{what}");
        let third = plan("2026-11-24T15:00:00Z", &second, change);
        assert_eq!(third.ended.len(), second.ended.len(), "{what}");
        assert!(third.ended.iter().all(|ended| ended.first_seen() == Some(first.made)), "{what}");
        let back = plan(LATER, &third, &|_| {});
        assert_eq!(back.cards[0].id, card.id, "{what}");
        assert_eq!((back.cards[0].first_seen, back.cards[0].due.earliest), (first.made, card.due.earliest), "{what}");
    }
    // What is done, and comes back, is found anew.
    let gone = plan("2026-11-23T15:00:00Z", &first, &|case| {
        case.exposures.clear();
        case.inventories[0].components.clear();
    });
    assert_eq!((gone.ended[0].ending, gone.ended[0].first_seen()), (Ending::Removed, None));
    assert_eq!(plan(LATER, &gone, &|_| {}).cards[0].first_seen, hospital::at(LATER));
}

fn reported(state: &str, more: &str) -> Plan {
    let card = Case::new(vec![found("7.2.4", Touch::Affected)]).plan().cards[0].id.clone();
    let mut case = Case::new(vec![found("7.2.4", Touch::Affected)]);
    case.reports = Some(format!(
        "schema = \"assay.reports/1\"\n[[report]]\ncard = \"{card}\"\nstate = \"{state}\"\nby = \"Pat, IT\"\nat = \"2026-11-20T10:00:00Z\"\n{more}"
    ));
    case.plan()
}

#[test]
fn done_by_word_of_mouth_is_not_verified() {
    let plan = reported("done", "");
    assert_eq!(
        plan.cards[0].reported_note.as_deref(),
        Some("Pat, IT reported it done on Fri 20 November 2026, and this scan still finds it.")
    );
    assert_eq!((plan.counts.reported_done, plan.counts.verified, plan.cards.len()), (1, 0, 1));
}

#[test]
fn a_deferral_waits_until_its_review_and_is_in_the_register() {
    let text = "why = \"=the vendor, \\\"tests\\\"\"\ncontrol = \"VPN alone\"\n";
    let plan = reported("deferred", &format!("{text}review = \"2026-11-21\"\n"));
    assert_eq!((plan.cards.len(), plan.deferred.len()), (0, 1));
    let register = render::deferrals(&plan);
    assert!(register.starts_with("card,title,place"), "{register}");
    assert!(
        register.contains(
            ",\"Pat, IT\",\"2026-11-20T10:00:00.000000Z\",\"'=the vendor, \"\"tests\"\"\",\"VPN alone\",\"2026-11-21\","
        ),
        "{register}"
    );
    // The day after its review it is open again.
    let plan = reported("deferred", &format!("{text}review = \"2026-11-20\"\n"));
    assert_eq!((plan.cards.len(), plan.deferred.len()), (1, 0));
    assert!(plan.cards[0].reported_note.as_ref().unwrap().contains("open again"));
    assert_eq!(render::deferrals(&plan).lines().count(), 1);
}

#[test]
fn a_report_on_a_card_that_is_not_there_is_said() {
    let mut case = Case::new(Vec::new());
    case.reports = Some("schema = \"assay.reports/1\"\n[[report]]\ncard = \"card-x\"\nstate = \"done\"\nby = \"Pat\"\nat = \"2026-11-20T10:00:00Z\"\n".to_owned());
    assert!(
        case.plan().notes.iter().any(|note| note == "1 card is in the reports and not in this plan."),
        "{:?}",
        case.plan().notes
    );
}

#[test]
fn a_listing_that_the_last_plan_did_not_know_moves_the_date_and_is_told() {
    let mut case = Case::new(vec![found("7.2.4", Touch::Affected)]);
    let quiet = case.plan();
    let mut listed = found("7.2.4", Touch::Affected);
    listed.advisory = hospital::kev(listed.advisory, "2026-11-25", Answer::No);
    case.exposures = vec![listed.clone()];
    case.now = LATER.to_owned();
    case.previous = Some(json(&quiet));
    let plan = case.plan();
    let [moved] = plan.moved.as_slice() else { panic!("{:?}", plan.moved) };
    assert_eq!(moved.listed, ["CVE-2025-1"]);
    let update = plan.cards.iter().find(|card| card.id == moved.card).unwrap();
    let before = quiet.cards.iter().find(|card| card.id == moved.card).unwrap();
    assert!(update.due.earliest <= before.due.earliest, "{:?} {:?}", update.due, before.due);
    assert!(render::text(&plan).contains("More urgent than in the last plan (1 card)"));
    assert!(render::html(&plan).contains("which the last plan did not know"));
    // The next one knows it, and so nothing has moved.
    case.previous = Some(json(&plan));
    assert!(case.plan().moved.is_empty());
    // A plan of an older program has neither dates nor listings in a form that says so: nothing is made up.
    case.previous = Some(json(&quiet).replace("\"due\":", "\"was-due\":"));
    assert_eq!(case.plan().moved.len(), 1, "the listing is told all the same");
    // What is less urgent than before is no alarm.
    case.exposures = vec![found("7.2.4", Touch::Affected)];
    case.previous = Some(json(&plan));
    assert!(case.plan().moved.is_empty());
}

#[test]
fn what_a_statement_took_off_is_on_no_card_and_told() {
    use assay_match::vex::{Heard, Outcome, Suppressed};
    let mut case = Case::new(Vec::new());
    case.suppressed = vec![Suppressed {
        exposure: found("7.2.4", Touch::Affected),
        by: Heard {
            outcome: Outcome::NotAffected,
            why: "According to The \u{202e}Maintainers, this version is not affected (vulnerable code not present)."
                .to_owned(),
            words: Vec::new(),
        },
    }];
    let plan = case.plan();
    assert!(plan.cards.is_empty() && plan.left_off.len() == 1);
    let (text, html) = (render::text(&plan), render::html(&plan));
    for told in [&text, &html] {
        assert!(told.contains("Taken off by a VEX statement (1)") && told.contains("According to The Maintainers"));
        assert!(!told.contains('\u{202e}'));
    }
    assert!(json(&plan).contains("\"left-off\":[{\"thing\":\"Fortinet FortiOS 7.2.4\""));
}

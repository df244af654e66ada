//! `assay demo` through the real program, from anywhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::Bench;

#[test]
fn the_demo_tells_the_whole_pipeline_and_every_step_comes_out_as_told() {
    let bench = Bench::new();
    // From an empty folder, with nothing but a path and a home.
    let said = bench.run(&["demo", "--into", "shown"]).exits(0);
    said.says("Every step came out as told.");
    // Paragraphs are folded: what is looked for may begin on one line and end on the next.
    let told = said.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "1 A target is claimed",
        "taken. Not by whom",
        "slop not-reproduced",
        "each patch silences the",
        "is refuted, and would have shipped with a green test",
        "verified to L1 by runner",
        "no single person can",
        "each opens to what was committed to",
        "verified by the",
        "ends at",
        "undetermined",
    ] {
        assert!(told.contains(words), "`{words}` is not in:\n{}", said.stdout);
    }
    let folder = bench.path("shown");
    let page = std::fs::read_to_string(folder.join("action-cards.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<html lang=\"en\""), "{}", &page[..200]);

    // What it published holds for somebody who has the trust file alone, and a changed byte does not.
    let (release, trust) = ("shown/clearinghouse/release", "shown/trust.json");
    bench.run(&["verify", release, "--trust", trust]).exits(0).says("Everything holds.");
    let advisory = std::fs::read_dir(folder.join("clearinghouse/release/advisories")).unwrap().next().unwrap().unwrap();
    let patch = advisory.path().join("fix.patch");
    let mut bytes = std::fs::read(&patch).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&patch, bytes).unwrap();
    bench.run(&["verify", release, "--trust", trust]).exits(10).says("Does not hold");
}

#[test]
fn programs_get_the_same_as_steps() {
    let bench = Bench::new();
    let json = bench.run(&["demo", "--format", "json", "--into", "shown"]).exits(0).json();
    assert_eq!(json["unexpected"], serde_json::json!([]));
    assert_eq!(json["bundles"].as_array().unwrap().len(), 8);
    let chapters: std::collections::BTreeSet<_> =
        json["steps"].as_array().unwrap().iter().filter_map(|step| step["chapter"].as_str()).collect();
    assert_eq!(chapters.len(), 8, "{chapters:?}");
    // A folder that is there is not written into.
    bench.run(&["demo", "--into", "shown"]).exits(2);
}

//! `assay sync` as a person meets it: what it says, and what it refuses.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../assay-repo/tests/support/mod.rs"]
mod release;
#[path = "../../assay-repo/tests/support/server.rs"]
mod server;
mod support;

use std::fs;

use server::{Manner, Server};
use support::Bench;

const NOW: [&str; 2] = ["--now", "2026-11-22T17:00:00Z"];

/// A bench with a trust file and a release of one advisory.
fn bench() -> Bench {
    let bench = Bench::new();
    fs::write(bench.path("trust.json"), release::trust().to_json()).unwrap();
    release::publisher(&bench.path("release")).publish(&release::next(&[1]), release::now()).unwrap();
    bench
}

fn sync(bench: &Bench, source: &str, more: &[&str]) -> support::Said {
    let call = ["sync", source, "--into", "mirror", "--trust", "trust.json"];
    let now: &[&str] = if more.contains(&"--now") { &[] } else { &NOW };
    bench.run(&[&call, now, more].concat())
}

#[test]
fn over_the_web_and_up_to_date() {
    let bench = bench();
    let server = Server::start(&bench.path("release"), Manner::Plain);
    let said = sync(&bench, &server.url(), &[]).exits(0);
    insta::assert_snapshot!(said.stdout, @r"
    mirror: new mirror, version 1
      1 advisory, 1 new
      ASSAY-2026-0001  high 8.2  Harbor Gauge reads beyond the end of a tide table (1)
        do: Update Harbor Gauge to 2.3.1 or 1.9.3.
        patch: verified at L2: the target's own tests pass; by runner d7e1e084be21, 2 builds, 40 runs (the flaw showed in 20 of 20 without the patch, in 0 of 20 with it)
      good until 2026-11-28T17:00:00Z (6 days): sync again before
    Next: assay scan INVENTORY --advisories mirror/osv
    ");
    let said = sync(&bench, &server.url(), &[]).exits(0);
    said.says("mirror: up to date, version 1");

    release::publisher(&bench.path("release")).publish(&release::next(&[2]), release::now()).unwrap();
    let json = sync(&bench, &server.url(), &["--format", "json"]).exits(0).json();
    assert_eq!((&json["from"], &json["to"], &json["changed"]), (&1.into(), &2.into(), &true.into()));
    assert_eq!((&json["total"], &json["new"][0]["id"]), (&2.into(), &"ASSAY-2026-0002".into()));
    assert_eq!(json["new"][0]["approvers"].as_array().unwrap().len(), 2);
    assert_eq!(json["new"][0]["patch"]["verification"]["level"], "L2");
    // The mirror holds for the verifier, and for whoever syncs from it.
    bench.run(&["verify", "mirror", "--trust", "trust.json", "--now", NOW[1]]).exits(0).says("Everything holds");
    let said = bench.run(&["sync", "mirror", "--into", "second", "--trust", "trust.json", NOW[0], NOW[1]]).exits(0);
    said.says("second: new mirror, version 2");
}

#[test]
fn refusals_say_why_and_what_to_do() {
    let bench = bench();
    let old = release::content(&bench.path("release"));
    release::publisher(&bench.path("release")).publish(&release::next(&[2]), release::now()).unwrap();
    sync(&bench, "release", &[]).exits(0);
    let before = release::content(&bench.path("mirror"));

    release::put(&bench.path("stick"), &old);
    let said = sync(&bench, "stick", &[]).exits(10);
    insta::assert_snapshot!(said.stderr, @r"
    error[older]: refused: the release has version 1, and version 2 was seen here before: it is older
    help: the mirror is as it was. What to do: use another mirror. If a stick or mirror is meant to be older, it has nothing that is not here already
    ");
    let json = sync(&bench, "stick", &["--format", "json"]).exits(10).json();
    assert_eq!(json["error"]["code"], "older");

    let said = sync(&bench, "release", &["--now", "2027-01-01T00:00:00Z"]).exits(10);
    insta::assert_snapshot!(said.stderr, @r"
    error[expired]: refused: the release ended at 2026-11-28T17:00:00.000000Z; newer advisories may be held back
    help: the mirror is as it was. What to do: get a newer one from another mirror, or ask the clearinghouse why it has signed none; check that this computer's clock is right
    ");

    // Changed on the way: the new advisory's patch.
    fs::remove_dir_all(bench.path("mirror")).unwrap();
    release::put(&bench.path("mirror"), &before);
    release::publisher(&bench.path("release")).publish(&release::next(&[3]), release::now()).unwrap();
    let patch = bench.path("release/advisories/ASSAY-2026-0003/fix.patch");
    let mut bytes = fs::read(&patch).unwrap();
    bytes[0] ^= 1;
    fs::remove_file(&patch).unwrap();
    fs::write(&patch, bytes).unwrap();
    let said = sync(&bench, "release", &[]).exits(10);
    said.says("error[file-changed]: refused: `advisories/ASSAY-2026-0003/fix.patch` was changed");
    assert!(release::content(&bench.path("mirror")) == before);

    // Nobody signed it, or somebody else.
    fs::write(bench.path("release/index.json"), "{}").unwrap();
    sync(&bench, "release", &[]).exits(10).says("error[index-malformed]");
    fs::remove_file(bench.path("release/index.json")).unwrap();
    sync(&bench, "release", &[]).exits(10).says("error[no-index]");
}

#[test]
fn wrong_calls_and_failures() {
    let bench = bench();
    sync(&bench, "ftp://a.example/", &[]).exits(2).says("only http, https and file addresses are fetched");
    sync(&bench, "release", &["--now", "today"]).exits(2);
    fs::create_dir(bench.path("mirror")).unwrap();
    fs::write(bench.path("mirror/letter.txt"), "mine").unwrap();
    let said = sync(&bench, "release", &[]).exits(2);
    insta::assert_snapshot!(said.stderr, @r"
    error[not-a-mirror]: `mirror` is no mirror of a release: it holds `letter.txt`
    help: name a folder for the mirror alone: a sync replaces all of it
    ");
    assert_eq!(fs::read(bench.path("mirror/letter.txt")).unwrap(), b"mine");
    fs::write(bench.path("trust.json"), "{}").unwrap();
    sync(&bench, "release", &[]).exits(2).says("error[no-trust]");
    fs::remove_file(bench.path("trust.json")).unwrap();
    sync(&bench, "release", &[]).exits(2).says("get it from the clearinghouse directly");
    let broken = self::bench();
    let server = Server::start(&broken.path("release"), Manner::Broken);
    sync(&broken, &server.url(), &[]).exits(1).says("error[unreachable]");
    assert!(!broken.path("mirror").exists());
}

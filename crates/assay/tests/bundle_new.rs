//! `assay bundle new`: every scaffold is a proof that holds as it is, and says what to put in its place.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;

use support::Bench;

/// Each recipe, and the program of this machine that its example cannot do without.
const RECIPES: [&str; 11] =
    ["cc", "cargo", "wheel", "npm", "debian", "make", "cmake", "meson", "autotools", "libfuzzer", "plain"];

#[test]
fn every_scaffold_is_ready_and_says_what_goes_where() {
    let bench = Bench::new();
    for recipe in RECIPES {
        let said = bench.run(&["bundle", "new", recipe, recipe]).exits(0);
        said.says(&format!("`assay prove {recipe}`"));
        bench.run(&["bundle", "check", recipe]).exits(0).says("ready to be proved");
        let manifest = fs::read_to_string(bench.path(recipe).join("proof.toml")).unwrap();
        assert!(!manifest.contains("{{"), "{recipe}: a place was not filled");
        for words in [format!("assay bundle new {recipe}"), format!("assay prove {recipe}")] {
            assert!(manifest.contains(&words), "{recipe}: {words}");
        }
        // Every table is explained by a comment of its own.
        for table in manifest.split("\n[").skip(1) {
            assert!(table.contains("\n#"), "{recipe}: [{} has no comment", table.lines().next().unwrap());
        }
        assert!(manifest.lines().all(|line| line.chars().count() <= 130), "{recipe}: a line is too long");
    }
    let table = bench.run(&[&["bundle", "check"], RECIPES.as_slice()].concat()).exits(0);
    table.says("11 bundles: 11 ready");
}

#[test]
fn every_scaffold_proves_its_example() {
    let bench = Bench::new();
    for recipe in RECIPES {
        bench.run(&["bundle", "new", recipe, recipe]).exits(0);
        let said = bench.run(&["prove", recipe, "--runs=1", "--format=json"]);
        let json = said.json();
        if json["verdict"] == "not-run" {
            let why = json["sentence"].as_str().unwrap_or_default();
            assert!(std::env::var_os("CI").is_none(), "{recipe} must not be skipped in CI: {why}");
            eprintln!("skipped {recipe}: {why}");
            continue;
        }
        assert_eq!(
            (&json["verdict"], &json["controls"]),
            (&"reproduced".into(), &"benign+fixed".into()),
            "{recipe}: {json:#}"
        );
    }
}

#[test]
fn the_package_of_the_caller_stands_in_the_scaffold() {
    let bench = Bench::new();
    bench.run(&["bundle", "new", "npm", "a", "--purl=pkg:npm/%40scope/thing@2.0.0"]).exits(0);
    let manifest = fs::read_to_string(bench.path("a/proof.toml")).unwrap();
    assert!(manifest.contains("purl = \"pkg:npm/%40scope/thing@2.0.0\""));
    assert!(manifest.contains("$OUT/node_modules/@scope/thing"));
    for wrong in ["thing", "pkg:npm/thing", "pkg:generic/a@1+2", "pkg:generic/a@1\"\n[x]", "pkg:generic/a@1?b=\"", ""] {
        bench.run(&["bundle", "new", "cc", "b", &format!("--purl={wrong}")]).exits(2).says("bad-purl");
    }
    assert!(!bench.path("b").exists());
}

#[test]
fn a_scaffold_takes_nothings_place() {
    let bench = Bench::new();
    fs::create_dir(bench.path("full")).unwrap();
    fs::write(bench.path("full/mine"), "mine").unwrap();
    bench.run(&["bundle", "new", "cc", "full"]).exits(2).says("not-empty");
    bench.run(&["bundle", "new", "cc", "no/such/parent"]).exits(1).says("cannot-write");
    bench.run(&["bundle", "new", "perl", "x"]).exits(2);
    let json = bench.run(&["bundle", "new", "plain", "strange\n\u{1b}name", "--format=json"]).exits(0).json();
    assert_eq!(json["recipe"], "plain");
    bench.run(&["bundle", "check", "strange\n\u{1b}name"]).exits(0);
}

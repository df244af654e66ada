//! `assay cross` and the kept builds through the real program: which reports are one flaw.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Bench, Said, example};

/// Mends the overflow and the null pointer at once.
fn two_in_one(bench: &Bench) -> PathBuf {
    let of = |name: &str| {
        let text = fs::read_to_string(example(name).join("fix.patch")).unwrap();
        let hunks = text.split_once("+++ b/tlv.c\n").unwrap().1;
        hunks.trim_end_matches('\n').to_owned() + "\n"
    };
    let path = bench.path("both.patch");
    let (first, second) = (of("heap-overflow"), of("null-deref-signal"));
    fs::write(&path, format!("--- a/tlv.c\n+++ b/tlv.c\n{first}{second}")).unwrap();
    path
}

/// The same as one hunk, as a diff with very much context has it.
fn in_one_hunk(bench: &Bench) -> PathBuf {
    let before = fs::read_to_string(example("heap-overflow").join("target/tlv.c")).unwrap();
    let mut hunk = String::new();
    for line in before.lines() {
        if line.contains("0x7f ? 3 : 1") {
            hunk.push_str(&format!("-{line}\n+{}\n", line.replace("? 3 : 1", "? 4 : 1")));
        } else {
            hunk.push_str(&format!(" {line}\n"));
        }
        if line == "    size_t width = 0;" {
            hunk.push_str("+    if (report->device == NULL)\n+        return 0;\n");
        }
    }
    let count = before.lines().count();
    let path = bench.path("one-hunk.patch");
    fs::write(&path, format!("--- a/tlv.c\n+++ b/tlv.c\n@@ -1,{count} +1,{} @@\n{hunk}", count + 2)).unwrap();
    path
}

/// A copy of an example that brings no fix of its own.
fn without_fix(bench: &Bench, name: &str) -> PathBuf {
    let path = bench.copy(name);
    let text = fs::read_to_string(path.join("proof.toml")).unwrap();
    let at = text.find("[arms.fixed.source]").unwrap();
    let end = at + text[at..].find("\n[toolchain]").unwrap();
    fs::write(path.join("proof.toml"), format!("{}{}", &text[..at], &text[end + 1..])).unwrap();
    fs::remove_file(path.join("fix.patch")).unwrap();
    path
}

fn cross(bench: &Bench, paths: &[&Path], patches: &[&Path]) -> Said {
    let mut command = bench.command();
    command.args(["cross", "--format=json", "--no-progress"]).args(paths);
    for patch in patches {
        command.arg("--patch").arg(patch);
    }
    support::said(&mut command)
}

/// `first second conclusion` of each pair, by name.
fn pairs(json: &Value) -> Vec<String> {
    let mut told = Vec::new();
    for target in json["targets"].as_array().unwrap() {
        let name =
            |place: &Value| target["proofs"][place.as_u64().unwrap() as usize]["name"].as_str().unwrap().to_owned();
        for pair in target["pairs"].as_array().unwrap() {
            told.push(format!(
                "{} {} {}",
                name(&pair["first"]),
                name(&pair["second"]),
                pair["conclusion"].as_str().unwrap()
            ));
        }
    }
    told
}

#[test]
fn finders_of_one_flaw_are_told_from_finders_of_two() {
    let bench = Bench::new();
    let names =
        ["heap-overflow", "heap-overflow-second-finder", "one-input-patch", "null-deref-signal", "slop", "partial"];
    let paths = names.map(example);
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let said = cross(&bench, &paths, &[]).exits(10);
    assert_eq!(
        pairs(&said.json()),
        [
            "heap-overflow heap-overflow-second-finder duplicate",
            // Its own patch filters one input and does not even hold for its own proof.
            "heap-overflow one-input-patch duplicate",
            "heap-overflow null-deref-signal different",
            "heap-overflow slop cannot-tell",
            "heap-overflow-second-finder one-input-patch duplicate",
            "heap-overflow-second-finder null-deref-signal different",
            "heap-overflow-second-finder slop cannot-tell",
            "one-input-patch null-deref-signal different",
            "one-input-patch slop cannot-tell",
            "null-deref-signal slop cannot-tell",
        ]
    );
    assert_eq!(said.json()["left_out"][0]["code"], "partial");
    // The same for people, from kept builds.
    let text = bench
        .run(&[&["cross".as_ref()][..], &paths.iter().map(|path| path.as_os_str()).collect::<Vec<_>>()].concat())
        .exits(10);
    text.says("1 and 2  duplicate");
    text.says("1 and 4  different");
    text.says("takes no part");
    assert!(text.stdout.lines().all(|line| line.chars().count() <= 110), "{}", text.stdout);
    let work = bench.cache().join("work");
    assert!(fs::read_dir(work).map_or(0, Iterator::count) == 0, "nothing is left of the work");
}

#[test]
fn a_patch_that_mends_two_flaws_joins_nothing() {
    let bench = Bench::new();
    let (overflow, null) = (without_fix(&bench, "heap-overflow"), without_fix(&bench, "null-deref-signal"));
    for patch in [two_in_one(&bench), in_one_hunk(&bench)] {
        let said = cross(&bench, &[&overflow, &null], &[&patch]).exits(11);
        let json = said.json();
        assert_eq!(json["targets"][0]["cells"][0][0]["outcome"], "silenced", "{}", said.stdout);
        assert_eq!(json["targets"][0]["cells"][1][0]["outcome"], "silenced");
        assert_eq!(pairs(&json), ["heap-overflow null-deref-signal related"]);
        assert!(
            json["targets"][0]["pairs"][0]["sentence"].as_str().unwrap().contains("different parts"),
            "{}",
            said.stdout
        );
    }
}

#[test]
fn one_patch_from_outside_joins_what_its_least_part_silences() {
    let bench = Bench::new();
    let (first, second) = (without_fix(&bench, "heap-overflow"), without_fix(&bench, "heap-overflow-second-finder"));
    let said = cross(&bench, &[&first, &second], &[&two_in_one(&bench)]).exits(10);
    assert_eq!(pairs(&said.json()), ["heap-overflow heap-overflow-second-finder duplicate"]);
    // Without any patch nothing can be said.
    let said = cross(&bench, &[&first, &second], &[]).exits(11);
    assert_eq!(pairs(&said.json()), ["heap-overflow heap-overflow-second-finder cannot-tell"]);
}

/// A copy of an example whose source is the mended one, and whose vulnerable version takes a patch of it back.
fn taken_back(bench: &Bench, name: &str) {
    let path = bench.copy(name);
    let patch = fs::read_to_string(path.join("fix.patch")).unwrap();
    let source = fs::read_to_string(path.join("target/tlv.c")).unwrap();
    fs::write(path.join("target/tlv.c"), source.replacen("0x7f ? 3 : 1", "0x7f ? 4 : 1", 1)).unwrap();
    fs::create_dir(path.join("target/patches")).unwrap();
    fs::write(path.join("target/patches/length.patch"), patch).unwrap();
    fs::remove_file(path.join("fix.patch")).unwrap();
    let text = fs::read_to_string(path.join("proof.toml")).unwrap();
    let text =
        text.replace("[arms.vulnerable.source]\npath = \"target\"\n", "[arms.fixed.source]\npath = \"target\"\n");
    let text = text.replace(
        "[arms.fixed.source]\nbase  = \"vulnerable\"\npatch = \"fix.patch\"\n",
        "[arms.vulnerable.source]\nbase = \"fixed\"\nreverse = \"patches/length.patch\"\n",
    );
    fs::write(path.join("proof.toml"), text).unwrap();
}

#[test]
fn where_a_patch_is_taken_back_any_other_can_stand_in_its_place() {
    let bench = Bench::new();
    taken_back(&bench, "heap-overflow");
    taken_back(&bench, "heap-overflow-second-finder");
    bench.copy("null-deref-signal");
    // A folder stands for the bundles in it.
    let said = cross(&bench, &[&bench.path(".")], &[]).exits(10);
    assert_eq!(
        pairs(&said.json()),
        [
            "heap-overflow heap-overflow-second-finder duplicate",
            "heap-overflow null-deref-signal different",
            "heap-overflow-second-finder null-deref-signal different",
        ],
        "{}",
        said.stdout
    );
}

#[test]
fn a_patch_that_deletes_the_feature_makes_no_duplicate() {
    let bench = Bench::new();
    let (overflow, null) = (without_fix(&bench, "heap-overflow"), without_fix(&bench, "null-deref-signal"));
    // Every text is empty from now on: whatever overflowed or was read does not any more.
    let patch = bench.path("delete.patch");
    fs::write(
        &patch,
        "--- a/tlv.c\n+++ b/tlv.c\n@@ -19,6 +19,7 @@\n \n /* Text for people: bytes that a terminal would act on are \
         shown as \\xHH. */\n char *tlv_printable(const uint8_t *value, size_t length) {\n+    length = 0;\n     static \
         const char digits[] = \"0123456789abcdef\";\n     size_t size = 1;\n     for (size_t i = 0; i < length; i++)\n",
    )
    .unwrap();
    let second = without_fix(&bench, "heap-overflow-second-finder");
    let said = cross(&bench, &[&overflow, &second, &null], &[&patch]).exits(11);
    let json = said.json();
    assert_eq!(json["targets"][0]["cells"][0][0]["outcome"], "silenced", "{}", said.stdout);
    assert!(
        json["targets"][0]["patches"][0]["wide"].as_str().unwrap().contains("says something else"),
        "{}",
        said.stdout
    );
    assert!(pairs(&json).iter().all(|pair| !pair.ends_with(" duplicate")), "{}", said.stdout);
}

#[test]
fn a_patch_that_refuses_both_at_the_door_makes_no_duplicate() {
    let bench = Bench::new();
    let (overflow, null) = (without_fix(&bench, "heap-overflow"), without_fix(&bench, "null-deref-signal"));
    // Both triggers are shorter than any benign input: one condition, in one line, that no benign input meets.
    let patch = bench.path("door.patch");
    let text = "--- a/tlv.c\n+++ b/tlv.c\n@@ -146,3 +146,3 @@\n     memset(report, 0, sizeof *report);\n-    if (length < 3 || \
                frame[0] != 'T' || frame[1] != 'L' || frame[2] != 1)\n+    if (length < 30 || frame[0] != 'T' || frame[1] \
                != 'L' || frame[2] != 1)\n         return TLV_MAGIC;\n";
    fs::write(&patch, text).unwrap();
    let said = cross(&bench, &[&overflow, &null], &[&patch]).exits(11);
    let json = said.json();
    for row in [0, 1] {
        assert_eq!(json["targets"][0]["cells"][row][0]["outcome"], "silenced", "{}", said.stdout);
    }
    let wide = json["targets"][0]["patches"][0]["wide"].as_str().unwrap();
    assert!(wide.contains("that are handled without it are refused"), "{}", said.stdout);
    assert!(pairs(&json).iter().all(|pair| !pair.ends_with(" duplicate")), "{}", said.stdout);
}

#[test]
fn a_kept_build_is_used_and_a_changed_one_is_not() {
    let bench = Bench::new();
    let prove = || {
        let said =
            bench.run(&["prove".as_ref(), example("heap-overflow").as_os_str(), "--format=json".as_ref()]).exits(0);
        let json = said.json();
        let builds: Vec<String> =
            json["arms"].as_array().unwrap().iter().map(|arm| arm["artifacts"].to_string()).collect();
        assert!(builds.iter().all(|digest| digest.contains("sha256:")), "{}", said.stdout);
        builds
    };
    let first = prove();
    let kept = || -> Vec<PathBuf> {
        fs::read_dir(bench.cache().join("builds")).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    assert_eq!(kept().len(), 2, "one for each version");
    // Deleting the compiler's output from a build proves that it is taken: only its digest could have changed then.
    assert_eq!(prove(), first);
    assert_eq!(kept().len(), 2);
    for entry in kept() {
        // The exploit of whoever can write here: a harness that always aborts.
        fs::write(entry.join("tree/harness"), "#!/bin/sh\nkill -ABRT $$\n").unwrap();
    }
    let after = prove();
    assert_eq!(after, first, "the changed builds were used");
    for entry in kept() {
        assert_ne!(fs::read(entry.join("tree/harness")).unwrap(), b"#!/bin/sh\nkill -ABRT $$\n");
    }
}

#[test]
fn what_is_no_patch_or_no_bundle_is_said_before_any_work() {
    let bench = Bench::new();
    let prose = bench.path("prose.patch");
    fs::write(&prose, "this mends it, promise\n").unwrap();
    let overflow = example("heap-overflow");
    let said = cross(&bench, &[&overflow], &[&prose]).exits(2);
    assert_eq!(said.json()["error"]["code"], "no-patch");
    let pipe = bench.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    assert_eq!(cross(&bench, &[&overflow], &[&pipe]).exits(2).json()["error"]["code"], "no-patch");
    fs::create_dir(bench.path("empty")).unwrap();
    assert_eq!(cross(&bench, &[&bench.path("empty")], &[]).exits(2).json()["error"]["code"], "no-bundle");
    // A single proof has nothing to be compared with.
    assert!(pairs(&cross(&bench, &[&overflow], &[]).exits(0).json()).is_empty());
}

//! A clearinghouse through the real program, from its first command to a
//! release that a stranger checks: answers, refusals, exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Bench, Said, example};

const ADVISORY: &str = r#"
title = "tlv: heap overflow when a name has a control character"
summary = "A crafted frame writes one byte or more behind a heap buffer."
details = "tlv_printable reserves three characters for a byte that it writes as four."
weaknesses = ["CWE-787"]
cvss = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
[[affected]]
product = { purl = "pkg:generic/tlv", name = "tlv", vendor = "tlv project" }
ranges = [{ introduced = "0.1.0", until = { fixed = "0.3.2" } }]
[[remedies]]
kind = "vendor-fix"
details = "Install version 0.3.2."
"#;

struct House(Bench);

impl House {
    fn new() -> Self {
        let house = Self(Bench::new());
        let init = ["--name", "Demo Clearinghouse", "--namespace", "https://clearing.example", "--contact", "the desk"];
        house.run(&[&["admin", "init"], init.as_slice()].concat()).exits(0).says("Copy them to a safe place now");
        // A minute between two batches is long for a test.
        let file = house.state().join("instance.json");
        let mut instance: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        instance["cadence"] = 1.into();
        fs::write(&file, instance.to_string()).unwrap();
        let desk = ["Clearing desk", "--person", "Ana Ruiz", "--role", "coordinator", "--role", "verifier"];
        house.run(&[&["admin", "member"], desk.as_slice()].concat()).exits(0);
        let ben = ["Ben Okafor", "--member", "Clearing desk", "--role", "coordinator", "--role", "verifier"];
        house.by("Ana Ruiz", &[&["admin", "person"], ben.as_slice()].concat()).exits(0);
        for (member, person, role) in [
            ("Lab One", "Fay Finder", "finder"),
            ("Lab Two", "Gus Second", "finder"),
            ("tlv project", "Vera Vendor", "vendor"),
        ] {
            house.run(&["admin", "member", member, "--person", person, "--role", role]).exits(0);
        }
        for (person, key) in [("Ana Ruiz", "ana.key"), ("Ben Okafor", "ben.key")] {
            house.run(&["admin", "key", key]).exits(0);
            house.run(&["admin", "approver", person, "--key", &format!("{key}.pub")]).exits(0);
        }
        house.run(&["admin", "trust", "trust.json"]).exits(0);
        house
    }

    fn state(&self) -> std::path::PathBuf {
        self.0.home().join(".local/share/assay")
    }

    fn run(&self, call: &[&str]) -> Said {
        self.0.run(call)
    }

    fn by(&self, who: &str, call: &[&str]) -> Said {
        self.run(&[call, &["--as", who]].concat())
    }

    fn json(&self, who: &str, call: &[&str]) -> Value {
        self.by(who, &[call, &["--format", "json"]].concat()).exits(0).json()
    }

    /// Takes a shipped example in; its finding.
    fn submit(&self, who: &str, name: &str) -> String {
        let path = example(name).display().to_string();
        self.json(who, &["submit", &path])["finding"].as_str().unwrap().to_owned()
    }

    /// A copy of a shipped example whose finder states this severity.
    fn rated(&self, name: &str, vector: &str) -> String {
        let folder = self.0.copy(name);
        let manifest = folder.join("proof.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        fs::write(&manifest, format!("severity = \"{vector}\"\n{text}")).unwrap();
        folder.display().to_string()
    }

    fn ends(&self, seconds: u64) -> String {
        let now = jiff::Timestamp::now() + Duration::from_secs(seconds);
        now.to_string()
    }
}

#[test]
fn from_a_claim_to_a_release_that_a_stranger_checks() {
    let house = House::new();
    let (ana, ben, fay, gus, vera) = ("Ana Ruiz", "Ben Okafor", "Fay Finder", "Gus Second", "Vera Vendor");
    let claim = ["claim", "pkg:generic/tlv@0.3.1", "--method", "fuzzing", "--for", "7d"];
    house.by(fay, &claim).exits(0);
    let taken = house.by(gus, &claim);
    assert_eq!(taken.exit, 10, "{taken:?}");
    let all = format!("{}{}", taken.stdout, taken.stderr);
    assert!(!all.contains(fay) && !all.contains("Lab One"), "who holds it is not said: {all}");

    // In, and in once.
    let first = house.rated("heap-overflow", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H");
    house.by(fay, &["submit", &first, "--receipt", "r1.json"]).exits(0).says("Received as fnd_");
    assert!(fs::read_to_string(house.0.path("r1.json")).unwrap().contains("payloadType"));
    // A call that is repeated after a lost answer gives the same receipt, and no second finding.
    house.by(fay, &["submit", &first, "--receipt", "r2.json"]).exits(0);
    assert_eq!(fs::read(house.0.path("r1.json")).unwrap(), fs::read(house.0.path("r2.json")).unwrap());
    house.submit(gus, "heap-overflow-second-finder");
    let slop = house.submit(gus, "slop");
    let partial = house.by(gus, &["submit", &example("partial").display().to_string()]).exits(0);
    partial.says("It is a partial report. Before anything can be run, it needs:");
    let listed = house.json(ana, &["status"]);
    assert_eq!(listed["findings"].as_array().unwrap().len(), 4);
    assert_eq!(house.json(fay, &["status"])["findings"].as_array().unwrap().len(), 1);
    let one = listed["findings"][0]["finding"].as_str().unwrap().to_owned();
    assert_ne!(one, slop);

    // What is somebody else's is not there, in the same words as what is nowhere.
    let theirs = house.by(gus, &["status", &one]).exits(2);
    insta::assert_snapshot!(theirs.stderr, @"error[not-found]: there is no such finding");
    let nowhere = house.by(gus, &["status", "fnd_00000000000000000000000000"]);
    if nowhere.stderr.contains("not-found") {
        assert_eq!(nowhere.stderr, theirs.stderr);
    }
    let own = house.by(fay, &["reproduce", &one]).exits(2);
    insta::assert_snapshot!(own.stderr, @r"
    error[finding.own]: nobody verifies, judges or groups a finding that he submitted himself or through an agent
    help: have somebody else do it
    ");
    let nobody = house.by("Eve", &["status"]).exits(2);
    insta::assert_snapshot!(nobody.stderr, @r"
    error[no-such-person]: `Eve` is nobody here
    help: name a person with --as; `assay admin members` lists them, `assay admin person` adds one
    ");
    house.run(&["status"]).exits(2).says("error[no-person]: nobody is named who asks");

    let said = house.by(ben, &["reproduce"]);
    assert!(matches!(said.exit, 0 | 10), "{said:?}");
    house.run(&["group"]).exits(0);
    let late = house.submit(fay, "null-deref-signal");
    house.by(ben, &["reproduce", &late]).exits(0);
    house.run(&["admin", "member", "Elsewhere", "--person", "Wes Outside", "--role", "finder"]).exits(0);
    let states: Vec<String> = house.json(ana, &["status"])["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["state"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(&states[..2], ["verified", "duplicate"], "{states:?}");
    let because = ["--verdict", "not-reproduced", "--because", "the printed report came out of the input"];
    house.by(ana, &[&["finding", "refute", &slop], because.as_slice()].concat()).exits(0);
    house.by(gus, &["status", &slop]).exits(0).says("the printed report came out of the input");

    let case = house.json(ana, &["case", "open", &one, "--title", "Heap overflow in tlv_printable"]);
    let case = case["case"].as_str().unwrap().to_owned();
    house.by(ben, &["case", "show", &case]).exits(2).says("error[not-found]: there is no such case");
    for (person, role) in [(ben, "coordinator"), (vera, "vendor")] {
        house.by(ana, &["case", "invite", &case, "--person", person, "--role", role]).exits(0);
        house.by(person, &["case", "show", &case]).exits(2);
        house.by(person, &["case", "accept", &case]).exits(0);
        house.by(person, &["case", "show", &case]).exits(0).says("Heap overflow in tlv_printable");
    }
    let fix = |name: &str| {
        let patch = example(name).join("fix.patch").display().to_string();
        house.by(ana, &["case", "fix", &case, "--patch", &patch])
    };
    fix("one-input-patch").exits(10);
    fix("heap-overflow").exits(0).says("L1");

    fs::write(house.0.path("adv.toml"), ADVISORY).unwrap();
    let end = house.ends(15);
    let began = Instant::now();
    let proposed = house.json(ana, &["case", "propose", &case, "--until", &end]);
    let proposal = proposed["proposal"]["proposal"].as_str().unwrap().to_owned();
    for person in [ben, vera] {
        // No program agrees to an end on somebody's behalf.
        house.by(person, &["case", "agree", &case, &proposal, "--agent"]).exits(2);
        house.by(person, &["case", "agree", &case, &proposal]).exits(0);
    }
    house.by(ana, &["case", "stage", &case, "--text", "adv.toml"]).exits(0);
    let approve = |person: &str, key: &str, more: &[&str]| {
        house.by(person, &[&["case", "approve", &case, "--key", key], more].concat())
    };
    approve(ana, "ana.key", &["--agent"]).exits(2);
    approve(ana, "ana.key", &[]).exits(0);
    let other = approve(ben, "ana.key", &[]).exits(2);
    insta::assert_snapshot!(other.stderr, @"error[other-key]: this is not the key that `Ben Okafor` registered");
    approve(ana, "ana.key", &[]).exits(2);
    house.run(&["publish"]).exits(0);
    assert!(!house.state().join("release").exists());
    approve(ben, "ben.key", &[]).exits(0);
    if began.elapsed() < Duration::from_secs(14) {
        house.run(&["publish"]).exits(0);
        assert!(!house.state().join("release").exists(), "nothing is out before its instant");
    }
    std::thread::sleep(Duration::from_millis(15_050).saturating_sub(began.elapsed()));
    let out = house.run(&["publish", "--format", "json"]).exits(0).json();
    assert_eq!(out["published"][0]["case"], case.as_str());
    assert_eq!(out["not-done"], Value::Array(Vec::new()));
    std::thread::sleep(Duration::from_millis(1_100));
    house.run(&["publish"]).exits(0);

    // What its finder said of the severity stands beside what went out.
    let rated = house.by(ana, &["case", "show", &case]).exits(0);
    rated.says("by its finder: high 7.5 (CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H)");
    rated.says("by the advisory: critical 9.8");
    let told = house.json(ana, &["finding", "severities"]);
    assert_eq!((&told["cases"], told["sources"].as_array().unwrap().len()), (&1.into(), 2), "{told}");
    assert_eq!((&told["sources"][0]["source"], &told["sources"][0]["lower"]), (&"Lab One".into(), &1.into()), "{told}");
    assert_eq!(told["sources"][1]["not-compared"]["not-stated"], 1, "{told}");
    house.by(gus, &["finding", "severities", "--by", "found-by"]).exits(0).says("too few to say: it takes 10 cases");
    house.by("Wes Outside", &["finding", "severities"]).exits(0).says("Nothing to compare");
    // And what the maker is asked to tell by when; it is told to those who are read in.
    fs::write(
        house.0.path("us.toml"),
        "schema = \"assay.organisation/1\"\nkind = \"private\"\nmanufacturer = \"yes\"\n",
    )
    .unwrap();
    let aware = ["--aware", "2026-11-20T17:30:00Z", "--now", "2026-11-21T17:30:00Z", "--zone", "UTC"];
    let notices = [&["case", "notices", &case], aware.as_slice()].concat();
    let due = house.json(vera, &[&notices[..], &["--organisation", "us.toml"]].concat());
    let steps: Vec<_> = due["steps"].as_array().unwrap().iter().map(|step| (&step["due"], &step["standing"])).collect();
    assert_eq!(steps[0], (&"2026-11-21T17:30:00.000000Z".into(), &"past".into()), "{due}");
    assert_eq!(steps[1], (&"2026-11-23T17:30:00.000000Z".into(), &"ahead".into()), "{due}");
    assert_eq!((steps[2], due["date-word"].as_str()), ((&Value::Null, &"no-date".into()), Some("deadline")), "{due}");
    let open = house.by(vera, &notices).exits(0);
    open.says("Basis: unknown.");
    open.says("The case does not say that attacks were seen");
    house.by("Wes Outside", &notices).exits(2).says("error[not-found]: there is no such case");

    // Whatever somebody who is not read in asks for, in text and JSON: nothing of the case, and nothing of the report.
    house.by(ana, &["case", "open", &late, "--title", "An embargoed title"]).exits(0);
    let secret = house.json(ana, &["case", "list"])["cases"][1]["case"].as_str().unwrap().to_owned();
    let calls: [&[&str]; 12] = [
        &["status"],
        &["status", &late],
        &["finding", "refute", &late, "--verdict", "not-reproduced", "--because", "because"],
        &["reproduce", &late],
        &["case", "list"],
        &["case", "show", &secret],
        &["case", "draft", &secret],
        &["case", "accept", &secret],
        &["case", "close", &secret, "--reason", "empty"],
        &["case", "approve", &secret, "--key", "ana.key"],
        &["case", "open", &late, "--title", "Mine"],
        &["admin", "leave", "Fay Finder"],
    ];
    for call in calls {
        for format in ["text", "json"] {
            let said = house.by("Wes Outside", &[call, &["--format", format]].concat());
            let all = format!("{}{}", said.stdout, said.stderr);
            for secret in ["embargoed title", "bell", "device name", "dereference", "Null", "NULL", "Lab One", "tlv"] {
                assert!(!all.contains(secret), "{call:?} says `{secret}`: {all}");
            }
        }
    }

    // From outside.
    let release = house.state().join("release");
    let place = release.display().to_string();
    let verify = |folder: &str| house.run(&["verify", folder, "--trust", "trust.json", "--format", "json"]);
    let holds = verify(&place).exits(0).json();
    assert_eq!((&holds["holds"], holds["advisories"].as_array().unwrap().len()), (&Value::Bool(true), 1));
    assert!(holds["ledger"]["reveals"].as_u64().unwrap() > 5, "{holds}");
    house.run(&["sync", &place, "--into", "mirror", "--trust", "trust.json"]).exits(0);
    let index = house.0.path("mirror/index.json");
    let good = fs::read(&index).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 1;
    fs::write(&index, bad).unwrap();
    assert_eq!(verify("mirror").exits(10).json()["holds"], Value::Bool(false));
    fs::write(&index, good).unwrap();
    let number = out["published"][0]["advisory"].as_str().unwrap();
    let patch = house.0.path(&format!("mirror/advisories/{number}/fix.patch"));
    fs::write(&patch, "another patch").unwrap();
    verify("mirror").exits(10);

    // And kept: a backup of all of it lives on elsewhere.
    house.run(&["admin", "rebuild"]).exits(0).says("Every row was as the events say");
    house.run(&["admin", "backup", "backup"]).exits(0).says("The keys are not in it");
    house.run(&["admin", "backup", "backup"]).exits(2).says("error[not-empty]");
    assert!(!house.0.path("backup/keys").exists());
    let restored = house.run(&["admin", "restore", "backup", "--into", "second"]).exits(0);
    restored.says("nothing opens without them");
    let keys = house.0.path("second/keys");
    fs::create_dir(&keys).unwrap();
    for key in fs::read_dir(house.state().join("keys")).unwrap() {
        let key = key.unwrap();
        fs::copy(key.path(), keys.join(key.file_name())).unwrap();
    }
    let second = |call: &[&str]| support::said(house.0.command().env("ASSAY_HOME", house.0.path("second")).args(call));
    second(&["admin", "rebuild"]).exits(0).says("Every row was as the events say");
    assert_eq!(second(&["status", "--as", ana]).exits(0).stdout, house.by(ana, &["status"]).exits(0).stdout);
    let exported = house.run(&["admin", "export", "all.jsonl", "--format", "json"]).exits(0).json();
    house.run(&["admin", "export", "all.jsonl"]).exits(2).says("error[exists]");
    second(&["admin", "import", &house.0.path("all.jsonl").display().to_string()]).exits(2).says("error[not-empty]");
    fs::remove_dir_all(house.0.path("second/store")).unwrap();
    let import = ["admin", "import", &house.0.path("all.jsonl").display().to_string(), "--format", "json"];
    let imported = second(&import).exits(0).json();
    assert_eq!(imported["sha256"], exported["sha256"]);
}

#[test]
fn wrong_calls_say_what_to_do() {
    let bench = Bench::new();
    let none = bench.run(&["status", "--as", "Ana"]).exits(2);
    none.says("error[no-clearinghouse]: there is no clearinghouse in");
    none.says("help: make one with `assay admin init`, or set ASSAY_HOME to the folder of another");
    let house = House::new();
    house
        .run(&["admin", "init", "--name", "x", "--namespace", "https://a.example", "--contact", "x"])
        .exits(2)
        .says("error[exists]");
    house.run(&["admin", "approver", "Vera Vendor", "--key", "ana.key.pub"]).exits(2).says("error[key-taken]");
    house.run(&["admin", "approver", "Ana Ruiz", "--key", "ben.key.pub"]).exits(2);
    house.run(&["admin", "approver", "Nobody", "--key", "ana.key.pub"]).exits(2).says("error[not-found]");
    house
        .run(&["admin", "member", "Lab One", "--person", "Someone Else", "--role", "finder"])
        .exits(2)
        .says("error[name-taken]");
    let roles = house.run(&["admin", "member", "Lab Nine", "--person", "Someone", "--role", "king"]).exits(2);
    roles.says("roles are");
    house.run(&["admin", "restore", "nowhere", "--into", "new"]).exits(2).says("error[no-backup]");
    house.by("Fay Finder", &["admin", "leave", "Ana Ruiz"]).exits(2);
    house.by("Ana Ruiz", &["admin", "leave", "Gus Second"]).exits(0);
    house.by("Gus Second", &["status"]).exits(2).says("error[no-such-person]");
    let slop = example("slop").display().to_string();
    house.by("Vera Vendor", &["submit", &slop, "--agent", "--format", "json"]);
    house.run(&["admin", "rebuild", "--format", "json"]).exits(0).json();
}

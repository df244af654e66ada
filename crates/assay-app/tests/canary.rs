//! Secrets in every embargoed field, each of which can be told from all others:
//! before the instant none of them stands anywhere in the home, in any form
//! that a reader could undo without a key; after it, what was approved is out,
//! and what was not is still nowhere outside (invariants 5 and 30).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod house;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_app::advisories::Text;
use assay_app::agreement::By;
use assay_bundle::pack::Entry;
use assay_case::embargoed::Embargoed;
use assay_case::finding::Command;
use assay_case::text::Line;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use house::{ANA, BEN, FAY, Fake, GUS, VERA, bundle, end, who};

/// A secret like no other; letters only, so that it fits everywhere.
fn secret(what: &str) -> String {
    let mut hash = assay_bundle::digest::Sha256::of(format!("canary {what}").as_bytes()).to_hex();
    hash.truncate(24);
    hash.chars().map(|c| if c.is_ascii_digit() { (b'g' + (c as u8 - b'0')) as char } else { c }).collect()
}

/// The forms in which a secret could stand somewhere.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![secret.as_bytes().to_vec(), secret.to_uppercase().into_bytes()];
    forms.push(hex::encode(secret).into_bytes());
    forms.push(hex::encode_upper(secret).into_bytes());
    // In base64, a text looks different by its place in three bytes; its ends depend on what is around.
    for shift in 0..3 {
        let mut bytes = vec![0; shift];
        bytes.extend_from_slice(secret.as_bytes());
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let text = engine.encode(&bytes);
            forms.push(text.as_bytes()[4..text.len() - 4].to_vec());
        }
    }
    forms.push(secret.bytes().rev().collect());
    forms
}

struct Hunt {
    forms: Vec<(String, Vec<Vec<u8>>)>,
    /// What was found where.
    found: BTreeMap<String, Vec<String>>,
    bytes: u64,
    decoded: u64,
}

impl Hunt {
    fn of(secrets: &[&str]) -> Self {
        let forms = secrets.iter().map(|what| ((*what).to_owned(), forms(&secret(what)))).collect();
        Self { forms, found: BTreeMap::new(), bytes: 0, decoded: 0 }
    }

    fn look(&mut self, place: &str, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        for (what, forms) in &self.forms {
            if forms.iter().any(|form| contains(bytes, form)) {
                self.found.entry(what.clone()).or_default().push(place.to_owned());
            }
        }
    }

    /// The bytes, and whatever in them can be unpacked.
    fn look_into(&mut self, place: &str, bytes: &[u8]) {
        self.look(place, bytes);
        let starts = |magic: &[u8]| {
            bytes
                .windows(magic.len())
                .enumerate()
                .filter(|(_, window)| *window == magic)
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        };
        for at in starts(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let mut out = Vec::new();
            if let Ok(decoder) = zstd::stream::read::Decoder::new(Cursor::new(&bytes[at..])) {
                let _ = decoder.take(16 << 20).read_to_end(&mut out);
            }
            self.decoded += u64::from(!out.is_empty());
            self.look(&format!("{place}, zstd at {at}"), &out);
        }
        for at in starts(&[0x1f, 0x8b, 0x08]) {
            let mut out = Vec::new();
            let _ = flate2::read::MultiGzDecoder::new(&bytes[at..]).take(16 << 20).read_to_end(&mut out);
            self.decoded += u64::from(!out.is_empty());
            self.look(&format!("{place}, gzip at {at}"), &out);
        }
    }

    fn walk(&mut self, root: &Path, skip: Option<&Path>) {
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for item in fs::read_dir(&folder).unwrap() {
                let path: PathBuf = item.unwrap().path();
                if skip == Some(path.as_path()) {
                    continue;
                }
                let name = path.strip_prefix(root).unwrap().display().to_string();
                self.look(&format!("the name {name}"), name.as_bytes());
                match path.is_dir() {
                    true => folders.push(path),
                    false => self.look_into(&name, &fs::read(&path).unwrap()),
                }
            }
        }
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    // The first byte narrows it down enough for a few megabytes.
    bytes.windows(wanted.len()).any(|window| window[0] == wanted[0] && window == wanted)
}

const ALL: &[&str] = &[
    "title",
    "target",
    "model",
    "credit",
    "trigger",
    "filename",
    "source",
    "case",
    "patch",
    "advisory-title",
    "advisory-summary",
    "advisory-details",
    "sentence",
    "refused-title",
    "place",
    "note",
    "remedy",
];
/// What two persons approved. What the finder wrote, and what was said in the case, they did not.
const OUT: &[&str] = &["credit", "patch", "advisory-title", "advisory-summary", "advisory-details", "remedy"];

#[test]
fn the_hunt_finds_what_it_looks_for() {
    let mut hunt = Hunt::of(&["title"]);
    let title = secret("title");
    let mut packed = b"before ".to_vec();
    packed.extend(zstd::stream::encode_all(Cursor::new(format!("x {title} y")), 3).unwrap());
    let shifted = STANDARD_NO_PAD.encode(format!("xy{title}z"));
    for bytes in [title.as_bytes(), hex::encode(&title).as_bytes(), shifted.as_bytes(), &packed] {
        hunt.found.clear();
        hunt.look_into("a place", bytes);
        assert_eq!(hunt.found.len(), 1);
    }
}

#[test]
fn no_secret_stands_anywhere_before_its_instant_and_what_was_not_approved_never_does() {
    let root = tempfile::tempdir().unwrap();
    let home = root.path().join("home");
    let local = house::build(&home);
    let target = format!("pkg:generic/{}@1", secret("target"));
    let make = |title: &str, mark: &str| {
        let mut bundle = bundle(&target, title, &format!("{} {mark}", secret("trigger")));
        bundle.manifest = bundle.manifest.replace(
            "found_by = \"human\"\ntooling  = \"public\"",
            &format!(
                "found_by = \"ai\"\ntooling  = \"confidential\"\nmodel = \"{}\"\noperator = \"{}\"",
                secret("model"),
                secret("credit")
            ),
        );
        let file = format!("notes/{}.txt", secret("filename"));
        let note = format!("a note: {}", secret("note"));
        bundle.files.push(Entry { path: file.parse().unwrap(), content: note.into_bytes(), executable: false });
        bundle.files.sort_by(|a, b| a.path.cmp(&b.path));
        bundle
    };
    let first = local.submit(&who(FAY), &make(&secret("title"), "one")).unwrap();
    assert!(first.receipt.missing.is_empty());
    let finding = first.receipt.finding;
    let refused = local.submit(&who(GUS), &make(&format!("slop {}", secret("refused-title")), "two")).unwrap();
    let twin = local.submit(&who(GUS), &make(&secret("title"), "three")).unwrap().receipt.finding;
    local.reproduce(Some(&who(BEN)), finding, &Fake).unwrap();
    local.reproduce(Some(&who(BEN)), refused.receipt.finding, &Fake).unwrap();
    local.reproduce(Some(&who(BEN)), twin, &Fake).unwrap();
    assert!(local.group(&Fake).unwrap().iter().any(assay_app::grouping::Compared::is_merged));
    let line = |what: &str| Embargoed::new(Line::new(&secret(what)).unwrap());
    let refute = Command::Refute { verdict: assay_bundle::verdict::Verdict::NotReproduced, sentence: line("sentence") };
    local.act_on_finding(&who(ANA), refused.receipt.finding, refute).unwrap();
    let third = local.submit(&who(GUS), &make("another one", "four")).unwrap().receipt.finding;
    let fixed = Command::CloseAlreadyFixed { place: line("place"), statement: None };
    local.act_on_finding(&who(ANA), third, fixed).unwrap();
    let case = house::case(&local, &[finding], &secret("case"), true);
    let saw = assay_case::case::Command::RecordAttack { source: line("source") };
    local.act_on_case(&who(ANA), case.id, saw).unwrap();
    let patch = format!("a patch: {}", secret("patch"));
    local.try_fix(&who(ANA), case.id, patch.as_bytes(), &Fake).unwrap().attached.unwrap();
    let at = local.now().plus(Duration::from_secs(4_000));
    end(&local, case.id, at, &[BEN, VERA]).unwrap();
    let mut text: Text = house::text(&secret("advisory-title"));
    text.summary = format!("Summary {}.", secret("advisory-summary"));
    text.details = format!("Details {}.", secret("advisory-details"));
    text.remedies[0].details = format!("Do {}.", secret("remedy"));
    local.stage_advisory(&who(ANA), case.id, &text).unwrap();
    local.approve_advisory(&who(ANA), case.id, &house::ana_key()).unwrap();
    local.approve_advisory(&who(BEN), case.id, &house::ben_key()).unwrap();
    let quiet = local.do_due().unwrap();
    assert!(quiet.published.is_empty() && quiet.stuck.is_empty());
    local.write_batch(local.now()).unwrap();
    local.backup(&root.path().join("backup")).unwrap();
    let mut export = Vec::new();
    local.export(&mut export).unwrap();
    assert!(local.now() < at, "this machine is too slow for this test: nothing was shown");

    // Everything but the keys; the write-ahead logs are there, for the store is open.
    let mut hunt = Hunt::of(ALL);
    hunt.walk(&home, Some(&home.join("keys")));
    hunt.walk(&root.path().join("backup"), None);
    hunt.look_into("the export", &export);
    assert!(hunt.found.is_empty(), "before the instant: {:#?}", hunt.found);
    assert!(hunt.bytes > 500_000, "{}", hunt.bytes);
    // And with the key, they are all there: what was hunted is really kept.
    let kept = local.staged(&who(ANA), case.id).unwrap();
    assert_eq!(kept.title, secret("advisory-title"));
    assert_eq!(local.finding(&who(FAY), finding).unwrap().finding.title.open().as_str(), secret("title"));

    // Somebody outside hears nothing, whatever he asks for.
    let mut hunt = Hunt::of(ALL);
    let outsider = who(VERA);
    hunt.look("a refusal", format!("{:?}", local.finding(&outsider, finding).map(|_| ())).as_bytes());
    hunt.look("a refusal", format!("{:?}", local.case(&who(GUS), case.id).map(|_| ())).as_bytes());
    // Before the instant nobody's severity is compared with anything: the assessment is under embargo.
    for person in [ANA, BEN, FAY, GUS, VERA] {
        for by in [By::Member, By::Person, By::FoundBy, By::Model] {
            let told = local.agreement(&who(person), by).unwrap();
            assert!(told.cases == 0 && told.sources.is_empty(), "{person} is told {told:?}");
        }
    }
    assert_eq!(local.severities(&who(GUS), case.id).map(|_| ()).unwrap_err().code, "not-found");
    let steal = make(&secret("title"), "one");
    // Somebody who has the very same bundle is a finder of his own; he learns of no other.
    let same = local.submit(&who(VERA), &steal).map(|submitted| submitted.state);
    hunt.look("an answer", format!("{same:?}").as_bytes());
    assert!(hunt.found.is_empty(), "{:#?}", hunt.found);

    house::wait(at);
    let done = local.do_due().unwrap();
    assert!(done.published.len() == 1 && done.stuck.is_empty(), "{done:?}");
    local.write_batch(local.now()).unwrap();
    assert!(local.do_due().unwrap().stuck.is_empty());
    let mut hunt = Hunt::of(ALL);
    hunt.walk(&home.join("release"), None);
    let found: Vec<&str> = hunt.found.keys().map(String::as_str).collect();
    let mut out = OUT.to_vec();
    out.sort_unstable();
    assert_eq!(found, out, "{:#?}", hunt.found);
    let mut hunt = Hunt::of(ALL);
    hunt.walk(&home.join("ledger"), None);
    assert!(hunt.found.is_empty(), "{:#?}", hunt.found);
    // From then on those who may read the reports are told how they were rated; the model's name is the finder's own.
    let mut hunt = Hunt::of(ALL);
    for (person, sources) in [(ANA, 2), (FAY, 1), (GUS, 1), (VERA, 2)] {
        let told = local.agreement(&who(person), By::Member).unwrap();
        assert_eq!((told.cases, told.sources.len()), (1, sources), "{person} is told {told:?}");
        hunt.look("an answer", format!("{:?}", local.agreement(&who(person), By::Model)).as_bytes());
    }
    assert!(hunt.found.is_empty(), "{:#?}", hunt.found);
    // Who took part stays among those who did.
    for folder in ["release", "ledger"] {
        let mut folders = vec![home.join(folder)];
        while let Some(folder) = folders.pop() {
            for item in fs::read_dir(&folder).unwrap() {
                let path = item.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = fs::read(&path).unwrap();
                let ids = local.members().unwrap().1.into_iter().map(|person| person.id.to_string());
                for name in [ANA, BEN, FAY, GUS, VERA].map(str::to_owned).into_iter().chain(ids) {
                    assert!(!contains(&bytes, name.as_bytes()), "{name} in {}", path.display());
                }
            }
        }
    }
}

/// What somebody outside can see of a home: how many entries the ledger has, and what he is told.
fn outside(secret: &str, findings: usize) -> (u64, Vec<String>) {
    let root = tempfile::tempdir().unwrap();
    let local = house::build(&root.path().join("home"));
    let mut last = None;
    for number in 0..findings {
        let one = bundle("pkg:generic/tlv@1", &format!("{secret} {number}"), &format!("{secret}{number}"));
        last = Some(local.submit(&who(FAY), &one).unwrap().receipt.finding);
    }
    let batch = local.write_batch(local.now()).unwrap();
    let finding = last.unwrap();
    let answers = [
        local.finding(&who(GUS), finding).map(|_| ()),
        local.act_on_finding(&who(GUS), finding, Command::Withdraw).map(|_| ()),
        local.reproduce(Some(&who(GUS)), finding, &Fake).map(|_| ()),
        local.findings(&who(GUS), None).map(|rows| assert!(rows.is_empty())),
        local.cases(&who(GUS)).map(|rows| assert!(rows.is_empty())),
    ];
    (batch.checkpoint.size, answers.iter().map(|answer| format!("{answer:?}")).collect())
}

#[test]
fn two_clearinghouses_with_other_secrets_look_the_same_from_outside() {
    let one = outside("short", 1);
    assert_eq!(one, outside("another secret, which is a good deal longer", 1));
    // Two findings more fill up the same batch: how many there are does not show either.
    assert_eq!(one, outside("short", 3));
}

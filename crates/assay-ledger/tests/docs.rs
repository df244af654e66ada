//! The worked example in `docs/ledger.md` is what the code gives.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use assay_ledger::{
    Field, Folder, Pending, Sequencer, TileReader as _, VerifierKey, audit, commit, prove, read_checkpoint,
};
use assay_seal::SigningKey;
use serde_json::json;
use support::{Repeatable, batch};

fn hex(bytes: &[u8]) -> String {
    let mut lines = String::new();
    for line in bytes.chunks(16) {
        let text: String =
            line.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { '.' }).collect();
        let digits: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(lines, "{:<47}  {text}", digits.join(" ")).unwrap();
    }
    lines
}

/// Every part of the example, under the line that introduces it.
fn example() -> Vec<(&'static str, String)> {
    let origin = "ledger.example/demo";
    let place = tempfile::tempdir().unwrap();
    let root = place.path();
    let key = || SigningKey::from_seed(&[1; 32]);
    let vkey = VerifierKey::new(origin, key().verifying_key()).unwrap();
    let mut entropy = Repeatable(2026);
    let mut log = Sequencer::open(root, origin, key(), batch(4)).unwrap();
    let fields = [
        ("type", json!("finding.received")),
        ("at", json!("2026-11-21T10:00:00Z")),
        ("bundle", json!("sha256:6ca13d52ca70c883e0f0bb101e425a89e8624de51db2d2392593af6a84118090")),
        ("finder", json!("org_7h2k9")),
    ];
    let fields: Vec<Field> = fields.iter().map(|(name, value)| Field::new(name, value).unwrap()).collect();
    let (commitment, salts) = commit(&fields, &mut entropy).unwrap();
    let older = log.append(&[Pending { event: 1, commitment }], None, &mut entropy).unwrap().note;
    log.append(&[], Some(0), &mut entropy).unwrap();

    let folder = Folder::new(root);
    let mut files = folder.list(100).unwrap().unwrap();
    files.sort();
    let sizes =
        files.iter().map(|path| format!("{:>5} {path}\n", fs::metadata(root.join(path)).unwrap().len())).collect();
    let bundle = folder.read("tile/entries/000.p/8", 1 << 16).unwrap().unwrap();
    let reveal = assay_ledger::Reveal::new(origin, 0, &fields, &salts, |field| field.name() != "finder").unwrap();
    let proof = prove(&folder, &vkey, 0).unwrap();
    reveal.check(&proof, &vkey).unwrap();
    let report = audit(&folder, &vkey, &[older.as_bytes()], std::slice::from_ref(&reveal)).unwrap();
    assert_eq!((report.kept, report.reveals), (1, 1));
    vec![
        ("the key", format!("{vkey}\n")),
        ("the files", sizes),
        ("the checkpoint", read_checkpoint(&folder, &vkey).unwrap().1),
        ("the first two entries", hex(&bundle[..96])),
        ("the proof", proof.to_string()),
        ("the reveal", reveal.to_json().unwrap()),
    ]
}

#[test]
fn the_worked_example_is_what_the_code_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ledger.md");
    let page = fs::read_to_string(path).unwrap();
    for (what, text) in example() {
        assert!(page.contains(&format!("```\n{text}```")), "docs/ledger.md shows something else for {what}:\n{text}");
    }
}

//! Invariant 1: nothing that is written can approve, deny or gate a release.
//!
//! Every written name is asked of the types themselves: serde says which
//! variants and fields it knows when it is given one that it does not know. The
//! list is kept as a file, so that a new name is a visible change.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use assay_review::audit::AuditError;
use assay_review::*;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use support::*;

/// Words of one who decides over a release. Each also in the forms with -s, -d, -ed, -ing, -er, -or, -al and -able.
const GATES: [&str; 32] = [
    "approve",
    "approval",
    "disapprove",
    "deny",
    "denial",
    "reject",
    "block",
    "unblock",
    "clear",
    "clearance",
    "license",
    "licence",
    "permit",
    "permission",
    "gate",
    "gating",
    "ungate",
    "preclear",
    "preclearance",
    "authorise",
    "authorize",
    "authorisation",
    "authorization",
    "forbid",
    "prohibit",
    "ban",
    "veto",
    "greenlight",
    "certification",
    "compliance",
    "compliant",
    "mandatory",
];

/// The only names that may speak of a release: the kinds of an anchor, which is a date of the developer's own.
const RELEASES: [&str; 2] = ["release-to-other-trusted-partners", "public-release"];

fn forms(word: &str) -> Vec<String> {
    let stem = word.strip_suffix('e').unwrap_or(word);
    let y = word.strip_suffix('y').map(|stem| format!("{stem}i"));
    let doubled = word.chars().last().map(|last| format!("{word}{last}")).unwrap_or_default();
    let mut forms = vec![word.to_owned(), format!("{word}s"), format!("{word}d")];
    for ending in ["ed", "es", "ing", "er", "or", "al", "able", "ers", "ors", "als"] {
        for stem in [stem, y.as_deref().unwrap_or(stem), doubled.as_str()] {
            forms.push(format!("{stem}{ending}"));
        }
    }
    forms
}

/// The words of a name: `mayRelease`, `may_release`, `may-release` and `may release` are two words each.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().unwrap().extend(c.to_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// What is wrong with a name, if anything is.
fn fault(name: &str) -> Option<String> {
    let words = words(name);
    let gates: BTreeSet<String> = GATES.iter().flat_map(|word| forms(word)).collect();
    if let Some(word) = words.iter().find(|word| gates.contains(*word)) {
        return Some(format!("`{name}` says `{word}`"));
    }
    // Also words that were run together.
    let joined = words.concat();
    if let Some(word) = ["approv", "preclear", "mayrelease", "greenlight", "licens", "licenc", "permitted"]
        .into_iter()
        .find(|word| joined.contains(word))
    {
        return Some(format!("`{name}` contains `{word}`"));
    }
    let release = ["release", "releas", "launch", "publish", "deploy", "ship", "distribut"];
    let speaks = words.iter().any(|word| release.iter().any(|stem| word.starts_with(stem)));
    (speaks && !RELEASES.contains(&name)).then(|| format!("`{name}` speaks of a release and is no kind of anchor"))
}

/// The names in backticks of an error of serde's, after `expected`.
fn expected(error: &str) -> Vec<String> {
    let Some((_, after)) = error.split_once("expected") else {
        return Vec::new();
    };
    after.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The fields of a structure, and the fields of its variant if `kind` is given.
fn fields<T: DeserializeOwned>(kind: Option<&str>) -> Vec<String> {
    let mut value = json!({ "no such field": 0 });
    if let Some(kind) = kind {
        value["kind"] = Value::from(kind);
    }
    match serde_json::from_value::<T>(value) {
        Ok(_) => Vec::new(),
        Err(error) => {
            let error = error.to_string();
            assert!(error.contains("no such field"), "unknown fields are refused in {}: {error}", type_name::<T>());
            expected(&error)
        }
    }
}

fn type_name<T>() -> &'static str {
    std::any::type_name::<T>().rsplit("::").next().unwrap_or_default()
}

/// A structure with its fields.
fn record<T: DeserializeOwned>(out: &mut Vec<String>) {
    let found = fields::<T>(None);
    assert!(!found.is_empty());
    out.extend(found.into_iter().map(|field| format!("field {}.{field}", type_name::<T>())));
}

/// An enum that is written with `kind`, with its variants and their fields.
fn tagged<T: DeserializeOwned>(out: &mut Vec<String>) -> Vec<String> {
    let error = serde_json::from_value::<T>(json!({ "kind": "no such kind" })).err().unwrap().to_string();
    let kinds = expected(&error);
    assert!(!kinds.is_empty(), "{error}");
    out.push(format!("tag {}.kind", type_name::<T>()));
    for kind in &kinds {
        out.push(format!("kind {}.{kind}", type_name::<T>()));
        for field in fields::<T>(Some(kind)) {
            out.push(format!("field {}.{kind}.{field}", type_name::<T>()));
        }
    }
    kinds
}

/// An enum that is written as a word.
fn worded<T: DeserializeOwned>(out: &mut Vec<String>) {
    let error = serde_json::from_value::<T>(json!("no such word")).err().unwrap().to_string();
    let found = expected(&error);
    assert!(!found.is_empty(), "{error}");
    out.extend(found.into_iter().map(|word| format!("word {}.{word}", type_name::<T>())));
}

/// The codes of refusals, from the one place where they stand.
fn codes() -> Vec<String> {
    let source = include_str!("../src/refusal.rs");
    let (_, body) = source.split_once("pub fn code(&self)").unwrap();
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Every written name of the crate.
fn names() -> Vec<String> {
    let mut out = Vec::new();
    let commands = tagged::<Command>(&mut out);
    let kinds: Vec<_> = CommandKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(commands, kinds, "`CommandKind` names what `Command` is written as");
    tagged::<Happened>(&mut out);
    tagged::<By>(&mut out);
    tagged::<Anchor>(&mut out);
    record::<Agreement>(&mut out);
    record::<CoverageAnswer>(&mut out);
    record::<coverage::CoverageQuestion>(&mut out);
    record::<Engagement>(&mut out);
    record::<Event>(&mut out);
    record::<Fact>(&mut out);
    record::<Facts>(&mut out);
    record::<Grant>(&mut out);
    record::<Holder>(&mut out);
    record::<Party>(&mut out);
    record::<Pass>(&mut out);
    record::<Residual>(&mut out);
    record::<safeguard::SafeguardSignatures>(&mut out);
    record::<State>(&mut out);
    record::<Statement>(&mut out);
    record::<Window>(&mut out);
    worded::<assay_base::Answer>(&mut out);
    worded::<CommandKind>(&mut out);
    worded::<Coverage>(&mut out);
    worded::<GrantState>(&mut out);
    worded::<Question>(&mut out);
    worded::<Safeguard>(&mut out);
    worded::<Side>(&mut out);
    worded::<Stage>(&mut out);
    worded::<WindowEnd>(&mut out);
    out.extend(codes().into_iter().map(|code| format!("refusal {code}")));
    out.push(format!("type {}", signed::PAYLOAD_TYPE));
    out.push(format!("type {}", pass::PASS_TYPE));
    out.sort();
    out
}

/// The name itself: what stands after the last dot, or the whole media type.
fn own(name: &str) -> &str {
    let (class, name) = name.split_once(' ').unwrap();
    if class == "type" { name } else { name.rsplit('.').next().unwrap() }
}

#[test]
fn no_written_name_can_gate_a_release() {
    let names = names();
    let faults: Vec<_> = names.iter().filter_map(|name| fault(own(name))).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let mut text = names.join("\n");
    text.push('\n');
    golden("names.txt", &text);
}

/// A type that is written and was forgotten in `names` shows here: its names stand in real events and states.
#[test]
fn the_list_has_every_name_that_a_history_writes() {
    let known: BTreeSet<String> = names().iter().map(|name| own(name).to_owned()).collect();
    let mut world = World::running();
    world.must(DEVELOPER, model(1), Command::AskIfCovered { facts: digest("facts") });
    world.must(DEVELOPER, model(1), Command::MoveAnchor { anchor: public_in(9) });
    world.must(ALICE, model(1), Command::TakePass { grant: grant_id(1) });
    world.must(ALICE, model(1), use_once(grant_id(1)));
    let statement = world.statement(DEVELOPER, model(1), Command::Withdraw);
    let mut found = BTreeSet::new();
    keys(&serde_json::to_value(&world.events).unwrap(), &mut found);
    keys(&serde_json::to_value(&world.state).unwrap(), &mut found);
    keys(&serde_json::to_value(&statement).unwrap(), &mut found);
    let id = |name: &str| name.contains('_') && name.len() == 30 || name.len() == 64;
    let missing: Vec<_> = found.iter().filter(|name| !id(name) && !known.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(found.len() > 50);
}

fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

/// The checker itself can fail: a test that cannot is a defect.
#[test]
fn the_checker_finds_what_it_looks_for() {
    for bad in [
        "approved",
        "approve",
        "approval",
        "denied",
        "deny",
        "denies",
        "blocked",
        "blocking",
        "cleared",
        "clearance",
        "licence",
        "licensed",
        "permit",
        "permitted",
        "permitting",
        "may_release",
        "mayRelease",
        "may-release",
        "gate",
        "gated",
        "gating",
        "release_gate",
        "preclearance",
        "pre-clearance",
        "authorise-release",
        "authorized",
        "release_state",
        "released",
        "is-releasable",
        "launch-date",
        "publishing",
        "vetoed",
        "banned",
        "non-compliant",
        "release-approval",
        "clear-for-release",
        "unapproved",
        "releasedAt",
        "hard_block",
    ] {
        assert!(fault(bad).is_some(), "`{bad}` passes");
    }
    // Whole words only, and the anchor's kinds.
    for good in ["clearinghouse", "gateway", "delegate", "investigate", "clearly", "signed"].iter().chain(&RELEASES) {
        assert_eq!(fault(good), None, "`{good}` is refused");
    }
}

/// The way of asking the types finds names: also one that a type has and should not have.
#[test]
fn the_types_are_really_asked() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
    #[allow(dead_code)]
    enum Bad {
        Opened { at: u32 },
        ReleaseApproved { by: u32 },
    }
    let mut out = Vec::new();
    tagged::<Bad>(&mut out);
    assert_eq!(
        out,
        [
            "tag Bad.kind",
            "kind Bad.opened",
            "field Bad.opened.at",
            "kind Bad.release-approved",
            "field Bad.release-approved.by"
        ]
    );
    assert_eq!(out.iter().filter_map(|name| fault(own(name))).count(), 1);
}

/// Names that programs see although serde does not write them.
#[test]
fn event_types_are_written_as_their_kind() {
    let mut out = Vec::new();
    let kinds = tagged::<Happened>(&mut out);
    let source = include_str!("../src/event.rs");
    let (_, body) = source.split_once("pub fn kind(&self)").unwrap();
    let (body, _) = body.split_once("pub fn version").unwrap();
    let listed: Vec<_> = body.split('"').skip(1).step_by(2).collect();
    assert_eq!(kinds, listed);
    let world = World::running();
    for event in &world.events {
        assert_eq!(serde_json::to_value(&event.happened).unwrap()["kind"], event.kind());
    }
    assert!(AuditError::NotDue(0).to_string().contains("ended by itself"));
}

/// The code of a file without its comments and texts, as identifiers.
fn identifiers(source: &str) -> BTreeSet<String> {
    let code: Vec<_> = source.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    // Every second piece between quotation marks is a text; the written words among them are in `names`.
    let code = code.join("\n").split('"').step_by(2).collect::<Vec<_>>().join(" ");
    code.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_owned).filter(|word| !word.is_empty()).collect()
}

/// Not only what is written: no type, function or variable can either.
#[test]
fn no_identifier_of_the_crate_can_gate_a_release() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.extend(identifiers(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(found.contains("decide") && found.contains("WindowOpened") && found.len() > 300);
    // The kinds of an anchor, as Rust spells them, and an attribute of serde's.
    let excepted = ["ReleaseToOtherTrustedPartners", "PublicRelease", "deny_unknown_fields"];
    let faults: Vec<_> =
        found.iter().filter(|name| !excepted.contains(&name.as_str())).filter_map(|name| fault(name)).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert!(fault("PublicRelease").is_some(), "the exceptions are needed");
    assert_eq!(
        identifiers("let approved = \"a text\"; // a comment").into_iter().collect::<Vec<_>>(),
        ["approved", "let"]
    );
}

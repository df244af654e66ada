//! Invariant 1, for what the command line says: the same words that `assay-review` refuses in its written names.

use std::collections::BTreeSet;

/// Words of one who decides over a release; each also with its endings.
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

/// Words that speak of a release.
const RELEASES: [&str; 7] = ["release", "releas", "launch", "publish", "deploy", "ship", "distribut"];

/// The only texts that may: the kinds of an anchor, which is a date of the developer's own, what they mean, and the
/// notice that nothing here is a condition for it.
const ALLOWED: [&str; 6] = [
    "release-to-other-trusted-partners",
    "public-release",
    "A public release",
    "Nothing recorded here is a condition for developing, publishing, releasing or distributing a model.",
    "nothing recorded here is a condition for developing, publishing or distributing a model.",
    "nothing recorded here is a condition for developing, publishing, releasing or distributing a model.",
];

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

/// The words of a name or text: `mayRelease`, `may_release`, `may-release` and `may release` are two words each.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).collect()
}

/// What is wrong with a name or a text, if anything is.
pub fn fault(text: &str) -> Option<String> {
    // However it is wrapped for a terminal.
    let mut rest = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for allowed in ALLOWED {
        rest = rest.replace(allowed, " ");
    }
    let gates: BTreeSet<String> = GATES.iter().flat_map(|word| forms(word)).collect();
    let found = words(&rest).into_iter().find(|word| {
        let joined = ["approv", "preclear", "mayrelease", "greenlight", "licens", "licenc", "permitted"];
        gates.contains(word)
            || joined.iter().any(|part| word.contains(part))
            || RELEASES.iter().any(|stem| word.starts_with(stem))
    });
    found.map(|word| format!("`{text}` says `{word}`"))
}

/// The checker itself can fail: a test that cannot is a defect.
#[test]
fn the_checker_finds_what_it_looks_for() {
    for bad in [
        "approve",
        "Approved by the desk",
        "denied",
        "--deny",
        "clear",
        "cleared-for-release",
        "licence",
        "licensed",
        "permit",
        "permitted",
        "may release",
        "mayRelease",
        "may_release",
        "gate",
        "gating",
        "release-gate",
        "is released",
        "launch date",
        "Publish the model",
        "mandatory",
        "unapproved",
        "Nothing recorded here is a condition for releasing, once it is approved",
    ] {
        assert!(fault(bad).is_some(), "`{bad}` passes");
    }
    for good in ["clearinghouse", "gateway", "investigate", "clearly", "signed"].iter().chain(&ALLOWED) {
        assert_eq!(fault(good), None, "`{good}` is refused");
    }
}

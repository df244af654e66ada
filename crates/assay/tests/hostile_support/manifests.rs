//! Manifests too large or too odd to be stored.

use libtest_mimic::{Failed, Trial};

use super::base::MANIFEST;
use super::folders::refused_by_all;
use super::{Bench, Bundle, hold, prove, trial};

type Make = (&'static str, fn() -> Vec<u8>, &'static [&'static str]);

const MADE: &[Make] = &[
    ("manifest-two-mebibytes", || with(&"# padding\n".repeat(200_000)), &["too-large"]),
    ("manifest-many-keys", || with(&many(|n| format!("key{n} = 1\n"))), &["too-large", "unknown-key"]),
    ("manifest-many-inputs", many_inputs, &["too-large"]),
    ("manifest-nul-bytes", || with("title2 = \"a\0b\"\n"), &["toml-syntax"]),
    ("manifest-only-nul", || vec![0; 4096], &["toml-syntax"]),
    ("manifest-lone-bytes", || [MANIFEST.as_bytes(), b"# \xc3\x28\n"].concat(), &["not-utf8"]),
    ("manifest-byte-order-mark", || [b"\xff\xfe".as_slice(), MANIFEST.as_bytes()].concat(), &["not-utf8"]),
    ("manifest-deep-arrays", || with(&format!("x = {}{}\n", "[".repeat(100_000), "]".repeat(100_000))), DEEP),
    ("manifest-deep-tables", || with(&format!("x = {}1{}\n", "{a=".repeat(50_000), "}".repeat(50_000))), DEEP),
    ("manifest-deep-keys", || with(&format!("x{} = 1\n", ".x".repeat(100_000))), DEEP),
    ("manifest-deep-headers", || with(&format!("[x{}]\n", ".x".repeat(100_000))), DEEP),
    ("manifest-endless-string", || with(&format!("x = \"{}\n", "y".repeat(500_000))), &["toml-syntax", "too-large"]),
    ("manifest-giant-integer", || with(&format!("x = {}\n", "9".repeat(500_000))), &["toml-syntax", "too-large"]),
    ("manifest-carriage-returns", || MANIFEST.replace('\n', "\r").into_bytes(), &["toml-syntax"]),
];

/// What takes the whole stack of a careless reader.
const DEEP: &[&str] = &["too-large", "too-deep", "toml-syntax"];

/// All of them.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    let mut trials: Vec<Trial> =
        MADE.iter().map(|(name, make, codes)| trial(bench, *name, move |bench| test(bench, &make(), codes))).collect();
    trials.push(trial(bench, "manifest-empty", empty));
    trials
}

fn test(bench: &Bench, manifest: &[u8], codes: &[&str]) -> Result<(), Failed> {
    let bundle = Bundle::new(bench);
    bundle.write("proof.toml", manifest);
    refused_by_all(bench, bundle.path(), codes)
}

/// Nothing is the smallest partial report: it is answered with everything that is missing.
fn empty(bench: &Bench) -> Result<(), Failed> {
    let bundle = Bundle::new(bench);
    bundle.write("proof.toml", b"");
    let answer = prove(bench, bundle.path())?;
    hold(answer.exit == Some(2) && answer.word("state") == "partial", answer.words())
}

/// The good manifest with this behind it.
fn with(text: &str) -> Vec<u8> {
    format!("{MANIFEST}{text}").into_bytes()
}

fn many(line: impl Fn(usize) -> String) -> String {
    (0..80_000).map(line).collect()
}

fn many_inputs() -> Vec<u8> {
    let inputs = "{args=[]},".repeat(100_000);
    MANIFEST.replace("trigger = [{ path = \"poc/trigger\" }]", &format!("trigger = [{inputs}]")).into_bytes()
}

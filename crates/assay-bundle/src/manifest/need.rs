//! Why a key is needed, and what one looks like: the answer to a partial report.
//!
//! A partial report is never refused for being partial; it is answered with
//! the exact list of what is missing (R14).

use serde::Serialize;

use super::readiness::LightName;
use crate::path::BundlePath;

/// A key that is not there yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingItem {
    /// Dotted path of the key.
    pub key: String,
    /// What it is needed for, as a clause that follows the key's name.
    pub why: String,
    /// What one looks like, as TOML.
    pub example: String,
    /// The light that stays off without it.
    pub light: LightName,
    /// Whether nothing can be run without it.
    pub required: bool,
}

impl MissingItem {
    /// A file that a key names and the bundle does not bring.
    pub(crate) fn file(key: &str, path: &BundlePath) -> Self {
        Self {
            key: key.to_owned(),
            why: format!("names `{path}`, and the bundle does not bring that file"),
            example: format!("# put the file at {path}"),
            light: LightName::of_key(key),
            required: true,
        }
    }
}

struct Need {
    key: &'static str,
    why: &'static str,
    example: &'static str,
}

const fn need(key: &'static str, why: &'static str, example: &'static str) -> Need {
    Need { key, why, example }
}

/// `*` stands for either arm, `[]` for any index.
static NEEDS: &[Need] = &[
    need("schema", "says which version of the format this is", r#"schema = "assay.proof/1""#),
    need("title", "names the flaw in one line", r#"title = "Heap over-read in parse_string on a length-given buffer""#),
    need(
        "description",
        "tells people what an attacker gains and how it was found",
        "description = \"\"\"\nWhat happens, where, and what an attacker gains.\n\"\"\"",
    ),
    need(
        "severity",
        "is the finder's own estimate, as a CVSS vector",
        r#"severity = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H""#,
    ),
    need(
        "target.purl",
        "says which package, in which version, has the flaw",
        "[target]\npurl = \"pkg:deb/debian/cjson@1.7.15-1\"",
    ),
    need(
        "arms.*.source",
        "says where this version's files come from",
        "[arms.vulnerable.source]\npackage = \"pkg:cargo/smallvec@1.6.0\"\nfiles = { \"smallvec-1.6.0.crate\" = \"sha256:...\" }",
    ),
    need(
        "arms.*.source.files",
        "pins each file of the package by its digest",
        r#"files = { "smallvec-1.6.0.crate" = "sha256:..." }"#,
    ),
    need(
        "arms.*.source.package",
        "says of which package these are the files",
        r#"package = "pkg:cargo/smallvec@1.6.0""#,
    ),
    need("arms.*.source.base", "says which arm is patched", r#"base = "vulnerable""#),
    need("arms.*.source.patch", "says what is changed in the other arm", r#"patch = "fix.patch""#),
    need(
        "arms.fixed.source",
        "shows that the flaw can be gone, and that the proof is about this flaw",
        "[arms.fixed.source]\nbase = \"vulnerable\"\npatch = \"fix.patch\"",
    ),
    need(
        "arms.fixed.refusal",
        "names the compiler's error that stands for silence",
        "[arms.fixed.refusal]\ncode = [\"E0502\"]\nat = \"harness/src/bin/trigger.rs:8\"",
    ),
    need("arms.fixed.refusal.code", "names the compiler's error", r#"code = ["E0502"]"#),
    need(
        "build",
        "puts in the sanitizer whose report the oracle reads",
        "[build]\nrecipe = \"cc\"\nsources = [\"harness.c\", \"src/target.c\"]\ninstrument = \"asan\"",
    ),
    need("build.recipe", "says how an arm is built", r#"recipe = "cc""#),
    need("build.sources", "says what is built", r#"sources = ["harness.c", "src/target.c"]"#),
    need("build.instrument", "puts in the sanitizer whose report the oracle reads", r#"instrument = "asan""#),
    need("harness.kind", "says how the input reaches the target", "[harness]\nkind = \"file\""),
    need("harness.run", "is the command that feeds the input to the target", r#"run = ["$OUT/harness", "$INPUT"]"#),
    need("harness.port", "says where the driver meets the server", "port = 8080"),
    need("harness.driver", "is the command that starts an input as driver", r#"driver = ["python3", "$INPUT"]"#),
    need(
        "harness.limits.cpu",
        "is the CPU time that the trigger must use up: 1 s at least with a fixed version, 5 s without one",
        r#"limits = { cpu = "5s" }"#,
    ),
    need(
        "harness.files",
        "names the project's own files, so that they can be found in its source",
        r#"files = ["src/fuzz/fuzz_parse.c"]"#,
    ),
    need(
        "inputs.trigger",
        "must hold at least one input that shows the flaw",
        "[inputs]\ntrigger = [{ path = \"poc/trigger.bin\" }]",
    ),
    need(
        "inputs.benign",
        "must hold at least one harmless input, on which the target is seen to work in every arm",
        "[inputs]\nbenign = [{ path = \"poc/benign.bin\" }]",
    ),
    need("inputs.trigger[].path", "is the file that is fed to the target", r#"{ path = "poc/trigger.bin" }"#),
    need("inputs.benign[].path", "is the file that is fed to the target", r#"{ path = "poc/benign.bin" }"#),
    need("inputs.trigger[].args", "are the arguments that are given to the target", r#"{ args = ["/1A"] }"#),
    need("inputs.benign[].args", "are the arguments that are given to the target", r#"{ args = ["/1"] }"#),
    need(
        "inputs.trigger[].program",
        "is the program that uses the target",
        r#"{ program = "harness/src/bin/trigger.rs" }"#,
    ),
    need(
        "inputs.benign[].program",
        "is the program that uses the target",
        r#"{ program = "harness/src/bin/benign.rs" }"#,
    ),
    need(
        "inputs.trigger[].size",
        "lets growth be judged over inputs of different size",
        r#"{ path = "poc/1000.txt", size = 1000 }"#,
    ),
    need(
        "oracle.kind",
        "says what recognises the flaw, declared before any run",
        "[oracle]\nkind = \"sanitizer\"\ntype = [\"heap-buffer-overflow\"]",
    ),
    need("oracle.type", "names what must be thrown", r#"type = ["RecursionError"]"#),
    need("oracle.signal", "names the signals that the target dies of", r#"signal = ["SIGSEGV"]"#),
    need(
        "oracle.stdout",
        "is the pattern that gives the flaw away, on `stdout` or on `stderr`",
        r#"stdout = "^index=27$""#,
    ),
    need(
        "tests.run",
        "shows that the target's own tests pass before and after the patch",
        "[tests]\nrun = [\"make\", \"check\"]",
    ),
];

/// A missing key without which nothing can be run.
pub(super) fn item(key: &str) -> MissingItem {
    let pattern = pattern(key);
    let found = NEEDS.iter().find(|need| need.key == key).or_else(|| NEEDS.iter().find(|need| need.key == pattern));
    let example = found
        .map_or_else(|| format!("{} = ...", key.rsplit('.').next().unwrap_or(key)), |need| need.example.to_owned());
    MissingItem {
        key: key.to_owned(),
        why: found.map_or("is required here", |need| need.why).to_owned(),
        example,
        light: LightName::of_key(key),
        required: true,
    }
}

/// A missing key without which a proof runs, but a light stays off.
pub(super) fn optional(key: &str) -> MissingItem {
    MissingItem { required: false, ..item(key) }
}

/// `inputs.trigger[3].path` to `inputs.trigger[].path`, `arms.fixed.` to `arms.*.`.
fn pattern(key: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in key.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        out.push(c);
    }
    out.replace("arms.vulnerable.", "arms.*.").replace("arms.fixed.", "arms.*.")
}

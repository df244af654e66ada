//! A second oracle bears out what the first one said, and only at the place that it named.

use libtest_mimic::{Failed, Trial};

use super::archive::{Member, gzip, tar};
use super::sources::{crate_of, of_project, proved, vouched};
use super::stored::judged;
use super::{Bench, hold, trial};

/// A project's own harness: it hands the first line of its file on.
const HARNESS: &str = "#include <stdio.h>\nint target(const char *);\nint main(int argc, char **argv) {\n    \
                       char text[64] = \"\";\n    FILE *file = fopen(argv[argc - 1], \"r\");\n    \
                       if (!file || !fgets(text, sizeof text, file))\n        return 2;\n    return target(text);\n}\n";

/// One past the end of its block: the sanitizer and the kernel stop it at the same place.
const SAME: &str = "#include <stdlib.h>\n__attribute__((noinline)) static int parse(volatile char *block) {\n    \
                    return block[8];\n}\nint target(const char *text) {\n    if (text[0] != 't')\n        return 0;\n    \
                    volatile char *block = calloc(8, 1);\n    int seen = parse(block);\n    free((void *)block);\n    \
                    return seen & 0;\n}\n";

/// The sanitizer names `parse`, where the kernel stops nothing; what it stops lies in `other`.
const ELSEWHERE: &str = "#include <stdlib.h>\n__attribute__((noinline)) static int parse(volatile char *block) {\n    \
                         return block[-1];\n}\n__attribute__((noinline)) static int other(volatile char *block) {\n    \
                         return block[8];\n}\nint target(const char *text) {\n    if (text[0] != 't')\n        return 0;\n    \
                         volatile char *block = calloc(8, 1);\n    int seen = parse(block) + other(block);\n    \
                         free((void *)block);\n    return seen & 0;\n}\n";

/// Both of them: what is held against what.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    vec![
        trial(bench, "second-oracle-at-the-same-place", |bench| asked(bench, SAME, "two-oracles", true)),
        trial(bench, "second-oracle-elsewhere", |bench| asked(bench, ELSEWHERE, "project", false)),
    ]
}

fn asked(bench: &Bench, target: &str, assurance: &str, agrees: bool) -> Result<(), Failed> {
    let members = [
        Member::file("target-1.0.0/harness.c", HARNESS.as_bytes()),
        Member::file("target-1.0.0/target.c", target.as_bytes()),
    ];
    let package = crate_of(gzip(&tar(&members)));
    vouched(bench, &package)?;
    let (answer, _) = proved(bench, &package, |bundle| {
        of_project(bundle);
        bundle.manifest("instrument = \"none\"", "instrument = \"asan\"");
        bundle.manifest(
            "kind = \"canary-write\"\npath = \"assay-escaped\"",
            "kind = \"sanitizer\"\ntype = [\"heap-buffer-overflow\"]\nframe = \"parse\"",
        );
    })?;
    judged(&answer, &["reproduced"], None)?;
    hold(answer.word("assurance") == assurance, answer.words())?;
    let said = answer.json.get("second").and_then(|second| second.get("agrees")).and_then(serde_json::Value::as_bool);
    hold(said == Some(agrees), answer.words())
}

//! Proofs in which the claimant wrote no code and still decides what is seen: a project's own program does as it is
//! told, and two releases of it differ in more than a flaw.

use std::fs;

use libtest_mimic::{Failed, Trial};

use super::archive::{Member, gzip, tar};
use super::sources::{Package, of_project, proved_beside, vouched};
use super::stored::judged;
use super::{Bench, Bundle, hold, host, trial};

/// A tool of many uses: it says its version, makes the file that is named, counts as far as it is told, and repeats
/// anything else.
const TOOL: &str = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nint main(int argc, char **argv) {\n    \
                    const char *word = argc > 1 ? argv[1] : \"\";\n    volatile long count = atol(word);\n    \
                    if (!strcmp(word, \"--version\"))\n        return puts(\"tool 1.0.0\") < 0;\n    \
                    if (word[0] == '/')\n        return fclose(fopen(word, \"w\"));\n    while (count > 0)\n        \
                    count--;\n    return puts(word) < 0;\n}\n";

/// The next release: it has another number and makes no files.
fn next_release() -> String {
    TOOL.replace("1.0.0", "1.0.1").replace("return fclose(fopen(word, \"w\"))", "return 0")
}

/// The claimant's patch: nobody counts that far.
const SPARES: &str = "--- a/harness.c\n+++ b/harness.c\n@@ -4,6 +4,8 @@\n int main(int argc, char **argv) {\n     const \
                      char *word = argc > 1 ? argv[1] : \"\";\n     volatile long count = atol(word);\n+    if (count > \
                      1000)\n+        return 0;\n     if (!strcmp(word, \"--version\"))\n         return puts(\"tool \
                      1.0.0\") < 0;\n     if (word[0] == '/')\n";

/// The claimant's patch: one number is said otherwise.
const SAYS_OTHERWISE: &str = "--- a/harness.c\n+++ b/harness.c\n@@ -4,6 +4,8 @@\n int main(int argc, char **argv) {\n     \
                              const char *word = argc > 1 ? argv[1] : \"\";\n     volatile long count = atol(word);\n+    \
                              if (count == 99)\n+        word = \"ninety-nine\";\n     if (!strcmp(word, \
                              \"--version\"))\n         return puts(\"tool 1.0.0\") < 0;\n     if (word[0] == '/')\n";

type Ask = (&'static str, &'static str, bool, fn(&Bundle));

/// What is asked: the test's name, the trigger's argument, whether the fixed version is the next release, the oracle.
const ASKED: &[Ask] = &[
    ("project-told-where-to-write", "/scratch/told", true, |b| oracle(b, "kind = \"canary-write\"\npath = \"told\"")),
    ("project-told-where-to-write-alone", "/scratch/told", false, |b| {
        oracle(b, "kind = \"canary-write\"\npath = \"told\"");
    }),
    ("project-asked-for-its-version", "--version", true, |b| {
        oracle(b, "kind = \"output\"\nstdout = '^tool 1\\.0\\.0$'");
    }),
    ("project-compared-by-its-version", "--version", true, |b| oracle(b, "kind = \"differential\"")),
    ("project-spared-by-a-patch", "4000000000", false, |b| {
        oracle(b, "kind = \"cpu\"");
        b.manifest("cpu = \"2s\"", "cpu = \"1s\"");
        fixed_by(b, SPARES);
    }),
    ("project-answers-otherwise-by-a-patch", "99", false, |b| {
        oracle(b, "kind = \"differential\"");
        fixed_by(b, SAYS_OTHERWISE);
    }),
    ("project-told-to-count-further", "20000000", false, |b| {
        oracle(b, "kind = \"growth\"");
        b.manifest(
            "{ args = [\"20000000\"] }",
            "{ args = [\"20000000\"], size = 10 }, { args = [\"80000000\"], size = 20 }, { args = [\"320000000\"], size \
             = 40 }",
        );
    }),
];

/// All of them.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    ASKED.iter().map(|ask| trial(bench, ask.0, move |bench| asked(bench, ask))).collect()
}

fn release(version: &str, tool: &str) -> Package {
    let names = ["harness.c", "target.c"].map(|name| format!("target-{version}/{name}"));
    let [harness, target] = &names;
    let files = [Member::file(harness, tool.as_bytes()), Member::file(target, b"int target;\n")];
    let purl = if version == "1.0.0" { "pkg:cargo/target@1.0.0" } else { "pkg:cargo/target@1.0.1" };
    Package { purl, files: vec![(format!("target-{version}.crate"), gzip(&tar(&files)))] }
}

fn fixed_by(bundle: &Bundle, patch: &str) {
    bundle.write("fix.patch", patch.as_bytes());
    bundle.manifest("[toolchain]", "[arms.fixed.source]\nbase = \"vulnerable\"\npatch = \"fix.patch\"\n\n[toolchain]");
}

fn oracle(bundle: &Bundle, oracle: &str) {
    bundle.manifest("kind = \"canary-write\"\npath = \"assay-escaped\"", oracle);
}

/// It is reproduced, for it does happen; but nobody is to believe the project for it.
fn asked(bench: &Bench, (_, word, next, spoil): &Ask) -> Result<(), Failed> {
    let (first, second) = (release("1.0.0", TOOL), release("1.0.1", &next_release()));
    vouched(bench, &first)?;
    vouched(bench, &second)?;
    let (answer, _) = proved_beside(bench, &first, next.then_some(&second), |bundle| {
        of_project(bundle);
        fs::remove_dir_all(bundle.path().join("poc")).unwrap();
        bundle.manifest("kind   = \"file\"", "kind   = \"args\"");
        bundle.manifest("{ path = \"poc/trigger\" }", &format!("{{ args = [{word:?}] }}"));
        bundle.manifest("{ path = \"poc/benign\" }", "{ args = [\"10\"] }");
        spoil(bundle);
    })?;
    judged(&answer, &["reproduced"], Some("claimant"))?;
    let because = answer.json.get("assurance_because").and_then(|list| list.as_array());
    hold(because.is_some_and(|list| !list.is_empty()), answer.words())?;
    host::nothing_escaped(bench)
}

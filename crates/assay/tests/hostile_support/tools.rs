//! Bundles that name programs of this machine as tools they need.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use libtest_mimic::{Failed, Trial};

use super::bench::open;
use super::run::{command, run_this};
use super::stored::judged;
use super::{Answer, Bench, Bundle, host, trial};

/// All of them.
pub fn trials(bench: &Bench) -> Vec<Trial> {
    vec![trial(bench, "tool-that-acts", tool_that_acts), trial(bench, "tool-beside-secrets", tool_beside_secrets)]
}

/// Proves the bundle for a user who has this home, with its `.local/bin` on the path.
fn at_home(bench: &Bench, home: &Path, bundle: &Bundle) -> Result<Answer, Failed> {
    let bin = home.join(".local/bin");
    let system = std::env::var("PATH").unwrap_or_default();
    let mut command = command(bench);
    command.env("HOME", home).env("PATH", format!("{}:{system}", bin.display()));
    command.args(["prove", "--format", "json"]).arg(bundle.path());
    run_this(bench, &mut command)
}

/// A home with a program of the user's own.
fn home(bench: &Bench, program: &str) -> Result<tempfile::TempDir, Failed> {
    let home = bench.fresh();
    let tool = home.path().join(".local/bin/deploy");
    for folder in [".local", ".local/bin", ".local/share"] {
        fs::create_dir(home.path().join(folder))?;
        open(&home.path().join(folder));
    }
    fs::write(&tool, program)?;
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755))?;
    Ok(home)
}

/// A program that acts whatever it is asked: naming it must not start it outside the sandbox.
fn tool_that_acts(bench: &Bench) -> Result<(), Failed> {
    let escaped = bench.root.join("home/assay-escaped");
    let home = home(bench, &format!("#!/bin/sh\ntouch '{}'\n", escaped.display()))?;
    let bundle = Bundle::new(bench);
    bundle.manifest("needs = [\"cc\"]", "needs = [\"cc\", \"deploy\"]");
    judged(&at_home(bench, home.path(), &bundle)?, &["not-reproduced", "not-run"], Some("claimant"))?;
    host::nothing_escaped(bench)
}

/// What lies beside a user's program is not shown with it.
fn tool_beside_secrets(bench: &Bench) -> Result<(), Failed> {
    let home = home(bench, "#!/bin/sh\necho 1\n")?;
    let key = home.path().join(".local/share/key");
    fs::write(&key, "secret\n")?;
    let bundle = Bundle::new(bench);
    bundle.manifest("needs = [\"cc\"]", "needs = [\"cc\", \"deploy\"]");
    bundle.manifest("\"$INPUT\"]", "\"$INPUT\", \"$SCRATCH/assay-escaped\"]");
    let harness = format!(
        "#include <stdio.h>\nint target(int);\nint main(int argc, char **argv) {{\n    \
         if (fopen({:?}, \"r\") != NULL)\n        fopen(argv[2], \"w\");\n    return target(argc) - 3;\n}}\n",
        key.display().to_string()
    );
    bundle.write("harness.c", harness.as_bytes());
    judged(&at_home(bench, home.path(), &bundle)?, &["not-reproduced", "not-run"], Some("claimant"))
}

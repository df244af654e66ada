//! A Cargo package of the bundle that names the target by `path = "../src"`,
//! built offline against a directory source made of the declared dependencies.

use std::fmt::Write as _;

use assay_bundle::manifest::{InputContent, Instrument, Oracle};

use super::{BuildPlan, Context, RecipeError, Step, TEMPORARY};
use crate::layout::{BUNDLE, DEPS, OUT};

const TARGET: &str = "x86_64-unknown-linux-gnu";

pub(super) fn plan(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    let [package] = context.build.sources.as_slice() else {
        return Err(RecipeError(
            "the recipe `cargo` needs `build.sources` with one folder, the harness package".into(),
        ));
    };
    let vendor = format!("{TEMPORARY}/vendor");
    let mut steps = vec![Step::MakeFolder(vendor.clone().into())];
    for dependency in context.deps {
        let folder = format!("{vendor}/{}", dependency.folder);
        steps.push(Step::CopyTree { from: format!("{DEPS}/{}", dependency.folder).into(), to: folder.clone().into() });
        // A directory source needs this beside each package; the archive's digest has been checked already.
        let checksum = format!("{{\"files\":{{}},\"package\":\"{}\"}}", dependency.sha256);
        steps.push(Step::WriteFile { to: format!("{folder}/.cargo-checksum.json").into(), content: checksum });
    }
    let mut config = String::new();
    let _ = writeln!(config, "[source.crates-io]\nreplace-with = \"assay\"\n[source.assay]\ndirectory = \"{vendor}\"");
    let home = format!("{TEMPORARY}/cargo");
    steps.push(Step::WriteFile { to: format!("{home}/config.toml").into(), content: config });

    let host = std::env::consts::ARCH;
    let target = if host == "x86_64" { TARGET.to_owned() } else { format!("{host}-unknown-linux-gnu") };
    let build_folder = format!("{TEMPORARY}/target");
    let programs = format!("{build_folder}/{target}/debug");
    let refusal = context.manifest.oracle == Oracle::BuildRefusal;
    let verb = if refusal { "rustc" } else { "build" };
    let mut argv: Vec<String> =
        ["cargo", verb, "--offline", "--target", &target, "--target-dir", &build_folder].map(str::to_owned).into();
    let program = context.program.map(|path| program_name(path.as_str()));
    if let Some(name) = &program {
        argv.extend(["--bin".to_owned(), name.clone()]);
    }
    if refusal {
        argv.push("--message-format=json".to_owned());
        let built = context.program.cloned().map(InputContent::Program);
        if context.manifest.inputs.trigger.iter().any(|input| Some(&input.content) == built.as_ref()) {
            // What compiles must be safe Rust, or nothing is shown by its compiling.
            argv.extend(["--".to_owned(), "-Funsafe-code".to_owned()]);
        }
    }
    let mut env = vec![("CARGO_HOME".to_owned(), home), ("CARGO_NET_OFFLINE".to_owned(), "true".to_owned())];
    let sanitizer = match context.build.instrument {
        Instrument::None => None,
        Instrument::Asan => Some("address"),
        Instrument::Lsan => Some("leak"),
        // The compiler refuses to mix its MemorySanitizer with a standard library that is built without it.
        Instrument::Msan | Instrument::Ubsan => {
            return Err(RecipeError("the recipe `cargo` has `asan` and `lsan` only".into()));
        }
    };
    let mut flags = vec!["-Cforce-frame-pointers=yes".to_owned(), "-Cdebuginfo=2".to_owned()];
    if let Some(sanitizer) = sanitizer {
        flags.push(format!("-Zsanitizer={sanitizer}"));
        // The stable compiler carries the sanitizers' runtimes; only the flag is held back.
        env.push(("RUSTC_BOOTSTRAP".to_owned(), "1".to_owned()));
    }
    env.push(("RUSTFLAGS".to_owned(), flags.join(" ")));
    let cwd = format!("{BUNDLE}/{package}").into();
    steps.push(if refusal { Step::Messages { argv, cwd, env } } else { Step::Run { argv, cwd, env } });
    steps.push(Step::CopyPrograms { from: programs.clone().into(), to: OUT.into() });
    if let Some(name) = program {
        // One name for all, so that one harness command fits every input.
        let from = format!("{programs}/{name}").into();
        steps.push(Step::CopyFile { from, to: format!("{OUT}/harness").into() });
    }
    Ok(BuildPlan { steps, writable: vec![package.clone()], env: Vec::new() })
}

/// The binary that Cargo makes of `src/bin/name.rs`, or of `src/bin/name/main.rs`.
fn program_name(path: &str) -> String {
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or_default();
    let name = if file == "main.rs" { parts.next().unwrap_or_default() } else { file.trim_end_matches(".rs") };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::program_name;

    #[test]
    fn a_program_is_named_as_cargo_names_it() {
        assert_eq!(program_name("harness/src/bin/trigger.rs"), "trigger");
        assert_eq!(program_name("harness/src/bin/trigger/main.rs"), "trigger");
    }
}

//! A Cargo package of the bundle that names the target by `path = "../src"`,
//! built offline against a directory source made of the declared dependencies.

use std::fmt::Write as _;

use assay_bundle::manifest::{HarnessKind, Instrument};

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
    let mut argv: Vec<String> =
        ["cargo", "build", "--offline", "--target", &target, "--target-dir", &build_folder].map(str::to_owned).into();
    if let Some(program) = context.program.filter(|_| context.manifest.harness.kind == HarnessKind::Program) {
        let name = program.as_str().rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
        argv.extend(["--bin".to_owned(), name.to_owned()]);
    }
    let mut env = vec![("CARGO_HOME".to_owned(), home), ("CARGO_NET_OFFLINE".to_owned(), "true".to_owned())];
    let sanitizer = match context.build.instrument {
        Instrument::None => None,
        Instrument::Asan => Some("address"),
        Instrument::Lsan => Some("leak"),
        Instrument::Msan => Some("memory"),
        Instrument::Ubsan => return Err(RecipeError("the recipe `cargo` has no `ubsan`".into())),
    };
    let mut flags = vec!["-Cforce-frame-pointers=yes".to_owned(), "-Cdebuginfo=2".to_owned()];
    if let Some(sanitizer) = sanitizer {
        flags.push(format!("-Zsanitizer={sanitizer}"));
        // The stable compiler carries the sanitizers' runtimes; only the flag is held back.
        env.push(("RUSTC_BOOTSTRAP".to_owned(), "1".to_owned()));
    }
    env.push(("RUSTFLAGS".to_owned(), flags.join(" ")));
    steps.push(Step::Run { argv, cwd: format!("{BUNDLE}/{package}").into(), env });
    steps.push(Step::CopyPrograms { from: format!("{build_folder}/{target}/debug").into(), to: OUT.into() });
    Ok(BuildPlan { steps, writable: vec![package.clone()], env: Vec::new() })
}

//! How arms are built: one recipe, one file, each a list of steps that run in
//! one sandbox. A built-in recipe keeps the claimant's hand off compiler and
//! instrumentation; a command of his own (`run`) lowers the assurance.

mod cargo;
mod cc;
mod debian;
mod libfuzzer;
mod make;
mod npm;
mod run;
mod step;
mod wheel;

use std::path::PathBuf;
use std::str::FromStr as _;

use assay_bundle::manifest::{Build, Instrument, Manifest, Recipe};
use assay_bundle::path::BundlePath;

pub use cc::{REACH, SELF_TEST};
pub use step::{BUILTIN, Request, Step, builtin};

use crate::layout::{BUNDLE, DEPS, OUT, SCRATCH, SRC};

/// Where a recipe may keep files of its own; gone after the build.
pub const TEMPORARY: &str = "/scratch/assay";
/// Programs that the runner adds to a build, under `$OUT`.
pub const RUNNER_FOLDER: &str = "/out/.assay";

/// What a recipe is told.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The whole manifest.
    pub manifest: &'a Manifest,
    /// Its build table.
    pub build: &'a Build,
    /// Where unpacked dependencies lie below `$DEPS`: package URL, folder name.
    pub deps: &'a [Dependency],
    /// For kind `program`: the source of the one program that this build makes.
    pub program: Option<&'a BundlePath>,
    /// Whether the reach check needs a copy that records which functions run.
    pub recorder: bool,
    /// Name and version of the arm's own package, for recipes that need its name.
    pub package: PackageName,
}

/// A dependency as a recipe sees it.
#[derive(Debug, Clone)]
pub struct Dependency {
    /// Its package URL.
    pub purl: String,
    /// Its folder below `$DEPS`.
    pub folder: String,
    /// Where the manifest wants it, for layouts in which place matters.
    pub at: Option<BundlePath>,
    /// SHA-256 of its one file, hex.
    pub sha256: String,
}

/// A package's name (namespace included) and version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackageName {
    /// `@scope/name`, `name`.
    pub name: String,
    /// As in the package URL, decoded.
    pub version: String,
}

impl PackageName {
    /// Name and version of a package URL: `pkg:npm/%40scope/name@1.2.3` is `@scope/name`, `1.2.3`.
    #[must_use]
    pub fn of(purl: &str) -> Self {
        let Ok(purl) = packageurl::PackageUrl::from_str(purl) else { return Self::default() };
        let name = match purl.namespace() {
            Some(namespace) => format!("{namespace}/{}", purl.name()),
            None => purl.name().to_owned(),
        };
        Self { name, version: purl.version().unwrap_or_default().to_owned() }
    }
}

/// What a recipe answers.
#[derive(Debug, Clone, Default)]
pub struct BuildPlan {
    /// The steps, in order; the first that fails ends the build.
    pub steps: Vec<Step>,
    /// Folders of the bundle that the build may write to (a copy of its own).
    pub writable: Vec<BundlePath>,
    /// Variables besides the common ones.
    pub env: Vec<(String, String)>,
}

/// Why a recipe cannot make a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RecipeError(pub String);

/// Makes the plan of a build.
///
/// # Errors
///
/// What the manifest lacks for this recipe.
pub fn plan(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    let mut plan = match &context.build.recipe {
        Recipe::Cc => cc::plan(context),
        Recipe::Libfuzzer => libfuzzer::plan(context),
        Recipe::Cargo => cargo::plan(context),
        Recipe::Wheel => wheel::plan(context),
        Recipe::Npm => npm::plan(context),
        Recipe::Debian => debian::plan(context),
        Recipe::Autotools => make::autotools(context),
        Recipe::Cmake => make::cmake(context),
        Recipe::Meson => make::meson(context),
        Recipe::Make => make::make(context),
        Recipe::Run(argv) => Ok(run::plan(argv)),
    }?;
    let generate = context.build.generate.iter().map(|argv| Step::run(substitute(argv)));
    plan.steps = generate.chain(plan.steps).collect();
    for (name, path) in &context.build.artifacts {
        plan.steps.push(Step::CopyFile { from: in_bundle(path), to: PathBuf::from(OUT).join(name) });
    }
    Ok(plan)
}

/// `$OUT`, `$SRC`, `$DEPS` and `$SCRATCH` in a build's own commands; `$$` is a dollar.
#[must_use]
pub fn substitute(argv: &[String]) -> Vec<String> {
    argv.iter().map(|argument| crate::variable::substitute(argument, &[])).collect()
}

/// A path of the manifest as the sandbox names it.
fn in_bundle(path: &str) -> PathBuf {
    PathBuf::from(BUNDLE).join(path)
}

/// Compiler flags of a sanitizer; empty for none.
fn sanitizer_flags(instrument: Instrument) -> &'static [&'static str] {
    match instrument {
        Instrument::Asan => &["-fsanitize=address"],
        Instrument::Ubsan => &["-fsanitize=undefined", "-fno-sanitize-recover=all"],
        Instrument::Lsan => &["-fsanitize=leak"],
        Instrument::Msan => &["-fsanitize=memory", "-fsanitize-memory-track-origins"],
        Instrument::None => &[],
    }
}

/// Flags that every native build gets: stacks that can be read afterwards.
const READABLE_STACKS: [&str; 3] = ["-g", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls"];

/// Programs find libraries of their project beside them in `$OUT`, where `artifacts` puts both.
const RUNPATH: &str = "-Wl,-rpath,/out";

/// Variables that every build gets, so that two builds differ by their source only.
#[must_use]
pub fn common_env(path: &str) -> Vec<(String, String)> {
    [
        ("PATH", path),
        ("HOME", SCRATCH),
        ("TMPDIR", SCRATCH),
        ("LANG", "C.UTF-8"),
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "UTC"),
        ("SOURCE_DATE_EPOCH", "1000000000"),
        ("PYTHONHASHSEED", "0"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("SRC", SRC),
        ("OUT", OUT),
        ("DEPS", DEPS),
        ("SCRATCH", SCRATCH),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

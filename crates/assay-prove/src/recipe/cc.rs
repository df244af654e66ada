//! C and C++ sources into `$OUT/harness`, and the same build again for the
//! runner: with a planted flaw for the oracle's self-test, and with a recorder
//! of the functions that run for the reach check.

use std::path::PathBuf;

use assay_bundle::manifest::{Instrument, Oracle};

use super::{BuildPlan, Context, READABLE_STACKS, RUNNER_FOLDER, RecipeError, Step, TEMPORARY, sanitizer_flags};

/// Planted into the self-test before any code of the claimant runs: a heap write one past the end, for
/// the oracle `leak` memory that is lost.
const PLANTED: &str = include_str!("planted.c");
/// Records which functions run.
const RECORDER: &str = include_str!("recorder.c");

/// The self-test's program below `$OUT`.
pub const SELF_TEST: &str = "selftest";
/// The reach check's program below `$OUT`.
pub const REACH: &str = "reach";

pub(super) fn plan(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    with_main(context, None)
}

/// The same with a main program of the runner's own, in C.
pub(super) fn with_main(context: &Context<'_>, main: Option<&str>) -> Result<BuildPlan, RecipeError> {
    let build = context.build;
    let mut sources: Vec<String> =
        build.sources.iter().chain(context.program).map(|path| path.as_str().to_owned()).collect();
    if sources.is_empty() {
        return Err(RecipeError("the recipe needs `build.sources`, the files to compile".into()));
    }
    let driver = format!("{TEMPORARY}/main.c");
    let clang = context.manifest.toolchain.iter().any(|tool| tool == "clang");
    let plus = sources.iter().any(|source| is_cpp(source));
    let (compiler, linker) = match (clang, plus) {
        (false, false) => ("cc", "cc"),
        (false, true) => ("cc", "c++"),
        (true, false) => ("clang", "clang"),
        (true, true) => ("clang", "clang++"),
    };
    let (libraries, flags): (Vec<String>, Vec<String>) =
        build.flags.iter().cloned().partition(|flag| flag.starts_with("-l"));
    let mut recipe = Compile { compiler, linker, flags, libraries, steps: Vec::new() };
    recipe.steps.push(Step::MakeFolder(TEMPORARY.into()));
    recipe.steps.push(Step::MakeFolder(RUNNER_FOLDER.into()));

    if let Some(main) = main {
        recipe.steps.push(Step::WriteFile { to: driver.clone().into(), content: main.into() });
        sources.push(driver);
    }
    let instrument: Vec<&str> = sanitizer_flags(build.instrument).to_vec();
    let objects = recipe.compile("target", &sources, &instrument);
    recipe.link("/out/harness", &objects, &instrument);
    if build.instrument != Instrument::None {
        recipe.steps.push(Step::WriteFile { to: format!("{TEMPORARY}/planted.c").into(), content: PLANTED.into() });
        let leak = matches!(context.manifest.oracle, Oracle::Leak { .. }).then_some("-DASSAY_LEAK");
        let flags: Vec<&str> = instrument.iter().copied().chain(leak).collect();
        let planted = recipe.compile("planted", &[format!("{TEMPORARY}/planted.c")], &flags);
        recipe.link(&format!("{RUNNER_FOLDER}/{SELF_TEST}"), &[objects, planted].concat(), &instrument);
    }
    if context.recorder {
        recipe.steps.push(Step::WriteFile { to: format!("{TEMPORARY}/recorder.c").into(), content: RECORDER.into() });
        let record = ["-finstrument-functions"];
        let recorded = recipe.compile("reach", &sources, &record);
        let recorder = recipe.compile("recorder", &[format!("{TEMPORARY}/recorder.c")], &[]);
        recipe.link(&format!("{RUNNER_FOLDER}/{REACH}"), &[recorded, recorder].concat(), &[]);
    }
    Ok(BuildPlan { steps: recipe.steps, ..BuildPlan::default() })
}

fn is_cpp(source: &str) -> bool {
    [".cc", ".cpp", ".cxx", ".C"].iter().any(|ending| source.ends_with(ending))
}

struct Compile {
    compiler: &'static str,
    linker: &'static str,
    flags: Vec<String>,
    libraries: Vec<String>,
    steps: Vec<Step>,
}

impl Compile {
    /// Compiles each source to an object of its own and gives their paths.
    fn compile(&mut self, folder: &str, sources: &[String], extra: &[&str]) -> Vec<String> {
        self.steps.push(Step::MakeFolder(PathBuf::from(TEMPORARY).join(folder)));
        let mut objects = Vec::new();
        let mut steps = Vec::new();
        for (index, source) in sources.iter().enumerate() {
            let object = format!("{TEMPORARY}/{folder}/{index}.o");
            let mut argv = vec![self.compiler.to_owned()];
            argv.extend(self.flags.iter().cloned());
            // After the claimant's flags, so that none of them can weaken these.
            argv.extend(READABLE_STACKS.iter().chain(extra).map(|flag| (*flag).to_owned()));
            argv.extend(["-c".to_owned(), source.clone(), "-o".to_owned(), object.clone()]);
            steps.push(Step::run(argv));
            objects.push(object);
        }
        self.steps.push(Step::Together(steps));
        objects
    }

    fn link(&mut self, to: &str, objects: &[String], extra: &[&str]) {
        let mut argv = vec![self.linker.to_owned(), "-g".to_owned()];
        argv.extend(extra.iter().map(|flag| (*flag).to_owned()));
        argv.extend(objects.iter().cloned());
        argv.extend(["-o".to_owned(), to.to_owned()]);
        argv.extend(self.libraries.iter().cloned());
        self.steps.push(Step::run(argv));
    }
}

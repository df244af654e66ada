//! Builds by the project's own build system, with the sanitizer's flags in the
//! usual variables: autotools, CMake, Meson, plain make.

use super::{BuildPlan, Context, READABLE_STACKS, RUNPATH, RecipeError, Step, TEMPORARY, sanitizer_flags, substitute};
use crate::layout::SRC;

fn words(text: &[&str]) -> Vec<String> {
    text.iter().map(|word| (*word).to_owned()).collect()
}

fn needs_artifacts(context: &Context<'_>, recipe: &str) -> Result<(), RecipeError> {
    if context.build.artifacts.is_empty() {
        return Err(RecipeError(format!(
            "the recipe `{recipe}` needs `build.artifacts`, what to take from the built tree"
        )));
    }
    Ok(())
}

/// Compiler, flags and linker flags as build systems read them from the environment.
fn environment(context: &Context<'_>) -> Vec<(String, String)> {
    let sanitizer = sanitizer_flags(context.build.instrument);
    let compile: Vec<&str> = ["-O1"].iter().chain(&READABLE_STACKS).chain(sanitizer).copied().collect();
    let clang = context.manifest.toolchain.iter().any(|tool| tool == "clang");
    let (cc, cxx) = if clang { ("clang", "clang++") } else { ("cc", "c++") };
    [
        ("CC", cc.to_owned()),
        ("CXX", cxx.to_owned()),
        ("CFLAGS", compile.join(" ")),
        ("CXXFLAGS", compile.join(" ")),
        ("LDFLAGS", [sanitizer, &[RUNPATH]].concat().join(" ")),
        // Leaks of a build's own tools and tests of features must not fail it.
        ("ASAN_OPTIONS", "detect_leaks=0".to_owned()),
        ("LSAN_OPTIONS", "detect_leaks=0".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn plan_of(context: &Context<'_>, commands: Vec<Vec<String>>) -> BuildPlan {
    let env = environment(context);
    let steps = commands.into_iter().map(|argv| Step::Run { argv, cwd: SRC.into(), env: env.clone() }).collect();
    BuildPlan { steps, ..BuildPlan::default() }
}

fn make_command(context: &Context<'_>) -> Vec<String> {
    [words(&["make", "-j2"]), context.build.targets.clone()].concat()
}

pub(super) fn autotools(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    needs_artifacts(context, "autotools")?;
    let configure = [words(&["sh", "./configure"]), substitute(&context.build.configure)].concat();
    Ok(plan_of(context, vec![configure, make_command(context)]))
}

pub(super) fn make(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    needs_artifacts(context, "make")?;
    // On the command line they outrank what a makefile sets itself. The flags go with
    // the compiler's name: a makefile's own CFLAGS hold what it cannot build without.
    let environment = environment(context);
    let value = |wanted: &str| environment.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value);
    let variables = [("CC", "CFLAGS"), ("CXX", "CXXFLAGS")]
        .map(|(compiler, flags)| format!("{compiler}={} {} {RUNPATH}", value(compiler), value(flags)))
        .into();
    Ok(plan_of(context, vec![[make_command(context), variables].concat()]))
}

pub(super) fn cmake(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    needs_artifacts(context, "cmake")?;
    let build = format!("{SRC}/assay-build");
    let configure = [words(&["cmake", "-S", SRC, "-B", &build]), substitute(&context.build.configure)].concat();
    let mut compile = words(&["cmake", "--build", &build, "--parallel", "2"]);
    for target in &context.build.targets {
        compile.extend(["--target".to_owned(), target.clone()]);
    }
    Ok(plan_of(context, vec![configure, compile]))
}

pub(super) fn meson(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    needs_artifacts(context, "meson")?;
    let build = format!("{SRC}/assay-build");
    let setup =
        [words(&["meson", "setup", &build, SRC, "--wrap-mode=nodownload"]), substitute(&context.build.configure)];
    let compile = [words(&["meson", "compile", "-C", &build]), context.build.targets.clone()].concat();
    let mut plan = plan_of(context, vec![setup.concat(), compile]);
    plan.steps.insert(0, Step::MakeFolder(TEMPORARY.into()));
    Ok(plan)
}

//! A Debian source package by its own `debian/rules`, with the sanitizer put in
//! through the distribution's build flags.

use super::{BuildPlan, Context, READABLE_STACKS, RUNPATH, RecipeError, Step, sanitizer_flags};
use crate::layout::SRC;

pub(super) fn plan(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    let compile: Vec<&str> = READABLE_STACKS.iter().chain(sanitizer_flags(context.build.instrument)).copied().collect();
    let link = [sanitizer_flags(context.build.instrument), &[RUNPATH]].concat().join(" ");
    let compile = compile.join(" ");
    let env = [
        ("DEB_BUILD_OPTIONS", "nocheck nostrip noopt parallel=2".to_owned()),
        ("DEB_BUILD_MAINT_OPTIONS", "hardening=-fortify".to_owned()),
        ("DEB_CFLAGS_APPEND", compile.clone()),
        ("DEB_CXXFLAGS_APPEND", compile),
        ("DEB_LDFLAGS_APPEND", link),
        // Leaks of configure's small test programs must not fail the build.
        ("ASAN_OPTIONS", "detect_leaks=0".to_owned()),
        ("LSAN_OPTIONS", "detect_leaks=0".to_owned()),
    ];
    let mut env: Vec<(String, String)> = env.map(|(name, value)| (name.to_owned(), value)).into();
    if context.manifest.toolchain.iter().any(|tool| tool == "clang") {
        env.extend([("CC", "clang"), ("CXX", "clang++")].map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
    let targets =
        if context.build.targets.is_empty() { vec!["build".to_owned()] } else { context.build.targets.clone() };
    let argv = ["/usr/bin/make", "-f", "debian/rules"].map(str::to_owned).into_iter().chain(targets).collect();
    if context.build.artifacts.is_empty() {
        return Err(RecipeError(
            "the recipe `debian` needs `build.artifacts`, what to take from the built tree".into(),
        ));
    }
    Ok(BuildPlan { steps: vec![Step::Run { argv, cwd: SRC.into(), env }], ..BuildPlan::default() })
}

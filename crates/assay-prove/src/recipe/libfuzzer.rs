//! A fuzz target of the project's (`LLVMFuzzerTestOneInput`), as OSS-Fuzz keeps
//! them, built like the recipe `cc` with a main program of the runner's own. It
//! needs no clang and no fuzzer, and where the target's file lies in the fetched
//! source, the harness is the project's.

use super::{BuildPlan, Context, RecipeError, cc};

/// The main program: hands each file over once.
const DRIVER: &str = include_str!("fuzz_driver.c");

pub(super) fn plan(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    cc::with_main(context, Some(DRIVER))
}

//! An npm package at `$OUT/node_modules/<name>`, dependencies beside it or where
//! the manifest says. No script of any package runs.

use super::{BuildPlan, Context, PackageName, RecipeError, Step};
use crate::layout::{DEPS, OUT, SRC};

pub(super) fn plan(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    if context.package.name.is_empty() {
        return Err(RecipeError("the recipe `npm` takes the package's name from `target.purl`, which has none".into()));
    }
    let mut steps = Vec::new();
    for dependency in context.deps {
        let at = match &dependency.at {
            Some(at) => at.as_str().to_owned(),
            None => format!("node_modules/{}", PackageName::of(&dependency.purl).name),
        };
        steps.push(Step::CopyTree {
            from: format!("{DEPS}/{}", dependency.folder).into(),
            to: format!("{OUT}/{at}").into(),
        });
    }
    let own = format!("{OUT}/node_modules/{}", context.package.name);
    steps.push(Step::CopyTree { from: SRC.into(), to: own.into() });
    Ok(BuildPlan { steps, ..BuildPlan::default() })
}

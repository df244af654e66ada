//! A Python wheel, and the wheels it needs, in `$OUT/site`: unpacked, never installed.

use super::{BuildPlan, Context, RecipeError, Step};
use crate::layout::{DEPS, OUT, SRC};

pub(super) fn plan(context: &Context<'_>) -> Result<BuildPlan, RecipeError> {
    let site = format!("{OUT}/site");
    let mut steps: Vec<Step> = context
        .deps
        .iter()
        .map(|dependency| Step::CopyTree {
            from: format!("{DEPS}/{}", dependency.folder).into(),
            to: site.clone().into(),
        })
        .collect();
    // The target comes last: nothing of a dependency may stand in its place.
    steps.push(Step::CopyTree { from: SRC.into(), to: site.into() });
    Ok(BuildPlan { steps, ..BuildPlan::default() })
}

//! Self-test of `canary-write`: a file that a fixture writes where the manifest
//! watches must be seen.

use std::path::{Path, PathBuf};

use assay_bundle::verdict::Outcome;

use super::act::{Act, CELL, perform};
use crate::execute::{Built, Executor};
use crate::layout::{CANARY, SCRATCH};

pub(super) fn canary_write(executor: &Executor<'_>, arm: &Built, path: Option<&str>) -> Result<(), String> {
    let at = spot(path);
    let single = perform(executor, arm, &Act::Write { at: at.clone() })?;
    let out = arm.outs.values().next().ok_or("nothing was built")?;
    let judgement = executor.judge(CELL, &single, out, None)?;
    if judgement.outcome == Outcome::Fired {
        return Ok(());
    }
    Err(format!("a file that a fixture wrote to `{}` was not judged as it must be: {}", at.display(), judgement.saw))
}

/// Where the watched path lies in the sandbox; a folder that is watched gets a file in it.
fn spot(path: Option<&str>) -> PathBuf {
    let inside = |folder: &str, rest: &str| Path::new(folder).join(rest.trim_start_matches('/'));
    match path {
        None => inside(SCRATCH, "assay-self-test"),
        Some("$CANARY") => inside(CANARY, "assay-self-test"),
        Some(path) => match path.strip_prefix("$CANARY/") {
            Some(rest) => inside(CANARY, rest),
            None => inside(SCRATCH, path),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watched_path_has_a_place_in_the_sandbox() {
        for (path, at) in [
            (None, "/scratch/assay-self-test"),
            (Some("out/x"), "/scratch/out/x"),
            (Some("$CANARY"), "/canary/assay-self-test"),
            (Some("$CANARY/secret"), "/canary/secret"),
        ] {
            assert_eq!(spot(path), Path::new(at));
        }
    }
}

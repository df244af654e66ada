//! What keeps a bundle from a verdict and is known before anything runs.
//!
//! Some oracles need more than the format asks for: a limit that not every
//! program reaches, an input to compare with, an interpreter that has a hook. A
//! proof of a bundle that lacks it ends without a verdict, whatever its runs
//! show. The rules stand where the proof looks at them; here they are asked
//! beforehand, so that an author hears of all of them at once.

use std::time::Duration;

use assay_bundle::manifest::{Input, InputContent, Instrument, Manifest, Oracle, Source};
use assay_bundle::verdict::Verdict;

use crate::load::LoadedBundle;
use crate::oracle::alive::SignsOfLife;
use crate::{ceiling, execute, instrumentation, oracle, selftest};

/// Something that a proof of this bundle will lack.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shortfall {
    /// The manifest's key that would have to change, dotted.
    pub key: String,
    /// The verdict that the proof would end with: `inconclusive`, or `not-run` where nothing is even started.
    pub verdict: Verdict,
    /// One sentence: what is needed, and why.
    pub says: String,
}

impl Shortfall {
    fn new(key: &str, verdict: Verdict, says: String) -> Self {
        Self { key: key.to_owned(), verdict, says }
    }
}

/// All shortfalls of a bundle, in the order in which a proof would come to them; empty if nothing stands
/// in its way but what its runs show and what this machine has.
#[must_use]
pub fn shortfalls(bundle: &LoadedBundle, manifest: &Manifest) -> Vec<Shortfall> {
    let not_run = |key: &str, says: String| Shortfall::new(key, Verdict::NotRun, says);
    let inconclusive = |key: &str, says: String| Shortfall::new(key, Verdict::Inconclusive, says);
    let unsupported = [
        oracle::from_manifest(manifest).err().map(|error| not_run("oracle", error.to_string())),
        SignsOfLife::new(&manifest.harness.alive).err().map(|error| not_run("harness.alive", error.to_string())),
        ceiling::exceeded(manifest).map(|over| not_run(over.key, over.says)),
    ];
    let self_test = match &manifest.oracle {
        Oracle::Growth { .. } => selftest::too_short(manifest.harness.limits.cpu.unwrap_or(execute::CPU))
            .map(|says| inconclusive("harness.limits.cpu", says)),
        Oracle::Differential(declared) => {
            oracle::levels_all(declared).then(|| inconclusive("oracle.remove", selftest::LEVELS_ALL.to_owned()))
        }
        Oracle::Exception { .. } if !selftest::has_interpreter(&manifest.toolchain) => {
            Some(inconclusive("toolchain.needs", selftest::NO_INTERPRETER.to_owned()))
        }
        _ => None,
    };
    let control =
        oracle::control::missing(manifest, &|input| size(bundle, input)).map(|lack| inconclusive(lack.key, lack.says));
    let patch = patch_on_instrumentation(bundle, manifest).map(|says| inconclusive("arms.fixed.source.patch", says));
    unsupported.into_iter().chain([self_test, control, patch]).flatten().collect()
}

/// An input's length in bytes; none for a program, whose size says nothing.
pub(crate) fn size(bundle: &LoadedBundle, input: &Input) -> Option<usize> {
    match &input.content {
        InputContent::Path(path) => Some(bundle.file(path)?.content.len()),
        InputContent::Args(arguments) => Some(arguments.iter().map(String::len).sum()),
        InputContent::Program(_) => None,
    }
}

/// Why the fixed arm's silence would say nothing: the claimant's fix speaks to the sanitizer of an instrumented build.
pub(crate) fn patch_on_instrumentation(bundle: &LoadedBundle, manifest: &Manifest) -> Option<String> {
    manifest.build.as_ref().filter(|build| build.instrument != Instrument::None)?;
    let Source::Patched { patch, .. } = &manifest.arms.fixed.as_ref()?.source else { return None };
    let line = instrumentation::touched(&bundle.file(patch)?.content)?;
    Some(format!("the patch speaks to the sanitizer, so its silence says nothing: `{line}`"))
}

/// `1 s`, `480 ms`.
pub(crate) fn time(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

#[cfg(test)]
#[path = "foresee_tests.rs"]
mod tests;

//! What a person does now, for each verdict.

use std::path::Path;

use assay_bundle::verdict::{Assurance, Controls, Verdict};
use assay_prove::verdict::rate::silent_runs_needed;

use super::{Told, plain};

/// The most runs that `--runs` takes.
const MAX_RUNS: u32 = 1_000;

/// One or two sentences.
pub fn step(told: &Told<'_>) -> String {
    let path = quoted(told.path);
    let proof = told.proof;
    match proof.ruling.verdict {
        Verdict::Reproduced => reproduced(told, &path),
        Verdict::NotReproduced => "Answer the finder with this report and ask for what differs: version, build flags, \
             toolchain, input. Silence here is no proof that there is no flaw."
            .to_owned(),
        Verdict::ReproducedDifferent => format!(
            "Something is broken, but not what was declared. If this crash is the one that was meant, correct [oracle] \
             and run `assay prove {path}` again; else treat it as a finding of its own."
        ),
        Verdict::Flaky if proof.ruling.control.is_some_and(|control| control.counts()) => {
            "Take it as a real flaw that needs luck, and its fix as one that holds. Look for what decides (threads, \
             time, uninitialised memory, a seed): with that in hand, a trigger fires every time."
                .to_owned()
        }
        Verdict::Flaky => {
            let rate = proof.ruling.rate;
            let needed = rate.and_then(|rate| silent_runs_needed(rate.share())).unwrap_or(MAX_RUNS);
            let more = needed
                .max(proof.evidence.wanted.max(rate.map_or(0, |rate| rate.total)).saturating_mul(2))
                .min(MAX_RUNS);
            format!(
                "Take it as a real flaw that needs luck. Look for what decides (threads, time, uninitialised memory, \
                 a seed), or run it more often: `assay prove {path} --runs {more}`."
            )
        }
        Verdict::ControlFailed => {
            "Do not ship this fix: the flaw still fires with it. Compare the triggers that fire on \
             the fixed version with the one that the patch was made for."
                .to_owned()
        }
        Verdict::ControlDead => "The fixed version proves nothing yet: mend it until it shows its signs of life and \
             reaches the changed code, then prove again."
            .to_owned(),
        Verdict::HarnessSuspect => {
            "Mend the harness, or ask the finder to: as it is, the crash says nothing about the \
             target. Then prove again."
                .to_owned()
        }
        Verdict::Inconclusive => format!(
            "Read why above. Limits that were too tight are set in `harness.limits` and `build.limits`; then run \
             `assay prove {path}` again."
        ),
        Verdict::NotRun if told.missing > 0 => format!(
            "Fetch the sources, which `prove` never does itself: `assay bundle fetch {path}`. Then run \
             `assay prove {path}` again."
        ),
        Verdict::NotRun => {
            format!("Follow the remedy above, then run `assay prove {path}` again. Nothing runs without its sandbox.")
        }
    }
}

fn reproduced(told: &Told<'_>, path: &str) -> String {
    let proof = told.proof;
    if proof.ruling.controls != Some(Controls::BenignFixed) {
        return "Make a fix and add it as [arms.fixed.source]: the claim keeps its id, and the same proof then tells \
                whether the fix holds."
            .to_owned();
    }
    if proof.assurance == Assurance::Claimant {
        return "Read the harness and whatever else the claimant wrote before you rely on this: inside one process, a \
                crash can be staged. Then hand it to the maintainer."
            .to_owned();
    }
    if told.attestation.is_none() {
        return format!(
            "Hand it to the maintainer; `assay prove {path} --attest verdict.dsse.json` makes a signed statement of it."
        );
    }
    "Hand it to the maintainer together with the signed statement.".to_owned()
}

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    let text = plain::path(path);
    let safe = |c: char| c.is_ascii_alphanumeric() || "/._-+=:@%,".contains(c);
    if !text.is_empty() && text.chars().all(safe) && !text.starts_with('-') {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_can_be_copied_into_a_shell() {
        assert_eq!(quoted(Path::new("examples/a-b.tar.zst")), "examples/a-b.tar.zst");
        assert_eq!(quoted(Path::new("my report")), "'my report'");
        assert_eq!(quoted(Path::new("it's; rm -rf")), "'it'\\''s; rm -rf'");
        assert_eq!(quoted(Path::new("-x")), "'-x'");
    }
}

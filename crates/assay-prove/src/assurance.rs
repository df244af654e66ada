//! How far a verdict can be trusted: computed by the runner, never claimed.
//!
//! Inside one process, evidence can be forged by whoever wrote the program. So
//! the question is who wrote what ran. A verdict is `claimant` unless the
//! harness is found, byte for byte, in the fetched source of the target and was
//! built by a recipe of ours; `project` says no more than that the claimant
//! wrote none of the code; `two-oracles` that a second oracle of another kind
//! agrees with it.

use assay_bundle::manifest::{HarnessKind, HarnessOrigin, InputContent, Manifest, Oracle, Recipe, Source};
use assay_bundle::verdict::Assurance;

use crate::influence;

/// What the runner found out by itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Every file of the harness (`harness.files`, and each source the `cc`
    /// recipe compiles beside the target's) has the digest of a file in the
    /// source as fetched, before any patch.
    pub harness_in_source: bool,
    /// A file of the bundle that a program could take for code or configuration, if it brings one.
    pub brought: Option<String>,
    /// A second oracle of another kind fired and stayed silent in the same cells.
    pub second_oracle_agrees: bool,
}

/// The assurance of any verdict on this bundle.
#[must_use]
pub fn compute(manifest: &Manifest, facts: &Facts) -> Assurance {
    if !claimants_parts(manifest, facts).is_empty() {
        Assurance::Claimant
    } else if facts.second_oracle_agrees {
        Assurance::TwoOracles
    } else {
        Assurance::Project
    }
}

/// What the claimant wrote, for people; empty above `claimant`.
///
/// Generators of `build.generate` on files of the source lower nothing, and
/// neither does what chooses among a project's own options ([`influence`]).
/// Nor does the claimant's patch that makes the *fixed* arm, where what fires in
/// the fetched source speaks for itself: a report, a signal, a growth over files. Where it
/// is the difference between the versions that speaks, it does. A patch that
/// makes the vulnerable arm could bring the flaw along, so it does too.
#[must_use]
pub fn claimants_parts(manifest: &Manifest, facts: &Facts) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = |holds: bool, text: &str| {
        if holds {
            parts.push(text.to_owned());
        }
    };
    let project = manifest.harness.origin == HarnessOrigin::Project;
    part(!project, "the harness is not said to be the project's");
    part(
        project && !facts.harness_in_source,
        "the harness is said to be the project's, but is not found in a source that its registry brought",
    );
    if let (true, true, Some(file)) = (project, facts.harness_in_source, &facts.brought) {
        parts.push(format!(
            "the bundle brings `{file}`, which a program could take for code or configuration; inputs of plain names, \
             in a folder such as `poc`, are data"
        ));
    }
    let mut part = |holds: bool, text: &str| {
        if holds {
            parts.push(text.to_owned());
        }
    };
    part(
        matches!(manifest.harness.kind, HarnessKind::Program | HarnessKind::Driver),
        "each input is a program of the claimant's",
    );
    // Through its port it can make nothing fire that is not there; but what it sends may depend on who
    // answers, and the silence of the fixed version would be its own doing. Bytes that the runner sends
    // are the same for every version.
    part(
        manifest.harness.kind == HarnessKind::Server
            && manifest.harness.join.as_ref().is_some_and(|join| join.driver.is_some()),
        "the driver is the claimant's, and could spare the fixed version",
    );
    let recipe = manifest.build.as_ref().map(|build| &build.recipe);
    part(matches!(recipe, Some(Recipe::Run(_))), "the build is the claimant's own command");
    // A Cargo harness is a package of the bundle, so never the project's.
    part(matches!(recipe, Some(Recipe::Cargo)), "the harness package that Cargo builds is the claimant's");
    part(
        matches!(manifest.arms.vulnerable.source, Source::Path { .. })
            || manifest.arms.fixed.as_ref().is_some_and(|arm| matches!(arm.source, Source::Path { .. })),
        "a version's source is a folder of the bundle, not fetched",
    );
    part(
        matches!(manifest.arms.vulnerable.source, Source::Patched { .. }),
        "the vulnerable version is made by a patch of the claimant's",
    );
    if project {
        parts.extend(influence::of(manifest));
    }
    if let Oracle::Differential(declared) = &manifest.oracle
        && declared.against.is_some()
    {
        parts.push("the implementation that the target is held against is of the claimant's choosing".to_owned());
    }
    if reads_output(&manifest.oracle) && manifest.arms.fixed.is_none() {
        // A project's program that echoes its input says whatever the claimant likes; a fixed
        // version that echoes it too is what gives that away.
        parts.push("the oracle believes what is printed, and no fixed version is held against it".to_owned());
    }
    if matches!(manifest.oracle, Oracle::Growth { .. })
        && manifest.inputs.trigger.iter().any(|input| !matches!(input.content, InputContent::Path(_)))
    {
        // Bytes of a file bear a size out ([`crate::oracle::control`]). Nothing does that for a number in an argument,
        // and any program does more work if it is told to do more.
        parts.push("the sizes of inputs that are no files are the claimant's word".to_owned());
    }
    let own_fix = manifest.arms.fixed.as_ref().is_some_and(|arm| matches!(arm.source, Source::Patched { .. }));
    let looks_outside = matches!(manifest.oracle, Oracle::CanaryRead | Oracle::CanaryWrite { .. });
    if (reads_output(&manifest.oracle) || looks_outside) && own_fix {
        // His patch may take out the very words that the oracle waits for.
        parts.push("what the oracle believes is silenced by a patch of the claimant's".to_owned());
    }
    if matches!(manifest.oracle, Oracle::Cpu | Oracle::Memory) && own_fix {
        // Any program reaches the limit on an input that is large enough, and any patch can refuse that.
        parts.push("the work that the fixed version does without is spared by a patch of the claimant's".to_owned());
    }
    if matches!(manifest.oracle, Oracle::Output { .. } | Oracle::Differential(_)) && two_releases(manifest) {
        // Their number alone, in `--version` or in front of an error, is a difference.
        parts.push(
            "two releases print much that differs and is no flaw, and the claimant words what the oracle looks for"
                .to_owned(),
        );
    }
    if let Oracle::CanaryWrite { allowed, .. } = &manifest.oracle
        && words(manifest).any(|word| leads_outside(word, allowed))
    {
        parts.push(
            "the command or an argument names the place that is written, which lets a program write it".to_owned(),
        );
    }
    if manifest.oracle == Oracle::CanaryRead {
        // A program that is told to read a file may read it, and print it too.
        if manifest.arms.fixed.is_none() {
            parts.push("a program may read what it is told to, and no fixed version is held against it".to_owned());
        }
        if names_canary(manifest) {
            parts.push("the command or an argument names the canary, which lets a program read it".to_owned());
        }
    }
    if !parts.is_empty() && reads_output(&manifest.oracle) {
        parts.push(format!("the oracle `{}` believes what that code prints or records", manifest.oracle.kind()));
    }
    parts
}

/// The command, and the arguments of the inputs. What lies in a file is for its reader.
fn words(manifest: &Manifest) -> impl Iterator<Item = &String> {
    let inputs = manifest.inputs.trigger.iter().chain(&manifest.inputs.benign);
    let arguments = inputs.flat_map(|input| match &input.content {
        InputContent::Args(arguments) => arguments.as_slice(),
        InputContent::Path(_) | InputContent::Program(_) => &[],
    });
    manifest.harness.run.iter().chain(arguments)
}

/// Whether one of them leads to the canary.
fn names_canary(manifest: &Manifest) -> bool {
    words(manifest).any(|word| word.to_ascii_lowercase().contains("canary"))
}

/// Whether a word names a place of the canary's or the scratch folder's that may not change. The scratch folder
/// itself is no such place: a program that unpacks must be told where.
fn leads_outside(word: &str, allowed: &[String]) -> bool {
    let lower = word.to_ascii_lowercase();
    if lower.contains("canary") {
        return true;
    }
    let mut places = lower.split("scratch").skip(1).map(|rest| rest.trim_matches('/'));
    let inside = |place: &str, folder: &str| {
        place.strip_prefix(folder).is_some_and(|rest| folder.is_empty() || rest.is_empty() || rest.starts_with('/'))
    };
    places.any(|place| {
        let allowed = allowed.iter().any(|path| {
            let path = path.to_ascii_lowercase();
            inside(place, path.strip_prefix("$scratch").unwrap_or(&path).trim_matches('/'))
        });
        !place.is_empty() && (!allowed || place.split('/').any(|part| part == ".."))
    })
}

/// Whether the two versions are two packages, and not one with a patch of its own taken back.
fn two_releases(manifest: &Manifest) -> bool {
    let package = |source: &Source| matches!(source, Source::Package { .. });
    package(&manifest.arms.vulnerable.source) && manifest.arms.fixed.as_ref().is_some_and(|arm| package(&arm.source))
}

/// Oracles whose evidence the program itself words.
fn reads_output(oracle: &Oracle) -> bool {
    matches!(oracle, Oracle::Output { .. } | Oracle::Differential(_) | Oracle::Exception { .. })
}

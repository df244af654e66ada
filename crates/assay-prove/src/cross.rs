//! Cross-execution: one finder's input against another one's patch.
//!
//! Two reports are of one root cause if each patch silences the other one's
//! input while the target stays alive (R21). The crossed bundle is an ordinary
//! one: the first finder's, with the other's patch as its fixed arm. So the
//! whole machine of controls holds for it: a patch that does not apply, kills
//! the harness or never runs gives no evidence, and no duplicate.

use assay_bundle::manifest::{self, ArmName, Manifest, Source};
use assay_bundle::pack::Entry;
use assay_bundle::path::BundlePath;
use assay_bundle::verdict::{Controls, Verdict};

use crate::load::LoadedBundle;
use crate::proof::Proof;
use crate::stage::own_patches;
use crate::verdict::Ruling;

/// Where the other one's patch lies in a crossed bundle.
const PATCH: &str = "crossed.patch";

/// Why no crossed bundle can be made. Nothing is said about the findings then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// Their targets are not the same.
    #[error("the targets differ: `{0}` and `{1}`")]
    OtherTarget(String, String),
    /// The vulnerable version is made out of the fixed one, so another fix has nothing to stand on.
    #[error("the vulnerable version of `{0}` is made out of its own fixed one; a patch of somebody else has no base")]
    NoBase(String),
    /// The other bundle brings no patch of its own.
    #[error("`{0}` brings no patch against its vulnerable version")]
    NoPatch(String),
    /// The crossed bundle is not in order: a file has the patch's name, or the manifest cannot be written anew.
    #[error("the crossed bundle is not in order: {0}")]
    NotInOrder(String),
}

/// What one run of A's inputs against B's patch shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Crossed {
    /// The patch silences every trigger, and the target is alive with it.
    Silenced,
    /// A trigger still fires with the patch.
    StillFires,
    /// Neither: the sentence says why.
    NoEvidence(String),
}

/// The patch of a bundle whose fixed version is its vulnerable one, patched.
pub fn patch_of<'a>(bundle: &'a LoadedBundle, manifest: &Manifest) -> Option<&'a [u8]> {
    match &manifest.arms.fixed.as_ref()?.source {
        Source::Patched { base: ArmName::Vulnerable, patch } => {
            bundle.file(patch).map(|entry| entry.content.as_slice())
        }
        _ => None,
    }
}

/// The bundle with this patch as its fixed version.
///
/// # Errors
///
/// See [`NotComparable`].
pub fn with_patch(
    bundle: &LoadedBundle,
    manifest: &Manifest,
    patch: &[u8],
) -> Result<(LoadedBundle, Manifest), NotComparable> {
    if matches!(manifest.arms.vulnerable.source, Source::Patched { .. } | Source::Reversed { .. }) {
        return Err(NotComparable::NoBase(manifest.title.clone()));
    }
    let not_in_order = |what: &dyn ToString| NotComparable::NotInOrder(what.to_string());
    let path: BundlePath = PATCH.parse().map_err(|error| not_in_order(&error))?;
    if bundle.file(&path).is_some() {
        return Err(not_in_order(&format!("it has a file `{PATCH}` of its own")));
    }
    let mut table: toml::Table = bundle.manifest.parse().map_err(|error: toml::de::Error| not_in_order(&error))?;
    let arms = table
        .get_mut("arms")
        .and_then(toml::Value::as_table_mut)
        .ok_or_else(|| not_in_order(&"its manifest has no arms"))?;
    let mut source = toml::Table::new();
    source.insert("base".into(), "vulnerable".into());
    source.insert("patch".into(), PATCH.into());
    let mut fixed = toml::Table::new();
    // What its oracle asks of a fixed version holds for anybody's.
    if let Some(refusal) = arms.get("fixed").and_then(|fixed| fixed.get("refusal")) {
        fixed.insert("refusal".into(), refusal.clone());
    }
    if let Some(deps) = arms.get("vulnerable").and_then(|vulnerable| vulnerable.get("deps")) {
        fixed.insert("deps".into(), deps.clone());
    }
    fixed.insert("source".into(), source.into());
    arms.insert("fixed".into(), fixed.into());
    // The other one's tests are not asked, and cannot be run against a fix that they do not know.
    table.remove("tests");
    let text = toml::to_string(&table).map_err(|error| not_in_order(&error))?;

    let mut crossed = bundle.clone();
    crossed.expected = None;
    // Its own fix has no part in this question, and the same files make the same build.
    let own = own_patches(bundle, manifest);
    crossed.files.retain(|file| !own.contains(&file.path));
    crossed.files.push(Entry { path, content: patch.to_vec(), executable: false });
    crossed.files.sort_by(|a, b| a.path.cmp(&b.path));
    let manifest = manifest::read(&text);
    if let Some(problem) = manifest.problems.first() {
        return Err(not_in_order(problem));
    }
    let manifest = manifest.manifest.ok_or_else(|| not_in_order(&"its manifest lacks something"))?;
    crossed.manifest = text;
    Ok((crossed, manifest))
}

/// A's bundle with B's patch as its fixed version.
///
/// # Errors
///
/// See [`NotComparable`].
pub fn crossed(
    a: (&LoadedBundle, &Manifest),
    b: (&LoadedBundle, &Manifest),
) -> Result<(LoadedBundle, Manifest), NotComparable> {
    if a.1.target.purl != b.1.target.purl {
        return Err(NotComparable::OtherTarget(a.1.target.purl.clone(), b.1.target.purl.clone()));
    }
    let patch = patch_of(b.0, b.1).ok_or_else(|| NotComparable::NoPatch(b.1.title.clone()))?;
    with_patch(a.0, a.1, patch)
}

/// What the proof of a crossed bundle shows.
///
/// Only the two verdicts that rest on both arms count. A fix that is dead, an
/// arm that did not build and a flaw that shows now and then are no evidence.
pub fn judge(proof: &Proof) -> Crossed {
    judge_ruling(&proof.ruling)
}

/// The same, of a ruling alone.
pub fn judge_ruling(ruling: &Ruling) -> Crossed {
    match (ruling.verdict, ruling.controls) {
        (Verdict::Reproduced, Some(Controls::BenignFixed)) => Crossed::Silenced,
        (Verdict::ControlFailed, _) => Crossed::StillFires,
        (verdict, _) => Crossed::NoEvidence(format!("{}: {}", verdict.as_str(), ruling.sentence)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::path::Path;

    use super::*;

    fn example(name: &str) -> (LoadedBundle, Manifest) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        let bundle = LoadedBundle::read(&root.join(name)).unwrap();
        let manifest = manifest::read(&bundle.manifest).manifest.unwrap();
        (bundle, manifest)
    }

    #[test]
    fn a_crossed_bundle_differs_in_its_fix_only() {
        let (a, am) = example("heap-overflow");
        let (b, bm) = example("heap-overflow-second-finder");
        let (crossed, manifest) = crossed((&a, &am), (&b, &bm)).unwrap();
        assert_eq!(manifest.inputs, am.inputs);
        assert_eq!(manifest.arms.vulnerable, am.arms.vulnerable);
        assert_eq!(manifest.oracle, am.oracle);
        assert_eq!(patch_of(&crossed, &manifest), patch_of(&b, &bm));
        assert_ne!(patch_of(&crossed, &manifest), None);
    }

    #[test]
    fn what_the_oracle_asks_of_a_fixed_version_is_asked_of_a_crossed_one() {
        let (mut a, am) = example("heap-overflow");
        let text = r#"
            title = "A borrow that outlives its owner"
            schema = "assay.proof/1"
            target.purl = "pkg:cargo/a@1.0.0"
            arms.vulnerable.source.path = "target"
            arms.vulnerable.deps.packages = { "pkg:cargo/b@1.0.0" = { "b-1.0.0.crate" = "DIGEST" } }
            arms.fixed.source.path = "other"
            arms.fixed.refusal.code = ["E0502"]
            toolchain.needs = ["rust"]
            build = { recipe = "cargo", sources = ["harness"] }
            harness = { kind = "program", run = ["$OUT/harness"] }
            inputs = { trigger = [{ program = "harness/a.rs" }], benign = [{ program = "harness/b.rs" }] }
            oracle.kind = "build-refusal"
        "#;
        a.manifest = text.replace("DIGEST", &format!("sha256:{}", "0".repeat(64)));
        let (_, manifest) = with_patch(&a, &am, b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n").unwrap();
        let fixed = manifest.arms.fixed.unwrap();
        assert_eq!(fixed.refusal.unwrap().code, ["E0502"]);
        assert_eq!((fixed.deps.len(), &fixed.deps), (1, &manifest.arms.vulnerable.deps));
    }

    #[test]
    fn another_target_is_not_compared() {
        let (a, am) = example("heap-overflow");
        let (b, mut bm) = example("heap-overflow-second-finder");
        bm.target.purl = "pkg:generic/other@1".into();
        assert!(matches!(crossed((&a, &am), (&b, &bm)), Err(NotComparable::OtherTarget(..))));
    }

    #[test]
    fn a_bundle_without_a_patch_confirms_nothing() {
        let (a, am) = example("heap-overflow");
        let (b, bm) = example("slop");
        assert_eq!(patch_of(&b, &bm), None);
        let same_target = Manifest { target: am.target.clone(), ..bm };
        assert!(matches!(crossed((&a, &am), (&b, &same_target)), Err(NotComparable::NoPatch(_))));
    }

    #[test]
    fn a_file_in_the_patchs_place_is_no_way_in() {
        let (mut a, am) = example("heap-overflow");
        a.files.push(Entry { path: PATCH.parse().unwrap(), content: Vec::new(), executable: false });
        a.files.sort_by(|x, y| x.path.cmp(&y.path));
        assert!(matches!(with_patch(&a, &am, b""), Err(NotComparable::NotInOrder(_))));
    }
}

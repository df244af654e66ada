//! Who gets `project`, and who does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod evidence_support;

use assay_bundle::manifest::{
    ArmName, Build, Channel, HarnessKind, HarnessOrigin, InputContent, Instrument, Limits, Manifest, Oracle, Recipe,
    Source,
};
use assay_bundle::verdict::Assurance;
use assay_prove::assurance::{Facts, claimants_parts, compute};

const FOUND: Facts = Facts { harness_in_source: true, brought: None, second_oracle_agrees: false };

fn build(recipe: Recipe) -> Build {
    Build {
        recipe,
        sources: vec![],
        flags: vec![],
        instrument: Instrument::None,
        configure: vec![],
        targets: vec![],
        artifacts: Default::default(),
        generate: vec![vec!["bison".to_owned()]],
        limits: Limits::default(),
    }
}

fn project() -> Manifest {
    let mut manifest = evidence_support::manifest(1, 1, true);
    manifest.harness.origin = HarnessOrigin::Project;
    manifest.build = Some(build(Recipe::Autotools));
    manifest
}

#[test]
fn a_found_harness_and_a_built_in_recipe_are_the_projects() {
    assert_eq!(compute(&project(), &FOUND), Assurance::Project);
    let both = Facts { second_oracle_agrees: true, ..FOUND };
    assert_eq!(compute(&project(), &both), Assurance::TwoOracles);
}

#[test]
fn everything_a_claimant_writes_lowers_it() {
    let both = Facts { harness_in_source: true, brought: None, second_oracle_agrees: true };
    let changes: [fn(&mut Manifest); 18] = [
        |m| {
            m.oracle = Oracle::Output { channel: Channel::Stdout, regex: "x".to_owned() };
            m.arms.fixed = None;
        },
        |m| {
            m.oracle = Oracle::Growth { exponent: 1.7, control: 1.3, ratio: 100.0 };
            m.inputs.trigger[0].content = InputContent::Args(vec!["100000".to_owned()]);
        },
        |m| m.harness.origin = HarnessOrigin::Claimant,
        |m| m.harness.origin = HarnessOrigin::Registry,
        |m| m.harness.kind = HarnessKind::Program,
        |m| m.harness.kind = HarnessKind::Driver,
        |m| m.build = Some(build(Recipe::Run(vec!["make".to_owned()]))),
        |m| m.build = Some(build(Recipe::Cargo)),
        |m| {
            m.arms.vulnerable.source = Source::Path { path: "vulnerable".parse().unwrap() };
        },
        |m| {
            m.arms.vulnerable.source = Source::Patched { base: ArmName::Fixed, patch: "bug.patch".parse().unwrap() };
        },
        |m| m.harness.run = vec!["sh".to_owned(), "forge.sh".to_owned(), "$INPUT".to_owned()],
        |m| m.build.as_mut().unwrap().configure = vec!["CFLAGS=-Iown".to_owned()],
        |m| m.build.as_mut().unwrap().generate = vec![vec!["sh".to_owned(), "own.sh".to_owned()]],
        |m| m.build.as_mut().unwrap().flags = vec!["-Dfree(x)=abort()".to_owned()],
        |m| m.build.as_mut().unwrap().flags = vec!["-I.".to_owned()],
        |m| m.target.purl = "pkg:generic/another@1".to_owned(),
        |m| m.target.purl = "pkg:generic/parser@2".to_owned(),
        |m| m.deps.lock = Some("package-lock.json".parse().unwrap()),
    ];
    for (number, change) in changes.iter().enumerate() {
        let mut manifest = project();
        change(&mut manifest);
        assert_eq!(compute(&manifest, &both), Assurance::Claimant, "change {number}");
        assert!(!claimants_parts(&manifest, &both).is_empty());
    }
}

#[test]
fn a_claim_alone_is_nothing() {
    assert_eq!(compute(&project(), &Facts::default()), Assurance::Claimant);
}

#[test]
fn oracles_that_read_output_say_why() {
    let mut manifest = project();
    manifest.oracle = Oracle::Output { channel: Channel::Stdout, regex: "x".to_owned() };
    assert_eq!(compute(&manifest, &FOUND), Assurance::Claimant, "two releases differ in their number alone");
    manifest.arms.vulnerable.source = Source::Reversed { base: ArmName::Fixed, reverse: "fix.patch".parse().unwrap() };
    assert_eq!(compute(&manifest, &FOUND), Assurance::Project);
    let parts = claimants_parts(&manifest, &Facts::default());
    assert!(parts.last().unwrap().contains("`output`"), "{parts:?}");
}

#[test]
fn a_canary_that_is_pointed_at_is_the_claimants_word() {
    let mut manifest = project();
    manifest.oracle = Oracle::CanaryRead;
    assert_eq!(compute(&manifest, &FOUND), Assurance::Project);
    let mut argument = manifest.clone();
    argument.inputs.trigger[0].content = InputContent::Args(vec!["../../Canary/secret".to_owned()]);
    let mut command = manifest.clone();
    command.harness.run.push("$CANARY/secret".to_owned());
    manifest.arms.fixed = None;
    for pointed in [argument, command, manifest] {
        assert_eq!(compute(&pointed, &FOUND), Assurance::Claimant, "{:?}", claimants_parts(&pointed, &FOUND));
    }
}

#[test]
fn a_place_that_a_program_is_told_to_write_is_the_claimants_word() {
    let write = |allowed: &[&str]| Oracle::CanaryWrite {
        path: None,
        allowed: allowed.iter().map(|path| (*path).to_owned()).collect(),
    };
    let told = |word: &str, allowed: &[&str]| {
        let mut manifest = project();
        manifest.oracle = write(allowed);
        manifest.inputs.trigger[0].content = InputContent::Args(vec![word.to_owned()]);
        compute(&manifest, &FOUND)
    };
    for word in ["a.zip", "$SCRATCH", "-d/scratch/", "--into=/scratch/folder", "/scratch/Folder/x"] {
        assert_eq!(told(word, &["folder"]), Assurance::Project, "{word}");
    }
    for word in
        ["/scratch/x", "--into=$SCRATCH/folders", "/scratch/folder/../x", "../canary/secret", "/scratch/scratch/x"]
    {
        assert_eq!(told(word, &["$SCRATCH/folder"]), Assurance::Claimant, "{word}");
    }
    assert_eq!(told("/scratch/anything", &["$SCRATCH"]), Assurance::Project);
}

#[test]
fn what_a_claimants_patch_silences_is_his_word() {
    let silenced = [
        (Oracle::Cpu, Assurance::Claimant),
        (Oracle::Memory, Assurance::Claimant),
        (Oracle::CanaryRead, Assurance::Claimant),
        (Oracle::CanaryWrite { path: None, allowed: Vec::new() }, Assurance::Claimant),
        // What shows that the version before the patch is flawed needs none after it.
        (Oracle::Signal { signals: vec!["SIGSEGV".to_owned()] }, Assurance::Project),
        (Oracle::Growth { exponent: 1.7, control: 1.3, ratio: 100.0 }, Assurance::Project),
    ];
    for (oracle, assurance) in silenced {
        let mut manifest = project();
        manifest.oracle = oracle;
        if matches!(manifest.oracle, Oracle::Growth { .. }) {
            // A number in an argument would be his word whatever silences it.
            for input in &mut manifest.inputs.trigger {
                input.content = InputContent::Path("poc/size".parse().unwrap());
            }
        }
        assert_eq!(compute(&manifest, &FOUND), Assurance::Project, "a release silences {:?}", manifest.oracle);
        manifest.arms.fixed.as_mut().unwrap().source =
            Source::Patched { base: ArmName::Vulnerable, patch: "fix.patch".parse().unwrap() };
        assert_eq!(compute(&manifest, &FOUND), assurance, "{:?}", manifest.oracle);
    }
}

#[test]
fn a_file_that_could_be_code_is_named() {
    let brings = Facts { brought: Some("poc/package.json".to_owned()), ..FOUND };
    assert_eq!(compute(&project(), &brings), Assurance::Claimant);
    let parts = claimants_parts(&project(), &brings);
    assert!(parts.len() == 1 && parts[0].contains("`poc/package.json`"), "{parts:?}");
}

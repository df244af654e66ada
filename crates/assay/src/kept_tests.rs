//! What is kept is whole, is found only under its key, and says when it was made.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use super::*;
use crate::intake::Intake;
use crate::report::sample;

fn store() -> (tempfile::TempDir, KeptVerdicts, Cache) {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap();
    (folder, KeptVerdicts::open(&cache).unwrap(), cache)
}

fn kept() -> Kept {
    let proof = sample::reproduced();
    Kept {
        from: proof.finished,
        verdict: proof.ruling.verdict,
        controls: proof.ruling.controls,
        assurance: proof.assurance,
        tier: proof.tier,
        sentence: proof.ruling.sentence,
        runs: "12 runs in 2 builds".to_owned(),
        runner: "assay".to_owned(),
        proof: json!({ "verdict": "reproduced" }),
    }
}

fn any_key(text: &str) -> Key {
    Key(Sha256::of(text.as_bytes()))
}

#[test]
fn half_a_file_is_none() {
    let (_folder, store, _) = store();
    let key = any_key("one");
    assert_eq!(store.get(key), None);
    store.put(key, &kept()).unwrap();
    assert_eq!(store.get(key), Some(kept()));
    let whole = fs::read(store.path(key)).unwrap();
    for end in 0..whole.len() {
        fs::write(store.path(key), &whole[..end]).unwrap();
        assert_eq!(store.get(key), None, "cut to {end} bytes");
    }
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        fs::write(store.path(key), &changed).unwrap();
        assert_eq!(store.get(key), None, "byte {place} changed");
    }
}

#[test]
fn a_disk_that_takes_nothing_keeps_nothing() {
    let (folder, store, _) = store();
    fs::remove_dir_all(folder.path().join("results")).unwrap();
    assert!(store.put(any_key("one"), &kept()).is_err());
    assert_eq!(store.get(any_key("one")), None);
}

#[test]
fn whatever_a_verdict_depends_on_is_in_its_key() {
    let (_folder, _, cache) = store();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/heap-overflow");
    let ready = || Intake::open(&example).unwrap().ready().ok().unwrap();
    let layers = sample::reproduced().layers.unwrap();
    let first = key(&ready(), &layers, &cache).unwrap();
    assert_eq!(key(&ready(), &layers, &cache), Some(first), "the same is the same");
    let mut others = Vec::new();
    let mut with = |change: &dyn Fn(&mut Ready)| {
        let mut changed = ready();
        change(&mut changed);
        others.push(key(&changed, &layers, &cache).unwrap());
    };
    with(&|ready| ready.manifest.repeat.runs += 1);
    with(&|ready| ready.bundle.expected = Some("verdict = 'flaky'".to_owned()));
    with(&|ready| ready.bundle.expected = None);
    with(&|ready| ready.bundle.files[0].content.push(b' '));
    with(&|ready| ready.bundle.manifest = ready.bundle.manifest.replace("Heap", "heap"));
    with(&|ready| ready.manifest.toolchain = vec!["sh".to_owned()]);
    for change in [
        |layers: &mut Layers| layers.engine = "bubblewrap".to_owned(),
        |layers: &mut Layers| layers.kernel = "7.0".to_owned(),
        |layers: &mut Layers| {
            layers.layers.remove("seccomp");
        },
    ] {
        let mut other = layers.clone();
        change(&mut other);
        others.push(key(&ready(), &other, &cache).unwrap());
    }
    assert!(others.iter().all(|other| *other != first));
    let mut gone = ready();
    gone.manifest.toolchain = vec!["no-such-tool".to_owned()];
    assert_eq!(key(&gone, &layers, &cache), None, "what cannot be run has no kept verdict");
}

#[test]
fn a_call_that_was_cut_short_is_known_by_its_note() {
    let (_folder, store, _) = store();
    let paths = [Path::new("a"), Path::new("b")];
    let first = store.begin(&paths, None).unwrap();
    assert_eq!(first.cut_short, None);
    assert_eq!(store.begin(&paths, None).unwrap().cut_short, None, "another call at the same time");
    drop(first);
    let second = store.begin(&paths, None).unwrap();
    let since = second.cut_short.unwrap();
    drop(second);
    let third = store.begin(&paths, None).unwrap();
    assert_eq!(third.cut_short, Some(since), "cut short twice");
    assert_eq!(store.begin(&paths[..1], None).unwrap().cut_short, None);
    assert_eq!(store.begin(&paths, Some(5)).unwrap().cut_short, None);
    third.end();
    assert_eq!(store.begin(&paths, None).unwrap().cut_short, None);
}

#[test]
fn only_what_lasts_is_kept() {
    assert!(is_lasting(Verdict::Reproduced) && is_lasting(Verdict::Flaky) && is_lasting(Verdict::NotReproduced));
    assert!(!is_lasting(Verdict::NotRun) && !is_lasting(Verdict::Inconclusive));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_a_kept_verdict_or_none(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let (_folder, store, _) = store();
        fs::write(store.path(any_key("x")), bytes).unwrap();
        proptest::prop_assert_eq!(store.get(any_key("x")), None);
    }
}

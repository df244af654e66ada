#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use assay_sandbox::End;
use proptest::prelude::*;

use super::super::testing::Scene;
use super::*;

fn file(path: &str, content: &str) -> TreeEntry {
    TreeEntry {
        path: path.as_bytes().to_vec(),
        node: Node::File { content: content.as_bytes().to_vec(), executable: false },
    }
}

fn tree(entries: &[TreeEntry]) -> Tree {
    Tree { entries: entries.to_vec(), truncated: false }
}

fn folder(path: &str) -> TreeEntry {
    TreeEntry { path: path.as_bytes().to_vec(), node: Node::Folder }
}

fn judge(oracle: &CanaryWrite, scratch: &[TreeEntry]) -> Judgement {
    let mut scene = Scene::of(End::Exited(0));
    scene.changes = changes(Root::Scratch, &Tree::default(), &tree(scratch));
    oracle.judge(&scene.seen())
}

#[test]
fn changes_are_found_whatever_they_are() {
    let before = tree(&[file("a", "1"), file("b", "1"), file("c", "1"), folder("d")]);
    let mut executable = file("c", "1");
    executable.node = Node::File { content: b"1".to_vec(), executable: true };
    let mut link = file("d", "");
    link.node = Node::Link(b"/etc".to_vec());
    let after = tree(&[file("a", "1"), executable, link, file("e", "")]);
    let found: Vec<(String, ChangeKind)> = changes(Root::Scratch, &before, &after)
        .into_iter()
        .map(|change| (String::from_utf8(change.path).unwrap(), change.kind))
        .collect();
    assert_eq!(
        found,
        [
            ("b".to_owned(), ChangeKind::Removed),
            ("c".to_owned(), ChangeKind::Changed),
            ("d".to_owned(), ChangeKind::Changed),
            ("e".to_owned(), ChangeKind::Added),
        ]
    );
    let cut = Tree { truncated: true, ..Tree::default() };
    assert!(changes(Root::Scratch, &before, &cut).is_empty());
}

#[test]
fn fires_on_the_declared_path() {
    let oracle = CanaryWrite::new(Some("escaped.txt"), &["inside".to_owned()]);
    let inside = [folder("inside"), file("inside/a.txt", "x")];
    assert_eq!(judge(&oracle, &inside).outcome, Outcome::Silent);
    let mut escaped = inside.to_vec();
    escaped.push(file("escaped.txt", "x"));
    assert_eq!(judge(&oracle, &escaped).outcome, Outcome::Fired);
    let elsewhere = [file("inside/escaped.txt", "x")];
    assert_eq!(judge(&oracle, &elsewhere).outcome, Outcome::Silent);
}

#[test]
fn what_else_changed_is_reported() {
    let oracle = CanaryWrite::new(Some("escaped.txt"), &["inside".to_owned()]);
    let judgement = judge(&oracle, &[file("surprise\u{7}", "x"), file("insider", "x")]);
    assert_eq!(judgement.outcome, Outcome::Silent);
    assert!(judgement.saw.contains("$SCRATCH/insider appeared"), "{}", judgement.saw);
    assert!(!judgement.saw.contains('\u{7}'));
}

#[test]
fn without_a_path_anything_outside_the_allowed_fires() {
    let oracle = CanaryWrite::new(None, &["inside".to_owned(), "$SCRATCH/log.txt".to_owned()]);
    assert_eq!(judge(&oracle, &[folder("inside"), file("log.txt", "x")]).outcome, Outcome::Silent);
    assert_eq!(judge(&oracle, &[file("other", "x")]).outcome, Outcome::Fired);
    assert_eq!(judge(&oracle, &[file("inside2", "x")]).outcome, Outcome::Fired);
}

#[test]
fn the_canary_is_watched() {
    let oracle = CanaryWrite::new(Some("$CANARY/secret"), &[]);
    let before = canary_tree("s3cret");
    let mut scene = Scene::of(End::Exited(0));
    scene.changes = changes(Root::Canary, &before, &before.clone());
    assert_eq!(oracle.judge(&scene.seen()).outcome, Outcome::Silent);
    for after in [canary_tree("other"), Tree::default()] {
        scene.changes = changes(Root::Canary, &before, &after);
        assert_eq!(oracle.judge(&scene.seen()).outcome, Outcome::Fired);
    }
    // The same name in the scratch folder is another file.
    scene.changes = changes(Root::Scratch, &Tree::default(), &canary_tree("other"));
    assert_eq!(oracle.judge(&scene.seen()).outcome, Outcome::Silent);
}

#[test]
fn what_was_written_counts_however_it_ended() {
    let oracle = CanaryWrite::new(Some("escaped.txt"), &[]);
    for end in [End::Signaled(11), End::CpuLimit, End::Exited(1)] {
        let mut scene = Scene::of(end);
        scene.changes = changes(Root::Scratch, &Tree::default(), &tree(&[file("escaped.txt", "")]));
        scene.changes_cut = true;
        assert_eq!(oracle.judge(&scene.seen()).outcome, Outcome::Fired);
    }
}

#[test]
fn silence_needs_a_whole_comparison_and_an_end_of_its_own() {
    let oracle = CanaryWrite::new(Some("escaped.txt"), &[]);
    let outcome = |end, cut| {
        let mut scene = Scene::of(end);
        scene.changes_cut = cut;
        oracle.judge(&scene.seen()).outcome
    };
    assert_eq!(outcome(End::Exited(0), true), Outcome::Limit);
    assert_eq!(outcome(End::MemoryLimit, false), Outcome::Limit);
    assert_eq!(outcome(End::Signaled(6), false), Outcome::OtherCrash);
}

fn any_tree() -> impl Strategy<Value = Tree> {
    let node = prop_oneof![
        Just(Node::Folder),
        any::<bool>().prop_map(|executable| Node::File { content: vec![1], executable }),
        Just(Node::Link(b"/".to_vec())),
        Just(Node::Other),
    ];
    let entry = ("[a-c/]{0,3}", node).prop_map(|(path, node)| TreeEntry { path: path.into_bytes(), node });
    (proptest::collection::vec(entry, 0..8), any::<bool>()).prop_map(|(entries, truncated)| Tree { entries, truncated })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_change_fires_without_a_path(before in any_tree(), after in any_tree()) {
        prop_assert!(changes(Root::Scratch, &before, &before).is_empty());
        let mut scene = Scene::of(End::Exited(0));
        scene.changes = changes(Root::Scratch, &before, &after);
        let outcome = CanaryWrite::new(None, &[]).judge(&scene.seen()).outcome;
        prop_assert_eq!(outcome == Outcome::Fired, !scene.changes.is_empty());
        let all = CanaryWrite::new(None, &["$SCRATCH".to_owned()]);
        prop_assert_eq!(all.judge(&scene.seen()).outcome, Outcome::Silent);
    }
}

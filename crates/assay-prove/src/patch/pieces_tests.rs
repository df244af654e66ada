#![allow(clippy::unwrap_used)]
use super::*;
use crate::patch::{Direction, apply};
use proptest::prelude::*;

const TWO: &[u8] =
    b"prose\n--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n-a\n+A\n b\n c\n@@ -7,3 +7,4 @@\n g\n h\n-i\n+I\n+J\n";

fn tree(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.c"), text).unwrap();
    folder
}

fn patched(text: &str, patch: &[u8]) -> String {
    let folder = tree(text);
    if !patch.is_empty() {
        apply(folder.path(), patch, Direction::Forward).unwrap();
    }
    // A patch that leaves nothing removes the file, as patch(1) does.
    match std::fs::read_to_string(folder.path().join("x.c")) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.unwrap(),
    }
}

#[test]
fn each_change_alone_and_all_together_apply() {
    let pieces = Pieces::of(TWO).unwrap().unwrap();
    assert_eq!((pieces.count(), pieces.by_hunk()), (2, vec![0..1, 1..2]));
    for (wanted, after) in [
        (vec![0, 1], "A\nb\nc\nd\ne\nf\ng\nh\nI\nJ\n"),
        (vec![0], "A\nb\nc\nd\ne\nf\ng\nh\ni\n"),
        (vec![1], "a\nb\nc\nd\ne\nf\ng\nh\nI\nJ\n"),
    ] {
        let some = pieces.patch(&|number| wanted.contains(&number));
        assert_eq!(patched("a\nb\nc\nd\ne\nf\ng\nh\ni\n", &some), after, "{wanted:?}");
    }
    assert_eq!(pieces.patch(&|_| false), b"");
}

#[test]
fn two_fixes_in_one_hunk_are_two_changes() {
    let near = b"--- a/x.c\n+++ b/x.c\n@@ -1,7 +1,6 @@\n z\n-a\n+A\n b\n c\n-e\n-f\n+E\n g\n";
    let pieces = Pieces::of(near).unwrap().unwrap();
    assert_eq!((pieces.count(), pieces.by_hunk().len()), (2, 1));
    let before = "z\na\nb\nc\ne\nf\ng\nh\ni\n";
    assert_eq!(patched(before, &pieces.patch(&|number| number == 0)), "z\nA\nb\nc\ne\nf\ng\nh\ni\n");
    // Its leading context is now longer than what follows it, and yet it is not at the end of the file.
    assert_eq!(patched(before, &pieces.patch(&|number| number == 1)), "z\na\nb\nc\nE\ng\nh\ni\n");
}

#[test]
fn a_file_that_loses_every_line_goes_and_one_that_keeps_some_stays() {
    let all = b"--- a/x.c\n+++ b/x.c\n@@ -1,1 +0,0 @@\n-a\n";
    let pieces = Pieces::of(all).unwrap().unwrap();
    let folder = tree("a\n");
    apply(folder.path(), &pieces.patch(&|_| true), Direction::Forward).unwrap();
    assert!(!folder.path().join("x.c").exists());
    assert_eq!(patched("a\n", &pieces.patch(&|_| false)), "a\n");
}

#[test]
fn a_file_without_a_last_line_end_stays_so() {
    let patch = b"--- a/x.c\n+++ b/x.c\n@@ -1,3 +1,3 @@\n-a\n+b\n m\n-c\n\\ No newline at end of file\n+d\n\\ No newline at end of file\n";
    let pieces = Pieces::of(patch).unwrap().unwrap();
    assert_eq!(patched("a\nm\nc", &pieces.patch(&|_| true)), "b\nm\nd");
    assert_eq!(patched("a\nm\nc", &pieces.patch(&|number| number == 0)), "b\nm\nc");
    assert_eq!(patched("a\nm\nc", &pieces.patch(&|number| number == 1)), "a\nm\nd");
}

#[test]
fn what_is_more_than_changed_lines_is_not_cut() {
    for patch in [
        &b"--- /dev/null\n+++ b/x.c\n@@ -0,0 +1 @@\n+a\n"[..],
        b"diff --git a/x.c b/y.c\nsimilarity index 100%\nrename from x.c\nrename to y.c\n",
    ] {
        assert_eq!(Pieces::of(patch).unwrap(), None);
    }
    assert!(Pieces::of(b"no patch at all").is_err());
}

/// What happens to a line of the file.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Keep,
    Remove,
    Add,
}

/// A file and what becomes of it; few different lines, so that a hunk would fit in many places.
fn edit() -> impl Strategy<Value = Vec<(Step, u8)>> {
    let step = prop_oneof![5 => Just(Step::Keep), 1 => Just(Step::Remove), 1 => Just(Step::Add)];
    proptest::collection::vec((step, 0_u8..3), 1..40)
}

/// The changes of an edit, by the places of its steps.
fn changes(edit: &[(Step, u8)]) -> Vec<Range<usize>> {
    let mut changes: Vec<Range<usize>> = Vec::new();
    for at in (0..edit.len()).filter(|at| edit[*at].0 != Step::Keep) {
        match changes.last_mut().filter(|change| change.end == at) {
            Some(change) => change.end = at + 1,
            None => changes.push(at..at + 1),
        }
    }
    changes
}

/// A unified diff of the edit with so many lines of context.
fn diff(edit: &[(Step, u8)], context: usize) -> Vec<u8> {
    let mut hunks: Vec<Range<usize>> = Vec::new();
    for change in changes(edit) {
        let around = change.start.saturating_sub(context)..(change.end + context).min(edit.len());
        match hunks.last_mut().filter(|hunk| hunk.end >= around.start) {
            Some(hunk) => hunk.end = around.end,
            None => hunks.push(around),
        }
    }
    let count = |range: Range<usize>, without: Step| edit[range].iter().filter(|(step, _)| *step != without).count();
    let mut text = b"--- a/x.c\n+++ b/x.c\n".to_vec();
    for hunk in hunks {
        let (old, new) = (count(hunk.clone(), Step::Add), count(hunk.clone(), Step::Remove));
        let old_start = count(0..hunk.start, Step::Add) + usize::from(old > 0);
        let new_start = count(0..hunk.start, Step::Remove) + usize::from(new > 0);
        text.extend_from_slice(format!("@@ -{old_start},{old} +{new_start},{new} @@\n").as_bytes());
        for (step, line) in &edit[hunk] {
            let mark = match step {
                Step::Keep => ' ',
                Step::Remove => '-',
                Step::Add => '+',
            };
            text.extend_from_slice(format!("{mark}{line}\n").as_bytes());
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_changes_that_are_left_out_leave_the_lines_that_were_there(edit in edit(), context in 0_usize..4, keep: u64) {
        let runs = changes(&edit);
        prop_assume!(!runs.is_empty());
        let pieces = Pieces::of(&diff(&edit, context)).unwrap().unwrap();
        prop_assert_eq!(pieces.count(), runs.len());
        let kept = |number: usize| keep & (1 << (number % 64)) != 0;
        let lines = |wanted: &dyn Fn(usize, Step) -> bool| -> String {
            let of = |at: usize| runs.iter().position(|run| run.contains(&at)).unwrap_or(usize::MAX);
            let steps = edit.iter().enumerate().filter(|(at, (step, _))| wanted(of(*at), *step));
            steps.map(|(_, (_, line))| format!("{line}\n")).collect()
        };
        let before = lines(&|_, step| step != Step::Add);
        let after = lines(&|run, step| match step {
            Step::Keep => true,
            Step::Remove => !kept(run),
            Step::Add => kept(run),
        });
        prop_assert_eq!(patched(&before, &pieces.patch(&kept)), after);
    }

    #[test]
    fn any_bytes_are_cut_or_refused_and_what_is_put_together_is_a_patch(
        noise in proptest::collection::vec(any::<u8>(), 0..60), at in 0_usize..90, keep: u64
    ) {
        let mut text = TWO.to_vec();
        let at = at.min(text.len());
        text.splice(at..at, noise);
        if let Ok(Some(pieces)) = Pieces::of(&text) {
            let whole = pieces.patch(&|_| true);
            prop_assert_eq!(Pieces::of(&whole).unwrap().unwrap(), pieces.clone());
            let some = pieces.patch(&|number| keep & (1 << (number % 64)) != 0);
            prop_assert!(some.is_empty() || Pieces::of(&some).unwrap().is_some());
        }
    }
}

#[test]
fn two_fixes_side_by_side_are_two_changes_and_one_is_one() {
    let count = |added: &str| {
        let lines: Vec<String> = added.lines().map(|line| format!("+{line}\n")).collect();
        let patch = format!("--- a/x\n+++ b/x\n@@ -1,2 +1,{} @@\n a\n{} b\n", lines.len() + 2, lines.concat());
        let pieces = Pieces::of(patch.as_bytes()).unwrap().unwrap();
        // Whatever is left out, what stays is a patch.
        for out in 0..pieces.count() {
            let part = pieces.patch(&|piece| piece != out);
            assert!(part.is_empty() || Pieces::of(&part).unwrap().is_some());
        }
        pieces.count()
    };
    assert_eq!(count("    if (n > 8)\n        return -1;\n    if (!p)\n        return -2;"), 2);
    assert_eq!(count("    if (n > 8) {\n        f();\n        return -1;\n    }"), 1);
    assert_eq!(count("    if (n > 8)\n        f();\n    else\n        g();"), 1);
    assert_eq!(count("    call(a,\n    b);"), 1);
    assert_eq!(count("    if n > 8:\n        raise ValueError(n)\n    if not p:\n        return None"), 2);
}

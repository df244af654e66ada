//! Random edits there and back, and garbage.

use proptest::prelude::*;

use super::*;

/// A step of an edit script.
#[derive(Debug, Clone, Copy)]
enum Step {
    Keep,
    Remove,
    Add(u8),
    Replace(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Keep),
        1 => Just(Step::Remove),
        1 => any::<u8>().prop_map(Step::Add),
        1 => any::<u8>().prop_map(Step::Replace),
    ]
}

/// Writes a line's text; few words, so that places are ambiguous.
fn word(n: u8) -> String {
    ["a", "b", "", "}", "x\r", "+ y", "- z", "\\ w", "@@ -1 +1 @@", "--- q"][usize::from(n) % 10].to_owned()
}

/// The tagged lines of an edit, with endings.
fn edit(words: &[u8], steps: &[Step], open: (bool, bool)) -> Vec<(char, String)> {
    let mut lines = Vec::new();
    let mut steps = steps.iter();
    for w in words {
        loop {
            match steps.next().copied().unwrap_or(Step::Keep) {
                Step::Keep => lines.push((' ', word(*w))),
                Step::Remove => lines.push(('-', word(*w))),
                Step::Replace(n) => lines.extend([('-', word(*w)), ('+', word(n))]),
                Step::Add(n) => {
                    lines.push(('+', word(n)));
                    continue;
                }
            }
            break;
        }
    }
    let last_old = lines.iter().rposition(|(t, _)| *t != '+');
    let last_new = lines.iter().rposition(|(t, _)| *t != '-');
    let mut out = Vec::new();
    for (i, (tag, text)) in lines.into_iter().enumerate() {
        let old = if open.0 && Some(i) == last_old { text.clone() } else { format!("{text}\n") };
        let new = if open.1 && Some(i) == last_new { text.clone() } else { format!("{text}\n") };
        match tag {
            ' ' if old == new => out.push((' ', old)),
            ' ' => out.extend([('-', old), ('+', new)]),
            '-' => out.push(('-', old)),
            _ => out.push(('+', new)),
        }
    }
    out.retain(|(_, text)| !text.is_empty());
    out
}

fn side(lines: &[(char, String)], without: char) -> String {
    lines.iter().filter(|(t, _)| *t != without).map(|(_, s)| s.as_str()).collect()
}

/// A unified diff of `lines` with that much context.
fn diff(lines: &[(char, String)], context: usize) -> String {
    let near =
        |i: usize| (i.saturating_sub(context)..=i + context).any(|j| lines.get(j).is_some_and(|(t, _)| *t != ' '));
    let mut out = String::from("--- a/f\n+++ b/f\n");
    let (mut old, mut new, mut at) = (0, 0, 0);
    while at < lines.len() {
        if !near(at) {
            (old, new, at) = (old + 1, new + 1, at + 1);
            continue;
        }
        let end = (at..lines.len()).find(|i| !near(*i)).unwrap_or(lines.len());
        let hunk = &lines[at..end];
        let count = |without: char| hunk.iter().filter(|(t, _)| *t != without).count();
        let (o, n) = (count('+'), count('-'));
        out += &format!("@@ -{},{o} +{},{n} @@\n", old + usize::from(o > 0), new + usize::from(n > 0));
        for (tag, text) in hunk {
            out.push(*tag);
            out += text;
            if !text.ends_with('\n') {
                out += "\n\\ No newline at end of file\n";
            }
        }
        (old, new, at) = (old + o, new + n, end);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn there_and_back_is_identity(
        words in prop::collection::vec(any::<u8>(), 1..40),
        steps in prop::collection::vec(step(), 0..60),
        open in any::<(bool, bool)>(),
        context in 0_usize..4,
    ) {
        let lines = edit(&words, &steps, open);
        prop_assume!(lines.iter().any(|(t, _)| *t != ' '));
        let (old, new) = (side(&lines, '+'), side(&lines, '-'));
        prop_assume!(!old.is_empty() && !new.is_empty());
        let root = tree(&[("f", &old)]);
        let patch = diff(&lines, context);
        let there = forward(&root, &patch).map_err(|e| TestCaseError::fail(format!("{e}\n{patch}")))?;
        prop_assert_eq!(text(root.path(), "f"), new);
        let home = back(&root, &patch).map_err(|e| TestCaseError::fail(format!("{e}\n{patch}")))?;
        prop_assert_eq!(text(root.path(), "f"), old);
        let turned: Vec<_> = there.files[0].hunks.iter()
            .map(|h| HunkRange { old_start: h.new_start, old_len: h.new_len, new_start: h.old_start, new_len: h.old_len })
            .collect();
        prop_assert_eq!(&home.files[0].hunks, &turned);
    }

    #[test]
    fn unique_lines_are_found_at_any_offset(shift in 0_usize..50, at in 4_usize..40) {
        let file: Vec<String> = (0..50).map(|i| format!("line {i}\n")).collect();
        let mut lines: Vec<(char, String)> = file.iter().map(|l| (' ', l.clone())).collect();
        lines[at] = ('-', file[at].clone());
        let patch = diff(&lines, 3);
        let moved = format!("{}{}", "front\n".repeat(shift), file.concat());
        let root = tree(&[("f", &moved)]);
        forward(&root, &patch).unwrap();
        prop_assert_eq!(text(root.path(), "f"), moved.replace(&file[at], ""));
    }

    #[test]
    fn garbage_never_panics_and_never_writes_outside(patch in prop::collection::vec(any::<u8>(), 0..400)) {
        let root = tree(&[("in/f", "a\n")]);
        let _ = apply(&root.path().join("in"), &patch, Direction::Forward);
        prop_assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn broken_patches_never_panic(
        cut in 0_usize..400,
        at in 0_usize..400,
        byte in any::<u8>(),
        direction in prop_oneof![Just(Direction::Forward), Just(Direction::Reverse)],
    ) {
        let mut patch = TWO.as_bytes().to_vec();
        let at = at % patch.len();
        patch[at] = byte;
        patch.truncate(cut.max(1));
        let root = tree(&[("f.c", "a\nb\nc\nd\ne\nf\ng\nh\ni\n")]);
        let _ = apply(root.path(), &patch, direction);
    }
}

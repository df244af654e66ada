//! Patches that fit, patches that do not, and hostile ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod hostile;
mod property;

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

pub(super) fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

pub(super) fn text(root: &Path, name: &str) -> String {
    fs::read_to_string(root.join(name)).unwrap()
}

fn forward(root: &tempfile::TempDir, patch: &str) -> Result<Applied, PatchError> {
    apply(root.path(), patch.as_bytes(), Direction::Forward)
}

fn back(root: &tempfile::TempDir, patch: &str) -> Result<Applied, PatchError> {
    apply(root.path(), patch.as_bytes(), Direction::Reverse)
}

const TWO: &str = "\
Description: two hunks
 --- not a header
Author: someone
---
This patch header follows DEP-3
Index: x/f.c
===================================================================
--- x.orig/f.c\t2020-01-01 10:00:00.000000000 +0000
+++ x/f.c
@@ -1,3 +1,3 @@
 a
-b
+B
 c
@@ -7,3 +7,4 @@ int main(void)
 g
 h
+new
 i
-- 
2.39
";

#[test]
fn applies_with_prose_and_offsets_and_goes_back() {
    let root = tree(&[("f.c", "zero\na\nb\nc\nd\ne\nf\ng\nh\ni\n")]);
    // The first hunk starts the file by its numbers, but its context is even: it may move.
    let applied = forward(&root, TWO).unwrap();
    assert_eq!(text(root.path(), "f.c"), "zero\na\nB\nc\nd\ne\nf\ng\nh\nnew\ni\n");
    assert_eq!(
        applied.files,
        [ChangedFile {
            path: PathBuf::from("f.c"),
            change: Change::Modified,
            hunks: vec![
                HunkRange { old_start: 2, old_len: 3, new_start: 2, new_len: 3 },
                HunkRange { old_start: 8, old_len: 3, new_start: 8, new_len: 4 },
            ],
        }]
    );
    back(&root, TWO).unwrap();
    assert_eq!(text(root.path(), "f.c"), "zero\na\nb\nc\nd\ne\nf\ng\nh\ni\n");
}

#[test]
fn says_what_was_expected_and_what_was_found() {
    let root = tree(&[("f.c", "a\nb\nc\nd\ne\nf\ng\nH\ni\n")]);
    let error = forward(&root, TWO).unwrap_err().to_string();
    assert_eq!(error, "`f.c`: hunk 2 (line 15 of the patch) does not fit: line 8 should be `h`, but is `H`");
    assert_eq!(text(root.path(), "f.c"), "a\nb\nc\nd\ne\nf\ng\nH\ni\n", "nothing is half applied");
}

#[test]
fn nothing_is_written_when_a_later_file_does_not_fit() {
    let root = tree(&[("a", "1\n"), ("b", "1\n")]);
    let patch = "--- x/a\n+++ x/a\n@@ -1 +1 @@\n-1\n+2\n--- x/b\n+++ x/b\n@@ -1 +1 @@\n-7\n+2\n";
    forward(&root, patch).unwrap_err();
    assert_eq!(text(root.path(), "a"), "1\n");
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 2);
}

#[test]
fn creates_and_deletes_files_and_folders() {
    let root = tree(&[("old/gone.c", "x\ny\n"), ("keep", "k\n")]);
    let patch = "--- a/old/gone.c\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-x\n-y\n\
                 --- /dev/null\n+++ b/new/deep/here.c\n@@ -0,0 +1,2 @@\n+p\n+q\n\\ No newline at end of file\n";
    let applied = forward(&root, patch).unwrap();
    assert_eq!(applied.files[0].change, Change::Deleted);
    assert_eq!(applied.files[1].change, Change::Created);
    assert!(!root.path().join("old").exists());
    assert_eq!(text(root.path(), "new/deep/here.c"), "p\nq");
    back(&root, patch).unwrap();
    assert_eq!(text(root.path(), "old/gone.c"), "x\ny\n");
    assert!(!root.path().join("new").exists());
}

#[test]
fn git_headers_rename_create_empty_and_keep_the_mode() {
    use std::os::unix::fs::PermissionsExt;
    let root = tree(&[("run.sh", "#!/bin/sh\necho 1\n"), ("empty", "")]);
    fs::set_permissions(root.path().join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    let patch = "diff --git a/run.sh b/bin/run it.sh\nsimilarity index 50%\nrename from run.sh\nrename to bin/run it.sh\n\
                 index 1..2 100755\n--- a/run.sh\n+++ b/bin/run it.sh\t\n@@ -1,2 +1,2 @@\n #!/bin/sh\n-echo 1\n+echo 2\n\
                 diff --git a/a file b/a file\nnew file mode 100755\nindex 000..e69\n\
                 diff --git a/empty b/empty\ndeleted file mode 100644\nindex e69..000\n";
    let applied = forward(&root, patch).unwrap();
    assert_eq!(applied.files[0].change, Change::Renamed(PathBuf::from("run.sh")));
    assert_eq!(text(root.path(), "bin/run it.sh"), "#!/bin/sh\necho 2\n");
    let mode = |name: &str| fs::metadata(root.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("bin/run it.sh"), mode("a file")), (0o755, 0o755));
    assert!(!root.path().join("empty").exists() && !root.path().join("run.sh").exists());
    back(&root, patch).unwrap();
    assert_eq!(text(root.path(), "run.sh"), "#!/bin/sh\necho 1\n");
    assert!(root.path().join("empty").exists() && !root.path().join("a file").exists());
}

#[test]
fn an_empty_file_that_is_gone_can_be_deleted() {
    let patch = "diff --git a/empty b/empty\nnew file mode 100644\nindex 000..e69\n";
    let root = tree(&[("other", "1\n")]);
    assert_eq!(back(&root, patch).unwrap().files[0].change, Change::Deleted);
    let root = tree(&[("empty", "not so\n")]);
    back(&root, patch).unwrap_err();
    assert_eq!(text(root.path(), "empty"), "not so\n");
}

#[test]
fn one_file_in_several_sections() {
    let root = tree(&[("f", "1\n2\n")]);
    let patch = "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-1\n+one\n 2\n--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n one\n-2\n+two\n";
    assert_eq!(forward(&root, patch).unwrap().files.len(), 2);
    assert_eq!(text(root.path(), "f"), "one\ntwo\n");
    back(&root, patch).unwrap();
    assert_eq!(text(root.path(), "f"), "1\n2\n");
}

#[test]
fn carriage_returns_are_content() {
    let root = tree(&[("f", "1\r\n2\r\n")]);
    let patch = "--- a/f\r\n+++ b/f\r\n@@ -1,2 +1,2 @@\r\n 1\r\n-2\r\n+3\r\n";
    forward(&root, patch).unwrap();
    assert_eq!(text(root.path(), "f"), "1\r\n3\r\n");
    let root = tree(&[("f", "1\n2\n")]);
    forward(&root, patch).unwrap_err();
}

#[test]
fn the_existing_one_of_two_names_is_meant() {
    let root = tree(&[("src/x.c", "1\n")]);
    let patch = "--- a/src/x.c.orig\n+++ a/src/x.c\n@@ -1 +1 @@\n-1\n+2\n";
    forward(&root, patch).unwrap();
    assert_eq!(text(root.path(), "src/x.c"), "2\n");
    assert!(!root.path().join("src/x.c.orig").exists());
}

#[test]
fn context_cut_by_the_end_of_the_file_fits_only_there() {
    let patch = "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n a\n b\n-c\n+C\n d\n";
    forward(&tree(&[("f", "a\nb\nc\nd\n")]), patch).unwrap();
    forward(&tree(&[("f", "a\nb\nc\nd\nmore\n")]), patch).unwrap_err();
}

#[test]
fn broken_formats_are_named() {
    for (patch, says) in [
        ("", "no unified diff"),
        ("*** a/f\n--- b/f\n***************\n", "no unified diff"),
        ("@@ -1 +1 @@\n-a\n+b\n", "without `---`"),
        ("--- a/f\n+++ b/f\nnothing\n", "should follow"),
        ("--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n+b\n", "ends too early"),
        ("--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n+c\n", "more lines than it announces"),
        ("--- a/f\n+++ b/f\n@@ -x +1 @@\n-a\n+b\n", "a hunk starts with"),
        ("--- a/f\n+++ b/f\n@@ -1,99999999999 +1 @@\n-a\n+b\n", "a hunk starts with"),
        ("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "both names"),
        ("--- a/f\n+++ b/f\n@@ -1,2 +1 @@\n-a\n\\ No newline\n-b\n+b\n", "only the last line"),
        ("--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b\n", "no folder to strip"),
        ("diff --git a/f b/f\nindex 1..2\nGIT binary patch\nliteral 1\n", "binary patches are not supported"),
        ("Binary files a/f and b/f differ\n", "binary patches"),
        ("diff --git a/f b/g\ncopy from f\ncopy to g\n", "copies are"),
        ("diff --git a/f b/f\nnew file mode 120000\n", "symbolic links"),
        ("@@@ -1,2 -1,2 +1,3 @@@\n", "combined diffs"),
        ("--- a/g\n+++ b/g\n@@ -1 +1 @@\n-a\n+b\n", "does not exist"),
    ] {
        let root = tree(&[("f", "a\n")]);
        let error = forward(&root, patch).unwrap_err().to_string();
        assert!(error.contains(says), "{patch:?}: {error}");
        assert_eq!(text(root.path(), "f"), "a\n");
    }
}

//! Names and links that try to lead a write out of the tree, and patches made
//! to be slow.

use std::os::unix::fs::symlink;

use super::*;

#[test]
fn names_that_leave_the_tree_are_refused() {
    for name in [
        "/etc/passwd",
        "../x/f",
        "a/../../f",
        "a/b/../f",
        "a/..",
        "a/.git/hooks/post-checkout",
        "a/sub/.GIT/config",
        "a/x\u{7}y",
        "\"a/\\001\"",
        "\"a/\\056\\056/f\"",
        "\"/etc/passwd\"",
        "a/",
        "a/folder/",
    ] {
        let root = tree(&[("f", "a\n")]);
        for patch in [
            format!("--- /dev/null\n+++ {name}\n@@ -0,0 +1 @@\n+x\n"),
            format!("--- {name}\n+++ {name}\n@@ -0,0 +1 @@\n+x\n"),
            format!("diff --git {name} {name}\nnew file mode 100644\n"),
            format!(
                "diff --git a/f b/g\nrename from f\nrename to {}\n",
                name.replacen("a/", "", 1).replacen("\"a/", "\"", 1)
            ),
        ] {
            if patch.contains("rename to \n") || patch.contains("rename to x") {
                continue;
            }
            let error = forward(&root, &patch).unwrap_err();
            assert!(matches!(error, PatchError::UnsafeName { .. }), "{patch:?}: {error}");
        }
    }
}

#[test]
fn doubled_slashes_stay_inside() {
    let root = tree(&[]);
    forward(&root, "--- /dev/null\n+++ a//etc/./passwd\n@@ -0,0 +1 @@\n+x\n").unwrap();
    assert_eq!(text(root.path(), "etc/passwd"), "x\n");
}

#[test]
fn links_are_never_followed() {
    let outside = tree(&[("victim", "a\n")]);
    let root = tree(&[("real/f", "a\n")]);
    symlink(outside.path(), root.path().join("out")).unwrap();
    symlink(outside.path().join("victim"), root.path().join("file")).unwrap();
    symlink("real", root.path().join("in")).unwrap();
    symlink("/dev/zero", root.path().join("endless")).unwrap();
    for (name, hunk) in [
        ("out/victim", "@@ -1 +1 @@\n-a\n+b\n"),
        ("out/new", "@@ -0,0 +1 @@\n+b\n"),
        ("file", "@@ -1 +1 @@\n-a\n+b\n"),
        ("in/f", "@@ -1 +1 @@\n-a\n+b\n"),
        ("endless", "@@ -1 +1 @@\n-a\n+b\n"),
    ] {
        let error = forward(&root, &format!("--- a/{name}\n+++ b/{name}\n{hunk}")).unwrap_err().to_string();
        assert!(error.contains("symbolic link"), "{name}: {error}");
    }
    let rename = "diff --git a/real/f b/out/f\nrename from real/f\nrename to out/f\n";
    assert!(forward(&root, rename).unwrap_err().to_string().contains("symbolic link"));
    assert_eq!(text(outside.path(), "victim"), "a\n");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn a_hard_link_is_replaced_not_written_through() {
    let outside = tree(&[("victim", "a\n")]);
    let root = tree(&[]);
    fs::hard_link(outside.path().join("victim"), root.path().join("f")).unwrap();
    forward(&root, "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n+b\n").unwrap();
    assert_eq!(text(root.path(), "f"), "b\n");
    assert_eq!(text(outside.path(), "victim"), "a\n");
}

#[test]
fn quadratic_search_ends() {
    let root = tree(&[("f", &"a\n".repeat(1_000_000))]);
    let mut hunk = String::from("--- a/f\n+++ b/f\n@@ -500000,1001 +500000,1001 @@\n");
    hunk.push_str(&" a\n".repeat(1000));
    hunk.push_str("-b\n+c\n");
    let error = forward(&root, &hunk).unwrap_err();
    assert!(matches!(error, PatchError::TooMuchWork { .. } | PatchError::DoesNotFit { .. }), "{error}");
}

#[test]
fn too_much_of_anything_is_refused() {
    let root = tree(&[("f", "a\n")]);
    let error = apply(root.path(), &vec![b'\n'; MAX_PATCH + 1], Direction::Forward).unwrap_err();
    assert!(matches!(error, PatchError::TooLarge { .. }));
    let mut many = String::from("--- a/f\n+++ b/f\n");
    many.push_str(&"@@ -1,0 +1 @@\n+x\n".repeat(MAX_HUNKS + 1));
    assert!(matches!(forward(&root, &many).unwrap_err(), PatchError::TooLarge { .. }));
}

#![allow(clippy::unwrap_used, clippy::panic)]
use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::*;

const ONE: &str = "1111111111111111111111111111111111111111";
const TWO: &str = "2222222222222222222222222222222222222222";

fn git(folder: &Path, files: &[(&str, &str)]) -> PathBuf {
    let git = folder.join(".git");
    fs::create_dir_all(git.join("objects")).unwrap();
    for (path, text) in files {
        let path = git.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    git
}

#[test]
fn references_are_copied_and_nothing_else_is() {
    let (repo, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let git = git(
        repo.path(),
        &[
            ("HEAD", "ref: refs/heads/main\n"),
            (
                "packed-refs",
                &format!("# pack-refs with: peeled\n{ONE} refs/tags/v1.0\n^{TWO}\n{ONE} refs/heads/main\nx y\n"),
            ),
            ("refs/heads/main", &format!("{TWO}\n")),
            ("refs/heads/.hidden", TWO),
            ("refs/heads/a lock", TWO),
            ("refs/heads/x.lock", TWO),
            ("refs/heads/big", &"1".repeat(10_000)),
            ("config", "[core]\n\tsshCommand = touch /tmp/x\n[include]\n\tpath = /etc/passwd\n"),
            ("hooks/post-checkout", "#!/bin/sh\n"),
            ("info/attributes", "* filter=evil\n"),
            ("shallow", &format!("{ONE}\nnot a hash\n")),
        ],
    );
    symlink("/etc/hostname", git.join("refs/heads/link")).unwrap();
    let found = references(&git).unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), ["refs/heads/main", "refs/tags/v1.0"]);
    assert_eq!(found["refs/heads/main"], TWO, "a loose one is the newer one");
    write_own(own.path(), &git, &found).unwrap();
    let read = |name: &str| fs::read_to_string(own.path().join(name)).unwrap();
    assert!(!read("config").contains("ssh") && !read("config").contains("include"));
    assert_eq!(read("info/attributes"), ATTRIBUTES);
    assert_eq!(read("HEAD"), "ref: refs/heads/main\n");
    assert_eq!(read("shallow"), format!("{ONE}\n"));
    assert!(!own.path().join("hooks").exists());
}

#[test]
fn what_leads_elsewhere_is_no_repository() {
    let repo = tempfile::tempdir().unwrap();
    assert!(folder_of(repo.path()).is_err());
    fs::write(repo.path().join(".git"), "gitdir: /somewhere/else\n").unwrap();
    let error = folder_of(repo.path()).unwrap_err().to_string();
    assert!(error.contains("another repository"), "{error}");
    fs::remove_file(repo.path().join(".git")).unwrap();
    symlink("/somewhere", repo.path().join(".git")).unwrap();
    assert!(folder_of(repo.path()).is_err());
    fs::remove_file(repo.path().join(".git")).unwrap();
    fs::create_dir(repo.path().join("objects")).unwrap();
    assert_eq!(folder_of(repo.path()).unwrap(), repo.path(), "a bare one");
}

#[test]
fn a_pipe_in_the_place_of_a_reference_is_not_waited_for() {
    let repo = tempfile::tempdir().unwrap();
    let git = git(repo.path(), &[("refs/heads/main", ONE)]);
    let pipe =
        std::process::Command::new("mkfifo").arg(git.join("refs/heads/pipe")).arg(git.join("packed-refs")).status();
    assert!(pipe.unwrap().success());
    assert_eq!(references(&git).unwrap().len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn whatever_stands_in_a_repository_only_names_get_into_ours(
        packed in proptest::collection::vec("([0-9a-f]{40} )?(refs/)?[ -~]{0,20}|\\PC{0,30}", 0..8), head in "(ref: )?\\PC{0,40}"
    ) {
        let (repo, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let git = git(repo.path(), &[("packed-refs", &packed.join("\n")), ("HEAD", &head), ("shallow", &packed.join("\n"))]);
        let found = references(&git).unwrap();
        prop_assert!(found.keys().all(|name| is_name(name)));
        write_own(own.path(), &git, &found).unwrap();
        let text = fs::read_to_string(own.path().join("packed-refs")).unwrap();
        for line in text.lines() {
            let (commit, name) = line.split_once(' ').unwrap();
            prop_assert!(hash(commit).is_some() && name.starts_with("refs/") && !name.contains(' '));
        }
        let head = fs::read_to_string(own.path().join("HEAD")).unwrap();
        prop_assert_eq!(head.lines().count(), 1);
    }
}

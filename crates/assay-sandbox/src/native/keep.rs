//! Writes what a run made into a host folder, entry by entry, never outside of it.

use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Component, Path, PathBuf};

use crate::spec::Node;

/// Makes one entry of a hostile tree under a host folder of the runner's own.
///
/// Parents come before children and links are only made where they stay inside,
/// but a later entry could still name a path through an earlier link: the sender
/// is init, which walks real folders, so such a path is a broken frame.
pub fn keep(folder: &Path, path: &[u8], node: &Node) -> io::Result<Option<File>> {
    let relative = PathBuf::from(std::ffi::OsStr::from_bytes(path));
    if relative.as_os_str().is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(io::Error::other("a path that leaves its folder"));
    }
    let at = folder.join(&relative);
    let mut parent = folder.to_path_buf();
    for part in relative.parent().into_iter().flat_map(Path::components) {
        parent.push(part);
        if !std::fs::symlink_metadata(&parent)?.is_dir() {
            return Err(io::Error::other("a path through something that is no folder"));
        }
    }
    match node {
        Node::Folder => {
            std::fs::create_dir(&at)?;
            std::fs::set_permissions(&at, std::fs::Permissions::from_mode(0o755))?;
            Ok(None)
        }
        Node::File { executable, .. } => {
            let file = File::options().write(true).create_new(true).mode(0o600).open(&at)?;
            let mode = if *executable { 0o755 } else { 0o644 };
            file.set_permissions(std::fs::Permissions::from_mode(mode))?;
            Ok(Some(file))
        }
        Node::Link(target) => {
            let target = Path::new(std::ffi::OsStr::from_bytes(target));
            if stays_inside(&relative, target) {
                std::os::unix::fs::symlink(target, &at)?;
            }
            Ok(None)
        }
        // Sockets and pipes are of no use outside, and a trap for readers.
        Node::Other => Ok(None),
    }
}

/// Whether a relative link at `from` leads into the same tree, whatever else is a link there.
///
/// `..` only counts before all names: after one it would start from wherever
/// that name leads, which may be another link.
fn stays_inside(from: &Path, target: &Path) -> bool {
    let mut depth = from.components().count().saturating_sub(1);
    let mut named = false;
    for part in target.components() {
        match part {
            Component::Normal(_) => named = true,
            Component::CurDir => {}
            Component::ParentDir if named || depth == 0 => return false,
            Component::ParentDir => depth -= 1,
            Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    !target.as_os_str().is_empty()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    /// A short path of few names, so that entries meet each other.
    fn path() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(vec!["a", "b", "c", "..", "."]), 1..5)
            .prop_map(|parts| parts.join("/"))
    }

    fn node() -> impl Strategy<Value = Node> {
        prop_oneof![
            Just(Node::Folder),
            Just(Node::File { content: Vec::new(), executable: false }),
            path().prop_map(|target| Node::Link(target.into_bytes())),
            Just(Node::Other),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_sequence_of_entries_makes_a_way_out(entries in prop::collection::vec((path(), node()), 0..30)) {
            let outer = tempfile::tempdir().unwrap();
            let folder = outer.path().canonicalize().unwrap().join("in");
            std::fs::create_dir(&folder).unwrap();
            for (path, node) in &entries {
                let _ = keep(&folder, path.as_bytes(), node);
            }
            prop_assert_eq!(std::fs::read_dir(outer.path()).unwrap().count(), 1);
            for (path, _) in &entries {
                if !path.split('/').any(|part| part == "..") && let Ok(real) = folder.join(path).canonicalize() {
                    prop_assert!(real.starts_with(&folder), "{} leads to {}", path, real.display());
                }
            }
        }
    }

    #[test]
    fn links_that_leave_the_tree_are_told_apart() {
        let inside = |from: &str, to: &str| stays_inside(Path::new(from), Path::new(to));
        assert!(inside("a/b", "../c"));
        assert!(inside("a", "b"));
        assert!(inside("a/b", ".."));
        assert!(!inside("a", "../c"));
        assert!(!inside("x", "a/b/../../c"), "`a/b` may be a link to the top");
        assert!(!inside("a/b", "../../c"));
        assert!(!inside("a", "/etc/shadow"));
        assert!(!inside("a", ""));
    }

    #[test]
    fn a_path_that_leaves_its_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for path in ["../x", "/etc/x", "", "a/../b", "missing/x"] {
            assert!(keep(folder.path(), path.as_bytes(), &Node::Folder).is_err(), "{path}");
        }
        assert!(keep(folder.path(), b"link", &Node::Link(b"/etc".to_vec())).unwrap().is_none());
        assert!(!folder.path().join("link").exists());
        keep(folder.path(), b"a", &Node::Folder).unwrap();
        keep(folder.path(), b"b", &Node::Link(b"a".to_vec())).unwrap();
        assert!(keep(folder.path(), b"b/x", &Node::Folder).is_err(), "no entry goes through a link");
    }
}

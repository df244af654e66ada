//! The same run in folders of other names.
//!
//! Where things lie in the sandbox is the same for every runner, so a program can know by a path that it is looked
//! at. Folders are named in commands by variables alone, so that nothing honest depends on their names.

use std::path::{Path, PathBuf};

use assay_sandbox::{Mount, Spec, Task};

use crate::layout::{BUNDLE, CANARY, DEPS, OUT, SCRATCH};

/// Names as a user's machine has them. What only the runner has (logs, hooks) stays: nothing of it is named to a program
/// whose oracle does without.
const NAMES: [(&str, &str); 5] = [
    (BUNDLE, "/srv/project"),
    (OUT, "/opt/program"),
    (DEPS, "/opt/packages"),
    (SCRATCH, "/home/user/data"),
    (CANARY, "/home/user/notes"),
];

/// Puts all folders of a run under other names: mounts, commands, environment and what is brought out.
pub fn moved(spec: &mut Spec) {
    for mount in &mut spec.mounts {
        let (Mount::ReadOnly { at, .. }
        | Mount::Data { at, .. }
        | Mount::Scratch { at, .. }
        | Mount::Copy { at, .. }
        | Mount::LogFolder { at, .. }) = mount;
        *at = path(at);
    }
    spec.cwd = path(&spec.cwd);
    if let Task::Exec { argv, env } = &mut spec.task {
        for text in argv.iter_mut().chain(env.iter_mut().map(|(_, value)| value)) {
            *text = words(text);
        }
    }
    for collect in &mut spec.collect {
        collect.from = path(&collect.from);
    }
}

fn path(path: &Path) -> PathBuf {
    let other = NAMES.iter().find_map(|(old, new)| Some(Path::new(new).join(path.strip_prefix(old).ok()?)));
    // Joined with nothing, a path gets a slash at its end.
    other.map_or_else(|| path.to_owned(), |other| other.components().collect())
}

/// A text in which each such folder's name stands as a whole has the other one.
fn words(text: &str) -> String {
    let mut text = text.to_owned();
    for (old, new) in NAMES {
        let mut done = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(old) {
            let (before, found) = rest.split_at(at);
            let after = &found[old.len()..];
            let sign = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            let whole = !after.starts_with(sign) && !before.ends_with(|c| sign(c) || c == '/');
            done.push_str(before);
            done.push_str(if whole { new } else { old });
            rest = after;
        }
        done.push_str(rest);
        text = done;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_exchanged_as_a_whole() {
        assert_eq!(words("/scratch/folder"), "/home/user/data/folder");
        assert_eq!(words("/bundle/src:/out"), "/srv/project/src:/opt/program");
        assert_eq!(words("--into=/scratch"), "--into=/home/user/data");
        assert_eq!(words("/scratched /x/out /outer"), "/scratched /x/out /outer");
        assert_eq!(path(Path::new("/bundle")), Path::new("/srv/project"));
        assert_eq!(path(Path::new("/bundle/src/x.c")), Path::new("/srv/project/src/x.c"));
        assert_eq!(path(Path::new("/usr/bin")), Path::new("/usr/bin"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text in "(/scratch|/out|/bundle|/| |x|:|-)*") {
            // None of the new names holds an old one as a whole, so that a second time changes nothing.
            let once = words(&text);
            proptest::prop_assert_eq!(words(&once), once);
        }
    }
}

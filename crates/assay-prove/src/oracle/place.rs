//! Where things lie in the sandbox, and whose code a source file is.

use crate::evidence::Place;

use super::seen::Frame;

/// The bundle's root, the working folder.
pub const BUNDLE: &str = "/bundle";
/// The arm's source.
pub const SRC: &str = "/bundle/src";
/// What the build made.
pub const OUT: &str = "/out";
/// The run's own tmpfs.
pub const SCRATCH: &str = "/scratch";
/// The folder with the secret of the run.
pub const CANARY: &str = "/canary";
/// The folder into which reports go.
pub const LOG: &str = "/log";
/// The hooks of the `exception` oracle.
pub const HOOK: &str = "/hook";

/// The runner's own programs that stand in the place of a harness while the oracle is tested.
const SELF_TEST: &str = "/hook/self-test";

/// Whose code a source file is, by its path in the sandbox.
///
/// The target is the arm's source, what the `wheel` and `npm` recipes unpack,
/// and classes that a build of the claimant's puts into `$OUT/target`; the harness is everything else that the bundle brings. System
/// libraries, toolchains, sanitizer runtimes and dependencies are neither:
/// their frames are skipped. A relative path is relative to the bundle's root,
/// where compilers run.
#[must_use]
pub fn place_of(file: &str) -> Place {
    let Some(path) = absolute(file) else {
        return Place::Unknown;
    };
    let within = |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    if within(SRC) || within("/out/site") || within("/out/node_modules") || within("/out/target") {
        Place::Target
    } else if within(BUNDLE) || within(SELF_TEST) {
        Place::Harness
    } else {
        Place::Unknown
    }
}

/// The path without `.` and `..`, which are debug info of builds such as
/// `harness/../src/lib.rs`. Names in brackets (`<string>`, `node:fs`) are no files.
fn absolute(file: &str) -> Option<String> {
    if file.is_empty() || file.starts_with('<') || file.starts_with("node:") {
        return None;
    }
    let whole = if file.starts_with('/') { file.to_owned() } else { format!("{BUNDLE}/{file}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    Some(format!("/{}", parts.join("/")))
}

/// The innermost frame that is the target's or the harness's own.
pub(crate) fn first_placed(stack: &[Frame]) -> Option<(&Frame, Place)> {
    stack
        .iter()
        .map(|frame| (frame, frame.file.as_deref().map_or(Place::Unknown, place_of)))
        .find(|(_, place)| *place != Place::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn files_belong_to_target_harness_or_neither() {
        for (file, place) in [
            ("/bundle/src/cJSON.c", Place::Target),
            ("src/cJSON.c", Place::Target),
            ("/bundle/harness/../src/src/lib.rs", Place::Target),
            ("/out/site/pygments/lexer.py", Place::Target),
            ("/out/node_modules/lodash/lodash.js", Place::Target),
            ("/out/target/org/name/Parser.java", Place::Target),
            ("/bundle/harness.c", Place::Harness),
            ("harness.c", Place::Harness),
            ("/bundle/src/../harness.c", Place::Harness),
            ("/bundle/srcs/other.c", Place::Harness),
            ("/hook/self-test/raise.py", Place::Harness),
            ("/hook/sitecustomize.py", Place::Unknown),
            ("/usr/include/c++/12/bits/stl_vector.h", Place::Unknown),
            ("/rustc/abc/library/core/src/ptr/mod.rs", Place::Unknown),
            ("/deps/libc/src/lib.rs", Place::Unknown),
            ("/bundled/src/x.c", Place::Unknown),
            ("<frozen importlib>", Place::Unknown),
            ("node:internal/modules/cjs/loader", Place::Unknown),
            ("", Place::Unknown),
        ] {
            assert_eq!(place_of(file), place, "{file}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_place(file in ".{0,200}") {
            let _ = place_of(&file);
        }
    }
}

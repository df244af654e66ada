//! Programs compiled here, run under AddressSanitizer, and their reports
//! resolved from outside; broken and hostile ELF files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_triage::sanitizer;
use proptest::prelude::*;

use super::*;

const PROGRAM: &str = "\
#include <stdlib.h>
#include \"../src/lib.h\"
__attribute__((noinline)) static int outer(char *p, int n) {
    return inner(p, n) + 1;
}
int main(int argc, char **argv) {
    char *p = calloc(10, 1);
    (void)argv;
    return outer(p, 11 + argc);
}
";
const LIBRARY: &str = "static inline __attribute__((always_inline)) int inner(char *p, int n) {\n    return p[n];\n}\n";

/// Compiles the program in `dir` with these flags.
fn compile(dir: &Path, flags: &[&str]) -> PathBuf {
    for folder in ["src", "harness"] {
        fs::create_dir_all(dir.join(folder)).unwrap();
    }
    fs::write(dir.join("src/lib.h"), LIBRARY).unwrap();
    fs::write(dir.join("harness/main.c"), PROGRAM).unwrap();
    let out = dir.join("program");
    let done = Command::new("cc")
        .args(flags)
        .arg("harness/main.c")
        .arg("-o")
        .arg(&out)
        .current_dir(dir)
        .status()
        .expect("these tests need a C compiler");
    assert!(done.success());
    out
}

/// Runs it and gives the access stack of its report, as offsets in the program.
fn crash(dir: &Path, program: &Path) -> Vec<u64> {
    let options = format!("symbolize=0:abort_on_error=1:detect_leaks=0:log_path={}/log", dir.display());
    let status = Command::new(program).env("ASAN_OPTIONS", options).status().unwrap();
    assert!(!status.success());
    let log =
        fs::read_dir(dir).unwrap().flatten().find(|e| e.file_name().to_string_lossy().starts_with("log.")).unwrap();
    let report = sanitizer::reports(&fs::read(log.path()).unwrap()).remove(0);
    assert_eq!(report.kind, "heap-buffer-overflow");
    let own = report.stacks.access.iter().filter(|f| f.module.as_deref() == program.to_str());
    own.filter_map(|f| f.offset).collect()
}

fn named(frames: &[SourceFrame]) -> Vec<(&str, &str, u32)> {
    frames
        .iter()
        .map(|f| {
            let file = f.file.as_deref().unwrap_or_default();
            (
                f.function.as_deref().unwrap_or_default(),
                file.rsplit('/').next().unwrap_or_default(),
                f.line.unwrap_or(0),
            )
        })
        .collect()
}

#[test]
fn a_crash_is_resolved_with_inlined_frames_and_exact_lines() {
    for flags in [["-g", "-O1", "-fsanitize=address", "-pie"], ["-g", "-O1", "-fsanitize=address", "-no-pie"]] {
        let dir = tempfile::tempdir().unwrap();
        let program = compile(dir.path(), &flags);
        let offsets = crash(dir.path(), &program);
        let frames = symbolize(&program, &offsets).unwrap();
        assert_eq!(named(&frames[0]), [("inner", "lib.h", 2), ("outer", "main.c", 4)], "{flags:?}");
        // The caller's line is that of the call, not of what follows it.
        assert_eq!(named(&frames[1]), [("main", "main.c", 9)], "{flags:?}");
        let file = frames[0][0].file.clone().unwrap();
        assert!(file.ends_with("/src/lib.h") && !file.contains(".."), "{file}");
    }
}

#[test]
fn without_debug_information_a_frame_has_a_name_and_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let program = compile(dir.path(), &["-O1", "-fsanitize=address"]);
    let offsets = crash(dir.path(), &program);
    let frames = symbolize(&program, &offsets).unwrap();
    assert_eq!(named(&frames[0]), [("outer", "", 0)]);
    assert_eq!(frames[0][0].file, None);
    assert_eq!(symbolize(&program, &[u64::MAX, 0]).unwrap(), [vec![], vec![]]);
}

#[test]
fn compressed_sections_and_build_ids() {
    let dir = tempfile::tempdir().unwrap();
    let program = compile(dir.path(), &["-g", "-gz=zlib", "-O1", "-fsanitize=address", "-Wl,--build-id=0xabcdef0123"]);
    let offsets = crash(dir.path(), &program);
    assert_eq!(named(&symbolize(&program, &offsets).unwrap()[0])[0].0, "inner");
    assert_eq!(build_id(&program).unwrap().as_deref(), Some("abcdef0123"));
    let program = compile(dir.path(), &["-Wl,--build-id=none"]);
    assert_eq!(build_id(&program).unwrap(), None);
}

#[test]
fn what_is_no_module_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text");
    fs::write(&text, "hello").unwrap();
    for path in [text.as_path(), dir.path(), Path::new("/dev/zero"), Path::new("/nowhere")] {
        assert!(symbolize(path, &[1]).is_err(), "{}", path.display());
        assert!(build_id(path).is_err(), "{}", path.display());
    }
}

#[test]
fn a_section_that_claims_too_much_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let program = compile(dir.path(), &["-g", "-gz=zlib"]);
    let mut bytes = fs::read(&program).unwrap();
    // Every ELFCLASS64 compression header: type zlib, then the size it claims.
    let header = [1_u8, 0, 0, 0, 0, 0, 0, 0];
    let claims: Vec<usize> = (0..bytes.len() - 24).step_by(8).filter(|at| bytes[*at..].starts_with(&header)).collect();
    for at in claims {
        if bytes[at + 24] == 0x78 {
            bytes[at + 8..at + 16].copy_from_slice(&(1_u64 << 40).to_le_bytes());
        }
    }
    fs::write(&program, bytes).unwrap();
    let error = symbolize(&program, &[1]).unwrap_err();
    assert!(matches!(error, SymbolError::TooLarge { .. }), "{error}");
}

#[test]
fn paths_are_put_in_order() {
    for (path, form) in [
        ("/bundle/harness/../src/lib.rs", "/bundle/src/lib.rs"),
        ("/bundle//./src/a.c", "/bundle/src/a.c"),
        ("/../../etc", "/etc"),
        ("../x/../y", "../y"),
        ("../../y", "../../y"),
        ("src/a.c", "src/a.c"),
    ] {
        assert_eq!(path::lexical(path), form);
    }
}

/// A small program with debug information, compiled once.
fn sample() -> &'static [u8] {
    static SAMPLE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    SAMPLE.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        fs::read(compile(dir.path(), &["-g", "-O1"])).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn broken_modules_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..40),
        keep in any::<prop::sample::Index>(),
        cut in any::<bool>(),
    ) {
        let mut bytes = sample().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if cut {
            bytes.truncate(keep.index(bytes.len()));
        }
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        let offsets: Vec<u64> = (0x1000..0x1400).step_by(16).collect();
        if let Ok(frames) = symbolize(file.path(), &offsets) {
            prop_assert_eq!(frames.len(), offsets.len());
        }
        let _ = build_id(file.path());
    }
}

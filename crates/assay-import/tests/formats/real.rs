//! What real tools write, made while the test runs: the analyser of clang (SARIF), a libFuzzer target of clang
//! (testcase and log), AddressSanitizer of gcc (log).

use std::path::Path;
use std::process::{Command, Output};

use assay_import::{Format, Source};
use serde_json::Value;

use crate::support::{auto, content, entry, missing, value};

/// A read past the end behind three bytes that a fuzzer finds at once, and a null dereference that an analyser sees.
const TARGET: &str = r#"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
int last_byte(const uint8_t *name, size_t n) {
  char *copy = malloc(n);
  if (!copy) return 0;
  memcpy(copy, name, n);
  int last = copy[n];
  free(copy);
  return last;
}
int nothing(int k) { int *p = 0; return k > 3 ? *p : 0; }
int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n) { return n > 2 && d[0] == 'N' && last_byte(d, n) > 1000; }
"#;

/// Runs a tool of this system; none where it is not installed, which is a failure where all tools must be.
fn tool(program: &str, arguments: &[&str], folder: &Path) -> Option<Output> {
    match Command::new(program).args(arguments).current_dir(folder).env("ASAN_OPTIONS", "symbolize=1").output() {
        Ok(output) => Some(output),
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "`{program}` cannot be run: {error}");
            println!("skipped: `{program}` cannot be run: {error}");
            None
        }
    }
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("secret-place-").tempdir().unwrap();
    std::fs::write(folder.path().join("target.c"), TARGET).unwrap();
    folder
}

#[test]
fn the_log_of_an_analyser() {
    let folder = folder();
    let arguments = ["--analyze", "-Xclang", "-analyzer-output=sarif", "-o", "log.sarif", "target.c"];
    let Some(made) = tool("clang", &arguments, folder.path()) else { return };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let imported = auto(&Source::file("log.sarif", std::fs::read(folder.path().join("log.sarif")).unwrap()));
    assert_eq!(imported.format, Format::Sarif);
    assert!(imported.tool.as_deref().is_some_and(|tool| tool.starts_with("clang")), "{:?}", imported.tool);
    let null = imported.bundles.iter().find(|bundle| bundle.name.contains("NullDereference")).expect("it is seen");
    let description = value(null, &["description"]).unwrap().as_str().unwrap().to_owned();
    assert!(description.contains("At target.c:13"), "{description}");
    assert!(description.contains("The way there"), "{description}");
    assert!(!null.manifest.contains("secret-place"), "the machine's folder is taken out: {}", null.manifest);
    assert!(missing(null).contains(&"inputs.trigger".to_owned()), "an analyser brings no input");
}

#[test]
fn a_testcase_with_the_log_of_its_fuzzer() {
    let folder = folder();
    let arguments = ["-g", "-fsanitize=fuzzer,address", "target.c", "-o", "name_fuzzer"];
    let Some(made) = tool("clang", &arguments, folder.path()) else { return };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::create_dir(folder.path().join("corpus")).unwrap();
    std::fs::write(folder.path().join("corpus/seed"), b"NAME").unwrap();
    let fuzzer = folder.path().join("name_fuzzer");
    let run = tool(fuzzer.to_str().unwrap(), &["-seed=1", "-runs=1000", "corpus"], folder.path()).unwrap();
    assert!(!run.status.success(), "it found nothing");
    let found = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let crash =
        found.into_iter().find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("crash-")).unwrap();
    let (name, bytes) = (crash.file_name().unwrap().to_str().unwrap(), std::fs::read(&crash).unwrap());
    let source = Source::tree("findings", None, vec![entry(name, &bytes), entry("fuzz.log", &run.stderr)]);
    let imported = auto(&source);
    assert_eq!((imported.format, imported.bundles.len()), (Format::OssFuzz, 1));
    let bundle = &imported.bundles[0];
    assert_eq!(content(bundle, &format!("poc/{name}")), bytes);
    assert_eq!(value(bundle, &["oracle", "type"]).unwrap().to_string(), r#"["heap-buffer-overflow"]"#);
    assert_eq!(value(bundle, &["oracle", "access"]).unwrap().as_str(), Some("read"));
    assert_eq!(value(bundle, &["harness", "kind"]).unwrap().as_str(), Some("file"), "libFuzzer's own log says so");
    assert_eq!(value(bundle, &["build", "instrument"]).unwrap().as_str(), Some("asan"));
    // Frames have names only where the system has llvm-symbolizer.
    if String::from_utf8_lossy(&run.stderr).contains(" in last_byte") {
        assert_eq!(value(bundle, &["oracle", "frame"]).unwrap().as_str(), Some("last_byte"));
        assert_eq!(
            value(bundle, &["title"]).unwrap().as_str(),
            Some("heap-buffer-overflow in last_byte, found by a fuzz target")
        );
        assert!(!bundle.manifest.contains("fuzzer::"), "the engine's own functions: {}", bundle.manifest);
    }
}

#[test]
fn the_log_of_gcc_beside_a_testcase() {
    let folder = folder();
    let main = "#include <stdint.h>\n#include <stddef.h>\nint LLVMFuzzerTestOneInput(const uint8_t *, size_t);\n\
                int main(void) { return LLVMFuzzerTestOneInput((const uint8_t *)\"NAME\", 4); }\n";
    std::fs::write(folder.path().join("main.c"), main).unwrap();
    let Some(made) = tool("gcc", &["-g", "-fsanitize=address", "target.c", "main.c", "-o", "once"], folder.path())
    else {
        return;
    };
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let run = tool(folder.path().join("once").to_str().unwrap(), &[], folder.path()).unwrap();
    let name = "clusterfuzz-testcase-minimized-name_fuzzer-5123456789";
    let files = vec![entry(name, b"NAME"), entry(&format!("{name}.log"), &run.stderr)];
    let imported = auto(&Source::tree("findings", None, files));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["oracle", "frame"]).unwrap().as_str(), Some("last_byte"), "gcc looks names up itself");
    assert_eq!(
        value(bundle, &["title"]).unwrap().as_str(),
        Some("heap-buffer-overflow in last_byte, found by the fuzz target `name_fuzzer`")
    );
    let record: Value = serde_json::from_slice(content(bundle, "import.json")).unwrap();
    assert_eq!(record["format"], "oss-fuzz");
    assert!(!bundle.manifest.contains("secret-place"), "{}", bundle.manifest);
}

//! Crash reports of CASR.

use assay_import::Format;
use serde_json::{Value, json};

use crate::support::{auto, file, missing, says, value};

pub fn casrep() -> Value {
    json!({
        "Date": "2026-01-01", "Uname": "Linux SECRET-host 6.1", "OS": "Debian", "OSRelease": "12",
        "ProcEnviron": ["TOKEN=SECRET-env"], "ProcMaps": ["7f00 SECRET-map"], "ProcFiles": ["SECRET-open"],
        "NetworkConnections": ["SECRET-net"], "ProcCmdline": "/srv/SECRET-cmd/tool --key x", "Stdin": "/srv/SECRET-in",
        "Registers": { "rax": 3735928559_u64 }, "ExecutablePath": "/home/SECRET-user/build/tool",
        "Package": "tool", "PackageVersion": "1.0-2", "PackageArchitecture": "amd64",
        "CrashSeverity": { "Type": "EXPLOITABLE", "ShortDescription": "heap-buffer-overflow(write)",
                           "Description": "Heap buffer overflow", "Explanation": "The target writes past a buffer." },
        "Stacktrace": ["    #0 0x55 in memcpy /home/SECRET-user/llvm/asan.cpp:1",
                       "    #1 0x56 in ns::parse(int) /home/SECRET-user/src/p.cc:9:3"],
        "CrashLine": "/home/SECRET-user/src/p.cc:9:3",
        "AsanReport": ["==7==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x1 at pc 0x55 bp 0x1 sp 0x2",
                       "WRITE of size 4 at 0x1 thread T0",
                       "    #0 0x55 in memcpy /home/SECRET-user/llvm/asan.cpp:1",
                       "    #1 0x56 in ns::parse(int) /home/SECRET-user/src/p.cc:9:3",
                       "SUMMARY: AddressSanitizer: heap-buffer-overflow /home/SECRET-user/src/p.cc:9:3 in ns::parse(int)"]
    })
}

#[test]
fn a_casrep_gives_its_class_and_none_of_its_machine() {
    let imported = auto(&file("crash-1.casrep", &casrep()));
    assert_eq!(imported.format, Format::Casrep);
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["oracle", "type"]).unwrap().to_string(), r#"["heap-buffer-overflow"]"#);
    assert_eq!(value(bundle, &["oracle", "access"]).unwrap().as_str(), Some("write"));
    assert_eq!(value(bundle, &["oracle", "frame"]).unwrap().as_str(), Some("ns::parse"));
    assert_eq!(value(bundle, &["title"]).unwrap().as_str(), Some("heap-buffer-overflow(write) in ns::parse"));
    says(bundle, "names the package `tool`, 1.0-2");
    assert!(missing(bundle).contains(&"inputs.trigger".to_owned()));
    for file in &bundle.files {
        let text = String::from_utf8_lossy(&file.content).into_owned();
        assert!(!text.contains("SECRET") && !text.contains("deadbeef"), "{}: {text}", file.path);
    }
    assert!(!bundle.manifest.contains("SECRET"), "{}", bundle.manifest);
    assert!(imported.left_out[0].contains("environment, memory maps, open files, network connections"));
}

#[test]
fn a_debuggers_casrep_keeps_no_arguments() {
    let report = json!({
        "CrashSeverity": { "ShortDescription": "SourceAv", "Description": "Access violation" },
        "Stacktrace": ["#0  0x00005e in ns::read (this=0x7f, password=u\"SECRET\") at /home/x/a.cpp:9",
                       "#1  (anonymous namespace)::open (key=\"SECRET\") at /home/x/b.cpp:1"],
        "CrashLine": "/home/x/a.cpp:9"
    });
    let imported = auto(&file("a.casrep", &report));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["oracle", "signal"]).unwrap().to_string(), r#"["SIGSEGV", "SIGBUS"]"#);
    assert!(!bundle.manifest.contains("SECRET"), "{}", bundle.manifest);
    assert_eq!(value(bundle, &["target", "scope"]).unwrap().as_str(), Some("ns::read"));
    assert_eq!(value(bundle, &["title"]).unwrap().as_str(), Some("SourceAv in ns::read"));
}

#[test]
fn a_python_casrep_is_about_its_exception() {
    let report = json!({
        "CrashSeverity": { "ShortDescription": "AbortSignal", "Description": "Abort signal" },
        "PythonReport": [" === Uncaught Python exception: ===", "KeyError: 'SECRET'", "Traceback (most recent call last):"],
        "Stacktrace": ["File \"/home/x/site-packages/lib/a.py\", line 9, in resolve",
                       "File \"/home/x/fuzz.py\", line 3, in TestOneInput"],
        "CrashLine": "/home/x/site-packages/lib/a.py:9"
    });
    let imported = auto(&file("py.casrep", &report));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["title"]).unwrap().as_str(), Some("KeyError in resolve"));
    assert_eq!(
        value(bundle, &["oracle"]).unwrap().to_string(),
        r#"{ frame = "resolve", kind = "exception", type = ["KeyError"] }"#
    );
    assert!(!bundle.manifest.contains("SECRET") && !bundle.manifest.contains("TestOneInput"), "{}", bundle.manifest);
    assert_eq!((imported.tool, value(bundle, &["provenance"])), (None, None), "what found it is not said");
}

/// The stack of a script as `casr-js` and `casr-java` write it.
#[test]
fn a_stack_of_an_interpreter_is_read_too() {
    let javascript = json!({
        "CrashSeverity": { "Type": "NOT_EXPLOITABLE", "ShortDescription": "TypeError", "Description": "x", "Explanation": "" },
        "Stacktrace": ["at node:internal/fs:1:2", "at Array.map (<anonymous>)", "at async parse [as run] (/home/x/t.js:1:61)",
                       "at new Reader (/home/x/t.js:2:3)", "at Object.<anonymous> (/home/x/t.js:1:66)",
                       "at Module._compile (node:internal/modules/cjs/loader:1521:14)"],
        "CrashLine": "/home/x/t.js:1:61",
        "JsReport": ["TypeError: Cannot read properties of undefined (reading 'x')"]
    });
    let imported = auto(&file("js.casrep", &javascript));
    let bundle = &imported.bundles[0];
    assert_eq!(value(bundle, &["title"]).unwrap().as_str(), Some("TypeError in Array.map"));
    let description = value(bundle, &["description"]).unwrap();
    assert!(description.as_str().unwrap().contains("Array.map\n  parse\n  Reader\n\nAt t.js:1:61"), "{description}");
    let java = json!({
        "CrashSeverity": { "ShortDescription": "NumberFormatException", "Description": "x" },
        "Stacktrace": ["at java.base/java.lang.Integer.parseInt(Integer.java:652)", "at org.x.Name.read(Name.java:9)",
                       "at org.x.Fuzz.fuzzerTestOneInput(Fuzz.java:3)"],
        "CrashLine": "Name.java:9",
        "JavaReport": ["== Java Exception: java.lang.NumberFormatException: For input string"]
    });
    let imported = auto(&file("java.casrep", &java));
    assert_eq!(
        value(&imported.bundles[0], &["oracle"]).unwrap().to_string(),
        r#"{ frame = "org.x.Name.read", kind = "exception", type = ["java.lang.NumberFormatException"] }"#
    );
}

#[test]
fn the_module_of_a_script_is_no_function() {
    let report = json!({
        "CrashSeverity": { "ShortDescription": "IndexError", "Description": "string index out of range" },
        "PythonReport": ["Traceback (most recent call last):", "IndexError: string index out of range"],
        "Stacktrace": ["File \"/src/t.py\", line 3, in parse", "File \"/src/t.py\", line 4, in <module>"],
        "CrashLine": "/src/t.py:3"
    });
    let imported = auto(&file("py.casrep", &report));
    assert!(!imported.bundles[0].manifest.contains("<module>"), "{}", imported.bundles[0].manifest);
}

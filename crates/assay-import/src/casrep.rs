//! Crash reports of CASR.
//!
//! A casrep carries environment, memory maps, open files, network connections,
//! registers, and stacks with the values of arguments: the secrets of the
//! machine it was made on. So nothing is copied: only the crash's class, and
//! names of functions and source files, are taken; all the rest is dropped.

use serde_json::{Map, Value};

use crate::draft::{Draft, Findings, Oracle, Part};
use crate::error::ImportError;
use crate::format::Format;
use crate::frames;
use crate::source::{Content, Source, file_name};
use crate::{json, text};

/// Reports of sanitizers, each a list of lines.
const SANITIZERS: [&str; 4] = ["AsanReport", "MsanReport", "LsanReport", "UbsanReport"];
/// Reports of languages, each a list of lines.
const LANGUAGES: [(&str, &str); 7] = [
    ("PythonReport", "Python"),
    ("JavaReport", "Java"),
    ("JsReport", "JavaScript"),
    ("RustReport", "Rust"),
    ("GoReport", "Go"),
    ("CSharpReport", "C#"),
    ("LuaReport", "Lua"),
];
/// Keys that are never taken, said by name where they are there.
const SECRET: [(&str, &str); 10] = [
    ("ProcEnviron", "environment"),
    ("ProcMaps", "memory maps"),
    ("ProcFiles", "open files"),
    ("NetworkConnections", "network connections"),
    ("ProcStatus", "process status"),
    ("ProcCmdline", "command line"),
    ("Registers", "registers"),
    ("Disassembly", "disassembly"),
    ("Uname", "machine's name"),
    ("Stdin", "path of standard input"),
];
/// Frames that are told.
const FRAMES: usize = 16;

/// Whether this is a crash report.
pub(crate) fn is_one(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    object.get("CrashSeverity").is_some_and(Value::is_object)
        || object.get("Stacktrace").is_some_and(Value::is_array)
            && (object.contains_key("CrashLine") || object.contains_key("ExecutablePath"))
}

pub(crate) fn read(source: &Source) -> Result<Findings, ImportError> {
    let wrong = |why: &str| ImportError::NotThis {
        name: text::line(&source.name, 200),
        what: Format::Casrep.title(),
        why: why.to_owned(),
    };
    let Content::File(bytes) = &source.content else {
        return Err(wrong("it is a folder; a report is one file"));
    };
    let value = json::parse(&source.name, bytes)?;
    let Some(object) = value.as_object().filter(|_| is_one(&value)) else {
        return Err(wrong("it has neither `CrashSeverity`, nor `Stacktrace` with `CrashLine`"));
    };
    let stem = file_name(&source.name).trim_end_matches(".json").trim_end_matches(".casrep");
    let mut draft = Draft::titled(stem, &title(object));
    // CASR wrote the report; what found the crash is not said.
    let mut findings = Findings::default();
    describe(&mut draft, object);
    crash(&mut draft, object);
    target(&mut draft, object);
    let dropped: Vec<_> = SECRET.iter().filter(|(key, _)| is_there(object, key)).map(|(_, word)| *word).collect();
    if !dropped.is_empty() {
        findings.leave_out(&format!(
            "taken out, since they are the machine's and not the finding's: {}",
            dropped.join(", ")
        ));
    }
    if is_there(object, "Stdin") || is_there(object, "ProcCmdline") {
        draft.remark(Part::Inputs, "The report names its input only by a path on the machine it was made on.");
    }
    findings.push(draft)?;
    Ok(findings)
}

fn is_there(object: &Map<String, Value>, key: &str) -> bool {
    match object.get(key) {
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
        _ => false,
    }
}

fn word<'a>(object: &'a Map<String, Value>, path: &[&str]) -> Option<&'a str> {
    let (last, before) = path.split_last()?;
    let mut object = object;
    for key in before {
        object = object.get(*key)?.as_object()?;
    }
    object.get(*last)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

fn lines<'a>(object: &'a Map<String, Value>, key: &str) -> Vec<&'a str> {
    let list = object.get(key).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn title(object: &Map<String, Value>) -> String {
    // A language's exception says more than the signal that the fuzzer then died of.
    let exception = LANGUAGES.iter().find_map(|(key, _)| exception(&lines(object, key)));
    let class = exception.as_deref().or_else(|| word(object, &["CrashSeverity", "ShortDescription"]));
    let names = names(object);
    let place = names.first().map(|name| format!(" in {name}")).unwrap_or_default();
    format!("{}{place}", class.unwrap_or("A crash"))
}

fn describe(draft: &mut Draft, object: &Map<String, Value>) {
    let mut words = String::new();
    for key in ["Description", "Explanation"] {
        if let Some(text) = word(object, &["CrashSeverity", key]) {
            words.push_str(text);
            words.push('\n');
        }
    }
    let names = names(object);
    if !names.is_empty() {
        words.push_str(&format!("\nStack, innermost first:\n  {}\n", names.join("\n  ")));
    }
    if let Some(line) = word(object, &["CrashLine"]) {
        words.push_str(&format!("\nAt {}\n", base(line)));
    }
    draft.describe(&words);
    draft.change("of the stack, only names of functions were taken, and of paths only the files' names");
}

/// What recognises the flaw, as far as the report's class says.
fn crash(draft: &mut Draft, object: &Map<String, Value>) {
    for key in SANITIZERS {
        let report = lines(object, key).join("\n");
        if !report.is_empty() && frames::take_log(draft, report.as_bytes()) {
            return;
        }
    }
    let frame = names(object).into_iter().next();
    if let Some((_, language)) = LANGUAGES.iter().find(|(key, _)| is_there(object, key)) {
        let class = LANGUAGES.iter().find_map(|(key, _)| exception(&lines(object, key)));
        match class.filter(|_| matches!(*language, "Python" | "Java" | "JavaScript")) {
            Some(class) => {
                draft.set_oracle(Oracle { kind: "exception", types: vec![class], frame, ..Oracle::default() });
            }
            None => draft.remark(Part::Oracle, &format!("The report is of a {language} program's crash.")),
        }
        return;
    }
    let class = word(object, &["CrashSeverity", "ShortDescription"]).unwrap_or_default();
    let signals = signals(class);
    if signals.is_empty() {
        if !class.is_empty() {
            draft.remark(Part::Oracle, &format!("The report's class is `{class}`."));
        }
    } else {
        draft.set_oracle(Oracle { kind: "signal", signals, ..Oracle::default() });
        if let (Some(frame), None) = (frame, &draft.scope) {
            draft.set_scope(&frame);
        }
    }
}

/// The signals that a class of CASR's debugger reports stands for.
fn signals(class: &str) -> Vec<&'static str> {
    let access = [
        "SourceAv",
        "DestAv",
        "BranchAv",
        "ReturnAv",
        "CallAv",
        "SegFaultOnPc",
        "AccessViolation",
        "PossibleStackCorruption",
    ];
    match class {
        "AbortSignal" | "HeapError" | "SafeFunctionCheck" => vec!["SIGABRT"],
        "TrapSignal" => vec!["SIGTRAP"],
        "FPE" => vec!["SIGFPE"],
        "BadInstruction" => vec!["SIGILL", "SIGSYS"],
        "StackOverflow" => vec!["SIGSEGV"],
        _ if access.iter().any(|start| class.starts_with(start)) => vec!["SIGSEGV", "SIGBUS"],
        _ => Vec::new(),
    }
}

/// The exception's class: a dotted name before a colon, or alone on its line.
fn exception(lines: &[&str]) -> Option<String> {
    let class = |line: &&str| {
        let line = line.trim().trim_start_matches("== Java Exception: ").trim_start_matches("Uncaught ");
        let word = line.split([':', ' ']).next()?;
        let last = word.rsplit('.').next()?;
        let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_');
        let is_class = last.starts_with(|c: char| c.is_ascii_uppercase())
            && ["Error", "Exception", "Interrupt", "Exit"].iter().any(|end| last.ends_with(end));
        (plain && is_class && word.len() <= 200).then(|| word.to_owned())
    };
    lines.iter().find_map(class)
}

fn target(draft: &mut Draft, object: &Map<String, Value>) {
    let path = word(object, &["ExecutablePath"]).map(|path| text::line(file_name(path), 100));
    if let Some(path) = path {
        draft.remark(Part::Harness, &format!("The program that crashed is called `{path}`."));
    }
    let package =
        [word(object, &["Package"]), word(object, &["PackageVersion"]), word(object, &["PackageArchitecture"])];
    if let [Some(name), version, _] = package {
        let version = version.unwrap_or("a version that is not told");
        draft.remark(Part::Target, &format!("The report names the package `{name}`, {version}."));
    }
    if let Some(system) = word(object, &["OS"]) {
        let release = word(object, &["OSRelease"]).unwrap_or_default();
        draft.remark(Part::Target, &format!("The report names the system {system} {release}."));
    }
}

/// The target's functions of the stack, innermost first. The frames of a
/// debugger hold the values of arguments, so a name ends before its bracket.
fn names(object: &Map<String, Value>) -> Vec<String> {
    // What calls the target is no part of it.
    const CALLERS: [&str; 7] = [
        "LLVMFuzzerTestOneInput",
        "main",
        "_start",
        "__libc_start_main",
        "TestOneInput",
        "<module>",
        "Object.<anonymous>",
    ];
    let stack = lines(object, "Stacktrace").into_iter();
    let named = stack.filter_map(|frame| {
        let (function, is_native) = function(frame)?;
        let name = if is_native { assay_triage::name::normalise(function) } else { function.to_owned() };
        (!is_native || frames::is_target(function, Some(frame))).then(|| text::line(&name, 120))
    });
    let inside = named.take_while(|name| !CALLERS.contains(&name.as_str()));
    inside.filter(|name| !name.is_empty()).take(FRAMES).collect()
}

/// The function of a frame, and whether it is compiled code, whose names are mangled and whose runtime calls itself.
fn function(frame: &str) -> Option<(&str, bool)> {
    let frame = frame.trim();
    let short = |name: &str| !name.is_empty() && name.len() <= 2_000;
    if frame.starts_with("File \"") {
        let name = frame.rsplit_once(", in ")?.1.trim();
        return Some((name, false)).filter(|(name, _)| short(name));
    }
    if let Some(call) = frame.strip_prefix("at ") {
        let name = interpreted(call)?;
        return Some((name, false)).filter(|(name, _)| short(name));
    }
    let rest = frame.strip_prefix('#')?.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    let rest = match rest.strip_prefix("0x") {
        Some(address) => address.split_once(" in ")?.1,
        None => rest,
    };
    // ` (this=0x...` of a debugger; `(int) ` of a sanitizer belongs to the name and is normalised away.
    let end = [" (", " at ", " /"].iter().filter_map(|mark| rest.find(mark)).min().unwrap_or(rest.len());
    Some((rest[..end].trim(), true)).filter(|(name, _)| short(name))
}

/// `parse` of JavaScript's `async parse [as run] (/src/a.js:1:2)`, `org.x.Y.parse` of Java's `org.x.Y.parse(Y.java:3)`;
/// nothing of what is the machine's own.
fn interpreted(call: &str) -> Option<&str> {
    const MACHINE: [&str; 7] = ["node:", "native", "java.", "javax.", "jdk.", "sun.", "com.code_intelligence.jazzer."];
    let call = ["async ", "new "].iter().fold(call, |call, word| call.strip_prefix(word).unwrap_or(call));
    let (name, place) = call.split_once('(')?;
    let name = name.split(" [as ").next().unwrap_or(name).trim();
    // Java may name the module or the loader first: `java.base/java.lang.Thread.run`.
    let bare = name.rsplit('/').next().unwrap_or(name);
    let is_machine = |text: &str| MACHINE.iter().any(|start| text.starts_with(start));
    (!is_machine(bare) && !is_machine(place)).then_some(bare)
}

/// `file.c:3:4` of `/home/user/src/file.c:3:4`.
fn base(place: &str) -> String {
    text::line(file_name(place), 200)
}

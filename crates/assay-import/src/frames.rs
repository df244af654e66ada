//! Which function of a stack a finding is about: the innermost one that is
//! neither the sanitizer's nor the standard library's.

use assay_triage::name::normalise;
use assay_triage::sanitizer::{self, Access, Report, Tool};

use crate::draft::{Draft, Oracle, Part};
use crate::text;

/// Functions that are told of one stack.
const SHOWN: usize = 5;

/// Beginnings of names that belong to a sanitizer or to a runtime.
const RUNTIME: [&str; 16] = [
    "__asan",
    "__msan",
    "__lsan",
    "__ubsan",
    "__sanitizer",
    "__interceptor",
    "__interception",
    "___interceptor",
    "std::",
    "__gnu",
    "core::",
    "alloc::",
    "rust_begin_unwind",
    "__rust",
    "fuzzer::",
    "__libc_",
];
/// Functions that are called by the one that is at fault.
const LIBRARY: [&str; 30] = [
    "abort",
    "raise",
    "gsignal",
    "free",
    "malloc",
    "calloc",
    "realloc",
    "memcpy",
    "memmove",
    "memset",
    "memcmp",
    "memchr",
    "strlen",
    "strnlen",
    "strcpy",
    "strncpy",
    "strcat",
    "strncat",
    "strcmp",
    "strncmp",
    "strchr",
    "strdup",
    "strndup",
    "printf",
    "vsnprintf",
    "snprintf",
    "sprintf",
    "fwrite",
    "__assert_fail",
    "operator new",
];
/// Parts of paths that are no target's.
const FOREIGN: [&str; 6] = ["compiler-rt", "libsanitizer", "/glibc", "/rustc/", "libstdc++", "llvm-project"];

/// Whether this function can be the one that a finding is about.
pub(crate) fn is_target(function: &str, file: Option<&str>) -> bool {
    let name = normalise(function);
    !name.is_empty()
        && !RUNTIME.iter().any(|start| name.starts_with(start))
        && !LIBRARY.contains(&name.as_str())
        && !name.starts_with("operator new")
        && !name.starts_with("operator delete")
        && !file.is_some_and(|file| FOREIGN.iter().any(|part| file.contains(part)))
}

/// Takes the first sanitizer report of a log for the finding, if there is one.
pub(crate) fn take_log(draft: &mut Draft, log: &[u8]) -> bool {
    let reports = sanitizer::reports(log);
    let Some(report) = reports.first() else { return false };
    if report.fatal_lsan {
        draft.remark(Part::Oracle, "The log says that LeakSanitizer failed itself, which proves nothing.");
        return false;
    }
    draft.set_oracle(oracle(report));
    draft.instrument.get_or_insert(match report.tool {
        Tool::Asan => "asan",
        Tool::Ubsan => "ubsan",
        Tool::Lsan => "lsan",
        Tool::Msan => "msan",
    });
    let stack = if report.stacks.access.is_empty() { &report.stacks.allocated } else { &report.stacks.access };
    let functions = stack.iter().filter_map(|frame| frame.function.as_deref());
    // What calls the fuzz target is the engine's.
    let names: Vec<_> = functions.map(shown).take_while(|name| !name.starts_with("fuzzer::")).take(SHOWN).collect();
    if !names.is_empty() {
        draft.remark(Part::Oracle, &format!("The log's stack, innermost first: {}.", names.join(", ")));
    }
    if reports.len() > 1 {
        draft.remark(Part::Oracle, &format!("The log holds {} reports; this is the first.", reports.len()));
    }
    true
}

fn shown(function: &str) -> String {
    text::line(&normalise(function), 120)
}

fn oracle(report: &Report) -> Oracle {
    if report.tool == Tool::Lsan {
        return Oracle { kind: "leak", frame: innermost(&report.stacks.allocated), ..Oracle::default() };
    }
    Oracle {
        kind: "sanitizer",
        types: vec![report.kind.clone()],
        access: report.access.map(|access| match access {
            Access::Read => "read",
            Access::Write => "write",
        }),
        frame: innermost(&report.stacks.access),
        ..Oracle::default()
    }
}

fn innermost(stack: &[sanitizer::Frame]) -> Option<String> {
    let named = stack.iter().filter_map(|frame| Some((frame.function.as_deref()?, frame.file.as_deref())));
    named.into_iter().find(|(function, file)| is_target(function, *file)).map(|(function, _)| shown(function))
}

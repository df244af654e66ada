//! Whether the sections fit each other.
//!
//! These checks look at the text as written and not at what was read, so that
//! a fault in one section does not hide a contradiction between two others.

use crate::manifest::document::{Node, Value};
use crate::manifest::fault::Fault;
use crate::manifest::reader::Reader;
use crate::manifest::suggest;

/// Sizes that a growth can be seen from.
const SIZES: usize = 3;

pub(in crate::manifest) fn check(root: &Reader<'_>) {
    match root.peek_text(&["oracle", "kind"]).unwrap_or("") {
        "sanitizer" => instrumented(root, &["asan", "ubsan", "lsan", "msan"]),
        "leak" => instrumented(root, &["asan", "lsan"]),
        "cpu" if root.peek(&["harness", "limits", "cpu"]).is_none() => {
            root.missing_at("harness.limits.cpu");
        }
        "growth" => sizes(root),
        "build-refusal" => compiled(root),
        "differential" if root.peek(&["oracle", "against"]).is_none() && root.peek(&["arms", "fixed"]).is_none() => {
            root.missing_at("arms.fixed.source");
        }
        _ => {}
    }
    refusal(root);
    memory_sanitizer(root);
}

/// A sanitizer's report needs a sanitizer. A claimant's own command may bring its own.
fn instrumented(root: &Reader<'_>, able: &[&str]) {
    if root.peek(&["build", "run"]).is_some() {
        return;
    }
    if root.peek(&["build"]).is_none() {
        root.missing_at("build");
        return;
    }
    let Some(node) = root.peek(&["build", "instrument"]) else {
        root.missing_at("build.instrument");
        return;
    };
    let known = ["asan", "ubsan", "lsan", "msan", "none"];
    if let Value::Text(word) = &node.value
        && known.contains(&word.as_str())
        && !able.contains(&word.as_str())
    {
        let kind = root.peek_text(&["oracle", "kind"]).unwrap_or("");
        let message = format!("the oracle `{kind}` never fires in a build with `{word}`");
        let help = format!("use one of {}", suggest::list(able));
        let fault = Fault::new("conflict", message).help(help);
        root.fault_at("build.instrument", Some(node.line), fault);
    }
}

/// What a compiler refuses is a program, compiled by the one recipe whose compiler's messages are read.
fn compiled(root: &Reader<'_>) {
    if root.peek(&["arms", "fixed", "refusal"]).is_none() {
        root.missing_at("arms.fixed.refusal");
    }
    let help = "each input is a program of its own, built by Cargo in each arm";
    for (path, place, only) in
        [(["harness", "kind"], "harness.kind", "program"), (["build", "recipe"], "build.recipe", "cargo")]
    {
        if let Some(word) = root.peek_text(&path)
            && word != only
        {
            let message = format!("the oracle `build-refusal` works with `{only}` only");
            root.fault_at(place, root.peek(&path).map(|node| node.line), Fault::new("conflict", message).help(help));
        }
    }
    if root.peek(&["build", "run"]).is_some() {
        let message = "the oracle `build-refusal` reads the compiler's own messages, which `run` would word";
        let line = root.peek(&["build", "run"]).map(|node| node.line);
        root.fault_at("build.run", line, Fault::new("conflict", message).help(r#"use `recipe = "cargo"`"#));
    }
}

fn sizes(root: &Reader<'_>) {
    let Some(node) = root.peek(&["inputs", "trigger"]) else {
        return;
    };
    let Value::List(list) = &node.value else {
        return;
    };
    let mut seen = Vec::new();
    for (index, input) in list.iter().enumerate() {
        match size(input) {
            Some(size) if seen.contains(&size) => {
                let message = format!("the size {size} is given twice");
                let place = format!("inputs.trigger[{index}].size");
                let help = "growth is judged over inputs of different size";
                let fault = Fault::new("conflict", message).help(help);
                root.fault_at(&place, Some(input.line), fault);
            }
            Some(size) => seen.push(size),
            None => root.missing_at(&format!("inputs.trigger[{index}].size")),
        }
    }
    if !list.is_empty() && list.len() < SIZES {
        let message = format!("{} triggers do not show a growth", list.len());
        let help = "give at least 3 triggers of different `size`";
        let fault = Fault::new("conflict", message).help(help);
        root.fault_at("inputs.trigger", Some(node.line), fault);
    }
}

/// The size that an input declares; a wrong type is named where inputs are read.
fn size(input: &Node) -> Option<String> {
    let Value::Table(input) = &input.value else {
        return None;
    };
    match &input.get("size")?.value {
        Value::Integer(size) => Some(size.to_string()),
        other => Some(other.kind().to_owned()),
    }
}

fn refusal(root: &Reader<'_>) {
    let Some(node) = root.peek(&["arms", "fixed", "refusal"]) else {
        return;
    };
    let kind = root.peek_text(&["oracle", "kind"]);
    if kind.is_some_and(|kind| kind != "build-refusal") {
        let fault = Fault::new("conflict", "a refusal to build is only looked at by its own oracle")
            .help(r#"use `kind = "build-refusal"` in `[oracle]`, or take the refusal out"#);
        root.fault_at("arms.fixed.refusal", Some(node.line), fault);
    }
}

/// gcc has no MemorySanitizer, and the Rust that people have none that could be used.
fn memory_sanitizer(root: &Reader<'_>) {
    let Some(node) = root.peek(&["build", "instrument"]) else {
        return;
    };
    let Value::Text(word) = &node.value else {
        return;
    };
    let recipe = root.peek_text(&["build", "recipe"]);
    match (recipe, word.as_str()) {
        (Some("cargo"), "ubsan" | "msan") => {
            let message = format!("the recipe `cargo` has no `{word}`");
            let help = "use `asan` or `lsan`: Rust has no UndefinedBehaviorSanitizer, and its MemorySanitizer needs a \
                        standard library that was built with it";
            root.fault_at("build.instrument", Some(node.line), Fault::new("conflict", message).help(help));
            return;
        }
        (Some("cc" | "libfuzzer" | "autotools" | "cmake" | "meson" | "make" | "debian"), "msan") => {}
        _ => return,
    }
    let clang = root.peek(&["toolchain", "needs"]).is_some_and(|needs| {
        matches!(&needs.value, Value::List(list)
            if list.iter().any(|n| matches!(&n.value, Value::Text(t) if t == "clang")))
    });
    if !clang {
        let fault = Fault::new("conflict", "MemorySanitizer needs clang").help(r#"add `"clang"` to `toolchain.needs`"#);
        root.fault_at("build.instrument", Some(node.line), fault);
    }
}

//! What fuzzing services call a crash, as our oracle's words.

use crate::draft::{Draft, Oracle, Part};
use crate::frames;
use crate::text;

/// A service's word, and what the sanitizer itself says there.
const SANITIZER: [(&str, &str); 19] = [
    ("heap-buffer-overflow", "heap-buffer-overflow"),
    ("stack-buffer-overflow", "stack-buffer-overflow"),
    ("stack-buffer-underflow", "stack-buffer-underflow"),
    ("global-buffer-overflow", "global-buffer-overflow"),
    ("container-overflow", "container-overflow"),
    ("dynamic-stack-buffer-overflow", "dynamic-stack-buffer-overflow"),
    ("heap-use-after-free", "heap-use-after-free"),
    ("stack-use-after-return", "stack-use-after-return"),
    ("stack-use-after-scope", "stack-use-after-scope"),
    ("use-after-poison", "use-after-poison"),
    ("heap-double-free", "double-free"),
    ("bad-free", "bad-free"),
    ("negative-size-param", "negative-size-param"),
    ("memcpy-param-overlap", "memcpy-param-overlap"),
    ("use-of-uninitialized-value", "use-of-uninitialized-value"),
    ("null-dereference", "SEGV"),
    ("unknown", "SEGV"),
    ("stack-overflow", "stack-overflow"),
    ("segv", "SEGV"),
];

/// A sanitizer's name in whatever spelling, as the build's word.
pub(crate) fn instrument(word: &str) -> Option<&'static str> {
    let word = word.trim().to_ascii_lowercase();
    let word = word.split([' ', '(']).next().unwrap_or_default();
    Some(match word {
        "address" | "asan" | "addresssanitizer" => "asan",
        "undefined" | "ubsan" | "undefinedbehaviorsanitizer" => "ubsan",
        "memory" | "msan" | "memorysanitizer" => "msan",
        "leak" | "lsan" | "leaksanitizer" => "lsan",
        _ => return None,
    })
}

/// Takes the sanitizer that the source names.
pub(crate) fn take_sanitizer(draft: &mut Draft, word: &str) {
    match instrument(word) {
        Some(word) => {
            draft.instrument = Some(word);
            if draft.oracle.is_none() {
                let kind = if word == "lsan" { "leak" } else { "sanitizer" };
                draft.set_oracle(Oracle { kind, ..Oracle::default() });
                let words = "Any report of this sanitizer counts as it stands. Name `type` and `frame`, so that the proof is about one flaw.";
                draft.remark(Part::Oracle, words);
            }
        }
        None => {
            let words =
                format!("The source names the sanitizer `{}`, which no oracle here reads.", text::line(word, 80));
            draft.remark(Part::Build, &words);
        }
    }
}

/// Takes a crash type such as `Heap-buffer-overflow READ 1`, and the crash state's functions.
pub(crate) fn take_crash(draft: &mut Draft, kind: &str, state: &[&str]) {
    let mut words = kind.split_whitespace();
    let first = words.next().unwrap_or_default().to_ascii_lowercase();
    let access = match words.next() {
        Some("READ") => Some("read"),
        Some("WRITE") => Some("write"),
        _ => None,
    };
    let frame = state.first().map(|line| line.trim()).filter(|line| is_function(line) && frames::is_target(line, None));
    let frame = frame.map(str::to_owned);
    if let Some((_, word)) = SANITIZER.iter().find(|(service, _)| *service == first) {
        draft.set_oracle(Oracle {
            kind: "sanitizer",
            types: vec![(*word).to_owned()],
            access,
            frame,
            ..Oracle::default()
        });
    } else if matches!(first.as_str(), "direct-leak" | "indirect-leak") {
        draft.set_oracle(Oracle { kind: "leak", frame, ..Oracle::default() });
    } else if first == "timeout" {
        draft.set_oracle(Oracle { kind: "cpu", ..Oracle::default() });
        draft.remark(
            Part::Harness,
            "The source calls it a time-out without a number that means the same on every machine.",
        );
    } else {
        draft.remark(Part::Oracle, &format!("The source calls the crash `{}`.", text::line(kind, 120)));
    }
    let state: Vec<_> =
        state.iter().map(|line| text::line(line, 120)).filter(|line| !line.is_empty()).take(5).collect();
    if !state.is_empty() {
        draft.remark(Part::Oracle, &format!("The source's stack, innermost first: {}.", state.join(", ")));
    }
}

fn is_function(line: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_:<>~,*& ()$".contains(c);
    line.len() <= 300
        && line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == '(')
        && line.chars().all(plain)
        && line != "NULL"
}

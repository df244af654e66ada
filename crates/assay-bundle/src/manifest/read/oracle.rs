//! `oracle`: what recognises the flaw.

use super::value;
use crate::manifest::document::Value;
use crate::manifest::fault::Fault;
use crate::manifest::name;
use crate::manifest::plain::unknown_word;
use crate::manifest::problem::shown;
use crate::manifest::reader::Reader;
use crate::manifest::shape;
use crate::manifest::types::{Access, Channel, Differential, Normalise, Oracle, Stack};
use crate::manifest::variable::Variable;

const KINDS: &[&str] = &[
    "sanitizer",
    "leak",
    "signal",
    "cpu",
    "growth",
    "memory",
    "canary-write",
    "canary-read",
    "output",
    "differential",
    "exception",
    "build-refusal",
];

pub(in crate::manifest) fn read(root: &Reader<'_>) -> Option<Oracle> {
    if !root.has("oracle") {
        root.missing_at("oracle.kind");
        return None;
    }
    // Which keys it knows depends on its kind, so they are checked below.
    let oracle = root.free_table("oracle")?;
    if !oracle.require("kind") {
        return None;
    }
    let kind = oracle.parsed("kind", |text| {
        let known = KINDS.iter().find(|kind| **kind == text);
        known.copied().ok_or_else(|| unknown_word(text, KINDS))
    })?;
    if let Some(shape) = shape::oracle(kind) {
        oracle.refuse_unknown(shape);
    }
    Some(match kind {
        "sanitizer" => sanitizer(&oracle),
        "leak" => Oracle::Leak { frame: oracle.parsed("frame", name::frame) },
        "signal" => Oracle::Signal { signals: some(&oracle, "signal", name::signal) },
        "cpu" => Oracle::Cpu,
        "growth" => growth(&oracle),
        "memory" => Oracle::Memory,
        "canary-write" => {
            Oracle::CanaryWrite { path: oracle.parsed("path", watched), allowed: oracle.each("allowed", watched) }
        }
        "canary-read" => Oracle::CanaryRead,
        "output" => return output(&oracle),
        "differential" => Oracle::Differential(differential(&oracle)),
        "exception" => Oracle::Exception {
            types: some(&oracle, "type", name::report_word),
            frame: oracle.parsed("frame", name::frame),
        },
        _ => Oracle::BuildRefusal,
    })
}

/// A list that must be there and not be empty.
fn some(oracle: &Reader<'_>, key: &str, parse: impl Fn(&str) -> Result<String, Fault>) -> Vec<String> {
    let empty = match oracle.node(key).map(|node| &node.value) {
        None => true,
        Some(Value::List(list)) => list.is_empty(),
        Some(_) => false,
    };
    if empty {
        oracle.missing(key);
    }
    oracle.each(key, parse)
}

fn sanitizer(oracle: &Reader<'_>) -> Oracle {
    let empty = |node: &crate::manifest::document::Node| matches!(&node.value, Value::List(list) if list.is_empty());
    if oracle.node("type").is_some_and(empty) {
        let fault = Fault::new("empty", "no report has one of no types");
        oracle.fault("type", fault.help("name the sanitizer's own words, or leave `type` out to take any"));
    }
    Oracle::Sanitizer {
        types: oracle.each("type", name::report_word),
        access: oracle.word("access", &[("read", Access::Read), ("write", Access::Write)]),
        stack: oracle
            .word("stack", &[("access", Stack::Access), ("freed", Stack::Freed), ("allocated", Stack::Allocated)])
            .unwrap_or(Stack::Access),
        frame: oracle.parsed("frame", name::frame),
    }
}

fn growth(oracle: &Reader<'_>) -> Oracle {
    let exponent = oracle.number("exponent", 0.0, 10.0).unwrap_or(1.7);
    let control = oracle.number("control", 0.0, 10.0).unwrap_or(1.3);
    let ratio = oracle.number("ratio", 1.0, 1e9).unwrap_or(100.0);
    if control >= exponent {
        let message = format!("the control's exponent {control} is not below {exponent}");
        let help = "between the two the outcome is open; a fixed version must lie clearly below";
        oracle.fault("control", Fault::new("conflict", message).help(help));
    }
    Oracle::Growth { exponent, control, ratio }
}

/// What another implementation's command may name: what the harness's may, but no canary is drawn.
const AGAINST: &[Variable] = &[Variable::Out, Variable::Input, Variable::Src, Variable::Deps, Variable::Scratch];

fn differential(oracle: &Reader<'_>) -> Differential {
    let words = [("trim", Normalise::Trim), ("lower-case", Normalise::LowerCase), ("sort-lines", Normalise::SortLines)];
    let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    let mut normalise = oracle.each("normalise", |text| {
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, step)| *step).ok_or_else(|| unknown_word(text, &known))
    });
    normalise.sort_unstable();
    normalise.dedup();
    Differential {
        channel: oracle
            .word("channel", &[("stdout", Channel::Stdout), ("stderr", Channel::Stderr)])
            .unwrap_or_default(),
        exit: oracle.word("exit", &[("compared", true), ("ignored", false)]).unwrap_or(true),
        normalise,
        remove: oracle.each("remove", value::regex),
        against: value::command(oracle, "against", AGAINST),
    }
}

fn output(oracle: &Reader<'_>) -> Option<Oracle> {
    let stdout = oracle.parsed("stdout", value::regex);
    let stderr = oracle.parsed("stderr", value::regex);
    let (channel, regex) = match (oracle.has("stdout"), oracle.has("stderr")) {
        (true, false) => (Channel::Stdout, stdout?),
        (false, true) => (Channel::Stderr, stderr?),
        (true, true) => {
            let fault = Fault::new("conflict", "either `stdout` or `stderr`, not both");
            oracle.fault("stderr", fault);
            return None;
        }
        (false, false) => {
            oracle.missing("stdout");
            return None;
        }
    };
    Some(Oracle::Output { channel, regex })
}

/// A path below `$SCRATCH`, or below or beside `$CANARY`.
fn watched(text: &str) -> Result<String, Fault> {
    let rest = text.strip_prefix("$CANARY").map(|rest| rest.trim_start_matches('/'));
    let good = match rest {
        Some("") => true,
        Some(rest) => !rest.contains('$') && value::path(rest).is_ok(),
        None => !text.contains('$') && value::path(text).is_ok(),
    };
    if good {
        return Ok(text.to_owned());
    }
    let message = format!("`{}` is not a path to watch", shown(text));
    Err(Fault::new("bad-path", message)
        .help("write it relative to `$SCRATCH`, without `..`, or beginning with `$CANARY`"))
}

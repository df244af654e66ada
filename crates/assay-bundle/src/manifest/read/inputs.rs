//! `inputs`: what the target is fed, and whether that fits the harness.

use super::{harness, value};
use crate::manifest::bounds;
use crate::manifest::document::Value;
use crate::manifest::fault::Fault;
use crate::manifest::reader::Reader;
use crate::manifest::shape;
use crate::manifest::types::{HarnessKind, Input, InputContent, Inputs};

pub(in crate::manifest) fn read(root: &Reader<'_>) -> Option<Inputs> {
    let kind = root.peek_text(&["harness", "kind"]).and_then(|word| {
        let known = harness::KINDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, kind)| *kind)
    });
    let inputs = root.table_or_empty("inputs", &shape::INPUTS)?;
    let driven = root.peek(&["harness", "driver"]).is_some();
    let trigger = read_list(&inputs, "trigger", kind, driven);
    let benign = read_list(&inputs, "benign", kind, driven);
    for (index, input) in benign.iter().enumerate() {
        if trigger.iter().any(|other| other.content == input.content) {
            let message = format!("benign[{index}] is also a trigger");
            let help = "a benign input must be one on which nothing is wrong";
            inputs.fault("benign", Fault::new("conflict", message).help(help));
        }
    }
    let whole = !trigger.is_empty() && !benign.is_empty();
    whole.then_some(Inputs { trigger, benign })
}

fn read_list(inputs: &Reader<'_>, key: &str, kind: Option<HarnessKind>, driven: bool) -> Vec<Input> {
    let empty = match inputs.node(key).map(|node| &node.value) {
        None => true,
        Some(Value::List(list)) => list.is_empty(),
        Some(_) => false,
    };
    if empty {
        inputs.missing(key);
        return Vec::new();
    }
    let tables = inputs.tables(key, bounds::INPUTS, &shape::INPUT);
    tables.iter().filter_map(|table| read_input(table, kind, driven)).collect()
}

fn read_input(input: &Reader<'_>, kind: Option<HarnessKind>, driven: bool) -> Option<Input> {
    let path = input.parsed("path", value::own_path);
    let program = input.parsed("program", value::own_path);
    let args = input.has("args").then(|| input.each("args", literal));
    let size = input.integer("size", 0..=i64::MAX).and_then(|size| u64::try_from(size).ok());

    let given: Vec<_> = ["path", "args", "program"].into_iter().filter(|key| input.has(key)).collect();
    let wanted = match kind {
        Some(HarnessKind::File | HarnessKind::Stdin) => Some("path"),
        Some(HarnessKind::Args) => Some("args"),
        Some(HarnessKind::Program) => Some("program"),
        // What the runner sends, and what is itself the driver, is a file; a driver may take either.
        Some(HarnessKind::Server) if !driven => Some("path"),
        Some(HarnessKind::Server) if given.contains(&"args") => Some("args"),
        Some(HarnessKind::Server | HarnessKind::Driver) => Some("path"),
        None => None,
    };
    let given = match given.as_slice() {
        [] => {
            input.missing(wanted.unwrap_or("path"));
            return None;
        }
        [one] => *one,
        _ => {
            let fault = Fault::new("conflict", "an input has one content");
            input.fault_here(fault.help("use one of `path`, `args` and `program`"));
            return None;
        }
    };
    if let Some(wanted) = wanted.filter(|wanted| *wanted != given) {
        let message = format!("this harness takes `{wanted}`, not `{given}`");
        let help = "see `harness.kind`: `file` and `stdin` take `path`, `args` takes `args`, `program` takes `program`, \
                    `driver` takes `path`, `server` takes `path`, or `args` for its `driver`";
        input.fault(given, Fault::new("conflict", message).help(help));
    }
    let content = match given {
        "path" => InputContent::Path(path?),
        "program" => InputContent::Program(program?),
        _ => InputContent::Args(args?),
    };
    Some(Input { content, size })
}

/// Arguments of an input are data: nothing in them is replaced.
fn literal(text: &str) -> Result<String, Fault> {
    if text.contains('\0') {
        return Err(Fault::new("bad-text", "an argument cannot contain a zero byte"));
    }
    Ok(text.to_owned())
}

//! `arms`: the two versions and where their files come from.

use super::{deps, value};
use crate::manifest::bounds;
use crate::manifest::document::Value;
use crate::manifest::fault::Fault;
use crate::manifest::name;
use crate::manifest::problem::shown;
use crate::manifest::reader::Reader;
use crate::manifest::shape;
use crate::manifest::types::{Arm, ArmName, Arms, Refusal, Source};

pub(in crate::manifest) fn read(root: &Reader<'_>) -> Option<Arms> {
    let arms = root.table_or_empty("arms", &shape::ARMS)?;
    let vulnerable =
        arms.table_or_empty("vulnerable", &shape::VULNERABLE).and_then(|arm| read_arm(&arm, ArmName::Vulnerable));
    let fixed = arms.table("fixed", &shape::FIXED).and_then(|arm| read_arm(&arm, ArmName::Fixed));
    refuse_circle(root);
    Some(Arms { vulnerable: vulnerable?, fixed })
}

/// Each arm patched onto the other leaves no source at all.
fn refuse_circle(root: &Reader<'_>) {
    let base = |arm: &str| root.peek_text(&["arms", arm, "source", "base"]);
    if base("vulnerable") == Some("fixed") {
        if root.peek(&["arms", "fixed"]).is_none() {
            root.missing_at("arms.fixed.source");
        } else if base("fixed") == Some("vulnerable") {
            let line = root.peek(&["arms", "fixed", "source", "base"]).map(|n| n.line);
            let fault = Fault::new("conflict", "each arm is said to be the other one with a patch")
                .help("let one of them be a `package` or a `path`");
            root.fault_at("arms.fixed.source.base", line, fault);
        }
    }
}

fn read_arm(arm: &Reader<'_>, this: ArmName) -> Option<Arm> {
    let packages = arm.table("deps", &shape::ARM_DEPS).map(|deps| deps::packages(&deps)).unwrap_or_default();
    let refusal = arm.table("refusal", &shape::REFUSAL).and_then(refusal);
    if !arm.require("source") {
        return None;
    }
    let source = arm.table("source", &shape::SOURCE)?;
    Some(Arm { source: read_source(&source, this)?, deps: packages, refusal })
}

fn read_source(source: &Reader<'_>, this: ArmName) -> Option<Source> {
    let path = source.parsed("path", value::own_path);
    let package = source.parsed("package", name::purl);
    let files = source.free_table("files").map(|files| deps::files(&files, None));
    let base = source.word("base", &[("vulnerable", ArmName::Vulnerable), ("fixed", ArmName::Fixed)]);
    let patch = source.parsed("patch", value::own_path);
    let reverse = source.parsed("reverse", value::path);
    if base == Some(this) {
        let message = format!("the {this} arm cannot be its own base");
        let help = format!("write `base = \"{}\"`", this.other());
        source.fault("base", Fault::new("conflict", message).help(help));
        return None;
    }

    let has = |key| source.has(key);
    let kinds = [has("path"), has("package") || has("files"), has("base") || has("patch") || has("reverse")];
    match kinds {
        [true, false, false] => Some(Source::Path { path: path? }),
        [false, true, false] => {
            // Not short-circuited: both may be missing.
            let whole = source.require("package") & source.require("files");
            whole.then_some(())?;
            Some(Source::Package { package: package?, files: files? })
        }
        [false, false, true] => {
            let based = source.require("base");
            if has("patch") && has("reverse") {
                let fault = Fault::new("conflict", "either `patch` or `reverse`, not both");
                source.fault("reverse", fault);
                return None;
            }
            if !has("patch") && !has("reverse") {
                source.missing("patch");
                return None;
            }
            based.then_some(())?;
            let base = base?;
            if has("patch") {
                Some(Source::Patched { base, patch: patch? })
            } else {
                Some(Source::Reversed { base, reverse: reverse? })
            }
        }
        [false, false, false] => {
            source.missing("package");
            source.missing("files");
            None
        }
        _ => {
            source.fault_here(
                Fault::new("conflict", "a source comes from one place")
                    .help("use one of: `path`; `package` with `files`; `base` with `patch`; `base` with `reverse`"),
            );
            None
        }
    }
}

/// A compiler's own code: a lint's name would be the claimant's to forbid.
fn code(text: &str) -> Result<String, Fault> {
    let digits = text.strip_prefix('E').unwrap_or_default();
    if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(Fault::new("bad-name", format!("`{}` is not an error code of the compiler", shown(text)))
        .help("write it as `E0502`; a lint or a message without a code is no refusal"))
}

fn refusal(table: Reader<'_>) -> Option<Refusal> {
    if !table.require("code") {
        return None;
    }
    let code = table.each("code", code);
    if table.node("code").is_some_and(|node| matches!(&node.value, Value::List(list) if list.is_empty())) {
        table.fault("code", Fault::new("empty", "it names no error code"));
    }
    let at = table.parsed("at", |text| {
        let (file, number) = text.rsplit_once(':').unwrap_or((text, ""));
        let good = number.parse::<u32>().is_ok_and(|n| n > 0) && text.len() <= bounds::LINE;
        if !good {
            return Err(Fault::new("bad-path", "it is not a file and a line")
                .help("write it as `harness/src/bin/trigger.rs:8`"));
        }
        value::path(file)?;
        Ok(text.to_owned())
    });
    Some(Refusal { code, at })
}

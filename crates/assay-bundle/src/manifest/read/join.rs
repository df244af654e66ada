//! `harness.port` and `harness.driver`: how a server and its driver meet.

use super::value;
use crate::manifest::fault::Fault;
use crate::manifest::reader::Reader;
use crate::manifest::types::{HarnessKind, Join};
use crate::manifest::variable::{Piece, Variable, pieces};

/// What a driver's command may name. Not the canary: that lies on the target's side.
const VARIABLES: &[Variable] = &[Variable::Out, Variable::Input, Variable::Src, Variable::Deps, Variable::Scratch];

/// Ports that a program without privileges may listen at.
const PORTS: std::ops::RangeInclusive<i64> = 1024..=65_535;

/// The join of a harness of this kind, if it is one that has one.
pub(super) fn read(harness: &Reader<'_>, kind: HarnessKind, run: &[String]) -> Option<Join> {
    if !matches!(kind, HarnessKind::Server | HarnessKind::Driver) {
        for key in ["port", "driver"].into_iter().filter(|key| harness.has(key)) {
            harness.fault(
                key,
                Fault::new("conflict", "this harness has no server that a driver could reach")
                    .help(r#"use `kind = "server"`, or take it out"#),
            );
        }
        return None;
    }
    if run.iter().any(|argument| mentions(argument)) {
        harness.fault(
            "run",
            Fault::new("conflict", "`$INPUT` is the driver's; the server is reached through its port alone")
                .help("take `$INPUT` out of `run`, and feed it to the server by `driver`"),
        );
    }
    harness.require("port");
    let port = harness.integer("port", PORTS).and_then(|port| u16::try_from(port).ok());
    if kind == HarnessKind::Driver {
        harness.require("driver");
    }
    let driver = if harness.has("driver") { Some(value::command(harness, "driver", VARIABLES)?) } else { None };
    if let Some(command) = &driver {
        input_arrives(harness, kind, command);
    }
    Some(Join { port: port?, driver })
}

/// A driver that never mentions its input does the same with all of them.
fn input_arrives(harness: &Reader<'_>, kind: HarnessKind, driver: &[String]) {
    match kind {
        HarnessKind::Driver if !driver.iter().any(|argument| argument == "$INPUT") => harness.fault(
            "driver",
            Fault::new("conflict", "no argument is `$INPUT` alone, so no input is the driver")
                .help(r#"write the interpreter and `"$INPUT"`: `["python3", "$INPUT"]`; or use `kind = "server"`"#),
        ),
        HarnessKind::Server if !driver.iter().any(|argument| mentions(argument)) => harness.fault(
            "driver",
            Fault::new("conflict", "no argument mentions `$INPUT`, so no input reaches the server")
                .help(r#"add `"$INPUT"`, or leave `driver` out: then the runner sends the input as it is"#),
        ),
        _ => {}
    }
}

fn mentions(argument: &str) -> bool {
    pieces(argument).unwrap_or_default().contains(&Piece::Variable(Variable::Input))
}

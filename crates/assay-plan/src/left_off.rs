//! What VEX statements took off the list, and whose word it was.
//!
//! It is on no card. Who reads a plan and misses a thing on it has to see that
//! somebody's word took it off, and be able to disagree.

use assay_match::vex::Suppressed;
use serde::Serialize;

use crate::names;
use crate::plan::Plan;
use crate::request::Request;
use crate::text::{NAME, SENTENCE, plain};

/// One record of one thing that is on no card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct LeftOff {
    /// The thing, with its version.
    pub thing: String,
    /// Its list.
    pub inventory: String,
    /// Its place, in the operator's words; may be empty.
    pub place: String,
    /// The record.
    pub id: String,
    /// Whose word it is, and what it says.
    pub why: String,
}

/// Of all statements that count.
pub(crate) fn of(request: &Request<'_>) -> Vec<LeftOff> {
    request.suppressed.iter().map(one).collect()
}

fn one(suppressed: &Suppressed) -> LeftOff {
    let exposure = &suppressed.exposure;
    let what = names::what(&exposure.component.what);
    let version = exposure.component.version.as_deref().map(|version| plain(version, NAME));
    LeftOff {
        thing: match version {
            Some(version) => format!("{what} {version}"),
            None => what,
        },
        inventory: plain(&exposure.inventory, SENTENCE),
        place: plain(&exposure.component.site.place, NAME),
        id: plain(&exposure.advisory.id, NAME),
        why: plain(&suppressed.by.why, SENTENCE),
    }
}

/// The heading over them.
pub(crate) fn heading(plan: &Plan) -> String {
    format!("Taken off by a VEX statement ({})", plan.left_off.len())
}

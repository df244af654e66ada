//! What a card tells people to do.
//!
//! Operators get the vendor's or distribution's fix, never a source patch
//! (R122). Nothing that a stranger wrote is put into a command unless every
//! character of it is plain: a command on a card gets pasted.

pub(crate) mod command;
pub(crate) mod find_out;
pub(crate) mod instead;
pub(crate) mod package;
pub(crate) mod product;
pub(crate) mod system;
pub(crate) mod ticket;
pub(crate) mod tool;
pub(crate) mod triage;
pub(crate) mod versions;

use crate::card::Step;
use crate::effort::Effort;

/// The parts of a card that depend on what kind of thing it is about.
#[derive(Debug, Default)]
pub(crate) struct Instructions {
    pub(crate) steps: Vec<Step>,
    pub(crate) effort: String,
    pub(crate) class: Effort,
    pub(crate) reboot: String,
    pub(crate) undo: Vec<Step>,
    pub(crate) check: Vec<Step>,
}

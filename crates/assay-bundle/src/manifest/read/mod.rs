//! Reads each section of the manifest; one file per section.

pub(super) mod arms;
pub(super) mod build;
pub(super) mod deps;
pub(super) mod fit;
pub(super) mod flag;
pub(super) mod harness;
pub(super) mod inputs;
mod join;
pub(super) mod limits;
pub(super) mod oracle;
pub(super) mod small;
pub(super) mod value;

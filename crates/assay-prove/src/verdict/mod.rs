//! The verdict: a pure, total function of a manifest and its evidence.
//!
//! [`decide`] is the rule, [`tally`](self) the counting under it, [`rate`] the
//! statistics of bugs that fire only sometimes, [`growth`] how many runs those are
//! given, [`Ruling`] the answer.

mod case;
mod decide;
pub mod growth;
pub mod rate;
mod ruling;
mod sentence;
mod tally;

pub use decide::decide;
pub use growth::Growth;
pub use rate::Rate;
pub use ruling::{ControlRuns, Ruling};

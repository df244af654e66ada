//! Findings: a claim with its proof bundle, from its receipt to exactly one end.
//!
//! ```text
//! submit -> received | needs-info -> verified | flaky | in-doubt -> in-case -> published
//!                                                              \-> refuted | already-fixed | withdrawn | closed
//!           duplicate lies over any of them, and can be taken off again
//! ```

pub mod command;
mod decide;
pub mod evidence;
pub mod happened;
pub mod merge;
pub mod proven;
pub mod state;
pub mod tally;
pub mod verification;

pub use command::{Action, Command};
pub use decide::{MISSING_MAX, RUNS_MAX};
pub use evidence::{CrossRun, Evidence};
pub use happened::{CloseReason, FoundBy, Happened, Provenance, Submission, Tooling};
pub use merge::Original;
pub use proven::Proven;
pub use state::{Duplicate, End, Finding, State, Word};
pub use tally::Tally;
pub use verification::{MIN_RUNS, RunCounts, Runner, Standing, Verification};

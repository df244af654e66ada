//! The rules: findings, cases, embargoes, leases and members.
//!
//! State is event-sourced (DESIGN section 3). Each aggregate is a folder with
//! the same four nouns: a `State` that is rebuilt by applying events, a
//! `Command`, what `Happened`, and an `Action` (a kind of command, without its
//! arguments). [`Aggregate`] ties them together:
//!
//! - `decide(state, caller, command, ctx)` gives events or a [`Refusal`];
//! - `apply(state, event)` never fails and never panics, in whatever order
//!   events come;
//! - `allowed(state, caller, now)` says what the caller may do next, and
//!   agrees with `decide`.
//!
//! Nothing here reads a clock, draws randomness, or does input or output:
//! [`Ctx`] brings the instant and the entropy. What one aggregate must know of
//! another comes in as a value that only the other one can make
//! ([`case::Publication`], [`finding::Original`], [`finding::Proven`],
//! [`case::Part`]), so that no caller can make it up.

pub mod aggregate;
pub mod caller;
pub mod case;
pub mod embargo;
pub mod embargoed;
pub mod event;
pub mod finding;
pub mod ids;
pub mod lease;
pub mod member;
pub mod opt_out;
pub mod refusal;
pub mod target;
pub mod text;

pub use aggregate::{Aggregate, Ctx, Recorded};
pub use caller::{Caller, Role, Roles};
pub use embargoed::Embargoed;
pub use event::Event;
pub use refusal::{Code, Refusal};

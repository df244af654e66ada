//! The voluntary review of frontier models: engagements, windows and grants, as
//! pure rules.
//!
//! A developer opens an engagement for a model under a random handle, asks
//! whether it is covered if it likes, signs five safeguards with a reviewing
//! organisation, opens a window, grants persons of the organisation access, and
//! withdraws whenever it wants. Everything ends by itself.
//!
//! A command is a [`Statement`] in a DSSE envelope. [`decide()`] says what events
//! it has, from the [`State`] that earlier events made; it has no clock and no
//! randomness of its own. [`audit()`] replays a family's events and decides every
//! signed command again, so that nobody has to believe whoever kept them.
//!
//! What cannot be said here at all: that a model may or may not be released.
//! `tests/schema.rs` lists every written name and looks (invariant 1).

// The tests' world is written against the crate's own name, inside it and outside.
#[cfg(test)]
extern crate self as assay_review;

pub mod agreement;
mod allowed;
pub mod anchor;
pub mod audit;
mod canonical;
pub mod command;
mod commitment;
pub mod coverage;
pub mod decide;
pub mod engagement;
pub mod event;
pub mod grant;
pub mod ids;
pub mod key;
pub mod pass;
pub mod refusal;
pub mod residual;
pub mod safeguard;
pub mod sentence;
pub mod signed;
pub mod state;
pub mod text;
pub mod window;
mod word;

pub use agreement::{Agreement, Fact, Facts, Question};
pub use allowed::allowed;
pub use anchor::Anchor;
pub use audit::{Audit, AuditError, audit};
pub use command::{Command, CommandKind, Side};
pub use coverage::{Coverage, CoverageAnswer};
pub use decide::{Ctx, decide, due};
pub use engagement::{Engagement, Stage};
pub use event::{By, Event, Happened};
pub use grant::{Grant, GrantState};
pub use ids::{FamilyId, GrantId, ModelId, PassId, ResidualId};
pub use key::{Holder, Party, PublicKey};
pub use pass::Pass;
pub use refusal::Refusal;
pub use residual::Residual;
pub use safeguard::Safeguard;
pub use sentence::NOTICE;
pub use signed::Statement;
pub use state::State;
pub use text::{Purpose, Text};
pub use window::{Window, WindowEnd};

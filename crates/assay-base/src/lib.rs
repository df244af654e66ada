//! What every floor shares: ids, instants, actors, and answers that may be
//! unknown.
//!
//! Nothing here reads a clock or draws randomness: both come in as arguments,
//! from whoever stands at the edge. So a rule crate stays a pure function, and
//! a test owns its clock.

pub mod actor;
pub mod answer;
pub mod as_text;
pub mod fix_level;
pub mod id;
pub mod instant;
pub mod repeatable;

pub use actor::{Actor, MemberId, PersonId};
pub use answer::Answer;
pub use fix_level::FixLevel;
pub use id::{BadId, Entropy, SystemEntropy};
pub use instant::{BadInstant, Instant};
pub use repeatable::Repeatable;

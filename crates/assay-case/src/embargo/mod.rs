//! The embargo's clock: which promise governs, and when it ends (R36 to R38).
//!
//! The end is an exact instant, reckoned once and then only moved by recorded
//! agreement. It is over *at* that instant: `is_over(now)` is `now >= end`.

pub mod clock;
pub mod template;

pub use clock::{Agreed, Basis, Governing, ListCap, Policies, ProjectPolicy, Term, govern, is_over};
pub use template::{BadTemplates, Template, Templates};

//! Grants: which programmes an applicant's facts fit, what is still to be
//! asked, and what has no money (R86, R87).
//!
//! Two kinds of applicants are kept apart, because readers of the order
//! disagree: its text speaks of those who *develop* detection by AI, and the
//! press of the operators who would benefit. A record says which of the two its
//! own text admits, and nothing carries over from one to the other.
//!
//! Records age and are entered by people: each answer names its record's source
//! and day, and nothing here promises money.

pub mod applicant;
pub mod condition;
pub mod fit;
pub mod pack;
pub mod proof;

pub use applicant::{Applicant, ApplicantKind, Application, Fact, Result};
pub use condition::{Condition, Test};
pub use fit::{Counts, Fit, Grants, Outcome};
pub use pack::{Programme, ProgrammePack};
pub use proof::{Attached, EvidencePack, Role};

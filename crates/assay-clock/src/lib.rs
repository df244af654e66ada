//! Directives, deadlines and calendars.
//!
//! A directive is a dated obligation as data: which facts lead to how many
//! days, whom it binds, and when its clock starts. Facts may be unknown, and
//! then the answer is a range with its reason, never the mildest row
//! (invariant 11). A due date belongs to an advisory *on an asset*: exposure
//! is the operator's own fact.
//!
//! ```
//! use assay_base::Answer;
//! use assay_clock::{Directive, Facts, Term};
//!
//! let directive = Directive::bod_26_04()?;
//! let facts = Facts { kev: Answer::No, exposed: Answer::Yes, automatable: Answer::Unknown, total: Answer::No };
//! let outcome = directive.evaluate(facts);
//! assert_eq!((outcome.earliest, outcome.latest), (Term::Days(14), Term::Days(60)));
//! # Ok::<(), assay_clock::BadPack>(())
//! ```

pub mod basis;
pub mod calendar;
pub mod directive;
pub mod due;
pub mod duty;
pub mod facts;
pub mod hint;
pub mod notice;
pub mod organisation;
pub mod outcome;
pub mod pack;
pub mod policy;
pub mod shelf;
pub mod stopwatch;
pub mod template;
pub mod term;
pub mod timetable;
pub mod window;
pub mod zone;

pub use basis::Basis;
pub use directive::{Directive, Row};
pub use due::{Due, Start, Started};
pub use duty::Duty;
pub use facts::{Facts, Input};
pub use hint::Hint;
pub use notice::Notice;
pub use organisation::{Asset, Kind, Organisation};
pub use outcome::Outcome;
pub use pack::BadPack;
pub use policy::Policy;
pub use term::Term;
pub use window::{BadWindow, Window};
pub use zone::{BadZone, Zone};

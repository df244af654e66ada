//! From exposures to tonight's work: due instants for each asset, and action
//! cards as text and as one page.
//!
//! One *update* at one place closes many advisories, so it is one card. A
//! card says what to do, how urgent and why now, how long it takes, what if
//! it cannot be done, how to undo it and how to check it. What nobody knows
//! is said to be unknown, with the question that would settle it; a date is
//! called a deadline only where its directive binds.
//!
//! Pure: exposures, facts and the time come in, a [`Plan`] goes out.
//!
//! ```
//! use assay_base::Instant;
//! use assay_clock::{Directive, Kind, Organisation, Zone};
//! use assay_plan::{Plan, Request};
//!
//! let directive = Directive::bod_26_04()?;
//! let organisation = Organisation::of(Kind::CriticalInfrastructure);
//! let now: Instant = "2026-11-21T12:00:00Z".parse()?;
//! let request = Request::new(&directive, &organisation, now, Zone::named("America/Chicago")?);
//! let plan = Plan::make(&request);
//! assert!(plan.cards.is_empty());
//! assert!(assay_plan::render::text(&plan).contains("Nothing to do"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod assets;
pub mod backtest;
mod build;
pub mod card;
mod closed;
pub mod done;
pub mod due;
pub mod effort;
mod group;
pub mod history;
pub mod left_off;
pub mod moved;
mod names;
mod pattern;
pub mod plan;
pub mod previous;
pub mod question;
pub mod rank;
mod reason;
pub mod remedy;
pub mod render;
pub mod request;
pub mod rollup;
pub mod schedule;
pub mod sites;
mod steps;
pub mod text;
mod title;
pub mod uptake;
mod urgency;
pub mod vendors;

pub use card::Card;
pub use plan::Plan;
pub use remedy::Remedy;
pub use request::Request;

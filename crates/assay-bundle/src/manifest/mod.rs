//! The manifest `proof.toml`: read from text, as a value that is already checked.
//!
//! [`parse`] wants a complete manifest; [`read`] also takes a partial report
//! and says what is missing. Both name all problems at once, each with a
//! stable code, its place and what to do about it.

pub mod bounds;
pub(crate) mod document;
mod fault;
mod measure;
mod name;
mod need;
mod plain;
mod problem;
mod read;
mod reader;
mod readiness;
mod reading;
pub mod shape;
mod suggest;
mod types;
pub mod variable;

pub use need::MissingItem;
pub use problem::Problem;
pub(crate) use problem::is_deceptive;
pub(crate) use problem::shown;
pub use readiness::{Light, LightName, Readiness};
pub use reading::{Reading, SCHEMA, decode, parse, read};
pub use types::*;

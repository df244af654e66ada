//! Use cases: load, decide, seal, append, publish. Every face calls them.
//!
//! A command takes one way: the caller is looked up with the roles that the
//! store has for him, the state is replayed from sealed events, the rules
//! decide, and what they give is sealed, committed to and appended in one
//! transaction with the rows that follow from it. When a use case returns, it
//! survives a power cut.

pub mod advisories;
pub mod agreement;
pub mod attachment;
mod bundled;
pub mod cases;
pub mod due;
pub mod findings;
pub mod grouping;
pub mod home;
pub mod keep;
pub mod kept;
mod kept_case;
pub mod leases;
pub mod local;
mod lock;
pub mod members;
pub mod payload;
pub mod rebuild;
pub mod receipt;
pub mod refusal;
pub mod reproduction;
mod reveals;
pub mod review;
pub mod sequence;
pub mod severities;
pub mod unit;
pub mod vault;
pub mod who;

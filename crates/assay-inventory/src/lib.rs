//! Inventories: package URLs, version orderings, lockfiles, SBOMs and product
//! lists.
//!
//! Takes bytes, gives values. Every reader is bounded and total: what cannot
//! be read is an error or a [`component::Skipped`] entry with its place, never
//! a panic and never left out in silence.

pub mod component;
pub mod ecosystem;
pub mod limits;
pub mod product;
pub mod purl;
pub mod version;

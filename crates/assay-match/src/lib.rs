//! Inventory against advisories: what is affected, what is not, what cannot
//! be told.
//!
//! Matching is local: nothing about an inventory leaves the machine
//! (invariant 21). An unknown is never a no (invariant 11).

pub mod exposure;

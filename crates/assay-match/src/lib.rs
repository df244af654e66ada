//! Inventory against advisories: what is affected, what is not, what cannot
//! be told.
//!
//! Matching is local: nothing about an inventory leaves the machine
//! (invariant 21). An unknown is never a no (invariant 11).
//!
//! An [`index::Index`] is built from records in memory; [`index::Index::scan`]
//! asks it for each thing of an inventory. Packages are matched by OSV's
//! published algorithm ([`range`]), products by name and by the version ranges
//! of CVE records ([`product`]). Every answer carries one sentence that names
//! the record, the range and the comparison.

mod bounds;
mod cluster;
mod codec;
pub mod cvss;
pub mod exposure;
mod facts;
pub mod index;
pub mod judge;
pub mod known;
pub mod packed;
pub mod product;
pub mod range;
mod record;
pub mod scan;
pub mod shelf;
pub mod vex;
pub mod wanted;

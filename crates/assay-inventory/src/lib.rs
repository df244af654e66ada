//! Inventories: package URLs, version orderings, lockfiles, SBOMs and product
//! lists.
//!
//! Takes bytes, gives values. Every reader is bounded and total: what cannot
//! be read is an error or a [`component::Skipped`] entry with its place, never
//! a panic and never left out in silence.

mod cargo_lock;
pub mod component;
pub mod cpe;
mod cyclonedx;
mod detect;
pub mod dpkg_status;
pub mod ecosystem;
mod format;
mod found;
mod installed;
mod json;
pub mod limits;
mod lock;
pub mod origin;
mod package_lock;
pub mod product;
pub mod product_list;
pub mod purl;
mod read;
mod sbom;
mod spdx;
mod syntax;
pub mod version;
mod winget;

pub use installed::{os_release, rpm_header, rpm_source};
pub use lock::pom_parent;
pub use read::{Options, ReadError, detect, format_by_name, read, read_pom};

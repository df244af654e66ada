//! What a scan found, as others read it: SARIF for code scanning, CycloneDX
//! VEX and OpenVEX for other scanners, and one page for people.
//!
//! Pure: [`Answer`] borrows what was found, and each writer gives bytes. A
//! writer never says more than the scan does. *Cannot tell* becomes each
//! format's word for *somebody has to look*, never its word for *not affected*;
//! and what a VEX statement took off the list is written with whose word it
//! was. Texts of strangers are escaped by each format and cleared of characters
//! that act.

pub mod answer;
pub mod cyclonedx;
mod digest;
pub mod fact;
pub mod group;
pub mod openvex;
pub mod page;
pub mod place;
pub mod plain;
mod product;
pub mod sarif;

pub use answer::{Age, Answer, Source};

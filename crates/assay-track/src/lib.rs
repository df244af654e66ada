//! What an order asks of its owners, and who pays for it: two ledgers of facts
//! with their provenance, in which *unknown* is the default.
//!
//! [`duty`] is the directive tracker (R80): each duty has an owner, a clock, an
//! exact due instant and a state, and no state but *unknown* without evidence
//! that somebody entered by name. [`grant`] is the grant matcher (R86, R87):
//! programme records, imported with where they are from, are held against what
//! an applicant says of itself; a missing fact is asked for and never assumed.
//! Nothing here is legal advice, and nothing draws a legal conclusion
//! (invariant 16).
//!
//! Everything is read from TOML and bounded; there are no files, no network and
//! no clock in here.

pub mod duty;
pub mod grant;
pub mod read;
pub mod render;

//! OSV, CSAF, OpenVEX, KEV and SSVC: one record written in each form, and read back.

pub mod csaf;
pub mod feed;
pub mod openvex;
pub mod osv;
pub mod record;
pub mod vex;

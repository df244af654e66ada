//! OSV, CSAF, OpenVEX, KEV and SSVC: one record written in each form, and read back.

pub mod feed;

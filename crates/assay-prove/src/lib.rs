//! Fetches sources, runs a bundle's arms, asks the oracle, gives the verdict.

pub mod evidence;
pub mod fetch;
pub mod patch;
pub mod unpack;
pub mod verdict;

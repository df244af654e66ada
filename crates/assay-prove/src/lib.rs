//! Fetches sources, runs a bundle's arms, asks the oracle, gives the verdict.

pub mod evidence;
pub mod patch;
pub mod verdict;

//! Fetches sources, runs a bundle's arms, asks the oracle, gives the verdict.

pub mod assurance;
pub mod build;
pub mod evidence;
pub mod execute;
pub mod fetch;
pub mod hook;
pub mod layout;
pub mod load;
pub mod observe;
pub mod oracle;
pub mod patch;
pub mod pipeline;
pub mod proof;
pub mod reach;
pub mod recipe;
pub mod selftest;
pub mod source;
pub mod stage;
pub mod symbol;
pub mod toolchain;
pub mod unpack;
pub mod variable;
pub mod verdict;
pub mod work;

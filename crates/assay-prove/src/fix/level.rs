//! The levels of a fix (R45) as they are called here: how far a patch was verified.

pub use assay_base::fix_level::{FixLevel as Level, NoLevel};

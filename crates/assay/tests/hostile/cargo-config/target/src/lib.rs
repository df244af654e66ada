//! Nothing.

/// Nothing ran.
pub const SAID: &str = "refused";

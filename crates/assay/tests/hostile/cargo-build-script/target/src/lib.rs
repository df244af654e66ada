//! What the build script said.

/// `refused`, or what worked.
pub const SAID: &str = env!("SAID");

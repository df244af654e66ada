//! Where things lie in the sandbox: constant, and equal in every arm
//! (DESIGN section 4, "Where things lie").

pub use crate::oracle::{BUNDLE, CANARY, HOOK, LOG, OUT, SCRATCH, SRC};

/// Unpacked dependencies.
pub const DEPS: &str = "/deps";
/// Archives to be unpacked, each under its own name.
pub const ARCHIVES: &str = "/archives";
/// A patch of the bundle that is to be applied.
pub const PATCH: &str = "/patch/file";

/// The folder of the bundle that belongs to the arm's source.
pub const SRC_NAME: &str = "src";

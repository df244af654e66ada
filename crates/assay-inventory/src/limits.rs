//! Bounds on what is read. An inventory comes from a stranger's machine: each
//! bound ends in an error or a skipped entry that names it, never in a crash.

/// Bytes of one inventory file.
pub const FILE: usize = 64 * 1024 * 1024;

/// Nesting of one document.
pub const DEPTH: usize = 64;

/// Components of one inventory.
pub const COMPONENTS: usize = 1_000_000;

/// Skipped entries that are kept; the rest is counted in one last entry.
pub const SKIPPED: usize = 10_000;

/// Bytes of a name, a vendor, a place.
pub const NAME: usize = 1024;

/// Bytes of a version.
pub const VERSION: usize = 256;

/// Bytes of a package URL.
pub const PURL: usize = 4096;

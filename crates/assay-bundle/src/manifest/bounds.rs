//! How large a manifest and each of its parts may be.
//!
//! A manifest comes from a stranger, so every list, text and number has an
//! end. The numbers are far above what real bundles need.

/// Bytes of `proof.toml`.
pub const TEXT: usize = 1 << 20;
/// Levels of tables and arrays.
pub const DEPTH: usize = 12;
/// Values in the whole manifest.
pub const VALUES: usize = 65_536;
/// Triggers, and benign inputs.
pub const INPUTS: usize = 256;
/// Files of one package.
pub const FILES: usize = 4_096;
/// Packages of one table.
pub const PACKAGES: usize = 4_096;
/// Entries of any other list.
pub const LIST: usize = 1_024;
/// Bytes of one line of text: a name, a pattern, a flag.
pub const LINE: usize = 1_024;
/// Bytes of one argument.
pub const ARGUMENT: usize = 65_536;
/// Bytes of the description.
pub const DESCRIPTION: usize = 65_536;
/// Bytes of the title.
pub const TITLE: usize = 200;
/// Runs of one input in one arm.
pub const RUNS: i64 = 1_000;
/// Longest duration: a day.
pub const DURATION_SECS: u64 = 86_400;
/// Largest size: 1 TiB.
pub const SIZE: u64 = 1 << 40;
/// Processes and threads.
pub const PIDS: i64 = 65_536;
/// Problems that are reported before the reader gives up.
pub const PROBLEMS: usize = 200;
/// Compiled size of one pattern.
pub const PATTERN: usize = 1 << 20;

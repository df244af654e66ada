//! Reports of AddressSanitizer, UndefinedBehaviorSanitizer, LeakSanitizer and
//! MemorySanitizer, as GCC, Clang and rustc write them, with or without symbols.

mod frame;
mod kind;
mod parse;

use serde::{Deserialize, Serialize};

pub use kind::covers;
pub use parse::reports;

/// Bytes of a log that are read.
pub const MAX_LOG: usize = 1 << 20;
/// Reports of one log.
pub const MAX_REPORTS: usize = 64;
/// Leaks of one report.
pub const MAX_LEAKS: usize = 256;
/// Frames of one stack.
pub const MAX_FRAMES: usize = 512;

/// Which sanitizer speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// AddressSanitizer.
    Asan,
    /// UndefinedBehaviorSanitizer.
    Ubsan,
    /// LeakSanitizer, alone or inside AddressSanitizer.
    Lsan,
    /// MemorySanitizer.
    Msan,
}

/// What a faulty access wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// To read.
    Read,
    /// To write.
    Write,
}

/// One frame of a stack, as printed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Frame {
    /// Its number; 0 is the innermost.
    pub number: u32,
    /// The program counter in the process. Sanitizers print it already inside
    /// the call (return address less one), so it can be looked up as it is.
    pub address: u64,
    /// The mapped file.
    pub module: Option<String>,
    /// The program counter relative to the mapped file, as its own debug information counts.
    pub offset: Option<u64>,
    /// The mapped file's build id, in hex.
    pub build_id: Option<String>,
    /// The function, when the log was written with symbols.
    pub function: Option<String>,
    /// The source file, when the log was written with symbols.
    pub file: Option<String>,
    /// The source line.
    pub line: Option<u32>,
}

/// The stacks of a report; empty when it has none of that sort.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stacks {
    /// Where the faulty access, call or check happened.
    pub access: Vec<Frame>,
    /// Where the memory was freed.
    pub freed: Vec<Frame>,
    /// Where the memory was allocated; for leaks, that of the first, which is the largest.
    pub allocated: Vec<Frame>,
}

/// Memory of one origin that leaked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leak {
    /// Whether nothing pointed to it; else only other leaked memory did.
    pub direct: bool,
    /// Bytes, if they can be read.
    pub size: Option<u64>,
    /// Where it was allocated.
    pub allocated: Vec<Frame>,
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Which sanitizer speaks.
    pub tool: Tool,
    /// The sanitizer's own word, as it stands in its summary line:
    /// `heap-buffer-overflow`, `double-free`, `SEGV`, `signed-integer-overflow`,
    /// `use-of-uninitialized-value`; `memory-leak` for LeakSanitizer's, which name many at once.
    pub kind: String,
    /// Read or write, if it says so.
    pub access: Option<Access>,
    /// Bytes of the access, or of the first leak.
    pub size: Option<u64>,
    /// The process that wrote it, if it says so.
    pub pid: Option<i32>,
    /// The place in the source that an UndefinedBehaviorSanitizer check names itself.
    pub place: Option<(String, u32)>,
    /// The stacks.
    pub stacks: Stacks,
    /// What leaked, in the report's order: direct ones first, the largest first.
    pub leaks: Vec<Leak>,
    /// LeakSanitizer could not do its work ("has encountered a fatal error"):
    /// it ends with the same status as for a leak, and proves nothing.
    pub fatal_lsan: bool,
}

#[cfg(test)]
mod tests;

//! Addresses to functions and lines, outside the target's process.
//!
//! A process that is judged has no say in the names of its own frames: its
//! report gives module and offset, and the names come from the files of the
//! build. Those files are hostile too, so this runs as a builtin in the
//! sandbox, reads one file into memory and follows nothing it points to
//! (separate debug files, split DWARF, supplementary files).
//!
//! An address without debug information still gets the name of the symbol that
//! covers it, without a file: whose code that is cannot be told from a name.

mod lines;
mod lookup;
mod module;
mod path;

use serde::{Deserialize, Serialize};

pub use lines::{Extent, stand_elsewhere};
pub use lookup::symbolize;
pub use module::build_id;

/// Bytes of a module, and of all its debug sections unpacked.
pub const MAX_MODULE: u64 = 512 << 20;
/// Frames of one address: a function and what was inlined into it.
pub const MAX_INLINED: usize = 64;

/// A function at a source line. One address has several when code was inlined.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SourceFrame {
    /// The function, demangled.
    pub function: Option<String>,
    /// The source file, absolute where the debug information allows, without `.` and `..`.
    pub file: Option<String>,
    /// The source line.
    pub line: Option<u32>,
}

/// Why a module's symbols cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SymbolError {
    /// The file cannot be read.
    #[error("`{path}`: {source}")]
    Io {
        /// The module.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is longer than allowed, packed or unpacked.
    #[error("`{path}` is longer than {MAX_MODULE} bytes, or its debug sections are; build with less debug information")]
    TooLarge {
        /// The module.
        path: String,
    },
    /// It is no ELF file, or a broken one.
    #[error("`{path}` cannot be read as an ELF file: {reason}")]
    Broken {
        /// The module.
        path: String,
        /// What is wrong.
        reason: String,
    },
}

#[cfg(test)]
mod tests;

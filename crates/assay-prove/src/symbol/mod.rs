//! Placeholder until the symbol reader lands.
use std::path::Path;

use serde::{Deserialize, Serialize};

/// A frame.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourceFrame {
    /// Function.
    pub function: Option<String>,
    /// File.
    pub file: Option<String>,
    /// Line.
    pub line: Option<u32>,
}

/// Resolves.
pub fn symbolize(_module: &Path, offsets: &[u64]) -> Result<Vec<Vec<SourceFrame>>, String> {
    Ok(vec![Vec::new(); offsets.len()])
}

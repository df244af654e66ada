//! Whether code of a function also stands in other places: inlined there, it can
//! run without the function ever being called.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use object::Object as _;

use super::SymbolError;
use super::module::{Sections, broken, parse, read};
use super::path::lexical;

/// Rows of the line table that are looked at.
const MAX_ROWS: usize = 4_000_000;

/// A function: its file as debug information names it, its lines, its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// The file, without `.` and `..`.
    pub file: String,
    /// First and last line.
    pub lines: (u32, u32),
    /// First and last address.
    pub addresses: (u64, u64),
}

/// For each function, whether the line table has code of its lines outside of every one of them that covers these lines.
///
/// # Errors
/// When the file cannot be read, is too large, is no ELF file, or has a longer line table than is looked at.
pub fn stand_elsewhere(module: &Path, functions: &[Extent]) -> Result<Vec<bool>, SymbolError> {
    catch_unwind(AssertUnwindSafe(|| all(module, functions)))
        .unwrap_or_else(|_| Err(broken(module, "its debug information breaks the reader")))
}

fn all(module: &Path, functions: &[Extent]) -> Result<Vec<bool>, SymbolError> {
    let bytes = read(module)?;
    let file = parse(module, &bytes)?;
    let sections = Sections::of(module, &file)?;
    let mut elsewhere = vec![false; functions.len()];
    if !file.has_debug_symbols() {
        return Ok(elsewhere);
    }
    let context = addr2line::Context::from_dwarf(sections.dwarf()).map_err(|error| broken(module, error))?;
    let mut by_file: BTreeMap<&str, Vec<(usize, &Extent)>> = BTreeMap::new();
    for (index, function) in functions.iter().enumerate() {
        by_file.entry(&function.file).or_default().push((index, function));
    }
    // Names repeat from row to row; making each one plain once is enough.
    let mut plain: BTreeMap<String, String> = BTreeMap::new();
    let rows = context.find_location_range(0, u64::MAX).map_err(|error| broken(module, error))?;
    for (number, (address, _, location)) in rows.enumerate() {
        if number == MAX_ROWS {
            return Err(broken(module, "its line table is too long"));
        }
        let (Some(file), Some(line)) = (location.file, location.line) else { continue };
        if !plain.contains_key(file) {
            plain.insert(file.to_owned(), lexical(file));
        }
        let Some(there) = plain.get(file).and_then(|file| by_file.get(file.as_str())) else { continue };
        let covering = |function: &Extent| function.lines.0 <= line && line <= function.lines.1;
        let inside = |function: &Extent| (function.addresses.0..=function.addresses.1).contains(&address);
        if there.iter().any(|(_, function)| covering(function) && inside(function)) {
            continue;
        }
        for (index, _) in there.iter().filter(|(_, function)| covering(function)) {
            if let Some(mark) = elsewhere.get_mut(*index) {
                *mark = true;
            }
        }
    }
    Ok(elsewhere)
}

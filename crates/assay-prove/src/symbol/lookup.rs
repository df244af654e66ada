//! Offsets of a module to the functions they lie in.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use assay_triage::name::demangle;
use object::Object;

use super::module::{Sections, Slice, Symbols, broken, parse, read};
use super::path::lexical;
use super::{MAX_INLINED, SourceFrame, SymbolError};

/// Offsets beyond this are no place in a file; a log can name any.
const MAX_OFFSET: u64 = 1 << 56;
/// Bytes of one name.
const MAX_TEXT: usize = 4096;

/// The frames of each offset, innermost first: what was inlined there, then the
/// function itself. An offset that nothing is known of has none.
///
/// Offsets are what sanitizers print: relative to the module's load address,
/// which is how its own debug information counts, and already inside the call
/// for return addresses (they print the return address less one), so nothing is
/// subtracted here.
///
/// # Errors
/// When the file cannot be read, is too large, or is no ELF file. Broken debug
/// information is no error: the offsets it fails for fall back to the symbol table.
pub fn symbolize(module: &Path, offsets: &[u64]) -> Result<Vec<Vec<SourceFrame>>, SymbolError> {
    // The readers are meant not to panic on hostile files; should one do so, the
    // frames are lost, and not the answer for other modules.
    catch_unwind(AssertUnwindSafe(|| all(module, offsets)))
        .unwrap_or_else(|_| Err(broken(module, "its debug information breaks the reader")))
}

fn all(module: &Path, offsets: &[u64]) -> Result<Vec<Vec<SourceFrame>>, SymbolError> {
    let bytes = read(module)?;
    let file = parse(module, &bytes)?;
    let sections = Sections::of(module, &file)?;
    let context = if file.has_debug_symbols() { addr2line::Context::from_dwarf(sections.dwarf()).ok() } else { None };
    let symbols = Symbols::of(&file);
    let look_up = |offset: u64| {
        // One address of a hostile log must not cost the names of all others.
        catch_unwind(AssertUnwindSafe(|| one(context.as_ref(), &symbols, offset))).unwrap_or_default()
    };
    Ok(offsets.iter().map(|offset| if *offset < MAX_OFFSET { look_up(*offset) } else { Vec::new() }).collect())
}

fn one(context: Option<&addr2line::Context<Slice<'_>>>, symbols: &Symbols<'_>, offset: u64) -> Vec<SourceFrame> {
    let mut frames = context.and_then(|context| by_debug_information(context, offset)).unwrap_or_default();
    let outermost_is_named = frames.last().is_some_and(|frame| frame.function.is_some());
    if !outermost_is_named && let Some(name) = symbols.covering(offset) {
        let function = Some(demangle(name));
        match frames.last_mut() {
            Some(frame) => frame.function = function,
            None => frames.push(SourceFrame { function, ..SourceFrame::default() }),
        }
    }
    frames
}

fn by_debug_information(context: &addr2line::Context<Slice<'_>>, offset: u64) -> Option<Vec<SourceFrame>> {
    // Split DWARF would have to be loaded from a file that the build names: it is not.
    let mut found = context.find_frames(offset).skip_all_loads().ok()?;
    let mut frames = Vec::new();
    while let Ok(Some(frame)) = found.next() {
        let name = frame.function.as_ref().and_then(|f| f.raw_name().ok()).filter(|n| n.len() <= MAX_TEXT);
        let place = frame.location.as_ref();
        frames.push(SourceFrame {
            function: name.map(|name| demangle(&name)).filter(|name| !name.is_empty()),
            file: place.and_then(|p| p.file).filter(|f| !f.is_empty() && f.len() <= MAX_TEXT).map(lexical),
            line: place.and_then(|p| p.line).filter(|line| *line > 0),
        });
        if frames.len() == MAX_INLINED {
            break;
        }
    }
    frames.retain(|frame| *frame != SourceFrame::default());
    Some(frames)
}

//! One ELF file in memory, with its debug sections unpacked within bounds.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use gimli::{EndianSlice, RunTimeEndian};
use object::{FileKind, Object, ObjectSection, ObjectSymbol, SymbolKind};

use super::{MAX_MODULE, SymbolError};

/// Symbols that are looked at.
const MAX_SYMBOLS: usize = 4_000_000;

pub(super) type Slice<'a> = EndianSlice<'a, RunTimeEndian>;

/// The build id in hex, as reports print it; `None` if the module has none.
///
/// # Errors
/// When the file cannot be read, or is no ELF file.
pub fn build_id(module: &Path) -> Result<Option<String>, SymbolError> {
    let bytes = read(module)?;
    let file = parse(module, &bytes)?;
    Ok(file.build_id().ok().flatten().filter(|id| !id.is_empty() && id.len() <= 64).map(hex::encode))
}

pub(super) fn read(module: &Path) -> Result<Vec<u8>, SymbolError> {
    let failed = |source| SymbolError::Io { path: shown(module), source };
    let file = File::open(module).map_err(failed)?;
    // A device or a pipe in the build's folder would never end, or not answer.
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(broken(module, "it is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_MODULE + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MAX_MODULE { Err(SymbolError::TooLarge { path: shown(module) }) } else { Ok(bytes) }
}

pub(super) fn parse<'a>(module: &Path, bytes: &'a [u8]) -> Result<object::File<'a>, SymbolError> {
    match FileKind::parse(bytes) {
        Ok(FileKind::Elf32 | FileKind::Elf64) => object::File::parse(bytes).map_err(|e| broken(module, e)),
        Ok(other) => Err(broken(module, format!("it is {other:?}"))),
        Err(e) => Err(broken(module, e)),
    }
}

/// The debug sections of a module. Sections that say they unpack to more than
/// the bound are an error: a small file can claim terabytes.
pub(super) struct Sections<'a> {
    endian: RunTimeEndian,
    found: Vec<(gimli::SectionId, Cow<'a, [u8]>)>,
}

impl<'a> Sections<'a> {
    pub fn of(module: &Path, file: &object::File<'a>) -> Result<Self, SymbolError> {
        use gimli::SectionId::{
            DebugAbbrev, DebugAddr, DebugAranges, DebugInfo, DebugLine, DebugLineStr, DebugRanges, DebugRngLists,
            DebugStr, DebugStrOffsets,
        };
        let endian = if file.is_little_endian() { RunTimeEndian::Little } else { RunTimeEndian::Big };
        let mut found = Vec::new();
        let mut total = 0_u64;
        for id in [
            DebugAbbrev,
            DebugAddr,
            DebugAranges,
            DebugInfo,
            DebugLine,
            DebugLineStr,
            DebugRanges,
            DebugRngLists,
            DebugStr,
            DebugStrOffsets,
        ] {
            let Some(section) = file.section_by_name(id.name()) else { continue };
            let packed = section.compressed_data().map_err(|e| broken(module, e))?;
            total = total.saturating_add(packed.uncompressed_size);
            if total > MAX_MODULE {
                return Err(SymbolError::TooLarge { path: shown(module) });
            }
            found.push((id, packed.decompress().map_err(|e| broken(module, e))?));
        }
        Ok(Self { endian, found })
    }

    pub fn dwarf(&self) -> gimli::Dwarf<Slice<'_>> {
        let none = |id: gimli::SectionId| {
            let content = self.found.iter().find(|(found, _)| *found == id).map_or(&[][..], |(_, content)| content);
            Ok::<_, std::convert::Infallible>(EndianSlice::new(content, self.endian))
        };
        match gimli::Dwarf::load(none) {
            Ok(dwarf) => dwarf,
            Err(never) => match never {},
        }
    }
}

/// The functions of a symbol table by address.
pub(super) struct Symbols<'a> {
    /// Start, end, name; sorted.
    functions: Vec<(u64, u64, &'a str)>,
}

impl<'a> Symbols<'a> {
    pub fn of(file: &object::File<'a>) -> Self {
        let mut functions: Vec<_> = file
            .symbols()
            .chain(file.dynamic_symbols())
            .take(MAX_SYMBOLS)
            .filter(|s| s.kind() == SymbolKind::Text && s.is_definition())
            .filter_map(|s| Some((s.address(), s.address().saturating_add(s.size().max(1)), s.name().ok()?)))
            .filter(|(.., name)| !name.is_empty() && name.len() <= 4096)
            .collect();
        functions.sort_unstable();
        Self { functions }
    }

    /// The name of the function that covers the address.
    pub fn covering(&self, address: u64) -> Option<&'a str> {
        let after = self.functions.partition_point(|(start, ..)| *start <= address);
        // Aliases and nested labels lie close by; one that far off is no cover.
        let near = self.functions[after.saturating_sub(16)..after].iter().rev();
        near.filter(|(_, end, _)| address < *end).map(|(.., name)| *name).next()
    }
}

pub(super) fn broken(module: &Path, reason: impl ToString) -> SymbolError {
    SymbolError::Broken { path: shown(module), reason: reason.to_string().chars().take(200).collect() }
}

fn shown(module: &Path) -> String {
    module.to_string_lossy().chars().take(200).flat_map(char::escape_debug).collect()
}

//! Reads a pack that a stranger made.
//!
//! Everything is bounded while it streams, so a small archive cannot grow
//! without end; only files and folders come through; and names cannot lead
//! outside, hide each other, or mean two files.

use std::io::{self, Read};

use super::Entry;
use super::error::{PackError, named};
use super::header::{self, BLOCK, Checked, Kind};
use super::tree::Tree;
use crate::path::BundlePath;

/// How much a pack may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of all contents together.
    pub total: u64,
    /// Files and folders.
    pub entries: usize,
}

impl Default for Bounds {
    /// 256 MiB in 20,000 entries.
    fn default() -> Self {
        Self { total: 256 << 20, entries: 20_000 }
    }
}

/// Longest name that is read, with the overhead of its pax record.
const NAME: u64 = 8 << 10;
/// Decompression needs at most 2^25 bytes (32 MiB) of window.
const WINDOW: u32 = 25;
/// Padding after the end of the archive; tar writes up to 10 KiB, some tools more.
const PADDING: u64 = 1 << 20;

/// Reads a `.tar.zst` and gives its files sorted by path.
///
/// # Errors
/// If it is damaged, too large, or holds anything but a manifest, files and
/// folders with plain names.
pub fn read(input: impl Read, bounds: &Bounds) -> Result<Vec<Entry>, PackError> {
    let mut decoder = zstd::Decoder::new(input).map_err(not_an_archive)?;
    decoder.window_log_max(WINDOW).map_err(not_an_archive)?;
    let mut reader =
        Reader { input: decoder, bounds, left: bounds.total, seen: 0, tree: Tree::default(), entries: Vec::new() };
    reader.run()?;
    if !reader.tree.has_manifest() {
        return Err(PackError::NoManifest);
    }
    let mut entries = reader.entries;
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

struct Reader<'a, R> {
    input: R,
    bounds: &'a Bounds,
    left: u64,
    seen: usize,
    tree: Tree,
    entries: Vec<Entry>,
}

impl<R: Read> Reader<'_, R> {
    fn run(&mut self) -> Result<(), PackError> {
        let mut long_name: Option<Vec<u8>> = None;
        while let Some(mut entry) = header::check(&self.block()?)? {
            // Headers count too: an archive of nothing but headers also has an end.
            self.seen += 1;
            if self.seen > self.bounds.entries.saturating_mul(2) {
                return Err(PackError::TooManyEntries(self.bounds.entries));
            }
            match entry.kind {
                Kind::Pax => {
                    let records = self.name_block(&entry)?;
                    if let Some(name) = header::pax_name(&records)? {
                        set_once(&mut long_name, name)?;
                    }
                    continue;
                }
                Kind::LongName => {
                    let mut name = self.name_block(&entry)?;
                    while name.last() == Some(&0) {
                        name.pop();
                    }
                    set_once(&mut long_name, name)?;
                    continue;
                }
                Kind::File | Kind::Folder => {}
            }
            if let Some(name) = long_name.take() {
                entry.name = name;
            }
            self.entry(&entry)?;
        }
        if long_name.is_some() {
            return Err(PackError::NotAnArchive("it ends after the name of an entry".to_owned()));
        }
        self.end()
    }

    fn entry(&mut self, entry: &Checked) -> Result<(), PackError> {
        let folder = matches!(entry.kind, Kind::Folder);
        let Some(path) = path(&entry.name, folder)? else {
            return Ok(());
        };
        if folder {
            return self.tree.add_folder(&path);
        }
        self.tree.add_file(&path)?;
        if self.entries.len() == self.bounds.entries {
            return Err(PackError::TooManyEntries(self.bounds.entries));
        }
        self.left = self.left.checked_sub(entry.size).ok_or(PackError::TooLarge(self.bounds.total))?;
        let content = self.content(entry.size)?;
        self.entries.push(Entry { path, content, executable: entry.executable });
        Ok(())
    }

    fn block(&mut self) -> Result<[u8; BLOCK], PackError> {
        let mut block = [0; BLOCK];
        self.input.read_exact(&mut block).map_err(not_an_archive)?;
        Ok(block)
    }

    fn name_block(&mut self, entry: &Checked) -> Result<Vec<u8>, PackError> {
        if entry.size > NAME {
            return Err(PackError::NotAnArchive(format!("a name is longer than {NAME} bytes")));
        }
        self.content(entry.size)
    }

    /// The content of an entry, and the padding up to the next block.
    fn content(&mut self, size: u64) -> Result<Vec<u8>, PackError> {
        let mut content = Vec::new();
        // The declared size is a claim: memory grows with what really arrives.
        let read = (&mut self.input).take(size).read_to_end(&mut content).map_err(not_an_archive)?;
        if read as u64 != size {
            return Err(PackError::NotAnArchive("it ends inside of a file".to_owned()));
        }
        let rest = read % BLOCK;
        if rest > 0 {
            let mut padding = [0; BLOCK];
            let padding = padding.get_mut(rest..).unwrap_or_default();
            self.input.read_exact(padding).map_err(not_an_archive)?;
        }
        Ok(content)
    }

    /// Behind the end there is nothing but zeros: no second archive that another reader would see.
    fn end(&mut self) -> Result<(), PackError> {
        let mut buffer = [0; 4096];
        let mut padding = 0;
        loop {
            let read = match self.input.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(not_an_archive(error)),
            };
            padding += read as u64;
            let zeros = buffer.iter().take(read).all(|byte| *byte == 0);
            if !zeros || padding > PADDING {
                return Err(PackError::NotAnArchive("there is something behind its end".to_owned()));
            }
        }
    }
}

/// Two names for one entry: which one counts would depend on the reader.
fn set_once(name: &mut Option<Vec<u8>>, new: Vec<u8>) -> Result<(), PackError> {
    match name.replace(new) {
        None => Ok(()),
        Some(_) => Err(PackError::NotAnArchive("an entry has two names".to_owned())),
    }
}

/// The path of an entry; `None` for the root itself, which `tar .` writes.
fn path(name: &[u8], folder: bool) -> Result<Option<BundlePath>, PackError> {
    let text = std::str::from_utf8(name).map_err(|_| PackError::NotUtf8(named(name)))?;
    let text = if folder { text.strip_suffix('/').unwrap_or(text) } else { text };
    if folder && text == "." {
        return Ok(None);
    }
    let text = text.strip_prefix("./").unwrap_or(text);
    Ok(Some(text.parse()?))
}

fn not_an_archive(error: io::Error) -> PackError {
    PackError::NotAnArchive(error.to_string())
}

//! rpm's database in Berkeley DB's hash format (`Packages`), as Enterprise
//! Linux 8 and older use it.
//!
//! Every value is a header, kept in a chain of overflow pages; the pages are
//! read one after the other, without the hash.

use super::List;

/// The magic number of a hash, in the file's own byte order.
const MAGIC: u32 = 0x0006_1561;
/// The head of a page.
const HEAD: usize = 26;
/// Types of pages.
const UNSORTED: u8 = 2;
const OVERFLOW: u8 = 7;
const HASH: u8 = 13;
/// The type of a value that is kept in overflow pages.
const OFFPAGE: u8 = 3;

struct File<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
    page: usize,
}

pub fn is_one(bytes: &[u8]) -> bool {
    open(bytes).is_some()
}

fn open(bytes: &[u8]) -> Option<File<'_>> {
    let magic: [u8; 4] = bytes.get(12..16)?.try_into().ok()?;
    let is_big_endian = match (u32::from_le_bytes(magic), u32::from_be_bytes(magic)) {
        (MAGIC, _) => false,
        (_, MAGIC) => true,
        _ => return None,
    };
    let mut file = File { bytes, is_big_endian, page: 0 };
    file.page = file.u32(20)? as usize;
    // Berkeley DB knows powers of two from 512 bytes to 64 KiB.
    (file.page.is_power_of_two() && (512..=65536).contains(&file.page)).then_some(file)
}

pub fn read(bytes: &[u8], list: &mut List<'_>) -> Result<(), String> {
    let file = open(bytes).ok_or("its head is damaged")?;
    if bytes.get(24).copied().unwrap_or(1) != 0 {
        return Err("it is encrypted".to_owned());
    }
    let pages = bytes.len() / file.page;
    // Each page of a chain belongs to one value: all chains together are no longer than the file.
    let mut budget = pages;
    for n in 1..pages {
        let page = n * file.page;
        let kind = bytes.get(page + 25).copied().unwrap_or_default();
        if kind != HASH && kind != UNSORTED {
            continue;
        }
        let entries = usize::from(file.u16(page + 20).unwrap_or_default());
        // Keys and values take turns.
        for entry in (1..entries).step_by(2) {
            let Some(offset) = file.u16(page + HEAD + entry * 2).map(usize::from) else { break };
            if offset >= file.page || bytes.get(page + offset) != Some(&OFFPAGE) {
                // The count of packages is kept beside them, as a short value.
                continue;
            }
            let first = file.u32(page + offset + 4).unwrap_or_default() as usize;
            let length = file.u32(page + offset + 8).unwrap_or_default() as usize;
            list.header(&file.chain(first, length, &mut budget)?)?;
        }
    }
    Ok(())
}

impl File<'_> {
    /// A value from its overflow pages.
    fn chain(&self, first: usize, length: usize, budget: &mut usize) -> Result<Vec<u8>, String> {
        let mut value = Vec::new();
        let mut n = first;
        while n != 0 && value.len() < length {
            *budget = budget.checked_sub(1).ok_or("its pages form a circle")?;
            let page = n.checked_mul(self.page).filter(|page| page + self.page <= self.bytes.len());
            let page = page.ok_or_else(|| format!("page {n} is not in the file"))?;
            if self.bytes.get(page + 25) != Some(&OVERFLOW) {
                return Err(format!("page {n} is no overflow page, and a value goes on there"));
            }
            let next = self.u32(page + 16).unwrap_or_default() as usize;
            let used = if next == 0 { usize::from(self.u16(page + 22).unwrap_or_default()) } else { self.page - HEAD };
            let content = self.bytes.get(page + HEAD..(page + HEAD + used).min(page + self.page)).unwrap_or_default();
            value.extend_from_slice(content);
            n = next;
        }
        value.truncate(length);
        Ok(value)
    }

    fn u16(&self, at: usize) -> Option<u16> {
        let two: [u8; 2] = self.bytes.get(at..at + 2)?.try_into().ok()?;
        Some(if self.is_big_endian { u16::from_be_bytes(two) } else { u16::from_le_bytes(two) })
    }

    fn u32(&self, at: usize) -> Option<u32> {
        let four: [u8; 4] = self.bytes.get(at..at + 4)?.try_into().ok()?;
        Some(if self.is_big_endian { u32::from_be_bytes(four) } else { u32::from_le_bytes(four) })
    }
}

//! rpm's own database, as SUSE uses it (`Packages.db`): pages of slots, each
//! pointing to a blob.

use super::List;

const MAGIC: u32 = u32::from_le_bytes(*b"RpmP");
const SLOT: u32 = u32::from_le_bytes(*b"Slot");
const BLOB: u32 = u32::from_le_bytes(*b"BlbS");
/// Bytes of a page of slots, and of a slot. Blobs begin at multiples of a slot's size.
const PAGE: usize = 4096;
const UNIT: usize = 16;
/// The head of the file takes the place of two slots.
const HEAD: usize = 2 * UNIT;
/// Pages of slots: each has 256 packages.
const PAGES: usize = 4096;

pub fn is_one(bytes: &[u8]) -> bool {
    number(bytes, 0) == Some(MAGIC)
}

pub fn read(bytes: &[u8], list: &mut List<'_>) -> Result<(), String> {
    let pages = number(bytes, 12).ok_or("it is cut short")? as usize;
    if pages == 0 || pages > PAGES {
        return Err(format!("it says that it has {pages} pages of slots"));
    }
    let mut at = HEAD;
    while at + UNIT <= pages * PAGE {
        let [Some(magic), Some(package), Some(offset), Some(_)] = [0, 4, 8, 12].map(|n| number(bytes, at + n)) else {
            return Err("it is cut short".to_owned());
        };
        if magic != SLOT {
            return Err(format!("byte {at}: no slot stands where one must"));
        }
        at += UNIT;
        if package == 0 {
            continue;
        }
        let blob = (offset as usize).saturating_mul(UNIT);
        let length = number(bytes, blob.saturating_add(12)).unwrap_or_default() as usize;
        let is_blob = number(bytes, blob) == Some(BLOB) && number(bytes, blob.saturating_add(4)) == Some(package);
        let start = blob.saturating_add(UNIT);
        // What cannot be read is listed as that.
        let header = bytes.get(start..start.saturating_add(length)).filter(|_| is_blob).unwrap_or_default();
        list.header(header)?;
    }
    Ok(())
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four: [u8; 4] = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
    Some(u32::from_le_bytes(four))
}

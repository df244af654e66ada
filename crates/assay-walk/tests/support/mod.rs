//! Makes trees, layers, images and rpm databases to look through.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::path::Path;

/// A lockfile of one package.
pub fn lock(name: &str, version: &str) -> String {
    format!("version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n")
}

/// dpkg's list of one package.
pub fn dpkg(name: &str, version: &str) -> String {
    format!("Package: {name}\nStatus: install ok installed\nVersion: {version}\n\n")
}

/// Writes a file with its folders.
pub fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let at = root.join(path);
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::write(at, content).unwrap();
}

/// A tar archive of files.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        // As written: the library itself refuses names that lead out.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

/// A header of rpm's: texts by their tags, and an epoch.
pub fn header(name: &str, version: &str, release: &str, epoch: Option<u32>, source: &str) -> Vec<u8> {
    let mut entries: Vec<(u32, u32, Vec<u8>)> = Vec::new();
    for (tag, text) in [(1000, name), (1001, version), (1002, release), (1044, source)] {
        entries.push((tag, 6, [text.as_bytes(), b"\0"].concat()));
    }
    if let Some(epoch) = epoch {
        entries.push((1003, 4, epoch.to_be_bytes().to_vec()));
    }
    let (mut index, mut store) = (Vec::<u8>::new(), Vec::<u8>::new());
    for (tag, kind, value) in &entries {
        for number in [*tag, *kind, store.len() as u32, 1] {
            index.extend(number.to_be_bytes());
        }
        store.extend(value);
    }
    let mut out = Vec::new();
    out.extend((entries.len() as u32).to_be_bytes());
    out.extend((store.len() as u32).to_be_bytes());
    out.extend(index);
    out.extend(store);
    out
}

/// The headers that the databases of these tests hold.
pub fn headers() -> Vec<Vec<u8>> {
    vec![
        header("bash", "5.1.8", "9.el9", None, "bash-5.1.8-9.el9.src.rpm"),
        header("bind-libs", "9.16.23", "18.el9", Some(32), "bind-9.16.23-18.el9.src.rpm"),
        header("gpg-pubkey", "1", "2", None, "(none)"),
        vec![0, 0, 0, 9],
    ]
}

/// rpm's database as SQLite writes it.
pub fn sqlite(headers: &[Vec<u8>], sql: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rpmdb.sqlite");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    connection.execute_batch(sql).unwrap();
    for header in headers {
        connection.execute("INSERT INTO Packages (blob) VALUES (?1)", [header]).unwrap();
    }
    connection.close().unwrap();
    fs::read(path).unwrap()
}

/// The table that rpm makes.
pub const TABLE: &str = "CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)";

/// rpm's database as SUSE's own format has it.
pub fn ndb(headers: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![0; 4096];
    out[..4].copy_from_slice(b"RpmP");
    out[12..16].copy_from_slice(&1_u32.to_le_bytes());
    for slot in out[32..].chunks_mut(16) {
        slot[..4].copy_from_slice(b"Slot");
    }
    for (n, header) in headers.iter().enumerate() {
        let package = n as u32 + 1;
        let blob = (out.len() / 16) as u32;
        let slot = 32 + n * 16;
        out[slot + 4..slot + 8].copy_from_slice(&package.to_le_bytes());
        out[slot + 8..slot + 12].copy_from_slice(&blob.to_le_bytes());
        for part in [u32::from_le_bytes(*b"BlbS"), package, 0, header.len() as u32] {
            out.extend(part.to_le_bytes());
        }
        out.extend(header);
        out.resize(out.len().next_multiple_of(16), 0);
    }
    out
}

/// rpm's database in Berkeley DB's hash format: one page of hash, and a chain of overflow pages a header.
pub fn bdb(headers: &[Vec<u8>]) -> Vec<u8> {
    const PAGE: usize = 512;
    let mut pages = vec![vec![0_u8; PAGE], vec![0_u8; PAGE]];
    pages[0][12..16].copy_from_slice(&0x0006_1561_u32.to_le_bytes());
    pages[0][20..24].copy_from_slice(&(PAGE as u32).to_le_bytes());
    pages[0][25] = 8;
    pages[1][25] = 13;
    pages[1][20..22].copy_from_slice(&(headers.len() as u16 * 2).to_le_bytes());
    for (n, header) in headers.iter().enumerate() {
        // The value's entry, from the end of the page; keys are not read.
        let offset = PAGE - 12 * (n + 1);
        let index = 26 + (n * 2 + 1) * 2;
        pages[1][index..index + 2].copy_from_slice(&(offset as u16).to_le_bytes());
        pages[1][offset] = 3;
        let first = pages.len() as u32;
        pages[1][offset + 4..offset + 8].copy_from_slice(&first.to_le_bytes());
        pages[1][offset + 8..offset + 12].copy_from_slice(&(header.len() as u32).to_le_bytes());
        let parts: Vec<&[u8]> = header.chunks(PAGE - 26).collect();
        for (m, part) in parts.iter().enumerate() {
            let next = if m + 1 < parts.len() { pages.len() as u32 + 1 } else { 0 };
            let mut page = vec![0_u8; PAGE];
            page[16..20].copy_from_slice(&next.to_le_bytes());
            page[22..24].copy_from_slice(&(part.len() as u16).to_le_bytes());
            page[25] = 7;
            page[26..26 + part.len()].copy_from_slice(part);
            pages.push(page);
        }
    }
    pages.concat()
}

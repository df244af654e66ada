//! Reads KEV, SSVC, CVE records, CSAF advisories and end-of-life dates into the index.

use std::fs;
use std::io::{BufRead, Read as _};
use std::path::Path;

use assay_advisory::feed::{MAX_RECORD, beside, csaf as csaf_feed, cve, endoflife, epss, kev, ssvc};
use assay_match::index::{Index, SourceId};

use super::advisories::{Piece, pieces};
use super::open;
use crate::failure::Failure;

/// Most bytes of a catalogue: KEV has 1.4 MiB.
const CATALOGUE: usize = 64 << 20;
/// Most bytes of a table: one of all CVEs has about 40 MiB.
const TABLE: usize = 512 << 20;

/// KEV's catalogue.
pub fn kev(index: &mut Index, source: SourceId, path: &Path) -> Result<(), Failure> {
    index.kev(source, kev::read(&open::whole(path, CATALOGUE)?).map_err(|why| wrong(path, &why))?);
    Ok(())
}

/// The table of SSVC decisions.
pub fn ssvc(index: &mut Index, source: SourceId, path: &Path) -> Result<(), Failure> {
    index.ssvc(source, ssvc::read(&open::whole(path, TABLE)?).map_err(|why| wrong(path, &why))?);
    Ok(())
}

/// The table of EPSS scores.
pub fn epss(index: &mut Index, source: SourceId, path: &Path) -> Result<(), Failure> {
    index.epss(source, epss::read(&open::whole(path, TABLE)?).map_err(|why| wrong(path, &why))?);
    Ok(())
}

/// CVE records: one, one a line, or many files.
pub fn cve(index: &mut Index, source: SourceId, path: &Path) -> Result<(), Failure> {
    records(index, source, path, take)
}

/// CSAF advisories, likewise.
pub fn csaf(index: &mut Index, source: SourceId, path: &Path) -> Result<(), Failure> {
    records(index, source, path, |index, source, at, bytes| {
        // What lies beside the advisories of a publisher: its feed and what it says of itself.
        let name = at.rsplit('/').next().unwrap_or(at);
        if name == "provider-metadata.json" || name.contains("-feed-tlp-") {
            return;
        }
        match csaf_feed::read(bytes) {
            Ok(advisory) => index.csaf(source, &advisory),
            // Under other names, too.
            Err(_) if beside::of(bytes).is_some() => {}
            Err(why) => index.skip(source, at, why),
        }
    })
}

/// End-of-life dates, likewise.
pub fn end_of_life(index: &mut Index, source: SourceId, path: &Path) -> Result<(), Failure> {
    records(index, source, path, |index, source, at, bytes| match endoflife::read(bytes) {
        Ok(product) => index.end_of_life(source, product),
        Err(why) => index.skip(source, at, why),
    })
}

/// Takes one record; the text says where it stands.
type Take = fn(&mut Index, SourceId, &str, &[u8]);

fn records(index: &mut Index, source: SourceId, path: &Path, take: Take) -> Result<(), Failure> {
    let meta = fs::metadata(path).map_err(|error| open::unreadable(path, &error))?;
    let name = path.to_string_lossy();
    let plain = name.strip_suffix(".gz").unwrap_or(&name);
    if meta.is_dir() || plain.ends_with(".zip") {
        for piece in pieces(path)? {
            one_by_one(index, source, &piece, take)?;
        }
        return Ok(());
    }
    if plain.ends_with(".jsonl") || plain.ends_with(".ndjson") {
        return lines(index, source, path, take);
    }
    take(index, source, plain, &open::whole(path, MAX_RECORD)?);
    Ok(())
}

fn one_by_one(index: &mut Index, source: SourceId, piece: &Piece, take: Take) -> Result<(), Failure> {
    piece.each(0..piece.count, |at, read| match read {
        Ok(bytes) => take(index, source, at, bytes),
        Err(why) => index.skip(source, at, why),
    })
}

fn lines(index: &mut Index, source: SourceId, path: &Path, take: Take) -> Result<(), Failure> {
    let mut reader = open::reader(path)?;
    let mut line = Vec::new();
    for number in 1_usize.. {
        line.clear();
        let read = reader
            .by_ref()
            .take(MAX_RECORD as u64 + 1)
            .read_until(b'\n', &mut line)
            .map_err(|error| open::unreadable(path, &error))?;
        if read == 0 {
            break;
        }
        if !line.ends_with(b"\n") && line.len() > MAX_RECORD {
            index.skip(source, format!("line {number}"), format!("it has more than {MAX_RECORD} bytes"));
            skip_line(&mut reader).map_err(|error| open::unreadable(path, &error))?;
        } else if !line.trim_ascii().is_empty() {
            take(index, source, &format!("line {number}"), &line);
        }
    }
    Ok(())
}

/// Steps over the rest of a line without keeping it.
fn skip_line(reader: &mut dyn BufRead) -> std::io::Result<()> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let (used, done) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        reader.consume(used);
        if done {
            return Ok(());
        }
    }
}

fn take(index: &mut Index, source: SourceId, at: &str, bytes: &[u8]) {
    match cve::read(bytes) {
        Ok(record) => index.cve(source, record),
        Err(why) => index.skip(source, at, why),
    }
}

fn wrong(path: &Path, why: &str) -> Failure {
    Failure::call("wrong-feed", format!("`{}`: {why}", path.display()))
}

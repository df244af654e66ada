//! Which format a file is in: by what stands in it, then by its name.

use crate::component::Format;
use crate::product_list;
use crate::read::ReadError;

/// How much of a file is looked at.
const LOOK: usize = 64 * 1024;

/// What to do with a format that is not read.
const CONVERT: &str = "let a scanner write a CycloneDX document of the project, and read that";

pub(crate) fn detect(name: &str, bytes: &[u8]) -> Result<Format, ReadError> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name).to_ascii_lowercase();
    let not_read = |what, instead| Err(ReadError::NotRead { name: name.to_owned(), what, instead });
    let first = bytes.get(..LOOK).unwrap_or(bytes);
    if first.starts_with(b"PK\x03\x04") || first.starts_with(b"\xd0\xcf\x11\xe0") {
        return not_read("a spreadsheet's own file or an archive", "save the list as CSV, or unpack the archive");
    }
    let text = product_list::decode(first);
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let has = |word: &str| text.contains(word);
    match start.bytes().next() {
        Some(b'{') if has("\"CycloneDX\"") => return Ok(Format::CycloneDx),
        Some(b'{') if has("\"lockfileVersion\"") => return Ok(Format::PackageLock),
        Some(b'{') if has("\"spdxVersion\"") || has("\"SPDXID\"") || has("spdx.org/rdf/3") => {
            return not_read("SPDX", CONVERT);
        }
        Some(b'<') if has("cyclonedx.org/schema/bom") => return Ok(Format::CycloneDx),
        _ => {}
    }
    match base.as_str() {
        "poetry.lock" | "uv.lock" | "pdm.lock" => return not_read("a Python lockfile", CONVERT),
        "pnpm-lock.yaml" | "yarn.lock" => return not_read("a lockfile of pnpm or Yarn", CONVERT),
        "go.mod" | "go.sum" => return not_read("Go's module list", CONVERT),
        "gemfile.lock" | "composer.lock" | "mix.lock" | "pubspec.lock" | "pom.xml" | "requirements.txt"
        | "pipfile.lock" => {
            return not_read("this lockfile or package list", CONVERT);
        }
        _ => {}
    }
    if start.starts_with("SPDXVersion:") {
        return not_read("SPDX", CONVERT);
    }
    if has("\n[[package]]") || start.starts_with("[[package]]") || base == "cargo.lock" {
        return Ok(Format::CargoLock);
    }
    if start.starts_with("Package:") && has("\nStatus:") {
        return Ok(Format::DpkgStatus);
    }
    let ends = |end: &str| base.ends_with(end);
    if ends("package-lock.json") || base == "npm-shrinkwrap.json" {
        return Ok(Format::PackageLock);
    }
    if ends(".cdx.json") || ends(".cdx.xml") || base == "bom.json" || base == "bom.xml" {
        return Ok(Format::CycloneDx);
    }
    // The reader's own errors say more about a table than an unknown format would.
    if ends(".csv") || ends(".tsv") || product_list::looks_like_one(first) {
        return Ok(Format::ProductList);
    }
    Err(ReadError::UnknownFormat { name: name.to_owned() })
}

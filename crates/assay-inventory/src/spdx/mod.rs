//! SPDX: 2.2 and 2.3 as JSON, tag-value, YAML and XML; 3.0 as JSON-LD.
//!
//! Listed are packages, each by its package URL, else by its CPE name, else by
//! its supplier and name. Files, snippets and relationships are not read, so a
//! circle in them does no harm. RDF is refused by name.

mod json;
mod json_ld;
mod tag_value;
mod xml;
mod yaml;

use crate::found::{Broken, Found};
use crate::purl;
use crate::sbom::{Collect, Raw};

/// A package, as any of the notations writes it.
#[derive(Debug, Default)]
struct Package {
    name: Option<String>,
    version: Option<String>,
    supplier: Option<String>,
    originator: Option<String>,
    purpose: Option<String>,
    /// Package URLs: one for each architecture or repository.
    purls: Vec<String>,
    cpe: Option<String>,
}

/// References of one package that are kept; Red Hat's documents have dozens.
const REFERENCES: usize = 1024;

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match start.iter().find(|c| !c.is_ascii_whitespace()) {
        Some(b'{') if is_third(start) => json_ld::read(bytes),
        Some(b'{') => json::read(bytes),
        Some(b'<') => xml::read(start),
        _ if tag_value::is_one(start) => tag_value::read(start),
        _ => yaml::read(start),
    }
}

/// Whether a JSON document is of version 3: its first bytes name the context or the graph.
fn is_third(bytes: &[u8]) -> bool {
    let first = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or_default();
    let text = String::from_utf8_lossy(first);
    text.contains("spdx.org/rdf/3") || (text.contains("\"@graph\"") && !text.contains("\"spdxVersion\""))
}

/// Checks `spdxVersion`: `SPDX-2.3`.
fn version(collect: &mut Collect, written: Option<&str>) -> Result<(), Broken> {
    match written {
        Some("SPDX-2.0" | "SPDX-2.1" | "SPDX-2.2" | "SPDX-2.3") => Ok(()),
        Some(other) if other.starts_with("SPDX-2.") => {
            let why = format!("{} is newer than what is known here (SPDX-2.3); read like it", short(other));
            collect.found.skip_first("spdxVersion", why);
            Ok(())
        }
        Some(other) => Err(Broken::at("spdxVersion", format!("`{}` is no version of SPDX 2", short(other)))),
        None => Err(Broken::at("spdxVersion", "it is missing, so this is no SPDX document")),
    }
}

impl Package {
    /// An external reference, by its type and its locator.
    fn reference(&mut self, kind: &str, locator: &str) {
        if self.purls.len() >= REFERENCES {
            return;
        }
        match kind {
            "purl" => self.purls.push(locator.to_owned()),
            "cpe23Type" | "cpe22Type" if self.cpe.is_none() => self.cpe = Some(locator.to_owned()),
            _ => {}
        }
    }

    /// Lists it: once for each different package that its URLs name.
    fn list(self, collect: &mut Collect, at: &str) -> Result<(), Broken> {
        let maker = said(&self.supplier).or_else(|| said(&self.originator)).map(organisation);
        let mut raw = Raw {
            kind: self.purpose.as_deref().map(purpose),
            name: said(&self.name),
            version: said(&self.version),
            purl: None,
            cpe: said(&self.cpe),
            maker: maker.as_deref(),
        };
        let mut seen = Vec::new();
        for written in self.purls.iter().filter(|written| !written.is_empty()) {
            let named = purl::read(written).ok();
            // A bad URL is said once; the package is listed by its name where no other URL is good.
            if seen.contains(&named) || (named.is_none() && self.purls.len() > 1) {
                continue;
            }
            seen.push(named);
            raw.purl = Some(written);
            collect.add(&raw, at.to_owned())?;
        }
        if seen.is_empty() {
            raw.purl = self.purls.first().map(String::as_str);
            collect.add(&raw, at.to_owned())?;
        }
        Ok(())
    }
}

/// A text that says something.
fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !matches!(*text, "" | "NOASSERTION" | "NONE"))
}

/// `Organization: Acme (info@acme.example)`: the name alone.
fn organisation(written: &str) -> String {
    let name = written.split_once(": ").map_or(written, |(_, name)| name);
    name.split(" (").next().unwrap_or(name).trim().to_owned()
}

/// CycloneDX's word for a purpose, where the two mean the same.
fn purpose(written: &str) -> &'static str {
    match written.to_ascii_uppercase().replace(['_', '-'], "").as_str() {
        "FILE" => "file",
        "OPERATINGSYSTEM" => "operating-system",
        "APPLICATION" => "application",
        "DEVICE" => "device",
        "FIRMWARE" => "firmware",
        "CONTAINER" => "container",
        _ => "library",
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

//! CycloneDX: JSON 1.2 to 1.7, XML 1.0 to 1.7.
//!
//! Listed are the thing that the document describes, its components, and the
//! components in those. Services, the tools that made the document, and the
//! ancestors of a forked component are not installed, and are left out. Who
//! depends on whom is not read, so a circle in it does no harm.

mod json;
mod xml;

use crate::found::{Broken, Found};
use crate::sbom::Collect;

/// The newest version of the specification that is known.
const NEWEST: u32 = 7;

pub(crate) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = start.iter().find(|c| !c.is_ascii_whitespace());
    if first == Some(&b'<') { xml::read(start) } else { json::read(bytes) }
}

/// Checks `specVersion` or the namespace's version: `1.6`.
fn version(collect: &mut Collect, written: &str) -> Result<(), Broken> {
    let minor = written.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
    match minor {
        Some(minor) if minor <= NEWEST => Ok(()),
        Some(_) => {
            let why =
                format!("CycloneDX {} is newer than what is known here (1.{NEWEST}); read like it", short(written));
            collect.found.skip_first("specVersion", why);
            Ok(())
        }
        None => Err(Broken::at("specVersion", format!("`{}` is no version of CycloneDX 1", short(written)))),
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

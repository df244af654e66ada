//! apk's database of installed packages (`lib/apk/db/installed`): Alpine and
//! its relatives.
//!
//! Records of these distributions name the source (`o:`) that a package was
//! built from, whose version is the package's own.

use crate::component::{Component, SourcePackage, What};
use crate::ecosystem::Ecosystem;
use crate::found::{Broken, Found};

#[derive(Default)]
struct Paragraph {
    line: usize,
    name: Option<String>,
    version: Option<String>,
    origin: Option<String>,
}

pub(crate) fn read(bytes: &[u8], distribution: Option<&Ecosystem>) -> Result<Found, Broken> {
    let ecosystem = distribution.cloned().unwrap_or_else(|| Ecosystem::from_osv("Alpine"));
    let mut found = Found::default();
    let mut paragraph = Paragraph::default();
    let mut any = false;
    for (n, line) in bytes.split(|c| *c == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            any |= paragraph.list(&ecosystem, &mut found)?;
            paragraph = Paragraph::default();
            continue;
        }
        let [field, b':', value @ ..] = line else {
            let why = "not a letter, a colon and a value; is it apk's list of installed packages?";
            return Err(Broken::at(format!("line {}", n + 1), why));
        };
        if paragraph.line == 0 {
            paragraph.line = n + 1;
        }
        let place = match field {
            b'P' => &mut paragraph.name,
            b'V' => &mut paragraph.version,
            b'o' => &mut paragraph.origin,
            _ => continue,
        };
        // The first counts: a second one is not apk's.
        place.get_or_insert_with(|| String::from_utf8_lossy(value).trim().to_owned());
    }
    any |= paragraph.list(&ecosystem, &mut found)?;
    if !any && !bytes.trim_ascii().is_empty() {
        return Err(Broken::at("the file", "no package (`P:`) stands in it; is it apk's list of installed packages?"));
    }
    Ok(found.done())
}

impl Paragraph {
    /// Lists what it describes. True if it names a package.
    fn list(&mut self, ecosystem: &Ecosystem, found: &mut Found) -> Result<bool, Broken> {
        if self.line == 0 {
            return Ok(false);
        }
        let at = format!("line {}", self.line);
        let Some(name) = self.name.as_deref().filter(|name| !name.is_empty()) else {
            found.skip(at, "the paragraph names no package");
            return Ok(false);
        };
        let mut component = Component::package(ecosystem.clone(), name, self.version.as_deref(), at);
        if let (What::Package { source, .. }, Some(origin)) = (&mut component.what, self.origin.as_deref())
            && !origin.is_empty()
            && origin != name
        {
            *source = Some(SourcePackage { name: origin.to_owned(), version: None });
        }
        found.push(component)?;
        Ok(true)
    }
}

//! SPDX 2 as XML: the keys of its JSON, as elements.

use super::Package;
use crate::found::{Broken, Found};
use crate::limits;
use crate::sbom::Collect;
use crate::syntax::utf8;
use crate::syntax::xml::{self, Attributes, Listener};

pub(super) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut reader = Reader::default();
    xml::walk(utf8(bytes)?, &mut reader)?;
    super::version(&mut reader.collect, reader.version.as_deref())?;
    Ok(reader.collect.done())
}

#[derive(Default)]
struct Reader {
    collect: Collect,
    version: Option<String>,
    path: Vec<String>,
    text: String,
    package: Option<(usize, Package)>,
    reference: [Option<String>; 2],
}

impl Listener for Reader {
    fn start(&mut self, name: &str, _: &Attributes<'_, '_>, line: usize) -> Result<(), Broken> {
        if self.path.is_empty() && name == "RDF" {
            return Err(Broken::Other("SPDX as RDF", "save the document as JSON, and read that"));
        }
        if self.path.is_empty() && name != "Document" {
            return Err(Broken::at(format!("line {line}"), "its root is not SPDX's `Document`"));
        }
        self.path.push(name.chars().take(limits::NAME).collect());
        self.text.clear();
        match self.path.get(1).map(String::as_str) {
            Some("packages") if self.path.len() == 2 => self.package = Some((line, Package::default())),
            Some("packages") if self.path.len() == 3 && name == "externalRefs" => self.reference = [None, None],
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, part: &str) {
        if self.text.len() + part.len() <= limits::PURL {
            self.text.push_str(part);
        }
    }

    fn end(&mut self) -> Result<(), Broken> {
        let text = || Some(self.text.trim().to_owned());
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let package = self.package.as_mut().map(|(_, package)| package);
        match (path.as_slice(), package) {
            ([_, "spdxVersion"], _) => self.version = text(),
            ([_, "packages", "name"], Some(package)) => package.name = text(),
            ([_, "packages", "versionInfo"], Some(package)) => package.version = text(),
            ([_, "packages", "supplier"], Some(package)) => package.supplier = text(),
            ([_, "packages", "originator"], Some(package)) => package.originator = text(),
            ([_, "packages", "primaryPackagePurpose"], Some(package)) => package.purpose = text(),
            ([_, "packages", "externalRefs", "referenceType"], _) => self.reference[0] = text(),
            ([_, "packages", "externalRefs", "referenceLocator"], _) => self.reference[1] = text(),
            ([_, "packages", "externalRefs"], Some(package)) => {
                if let [Some(kind), Some(locator)] = &self.reference {
                    package.reference(kind, locator);
                }
            }
            ([_, "packages"], _) => {
                if let Some((line, done)) = self.package.take() {
                    done.list(&mut self.collect, &format!("line {line}"))?;
                }
            }
            _ => {}
        }
        self.path.pop();
        self.text.clear();
        Ok(())
    }
}

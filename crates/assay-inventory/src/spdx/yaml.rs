//! SPDX 2 as YAML: the keys of its JSON, by lines.

use super::Package;
use crate::found::{Broken, Found};
use crate::sbom::Collect;
use crate::syntax::utf8;
use crate::syntax::yaml::{self, Step};

pub(super) fn read(bytes: &[u8]) -> Result<Found, Broken> {
    let mut collect = Collect::default();
    let mut version = None;
    let mut open: Option<(usize, usize, Package)> = None;
    let mut reference: (usize, [Option<String>; 2]) = (0, [None, None]);
    yaml::walk(utf8(bytes)?, |node| {
        let text = || node.text().map(str::to_owned);
        match node.key(0) {
            Some("spdxVersion") => version = text(),
            Some("packages") => {}
            _ => return Ok(()),
        }
        let Some((_, Step::Item(n))) = node.path.get(1) else { return Ok(()) };
        if open.as_ref().is_none_or(|(of, ..)| of != n) {
            if let Some((_, line, mut done)) = open.take() {
                keep(&mut done, &mut reference.1);
                done.list(&mut collect, &format!("line {line}"))?;
            }
            reference = (0, [None, None]);
            open = Some((*n, node.line, Package::default()));
        }
        let Some((.., package)) = &mut open else { return Ok(()) };
        match (node.key(2), node.depth()) {
            (Some("name"), 3) => package.name = text(),
            (Some("versionInfo"), 3) => package.version = text(),
            (Some("supplier"), 3) => package.supplier = text(),
            (Some("originator"), 3) => package.originator = text(),
            (Some("primaryPackagePurpose"), 3) => package.purpose = text(),
            (Some("externalRefs"), 5) => {
                if let Some((_, Step::Item(n))) = node.path.get(3)
                    && *n != reference.0
                {
                    keep(package, &mut reference.1);
                    reference.0 = *n;
                }
                match node.key(4) {
                    Some("referenceType") => reference.1[0] = text(),
                    Some("referenceLocator") => reference.1[1] = text(),
                    _ => {}
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    if let Some((_, line, mut done)) = open {
        keep(&mut done, &mut reference.1);
        done.list(&mut collect, &format!("line {line}"))?;
    }
    super::version(&mut collect, version.as_deref())?;
    Ok(collect.done())
}

/// Adds a reference that is whole to its package.
fn keep(package: &mut Package, reference: &mut [Option<String>; 2]) {
    if let [Some(kind), Some(locator)] = reference {
        package.reference(kind, locator);
    }
    *reference = [None, None];
}

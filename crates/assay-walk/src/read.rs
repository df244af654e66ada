//! Reads one file that was found: an inventory, a package manager's list, or
//! something that only has the name of one.

use assay_inventory::component::{Format, Inventory};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::{Options, ReadError, detect};

use crate::Refused;
use crate::find::Outcome;
use crate::place::{Database, Kind};
use crate::rpm;

/// How much of a file decides whether it is read, where its name does not.
pub const LOOK: u64 = 8 * 1024;

/// Reads bytes that were found under a path.
pub fn file(name: String, path: &str, kind: Kind, bytes: &[u8], distribution: Option<&Ecosystem>) -> Outcome {
    let refused = |why: String| Outcome::Refused(Refused { path: name.clone(), why });
    let options = |format| Options { format, distribution: distribution.cloned() };
    let read = match kind {
        Kind::OsRelease => return Outcome::Other,
        Kind::Perhaps if !is_inventory(path, bytes) => return Outcome::Other,
        // The name decides what is expected; the content, which of its relatives it is.
        Kind::Named(_) | Kind::Perhaps => assay_inventory::read(path, bytes, &options(None)),
        Kind::Installed(Database::Dpkg) => assay_inventory::read(path, bytes, &options(Some(Format::DpkgStatus))),
        Kind::Installed(Database::Apk) => assay_inventory::read(path, bytes, &options(Some(Format::ApkInstalled))),
        Kind::Installed(Database::Rpm) => match rpm::read(bytes, distribution) {
            Ok((components, skipped)) => {
                let format = Format::RpmDatabase;
                return Outcome::Read(Box::new(Inventory { name, format, components, skipped }));
            }
            Err(why) => return refused(why),
        },
        Kind::Single => return single(name, path, bytes, distribution),
    };
    outcome(name, path, read)
}

/// What came of reading the file at a path, under the name that people know it by.
pub fn outcome(name: String, path: &str, read: Result<Inventory, ReadError>) -> Outcome {
    match read {
        Ok(mut inventory) => {
            inventory.name = name;
            Outcome::Read(Box::new(inventory))
        }
        Err(error) => {
            let shown = error.to_string();
            let why = shown.strip_prefix(&format!("{path}: ")).unwrap_or(&shown).to_owned();
            Outcome::Refused(Refused { path: name, why })
        }
    }
}

/// Whether the first bytes are an inventory's, where the name does not say so: any lockfile's if it is called `.lock`,
/// else an SBOM's, a product list's, or one of the few others that lie under names of people's own.
pub fn is_inventory(path: &str, first: &[u8]) -> bool {
    match detect("", first) {
        Ok(Format::CycloneDx | Format::Spdx | Format::Pom | Format::NugetLock | Format::GradleLock) => true,
        Ok(Format::ProductList) => path.ends_with(".csv"),
        Ok(_) => path.ends_with(".lock"),
        Err(_) => false,
    }
}

/// A file of `status.d`: a paragraph of dpkg's that does not say that it is installed, because nothing else lies there.
fn single(name: String, path: &str, bytes: &[u8], distribution: Option<&Ecosystem>) -> Outcome {
    let mut whole = bytes.trim_ascii_end().to_vec();
    if !whole.split(|c| *c == b'\n').any(|line| line.starts_with(b"Status:")) {
        whole.extend(b"\nStatus: install ok installed\n");
    }
    let options = Options { format: Some(Format::DpkgStatus), distribution: distribution.cloned() };
    let file = path.rsplit('/').next().unwrap_or(path);
    match assay_inventory::read(path, &whole, &options) {
        Ok(mut inventory) => {
            for component in &mut inventory.components {
                component.at = file.to_owned();
            }
            inventory.name = name;
            Outcome::Read(Box::new(inventory))
        }
        Err(error) => Outcome::Refused(Refused { path: name, why: error.to_string() }),
    }
}

/// Joins what single files of one system list into one inventory, named after their folder.
pub fn joined(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let mut out = Vec::new();
    let mut systems: std::collections::BTreeMap<String, Inventory> = std::collections::BTreeMap::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Read(inventory) if inventory.name.contains(crate::place::STATUS_D) => {
                let folder = inventory.name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
                let system = systems.entry(folder.clone()).or_insert_with(|| Inventory {
                    name: folder,
                    format: Format::DpkgStatus,
                    components: Vec::new(),
                    skipped: Vec::new(),
                });
                system.components.extend(inventory.components);
                system.skipped.extend(inventory.skipped);
            }
            other => out.push(other),
        }
    }
    out.extend(systems.into_values().map(|inventory| Outcome::Read(Box::new(inventory))));
    out
}

//! Reads the inventories of a call.

use std::path::{Path, PathBuf};

use assay_inventory::component::Inventory;
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::{Options, dpkg_status, limits};

use super::open;
use crate::failure::Failure;

/// Longest os-release file that is read.
const OS_RELEASE: usize = 64 << 10;
/// Where dpkg keeps its status, under a system's root.
const DPKG_STATUS: &str = "var/lib/dpkg/status";
/// What an inventory from standard input is called.
const STDIN: &str = "standard input";

/// All of them, in the order of the call.
pub fn read(paths: &[PathBuf], os_release: Option<&Path>) -> Result<Vec<Inventory>, Failure> {
    let named = os_release.map(distribution).transpose()?;
    let mut inventories: Vec<Inventory> = Vec::new();
    for path in paths {
        let name = if path.as_os_str() == "-" { STDIN.to_owned() } else { path.display().to_string() };
        if inventories.iter().any(|known| known.name == name) {
            return Err(Failure::call("named-twice", format!("`{name}` is named twice")));
        }
        let bytes = if path.as_os_str() == "-" { open::stdin(limits::FILE) } else { open::whole(path, limits::FILE) }?;
        let options = Options { distribution: named.clone().or_else(|| beside(path)), ..Options::default() };
        let unpacked = name.strip_suffix(".gz").unwrap_or(&name);
        let mut inventory = assay_inventory::read(unpacked, &bytes, &options)
            .map_err(|error| Failure::call("unreadable", error.to_string()))?;
        inventory.name = name;
        inventories.push(inventory);
    }
    Ok(inventories)
}

fn distribution(path: &Path) -> Result<Ecosystem, Failure> {
    dpkg_status::distribution(&open::whole(path, OS_RELEASE)?).ok_or_else(|| {
        Failure::call("no-release", format!("`{}` names no distribution", path.display()))
            .help("name the machine's /etc/os-release, or leave the option out: a release's records then cannot tell")
    })
}

/// The distribution of a system whose own status file is read: its os-release lies under the same root.
fn beside(path: &Path) -> Option<Ecosystem> {
    let root = path.to_str()?.strip_suffix(DPKG_STATUS)?;
    ["etc/os-release", "usr/lib/os-release"]
        .iter()
        .filter_map(|place| open::whole(&Path::new(root).join(place), OS_RELEASE).ok())
        .find_map(|bytes| dpkg_status::distribution(&bytes))
}

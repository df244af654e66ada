//! Reads the inventories of a call: files, and what is found in folders, in
//! images and on this machine.

use std::path::{Path, PathBuf};

use assay_inventory::component::{Format, Inventory, Skipped};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::{Options, limits, os_release};
use assay_walk::{WalkError, Walked};

use super::open;
use super::walked::Looked;
use crate::failure::Failure;

/// Longest os-release file that is read.
const OS_RELEASE: usize = 64 << 10;
/// Where dpkg keeps its status, and apk its list, under a system's root.
const LISTS: [&str; 3] = ["var/lib/dpkg/status", "lib/apk/db/installed", "usr/lib/apk/db/installed"];
/// What an inventory from standard input is called.
const STDIN: &str = "standard input";
/// Packed archives: an image in one has to be unpacked first, since its layers lie in no order.
const PACKED: [&str; 5] = [".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".tar.bz2"];

/// All of them, in the order of the call; and what was looked through for them.
pub fn read(
    paths: &[PathBuf],
    machine: Option<&Path>,
    os_release: Option<&Path>,
) -> Result<(Vec<Inventory>, Vec<Looked>), Failure> {
    let named = os_release.map(distribution).transpose()?;
    let mut inventories: Vec<Inventory> = Vec::new();
    let mut looked = Vec::new();
    let options = assay_walk::Options { distribution: named.clone() };
    if let Some(root) = machine {
        let walked = assay_walk::machine(root, &options).map_err(|error| failure(&error))?;
        take(root, walked, &mut inventories, &mut looked);
    }
    for path in paths {
        if path.is_dir() && !assay_walk::is_image(path) {
            let walked = assay_walk::folder(path, &options).map_err(|error| failure(&error))?;
            take(path, walked, &mut inventories, &mut looked);
        } else if path.is_dir() || (is_archive(path)? && assay_walk::is_image(path)) {
            let walked = assay_walk::image(path, &options).map_err(|error| failure(&error))?;
            take(path, walked, &mut inventories, &mut looked);
        } else {
            inventories.push(file(path, named.as_ref())?);
        }
    }
    let mut names: Vec<&str> = inventories.iter().map(|inventory| inventory.name.as_str()).collect();
    names.sort_unstable();
    if let Some([twice, _]) = names.array_windows().find(|[one, next]| one == next) {
        return Err(Failure::call("named-twice", format!("`{twice}` is named twice")));
    }
    Ok((inventories, looked))
}

fn file(path: &Path, named: Option<&Ecosystem>) -> Result<Inventory, Failure> {
    let is_stdin = path.as_os_str() == "-";
    let name = if is_stdin { STDIN.to_owned() } else { path.display().to_string() };
    let bytes = if is_stdin { open::stdin(limits::FILE) } else { open::whole(path, limits::FILE) }?;
    let options = Options { distribution: named.cloned().or_else(|| beside(path)), ..Options::default() };
    let unpacked = name.strip_suffix(".gz").unwrap_or(&name);
    let mut inventory = assay_inventory::read(unpacked, &bytes, &options)
        .map_err(|error| Failure::call("unreadable", error.to_string()))?;
    inventory.name = name;
    Ok(inventory)
}

/// Whether a file is named like an archive; a packed one is refused with what to do.
fn is_archive(path: &Path) -> Result<bool, Failure> {
    let name = path.to_string_lossy().to_ascii_lowercase();
    if PACKED.iter().any(|end| name.ends_with(end)) {
        return Err(Failure::call("unreadable", format!("`{}` is a packed archive", path.display()))
            .help("unpack it: a container image as .tar is read as it is, everything else as a folder"));
    }
    Ok(name.ends_with(".tar"))
}

/// Adds what was found. What was refused stands in an inventory that is named after the place, so that it is counted
/// among what could not be read.
fn take(at: &Path, walked: Walked, inventories: &mut Vec<Inventory>, looked: &mut Vec<Looked>) {
    let name = at.display().to_string();
    looked.push(Looked::of(&name, &walked));
    inventories.extend(walked.inventories);
    if walked.refused.is_empty() {
        return;
    }
    let skipped = walked.refused.into_iter().map(|refused| Skipped { at: refused.path, why: refused.why });
    inventories.push(Inventory {
        name,
        format: Format::Folder,
        components: Vec::new(),
        skipped: skipped.take(limits::SKIPPED).collect(),
    });
}

fn failure(error: &WalkError) -> Failure {
    Failure::call("unreadable", error.to_string())
}

fn distribution(path: &Path) -> Result<Ecosystem, Failure> {
    os_release::distribution(&open::whole(path, OS_RELEASE)?).ok_or_else(|| {
        Failure::call("no-release", format!("`{}` names no distribution", path.display()))
            .help("name the machine's /etc/os-release, or leave the option out: a release's records then cannot tell")
    })
}

/// The distribution of a system whose own list is read: its os-release lies under the same root.
fn beside(path: &Path) -> Option<Ecosystem> {
    let shown = path.to_str()?;
    let root = LISTS.iter().find_map(|place| shown.strip_suffix(place))?;
    ["etc/os-release", "usr/lib/os-release"]
        .iter()
        .filter_map(|place| open::whole(&Path::new(root).join(place), OS_RELEASE).ok())
        .find_map(|bytes| os_release::distribution(&bytes))
}

//! A fleet kept as one file: read from its inventories once, and asked in
//! place from then on.
//!
//! All of it is hashed when it is opened: it is small, and a flipped bit in a
//! version would give a wrong answer that nobody sees. A hash is no witness
//! against whoever composed the file, so what lies in it is still not believed.

use std::borrow::Cow;

use assay_inventory::ecosystem::Ecosystem;
use assay_match::index::Index;
use assay_match::judge::Instance;
use serde::{Deserialize, Serialize};

use super::{Fleet, Package, Touched, touched};
use crate::container::{Container, Head, Purpose, compose};
use crate::error::Error;
use crate::file::{piece, text};
use crate::rules;
use crate::sections::{FLEET_COUNTS, FLEET_HASHES, FLEET_NAME_OFFSETS, FLEET_NAMES, FLEET_OFFSETS, FLEET_PACKAGES};
use crate::words::{Longs, Pieces, Words, longs, package_hash, pieces};
use crate::write::{As, TooLarge};

/// What a fleet's file counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// Packages that were taken, each time one stands in an inventory.
    pub components: usize,
    /// Packages, each counted once.
    pub packages: usize,
    /// Entries of the inventories that could not be read: of those nothing is answered.
    pub unread: usize,
}

/// An opened file with a fleet.
#[derive(Debug)]
pub struct FleetFile {
    container: Container,
    counts: Counts,
}

impl FleetFile {
    /// Takes a file that was opened, and hashes all of it.
    ///
    /// # Errors
    ///
    /// It is something else, is damaged, or names packages by other rules than this program's.
    pub fn of(container: Container) -> Result<Self, Error> {
        let path = container.path();
        if container.head().purpose != Purpose::Fleet {
            let (found, wanted) = (container.head().purpose.words(), Purpose::Fleet.words());
            return Err(Error::OtherPurpose { path: path.to_owned(), found, wanted });
        }
        if container.head().rules != rules::fingerprint() {
            return Err(Error::OtherRules { path: path.to_owned() });
        }
        container.verify()?;
        let counts = serde_json::from_slice(container.section(FLEET_COUNTS))
            .map_err(|error| Error::damaged(path, &format!("its counts: {error}")))?;
        let file = Self { container, counts };
        if file.packages().len() != file.hashes().len() || !file.hashes().ascend() {
            return Err(file.damaged("its table of packages is not in order"));
        }
        for place in 0..file.names().len() {
            if file.names().get(place).is_none_or(|name| std::str::from_utf8(name).is_err()) {
                return Err(file.damaged(&format!("the name of inventory {place} cannot be read")));
            }
        }
        Ok(file)
    }

    /// How many inventories.
    pub fn len(&self) -> usize {
        self.names().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of an inventory.
    pub fn name(&self, place: u32) -> &str {
        let name = self.names().get(place as usize);
        name.and_then(|name| std::str::from_utf8(name).ok()).unwrap_or_default()
    }

    /// What it counts.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The file itself.
    pub fn container(&self) -> &Container {
        &self.container
    }

    /// Everything of the fleet that these records touch, by record: what [`Fleet::touched`] says of the fleet that was
    /// written.
    ///
    /// # Errors
    ///
    /// The file is damaged where it was read.
    pub fn touched(&self, records: &Index) -> Result<Vec<Touched>, Error> {
        touched(records, |family, name| Ok(self.find(family, name)?.map(Cow::Owned)))
    }

    fn names(&self) -> Pieces<'_> {
        self.pieces(FLEET_NAME_OFFSETS, FLEET_NAMES)
    }

    fn packages(&self) -> Pieces<'_> {
        self.pieces(FLEET_OFFSETS, FLEET_PACKAGES)
    }

    fn pieces(&self, offsets: u32, blob: u32) -> Pieces<'_> {
        Pieces { offsets: Words(self.container.section(offsets)), blob: self.container.section(blob) }
    }

    fn hashes(&self) -> Longs<'_> {
        Longs(self.container.section(FLEET_HASHES))
    }

    fn damaged(&self, what: &str) -> Error {
        Error::damaged(self.container.path(), what)
    }

    /// The package of this name; none if no inventory has it.
    fn find(&self, family: &Ecosystem, name: &str) -> Result<Option<Package>, Error> {
        let text = family.to_string();
        let (wanted, hashes) = (package_hash(&text, name), self.hashes());
        for at in hashes.lower_bound(wanted)..hashes.len() {
            if hashes.get(at) != Some(wanted) {
                break;
            }
            let damaged = || self.damaged(&format!("package {at} cannot be read"));
            let named = Named::of(self.packages().get(at).ok_or_else(damaged)?).ok_or_else(damaged)?;
            if (named.family, named.name) == (&*text, name) {
                return named.package(family, self.len()).map(Some).ok_or_else(damaged);
            }
        }
        Ok(None)
    }
}

/// A package as it lies in a file.
struct Named<'a> {
    family: &'a str,
    name: &'a str,
    instances: &'a [u8],
}

impl<'a> Named<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (family, rest) = text(bytes)?;
        let (name, instances) = text(rest)?;
        Some(Self { family, name, instances })
    }

    /// What is installed where; none if the bytes say what no writer does: another family's package, an inventory that is
    /// not there, one thing twice.
    fn package(&self, family: &Ecosystem, inventories: usize) -> Option<Package> {
        let mut package = Package::default();
        let mut rest = self.instances;
        while !rest.is_empty() {
            let (ecosystem, after) = text(rest)?;
            let (has_version, after) = after.split_first()?;
            let (version, after) = text(after)?;
            let (places, after) = piece(after)?;
            rest = after;
            let version = match has_version {
                0 if version.is_empty() => None,
                1 => Some(version.to_owned()),
                _ => return None,
            };
            let instance = Instance { ecosystem: Ecosystem::from_osv(ecosystem), version };
            let (places, odd) = places.as_chunks();
            let places: Vec<u32> = places.iter().map(|place| u32::from_le_bytes(*place)).collect();
            let is_good = odd.is_empty()
                && instance.ecosystem.family() == *family
                && package.instances.last().is_none_or(|last| *last < instance)
                && places.is_sorted_by(|one, next| one < next)
                && places.last().is_some_and(|last| (*last as usize) < inventories);
            if !is_good {
                return None;
            }
            package.instances.push(instance);
            package.places.push(places);
        }
        Some(package)
    }
}

/// A fleet as the bytes of a file, not signed. The same inventories in the same order give the same bytes.
///
/// # Errors
///
/// It is more than the layout has room for.
pub fn write(fleet: &Fleet, at: As) -> Result<Vec<u8>, TooLarge> {
    let mut packages = Vec::with_capacity(fleet.packages());
    for (family, names) in &fleet.packages {
        let family = family.to_string();
        for (name, package) in names {
            packages.push((package_hash(&family, name), packed(&family, name, package)?));
        }
    }
    packages.sort();
    let counts = Counts { components: fleet.components(), packages: packages.len(), unread: fleet.unread() };
    // Three numbers: only memory could fail.
    let counts = serde_json::to_vec(&counts).map_err(|_| TooLarge)?;
    let (name_offsets, names) = pieces(&fleet.inventories).ok_or(TooLarge)?;
    let hashes = longs(packages.iter().map(|(hash, _)| *hash));
    let (offsets, blob) = pieces(packages.iter().map(|(_, bytes)| bytes)).ok_or(TooLarge)?;
    let sections = [
        (FLEET_COUNTS, counts),
        (FLEET_NAME_OFFSETS, name_offsets),
        (FLEET_NAMES, names),
        (FLEET_HASHES, hashes),
        (FLEET_OFFSETS, offsets),
        (FLEET_PACKAGES, blob),
    ];
    let head =
        Head { purpose: Purpose::Fleet, generation: at.generation, built: at.built, rules: rules::fingerprint() };
    Ok(compose(&head, &sections))
}

fn packed(family: &str, name: &str, package: &Package) -> Result<Vec<u8>, TooLarge> {
    let mut out = Vec::new();
    put(&mut out, family.as_bytes())?;
    put(&mut out, name.as_bytes())?;
    for (instance, places) in package.instances.iter().zip(&package.places) {
        put(&mut out, instance.ecosystem.to_string().as_bytes())?;
        out.push(u8::from(instance.version.is_some()));
        put(&mut out, instance.version.as_deref().unwrap_or_default().as_bytes())?;
        put(&mut out, &crate::words::words(places.iter().copied()))?;
    }
    Ok(out)
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), TooLarge> {
    out.extend(u32::try_from(bytes.len()).map_err(|_| TooLarge)?.to_le_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

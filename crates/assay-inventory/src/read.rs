//! One door for every inventory: tells the format, then reads it.

use crate::component::{Format, Inventory};
use crate::ecosystem::Ecosystem;
use crate::{cargo_lock, cyclonedx, dpkg_status, limits, package_lock, product_list};

/// What a file does not say of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The format, if it is known; otherwise [`detect`] tells it.
    pub format: Option<Format>,
    /// The distribution and release that a dpkg status file was taken from, as
    /// [`dpkg_status::distribution`] reads it from `os-release`. None: Debian of
    /// an unknown release, for which a release's advisories answer *cannot tell*.
    pub distribution: Option<Ecosystem>,
}

/// Why an inventory was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The format was not recognised.
    #[error(
        "{name}: this is none of the inventories that are read here: {}. \
         Save the list in one of these formats, or name the format if the file has an unusual name",
        KNOWN
    )]
    UnknownFormat {
        /// The file's name.
        name: String,
    },
    /// A relative of a format that is read.
    #[error("{name}: {what} is not read here; {instead}")]
    NotRead {
        /// The file's name.
        name: String,
        /// What it is.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// It is too large, too deep or too long.
    #[error("{name}: {what} (the limit is {limit})")]
    TooMuch {
        /// The file's name.
        name: String,
        /// What there is too much of.
        what: String,
        /// The bound.
        limit: usize,
    },
    /// It is damaged, or not what its name says.
    #[error("{name}: {at}: {why}")]
    Broken {
        /// The file's name.
        name: String,
        /// Where: a line, a key.
        at: String,
        /// What is wrong, and what to do.
        why: String,
    },
}

const KNOWN: &str = "a product list (CSV with a header line: vendor, product, version, place, who patches it), \
                     CycloneDX (JSON or XML), Cargo.lock, package-lock.json, dpkg's status file";

/// Tells a file's format by its name and its first bytes (a few kilobytes will do).
///
/// # Errors
///
/// If it is none of the formats that are read; the error lists them.
pub fn detect(name: &str, first: &[u8]) -> Result<Format, ReadError> {
    crate::detect::detect(name, first)
}

/// Reads an inventory. The name tells the format where the content does not,
/// and is what people call the inventory afterwards.
///
/// # Errors
///
/// If the format is not known, the file is too large or damaged. An entry that
/// cannot be read does not end the reading: it is listed in
/// [`Inventory::skipped`].
pub fn read(name: &str, bytes: &[u8], options: &Options) -> Result<Inventory, ReadError> {
    if bytes.len() > limits::FILE {
        return Err(ReadError::TooMuch {
            name: name.to_owned(),
            what: format!("the file has {} bytes", bytes.len()),
            limit: limits::FILE,
        });
    }
    let format = match options.format {
        Some(format) => format,
        None => detect(name, bytes)?,
    };
    let read = match format {
        Format::ProductList => product_list::read(bytes),
        Format::CycloneDx => cyclonedx::read(bytes),
        Format::CargoLock => cargo_lock::read(bytes),
        Format::PackageLock => package_lock::read(bytes),
        Format::DpkgStatus => dpkg_status::read(bytes, options.distribution.as_ref()),
    };
    let found = read.map_err(|broken| broken.of(name))?;
    Ok(Inventory { name: name.to_owned(), format, components: found.components, skipped: found.skipped })
}

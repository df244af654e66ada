//! One door for every inventory: tells the format, then reads it.

use std::borrow::Cow;
use std::sync::Arc;

use crate::component::{Format, Inventory};
use crate::ecosystem::Ecosystem;
use crate::installed::{apk, rpm_list, rpm_source};
use crate::lock::pom_parent::Parent;
use crate::{cargo_lock, cyclonedx, dpkg_status, limits, lock, package_lock, product_list, spdx, winget};

/// What a file does not say of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// The format, if it is known; otherwise [`detect`] tells it.
    pub format: Option<Format>,
    /// The distribution and release that a machine's list of packages was taken
    /// from, as [`crate::os_release::distribution`] reads it. None: Debian for
    /// dpkg, Alpine for apk, each of an unknown release, for which a release's
    /// advisories answer *cannot tell*; for rpm, no distribution at all.
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

const KNOWN: &str = "a product list (CSV with a header line: vendor, product, version, place, who patches it); \
                     an SBOM: CycloneDX (JSON, XML), SPDX (JSON, tag-value, YAML, XML, JSON-LD); \
                     a lockfile or list of packages: Cargo.lock, package-lock.json, pnpm-lock.yaml, yarn.lock, \
                     poetry.lock, uv.lock, pdm.lock, pylock.toml, Pipfile.lock, requirements.txt, go.mod, go.sum, \
                     pom.xml, gradle.lockfile, Gemfile.lock, composer.lock, packages.lock.json, \
                     Directory.Packages.props, packages.config, mix.lock, pubspec.lock; \
                     a machine's packages: dpkg's status file, apk's `installed`, rpm's database, \
                     what `rpm -qa` prints";

/// Tells a file's format by its name and its first bytes (a few kilobytes will do).
///
/// # Errors
///
/// If it is none of the formats that are read; the error lists them.
pub fn detect(name: &str, first: &[u8]) -> Result<Format, ReadError> {
    crate::detect::detect(name, first)
}

/// The format of a file by its own name alone, in small letters; none if the name is no inventory's.
pub fn format_by_name(base: &str) -> Option<Format> {
    crate::detect::by_name(base)
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
    let distribution = options.distribution.as_ref();
    let text = || utf8(bytes);
    let read = match format {
        Format::ProductList => product_list::read(bytes),
        Format::CycloneDx => cyclonedx::read(&text()),
        Format::Spdx => spdx::read(&text()),
        Format::CargoLock => cargo_lock::read(bytes),
        Format::PackageLock => package_lock::read(&text()),
        Format::PnpmLock => lock::pnpm::read(bytes),
        Format::YarnLock => lock::yarn::read(bytes),
        Format::BunLock => lock::bun::read(bytes),
        Format::PythonLock => lock::python::read(bytes),
        Format::PipfileLock => lock::pipfile::read(&text()),
        // PowerShell writes what a program prints as UTF-16.
        Format::Requirements => lock::requirements::read(&text()),
        Format::GoMod => lock::go_mod::read(bytes),
        Format::GoSum => lock::go_sum::read(bytes),
        Format::Pom => lock::pom::read(&text(), &[]),
        Format::GradleLock => lock::gradle::read(bytes),
        Format::GemfileLock => lock::gemfile::read(bytes),
        Format::ComposerLock => lock::composer::read(&text()),
        Format::NugetLock => lock::nuget::read(&text()),
        Format::NugetProject => lock::nuget_xml::read(&text()),
        Format::MixLock => lock::mix::read(bytes),
        Format::PubspecLock => lock::pubspec::read(bytes),
        Format::ConanLock => lock::conan::read(&text()),
        Format::WingetExport => winget::read(&text()),
        Format::DpkgStatus => dpkg_status::read(bytes, distribution),
        Format::ApkInstalled => apk::read(bytes, distribution),
        Format::RpmList => rpm_list::read(&text(), distribution),
        Format::RpmDatabase => {
            return Err(ReadError::NotRead {
                name: name.to_owned(),
                what: "rpm's database by itself",
                instead: "name the folder of the system or the image that it is in",
            });
        }
        Format::Folder => {
            let instead = "name it by its path, so that it is looked through";
            return Err(ReadError::NotRead { name: name.to_owned(), what: "a folder", instead });
        }
    };
    let mut found = read.map_err(|broken| broken.of(name))?;
    rpm_source::epochs(&mut found.components);
    Ok(Inventory { name: name.to_owned(), format, components: found.components, skipped: found.skipped })
}

/// Reads a pom.xml with the files of its parents, the nearest first: a version that one of them sets is known then.
///
/// # Errors
///
/// Those of [`read`].
pub fn read_pom(name: &str, bytes: &[u8], parents: &[Arc<Parent>]) -> Result<Inventory, ReadError> {
    let found = lock::pom::read(&utf8(bytes), parents).map_err(|broken| broken.of(name))?;
    Ok(Inventory { name: name.to_owned(), format: Format::Pom, components: found.components, skipped: found.skipped })
}

/// The bytes as UTF-8 where a mark says that they are UTF-16; else as they are.
fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Cow::Owned(product_list::decode(bytes).into_bytes()),
        _ => Cow::Borrowed(bytes),
    }
}

//! A list of installed rpm packages as text: what `rpm -qa` prints, or
//! `rpm -qa --qf '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM}\n'`.

use super::rpm_header;
use crate::component::{Component, SourcePackage, What};
use crate::ecosystem::{Ecosystem, Rpm};
use crate::found::{Broken, Found};
use crate::syntax::utf8;

/// Architectures that end the name of a package file.
const ARCHITECTURES: [&str; 20] = [
    "noarch",
    "x86_64",
    "i386",
    "i486",
    "i586",
    "i686",
    "aarch64",
    "armv7hl",
    "armv7l",
    "ppc64le",
    "ppc64",
    "s390x",
    "s390",
    "riscv64",
    "src",
    "(none)",
    "x86_64_v2",
    "x86_64_v3",
    "loongarch64",
    "mips64el",
];

pub(crate) fn read(bytes: &[u8], distribution: Option<&Ecosystem>) -> Result<Found, Broken> {
    let ecosystem = rpm_header::ecosystem(distribution);
    let mut found = Found::default();
    let mut any = false;
    for (n, line) in utf8(bytes)?.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let at = format!("line {}", n + 1);
        let Some((name, version, source)) = package(line) else {
            found.skip(at, "not a package with version, release and architecture, as `rpm -qa` prints them");
            continue;
        };
        any = true;
        // Keys of vendors are kept in the same database.
        if name == "gpg-pubkey" {
            continue;
        }
        let mut component = Component::package(ecosystem.clone(), name, Some(&version), at);
        if let (What::Package { source: of, .. }, Some(written)) = (&mut component.what, source) {
            *of = source_package(&ecosystem, written, name, &version);
        }
        found.push(component)?;
    }
    if !any {
        return Err(Broken::at("the file", "no line is a package as `rpm -qa` prints it"));
    }
    Ok(found.done())
}

/// Whether a line is one package.
pub(crate) fn is_one(line: &str) -> bool {
    package(line.trim()).is_some()
}

/// Name, version with its epoch, and the source package's file name.
fn package(line: &str) -> Option<(&str, String, Option<&str>)> {
    let words: Vec<&str> = line.split_whitespace().take(5).collect();
    match words.as_slice() {
        [whole] => {
            let (rest, architecture) = whole.rsplit_once('.')?;
            if !ARCHITECTURES.contains(&architecture) {
                return None;
            }
            let (name, version) = split(rest)?;
            Some((name, version, None))
        }
        [name, version, architecture, rest @ ..] if ARCHITECTURES.contains(architecture) && rest.len() <= 1 => {
            let (epoch, version) = version.split_once(':').unwrap_or(("", version));
            let plain = matches!(epoch, "" | "0" | "(none)");
            let version = if plain { version.to_owned() } else { format!("{epoch}:{version}") };
            let is_version = version.contains('-') && version.starts_with(|c: char| c.is_ascii_alphanumeric());
            is_version.then_some((*name, version, rest.first().copied()))
        }
        _ => None,
    }
}

/// `name-version-release`, from the right: a name has hyphens of its own.
fn split(whole: &str) -> Option<(&str, String)> {
    let (rest, release) = whole.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    (!name.is_empty() && !version.is_empty() && !release.is_empty()).then(|| (name, format!("{version}-{release}")))
}

/// The source package by its file's name, `glibc-2.34-60.el9.src.rpm`; none where it is the package itself, and where
/// the distribution's records name the packages that are installed, as Red Hat's and AlmaLinux's do.
pub(super) fn source_package(ecosystem: &Ecosystem, file: &str, name: &str, version: &str) -> Option<SourcePackage> {
    if !matches!(ecosystem, Ecosystem::Rpm(Rpm::Suse | Rpm::OpenSuse | Rpm::RockyLinux | Rpm::Mageia, _)) {
        return None;
    }
    let rest = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let (of, its) = split(rest)?;
    let bare = version.split_once(':').map_or(version, |(_, bare)| bare);
    let its = (its != bare).then_some(its);
    (of != name || its.is_some()).then(|| SourcePackage { name: of.to_owned(), version: its })
}

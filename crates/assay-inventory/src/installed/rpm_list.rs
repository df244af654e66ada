//! A list of installed rpm packages as text: what `rpm -qa` prints, or
//! `rpm -qa --qf '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} %{SOURCERPM}\n'`.

use super::rpm_header;
use super::rpm_source::{source_package, split};
use crate::component::{Component, What};
use crate::ecosystem::Ecosystem;
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

/// What is not in the lines that `rpm -qa` prints by itself.
const BARE: &str = "its lines name neither epochs nor source packages: a package whose advisory's version has an epoch may \
    be called affected and is not, and advisories that name source packages (SUSE, Rocky Linux and others) are not found \
    for a package of another name. Print the list with rpm -qa --qf '%{NAME} %{EPOCH}:%{VERSION}-%{RELEASE} %{ARCH} \
    %{SOURCERPM}\\n'";

pub(crate) fn read(bytes: &[u8], distribution: Option<&Ecosystem>) -> Result<Found, Broken> {
    let ecosystem = rpm_header::ecosystem(distribution);
    let mut found = Found::default();
    let (mut any, mut is_bare) = (false, false);
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
        is_bare |= !line.contains(char::is_whitespace);
        // Keys of vendors are kept in the same database.
        if name == "gpg-pubkey" {
            continue;
        }
        let mut component = Component::package(ecosystem.clone(), name, Some(&version), at);
        if let (What::Package { source: of, .. }, Some(written)) = (&mut component.what, source) {
            *of = source_package(&ecosystem, written, name, Some(&version));
        }
        found.push(component)?;
    }
    if !any {
        return Err(Broken::at("the file", "no line is a package as `rpm -qa` prints it"));
    }
    if is_bare {
        found.skip_first("the list", BARE.to_owned());
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

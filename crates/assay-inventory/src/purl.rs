//! Package URLs: which package of which ecosystem one names.
//!
//! A type that OSV has a name for is given that name; the ecosystem of an
//! unknown type is the type itself. A distribution's release is taken from the
//! `distro` qualifier, because a fix in one release says nothing of another.

use std::str::FromStr;

use packageurl::PackageUrl;

use crate::component::SourcePackage;
use crate::ecosystem::Ecosystem;
use crate::limits;

/// What a package URL names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its ecosystem.
    pub ecosystem: Ecosystem,
    /// Its name, normalised as the ecosystem normalises names.
    pub name: String,
    /// The version as written; none if the URL has none.
    pub version: Option<String>,
    /// The source package, if the URL names one (`upstream` of Debian's URLs).
    pub source: Option<SourcePackage>,
}

/// A package URL that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{purl}` is no package URL: {why}")]
pub struct BadPurl {
    /// Its beginning, as written.
    pub purl: String,
    /// What is wrong.
    pub why: String,
}

/// Reads a package URL and says which package it names.
///
/// # Errors
///
/// If it is too long, not a package URL, or has control characters in its parts.
pub fn read(written: &str) -> Result<Package, BadPurl> {
    let bad = |why: String| BadPurl { purl: written.chars().take(120).collect(), why };
    if written.len() > limits::PURL {
        return Err(bad(format!("it is longer than {} bytes", limits::PURL)));
    }
    let purl = PackageUrl::from_str(written).map_err(|e| bad(e.to_string()))?;
    let namespace = purl.namespace().filter(|n| !n.is_empty());
    let parts = [Some(purl.name()), namespace, purl.version()];
    if parts.iter().flatten().any(|part| part.chars().any(char::is_control)) {
        return Err(bad("a control character stands in it".to_owned()));
    }
    let qualifier = |key: &str| purl.qualifiers().get(key).map(AsRef::as_ref).filter(|v: &&str| !v.is_empty());
    let ecosystem = ecosystem(purl.ty(), namespace, qualifier("distro"));
    let name = name(purl.ty(), namespace, purl.name());
    let source = match purl.ty() {
        "deb" if qualifier("arch") != Some("source") => qualifier("upstream").map(upstream),
        _ => None,
    };
    Ok(Package {
        name: ecosystem.normalise(&name).into_owned(),
        ecosystem,
        version: purl.version().filter(|v| !v.is_empty()).map(str::to_owned),
        source,
    })
}

/// `glibc`, or `glibc@2.31-13` where its version differs from the binary's.
fn upstream(written: &str) -> SourcePackage {
    match written.split_once('@') {
        Some((name, version)) => SourcePackage { name: name.to_owned(), version: Some(version.to_owned()) },
        None => SourcePackage { name: written.to_owned(), version: None },
    }
}

/// The name as OSV's records write it.
fn name(kind: &str, namespace: Option<&str>, name: &str) -> String {
    match (kind, namespace) {
        ("maven", Some(group)) => format!("{group}:{name}"),
        ("swift", Some(path)) => format!("https://{path}/{name}"),
        ("npm", Some(scope)) if !scope.starts_with('@') => format!("@{scope}/{name}"),
        // A distribution's namespace is part of the ecosystem, not of the name.
        ("deb" | "rpm" | "apk" | "alpine" | "alpm", _) | (_, None) => name.to_owned(),
        (_, Some(namespace)) => format!("{namespace}/{name}"),
    }
}

fn ecosystem(kind: &str, namespace: Option<&str>, distro: Option<&str>) -> Ecosystem {
    let other = |name: &str| Ecosystem::Other(name.to_owned());
    match kind {
        "cargo" => Ecosystem::Cargo,
        "npm" => Ecosystem::Npm,
        "pypi" => Ecosystem::PyPi,
        "golang" => Ecosystem::Go,
        "deb" | "rpm" | "apk" | "alpine" => distribution(kind, namespace.unwrap_or_default(), distro),
        "maven" => other("Maven"),
        "gem" => other("RubyGems"),
        "nuget" => other("NuGet"),
        "composer" => other("Packagist"),
        "hex" => other("Hex"),
        "pub" => other("Pub"),
        "hackage" => other("Hackage"),
        "cran" => other("CRAN"),
        "bioconductor" => other("Bioconductor"),
        "julia" => other("Julia"),
        "conan" => other("ConanCenter"),
        "swift" => other("SwiftURL"),
        "bitnami" => other("Bitnami"),
        "opam" => other("opam"),
        "githubactions" => other("GitHub Actions"),
        "vscode-extension" => other("VSCode"),
        unknown => other(unknown),
    }
}

/// A distribution and its release. The qualifier speaks where it names one:
/// scanners leave the namespace out, or write a vendor's short name there.
fn distribution(kind: &str, namespace: &str, distro: Option<&str>) -> Ecosystem {
    let (name, release) = match distro {
        None => (namespace, None),
        Some(distro) => match distro.rsplit_once(['-', ':']) {
            // `opensuse-leap-15.4`, `debian-11.6`
            Some((name, release)) if !name.is_empty() => (name, Some(release).filter(|r| !r.is_empty())),
            // `bookworm`; a number alone is the namespace's.
            _ if distro.starts_with(char::is_alphabetic) && debian_release(distro).is_some() => {
                ("debian", Some(distro))
            }
            _ if namespace.is_empty() => (distro, None),
            _ => (namespace, Some(distro)),
        },
    };
    let major = release.map(|r| r.split('.').next().unwrap_or(r));
    let with = |name: &str, release: Option<&str>| match release {
        Some(release) => Ecosystem::Other(format!("{name}:{release}")),
        None => Ecosystem::Other(name.to_owned()),
    };
    match name.to_ascii_lowercase().as_str() {
        "debian" => Ecosystem::Debian(release.map(|r| debian_release(r).unwrap_or(r).to_owned())),
        // OSV marks long-term releases and Ubuntu Pro in the same place; the number alone names the release.
        "ubuntu" => with("Ubuntu", release.map(|r| ubuntu_release(r).unwrap_or(r))),
        "alpine" => match release {
            Some(release) => {
                let mut numbers = release.trim_start_matches('v').split('.');
                let branch: Vec<&str> = numbers.by_ref().take(2).collect();
                Ecosystem::Other(format!("Alpine:v{}", branch.join(".")))
            }
            None => Ecosystem::Other("Alpine".to_owned()),
        },
        "redhat" | "rhel" => Ecosystem::Other("Red Hat".to_owned()),
        "alma" | "almalinux" => with("AlmaLinux", major),
        "rocky" | "rockylinux" | "rocky-linux" => with("Rocky Linux", major),
        "opensuse" | "opensuse-leap" | "opensuse-tumbleweed" => Ecosystem::Other("openSUSE".to_owned()),
        "suse" | "sles" | "sle" => Ecosystem::Other("SUSE".to_owned()),
        "openeuler" => Ecosystem::Other("openEuler".to_owned()),
        "photon" => with("Photon OS", release),
        "mageia" => with("Mageia", major),
        "azurelinux" | "mariner" | "cbl-mariner" => with("Azure Linux", major),
        "wolfi" => Ecosystem::Other("Wolfi".to_owned()),
        "chainguard" => Ecosystem::Other("Chainguard".to_owned()),
        "" if kind == "alpine" => Ecosystem::Other("Alpine".to_owned()),
        "" => Ecosystem::Other(kind.to_owned()),
        unknown => Ecosystem::Other(format!("{kind}/{unknown}")),
    }
}

/// The number of a long-term release of Ubuntu, by its codename.
fn ubuntu_release(codename: &str) -> Option<&'static str> {
    Some(match codename {
        "trusty" => "14.04",
        "xenial" => "16.04",
        "bionic" => "18.04",
        "focal" => "20.04",
        "jammy" => "22.04",
        "noble" => "24.04",
        _ => return None,
    })
}

/// OSV's name of a Debian release: its major number, else its series.
pub(crate) fn debian_release(written: &str) -> Option<&str> {
    Some(match written.to_ascii_lowercase().as_str() {
        "wheezy" => "7",
        "jessie" => "8",
        "stretch" => "9",
        "buster" => "10",
        "bullseye" => "11",
        "bookworm" => "12",
        "trixie" => "13",
        "forky" => "14",
        "sid" | "unstable" => "sid",
        _ => {
            let major = written.split('.').next()?;
            return (!major.is_empty() && major.bytes().all(|c| c.is_ascii_digit())).then_some(major);
        }
    })
}

//! Package URLs: which package of which ecosystem one names.
//!
//! A type that OSV has a name for is given that name; the ecosystem of an
//! unknown type is the type itself. A distribution's release is taken from the
//! `distro` qualifier, because a fix in one release says nothing of another.

use std::str::FromStr;

use packageurl::PackageUrl;

use crate::component::SourcePackage;
use crate::ecosystem::{Apk, Ecosystem, Rpm};
use crate::installed::rpm_source;
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
    /// The source package, if the URL names one (`upstream` of Debian's, Alpine's and rpm's URLs).
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
    // CPAN's packages have lost their obligatory author since the reader of package URLs was written.
    let cpan = written.get(..9).filter(|start| start.eq_ignore_ascii_case("pkg:cpan/")).and_then(|_| written.get(9..));
    let purl = match cpan {
        Some(rest) => PackageUrl::from_str(&format!("pkg:generic/{rest}")),
        None => PackageUrl::from_str(written),
    }
    .map_err(|e| bad(e.to_string()))?;
    let kind = if cpan.is_some() { "cpan" } else { purl.ty() };
    if cpan.is_some() && purl.name().contains("::") {
        return Err(bad("it names a module of CPAN (`::`), and not a distribution".to_owned()));
    }
    let namespace = purl.namespace().filter(|n| !n.is_empty());
    let parts = [Some(purl.name()), namespace, purl.version()];
    if parts.iter().flatten().any(|part| part.chars().any(char::is_control)) {
        return Err(bad("a control character stands in it".to_owned()));
    }
    let qualifier = |key: &str| purl.qualifiers().get(key).map(AsRef::as_ref).filter(|v: &&str| !v.is_empty());
    let ecosystem = ecosystem(kind, namespace, &|key| qualifier(key).map(str::to_owned));
    let name = name(kind, namespace, purl.name());
    let source = match kind {
        "deb" | "apk" if qualifier("arch") != Some("source") => qualifier("upstream").map(upstream),
        "rpm" if qualifier("arch") != Some("src") => qualifier("upstream")
            .and_then(|file| rpm_source::source_package(&ecosystem, file, purl.name(), purl.version())),
        _ => None,
    };
    Ok(Package {
        name: ecosystem.normalise(&name).into_owned(),
        ecosystem,
        version: purl.version().filter(|v| !v.is_empty()).map(|version| match (kind, qualifier("epoch")) {
            // rpm's epoch stands apart, and without it 1:1.0 would be older than 2.0.
            ("rpm", Some(epoch)) if !version.contains(':') && is_number(epoch) => format!("{epoch}:{version}"),
            _ => version.to_owned(),
        }),
        source,
    })
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit())
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

fn ecosystem(kind: &str, namespace: Option<&str>, qualifier: &dyn Fn(&str) -> Option<String>) -> Ecosystem {
    // A registry that is not the usual one is part of the key, as OSV writes it.
    let registry = || qualifier("repository_url");
    match kind {
        "cargo" => Ecosystem::Cargo,
        "npm" => Ecosystem::Npm,
        "pypi" => Ecosystem::PyPi,
        "golang" => Ecosystem::Go,
        "deb" | "rpm" | "apk" | "alpine" => {
            distribution(kind, namespace.unwrap_or_default(), qualifier("distro").as_deref())
        }
        "maven" => Ecosystem::Maven(registry()),
        "gem" => Ecosystem::RubyGems,
        "nuget" => Ecosystem::NuGet,
        "composer" => Ecosystem::Packagist(registry()),
        "hex" => Ecosystem::Hex,
        "pub" => Ecosystem::Pub,
        "hackage" => Ecosystem::Hackage,
        "cran" => Ecosystem::Cran,
        "bioconductor" => Ecosystem::Bioconductor,
        "julia" => Ecosystem::Julia,
        "conan" => Ecosystem::ConanCenter,
        "swift" => Ecosystem::SwiftUrl,
        "bitnami" => Ecosystem::Bitnami,
        "githubactions" => Ecosystem::GitHubActions,
        "vscode-extension" => Ecosystem::VsCode(registry()),
        unknown => Ecosystem::Other(unknown.to_owned()),
    }
}

/// A distribution and its release. The qualifier speaks where it names one:
/// scanners leave the namespace out, or write a vendor's short name there.
fn distribution(kind: &str, namespace: &str, distro: Option<&str>) -> Ecosystem {
    let (name, release) = match distro {
        None => (namespace, None),
        Some(distro) => match named(distro) {
            // `opensuse-leap-15.4`, `debian-11.6`
            Some((name, release)) => (name, Some(release).filter(|r| !r.is_empty())),
            // `bookworm`, `jammy`; a number alone is the namespace's.
            None if distro.starts_with(char::is_alphabetic) && debian_release(distro).is_some() => {
                ("debian", Some(distro))
            }
            None if ubuntu_release(distro).is_some() => ("ubuntu", Some(distro)),
            None if namespace.is_empty() => (distro, None),
            None => (namespace, Some(distro)),
        },
    };
    let owned = release.map(str::to_owned);
    let major = || release.map(|r| r.split('.').next().unwrap_or(r).to_owned());
    match name.to_ascii_lowercase().as_str() {
        "debian" => Ecosystem::Debian(release.map(|r| debian_release(r).unwrap_or(r).to_owned())),
        "ubuntu" => Ecosystem::Ubuntu(release.map(ubuntu)),
        "echo" => Ecosystem::Echo(owned),
        "alpine" => Ecosystem::Apk(Apk::Alpine, release.map(alpine)),
        "wolfi" => Ecosystem::Apk(Apk::Wolfi, None),
        "chainguard" => Ecosystem::Apk(Apk::Chainguard, None),
        "minimos" => Ecosystem::Apk(Apk::MinimOs, None),
        "alpaquita" => Ecosystem::Apk(Apk::Alpaquita, owned),
        "redhat" | "rhel" => Ecosystem::Rpm(Rpm::RedHat, major().map(|r| format!("enterprise_linux:{r}"))),
        "alma" | "almalinux" => Ecosystem::Rpm(Rpm::AlmaLinux, major()),
        "rocky" | "rockylinux" | "rocky-linux" => Ecosystem::Rpm(Rpm::RockyLinux, major()),
        "opensuse-leap" => Ecosystem::Rpm(Rpm::OpenSuse, release.map(|r| format!("Leap {r}"))),
        "opensuse-tumbleweed" => Ecosystem::Rpm(Rpm::OpenSuse, Some("Tumbleweed".to_owned())),
        "opensuse" => Ecosystem::Rpm(Rpm::OpenSuse, owned),
        "suse" | "sles" | "sle" => Ecosystem::Rpm(Rpm::Suse, release.and_then(suse)),
        "openeuler" => Ecosystem::Rpm(Rpm::OpenEuler, owned),
        "photon" => Ecosystem::Rpm(Rpm::PhotonOs, owned),
        "mageia" => Ecosystem::Rpm(Rpm::Mageia, major()),
        "azurelinux" | "mariner" | "cbl-mariner" => Ecosystem::Rpm(Rpm::AzureLinux, major()),
        "" if kind == "alpine" => Ecosystem::Apk(Apk::Alpine, None),
        "" => Ecosystem::Other(kind.to_owned()),
        unknown => Ecosystem::Other(format!("{kind}/{unknown}")),
    }
}

/// The distribution's name and its release, where the qualifier has both.
fn named(distro: &str) -> Option<(&str, &str)> {
    if let Some((name, release)) = distro.split_once(':') {
        return (!name.is_empty()).then_some((name, release));
    }
    if distro == "opensuse-tumbleweed" {
        return Some((distro, ""));
    }
    // The release begins at the first part with a digit: `openeuler-22.03-LTS-SP1`, else it is the last part.
    let numbered = distro.match_indices('-').find(|(at, _)| distro[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    let at = numbered.map(|(at, _)| at).or_else(|| distro.rfind('-'))?;
    let (name, release) = distro.split_at(at);
    (!name.is_empty()).then_some((name, &release[1..]))
}

/// `22.04:LTS`: OSV marks long-term releases, which are those of April of even years.
fn ubuntu(release: &str) -> String {
    let number = ubuntu_release(release).unwrap_or(release);
    let long = number
        .strip_suffix(".04")
        .and_then(|year| year.parse::<u8>().ok())
        .is_some_and(|year| year >= 8 && year % 2 == 0);
    if long { format!("{number}:LTS") } else { number.to_owned() }
}

/// The branch: `v3.16` for `3.16.2`; `edge` has no number.
fn alpine(release: &str) -> String {
    let numbers = release.trim_start_matches('v');
    if !numbers.starts_with(|c: char| c.is_ascii_digit()) {
        return release.to_owned();
    }
    let branch: Vec<&str> = numbers.split('.').take(2).collect();
    format!("v{}", branch.join("."))
}

/// `Linux Enterprise Server 15 SP5` for `15.5`: how the distribution names itself.
fn suse(release: &str) -> Option<String> {
    let (number, pack) = release.split_once('.').unwrap_or((release, "0"));
    if !is_number(number) || !is_number(pack) {
        return None;
    }
    Some(match pack {
        "0" => format!("Linux Enterprise Server {number}"),
        pack => format!("Linux Enterprise Server {number} SP{pack}"),
    })
}

/// The number of a release of Ubuntu, by its codename.
fn ubuntu_release(codename: &str) -> Option<&'static str> {
    Some(match codename {
        "trusty" => "14.04",
        "xenial" => "16.04",
        "bionic" => "18.04",
        "focal" => "20.04",
        "jammy" => "22.04",
        "kinetic" => "22.10",
        "lunar" => "23.04",
        "mantic" => "23.10",
        "noble" => "24.04",
        "oracular" => "24.10",
        "plucky" => "25.04",
        "questing" => "25.10",
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
            return is_number(major).then_some(major);
        }
    })
}

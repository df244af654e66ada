//! A component's names outside of its inventory.

use assay_inventory::component::{Component, What};
use assay_inventory::ecosystem::Ecosystem;

use crate::plain;

/// `openssl`, `Fortinet FortiOS`.
pub(crate) fn name(component: &Component) -> String {
    plain::line(
        &match &component.what {
            What::Package { name, .. } => name.clone(),
            What::Product { vendor, product } if vendor.is_empty() => product.clone(),
            What::Product { vendor, product } => format!("{vendor} {product}"),
        },
        200,
    )
}

/// With its version, or with the word that it has none.
pub(crate) fn thing(component: &Component) -> String {
    match component.version.as_deref() {
        Some(version) => format!("{} {}", name(component), plain::line(version, 80)),
        None => format!("{}, no version given", name(component)),
    }
}

/// Its package URL: the inventory's own, else one that follows from ecosystem, name and version. A vendor's product has
/// the type `generic`, which promises no registry.
pub(crate) fn purl(component: &Component) -> String {
    if let Some(own) = component.purl.as_deref().filter(|own| assay_inventory::purl::read(own).is_ok()) {
        return own.to_owned();
    }
    let version = component.version.as_deref().map(|version| format!("@{}", quote(version))).unwrap_or_default();
    match &component.what {
        What::Product { vendor, product } => {
            let vendor = if vendor.is_empty() { String::new() } else { format!("{}/", quote(vendor)) };
            format!("pkg:generic/{vendor}{}{version}", quote(product))
        }
        What::Package { ecosystem, name, .. } => {
            let (kind, qualifier) = kind(ecosystem);
            let name = match kind.as_str() {
                "maven" => name.replacen(':', "/", 1),
                _ => name.clone(),
            };
            let path: Vec<String> = name.split('/').filter(|part| !part.is_empty()).map(quote).collect();
            format!("pkg:{kind}/{}{version}{qualifier}", path.join("/"))
        }
    }
}

/// The type, with a namespace where the type has a fixed one; and the release as a qualifier.
fn kind(ecosystem: &Ecosystem) -> (String, String) {
    let plain = |kind: &str| (kind.to_owned(), String::new());
    match ecosystem {
        Ecosystem::Cargo => plain("cargo"),
        Ecosystem::Npm => plain("npm"),
        Ecosystem::PyPi => plain("pypi"),
        Ecosystem::Go => plain("golang"),
        Ecosystem::Debian(release) => {
            let qualifier = release.as_deref().map(|release| format!("?distro=debian-{}", quote(release)));
            ("deb/debian".to_owned(), qualifier.unwrap_or_default())
        }
        other => {
            let name = other.to_string();
            let (family, release) = name.split_once(':').map_or((name.as_str(), None), |(a, b)| (a, Some(b)));
            let distro = |kind: &str, id: &str| {
                let qualifier =
                    release.map(|release| format!("?distro={id}-{}", quote(release.trim_start_matches('v'))));
                (format!("{kind}/{id}"), qualifier.unwrap_or_default())
            };
            match family {
                "Maven" => plain("maven"),
                "Packagist" => plain("composer"),
                "RubyGems" => plain("gem"),
                "NuGet" => plain("nuget"),
                "Hex" => plain("hex"),
                "Pub" => plain("pub"),
                "CRAN" => plain("cran"),
                "Hackage" => plain("hackage"),
                "Bitnami" => plain("bitnami"),
                "Julia" => plain("julia"),
                "GitHub Actions" => plain("githubactions"),
                "Ubuntu" => distro("deb", "ubuntu"),
                "Alpine" => distro("apk", "alpine"),
                "Wolfi" => distro("apk", "wolfi"),
                "Chainguard" => distro("apk", "chainguard"),
                "AlmaLinux" => distro("rpm", "almalinux"),
                "Rocky Linux" => distro("rpm", "rocky"),
                "Red Hat" => distro("rpm", "redhat"),
                "openSUSE" => distro("rpm", "opensuse"),
                "SUSE" => distro("rpm", "suse"),
                _ => plain("generic"),
            }
        }
    }
}

/// Percent-encoded as the specification asks: letters, digits and `.-_~` stay.
fn quote(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b':') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

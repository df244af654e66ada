//! `os-release`: which distribution a machine or an image is, and its release.

use crate::ecosystem::Ecosystem;
use crate::purl::{self, debian_release};

/// Bytes of it that are read; a real one has a few hundred.
const BYTES: usize = 64 * 1024;

/// The distribution and its release, from the bytes of `os-release`.
///
/// The name is OSV's where OSV knows the distribution (`Debian:12`, `Alpine:v3.20`, `AlmaLinux:9`). A derivative is named
/// after itself, because the original's fixes are not its own.
pub fn distribution(os_release: &[u8]) -> Option<Ecosystem> {
    let text = String::from_utf8_lossy(os_release.get(..os_release.len().min(BYTES))?);
    let value = |key: &str| {
        text.lines().find_map(|line| {
            let value = line.trim().strip_prefix(key)?.strip_prefix('=')?;
            let value = value.trim().trim_matches(['"', '\'']).trim();
            (!value.is_empty() && value.len() <= 64).then(|| value.to_ascii_lowercase())
        })
    };
    let id = value("ID")?;
    // Testing and unstable have no number; the codename says which.
    let version = value("VERSION_ID").or_else(|| value("VERSION_CODENAME").filter(|_| id == "debian"));
    let plain = |text: &str| text.bytes().all(|c| c.is_ascii_alphanumeric() || b".-_".contains(&c));
    let release = version.as_deref().filter(|release| plain(release));
    let named = match id.as_str() {
        "debian" => return Some(Ecosystem::Debian(version.map(|w| debian_release(&w).unwrap_or(&w).to_owned()))),
        "ubuntu" => Some("deb"),
        "alpine" | "wolfi" | "chainguard" | "minimos" | "alpaquita" => Some("apk"),
        "almalinux"
        | "rocky"
        | "rhel"
        | "opensuse-leap"
        | "opensuse-tumbleweed"
        | "sles"
        | "sled"
        | "openeuler"
        | "photon"
        | "mageia"
        | "azurelinux"
        | "mariner" => Some("rpm"),
        _ => None,
    };
    let known = named.and_then(|kind| {
        let id = if id == "sled" { "sles" } else { &id };
        let query = release.map(|release| format!("?distro={id}-{release}")).unwrap_or_default();
        purl::read(&format!("pkg:{kind}/{id}/x{query}")).ok()
    });
    Some(match known {
        Some(package) => package.ecosystem,
        None => Ecosystem::Other(version.map_or_else(|| id.clone(), |version| format!("{id}:{version}"))),
    })
}

//! What a component is called on a card, and the key by which its card is
//! found again.

use assay_inventory::component::{Component, PatchedBy, What};
use assay_inventory::ecosystem::Ecosystem;
use sha2::{Digest as _, Sha256};

use crate::text::{NAME, plain};

/// `openssl (Debian:12)`, `Ivanti Endpoint Manager Mobile`.
pub(crate) fn what(what: &What) -> String {
    match what {
        What::Package { ecosystem, name, source } => {
            let name = source.as_ref().map_or(name, |source| &source.name);
            match ecosystem {
                // What `generic` says is that there is none.
                Ecosystem::Other(kind) if kind.eq_ignore_ascii_case("generic") => plain(name, NAME),
                _ => format!("{} ({})", plain(name, NAME), family(ecosystem)),
            }
        }
        What::Product { vendor, product } => {
            let (vendor, product) = (plain(vendor, NAME), plain(product, NAME));
            // Many lists write the vendor into the product as well.
            if vendor.is_empty() || product.to_lowercase().starts_with(&vendor.to_lowercase()) {
                product
            } else {
                format!("{vendor} {product}")
            }
        }
    }
}

/// What people call an ecosystem.
fn family(ecosystem: &Ecosystem) -> String {
    match ecosystem {
        Ecosystem::Cargo => "Rust".to_owned(),
        Ecosystem::PyPi => "Python".to_owned(),
        Ecosystem::Debian(Some(release)) => format!("Debian {}", plain(release, 40)),
        _ => plain(&ecosystem.to_string(), 40),
    }
}

/// What people call an inventory: the last part of its path; of a package manager's own list, whose file is called
/// `status` or `installed` on every machine, all of it.
pub(crate) fn list(inventory: &str) -> &str {
    const LISTS: [&str; 4] = ["lib/dpkg/", "lib/apk/db/", "lib/rpm/", "lib/sysimage/rpm/"];
    match inventory.rsplit(['/', '\\']).find(|part| !part.is_empty()) {
        Some(last) if !LISTS.iter().any(|list| inventory.trim_end_matches(last).ends_with(list)) => last,
        _ => inventory,
    }
}

/// The parts that make two components one update: where, what, who patches it.
pub(crate) fn key(inventory: &str, component: &Component) -> Vec<String> {
    let mut parts = vec![inventory.to_owned(), component.site.place.clone()];
    match &component.what {
        // A distribution builds its packages from one source and fixes that.
        What::Package { ecosystem, name, source } => {
            let name = source.as_ref().map_or(name, |source| &source.name);
            parts.extend(["package".to_owned(), ecosystem.to_string(), name.clone()]);
        }
        What::Product { vendor, product } => {
            parts.extend(["product".to_owned(), vendor.to_lowercase(), product.to_lowercase()]);
        }
    }
    parts.push(match &component.site.patched_by {
        PatchedBy::Us => "us".to_owned(),
        PatchedBy::Vendor(name) => format!("vendor {name}"),
        PatchedBy::Unknown => "unknown".to_owned(),
    });
    parts
}

/// A card's id: the same things give the same id in every plan.
pub(crate) fn id(kind: &str, key: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in [kind].into_iter().chain(key.iter().map(String::as_str)) {
        // Each part with its length, so that no two lists of parts are written alike.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest = hash.finalize();
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("card-{hex}")
}

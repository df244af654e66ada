//! Whether a file's names are written as this program writes them.
//!
//! The index is keyed by ecosystem and normalised name. Were those written
//! otherwise by the program that built the file, records would not be found,
//! and nothing would tell. So a fingerprint of the rules stands in the head.
//! Versions need none: they are kept as written, and ordered when they are
//! compared.

use assay_inventory::ecosystem::Ecosystem;

use crate::words::hash;

/// Ecosystems by OSV's names; one of each kind of rule, and the ones that differ in a release or a registry.
const ECOSYSTEMS: [&str; 22] = [
    concat!("crates", ".", "io"),
    "npm",
    "PyPI",
    "Go",
    "Maven",
    "Packagist:https://packages.example.org/8",
    "RubyGems",
    "NuGet",
    "Hex",
    "Pub",
    "CRAN",
    "Hackage",
    "Bitnami",
    "Julia",
    "SwiftURL",
    "GitHub Actions",
    "Debian:12",
    "Ubuntu:22.04:LTS",
    "Alpine:v3.20",
    "AlmaLinux:9",
    "Red Hat:enterprise_linux:8::baseos",
    "something else",
];

/// Names that rules may treat differently.
const NAMES: [&str; 5] =
    ["Some.Mixed_Case--Name", "@Scope/Pkg", "example.org/Mod/v2", "Group.Id:Artifact", "https://Example.org/R.git"];

/// A number that differs where a rule differs.
pub fn fingerprint() -> u64 {
    let mut number = 0;
    for written in ECOSYSTEMS {
        let ecosystem = Ecosystem::from_osv(written);
        for name in NAMES {
            let texts = [&*ecosystem.to_string(), &*ecosystem.family().to_string(), &*ecosystem.normalise(name)];
            number = hash(texts) ^ u64::rotate_left(number, 7);
        }
    }
    number
}

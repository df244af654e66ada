//! `deps`: packages with their files, each by digest.

use std::collections::BTreeMap;

use super::value;
use crate::digest::Sha256;
use crate::manifest::bounds;
use crate::manifest::document::{Value, join};
use crate::manifest::fault::Fault;
use crate::manifest::name;
use crate::manifest::reader::Reader;
use crate::manifest::shape;
use crate::manifest::types::{DepPackage, Deps};

pub(in crate::manifest) fn read(root: &Reader<'_>) -> Deps {
    let Some(deps) = root.table("deps", &shape::DEPS) else {
        return Deps::default();
    };
    Deps { lock: deps.parsed("lock", value::own_path), packages: packages(&deps) }
}

/// Package URL -> files and place.
pub(super) fn packages(deps: &Reader<'_>) -> BTreeMap<String, DepPackage> {
    let mut out = BTreeMap::new();
    let Some(table) = deps.free_table("packages") else {
        return out;
    };
    if table.entries().count() > bounds::PACKAGES {
        let message = format!("it names more than {} packages", bounds::PACKAGES);
        table.fault_here(Fault::new("too-large", message));
        return out;
    }
    for (key, _) in table.entries() {
        let purl = match name::purl(key) {
            Ok(purl) => purl,
            Err(fault) => {
                table.fault(key, fault);
                continue;
            }
        };
        let Some(package) = table.free_table(key) else {
            continue;
        };
        let at = package.parsed("at", value::own_path);
        let files = files(&package, Some("at"));
        out.insert(purl, DepPackage { files, at });
    }
    out
}

/// File name -> digest; at least one, and each a plain name.
pub(super) fn files(table: &Reader<'_>, but: Option<&str>) -> BTreeMap<String, Sha256> {
    let entries = || table.entries().filter(move |(key, _)| Some(key.as_str()) != but);
    let mut out = BTreeMap::new();
    if entries().count() > bounds::FILES {
        let message = format!("it names more than {} files", bounds::FILES);
        table.fault_here(Fault::new("too-large", message));
        return out;
    }
    if entries().next().is_none() {
        table.fault_here(
            Fault::new("empty", "it names no file")
                .help(r#"name each file with its digest: `"name-1.0.tar.gz" = "sha256:..."`"#),
        );
    }
    for (key, node) in entries() {
        if let Err(fault) = name::file(key) {
            table.fault(key, fault);
        }
        // A dotted key without quotes becomes a table, which surprises everyone once.
        if matches!(node.value, Value::Table(_)) {
            let message = format!("`{}` is a table, not a digest", join("", key));
            let help = r#"put file names in quotes: `"name-1.0.tar.gz" = "sha256:..."`"#;
            table.fault(key, Fault::new("wrong-type", message).help(help));
            continue;
        }
        if let Some(digest) = table.parsed(key, value::digest) {
            out.insert(key.clone(), digest);
        }
    }
    out
}

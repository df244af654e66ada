//! Real lockfiles and SBOMs: what is listed is what is in them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::io::{Cursor, Read, Write};
use std::process::{Command, Stdio};

use assay_inventory::component::{Format, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::origin;
use assay_inventory::{Options, detect, read};

const INVENTORIES: &str = "inventories/inventories.tar.gz";

fn is(component: &assay_inventory::component::Component, ecosystem: &Ecosystem) -> bool {
    matches!(&component.what, What::Package { ecosystem: of, .. } if of == ecosystem)
}

#[test]
fn every_cargo_lock() {
    let Some(files) = common::archive(INVENTORIES) else { return };
    let mut read_files = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with("Cargo.lock")) {
        let name = common::own_name(path);
        assert_eq!(detect(name, bytes), Ok(Format::CargoLock), "{path}");
        assert_eq!(detect("whatever", bytes), Ok(Format::CargoLock), "{path}");
        let inventory = read(name, bytes, &Options::default()).unwrap();
        let text = std::str::from_utf8(bytes).unwrap();
        let count = |line: &str| text.lines().filter(|l| l.starts_with(line)).count();
        assert_eq!(inventory.components.len(), count("[[package]]"), "{path}");
        let public = inventory.components.iter().filter(|c| is(c, &Ecosystem::Cargo)).count();
        assert_eq!(
            public,
            count(concat!("source = \"registry+https://github.com/rust-lang/crates", ".", "io-index\""))
        );
        let git = inventory.components.iter().filter(|c| is(c, &Ecosystem::Other(origin::GIT.to_owned()))).count();
        assert_eq!(git, count("source = \"git+"), "{path}");
        let own = inventory.components.iter().filter(|c| is(c, &Ecosystem::Other(origin::PATH.to_owned()))).count();
        assert_eq!(own + public + git, inventory.components.len(), "{path}");
        assert_eq!(inventory.skipped.is_empty(), git == 0, "{path}: packages from git are said to be unmatched");
        eprintln!("{path}: {} packages, {git} from git, {own} its own", inventory.components.len());
        read_files += 1;
    }
    assert_eq!(read_files, 7);
}

/// Counts independently of any code here: npm's own language.
const COUNT: &str = "const lock = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const walk = (of) => Object.values(of || {}).reduce((n, d) => n + 1 + walk(d.dependencies), 0);
console.log(lock.packages ? Object.values(lock.packages).filter((p) => !p.link).length : walk(lock.dependencies));";

fn node(bytes: &[u8]) -> Option<usize> {
    let spawned = Command::new("node").args(["-e", COUNT]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else {
        eprintln!("skipped: node is missing");
        return None;
    };
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().parse().ok()
}

#[test]
fn every_package_lock() {
    let Some(files) = common::archive(INVENTORIES) else { return };
    let mut read_files = 0;
    for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with("package-lock.json")) {
        let name = common::own_name(path);
        assert_eq!(detect(name, bytes), Ok(Format::PackageLock), "{path}");
        let inventory = read(name, bytes, &Options::default()).unwrap();
        if let Some(expected) = node(bytes) {
            assert_eq!(inventory.components.len(), expected, "{path}");
        }
        assert!(inventory.skipped.is_empty(), "{path}");
        // A project's own folders need no version.
        let unversioned = inventory.components.iter().filter(|c| c.version.is_none());
        assert!(unversioned.clone().all(|c| is(c, &Ecosystem::Other(origin::PATH.to_owned()))), "{path}");
        eprintln!("{path}: {} packages", inventory.components.len());
        read_files += 1;
    }
    assert_eq!(read_files, 4);
}

#[test]
fn every_cyclonedx_of_the_field() {
    let Some(files) = common::archive(INVENTORIES) else { return };
    // The rough count that stands beside the files counts listed components;
    // here the described thing is listed too, and nested ones.
    let rough = [
        ("v11.1.2__bom.json", 840),
        ("flat__bom.1.4.json", 1115),
        ("keycloak-10.0.2__bom.json", 903),
        ("laravel-7.12.0__bom.1.4.json", 62),
        ("elixir-cdx.xml", 585),
        ("joc-cockpit-sbom-cdx.json", 160),
        ("library-vault.latest.json", 384),
    ];
    for (end, n) in rough {
        let (path, bytes) = files.iter().find(|(path, _)| path.ends_with(end)).expect(end);
        assert_eq!(detect(common::own_name(path), bytes), Ok(Format::CycloneDx), "{path}");
        let inventory = read(end, bytes, &Options::default()).unwrap();
        let packages = inventory.components.iter().filter(|c| matches!(c.what, What::Package { .. })).count();
        eprintln!(
            "{path}: {} components ({packages} packages), {} skipped, expected about {n}",
            inventory.components.len(),
            inventory.skipped.len()
        );
        for skipped in inventory.skipped.iter().take(3) {
            eprintln!("    {}: {}", skipped.at, skipped.why);
        }
        assert!(inventory.components.len().abs_diff(n) <= 2, "{path}: {}", inventory.components.len());
    }
}

#[test]
fn cyclonedx_test_documents() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let mut zip = zip::ZipArchive::new(Cursor::new(&files["cyclonedx/test-resources.zip"])).unwrap();
    let (mut valid, mut invalid, mut refused) = (0, 0, 0);
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).unwrap();
        let path = file.name().unwrap().into_owned();
        let base = path.rsplit('/').next().unwrap().to_owned();
        if !base.ends_with(".json") && !base.ends_with(".xml") {
            continue;
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let options = Options { format: Some(Format::CycloneDx), ..Options::default() };
        let inventory = read(&base, &bytes, &options);
        if base.starts_with("valid-") {
            let inventory = inventory.unwrap_or_else(|e| panic!("{path}: {e}"));
            assert_eq!(detect(&base, &bytes), Ok(Format::CycloneDx), "{path}");
            let named = expected(&base, &bytes);
            let listed =
                inventory.components.len() + inventory.skipped.iter().filter(|s| s.why.contains("no name")).count();
            // Files without a package URL are counted in one note.
            let files: usize = inventory
                .skipped
                .iter()
                .filter_map(|s| s.why.split_once(" files without")?.0.parse::<usize>().ok())
                .sum();
            assert_eq!(listed + files, named, "{path}: {:?}", inventory.skipped);
            valid += 1;
        } else {
            // Nothing here judges a document by its schema: it is read, or refused with a place.
            refused += usize::from(inventory.is_err());
            invalid += 1;
        }
    }
    eprintln!(
        "CycloneDX: {valid} valid documents read, {invalid} invalid ones of which {refused} refused, none panics"
    );
    assert!(valid > 400, "{valid}");
}

/// Components of a document, counted by another way than the reader's.
fn expected(base: &str, bytes: &[u8]) -> usize {
    if base.ends_with(".json") {
        let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        fn walk(list: &serde_json::Value) -> usize {
            list.as_array().into_iter().flatten().map(|c| 1 + walk(&c["components"])).sum()
        }
        let described = &document["metadata"]["component"];
        return walk(&document["components"]) + usize::from(described.is_object()) + walk(&described["components"]);
    }
    // Opening tags, with the stack of their names.
    let text = std::str::from_utf8(bytes).unwrap();
    let mut stack: Vec<String> = Vec::new();
    let mut count = 0;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("<!--") {
            rest = &after[after.find("-->").unwrap()..];
            continue;
        }
        if let Some(after) = rest.strip_prefix("<![CDATA[") {
            rest = &after[after.find("]]>").unwrap()..];
            continue;
        }
        let end = rest.find('>').unwrap();
        let tag = &rest[1..end];
        rest = &rest[end..];
        if tag.starts_with('?') || tag.starts_with('!') {
            continue;
        }
        if tag.starts_with('/') {
            stack.pop();
            continue;
        }
        let name = tag.split([' ', '/', '\n', '\r', '\t']).next().unwrap().rsplit(':').next().unwrap().to_owned();
        let path: Vec<&str> = stack.iter().map(String::as_str).skip(1).collect();
        let listed = match path.split_first() {
            Some((&"metadata", rest)) => rest.iter().all(|e| *e == "component" || *e == "components"),
            Some((&"components", rest)) => rest.iter().all(|e| *e == "component" || *e == "components"),
            _ => false,
        };
        if name == "component" && listed {
            count += 1;
        }
        if !tag.ends_with('/') {
            stack.push(name);
        }
    }
    count
}

#[test]
fn purls_of_a_fleet() {
    let Some(mut file) = common::open("fleet/purls.txt.gz") else { return };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).unwrap();
    let (mut good, mut bad) = (0, Vec::new());
    for line in common::gunzip(&bytes).lines() {
        match assay_inventory::purl::read(line) {
            Ok(package) => {
                assert!(!package.name.is_empty(), "{line}");
                good += 1;
            }
            Err(e) => bad.push(e.to_string()),
        }
    }
    eprintln!("{good} package URLs read, {} refused; the first: {:?}", bad.len(), bad.first());
    assert!(good > 100_000 && bad.len() * 200 < good, "{:?}", bad.iter().take(20).collect::<Vec<_>>());
}

//! Every inventory at hand is read, or refused with its file, place and
//! reason; the table of what came of each is printed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use assay_inventory::component::{Component, Format, What};
use assay_inventory::{Options, ReadError, read};

/// Which format each file of the collection is in, by the end of its path, and how many entries a rough count sees.
const EXPECTED: [(&str, Format, usize); 21] = [
    ("osv-offline/pnpm-lock.yaml", Format::PnpmLock, 583),
    ("web-app-template__yarn.lock", Format::YarnLock, 511),
    ("aixcc-public__capi/poetry.lock", Format::PythonLock, 118),
    ("google__osv.dev/poetry.lock", Format::PythonLock, 63),
    ("vulnerability-lookup/poetry.lock", Format::PythonLock, 180),
    ("inspect_ai/uv.lock", Format::PythonLock, 341),
    ("recipes__uv.lock", Format::PythonLock, 54),
    ("DefectDojo/requirements.txt", Format::Requirements, 64),
    ("FuzzManager/requirements.txt", Format::Requirements, 110),
    ("docker__poetry__requirements.txt", Format::Requirements, 44),
    ("grype/go.mod", Format::GoMod, 334),
    ("syzkaller/go.mod", Format::GoMod, 339),
    ("guac/go.mod", Format::GoMod, 514),
    ("firefly-iii/composer.lock", Format::ComposerLock, 184),
    ("livebook/mix.lock", Format::MixLock, 67),
    ("localsend/pubspec.lock", Format::PubspecLock, 259),
    ("openmrs-core/pom.xml", Format::Pom, 4),
    ("grype-sbom.spdx", Format::Spdx, 1160),
    ("powershell.spdx.json", Format::Spdx, 331),
    ("kube-proxy.v1.24.6.json", Format::Spdx, 99),
    ("appbomination.spdx3.json", Format::Spdx, 7),
];

#[test]
fn the_collection() {
    let Some(files) = common::archive("inventories/inventories.tar.gz") else { return };
    assert!(files.len() >= 50, "{}", files.len());
    let mut formats = BTreeSet::new();
    for (path, bytes) in files.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let name = common::own_name(path);
        let inventory = read(name, bytes, &Options::default()).unwrap_or_else(|e| panic!("{path}: {e}"));
        let packages = inventory.components.iter().filter(|c| matches!(c.what, What::Package { .. })).count();
        let unversioned = inventory.components.iter().filter(|c| c.version.is_none()).count();
        eprintln!(
            "{:>6} listed, {packages:>5} packages, {unversioned:>4} without a version, {:>3} said  {:<36} {path}",
            inventory.components.len(),
            inventory.skipped.len(),
            inventory.format.name(),
        );
        for skipped in inventory.skipped.iter().take(2) {
            eprintln!("           {}: {}", skipped.at, skipped.why.chars().take(160).collect::<String>());
        }
        assert!(!inventory.components.is_empty(), "{path}");
        formats.insert(inventory.format);
    }
    assert!(formats.len() >= 15, "{formats:?}");
    for (end, format, rough) in EXPECTED {
        let (path, bytes) = files.iter().find(|(path, _)| path.ends_with(end)).expect(end);
        let inventory = read(common::own_name(path), bytes, &Options::default()).unwrap();
        assert_eq!(inventory.format, format, "{path}");
        let n = inventory.components.len();
        // The rough count counts comments, sections and continued lines as well, but nothing twice.
        assert!(n.abs_diff(rough) * 20 <= rough + 20, "{path}: {n} listed, about {rough} expected");
    }
}

/// Under any name a file of the collection is known for what it is, where its content can tell.
#[test]
fn by_content_alone() {
    let Some(files) = common::archive("inventories/inventories.tar.gz") else { return };
    let mut unknown = Vec::new();
    for (path, bytes) in files.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let named = read(common::own_name(path), bytes, &Options::default()).unwrap();
        match read("whatever", bytes, &Options::default()) {
            Ok(inventory) => assert_eq!(inventory.format, named.format, "{path}"),
            Err(ReadError::UnknownFormat { .. }) => unknown.push(path),
            Err(e) => panic!("{path}: {e}"),
        }
    }
    eprintln!("without their names not known: {unknown:?}");
    assert!(unknown.len() <= 3, "{unknown:?}");
}

/// `PyPI requests 2.0`.
fn line(component: &Component) -> String {
    let version = component.version.as_deref().unwrap_or("?");
    match &component.what {
        What::Package { ecosystem, name, .. } => format!("{ecosystem} {name} {version}"),
        What::Product { vendor, product } => format!("{vendor}/{product} {version}"),
    }
}

#[test]
fn documents_of_spdx() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let mut zip = zip::ZipArchive::new(Cursor::new(&files["spdx/tools-python-data.zip"])).unwrap();
    let mut examples: Vec<(String, Vec<String>)> = Vec::new();
    let mut refused = 0;
    for n in 0..zip.len() {
        let mut file = zip.by_index(n).unwrap();
        let path = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        let base = path.rsplit('/').next().unwrap();
        match read(base, &bytes, &Options::default()) {
            Ok(inventory) => {
                let mut lines: Vec<String> = inventory.components.iter().map(line).collect();
                lines.sort();
                eprintln!("{path}: {} listed, {} said", lines.len(), inventory.skipped.len());
                assert_eq!(inventory.format, Format::Spdx, "{path}");
                if path.contains("Example-v2") || path.contains("UTF-16") {
                    examples.push((path, lines));
                }
            }
            Err(e) => {
                eprintln!("{e}");
                refused += 1;
                assert!(base.contains("Rdf") && matches!(e, ReadError::NotRead { .. }), "{e}");
            }
        }
    }
    assert_eq!(refused, 3, "RDF, and nothing else, is refused");
    // One document in four notations: they say the same.
    let of = |version: &str| examples.iter().filter(|(path, _)| path.contains(version)).collect::<Vec<_>>();
    for version in ["v2.2", "v2.3", "UTF-16"] {
        let same = of(version);
        assert_eq!(same.len(), 4, "{version}");
        for (path, lines) in &same[1..] {
            assert_eq!(lines, &same[0].1, "{path} says something else than {}", same[0].0);
        }
    }
}

/// Runs another reader of the same notation over a file; none if it is not installed.
fn other_reader(program: &str, args: &[&str], path: &std::path::Path) -> Option<String> {
    let run = std::process::Command::new(program).args(args).arg(path).output().ok()?;
    if !run.status.success() {
        eprintln!("skipped: {program}: {}", String::from_utf8_lossy(&run.stderr).lines().last().unwrap_or_default());
        return None;
    }
    Some(String::from_utf8(run.stdout).unwrap())
}

/// Python's own TOML reader: `name version`, by PEP 503.
const TOML: &str = "import re, sys, tomllib
for p in tomllib.load(open(sys.argv[1], 'rb'))['package']:
    print(re.sub('[-_.]+', '-', p['name']).lower(), p.get('version', '?'))";

/// Go's own reader of go.mod: `path version` of each requirement.
const GO: [&str; 3] = ["mod", "edit", "-json"];

/// What other readers find in the same files is what is listed.
#[test]
fn as_other_readers_see_it() {
    let Some(files) = common::archive("inventories/inventories.tar.gz") else { return };
    let folder = std::env::temp_dir().join(format!("assay-other-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut compared = 0;
    for (path, bytes) in files.iter().filter(|(_, bytes)| !bytes.is_empty()) {
        let name = common::own_name(path);
        let at = folder.join(name);
        let seen = match name {
            "poetry.lock" | "uv.lock" => {
                std::fs::write(&at, bytes).unwrap();
                other_reader("python3", &["-c", TOML], &at)
            }
            "go.mod" => {
                std::fs::write(&at, bytes).unwrap();
                other_reader("go", &GO, &at).map(|json| {
                    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
                    let replaced: Vec<&str> = json["Replace"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(|r| r["Old"]["Path"].as_str())
                        .collect();
                    let required = json["Require"].as_array().unwrap().iter();
                    let kept = required.filter(|r| !replaced.contains(&r["Path"].as_str().unwrap()));
                    let lines = kept.map(|r| {
                        format!("{} {}\n", r["Path"].as_str().unwrap().to_lowercase(), r["Version"].as_str().unwrap())
                    });
                    lines.collect()
                })
            }
            _ => continue,
        };
        let Some(seen) = seen else { continue };
        let mut expected: Vec<String> = seen.lines().map(str::to_owned).collect();
        let inventory = read(name, bytes, &Options::default()).unwrap();
        let mut listed: Vec<String> = inventory
            .components
            .iter()
            .filter(|component| !component.at.contains("in the place of") && !component.at.contains("replaced by"))
            .filter_map(|component| match &component.what {
                What::Package { name, .. } => Some(format!("{name} {}", component.version.as_deref().unwrap_or("?"))),
                What::Product { .. } => None,
            })
            .collect();
        // A folder's name is kept as written.
        listed.iter_mut().for_each(|line| *line = line.to_lowercase().replace('_', "-"));
        expected.iter_mut().for_each(|line| *line = line.to_lowercase().replace('_', "-"));
        listed.sort();
        expected.sort();
        assert_eq!(listed, expected, "{path}");
        compared += 1;
    }
    std::fs::remove_dir_all(&folder).unwrap();
    eprintln!("{compared} files are listed as Python's TOML reader and Go see them");
}

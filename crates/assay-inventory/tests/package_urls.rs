//! Package URLs against their specification's own cases: parsing, building, and
//! the canonical form. What is not as specified stands here with its reason.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::str::FromStr;

use assay_inventory::purl;
use packageurl::PackageUrl;
use serde_json::Value;

/// By type: how many cases are otherwise, and why.
const OTHERWISE: &[(&str, usize, &str)] = &[
    ("brew", 4, "the parser leaves the capitals of its names"),
    ("cpan", 11, "the parser wants the author that has since become optional; `purl::read` does without"),
    ("gem", 1, "a key of a qualifier in capitals is read, as the cases of the canonical form want it"),
    ("git", 5, "the parser takes the last part for the name, and the specification all behind the host"),
    ("rpm", 1, "as gem's"),
    ("swift", 1, "the parser builds one without a namespace, and refuses to read it"),
    ("vscode-extension", 1, "as swift's"),
];

#[test]
fn what_the_parser_does_not_know() {
    let read =
        |url: &str| purl::read(url).map(|package| (package.ecosystem.to_string(), package.name, package.version));
    let of = |ecosystem: &str, name: &str, version: &str| {
        Ok((ecosystem.to_owned(), name.to_owned(), Some(version.to_owned())))
    };
    assert_eq!(read("pkg:cpan/DateTime@1.55?author=DROLSKY"), of("cpan", "DateTime", "1.55"));
    assert!(read("pkg:cpan/URI::PackageURL").is_err());
    assert_eq!(read("pkg:rpm/almalinux/bash@5.1-2?epoch=1&distro=almalinux-9.3"), of("AlmaLinux:9", "bash", "1:5.1-2"));
    assert_eq!(read("pkg:rpm/almalinux/bash@2:5.1-2?epoch=1&distro=alma-9"), of("AlmaLinux:9", "bash", "2:5.1-2"));
    assert_eq!(read("pkg:deb/ubuntu/curl@7?distro=ubuntu-22.10"), of("Ubuntu:22.10", "curl", "7"));
    assert_eq!(read("pkg:deb/ubuntu/curl@7?distro=noble"), of("Ubuntu:24.04:LTS", "curl", "7"));
    assert_eq!(read("pkg:apk/alpine/zlib@1?distro=alpine-3.20.3"), of("Alpine:v3.20", "zlib", "1"));
    assert_eq!(read("pkg:apk/wolfi/zlib@1?distro=wolfi-20230201"), of("Wolfi", "zlib", "1"));
    assert_eq!(read("pkg:rpm/suse/bash@5?distro=sles-15.5"), of("SUSE:Linux Enterprise Server 15 SP5", "bash", "5"));
    assert_eq!(read("pkg:rpm/opensuse/bash@5?distro=opensuse-leap-15.6"), of("openSUSE:Leap 15.6", "bash", "5"));
    assert_eq!(
        read("pkg:rpm/openeuler/bash@5?distro=openeuler-22.03-LTS-SP1"),
        of("openEuler:22.03-LTS-SP1", "bash", "5")
    );
    assert_eq!(
        read("pkg:composer/drupal/core@10?repository_url=https://packages.drupal.org/8"),
        of("Packagist:https://packages.drupal.org/8", "drupal/core", "10")
    );
    assert_eq!(read("pkg:nuget/Newtonsoft.Json@12"), of("NuGet", "newtonsoft.json", "12"));
    assert_eq!(
        read("pkg:swift/github.com/Apple/swift-nio@2.0.0"),
        of("SwiftURL", "github.com/apple/swift-nio", "2.0.0")
    );
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value[key].as_str().filter(|text| !text.is_empty())
}

/// The canonical form of the parts, or none where they are refused.
fn build(parts: &Value) -> Option<String> {
    let mut purl = PackageUrl::new(text(parts, "type")?, text(parts, "name")?).ok()?;
    if let Some(namespace) = text(parts, "namespace") {
        purl.with_namespace(namespace).ok()?;
    }
    if let Some(version) = text(parts, "version") {
        purl.with_version(version).ok()?;
    }
    for (key, value) in parts["qualifiers"].as_object().into_iter().flatten() {
        purl.add_qualifier(key.clone(), value.as_str()?.to_owned()).ok()?;
    }
    if let Some(subpath) = text(parts, "subpath") {
        purl.with_subpath(subpath).ok()?;
    }
    Some(purl.to_string())
}

fn as_specified(test: &Value) -> bool {
    let (input, expected) = (&test["input"], &test["expected_output"]);
    let fails = test["expected_failure"].as_bool().unwrap();
    match test["test_type"].as_str().unwrap() {
        "build" => build(input).as_deref() == expected.as_str().filter(|_| !fails),
        "validate" => {
            let canonical = PackageUrl::from_str(input.as_str().unwrap()).ok().map(|purl| purl.to_string());
            canonical.as_deref() == expected.as_str().filter(|_| !fails)
        }
        _ => match PackageUrl::from_str(input.as_str().unwrap()) {
            Err(_) => fails,
            Ok(purl) => {
                let qualifiers = expected["qualifiers"].as_object().map_or(0, serde_json::Map::len);
                !fails
                    && Some(purl.ty()) == text(expected, "type")
                    && purl.namespace() == text(expected, "namespace")
                    && Some(purl.name()) == text(expected, "name")
                    && purl.version() == text(expected, "version")
                    && purl.subpath() == text(expected, "subpath")
                    && purl.qualifiers().len() == qualifiers
                    && purl.qualifiers().iter().all(|(key, value)| text(&expected["qualifiers"], key) == Some(value))
            }
        },
    }
}

#[test]
fn cases_of_the_specification() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let mut right = 0;
    let mut otherwise = std::collections::BTreeMap::<String, usize>::new();
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("purl/tests/") && path.ends_with(".json")) {
        let kind = path.rsplit('/').next().unwrap().trim_end_matches("-test.json");
        let document: Value = serde_json::from_slice(bytes).unwrap();
        for test in document["tests"].as_array().unwrap() {
            if as_specified(test) {
                right += 1;
            } else {
                *otherwise.entry(kind.to_owned()).or_default() += 1;
                eprintln!("{kind}: {} {} -> {}", test["test_type"], test["input"], test["expected_output"]);
            }
            // Whatever is asked, what this reader makes of it has a name, and the same name again.
            if let Some(Ok(package)) = test["input"].as_str().map(purl::read) {
                assert!(!package.name.is_empty(), "{}", test["input"]);
                assert_eq!(package.ecosystem.normalise(&package.name), package.name, "{}", test["input"]);
            }
        }
    }
    eprintln!("purl-spec: {right} cases as specified, otherwise {otherwise:?}");
    for (kind, count, why) in OTHERWISE {
        assert_eq!(otherwise.remove(*kind), Some(*count), "{kind}: {why}");
    }
    assert!(otherwise.is_empty(), "{otherwise:?}");
}

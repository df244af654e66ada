//! dpkg's status file, os-release, and the names in package URLs.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::process::Command;

use assay_inventory::component::{Component, What};
use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::{Options, dpkg_status, purl, read};

fn debian(release: &str) -> Ecosystem {
    Ecosystem::Debian(Some(release.to_owned()))
}

fn other(name: &str) -> Ecosystem {
    Ecosystem::from_osv(name)
}

#[test]
fn states_of_dpkg() {
    let text = "\
Package: libc6
Status: install ok installed
Architecture: amd64
Source: glibc
Version: 2.36-9+deb12u8
Description: libraries
 Package: not this one
 .
 text

Package: kept
Status: hold ok installed
Version: 1.0

Package: gcc
Status: install ok triggers-pending
Source: gcc-defaults (1.203)
Version: 4:12.2.0-3

Package: removed
Status: deinstall ok config-files
Version: 1

Package: broken
Status: install reinstreq half-installed
Version: 1

Version: 7

Package: twice
Status: install ok installed
Version: 1
Version: 2
";
    let options = Options { distribution: Some(debian("12")), ..Options::default() };
    let inventory = read("status", text.as_bytes(), &options).unwrap();
    let listed: Vec<_> = inventory.components.iter().map(parts).collect();
    assert_eq!(
        listed,
        [
            ("libc6".to_owned(), "2.36-9+deb12u8".to_owned(), "glibc".to_owned()),
            ("kept".to_owned(), "1.0".to_owned(), String::new()),
            ("gcc".to_owned(), "4:12.2.0-3".to_owned(), "gcc-defaults 1.203".to_owned()),
        ]
    );
    assert!(
        inventory
            .components
            .iter()
            .all(|c| matches!(&c.what, What::Package { ecosystem, .. } if *ecosystem == debian("12")))
    );
    let skipped: Vec<_> = inventory.skipped.iter().map(|s| format!("{}: {}", s.at, s.why)).collect();
    assert_eq!(
        skipped,
        [
            "line 24: broken: its state is `install reinstreq half-installed`, so its files may be there or not",
            "line 28: the paragraph has no field Package",
            "line 30: twice: a field is given twice",
        ]
    );
}

fn parts(component: &Component) -> (String, String, String) {
    let What::Package { name, source, .. } = &component.what else { panic!("{component:?}") };
    let source = source.as_ref().map_or_else(String::new, |s| match &s.version {
        Some(version) => format!("{} {version}", s.name),
        None => s.name.clone(),
    });
    (name.clone(), component.version.clone().unwrap_or_default(), source)
}

#[test]
fn this_machine() {
    let query = ["-W", "-f", "${Status}\t${Package}\t${Version}\t${source:Package}\t${source:Version}\n"];
    let (Ok(bytes), Ok(run)) = (std::fs::read("/var/lib/dpkg/status"), Command::new("dpkg-query").args(query).output())
    else {
        eprintln!("skipped: this is no Debian");
        return;
    };
    let listed = String::from_utf8(run.stdout).unwrap();
    let mut expected: Vec<_> = listed
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .filter(|fields| fields[0].ends_with(" installed"))
        .map(|fields| fields[1..].iter().map(|f| (*f).to_owned()).collect::<Vec<_>>())
        .collect();
    let inventory = read("status", &bytes, &Options::default()).unwrap();
    let mut found: Vec<Vec<String>> = inventory
        .components
        .iter()
        .map(|c| {
            let (name, version, _) = parts(c);
            let What::Package { source, .. } = &c.what else { panic!("{c:?}") };
            let (of, its) = match source {
                Some(source) => (source.name.clone(), source.version.clone().unwrap_or_else(|| version.clone())),
                None => (name.clone(), version.clone()),
            };
            vec![name, version, of, its]
        })
        .collect();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    eprintln!("this machine: {} packages, as dpkg-query lists them", found.len());
}

#[test]
fn releases() {
    let of = |text: &str| dpkg_status::distribution(text.as_bytes());
    assert_eq!(of("PRETTY_NAME=\"Debian\"\nID=debian\nVERSION_ID=\"12\"\n"), Some(debian("12")));
    assert_eq!(of("ID=debian\nVERSION_CODENAME=trixie\n"), Some(debian("13")));
    assert_eq!(of("ID=debian\n"), Some(Ecosystem::Debian(None)));
    assert_eq!(of("ID=ubuntu\nVERSION_ID='22.04'\n"), Some(other("Ubuntu:22.04:LTS")));
    assert_eq!(of("ID=raspbian\nID_LIKE=debian\nVERSION_ID=\"11\"\n"), Some(other("raspbian:11")));
    assert_eq!(of("ID=alpine\nVERSION_ID=3.20.1\n"), Some(other("Alpine:v3.20")));
    assert_eq!(of("ID=\"almalinux\"\nVERSION_ID=\"9.4\"\n"), Some(other("AlmaLinux:9")));
    assert_eq!(of("ID=\"rhel\"\nVERSION_ID=\"8.10\"\n"), Some(other("Red Hat:enterprise_linux:8")));
    assert_eq!(of("ID=wolfi\nVERSION_ID=20230201\n"), Some(other("Wolfi")));
    assert_eq!(of("ID=sles\nVERSION_ID=15.5\n"), Some(other("SUSE:Linux Enterprise Server 15 SP5")));
    assert_eq!(of("ID=opensuse-leap\nVERSION_ID=15.6\n"), Some(other("openSUSE:Leap 15.6")));
    assert_eq!(of("ID=fedora\nVERSION_ID=40\n"), Some(other("fedora:40")));
    assert_eq!(of("ID=ubuntu\nVERSION_ID=\"22?04&x\"\n"), Some(other("Ubuntu")), "no text slips into a package URL");
    assert_eq!(of("nothing"), None);
}

#[test]
fn package_urls() {
    let cases = [
        ("pkg:cargo/rand@0.8.5", Ecosystem::Cargo, "rand", Some("0.8.5")),
        ("pkg:npm/%40babel/core@7.0.0", Ecosystem::Npm, "@babel/core", Some("7.0.0")),
        ("pkg:npm/@babel/core", Ecosystem::Npm, "@babel/core", None),
        ("pkg:pypi/Django_Rest.Framework@3", Ecosystem::PyPi, "django-rest-framework", Some("3")),
        ("pkg:golang/github.com/BurntSushi/toml@v1.2.0", Ecosystem::Go, "github.com/burntsushi/toml", Some("v1.2.0")),
        ("pkg:golang/stdlib@1.20.3", Ecosystem::Go, "stdlib", Some("1.20.3")),
        (
            "pkg:deb/debian/libc6@2.31-13%2Bdeb11u5?arch=amd64&distro=debian-11.6&upstream=glibc",
            debian("11"),
            "libc6",
            Some("2.31-13+deb11u5"),
        ),
        ("pkg:deb/debian/curl@1:7.74?distro=bookworm", debian("12"), "curl", Some("1:7.74")),
        ("pkg:deb/debian/curl@7.74", Ecosystem::Debian(None), "curl", Some("7.74")),
        ("pkg:deb/ubuntu/curl@7.74?distro=ubuntu-20.04", other("Ubuntu:20.04:LTS"), "curl", Some("7.74")),
        ("pkg:deb/ubuntu/curl@7.74?distro=jammy", other("Ubuntu:22.04:LTS"), "curl", Some("7.74")),
        ("pkg:deb/ubuntu/curl@7.74?distro=22.04", other("Ubuntu:22.04:LTS"), "curl", Some("7.74")),
        ("pkg:deb/debian/curl@7.74?distro=11", debian("11"), "curl", Some("7.74")),
        ("pkg:deb/curl@7.74?distro=sid", debian("sid"), "curl", Some("7.74")),
        ("pkg:deb/curl@7.74", other("deb"), "curl", Some("7.74")),
        (
            "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar",
            other("Maven"),
            "org.apache.logging.log4j:log4j-core",
            Some("2.14.1"),
        ),
        ("pkg:gem/rails@5", other("RubyGems"), "rails", Some("5")),
        ("pkg:nuget/Newtonsoft.Json@12", other("NuGet"), "newtonsoft.json", Some("12")),
        ("pkg:composer/Laravel/framework@8", other("Packagist"), "laravel/framework", Some("8")),
        ("pkg:apk/alpine/zlib@1.2.11-r3?distro=alpine-3.16.2", other("Alpine:v3.16"), "zlib", Some("1.2.11-r3")),
        ("pkg:alpine/zlib@1.2.11-r3", other("Alpine"), "zlib", Some("1.2.11-r3")),
        (
            "pkg:rpm/rhel/openssl@1.1.1k-7.el8?distro=rhel-8.6",
            other("Red Hat:enterprise_linux:8"),
            "openssl",
            Some("1.1.1k-7.el8"),
        ),
        ("pkg:rpm/almalinux/bash@5?distro=almalinux-8.6", other("AlmaLinux:8"), "bash", Some("5")),
        ("pkg:rpm/amzn/bash@5?distro=amzn-2", other("rpm/amzn"), "bash", Some("5")),
        ("pkg:rpm/opensuse/bash@5?distro=opensuse-leap-15.4", other("openSUSE:Leap 15.4"), "bash", Some("5")),
        ("pkg:unheard-of/a/b@1", other("unheard-of"), "a/b", Some("1")),
    ];
    for (written, ecosystem, name, version) in &cases {
        let package = purl::read(written).unwrap();
        assert_eq!(
            (&package.ecosystem, package.name.as_str(), package.version.as_deref()),
            (ecosystem, *name, *version),
            "{written}"
        );
    }
    let glibc = purl::read(cases[6].0).unwrap().source.unwrap();
    assert_eq!((glibc.name.as_str(), glibc.version), ("glibc", None));
    let source = |url: &str| purl::read(url).unwrap().source.map(|source| (source.name, source.version));
    // Of rpm, `upstream` is the source package's file.
    let pcre = "pkg:rpm/sles/libpcre1@8.41-6.4.2?arch=s390x&upstream=pcre-8.41-6.4.2.src.rpm&distro=sles-15.2";
    assert_eq!(source(pcre), Some(("pcre".to_owned(), None)));
    let own = "pkg:rpm/rocky/krb5@1.19-1.el9?upstream=krb5-1.19-1.el9.src.rpm&epoch=1&distro=rocky-9";
    assert_eq!(source(own), None);
    let part = "pkg:rpm/rocky/perl-Carp@1.50-439.el8?upstream=perl-5.26.3-420.el8.src.rpm&distro=rocky-8.7";
    assert_eq!(source(part), Some(("perl".to_owned(), Some("5.26.3-420.el8".to_owned()))));
    assert_eq!(source(&own.replace("krb5@", "krb5-libs@").replace("rocky", "rhel")), None, "its records name binaries");
    assert_eq!(source("pkg:rpm/rocky/x@1-1?upstream=nonsense&distro=rocky-9"), None);
    let binary = purl::read("pkg:deb/debian/gcc@4:12?upstream=gcc-defaults%401.203").unwrap().source.unwrap();
    assert_eq!((binary.name.as_str(), binary.version.as_deref()), ("gcc-defaults", Some("1.203")));
    for bad in ["", "pkg:", "pkg:npm", "pkg:npm/", "http://a/b", "pkg:npm/a%0ab@1", "pkg:npm/a@1%00"] {
        assert!(purl::read(bad).is_err(), "{bad}");
    }
    assert!(purl::read(&format!("pkg:npm/{}", "a".repeat(5000))).is_err());
}

/// The specification's own cases: what it parses is parsed, what it refuses is refused.
#[test]
fn package_url_specification() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let (mut right, mut wrong) = (0, Vec::new());
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("purl/tests/") && path.ends_with(".json")) {
        let document: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        for test in document["tests"].as_array().unwrap().iter().filter(|t| t["test_type"] == "parse") {
            let written = test["input"].as_str().unwrap();
            let fails = test["expected_failure"].as_bool().unwrap();
            let read = purl::read(written);
            let same = match &read {
                Ok(package) => !fails && package.version.as_deref() == test["expected_output"]["version"].as_str(),
                Err(_) => fails,
            };
            if same { right += 1 } else { wrong.push((fails, format!("{path}: {written}: {read:?}"))) }
        }
    }
    eprintln!("purl-spec: {right} cases as specified, {} otherwise", wrong.len());
    // More is read than the specification allows (a qualifier's key in capitals); nothing that it allows is
    // refused. An rpm's epoch, which stands apart in its URL, is given as a part of the version.
    for (fails, line) in &wrong {
        eprintln!("    {line}");
        assert!(*fails || line.contains("epoch="), "{line}");
    }
    assert!(right > 100 && wrong.len() * 20 < right, "{right} {}", wrong.len());
}

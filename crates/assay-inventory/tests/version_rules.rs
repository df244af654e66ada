//! The rules of each ecosystem that no table at hand covers, and the laws that
//! hold for all of them.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::cmp::Ordering;

use assay_base::Answer;
use assay_inventory::ecosystem::{Ecosystem, Rpm};
use assay_inventory::version::{Scheme, compare_bytes};
use proptest::prelude::*;

/// Each list goes from the oldest to the newest; what stands together in one element is equal.
fn ascending(scheme: Scheme, list: &[&[&str]]) {
    for (i, equals) in list.iter().enumerate() {
        for (j, others) in list.iter().enumerate() {
            for (a, b) in equals.iter().flat_map(|a| others.iter().map(move |b| (a, b))) {
                let order = scheme.parse(a).and_then(|x| x.compare(&scheme.parse(b)?));
                assert_eq!(order, Ok(i.cmp(&j)), "{}: {a} against {b}", scheme.name());
            }
        }
    }
}

fn refused(scheme: Scheme, list: &[&str]) {
    for version in list {
        assert!(scheme.parse(version).is_err(), "{} reads `{version}`", scheme.name());
    }
}

#[test]
fn go_and_its_tags() {
    // A language version is older than its first candidate since 1.21; before, it is the release.
    ascending(
        Scheme::Go,
        &[
            &["v0.0.0-20190101000000-abcdefabcdef"],
            &["v0.0.0-20200101000000-abcdefabcdef"],
            &["v0.0.1", "0.0.1", "v0.0.1+incompatible"],
            &["go1.20rc1", "1.20.0-rc.1"],
            &["go1.20", "go1.20.0", "v1.20"],
            &["go1.21", "1.21.0-0"],
            &["go1.21beta2"],
            &["go1.21rc1", "1.21.0-rc.1"],
            &["go1.21rc2"],
            &["go1.21.0", "1.21.0", "v1.21"],
            &["go1.21.3", "go1.21.3-custom", "go1.21.3 X:boringcrypto"],
            &["go1.21.10"],
            &["v2.0.0-rc.1+incompatible"],
            &["v2.0.0+incompatible"],
        ],
    );
    refused(Scheme::Go, &["devel", "go", "go1.x", "gopher", "(devel)", "go1.21rc", "go1.21.0rc1"]);
}

#[test]
fn gems() {
    ascending(
        Scheme::Gem,
        &[
            &["0", "0.0.0"],
            // A missing place is a zero, and a word is older than any number.
            &["1.a.b", "1.0.a.b"],
            &["1.a", "1.0.a.0"],
            &["1.a.1", "1.a1", "1.0.a.1.0"],
            &["1.b"],
            &["1-pre", "1.pre.pre"],
            &["1.pre", "1.0.pre"],
            &["1", "1.0", "01"],
            &["1.0.1.a"],
            &["1.0.1"],
            &["1.1"],
        ],
    );
    refused(Scheme::Gem, &["", "a", "1..2", "1.2-", "1.2_3", ".1", "1 2"]);
}

#[test]
fn composer() {
    ascending(
        Scheme::Composer,
        &[
            &["1.0-dev", "1.0.0.0-dev"],
            &["1.0.0-alpha1", "v1.0a1", "1.0-ALPHA.1"],
            &["1.0.0-beta", "1.0b"],
            &["1.0.0-RC2-dev"],
            &["1.0.0-RC2", "1.0.0rc2", "1.0_RC-2"],
            &["1.0", "1", "v1.0.0", "1.0.0.0", "1.0.0-stable", "1.0.0+build", "1.0@beta"],
            &["1.0.0-p1", "1.0pl1", "1.0.0-patch1"],
            &["1.0.1"],
            &["1.0.x-dev", "1.0.*-dev"],
            &["1.x-dev"],
            &["2.0.0"],
            &["20230102.0.0"],
        ],
    );
    refused(Scheme::Composer, &["dev-main", "master", "1.0.0-foo", "1.0.#", "x-dev", "1.0 as 2", "1.-1"]);
}

#[test]
fn nuget() {
    ascending(
        Scheme::NuGet,
        &[
            &["1.0.0-1"],
            &["1.0.0-9", "1.0.0-09"],
            &["1.0.0-10"],
            // Too long for 32 bits: text, and so above every number.
            &["1.0.0-20230515123456"],
            &["1.0.0-alpha", "1.0-ALPHA", "1-Alpha+x"],
            &["1.0.0-alpha.1"],
            &["1.0.0-beta"],
            &["1", "1.0", "1.0.0.0", "01.0.0", "1.0.0+sha"],
            &["1.0.0.1"],
            &["1.0.1"],
        ],
    );
    refused(Scheme::NuGet, &["v1.0", "1.0.0.0.0", "1.0-", "1.0-a..b", "1.0.x", "[1.0]"]);
}

#[test]
fn rpm_and_apk() {
    ascending(
        Scheme::Rpm,
        &[
            &["1.0~rc1-1.el8"],
            &["1.0", "0:1.0"],
            &["1.0-1~x"],
            &["1.0-1.el8_4", "1.0-1.el8.4", "0:1.0-01.el8_4"],
            &["1.0-1.el8_10"],
            &["1.0^git1-1"],
            &["1.0a-1"],
            &["1.0.1-1"],
            &["1:0.1-1"],
        ],
    );
    refused(Scheme::Rpm, &["", "1 2", "1\u{1}"]);
    ascending(
        Scheme::Apk,
        &[
            &["1.05"],
            &["1.1_alpha"],
            &["1.1_alpha1"],
            &["1.1_rc9"],
            &["1.1"],
            &["1.1-r0"],
            &["1.1-r10"],
            &["1.1_git20230101"],
            &["1.1_p0"],
            &["1.1_p1-r3"],
            &["1.1b"],
            &["1.1.0"],
            &["1.1.1"],
        ],
    );
    refused(Scheme::Apk, &["", "v1", "1.", "1_", "1_x", "1-r", "1-1", "1A", "1ab", "1.2-r1.2"]);
}

#[test]
fn maven() {
    ascending(
        Scheme::Maven,
        &[
            &["1-alpha1", "1.0a1", "1.0.0-ALPHA-1", "1.alpha1"],
            &["1-beta"],
            &["1-m2", "1.0.0-milestone-2"],
            &["1-rc", "1.0-cr"],
            &["1-SNAPSHOT", "1.0-SNAPSHOT"],
            &["1", "1.0.0", "1-ga", "1.0.Final", "1.RELEASE", "1.0.0-0"],
            &["1-sp"],
            &["1-jre"],
            &["1-1"],
            &["1.0.1"],
            &["1.1"],
            &["99999999999999999999999999999999"],
        ],
    );
    refused(Scheme::Maven, &["", "stable", "LATEST", "1 2", "${project.version}"]);
}

#[test]
fn lists_and_builds() {
    ascending(Scheme::R, &[&["0.1-2", "0.1.2", "0.01.2"], &["0.1.2.0"], &["0.1-10"], &["1"]]);
    refused(Scheme::R, &["", "1.", "1.a", "1--2"]);
    ascending(Scheme::Haskell, &[&["1"], &["1.0"], &["1.0.0"], &["1.0.1"], &["1.10"]]);
    refused(Scheme::Haskell, &["1-2", "1.0-alpha", "v1"]);
    ascending(
        Scheme::BuiltSemVer,
        &[&["1.2.3-1", "v1.2.3-1"], &["1.2.3-a"], &["1.2.3"], &["1.2.3+0"], &["1.2.3+10"], &["1.2.3+a"], &["1.2.4"]],
    );
    refused(Scheme::BuiltSemVer, &["1.2.3.4", "1.2.3-", "1.2.3+", "a", ""]);
    ascending(
        Scheme::Bitnami,
        &[&["6.2.0-rc.1"], &["6.2.0", "6.2.0-0", "6.2"], &["6.2.0-1"], &["6.2.0-10"], &["6.2.1"], &["2019.09.25"]],
    );
    refused(Scheme::Bitnami, &["nightly.2026-03-10.0", "6.2.0-"]);
    ascending(
        Scheme::Conan,
        &[&["1.1.1-pre"], &["1.1.1", "1.1.1.0"], &["1.1.1k"], &["1.1.1w"], &["1.1.2"], &["cci.1"]],
    );
    refused(Scheme::WholeSemVer, &["v4", "4.1", "main", "8e5e7e5ab8b370d6c329ec480221332ada57f0ab"]);
    ascending(Scheme::WholeSemVer, &[&["v4.1.0-rc"], &["v4.1.0", "4.1.0"], &["v4.1.1"]]);
}

#[test]
fn releases_of_distributions() {
    let of = |record: &str, mine: &str| Ecosystem::from_osv(record).speaks_of(&Ecosystem::from_osv(mine));
    for (record, mine, expected) in [
        ("Debian:12", "Debian:12", Answer::Yes),
        ("Debian:12", "Debian:11", Answer::No),
        ("Debian", "Debian:11", Answer::Yes),
        ("Debian:12", "Debian", Answer::Unknown),
        ("Debian:12", "Ubuntu:12", Answer::No),
        ("AlmaLinux:8", "AlmaLinux:8.10", Answer::Yes),
        ("AlmaLinux:8", "AlmaLinux:9", Answer::No),
        ("AlmaLinux:8", "Red Hat:enterprise_linux:8", Answer::No),
        ("Rocky Linux:8", "AlmaLinux:8", Answer::No),
        ("Red Hat:enterprise_linux:8::baseos", "Red Hat:enterprise_linux:8", Answer::Yes),
        ("Red Hat:enterprise_linux:9::appstream", "Red Hat:enterprise_linux:8", Answer::No),
        ("Red Hat:rhel_eus:8.4::baseos", "Red Hat:enterprise_linux:8", Answer::Unknown),
        ("Red Hat:rhel_eus:9.2::baseos", "Red Hat:enterprise_linux:8", Answer::No),
        ("Red Hat:openshift:4.12::el8", "Red Hat:enterprise_linux:8", Answer::Unknown),
        ("Ubuntu:22.04:LTS", "Ubuntu:22.04", Answer::Yes),
        ("Ubuntu:Pro:18.04:LTS", "Ubuntu:18.04:LTS", Answer::Yes),
        ("Ubuntu:Pro:FIPS:18.04:LTS", "Ubuntu:18.04:LTS", Answer::Unknown),
        ("Ubuntu:24.04:LTS", "Ubuntu:22.04:LTS", Answer::No),
        ("Alpine:v3.20", "Alpine:3.20", Answer::Yes),
        ("Alpine:v3.2", "Alpine:v3.20", Answer::No),
        ("openSUSE:Leap 15.6", "openSUSE:Leap 15.5", Answer::No),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP5", "SUSE:Linux Enterprise Server 15 SP5", Answer::Unknown),
        ("SUSE:Linux Enterprise Module for Basesystem 15 SP4", "SUSE:Linux Enterprise Server 15 SP5", Answer::No),
        ("openEuler:22.03-LTS-SP1", "openEuler:22.03", Answer::Unknown),
        ("openEuler:22.03-LTS-SP1", "openEuler:22.03-LTS", Answer::No),
        ("Packagist", "Packagist:https://packages.drupal.org/8", Answer::Yes),
        ("Packagist:https://packages.drupal.org/8", "Packagist", Answer::Unknown),
        ("Packagist:https://packages.drupal.org/8", "Packagist:packages.drupal.org/8/", Answer::Yes),
        ("Packagist:https://packages.drupal.org/8", "Packagist:https://mirror.example/8", Answer::Unknown),
    ] {
        assert_eq!(of(record, mine), expected, "{record} of {mine}");
    }
    assert_eq!(Ecosystem::from_osv("Red Hat:rhel_aus:8.4::appstream").release(), Some("rhel_aus:8.4::appstream"));
    assert_eq!(Ecosystem::Rpm(Rpm::RedHat, None).to_string(), "Red Hat");
    assert!(matches!(Ecosystem::from_osv("AlmaLinux:"), Ecosystem::Other(_)));
}

#[test]
fn names_and_spellings() {
    let same = |ecosystem: &str, a: &str, b: &str| {
        let ecosystem = Ecosystem::from_osv(ecosystem);
        ecosystem.normalise(a) == ecosystem.normalise(b)
    };
    assert!(same("NuGet", "Newtonsoft.Json", "newtonsoft.json"));
    assert!(same("Packagist", "Laravel/Framework", "laravel/framework"));
    assert!(same("SwiftURL", "https://github.com/Apple/swift-nio.git", "github.com/apple/swift-nio"));
    assert!(same("PyPI", "Foo_Bar..baz", "foo-bar-baz"));
    for exact in ["Maven", "RubyGems", "CRAN", "Hackage", "AlmaLinux:8", "Julia"] {
        assert!(!same(exact, "Name", "name"), "{exact}");
    }
    for word in "npm NPM cargo Rust PyPI pip golang maven mvn gem composer nuget hex pub cran hackage bitnami julia \
                 swift deb DPKG rpm RHEL apk Alpine conan rocky_linux Azure-Linux almalinux:8 Alpine:v3.20"
        .split_whitespace()
    {
        let ecosystem = Ecosystem::from_spelling(word).unwrap_or_else(|| panic!("{word}"));
        assert!(Scheme::of(&ecosystem).is_some(), "{word}");
    }
    for word in ["", ":", "nope", "npm:1", "deb:"] {
        assert!(Ecosystem::from_spelling(word).is_none() || word == "deb:", "{word}");
    }
}

/// What looks like a version of some ecosystem or other, so that many are read.
fn likely() -> impl Strategy<Value = String> {
    "v?[0-9]{1,2}([.-]([0-9]{1,3}|a|b|rc[0-9]|alpha|beta|sp|x|final|post1|dev)){0,4}([~^+_-][0-9a-z]{1,5})?(-r[0-9])?"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_ecosystem_is_its_name(name in "[ -~]{0,30}", release in "[ -~]{1,12}") {
        for written in [name.clone(), format!("Debian:{release}"), format!("Red Hat:{release}"), format!("Maven:{release}")] {
            let read = Ecosystem::from_osv(&written);
            prop_assert_eq!(read.to_string(), written);
            prop_assert_eq!(Ecosystem::from_osv(&read.to_string()), read.clone());
            prop_assert_eq!(read.speaks_of(&read), Answer::Yes);
            prop_assert_eq!(read.family().family(), read.family());
            let _ = Ecosystem::from_spelling(&read.to_string());
        }
    }

    #[test]
    fn names_are_normalised_once(name in "(https://)?(.{0,30}|[a-z/.]{0,6}(\\.git|/){0,4})") {
        for ecosystem in ["PyPI", "SwiftURL", "NuGet", "Go", "Debian"].map(Ecosystem::from_osv) {
            let once = ecosystem.normalise(&name).into_owned();
            prop_assert_eq!(ecosystem.normalise(&once).into_owned(), once);
        }
    }

    /// The bytes are the order, so it is total; a prefix of another key would make two versions of one range's end.
    #[test]
    fn no_key_is_the_beginning_of_another(a in likely(), b in likely()) {
        for scheme in Scheme::ALL {
            let (Ok(x), Ok(y)) = (scheme.parse(&a), scheme.parse(&b)) else { continue };
            let (x, y) = (x.as_bytes(), y.as_bytes());
            prop_assert!(x == y || !x.starts_with(y) && !y.starts_with(x), "{} {} {}", scheme.name(), a, b);
            prop_assert_eq!(compare_bytes(x, y), compare_bytes(y, x).map(Ordering::reverse));
        }
    }

    #[test]
    fn numbers_of_any_size_have_an_order(a in "[1-9][0-9]{0,60}", b in "[1-9][0-9]{0,60}") {
        let expected = a.len().cmp(&b.len()).then_with(|| a.cmp(&b));
        for scheme in Scheme::ALL {
            let order = |with: &dyn Fn(&str) -> String| scheme.parse(&with(&a)).and_then(|x| x.compare(&scheme.parse(&with(&b))?));
            prop_assert_eq!(order(&|n| format!("1.{n}.0")), Ok(expected), "{}", scheme.name());
        }
    }
}

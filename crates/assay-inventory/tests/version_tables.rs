//! Every table of compared versions at hand: each line is right, or it stands
//! here with the reason why it is not followed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

mod common;

use std::cmp::Ordering;

use assay_inventory::ecosystem::Ecosystem;
use assay_inventory::version::Scheme;

/// What a table says and Assay does not, with a word for why; docs/versions.md has the words.
type Exceptions = &'static [(&'static str, &'static str)];

/// apk compares what its own check refuses; nothing of it can be in a repository.
const NOT_APK: &str = "no version by `apk version --check`";
/// Composer's parser refuses it, so that no package can have it; or it is a branch.
const NOT_COMPOSER: &str = "no version by Composer's parser";
/// The table compares without Composer's parser, which fills up with zeros first.
const FILLED_UP: &str = "Composer fills up to four numbers before it compares";
/// An installer's convention called them older than everything: then a vulnerable one would be *not affected*.
const OLD_PYTHON: &str = "from before PEP 440: no order against it";
const NOT_GEM: &str = "Gem::Version refuses it";
const NO_DIGIT: &str = "has no digit: a word, not a version";
/// `2.9.0.RC1 < 2.9.0 < 2.9.0-1 < 2.9.0.RC1`: one of the three has to give.
const CYCLE: &str = "a cycle of Maven's own order";
/// Since 3.8.7 a dot before the last qualifier, or one with a number, is a hyphen.
const MAVEN_NOW: &str = "the order of Maven before 3.8.7";
const NOT_CONAN: &str = "a range, or an empty part";

const ALPINE: Exceptions = &[
    ("1-r = 1-r0", NOT_APK),
    ("1-r-1 < 1-r0", NOT_APK),
    ("0.r1 < 0r2", NOT_APK),
    ("0..1..0 < 0..1..1", NOT_APK),
    ("0...1...0.r1 < 0...1...0.r2", NOT_APK),
    ("0...1...0r1 < 0...1...0r2", NOT_APK),
    ("0..8 = 0..8", NOT_APK),
    ("0..8 > 0...8", NOT_APK),
    ("10.2.24.r0 > 10.2.22.r0", NOT_APK),
    ("1.2.0A < 1.2.0d", NOT_APK),
    ("1.2.0D < 1.2.0d", NOT_APK),
    ("1 > 1-ruff", NOT_APK),
    ("1-ruff2 = 1-ruff1", NOT_APK),
    ("1.2 > 1.2_blah", NOT_APK),
    ("1.2_svn1 > 1.2_csv2", NOT_APK),
    ("1.2_cvs1 > 1.2_blah", NOT_APK),
    (".1 < 1", NOT_APK),
    ("1 > .1", NOT_APK),
    (".2 > .1", NOT_APK),
    ("c > b", NOT_APK),
    ("c = c", NOT_APK),
    ("1.0 < 1.0bc", NOT_APK),
];

const PACKAGIST: Exceptions = &[
    ("4.3-2 > 4.3-2beta1", NOT_COMPOSER),
    ("1.0.0 > 1.0", FILLED_UP),
    ("1.26.0 > dev-foo", NOT_COMPOSER),
    ("1.2.3.# = 1.2.3", NOT_COMPOSER),
    ("1.2.3.# = 1.2.3.#", NOT_COMPOSER),
    ("1.2.3.# = 1.2.3.1", NOT_COMPOSER),
    ("1.2.3.#.1 > 1.2.3", NOT_COMPOSER),
    ("1.2.3.#.p3 > 1.2.3", NOT_COMPOSER),
    ("1.2.3.#.beta < 1.2.3", NOT_COMPOSER),
];

const MAVEN_GENERATED: Exceptions = &[
    ("1.0.0-RC16 < 1.0.0.RC8-beta", MAVEN_NOW),
    ("1.0.0-gradle-rework-beta3 < 1.0.0.RC7-3", CYCLE),
    ("2.9.0-1 < 2.9.0.RC1", CYCLE),
    ("client_hc_no_vehicle < feature_1850_01", NO_DIGIT),
    ("stable < 0.11.0", NO_DIGIT),
    ("6.1.12.rc5 < 6.1.12rc1", MAVEN_NOW),
    ("1.2.8.sec10_noneautotype < 1.2.8_noneautotype", MAVEN_NOW),
    ("1.2.31.sec10 < 1.2.31_noneautotype", MAVEN_NOW),
    ("1.2.50.sec10 < 1.2.50_noneautotype", MAVEN_NOW),
    ("1.2.54.sec10 < 1.2.54_noneautotype", MAVEN_NOW),
    ("1.2.57.sec10 < 1.2.57_noneautotype", MAVEN_NOW),
    ("1.2.67.sec10 < 1.2.67_noneautotype", MAVEN_NOW),
];

const PYTHON: Exceptions = &[
    ("0.9-ivysaur < 1.0", OLD_PYTHON),
    ("-class.-jw.util.version.version-pre < 1.0", OLD_PYTHON),
    ("-class.-jw.util.version.version-dev < 1.0", OLD_PYTHON),
];

const PYTHON_GENERATED: Exceptions = &[
    ("2.0.1rc2-git < 0.8", OLD_PYTHON),
    ("0.7.4.svn.r2010 < 0.6.4", OLD_PYTHON),
    ("2014-01-12T15-52-10 < 0.2016.3.21", OLD_PYTHON),
    ("0.8.7p1 < 0.7.3", OLD_PYTHON),
    ("0.6m6 < 0.2rc0", OLD_PYTHON),
    ("a3 < 2.0b1", OLD_PYTHON),
    ("2.0.0-final < 0.10", OLD_PYTHON),
    ("0.4.0-p1 < 0.0.1", OLD_PYTHON),
];

const RAW_CASE: &str = "the table tells case apart; Composer's parser does not";

const PACKAGIST_GENERATED: Exceptions = &[
    ("v3.4 < v3.4.0-alpha", FILLED_UP),
    ("v1.9.0-ALPHA.1 = v1.9.0-BETA.1", RAW_CASE),
    ("v1.9.0-BETA.1 < v1.9.0-ALPHA.2", RAW_CASE),
    ("v1.9.0-ALPHA.2 = v1.9.0-BETA.2", RAW_CASE),
    ("0.0.1-test1 < 3.0.0-alpha4", NOT_COMPOSER),
    ("3.0.0b1 < 3.0.0b1.post1", NOT_COMPOSER),
    ("3.0.0b1.post1 < 3.0.0b1.post2", NOT_COMPOSER),
    ("3.0.0b1.post2 < 3.0.0b2", NOT_COMPOSER),
    ("3.0.0b2 < 3.0.0b2.post1", NOT_COMPOSER),
    ("3.0.0b2.post1 < 3.0.0b2.post2", NOT_COMPOSER),
    ("3.0.0b2.post2 < 3.0.0b3", NOT_COMPOSER),
    ("3.1.0 < 3.1.0.post1", NOT_COMPOSER),
    ("3.1.0.post1 < 3.2.0rc1", NOT_COMPOSER),
    ("3.2.0rc1.post1 < 3.2.0rc2", NOT_COMPOSER),
    ("3.4.0 < 3.5.0.post1", NOT_COMPOSER),
    ("3.5.2 < 3.5.2.post1", NOT_COMPOSER),
    ("v4.4 < v4.4.0-beta", FILLED_UP),
    ("v6.5 < v6.5.0-beta-0", FILLED_UP),
    ("v6.6 < v6.6.0-beta", FILLED_UP),
    ("1.5 < 1.5.1.dev100", NOT_COMPOSER),
    ("1.5.1.dev100 < 1.5.1.dev101", NOT_COMPOSER),
    ("1.5.1.dev101 < 1.5.1a1", NOT_COMPOSER),
];

const GEMS: Exceptions = &[("1 > 1beta", NOT_GEM), ("1 > 1gamma", NOT_GEM)];

const MAVEN_SPEC: Exceptions =
    &[("2-1 < 2.0.a", MAVEN_NOW), ("2-1 < 2.0.0.a", MAVEN_NOW), ("2.0.a < 2.0.0.a", MAVEN_NOW)];

const CONAN: Exceptions =
    &[("1.2.2 < 1.3.*", NOT_CONAN), ("1.2.2 < 1.2.3*", NOT_CONAN), ("1.0.0- < 1.0.0-alpha1", NOT_CONAN)];

/// Holds a table against the order, both ways round. Every line is right or an exception, and every exception is
/// still one.
#[track_caller]
fn judge(table: &str, ecosystem: &str, lines: &[(String, Ordering, String)], exceptions: Exceptions) {
    let scheme = Scheme::of(&Ecosystem::from_spelling(ecosystem).unwrap()).unwrap();
    let mut right = 0;
    let mut wrong = Vec::new();
    let mut excepted: Vec<&str> = Vec::new();
    for (a, expected, b) in lines {
        let order = |a: &str, b: &str| scheme.parse(a).and_then(|x| x.compare(&scheme.parse(b)?));
        let sign = match expected {
            Ordering::Less => "<",
            Ordering::Equal => "=",
            Ordering::Greater => ">",
        };
        let line = format!("{a} {sign} {b}");
        if order(a, b) == Ok(*expected) && order(b, a) == Ok(expected.reverse()) {
            right += 1;
        } else if let Some((known, _)) = exceptions.iter().find(|(known, _)| *known == line) {
            excepted.push(known);
        } else {
            wrong.push(format!("{line}: {:?}", order(a, b)));
        }
    }
    eprintln!("{table} as {ecosystem}: {right} right, {} excepted, {} wrong", excepted.len(), wrong.len());
    assert_eq!(wrong, Vec::<String>::new(), "{table}");
    for (known, why) in exceptions {
        assert!(excepted.contains(known), "{table}: `{known}` is no exception any more ({why})");
    }
    assert!(right > 0, "{table}");
}

fn of_text(text: &str) -> Vec<(String, Ordering, String)> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| {
            let signs = [(" < ", Ordering::Less), (" = ", Ordering::Equal), (" > ", Ordering::Greater)];
            let (a, order, b) =
                signs.iter().find_map(|(sign, order)| line.split_once(sign).map(|(a, b)| (a, *order, b))).unwrap();
            (a.to_owned(), order, b.to_owned())
        })
        .collect()
}

#[test]
fn tables_of_osv_scalibr() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let tables: [(&str, &str, Exceptions, Exceptions); 14] = [
        ("alpine", "apk", ALPINE, &[]),
        ("cran", "cran", &[], &[]),
        ("debian", "deb", &[], &[]),
        ("hackage", "hackage", &[], &[]),
        ("maven", "maven", &[], MAVEN_GENERATED),
        ("nuget", "nuget", &[], &[]),
        ("packagist", "composer", PACKAGIST, PACKAGIST_GENERATED),
        ("pub", "pub", &[], &[]),
        ("pypi", "pypi", PYTHON, PYTHON_GENERATED),
        ("redhat", "rpm", &[], &[]),
        ("rubygems", "gem", GEMS, &[]),
        ("semver", "npm", &[], &[]),
        ("semver", "cargo", &[], &[]),
        ("semver", "go", &[], &[]),
    ];
    for (name, ecosystem, small, generated) in tables {
        let path = format!("version-compare/osv-scalibr/{name}-versions");
        let text = String::from_utf8(files[&format!("{path}.txt")].clone()).unwrap();
        judge(name, ecosystem, &of_text(&text), small);
        if let Some(packed) = files.get(&format!("{path}-generated.txt.gz")) {
            judge(&format!("{name}, generated"), ecosystem, &of_text(&common::gunzip(packed)), generated);
        }
    }
}

#[test]
fn tables_of_vers_spec() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let tables = [
        ("alpine", "apk", &[] as Exceptions),
        ("maven", "maven", MAVEN_SPEC),
        ("nuget", "nuget", &[]),
        ("conan", "conan", CONAN),
    ];
    for (name, ecosystem, exceptions) in tables {
        let file = &files[&format!("version-compare/vers-spec/{name}_version_cmp_test.json")];
        let document: serde_json::Value = serde_json::from_slice(file).unwrap();
        let mut lines = Vec::new();
        for test in document["tests"].as_array().unwrap() {
            let of = |list: &serde_json::Value| -> Vec<String> {
                list.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
            };
            match &test["expected_output"] {
                serde_json::Value::Bool(true) => {
                    let pair = of(&test["input"]["versions"]);
                    lines.push((pair[0].clone(), Ordering::Equal, pair[1].clone()));
                }
                serde_json::Value::Bool(false) => {
                    let pair = of(&test["input"]["versions"]);
                    let scheme = Scheme::of(&Ecosystem::from_spelling(ecosystem).unwrap()).unwrap();
                    assert_ne!(scheme.parse(&pair[0]), scheme.parse(&pair[1]), "{name}: {pair:?}");
                }
                sorted => {
                    for pair in of(sorted).windows(2) {
                        lines.push((pair[0].clone(), Ordering::Less, pair[1].clone()));
                    }
                }
            }
        }
        judge(&format!("vers-spec {name}"), ecosystem, &lines, exceptions);
    }
}

#[test]
fn table_of_rpm() {
    let Some(files) = common::archive("conformance/conformance.tar.gz") else { return };
    let text = String::from_utf8(files["version-compare/rpm/rpmvercmp.tsv"].clone()).unwrap();
    let lines: Vec<_> = text
        .lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (fields[0].to_owned(), fields[2].parse::<i8>().unwrap().cmp(&0), fields[1].to_owned())
        })
        .collect();
    judge("rpmvercmp", "rpm", &lines, &[]);
}

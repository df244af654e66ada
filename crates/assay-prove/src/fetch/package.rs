//! A package URL, checked so strictly that its parts may stand on a command line.
//!
//! A client's specification language knows far more than `name@version`:
//! `git+ssh://...`, `file:../x`, `npm:other@1`, tags, ranges, and anything that
//! starts with a dash is an option. Some of these run the package's code. So only
//! names and exact versions of a plain alphabet pass.

use std::str::FromStr;

use packageurl::PackageUrl;

use super::Reason;

/// A registry's ecosystem whose files can be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ecosystem {
    Npm,
    Pypi,
    Cargo,
    Deb,
}

/// One exact version of one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Package {
    pub ecosystem: Ecosystem,
    /// As the client spells it: with its scope (`@scope/name`) for npm.
    pub name: String,
    pub version: String,
}

impl Package {
    /// Checks a package URL.
    pub fn parse(purl: &str) -> Result<Self, Reason> {
        let refuse = |why: String| Err(Reason::Refused(why));
        if purl.len() > 1024 {
            return refuse("the package URL is longer than 1,024 bytes".to_owned());
        }
        let url = match PackageUrl::from_str(purl) {
            Ok(url) => url,
            Err(error) => return refuse(format!("it is not a package URL ({error})")),
        };
        let ecosystem = match url.ty() {
            "npm" => Ecosystem::Npm,
            "pypi" => Ecosystem::Pypi,
            "cargo" => Ecosystem::Cargo,
            "deb" => Ecosystem::Deb,
            other => return Err(Reason::Unsupported(other.chars().take(40).collect())),
        };
        if url.subpath().is_some() {
            return refuse("a package URL with a sub-path names no registry file".to_owned());
        }
        let Some(version) = url.version() else {
            return refuse("the package URL has no version".to_owned());
        };
        let (name, namespace) = (url.name(), url.namespace());
        let (name_ok, version_ok, full) = match ecosystem {
            Ecosystem::Npm => {
                let scope = namespace.map(|n| n.strip_prefix('@').unwrap_or(n));
                (
                    npm_part(name) && scope.is_none_or(npm_part),
                    exact_semver(version),
                    scope.map_or_else(|| name.to_owned(), |s| format!("@{s}/{name}")),
                )
            }
            Ecosystem::Pypi => (namespace.is_none() && pypi_name(name), plain(version, "._+!-"), name.to_owned()),
            Ecosystem::Cargo => (namespace.is_none() && crate_name(name), exact_semver(version), name.to_owned()),
            Ecosystem::Deb => (
                namespace.is_some() && debian_name(name),
                version.starts_with(|c: char| c.is_ascii_digit()) && plain(version, ".+~:-"),
                name.to_owned(),
            ),
        };
        if !name_ok {
            return refuse(format!("`{}` is not a package name of this registry", name.escape_debug()));
        }
        if !version_ok {
            return refuse(format!("`{}` is not one exact version", version.escape_debug()));
        }
        Ok(Self { ecosystem, name: full, version: version.to_owned() })
    }
}

/// Checks the name of a file in a registry: one plain path segment that is no
/// option and no hidden file.
pub(super) fn check_file_name(name: &str) -> Result<(), Reason> {
    if name.len() <= 200 && plain(name, "._+~!-") {
        Ok(())
    } else {
        Err(Reason::Refused(
            "this is not the name of a file in a registry (letters, digits and . _ + ~ ! - only)".to_owned(),
        ))
    }
}

/// Starts with a letter or digit, goes on with those and `others`.
fn plain(text: &str, others: &str) -> bool {
    text.len() <= 214
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

fn npm_part(text: &str) -> bool {
    // Old packages may start with an underscore; none starts with `.`, `-` or `~`.
    plain(text.strip_prefix('_').unwrap_or(text), "._-")
}

fn pypi_name(text: &str) -> bool {
    plain(text, "._-") && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

fn crate_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn debian_name(text: &str) -> bool {
    text.len() >= 2 && plain(text, "+.-") && !text.contains(|c: char| c.is_ascii_uppercase())
}

/// `1.2.3`, with an optional pre-release and build: no range, no tag.
fn exact_semver(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    text.len() <= 128
        && numbers.len() == 3
        && numbers.iter().all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_packages_pass() {
        for (purl, name, version) in [
            ("pkg:npm/ansi-regex@5.0.0", "ansi-regex", "5.0.0"),
            ("pkg:npm/%40babel/core@7.1.2-rc.1", "@babel/core", "7.1.2-rc.1"),
            ("pkg:pypi/pygments@2.7.3", "pygments", "2.7.3"),
            ("pkg:pypi/x@1!2.0%2Blocal.1", "x", "1!2.0+local.1"),
            ("pkg:cargo/smallvec@1.6.0", "smallvec", "1.6.0"),
            ("pkg:deb/debian/cjson@1.7.15-1%2Bdeb12u4?distro=bookworm", "cjson", "1.7.15-1+deb12u4"),
            ("pkg:deb/debian/libxpm@1:3.5.12-1.1", "libxpm", "1:3.5.12-1.1"),
        ] {
            let package = Package::parse(purl).unwrap_or_else(|e| panic!("{purl}: {e}"));
            assert_eq!((package.name.as_str(), package.version.as_str()), (name, version));
        }
    }

    #[test]
    fn whatever_a_client_could_read_as_more_than_a_name_is_refused() {
        for purl in [
            "pkg:npm/a",
            "pkg:npm/a@latest",
            "pkg:npm/a@^1.0.0",
            "pkg:npm/a@1.0",
            "pkg:npm/a@1.0.x",
            "pkg:npm/a@>=1.0.0",
            "pkg:npm/a@1.0.0%20||%202.0.0",
            "pkg:npm/a@git%2Bssh:%2F%2Fhost%2Fx",
            "pkg:npm/a@npm:b@1.0.0",
            "pkg:npm/a@file:..%2Fx",
            "pkg:npm/--registry=http%3A%2F%2Fevil@1.0.0",
            "pkg:npm/-g@1.0.0",
            "pkg:npm/..@1.0.0",
            "pkg:npm/.%2Fa@1.0.0",
            "pkg:npm/%40a%2Fb%2Fc/d@1.0.0",
            "pkg:npm/%40..%2F../x@1.0.0",
            "pkg:npm/a%2Fb@1.0.0",
            "pkg:npm/a%00@1.0.0",
            "pkg:npm/a%0a@1.0.0",
            "pkg:npm/a@1.0.0#sub/path",
            "pkg:pypi/-r@1.0",
            "pkg:pypi/a%20@%20https:%2F%2Fhost@1.0",
            "pkg:pypi/ns/a@1.0",
            "pkg:pypi/a@-1",
            "pkg:pypi/a@1%2F..%2F2",
            "pkg:cargo/a\"@1.0.0",
            "pkg:cargo/-Z@1.0.0",
            "pkg:cargo/a@1.0.0%22%0Apath%20=%20%22x",
            "pkg:cargo/a@*",
            "pkg:deb/debian/-o@1",
            "pkg:deb/debian/a=b@1",
            "pkg:deb/debian/aa@1%2Fx",
            "pkg:deb/debian/aa@-1",
            "pkg:deb/cjson@1.0",
            "npm:a@1.0.0",
            "",
        ] {
            let got = Package::parse(purl);
            assert!(matches!(got, Err(Reason::Refused(_))), "{purl}: {got:?}");
        }
        assert_eq!(Package::parse("pkg:github/a/b@1.0.0"), Err(Reason::Unsupported("github".to_owned())));
    }

    #[test]
    fn file_names_are_one_plain_segment() {
        for good in ["cjson_1.7.15-1+deb12u4.dsc", "a-1!2.0.tar.gz", "x~rc1.tgz"] {
            check_file_name(good).unwrap_or_else(|e| panic!("{good}: {e}"));
        }
        for bad in ["", ".", "..", ".npmrc", "a/b", "../a", "/a", "-o", "a\\b", "a\0", "a b", "a\n", "é"] {
            assert!(check_file_name(bad).is_err(), "{bad:?}");
        }
        assert!(check_file_name(&"a".repeat(201)).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_text_panics_and_what_passes_is_plain(text in "(pkg:(npm|pypi|cargo|deb/debian)/)?[ -~]{0,30}(@[ -~]{0,20})?") {
            if let Ok(package) = Package::parse(&text) {
                prop_assert!(!package.name.starts_with('-') && !package.version.starts_with('-'));
                prop_assert!(!package.name.contains("..") || !package.name.contains("../"));
                prop_assert!(package.name.chars().all(|c| c.is_ascii_alphanumeric() || "@/._+-".contains(c)));
                prop_assert!(package.version.chars().all(|c| c.is_ascii_alphanumeric() || "._+~:!-".contains(c)));
            }
        }
    }
}

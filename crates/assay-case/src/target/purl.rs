//! A package URL in normal form, as far as telling targets apart needs it.
//!
//! Two spellings of one package must not be two targets: whoever could claim
//! `pkg:PyPI/Foo_Bar` beside `pkg:pypi/foo-bar` would scan what is taken.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Most bytes of a package URL.
pub const PURL_MAX: usize = 1_000;

/// Why a text is no package URL. It never repeats the text, which may be embargoed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no package URL: {0}; write it as pkg:cargo/smallvec@1.6.0")]
pub struct BadPurl(&'static str);

/// A package URL: `pkg:type/namespace/name@version`. Qualifiers and subpath are
/// left away: they do not make another target.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Purl {
    /// `pkg:type/namespace/name`, in normal form.
    package: String,
    version: Option<String>,
}

impl Purl {
    /// Reads one.
    ///
    /// # Errors
    /// If it is too long or not of this shape.
    pub fn new(text: &str) -> Result<Self, BadPurl> {
        if text.len() > PURL_MAX {
            return Err(BadPurl("it is longer than 1,000 bytes"));
        }
        let rest = text.trim().strip_prefix("pkg:").ok_or(BadPurl("it does not begin with `pkg:`"))?;
        let rest = rest.split(['#', '?']).next().unwrap_or_default().trim_matches('/');
        let (kind, path) = rest.split_once('/').ok_or(BadPurl("it has no name"))?;
        let kind = kind.to_ascii_lowercase();
        if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) {
            return Err(BadPurl("its type is not a word"));
        }
        // A scope's `@` is written `%40`, so that the last one begins the version;
        // one that begins a segment is a scope that somebody did not escape.
        let (path, version) = match path.rsplit_once('@') {
            Some((before, version)) if !before.is_empty() && !before.ends_with('/') => (before, Some(version)),
            _ => (path, None),
        };
        let mut package = format!("pkg:{kind}");
        let mut names = 0;
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            let name = fold(&kind, &decode(segment)?);
            if name.is_empty() || matches!(name.as_str(), "." | "..") {
                return Err(BadPurl("a part of its name is empty"));
            }
            package.push('/');
            encode(&name, &mut package);
            names += 1;
        }
        if names == 0 {
            return Err(BadPurl("it has no name"));
        }
        let version = version.filter(|version| !version.is_empty()).map(decode).transpose()?;
        let purl = Self { package, version };
        // Escaping makes it longer, and what is written must be readable again.
        if purl.to_string().len() > PURL_MAX {
            return Err(BadPurl("it is longer than 1,000 bytes"));
        }
        Ok(purl)
    }

    /// Without its version.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// The version, decoded.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }
}

/// Names that a type does not tell apart by case or by `_` and `-`.
fn fold(kind: &str, name: &str) -> String {
    match kind {
        "pypi" => name.to_lowercase().replace(['_', '.'], "-"),
        "npm" | "deb" | "rpm" | "github" | "bitbucket" | "gitlab" | "composer" | "apk" | "alpm" | "hex" => {
            name.to_lowercase()
        }
        _ => name.to_owned(),
    }
}

fn decode(text: &str) -> Result<String, BadPurl> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        match (digit(), digit()) {
            (Some(high), Some(low)) => bytes.push(high << 4 | low),
            _ => return Err(BadPurl("a `%` is not followed by two hexadecimal digits")),
        }
    }
    let text = String::from_utf8(bytes).map_err(|_| BadPurl("it is not UTF-8"))?;
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(BadPurl("it has a control character or a blank"));
    }
    Ok(text)
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

impl fmt::Display for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.package)?;
        match &self.version {
            Some(version) => {
                let mut text = String::from("@");
                encode(version, &mut text);
                f.write_str(&text)
            }
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Purl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for Purl {
    type Error = BadPurl;

    fn try_from(text: String) -> Result<Self, BadPurl> {
        Self::new(&text)
    }
}

impl From<Purl> for String {
    fn from(purl: Purl) -> Self {
        purl.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_one_package_are_one() {
        for (one, other) in [
            ("pkg:PyPI/Foo_Bar@1", "pkg:pypi/foo-bar@1"),
            ("pkg:npm/%40scope/Name@2", "pkg:npm/@scope/name@2"),
            ("pkg:deb/debian/cjson@1.7.15-1%2Bdeb12u4?arch=source", "pkg:deb/Debian/cJSON@1.7.15-1+deb12u4"),
            ("pkg:cargo//smallvec/", "pkg:cargo/smallvec"),
            ("pkg:npm/%40scope/name", "pkg:npm/@scope/name"),
        ] {
            assert_eq!(Purl::new(one).unwrap(), Purl::new(other).unwrap(), "{one} and {other}");
        }
        assert_ne!(Purl::new("pkg:cargo/Foo").unwrap(), Purl::new("pkg:cargo/foo").unwrap());
        assert_eq!(Purl::new("pkg:deb/debian/cjson@1.7.15-1%2Bdeb12u4").unwrap().version(), Some("1.7.15-1+deb12u4"));
    }

    #[test]
    fn what_is_no_package_url_is_refused() {
        for bad in [
            "",
            "pkg:",
            "pkg:npm",
            "pkg:npm/",
            "pkg:npm/%",
            "pkg:npm/%zz",
            "pkg:npm/..",
            "cargo/x",
            "pkg:a b/c",
            "pkg:npm/a%00b",
            "pkg:npm/a b",
            "pkg:npm/%ff",
        ] {
            assert!(Purl::new(bad).is_err(), "{bad:?}");
        }
        assert!(Purl::new(&format!("pkg:npm/{}", "a".repeat(PURL_MAX))).is_err());
    }

    proptest! {
        #[test]
        fn normal_form_is_its_own_normal_form(text in "pkg:(npm|pypi|deb|cargo)/[a-zA-Z@%0-9_/.+-]{0,20}(@[ -~]{0,10})?") {
            if let Ok(purl) = Purl::new(&text) {
                prop_assert_eq!(Purl::new(&purl.to_string()).unwrap(), purl);
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = Purl::new(&text);
        }
    }
}

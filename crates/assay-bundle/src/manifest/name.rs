//! Names that others gave: packages, weaknesses, tools, signals, files.

use std::str::FromStr;

use packageurl::PackageUrl;

use super::bounds;
use super::fault::Fault;
use super::plain::unknown_word;
use super::problem::shown;

/// A package URL with a version; the text is kept as written.
pub(super) fn purl(text: &str) -> Result<String, Fault> {
    let bad = |why: String| {
        Fault::new("bad-purl", format!("`{}` is not a package URL: {why}", shown(text)))
            .help("write it as `pkg:type/namespace/name@version`, for instance `pkg:deb/debian/zlib@1.2.13-1`")
    };
    if text.len() > bounds::LINE {
        return Err(bad("it is too long".to_owned()));
    }
    if !text.starts_with("pkg:") || text.chars().any(|c| c.is_control() || c == ' ') {
        return Err(bad("it must start with `pkg:` and be one word".to_owned()));
    }
    let parsed = PackageUrl::from_str(text).map_err(|error| bad(shown(&error.to_string())))?;
    if parsed.version().is_none_or(str::is_empty) {
        return Err(bad("it names no version".to_owned()));
    }
    // A raw `+` is read as a space by some; one spelling keeps one identity.
    let version = text.rsplit_once('@').map_or("", |(_, version)| version);
    let version = version.split(['?', '#']).next().unwrap_or("");
    if version.contains('+') {
        return Err(bad("a `+` in a version is written `%2B`".to_owned()));
    }
    Ok(text.to_owned())
}

/// `CWE-125`.
pub(super) fn weakness(text: &str) -> Result<String, Fault> {
    let digits = text.strip_prefix("CWE-").unwrap_or("");
    if (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(text.to_owned());
    }
    Err(Fault::new("bad-id", format!("`{}` is not a weakness", shown(text)))
        .help("write it as `CWE-` and a number: `CWE-125`"))
}

/// `CVE-2023-53154`, `GHSA-...`, `RUSTSEC-2021-0003`, `RHSA-2024:1234`, ...
pub(super) fn id(text: &str) -> Result<String, Fault> {
    let good = || {
        let (prefix, rest) = text.split_once('-')?;
        let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let part = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'.' | b'_');
        (prefix.starts_with(|c: char| c.is_ascii_uppercase())
            && prefix.bytes().all(upper)
            && rest.starts_with(|c: char| c.is_ascii_alphanumeric())
            && rest.bytes().all(part)
            && text.len() <= 64)
            .then(|| text.to_owned())
    };
    good().ok_or_else(|| {
        Fault::new("bad-id", format!("`{}` is not an identifier", shown(text)))
            .help("write it as its source does: `CVE-2023-53154`, `RUSTSEC-2021-0003`")
    })
}

/// A CVSS 3.1 or 4.0 vector; its score is not computed here.
pub(super) fn severity(text: &str) -> Result<String, Fault> {
    let body = ["CVSS:3.1/", "CVSS:4.0/"].iter().find_map(|prefix| text.strip_prefix(prefix));
    let metric = |metric: &str| {
        let (name, value) = metric.split_once(':').unwrap_or(("", ""));
        (1..=3).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_uppercase())
            && (1..=6).contains(&value.len())
            && value.bytes().all(|b| b.is_ascii_alphabetic())
    };
    let good = body.is_some_and(|body| text.len() <= 300 && body.split('/').all(metric));
    if good {
        return Ok(text.to_owned());
    }
    Err(Fault::new("bad-severity", format!("`{}` is not a CVSS vector", shown(text)))
        .help("write the whole vector: `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H` or one of `CVSS:4.0/`"))
}

/// A program that the build or the harness needs: `cc`, `python3`, `bison`.
pub(super) fn tool(text: &str) -> Result<String, Fault> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+._-".contains(&b);
    let starts = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if starts && text.len() <= 64 && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Fault::new("bad-name", format!("`{}` is not a program's name", shown(text)))
        .help("write its plain name: `cc`, `clang`, `rust`, `python3`, `node`, `bison`"))
}

/// The plain name of a file: no folder, nothing hidden in it.
pub(super) fn file(text: &str) -> Result<String, Fault> {
    let plain = !text.is_empty()
        && text.len() <= 255
        && text != "."
        && text != ".."
        && !text.chars().any(|c| c == '/' || c == '\\' || c.is_control());
    if plain {
        return Ok(text.to_owned());
    }
    Err(Fault::new("bad-path", format!("`{}` is not a plain file name", shown(text)))
        .help("write the name alone, without a folder"))
}

/// Signals that a program can die of by its own doing.
const SIGNALS: &[&str] = &[
    "SIGABRT", "SIGALRM", "SIGBUS", "SIGFPE", "SIGHUP", "SIGILL", "SIGINT", "SIGPIPE", "SIGQUIT", "SIGSEGV", "SIGSYS",
    "SIGTERM", "SIGTRAP", "SIGUSR1", "SIGUSR2",
];

/// `SIGSEGV`.
pub(super) fn signal(text: &str) -> Result<String, Fault> {
    match text {
        // The runner ends runs with these, so dying of one proves nothing about the target.
        "SIGKILL" | "SIGXCPU" | "SIGXFSZ" => Err(Fault::new(
            "conflict",
            format!("`{text}` is what the runner itself ends runs with, so it is no evidence"),
        )
        .help("for time use `kind = \"cpu\"` or `kind = \"growth\"`")),
        known if SIGNALS.contains(&known) => Ok(text.to_owned()),
        _ => Err(unknown_word(text, SIGNALS)),
    }
}

/// A word of a sanitizer's report, or a class name of a language.
pub(super) fn report_word(text: &str) -> Result<String, Fault> {
    let plain = |b: u8| b.is_ascii_graphic() || b == b' ';
    if !text.trim().is_empty() && text.len() <= 200 && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Fault::new("bad-name", format!("`{}` is not a word of a report", shown(text))))
}

/// A function's name, as a debugger prints it.
pub(super) fn frame(text: &str) -> Result<String, Fault> {
    super::plain::line(text, bounds::LINE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn package_urls_keep_their_text() {
        for good in [
            "pkg:deb/debian/cjson@1.7.15-1%2Bdeb12u4",
            "pkg:deb/debian/cjson@1.7.15-1?arch=source",
            "pkg:npm/%40angular/core@1.0.0",
            "pkg:cargo/smallvec@1.6.0",
            "pkg:generic/picture@1.0",
        ] {
            assert_eq!(purl(good).unwrap(), good);
        }
        for wrong in [
            "",
            "pkg:",
            "cargo/smallvec@1.6.0",
            "pkg:cargo/smallvec",
            "pkg:cargo/smallvec@",
            "pkg:deb/debian/cjson@1.7.15-1+deb12u4",
            "pkg:cargo/small vec@1",
        ] {
            assert!(purl(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn other_names() {
        assert!(weakness("CWE-125").is_ok());
        assert!(weakness("CWE-").is_err() && weakness("cwe-1").is_err());
        assert!(id("GHSA-xxxx-yyyy-zzzz").is_ok() && id("RHSA-2024:1234").is_ok());
        assert!(id("cve-1").is_err() && id("CVE").is_err() && id("CVE-").is_err());
        assert!(severity("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H").is_ok());
        assert!(severity("CVSS:3.1/").is_err() && severity("high").is_err());
        assert!(severity("CVSS:2.0/AV:N").is_err());
        assert!(tool("g++").is_ok() && tool("python3.11").is_ok());
        assert!(tool("/bin/sh").is_err() && tool("").is_err() && tool("-x").is_err());
        assert!(file("a.tar.gz").is_ok());
        assert!(file("a/b").is_err() && file("..").is_err() && file("").is_err());
        assert_eq!(signal("SIGKILL").unwrap_err().code, "conflict");
        assert_eq!(signal("SIGSEVG").unwrap_err().code, "unknown-word");
    }
}

//! How each ecosystem tells names apart.

use std::borrow::Cow;

use super::Ecosystem;

pub(super) fn normalise<'a>(ecosystem: &Ecosystem, name: &'a str) -> Cow<'a, str> {
    match ecosystem {
        Ecosystem::PyPi => pep503(name),
        Ecosystem::SwiftUrl => swift(name),
        Ecosystem::Go
        | Ecosystem::Npm
        | Ecosystem::Kubernetes
        | Ecosystem::NuGet
        | Ecosystem::Packagist(_)
        | Ecosystem::Hex
        | Ecosystem::Pub
        | Ecosystem::Bitnami
        | Ecosystem::GitHubActions
        | Ecosystem::VsCode(_)
        | Ecosystem::Debian(_)
        | Ecosystem::Ubuntu(_)
        | Ecosystem::Echo(_)
        | Ecosystem::Apk(..) => lower(name),
        Ecosystem::Cargo
        | Ecosystem::Maven(_)
        | Ecosystem::RubyGems
        | Ecosystem::Cran
        | Ecosystem::Bioconductor
        | Ecosystem::Hackage
        | Ecosystem::Ghc
        | Ecosystem::Julia
        | Ecosystem::ConanCenter
        | Ecosystem::Rpm(..)
        | Ecosystem::Other(_) => Cow::Borrowed(name),
    }
}

/// ASCII only: no registry has a name that differs from another in the case of other letters alone.
fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|c| c.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// Lower case, and each run of `-`, `_` and `.` one hyphen.
fn pep503(name: &str) -> Cow<'_, str> {
    let plain = |c: u8| !c.is_ascii_uppercase() && c != b'_' && c != b'.';
    if name.bytes().all(plain) && !name.contains("--") {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    Cow::Owned(out)
}

/// `github.com/owner/repository`: records write it with and without the scheme and `.git`, package URLs without.
fn swift(name: &str) -> Cow<'_, str> {
    let mut bare = name;
    while let Some(shorter) = ["https://", "http://"]
        .iter()
        .find_map(|scheme| bare.strip_prefix(scheme))
        .or_else(|| bare.strip_suffix('/').or_else(|| bare.strip_suffix(".git")))
    {
        bare = shorter;
    }
    lower(bare)
}

//! The order of versions, by the rules of each ecosystem.
//!
//! A version is encoded once as bytes whose plain order is the ecosystem's
//! order ([`Key`]), so a range test is a few byte comparisons and an index can
//! keep the keys. What cannot be ordered is an error: the caller answers
//! *cannot tell* (invariant 11), and nothing is guessed.

mod apk;
mod bitnami;
mod built;
mod composer;
mod conan;
mod debian;
mod encode;
mod gem;
mod golang;
mod legacy;
mod maven;
mod nuget;
mod numbers;
mod pep440;
pub mod product;
mod rpm;
mod scheme;
mod semver;

use std::cmp::Ordering;

use crate::ecosystem::Ecosystem;

use encode::Bytes;
pub use scheme::Scheme;

/// Why two versions have no order here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unordered {
    /// It is no version by the ecosystem's rules.
    #[error("`{written}` is not a version by the rules of {rules}")]
    NotAVersion {
        /// As written, cut to 80 characters.
        written: String,
        /// The rules that were asked.
        rules: &'static str,
    },
    /// The ecosystem's order is not known here.
    #[error("versions of {0} are not ordered here")]
    NoOrder(String),
    /// Both are versions, but of schemes without an order between them.
    #[error("the two versions are written by different schemes, which have no order between them")]
    TwoSchemes,
    /// Two versions of a vendor's product whose order the vendor alone knows.
    #[error("whether `{0}` is older than `{1}` cannot be told from the numbers alone")]
    VendorKnows(String, String),
}

impl Unordered {
    fn not(written: &str, rules: &'static str) -> Self {
        Self::NotAVersion { written: written.chars().take(80).collect(), rules }
    }
}

/// The rules by which a key was made: its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Tag {
    SemVer = 1,
    Pep440 = 2,
    /// What was on the Python registry before PEP 440. Its order against PEP 440 was an
    /// installer's convention (all of it older), which would call a vulnerable version safe.
    Legacy = 3,
    Debian = 4,
    Bitnami = 5,
    Built = 6,
    Maven = 7,
    Gem = 8,
    Composer = 9,
    NuGet = 10,
    R = 11,
    Haskell = 12,
    Rpm = 13,
    Apk = 14,
    Conan = 15,
}

/// A version, encoded so that the order of the bytes is the order of versions.
///
/// Two keys are equal exactly if the ecosystem calls the versions equal
/// (`1.0` and `1.0.0` in Python, `1.0.0+a` and `1.0.0+b` in SemVer).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key(Bytes);

impl Key {
    /// Encodes a version by the rules of its ecosystem.
    ///
    /// SemVer takes a leading `v` and fills up missing numbers with zero, as
    /// OSV's own service does; numbers may have any size. The `0` by which a
    /// record says *from the beginning* is not known here: as a version, it is
    /// above its own pre-releases.
    ///
    /// # Errors
    ///
    /// If it is no version by those rules, or the ecosystem has no order here.
    pub fn parse(ecosystem: &Ecosystem, written: &str) -> Result<Self, Unordered> {
        Scheme::of(ecosystem)
            .ok_or_else(|| Unordered::NoOrder(ecosystem.base().chars().take(80).collect()))?
            .parse(written)
    }

    /// The order of two keys.
    ///
    /// # Errors
    ///
    /// If they were made by different rules.
    pub fn compare(&self, other: &Self) -> Result<Ordering, Unordered> {
        compare_bytes(&self.0, &other.0).ok_or(Unordered::TwoSchemes)
    }

    /// The bytes, for an index that keeps them; [`compare_bytes`] orders them.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The order of two keys' bytes; none if they were made by different rules.
pub fn compare_bytes(a: &[u8], b: &[u8]) -> Option<Ordering> {
    (a.first() == b.first()).then(|| a.cmp(b))
}

/// The order of two versions of one ecosystem. Whoever compares one version
/// with many makes its [`Key`] once instead.
///
/// # Errors
///
/// If either is no version, or the two have no order: the answer is *cannot tell*.
pub fn compare(ecosystem: &Ecosystem, a: &str, b: &str) -> Result<Ordering, Unordered> {
    Key::parse(ecosystem, a)?.compare(&Key::parse(ecosystem, b)?)
}

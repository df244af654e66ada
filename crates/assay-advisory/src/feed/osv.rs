//! OSV records, schema 1.x: what decides a match, and nothing of the prose.
//!
//! Every range, listed version, alias, severity and the date of withdrawal is
//! kept; `details`, credits and the databases' own corners are stepped over.
//! <https://ossf.github.io/osv-schema/>

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::MAX_RECORD;
use super::text::{Text, nullable, texts_under};
use super::texts::Texts;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Record<'a> {
    /// Its id. With the source it is the key; alone it is not (ids are reused).
    pub id: Text<'a>,
    /// When it was last changed, RFC 3339 as written.
    #[serde(default)]
    pub modified: Option<Text<'a>>,
    /// When it was published.
    #[serde(default)]
    pub published: Option<Text<'a>>,
    /// When it was withdrawn; such a record says nothing any more.
    #[serde(default)]
    pub withdrawn: Option<Text<'a>>,
    /// Other ids of the same vulnerability.
    #[serde(default, deserialize_with = "nullable")]
    pub aliases: Vec<Text<'a>>,
    /// Ids of the vulnerabilities that this record repeats for a distribution.
    #[serde(default, deserialize_with = "nullable")]
    pub upstream: Vec<Text<'a>>,
    /// One line for people.
    #[serde(default, deserialize_with = "nullable")]
    pub summary: Text<'a>,
    /// CVSS vectors.
    #[serde(default, deserialize_with = "nullable")]
    pub severity: Vec<Severity<'a>>,
    /// What is affected.
    #[serde(default, deserialize_with = "nullable")]
    pub affected: Vec<Affected<'a>>,
    /// Pages to read.
    #[serde(default, deserialize_with = "nullable")]
    pub references: Vec<Reference<'a>>,
}

/// A severity.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Severity<'a> {
    /// `CVSS_V3`, `CVSS_V4`, or another word.
    #[serde(rename = "type")]
    pub kind: Text<'a>,
    /// The vector as written.
    pub score: Text<'a>,
}

/// A page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Reference<'a> {
    /// Its address.
    pub url: Text<'a>,
}

/// One affected package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Affected<'a> {
    /// Which; records of commits alone name none.
    #[serde(default)]
    pub package: Option<Package<'a>>,
    /// Severity for this package alone.
    #[serde(default, deserialize_with = "nullable")]
    pub severity: Vec<Severity<'a>>,
    /// Ranges of versions.
    #[serde(default, deserialize_with = "nullable")]
    pub ranges: Vec<Range<'a>>,
    /// Versions one by one.
    #[serde(default, deserialize_with = "nullable")]
    pub versions: Texts,
    /// What OSV has no field for.
    #[serde(default, rename = "database_specific")]
    pub specific: Specific<'a>,
}

/// What some databases say of an affected package beside OSV's own fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Specific<'a> {
    /// RustSec's word for a record that reports no vulnerability: `unmaintained`, `unsound`, `notice`.
    pub informational: Option<Text<'a>>,
    /// The package URL of a package in no ecosystem that OSV knows, as our own advisories name it.
    pub purl: Option<Text<'a>>,
}

/// A package, by OSV's names.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Package<'a> {
    /// Of which ecosystem, with a suffix after a colon where it has releases.
    pub ecosystem: Text<'a>,
    /// Its name.
    pub name: Text<'a>,
}

/// A range of versions.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub struct Range<'a> {
    /// How its versions are ordered.
    #[serde(rename = "type")]
    pub kind: RangeKind,
    /// What happened at which version, in no particular order.
    #[serde(default, deserialize_with = "nullable")]
    pub events: Events<'a>,
}

/// How the versions of a range are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum RangeKind {
    /// SemVer 2.0.
    #[serde(rename = "SEMVER")]
    SemVer,
    /// As the ecosystem orders them.
    #[serde(rename = "ECOSYSTEM")]
    Ecosystem,
    /// Commits: no version can be compared.
    #[serde(rename = "GIT")]
    Git,
    /// A kind that this reader does not know: nothing can be compared.
    #[serde(other, rename = "other")]
    Other,
}

/// The events of a range.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Events<'a>(pub Vec<Event<'a>>);

/// What happened at a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event<'a> {
    /// The flaw came in; `0` is before every version.
    Introduced(Text<'a>),
    /// It went.
    Fixed(Text<'a>),
    /// The last version that has it.
    LastAffected(Text<'a>),
    /// The range says nothing at and above this version; `*` is no limit.
    Limit(Text<'a>),
    /// An event that this reader does not know, by its key: the range cannot be evaluated.
    Other(Text<'a>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Specific<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [informational, purl] = texts_under(deserializer, ["informational", "purl"])?;
        Ok(Self { informational, purl })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Events<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let objects = Vec::<Object<'de>>::deserialize(deserializer)?;
        Ok(Self(objects.into_iter().flat_map(|object| object.0).collect()))
    }
}

/// One object of the list. The schema has one key in each; old records have two, which mean two events.
struct Object<'a>(Vec<Event<'a>>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an event")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut events = Vec::with_capacity(1);
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    events.push(match &*key {
                        "introduced" => Event::Introduced(map.next_value()?),
                        "fixed" => Event::Fixed(map.next_value()?),
                        "last_affected" => Event::LastAffected(map.next_value()?),
                        "limit" => Event::Limit(map.next_value()?),
                        _ => {
                            map.next_value::<IgnoredAny>()?;
                            Event::Other(key)
                        }
                    });
                }
                if events.is_empty() {
                    return Err(A::Error::custom("an event says nothing"));
                }
                Ok(Object(events))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// Reads one record.
///
/// # Errors
///
/// It is longer than [`MAX_RECORD`], not UTF-8 JSON of this shape, or has no id.
pub fn read(bytes: &[u8]) -> Result<Record<'_>, String> {
    if bytes.len() > MAX_RECORD {
        return Err(format!("it has {} bytes, and a record has at most {MAX_RECORD}", bytes.len()));
    }
    // Parsing from text checks the encoding once, and lets every field borrow.
    let text = std::str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8: {error}"))?;
    let record: Record<'_> =
        serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).map_err(|error| error.to_string())?;
    if record.id.is_empty() || record.id.len() > 256 {
        return Err(format!("its id has {} bytes, and an id has 1 to 256", record.id.len()));
    }
    Ok(record)
}

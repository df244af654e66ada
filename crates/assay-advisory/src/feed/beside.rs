//! What lies beside a publisher's CSAF advisories and is none of them, known by
//! what it says and not by its name.
//! <https://docs.oasis-open.org/csaf/csaf/v2.0/csaf-v2.0.html>, section 7.1

use serde::Deserialize;

use super::MAX_RECORD;

/// What lies beside the advisories of a publisher and is none (clauses 7.1.7 to 7.1.23): its feed, what it says of itself,
/// its categories, a list of publishers. None if it is something else, an advisory among it.
pub fn of(bytes: &[u8]) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct Keys {
        #[serde(default)]
        document: Option<serde::de::IgnoredAny>,
        #[serde(default)]
        feed: Option<serde::de::IgnoredAny>,
        #[serde(default)]
        service: Option<serde::de::IgnoredAny>,
        #[serde(default)]
        categories: Option<serde::de::IgnoredAny>,
        #[serde(default)]
        metadata_version: Option<String>,
        #[serde(default)]
        aggregator_version: Option<String>,
        #[serde(default)]
        canonical_url: Option<String>,
    }
    if bytes.len() > MAX_RECORD {
        return None;
    }
    let keys: Keys = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).ok()?;
    if keys.document.is_some() {
        None
    } else if keys.feed.is_some() {
        Some("a ROLIE feed")
    } else if keys.service.is_some() {
        Some("a ROLIE service document")
    } else if keys.aggregator_version.is_some() && keys.canonical_url.is_some() {
        Some("a list of publishers")
    } else if keys.metadata_version.is_some() && keys.canonical_url.is_some() {
        Some("what a publisher says of itself")
    } else if keys.categories.is_some() {
        Some("a ROLIE category document")
    } else {
        None
    }
}

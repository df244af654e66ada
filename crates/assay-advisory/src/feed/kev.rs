//! CISA's catalogue of known exploited vulnerabilities, as JSON.
//!
//! An entry names a vendor and a product, and never a version.

use assay_base::Answer;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::skips::{Skips, cut};
use super::{is_cve_id, is_day};

/// The catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// Its version: a day with dots.
    pub version: String,
    /// When it was released, RFC 3339 as written.
    pub released: String,
    /// Its entries, in its order.
    pub entries: Vec<Entry>,
    /// Entries that could not be read, and a wrong count.
    pub skips: Skips,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its CVE id.
    pub cve: String,
    /// The vendor or project.
    pub vendor: String,
    /// The product.
    pub product: String,
    /// The vulnerability's name: one line for people.
    pub name: String,
    /// The day it was added.
    pub added: String,
    /// What CISA asks to do.
    pub action: String,
    /// Whether ransomware is known to use it. The catalogue says `Known` or `Unknown`, and never no.
    pub ransomware: Answer,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    #[serde(rename = "cveID")]
    cve_id: String,
    vendor_project: String,
    product: String,
    #[serde(default)]
    vulnerability_name: String,
    date_added: String,
    #[serde(default)]
    required_action: String,
    #[serde(default)]
    known_ransomware_campaign_use: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    catalog_version: String,
    #[serde(default)]
    date_released: String,
    #[serde(default)]
    count: Option<u64>,
    vulnerabilities: Entries,
}

struct Entries(Vec<Entry>, Skips);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Entries;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list of entries")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Entries, A::Error> {
                let (mut entries, mut skips) = (Vec::new(), Skips::default());
                let mut number = 0_usize;
                // One by one through a free value, so that a bad entry spoils only itself.
                while let Some(value) = seq.next_element::<Value>()? {
                    number += 1;
                    match entry(&value) {
                        Ok(entry) => entries.push(entry),
                        Err(why) => {
                            let id = value.get("cveID").and_then(Value::as_str).unwrap_or("no id");
                            skips.push(format!("entry {number} ({})", cut(id)), why);
                        }
                    }
                }
                Ok(Entries(entries, skips))
            }
        }
        deserializer.deserialize_seq(Each)
    }
}

fn entry(value: &Value) -> Result<Entry, String> {
    let raw = Raw::deserialize(value).map_err(|error| error.to_string())?;
    if !is_cve_id(&raw.cve_id) {
        return Err(format!("`{}` is no CVE id", cut(&raw.cve_id)));
    }
    if !is_day(&raw.date_added) {
        return Err(format!("`{}` is no day", cut(&raw.date_added)));
    }
    if raw.vendor_project.trim().is_empty() || raw.product.trim().is_empty() {
        return Err("it names no vendor or no product".to_owned());
    }
    Ok(Entry {
        ransomware: match raw.known_ransomware_campaign_use.trim().to_ascii_lowercase().as_str() {
            "known" => Answer::Yes,
            "unknown" | "" => Answer::Unknown,
            other => return Err(format!("ransomware use is `{}`, not Known or Unknown", cut(other))),
        },
        cve: raw.cve_id,
        vendor: raw.vendor_project.trim().to_owned(),
        product: raw.product.trim().to_owned(),
        name: raw.vulnerability_name,
        added: raw.date_added,
        action: raw.required_action,
    })
}

/// Reads the catalogue.
///
/// # Errors
///
/// It is not JSON with a list `vulnerabilities`. A bad entry is no error: it is in [`Catalogue::skips`].
pub fn read(bytes: &[u8]) -> Result<Catalogue, String> {
    let File { catalog_version, date_released, count, vulnerabilities: Entries(entries, mut skips) } =
        serde_json::from_slice(bytes).map_err(|error| format!("it is no KEV catalogue: {error}"))?;
    let there = entries.len() + skips.total;
    if let Some(count) = count.filter(|count| usize::try_from(*count) != Ok(there)) {
        skips.push("the catalogue", format!("it says that it has {count} entries, and holds {there}"));
    }
    Ok(Catalogue { version: catalog_version, released: date_released, entries, skips })
}

//! CVE 5.x records: affected products with their versions, CISA's SSVC
//! decision, and CVSS vectors.
//!
//! A record has several containers: the numbering authority's own and those of
//! others who add to it (CISA's ADP). They may disagree, so they stay apart.
//! <https://github.com/CVEProject/cve-schema>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::text::nullable;
use super::{Decision, MAX_RECORD, is_cve_id};

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Its CVE id.
    pub id: String,
    /// Whether it was rejected; such a record says nothing any more.
    pub rejected: bool,
    /// When it was published, as written.
    pub published: Option<String>,
    /// When it was last changed, as written.
    pub updated: Option<String>,
    /// One line for people; empty if there is none.
    pub title: String,
    /// Who says what is affected, the numbering authority first.
    pub containers: Vec<Container>,
    /// CISA's SSVC decision.
    pub decision: Option<Decision>,
    /// CVSS vectors with their base scores, the authority's first.
    pub cvss: Vec<Cvss>,
    /// Pages to read, as the authority lists them.
    pub references: Vec<String>,
}

/// What one author says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// The author's short name: `microsoft`, `CISA-ADP`.
    pub author: String,
    /// Whether the author is the record's numbering authority, which is the vendor where the vendor is one.
    pub authority: bool,
    /// What is affected.
    pub affected: Vec<Affected>,
}

/// A product and its versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Affected {
    /// The vendor; `n/a` is none.
    #[serde(default, deserialize_with = "nullable")]
    pub vendor: String,
    /// The product; `n/a` is none.
    #[serde(default, deserialize_with = "nullable")]
    pub product: String,
    /// What holds for versions that are not listed.
    #[serde(default)]
    pub default_status: Status,
    /// Versions and ranges.
    #[serde(default, deserialize_with = "nullable")]
    pub versions: Vec<Version>,
}

/// Affected or not, as a record says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is.
    Affected,
    /// It is not.
    Unaffected,
    /// The record does not say, which is the schema's default.
    #[default]
    Unknown,
}

/// A version, or a range that begins at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// The version, or where the range begins.
    pub version: String,
    /// What holds for it.
    pub status: Status,
    /// How versions are ordered: `semver`, `custom`, `git`, ...
    #[serde(default, deserialize_with = "nullable")]
    pub version_type: String,
    /// The first version behind the range; `*` is no end.
    #[serde(default)]
    pub less_than: Option<String>,
    /// The last version of the range.
    #[serde(default)]
    pub less_than_or_equal: Option<String>,
    /// Where the status changes within the range.
    #[serde(default, deserialize_with = "nullable")]
    pub changes: Vec<Change>,
}

/// From this version of a range on, another status holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The version.
    pub at: String,
    /// What holds from there.
    pub status: Status,
}

/// A CVSS vector.
#[derive(Debug, Clone, PartialEq)]
pub struct Cvss {
    /// As written.
    pub vector: String,
    /// Its base score, if the record has one.
    pub score: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    data_type: String,
    cve_metadata: Metadata,
    #[serde(default)]
    containers: Containers,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    cve_id: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    date_published: Option<String>,
    #[serde(default)]
    date_updated: Option<String>,
}

#[derive(Deserialize, Default)]
struct Containers {
    #[serde(default)]
    cna: Option<RawContainer>,
    #[serde(default, deserialize_with = "nullable")]
    adp: Vec<RawContainer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawContainer {
    #[serde(default)]
    provider_metadata: Provider,
    #[serde(default, deserialize_with = "nullable")]
    title: String,
    #[serde(default, deserialize_with = "nullable")]
    affected: Vec<Affected>,
    #[serde(default, deserialize_with = "nullable")]
    metrics: Vec<Value>,
    #[serde(default, deserialize_with = "nullable")]
    references: Vec<Reference>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Provider {
    #[serde(default, deserialize_with = "nullable")]
    short_name: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    url: String,
}

/// Reads one record.
///
/// # Errors
///
/// It is longer than [`MAX_RECORD`], no JSON of this shape, of another data type, without a CVE id, or has an SSVC
/// decision in words that are not SSVC's.
pub fn read(bytes: &[u8]) -> Result<Record, String> {
    if bytes.len() > MAX_RECORD {
        return Err(format!("it has {} bytes, and a record has at most {MAX_RECORD}", bytes.len()));
    }
    let file: File = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if file.data_type != "CVE_RECORD" {
        return Err("its dataType is not `CVE_RECORD`".to_owned());
    }
    let meta = file.cve_metadata;
    if !is_cve_id(&meta.cve_id) {
        return Err(format!("`{}` is no CVE id", super::skips::cut(&meta.cve_id)));
    }
    let mut record = Record {
        id: meta.cve_id,
        rejected: meta.state == "REJECTED",
        published: meta.date_published,
        updated: meta.date_updated,
        title: String::new(),
        containers: Vec::new(),
        decision: None,
        cvss: Vec::new(),
        references: Vec::new(),
    };
    for (is_authority, raw) in file
        .containers
        .cna
        .into_iter()
        .map(|raw| (true, raw))
        .chain(file.containers.adp.into_iter().map(|raw| (false, raw)))
    {
        if is_authority {
            record.title = raw.title;
            record.references = raw.references.into_iter().map(|reference| reference.url).collect();
        }
        for metric in &raw.metrics {
            // Anyone may write a container; the SSVC decision that directives mean is CISA's.
            if raw.provider_metadata.short_name == "CISA-ADP"
                && let Some(decision) = decision(metric)?
                && record.decision.as_ref().is_none_or(|old| old.decided <= decision.decided)
            {
                record.decision = Some(decision);
            }
            record.cvss.extend(cvss(metric));
        }
        if !raw.affected.is_empty() {
            let author = raw.provider_metadata.short_name;
            record.containers.push(Container { author, authority: is_authority, affected: raw.affected });
        }
    }
    Ok(record)
}

fn decision(metric: &Value) -> Result<Option<Decision>, String> {
    let Some(other) = metric.get("other").filter(|other| other["type"] == "ssvc") else { return Ok(None) };
    let content = &other["content"];
    let option = |name: &str| {
        let options = content["options"].as_array().map_or(&[][..], Vec::as_slice);
        options.iter().find_map(|option| option.get(name)).and_then(Value::as_str).unwrap_or_default()
    };
    let decided = content["timestamp"].as_str().unwrap_or_default();
    Decision::of(option("Automatable"), option("Technical Impact"), decided).map(Some)
}

/// Newest version of CVSS first.
fn cvss(metric: &Value) -> Option<Cvss> {
    ["cvssV4_0", "cvssV3_1", "cvssV3_0"].iter().find_map(|key| {
        let metric = metric.get(key)?;
        Some(Cvss { vector: metric["vectorString"].as_str()?.to_owned(), score: metric["baseScore"].as_f64() })
    })
}

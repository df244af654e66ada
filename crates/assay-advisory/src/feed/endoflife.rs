//! End-of-life dates of products, as endoflife.date keeps them: one product
//! with its release cycles, each with the day on which support ends.
//!
//! Read as JSON: one product, a list of them, or one a line. A date may be a
//! day, *true* (it has ended, nobody says when), *false* (it has not), or
//! missing (nobody says).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::skips::cut;
use super::text::nullable;
use super::{MAX_RECORD, is_day};

/// Most release cycles of one product. The largest real one has 160.
const CYCLES: usize = 10_000;

/// One product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id: `windows-server`.
    pub id: String,
    /// What people call it: `Microsoft Windows Server`.
    pub title: String,
    /// Vendor and product of its CPE names.
    pub cpe: Vec<(String, String)>,
    /// Its release cycles, as listed.
    pub cycles: Vec<Cycle>,
}

/// One release cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    /// Its name: `7.2`, `2012-r2`, `10-22h2`.
    pub name: String,
    /// What people call it, where that is another name: `2012 R2`.
    pub label: String,
    /// When the last fixes for everybody come.
    pub ends: Ends,
    /// When the last fixes come for those who pay for more; none if that is not sold.
    pub extended: Ends,
    /// Newest version of it, as written; empty if not said.
    pub latest: String,
    /// The day on which that came out.
    pub released: Option<String>,
}

/// The end of something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ends {
    /// On this day, `2023-10-10`.
    On(String),
    /// It has ended; nobody says when.
    Ended,
    /// It has not ended; nobody says when it will.
    Open,
    /// Nobody says.
    Unsaid,
}

#[derive(Deserialize)]
struct Raw {
    id: String,
    #[serde(default)]
    title: String,
    #[serde(default, deserialize_with = "nullable")]
    identifiers: Vec<Value>,
    releases: Vec<RawCycle>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawCycle {
    release_cycle: String,
    #[serde(default, deserialize_with = "nullable")]
    release_label: String,
    #[serde(default)]
    eol: Value,
    #[serde(default)]
    eoes: Value,
    #[serde(default, deserialize_with = "nullable")]
    latest: String,
    #[serde(default, deserialize_with = "nullable")]
    latest_release_date: String,
    #[serde(default, deserialize_with = "nullable")]
    codename: String,
}

/// Reads one product.
///
/// # Errors
///
/// It is longer than [`MAX_RECORD`], no JSON of this shape, without an id, or has more release cycles than any real one.
pub fn read(bytes: &[u8]) -> Result<Product, String> {
    if bytes.len() > MAX_RECORD {
        return Err(format!("it has {} bytes, and a product has at most {MAX_RECORD}", bytes.len()));
    }
    let raw: Raw = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    if raw.id.trim().is_empty() {
        return Err("it has no id".to_owned());
    }
    if raw.releases.len() > CYCLES {
        return Err(format!("it has {} release cycles, and at most {CYCLES} are read", raw.releases.len()));
    }
    let mut cpe: Vec<(String, String)> = raw.identifiers.iter().filter_map(cpe).collect();
    cpe.sort();
    cpe.dedup();
    Ok(Product {
        id: cut(raw.id.trim()).to_owned(),
        title: cut(&raw.title).to_owned(),
        cpe,
        cycles: raw.releases.iter().map(cycle).collect(),
    })
}

fn cycle(raw: &RawCycle) -> Cycle {
    // The site writes a place holder where it shows a code name.
    let label = raw.release_label.replace("'__CODENAME__'", &raw.codename).replace("__CODENAME__", &raw.codename);
    Cycle {
        name: cut(&raw.release_cycle).to_owned(),
        label: cut(label.trim()).to_owned(),
        ends: ends(&raw.eol),
        extended: ends(&raw.eoes),
        latest: cut(&raw.latest).to_owned(),
        released: Some(raw.latest_release_date.clone()).filter(|day| is_day(day)),
    }
}

fn ends(value: &Value) -> Ends {
    match value {
        Value::Bool(true) => Ends::Ended,
        Value::Bool(false) => Ends::Open,
        Value::String(day) if is_day(day) => Ends::On(day.clone()),
        _ => Ends::Unsaid,
    }
}

/// Vendor and product of a CPE name, in either of its two forms.
fn cpe(identifier: &Value) -> Option<(String, String)> {
    let name = identifier.get("cpe")?.as_str()?;
    let mut parts = name.strip_prefix("cpe:2.3:").or_else(|| name.strip_prefix("cpe:/"))?.split(':').skip(1);
    let plain = |part: Option<&str>| Some(part?.replace('\\', "").replace('_', " ")).filter(|text| !text.is_empty());
    Some((plain(parts.next())?, plain(parts.next())?))
}

//! Programme records, `assay.programmes/1`: imported data, each with its page,
//! the day on which it was read, and who entered it.

use assay_base::Instant;
use assay_clock::Zone;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::applicant::ApplicantKind;
use super::condition::{Condition, RawCondition};
use crate::read::{BadFile, Faults, parse};

const EXAMPLE: &str = include_str!("../packs/example-programmes.toml");

/// Records of one origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgrammePack {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
    /// What it is.
    pub name: String,
    /// Whether it is made up to show the format. Then every answer says so.
    pub example: bool,
    /// The records.
    pub programmes: Vec<Programme>,
}

/// One programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Who pays.
    pub agency: String,
    /// What it pays for.
    pub pays_for: String,
    /// The page on which this was read.
    pub source: String,
    /// When.
    pub read_on: Date,
    /// Who entered it.
    pub entered_by: String,
    /// The kinds of applicants that its own text admits.
    pub kinds: Vec<ApplicantKind>,
    /// Why these kinds: the words of the record that say so.
    pub kinds_because: String,
    /// Until when one can apply.
    pub deadline: Deadline,
    /// How much is left; none if the record does not say.
    pub balance: Option<Balance>,
    /// What an applicant has to be.
    pub conditions: Vec<Condition>,
    /// Whether its pack is made up.
    pub example: bool,
}

/// Until when one can apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deadline {
    /// Until the end of this day, where the agency is.
    Until(Date, Instant),
    /// At any time.
    Rolling,
    /// It is over, without a day.
    Closed,
    /// The record does not say.
    Unknown,
}

/// How much is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Balance {
    /// In whole units of the currency.
    pub amount: u64,
    /// `USD`.
    pub currency: String,
    /// As of which day.
    #[serde(serialize_with = "crate::read::day_text")]
    pub as_of: Date,
    /// Where that was read.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    schema: String,
    id: String,
    version: u32,
    name: String,
    #[serde(default)]
    example: bool,
    zone: String,
    programmes: Vec<RawProgramme>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawProgramme {
    id: String,
    name: String,
    agency: String,
    pays_for: String,
    source: String,
    read_on: String,
    entered_by: String,
    kinds: Vec<ApplicantKind>,
    kinds_because: String,
    deadline: Option<String>,
    balance: Option<RawBalance>,
    #[serde(default)]
    conditions: Vec<RawCondition>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawBalance {
    amount: u64,
    currency: String,
    as_of: String,
    source: String,
}

impl ProgrammePack {
    /// The example as shipped: records that are made up, to show the format.
    ///
    /// # Errors
    /// Never with the pack as shipped: a test reads it.
    pub fn example() -> Result<Self, BadFile> {
        Self::read(EXAMPLE)
    }

    /// Reads a pack.
    ///
    /// # Errors
    /// [`BadFile`] if it is too large, no TOML, has keys that a pack does not have, or lacks provenance.
    pub fn read(text: &str) -> Result<Self, BadFile> {
        let raw: Raw = parse(text)?;
        let mut faults = Faults::default();
        faults.schema(&raw.schema, "assay.programmes/1");
        faults.id("the pack's id", &raw.id);
        faults.line("name", &raw.name);
        faults.many("programmes", raw.programmes.len());
        let zone = faults.zone("zone", &raw.zone);
        let mut programmes: Vec<Programme> = Vec::new();
        for one in raw.programmes.into_iter().take(crate::read::ENTRIES) {
            if programmes.iter().any(|known| known.id == one.id) {
                faults.push(format!("the programme `{}` stands there twice", crate::read::shorten(&one.id)));
            }
            programmes.extend(programme(one, zone.as_ref(), raw.example, &mut faults));
        }
        faults.done(Self { id: raw.id, version: raw.version, name: raw.name, example: raw.example, programmes })
    }
}

fn programme(raw: RawProgramme, zone: Option<&Zone>, example: bool, faults: &mut Faults) -> Option<Programme> {
    let id = raw.id.as_str();
    faults.id("the programme", id);
    for (what, text) in [
        ("name", &raw.name),
        ("agency", &raw.agency),
        ("pays-for", &raw.pays_for),
        ("entered-by", &raw.entered_by),
        ("kinds-because", &raw.kinds_because),
    ] {
        faults.line(&format!("{id}: {what}"), text);
    }
    faults.source(&format!("{id}: source"), &raw.source);
    faults.many(&format!("conditions of {id}"), raw.conditions.len());
    let read_on = faults.date(&format!("{id}: read-on"), &raw.read_on);
    let deadline = match raw.deadline.as_deref() {
        None => Some(Deadline::Unknown),
        Some("rolling") => Some(Deadline::Rolling),
        Some("closed") => Some(Deadline::Closed),
        Some(text) => {
            let day = faults.date(&format!("{id}: deadline (a day, `rolling` or `closed`)"), text);
            day.zip(zone).map(|(day, zone)| Deadline::Until(day, zone.end_of(day)))
        }
    };
    let balance = raw.balance.and_then(|raw| {
        faults.line(&format!("{id}: the balance's currency"), &raw.currency);
        faults.source(&format!("{id}: the balance's source"), &raw.source);
        let as_of = faults.date(&format!("{id}: the balance's day"), &raw.as_of)?;
        Some(Balance { amount: raw.amount, currency: raw.currency, as_of, source: raw.source })
    });
    let conditions = raw.conditions.into_iter().filter_map(|one| Condition::of(one, &raw.id, faults)).collect();
    Some(Programme {
        id: raw.id,
        name: raw.name,
        agency: raw.agency,
        pays_for: raw.pays_for,
        source: raw.source,
        read_on: read_on?,
        entered_by: raw.entered_by,
        kinds: raw.kinds,
        kinds_because: raw.kinds_because,
        deadline: deadline?,
        balance,
        conditions,
        example,
    })
}

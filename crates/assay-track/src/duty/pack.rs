//! A pack of duties, `assay.duties/1`: data with its provenance, not code.
//!
//! A term that is both counted (`days`) and written (`date`) has to be the same
//! day both times: press and law firms were off by one about this very order.

use assay_base::Instant;
use assay_clock::calendar::{self, Counting, Jurisdiction};
use assay_clock::{Kind, Zone};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::read::{BadFile, Faults, parse};

const EO_14409: &str = include_str!("../packs/eo-14409.toml");
const BOD_26_04: &str = include_str!("../packs/bod-26-04-dates.toml");
const CRA: &str = include_str!("../packs/cra-dates.toml");

/// How well a duty's place and wording are borne out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certain {
    /// Read in the text of the order itself.
    PrimaryText,
    /// Several independent readers report it alike.
    SeveralReports,
    /// Concluded from the order in which reports mention things, or from one report.
    Inferred,
}

impl Certain {
    /// As part of a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Self::PrimaryText => "read in the text itself",
            Self::SeveralReports => "reported alike by several readers; the text itself was not read",
            Self::Inferred => "inferred from reports; the text itself was not read",
        }
    }
}

/// A pack as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its id: `eo-14409`.
    pub id: String,
    /// Its version, which only grows.
    pub version: u32,
    /// What the order is called.
    pub name: String,
    /// The short name that people say.
    pub short: String,
    /// Who issued the order.
    pub issuer: String,
    /// The day from which terms are counted.
    pub issued: Date,
    /// Where its data are from.
    pub source: String,
    /// Who entered them, and when.
    pub entered: String,
    /// What a reader has to know of the whole pack; empty if nothing.
    pub note: String,
    /// Where its days end.
    pub zone: Zone,
    /// What it asks.
    pub duties: Vec<Duty>,
}

/// One duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its id, unique among all packs: `eo-14409-2-d`.
    pub id: String,
    /// Its place in the order: `2(d)`.
    pub section: String,
    /// Who has to do it.
    pub owner: String,
    /// With whom.
    pub with: Vec<String>,
    /// What is to be done, in plain words.
    pub what: String,
    /// Whom it binds, if it binds kinds of organisations and not named offices.
    pub binds: Vec<Kind>,
    /// How well that is borne out.
    pub certain: Certain,
    /// Where it was read.
    pub sources: Vec<String>,
    /// The term; none if the order names none.
    pub term: Option<Term>,
    /// What nobody outside can check; empty if nothing.
    pub unverifiable: String,
}

/// How long there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Days from the issue; none where the order writes a date.
    pub days: Option<u16>,
    /// Whether working days are meant.
    pub business: bool,
    /// The last day.
    pub day: Date,
    /// The exact instant at which it ends: the end of that day in the pack's zone.
    pub due: Instant,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Raw {
    schema: String,
    id: String,
    version: u32,
    name: String,
    short: String,
    issuer: String,
    issued: String,
    source: String,
    entered_by: String,
    entered: String,
    #[serde(default)]
    note: String,
    zone: String,
    duties: Vec<RawDuty>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct RawDuty {
    id: String,
    section: String,
    owner: String,
    #[serde(default)]
    with: Vec<String>,
    what: String,
    #[serde(default)]
    binds: Vec<Kind>,
    certain: Certain,
    sources: Vec<String>,
    days: Option<u16>,
    #[serde(default)]
    counting: RawCounting,
    date: Option<String>,
    #[serde(default)]
    unverifiable: String,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum RawCounting {
    #[default]
    Calendar,
    UsFederalBusiness,
}

impl Pack {
    /// Executive Order 14409's own duties, as shipped.
    ///
    /// # Errors
    /// Never with the pack as shipped: a test reads it.
    pub fn eo_14409() -> Result<Self, BadFile> {
        Self::read(EO_14409)
    }

    /// All packs as shipped: the order, and the dates of BOD 26-04 and of the EU's Cyber Resilience Act.
    ///
    /// # Errors
    /// Never with the packs as shipped: a test reads them.
    pub fn shipped() -> Result<Vec<Self>, BadFile> {
        [EO_14409, BOD_26_04, CRA].into_iter().map(Self::read).collect()
    }

    /// Reads a pack.
    ///
    /// # Errors
    /// [`BadFile`] if it is too large, no TOML, has keys that a pack does not have, or contradicts itself.
    pub fn read(text: &str) -> Result<Self, BadFile> {
        let raw: Raw = parse(text)?;
        let mut faults = Faults::default();
        faults.schema(&raw.schema, "assay.duties/1");
        faults.id("the pack's id", &raw.id);
        for (what, text) in
            [("name", &raw.name), ("short", &raw.short), ("issuer", &raw.issuer), ("entered-by", &raw.entered_by)]
        {
            faults.line(what, text);
        }
        faults.source("source", &raw.source);
        faults.optional("note", &raw.note);
        faults.many("duties", raw.duties.len());
        let entered = faults.date("entered", &raw.entered);
        let issued = faults.date("issued", &raw.issued);
        let zone = faults.zone("zone", &raw.zone);
        let (Some(issued), Some(zone), Some(entered)) = (issued, zone, entered) else {
            return faults.done(()).and(Err(BadFile::Wrong(Vec::new())));
        };
        let mut duties: Vec<Duty> = Vec::new();
        for one in raw.duties.into_iter().take(crate::read::ENTRIES) {
            if duties.iter().any(|known| known.id == one.id) {
                faults.push(format!("the duty `{}` stands there twice", crate::read::shorten(&one.id)));
            }
            duties.push(duty(one, issued, &zone, &mut faults));
        }
        faults.done(Self {
            entered: format!("{} on {entered}", raw.entered_by),
            id: raw.id,
            version: raw.version,
            name: raw.name,
            short: raw.short,
            issuer: raw.issuer,
            issued,
            source: raw.source,
            note: raw.note,
            zone,
            duties,
        })
    }
}

fn duty(raw: RawDuty, issued: Date, zone: &Zone, faults: &mut Faults) -> Duty {
    let id = raw.id.as_str();
    faults.id("the duty", id);
    for (what, text) in [("section", &raw.section), ("owner", &raw.owner), ("what", &raw.what)] {
        faults.line(&format!("{id}: {what}"), text);
    }
    faults.optional(&format!("{id}: unverifiable"), &raw.unverifiable);
    for (what, list) in [("with", &raw.with), ("sources", &raw.sources)] {
        faults.many(&format!("{what} of {id}"), list.len());
        for text in list {
            faults.source(&format!("{id}: {what}"), text);
        }
    }
    if raw.sources.is_empty() {
        faults.push(format!("{id}: it names no source"));
    }
    if raw.binds.contains(&Kind::Unknown) {
        faults.push(format!("{id}: `unknown` is no kind that can be bound"));
    }
    let business = raw.counting == RawCounting::UsFederalBusiness;
    let federal = Jurisdiction::us_federal();
    let counting = if business { Counting::Business(&federal) } else { Counting::Calendar };
    let counted = raw.days.map(|days| calendar::add(issued, days, counting));
    let written = raw.date.as_deref().and_then(|text| faults.date(&format!("{id}: date"), text));
    if let (Some(counted), Some(written), Some(days)) = (counted, written, raw.days)
        && counted != written
    {
        faults.push(format!("{id}: {days} days after {issued} are {counted} and not {written}"));
    }
    if business && raw.days.is_none() {
        faults.push(format!("{id}: it counts working days and has no `days`"));
    }
    let term = counted.or(written).map(|day| Term { days: raw.days, business, day, due: zone.end_of(day) });
    Duty {
        id: raw.id,
        section: raw.section,
        owner: raw.owner,
        with: raw.with,
        what: raw.what,
        binds: raw.binds,
        certain: raw.certain,
        sources: raw.sources,
        term,
        unverifiable: raw.unverifiable,
    }
}

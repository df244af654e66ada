//! What an organisation says of itself, as far as directives ask: which kind
//! it is, which directives it has adopted, where its clocks stand.
//!
//! Written as `assay.organisation/1`, and never guessed: a kind that nobody
//! stated is unknown.

use std::fmt;
use std::str::FromStr;

use assay_base::Answer;
use serde::{Deserialize, Serialize};

use crate::pack::{BadPack, LARGEST, shorten};
use crate::zone::Zone;

/// Which kind of organisation, as directives tell them apart (R106).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A federal civilian executive agency.
    FederalCivilianAgency,
    /// An operator of a national security system.
    NationalSecuritySystem,
    /// A state, local, tribal or territorial authority.
    StateOrLocal,
    /// A private or public operator of critical infrastructure: a hospital, a bank, a utility.
    CriticalInfrastructure,
    /// Any other private organisation.
    Private,
    /// Nobody has said.
    Unknown,
}

/// A text is no kind of organisation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no kind of organisation; write federal-civilian-agency, national-security-system, state-or-local, \
     critical-infrastructure, private or unknown"
)]
pub struct BadKind(String);

impl Kind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::FederalCivilianAgency,
        Self::NationalSecuritySystem,
        Self::StateOrLocal,
        Self::CriticalInfrastructure,
        Self::Private,
        Self::Unknown,
    ];

    /// The word that is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FederalCivilianAgency => "federal-civilian-agency",
            Self::NationalSecuritySystem => "national-security-system",
            Self::StateOrLocal => "state-or-local",
            Self::CriticalInfrastructure => "critical-infrastructure",
            Self::Private => "private",
            Self::Unknown => "unknown",
        }
    }

    /// As part of a sentence, in the plural.
    pub fn words(self) -> &'static str {
        match self {
            Self::FederalCivilianAgency => "federal civilian executive agencies",
            Self::NationalSecuritySystem => "operators of national security systems",
            Self::StateOrLocal => "state or local authorities",
            Self::CriticalInfrastructure => "operators of critical infrastructure",
            Self::Private => "private organisations",
            Self::Unknown => "organisations whose kind is not stated",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = BadKind;

    fn from_str(text: &str) -> Result<Self, BadKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| BadKind(text.chars().take(60).collect()))
    }
}

/// An organisation's facts about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Organisation {
    /// Its name; empty if not said.
    pub name: String,
    /// Which kind it is.
    pub kind: Kind,
    /// Ids of directives that it follows by its own decision.
    pub adopts: Vec<String>,
    /// Name of its time zone, if said.
    pub zone: Option<String>,
    /// Who stated this, and when; empty if not said.
    pub stated_by: String,
    /// What it says of its assets beside its inventories.
    pub assets: Vec<Asset>,
    /// Whether it makes products with digital elements and puts them on the market of the European Union.
    pub manufacturer: Answer,
    /// How many updates it can install in a month, if it says so.
    pub capacity: Option<u16>,
}

/// What an organisation says of everything in an inventory, or of a place in it.
///
/// A lock file cannot say whether strangers reach what is built from it; its
/// owner can (R29). What an inventory itself says comes first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Asset {
    /// The inventory's name, or the last part of its path.
    pub inventory: String,
    /// The place in it; none is all of it.
    #[serde(default)]
    pub place: Option<String>,
    /// Whether strangers can reach it over public networks.
    pub exposed: Answer,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    schema: String,
    kind: Kind,
    #[serde(default)]
    name: String,
    #[serde(default)]
    adopts: Vec<String>,
    #[serde(default)]
    zone: Option<String>,
    #[serde(default)]
    stated_by: String,
    #[serde(default)]
    assets: Vec<Asset>,
    #[serde(default = "unknown")]
    manufacturer: Answer,
    #[serde(default)]
    capacity: Option<u16>,
}

fn unknown() -> Answer {
    Answer::Unknown
}

/// Most assets that are read.
const ASSETS: usize = 1_000;

impl Organisation {
    /// One of which only the kind is known.
    pub fn of(kind: Kind) -> Self {
        Self {
            name: String::new(),
            kind,
            adopts: Vec::new(),
            zone: None,
            stated_by: String::new(),
            assets: Vec::new(),
            manufacturer: Answer::Unknown,
            capacity: None,
        }
    }

    /// Whether strangers reach what stands at a place of an inventory. A statement about the place counts before one
    /// about the whole, and a full name before a file's; of two equally narrow ones that differ, neither counts.
    pub fn exposed(&self, inventory: &str, place: &str) -> Answer {
        let file = inventory.rsplit(['/', '\\']).next().unwrap_or(inventory);
        let said = |name: &str, at: Option<&str>| {
            let mut answers = self
                .assets
                .iter()
                .filter(|asset| asset.inventory == name && asset.place.as_deref() == at)
                .map(|asset| asset.exposed);
            let first = answers.next()?;
            Some(if answers.all(|answer| answer == first) { first } else { Answer::Unknown })
        };
        [(inventory, Some(place)), (file, Some(place)), (inventory, None), (file, None)]
            .into_iter()
            .find_map(|(name, at)| said(name, at))
            .unwrap_or(Answer::Unknown)
    }

    /// Reads `assay.organisation/1`.
    ///
    /// # Errors
    /// If it is too large, no TOML, has unknown keys, or names no real zone.
    pub fn read(text: &str) -> Result<Self, BadPack> {
        if text.len() > LARGEST {
            return Err(BadPack::TooLarge(text.len()));
        }
        let file: File = toml::from_str(text).map_err(|error| BadPack::Unreadable(shorten(&error.to_string())))?;
        let mut wrong = Vec::new();
        if file.schema != "assay.organisation/1" {
            wrong.push(format!("the schema is `{}` and not `assay.organisation/1`", shorten(&file.schema)));
        }
        if file.adopts.len() > 100 {
            wrong.push("nobody adopts more than 100 directives".to_owned());
        }
        if file.assets.len() > ASSETS {
            wrong.push(format!("there are more than {ASSETS} assets"));
        }
        if file.capacity == Some(0) {
            wrong.push("a `capacity` of 0 updates a month is no plan: leave it out if it is not known".to_owned());
        }
        if let Some(Err(error)) = file.zone.as_deref().map(Zone::named) {
            wrong.push(error.to_string());
        }
        for (key, text) in [("name", &file.name), ("stated-by", &file.stated_by)] {
            if text.chars().count() > 200 || text.chars().any(char::is_control) {
                wrong.push(format!("`{key}` has to be one line of at most 200 characters"));
            }
        }
        if !wrong.is_empty() {
            return Err(BadPack::Wrong(wrong));
        }
        let File { kind, name, adopts, zone, stated_by, assets, manufacturer, capacity, .. } = file;
        Ok(Self { name, kind, adopts, zone, stated_by, assets, manufacturer, capacity })
    }
}

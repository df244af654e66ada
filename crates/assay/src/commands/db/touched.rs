//! `assay db touched`: one advisory, and which of many inventories it touches.

use std::path::PathBuf;

use assay_index::fleet::{Fleet, Touched};
use assay_match::exposure::Touch;
use clap::Args;
use serde::Serialize;

use super::fleet::{self, Part};
use crate::cli::{Common, Format};
use crate::commands::verify::count;
use crate::failure::Failure;
use crate::output;
use crate::report::plain;
use crate::scan_input::database;

/// Some inventory is affected.
const AFFECTED: u8 = 10;
/// None is known to be affected, and of some it cannot be told; or the index has no such record.
const CANNOT_TELL: u8 = 11;

/// Say which of many inventories an advisory touches
///
/// The other direction of `assay scan`, by the same test: each inventory that has a package and version that the record
/// affects, or of which it cannot be told. An advisory goes by its id or by any of its aliases. It is about packages;
/// vendors' products are asked for with `assay scan`. Nothing is fetched and nothing is sent.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay db touched CVE-2024-45337 --fleet sboms/
  assay db fleet sboms/ --into fleet.assay
  assay db touched CVE-2024-45337 --fleet fleet.assay
  assay db touched CVE-2024-45337 --fleet fleet.assay --trust fleet.pub
  assay db touched RUSTSEC-2023-0061 GHSA-v778-237x-gjrc --fleet one/Cargo.lock --fleet sboms/ --db index.assay

Exit codes:
   0  no inventory is affected
  10  some inventory is affected
  11  none is known to be affected, and of some it cannot be told; or the index has no such record
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct TouchedArgs {
    /// Ids or aliases of advisories
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Inventories: files, folders of them, or a file that `assay db fleet` made
    #[arg(long, required = true, value_name = "PATH")]
    fleet: Vec<PathBuf>,
    /// A public key: a fleet is believed only as a file that is signed with it; may be given several times
    #[arg(long, value_name = "FILE")]
    trust: Vec<PathBuf>,
    /// The index; without it, ASSAY_DB or the usual folder
    #[arg(long, value_name = "PATH")]
    db: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answer {
    inventories: usize,
    /// Entries of the inventories that could not be read: of those nothing is answered.
    unread: usize,
    advisories: Vec<Advisory>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Advisory {
    asked: String,
    /// Whether the index has a record of this name.
    known: bool,
    affected: usize,
    cannot_tell: usize,
    touched: Vec<Place>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Place {
    inventory: String,
    source: String,
    record: String,
    ecosystem: String,
    package: String,
    version: Option<String>,
    touch: Touch,
}

/// Asks.
pub fn run(call: &TouchedArgs, common: &Common) -> Result<u8, Failure> {
    let layers = database::needed(&database::place(call.db.as_deref())?)?;
    let parts = Part::all(&call.fleet, &call.trust)?;
    let mut answer = Answer {
        inventories: parts.iter().map(Part::len).sum(),
        unread: parts.iter().map(Part::unread).sum(),
        advisories: Vec::new(),
    };
    for id in &call.ids {
        let records = layers.records_named(id).map_err(|error| database::failure(&error))?;
        let known = records.entries() > 0;
        let mut told = Advisory { asked: id.clone(), known, affected: 0, cannot_tell: 0, touched: Vec::new() };
        for part in &parts {
            let touched = part.touched(&records)?;
            let worst = Fleet::inventories(&touched);
            let of = |touch: Touch| worst.values().filter(|known| **known == touch).count();
            told.affected += of(Touch::Affected);
            told.cannot_tell += of(Touch::CannotTell);
            told.touched.extend(touched.iter().flat_map(|one| places(part, one)));
        }
        answer.advisories.push(told);
    }
    match common.format {
        Format::Json => output::json(&answer),
        Format::Text => output::answer(&text(&answer)),
    }
    let all = &answer.advisories;
    Ok(if all.iter().any(|one| one.affected > 0) {
        AFFECTED
    } else if all.iter().any(|one| one.cannot_tell > 0 || !one.known) {
        CANNOT_TELL
    } else {
        0
    })
}

fn places<'a>(part: &'a Part, one: &'a Touched) -> impl Iterator<Item = Place> + 'a {
    one.inventories.iter().map(|place| Place {
        inventory: part.name(*place).to_owned(),
        source: one.source.clone(),
        record: one.id.clone(),
        ecosystem: one.instance.ecosystem.to_string(),
        package: one.package.clone(),
        version: one.instance.version.clone(),
        touch: one.touch,
    })
}

fn text(answer: &Answer) -> String {
    let mut text = String::new();
    let of = count(answer.inventories as u64, "inventory", "inventories");
    for one in &answer.advisories {
        let id = plain::line(&one.asked, 80);
        if !one.known {
            text.push_str(&format!("{id}: the index has no record of this name that names a package\n"));
            continue;
        }
        let open = match one.cannot_tell {
            0 => String::new(),
            some => format!(", and of {some} it cannot be told"),
        };
        text.push_str(&format!("{id}: {} of {of} affected{open}\n", one.affected));
        for place in &one.touched {
            let version = place.version.as_deref().unwrap_or("without a version");
            let (package, version) = (plain::line(&place.package, 120), plain::line(version, 80));
            let touch = if place.touch == Touch::Affected { "affected" } else { "cannot tell" };
            let (inventory, record) = (plain::line(&place.inventory, 200), plain::line(&place.record, 80));
            text.push_str(&format!("  {touch}  {inventory}: {package} {version} ({record})\n"));
        }
    }
    text.push_str(&fleet::unread(answer.unread));
    text
}

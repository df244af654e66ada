//! `assay track`: what an order asks of its owners, and what is known of it.

use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_clock::Zone;
use assay_seal::KeyId;
use assay_track::duty::{Evidence, Pack, Track};
use assay_track::{read, render};
use clap::Args;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::pack_file::{self, Origin};
use crate::report::plain;
use crate::scan_input::open;
use crate::whole_file::WholeFile;

/// Every duty is met, or there are none.
const DONE: u8 = 0;
/// A duty is missed or contested.
const AMISS: u8 = 10;
/// No duty is known to be missed, and of some it is not known.
const UNKNOWN: u8 = 11;
/// What the government did is no secret.
const MODE: u32 = 0o644;

/// Say what an order asks, of whom, by when, and what is known of each duty
///
/// Executive Order 14409's own duties come with the program, and the dates of CISA's BOD 26-04 and of the EU's Cyber
/// Resilience Act; packs of your own can be added. A duty is unknown until somebody enters evidence by name, with where
/// it can be read. A date that goes by makes nothing missed, and no silence makes anything met.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay track
  assay track --evidence seen.toml --html duties.html --ics duties.ics
  assay track --pack state-order.toml --only state-order
  assay track --pack state-order.json --pack-key governor.pub

Exit codes:
   0  every duty is met
  10  a duty is missed, or its evidence contradicts itself
  11  no duty is known to be missed, and some are unknown or pending
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct TrackArgs {
    /// Evidence (assay.duty-evidence/1): what was done or not, where that can be read, and who entered it
    #[arg(long, value_name = "FILE")]
    pub evidence: Vec<PathBuf>,
    /// A pack of duties of your own (assay.duties/1), beside those that come with the program
    #[arg(long, value_name = "FILE")]
    pub pack: Vec<PathBuf>,
    /// The public key of whoever you trust for a signed pack or signed evidence; a signed pack may take the place of one
    /// that comes with the program
    #[arg(long, value_name = "FILE")]
    pub pack_key: Vec<PathBuf>,
    /// Only the pack with this id: eo-14409, bod-26-04-dates, cra-dates, or one of your own
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// What time it is, such as 2026-11-21T15:00:00Z, so that an answer can be made again as it was
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Instant>,
    /// Where the clocks of its readers stand; else where the duties' days end
    #[arg(long, value_name = "ZONE", default_value = "America/New_York")]
    pub zone: String,
    /// Write the answer as one page that needs nothing else
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the due days as a calendar (iCalendar)
    #[arg(long, value_name = "FILE")]
    pub ics: Option<PathBuf>,
    /// Say with whom, how well it is borne out, and the id of each duty
    #[arg(long)]
    pub all: bool,
}

/// Tracks.
pub fn run(call: &TrackArgs, common: &Common) -> Result<u8, Failure> {
    let zone = Zone::named(&call.zone).map_err(|error| Failure::call("bad-zone", error.to_string()))?;
    let page = call.html.as_deref().map(WholeFile::begin).transpose()?;
    let calendar = call.ics.as_deref().map(WholeFile::begin).transpose()?;
    let packs = packs(call)?;
    let mut evidence = Vec::new();
    for path in &call.evidence {
        let (text, origin) = pack_file::text(path, &call.pack_key)?;
        let mut read = Evidence::read(&text).map_err(|bad| wrong("bad-evidence", path, &bad))?;
        if let Origin::Signed(key) = origin {
            read.iter_mut().for_each(|one| one.entered_by = signed(&one.entered_by, key));
        }
        evidence.extend(read);
    }
    let track = Track::make(&packs, &evidence, call.now.unwrap_or_else(Instant::now), zone);
    if let Some(page) = page {
        page.finish(render::html(&track).as_bytes(), MODE)?;
    }
    if let Some(calendar) = calendar {
        calendar.finish(render::ics(&track).as_bytes(), MODE)?;
    }
    match common.format {
        Format::Text => output::answer(&render::text(&track, call.all)),
        Format::Json => output::json(&track),
    }
    for path in [&call.html, &call.ics].into_iter().flatten() {
        output::say(&format!("written: {}", plain::path(path)));
    }
    Ok(match &track.counts {
        counts if counts.missed + counts.contested > 0 => AMISS,
        counts if counts.unknown + counts.pending > 0 => UNKNOWN,
        _ => DONE,
    })
}

/// The shipped packs and those of the call, without those that are not asked for.
fn packs(call: &TrackArgs) -> Result<Vec<Pack>, Failure> {
    let mut packs = Pack::shipped()
        .map_err(|bad| Failure::own("no-pack", format!("a pack of duties as shipped cannot be used: {bad}")))?;
    for path in &call.pack {
        let (text, origin) = pack_file::text(path, &call.pack_key)?;
        let mut pack = Pack::read(&text).map_err(|bad| wrong("bad-pack", path, &bad))?;
        if let Origin::Signed(key) = origin {
            pack.entered = signed(&pack.entered, key);
            // Of the same order, the newer data count, if somebody whom the caller trusts says that they are.
            packs.retain(|known| known.id != pack.id || known.version > pack.version);
        }
        let twice = packs.iter().find(|known| {
            known.id == pack.id || known.duties.iter().any(|duty| pack.duties.iter().any(|new| new.id == duty.id))
        });
        if let Some(known) = twice {
            let message = format!("`{}` has the id, or a duty, of the pack `{}`", path.display(), known.id);
            return Err(
                Failure::call("named-twice", message).help("evidence names a duty by its id: each needs its own")
            );
        }
        packs.push(pack);
    }
    for id in &call.only {
        if !packs.iter().any(|pack| pack.id == *id) {
            let known: Vec<&str> = packs.iter().map(|pack| pack.id.as_str()).collect();
            return Err(Failure::call("no-such-pack", format!("there is no pack `{id}`"))
                .help(format!("there are {}", known.join(", "))));
        }
    }
    packs.retain(|pack| call.only.is_empty() || call.only.contains(&pack.id));
    Ok(packs)
}

/// A file of one of this command's formats, as text.
pub(super) fn text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(open::whole(path, read::LARGEST)?)
        .map_err(|_| Failure::call("not-text", format!("`{}` is no UTF-8 text", path.display())))
}

/// Who entered something, with the key that stands for it.
pub(super) fn signed(who: &str, key: KeyId) -> String {
    format!("{who} (signed by {key})")
}

pub(super) fn wrong(code: &'static str, path: &Path, bad: &read::BadFile) -> Failure {
    Failure::call(code, format!("`{}`: {bad}", path.display())).help("docs/track.md shows such a file")
}

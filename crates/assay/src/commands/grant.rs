//! `assay grant`: which programmes fit an applicant, and the pack that bears it out.

use std::path::{Path, PathBuf};

use assay_base::Instant;
use assay_clock::Zone;
use assay_track::grant::{Applicant, Attached, EvidencePack, Grants, Programme, ProgrammePack, Role};
use assay_track::render;
use clap::{Args, Subcommand};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::track::{signed, text, wrong};
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::pack_file::{self, Origin};
use crate::report::plain;
use crate::scan_input::open;
use crate::whole_file::WholeFile;

/// A programme fits.
const FITS: u8 = 0;
/// None fits, and nothing is left to ask.
const NONE: u8 = 10;
/// None is known to fit, and something has to be asked.
const ASK: u8 = 11;
/// Facts about an organisation are its own.
const MODE: u32 = 0o600;
/// Largest file that a pack names.
const ATTACHED: usize = 256 << 20;

/// Hold grant programmes against an applicant's facts
///
/// Programme records are imported data: each names its page, the day on which it was read, and who entered it. A fact
/// that the applicant does not state is asked for and never assumed, and a programme without money is said to have none.
#[derive(Debug, Subcommand)]
pub enum GrantCommand {
    Match(MatchArgs),
    Evidence(EvidenceArgs),
}

/// What both commands read.
#[derive(Debug, Args)]
pub struct Given {
    /// The applicant's facts (assay.applicant/1)
    #[arg(value_name = "APPLICANT")]
    pub applicant: PathBuf,
    /// Programme records (assay.programmes/1); without any, an example whose programmes are made up
    #[arg(long, value_name = "FILE")]
    pub programmes: Vec<PathBuf>,
    /// The public key of whoever you trust for signed records
    #[arg(long, value_name = "FILE")]
    pub pack_key: Vec<PathBuf>,
    /// What time it is, such as 2026-11-21T15:00:00Z, so that an answer can be made again as it was
    #[arg(long, value_name = "INSTANT")]
    pub now: Option<Instant>,
}

/// Say which programmes fit, what is still to be asked, and what has no money
///
/// The two kinds of applicants are kept apart: those who develop detection by AI, of whom the order's own text speaks,
/// and operators who would benefit, as the press reads it. A record says which of the two its own text admits.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay grant match hospital.toml
  assay grant match hospital.toml --programmes state-programmes.toml --format json

Exit codes:
   0  a programme fits
  10  none fits, and nothing is left to ask
  11  none is known to fit, and something has to be asked
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct MatchArgs {
    /// Whom, and what.
    #[command(flatten)]
    pub given: Given,
    /// Say each condition of what does not fit as well
    #[arg(long)]
    pub all: bool,
}

/// Write what bears an application out: facts, conditions, and digests of the files
///
/// The pack names inventories, scans and plans by digest and size, with the counts of a scan or a plan, and holds none
/// of them: they say where somebody is open. Whoever has to check gets a file from the applicant and compares.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay scan products.csv --db assay.db --format json > scan.json
  assay grant evidence hospital.toml --programme example-rural-health --inventory products.csv --scan scan.json --into pack

Exit codes:
   0  the pack is written
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct EvidenceArgs {
    /// Whom, and what.
    #[command(flatten)]
    pub given: Given,
    /// The programme's id
    #[arg(long, value_name = "ID")]
    pub programme: String,
    /// An inventory; only its digest and size go into the pack
    #[arg(long, value_name = "FILE")]
    pub inventory: Vec<PathBuf>,
    /// The JSON of a scan; its digest and its counts go into the pack
    #[arg(long, value_name = "FILE")]
    pub scan: Vec<PathBuf>,
    /// The JSON of a plan; its digest and its counts go into the pack
    #[arg(long, value_name = "FILE")]
    pub plan: Vec<PathBuf>,
    /// Another document; its digest goes into the pack
    #[arg(long, value_name = "FILE")]
    pub file: Vec<PathBuf>,
    /// The folder to write, which must not exist
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
}

/// Runs either.
pub fn run(call: &GrantCommand, common: &Common) -> Result<u8, Failure> {
    match call {
        GrantCommand::Match(call) => fit(call, common),
        GrantCommand::Evidence(call) => evidence(call, common),
    }
}

fn fit(call: &MatchArgs, common: &Common) -> Result<u8, Failure> {
    let (applicant, programmes, now) = read(&call.given)?;
    let grants = matched(&applicant, &programmes, now)?;
    match common.format {
        Format::Text => output::answer(&plain::block(&render::grants(&grants, call.all)).add_end()),
        Format::Json => output::json(&grants),
    }
    Ok(match &grants.counts {
        counts if counts.fits > 0 => FITS,
        counts if counts.cannot_tell > 0 => ASK,
        _ => NONE,
    })
}

fn evidence(call: &EvidenceArgs, common: &Common) -> Result<u8, Failure> {
    let (applicant, programmes, now) = read(&call.given)?;
    let known: Vec<&str> = programmes.iter().map(|programme| programme.id.as_str()).collect();
    let programme = programmes.iter().find(|programme| programme.id == call.programme).ok_or_else(|| {
        Failure::call("no-such-programme", format!("there is no programme `{}`", call.programme))
            .help(format!("there are {}", known.join(", ")))
    })?;
    let fit = matched(&applicant, std::slice::from_ref(programme), now)?.programmes.pop();
    let fit = fit.ok_or_else(|| Failure::own("no-answer", "one programme gave no answer"))?;
    let mut files = Vec::new();
    for (role, paths) in [
        (Role::Inventory, &call.inventory),
        (Role::Scan, &call.scan),
        (Role::Plan, &call.plan),
        (Role::Other, &call.file),
    ] {
        for path in paths {
            files.push(attached(role, path)?);
        }
    }
    let pack = EvidencePack::make(&applicant, fit, files, now);
    write(&call.into, &pack)?;
    match common.format {
        Format::Text => output::answer(&plain::block(&pack.text()).add_end()),
        Format::Json => output::json(&pack),
    }
    output::say(&format!("written: {}", plain::path(&call.into)));
    Ok(FITS)
}

/// The folder with its two files, at once or not at all.
fn write(into: &Path, pack: &EvidencePack) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::own("cannot-write", format!("`{}` cannot be written: {error}", into.display()))
    };
    if into.exists() {
        return Err(Failure::call("exists", format!("`{}` is there already", into.display())).help("name a new folder"));
    }
    let parent = into.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = tempfile::Builder::new().prefix(".assay-").tempdir_in(parent).map_err(failed)?;
    let json = serde_json::to_string_pretty(pack).map_err(|error| failed(error.into()))?;
    WholeFile::begin(&folder.path().join("evidence.json"))?.finish(plain::json_safe(&json).as_bytes(), MODE)?;
    WholeFile::begin(&folder.path().join("evidence.txt"))?.finish(pack.text().as_bytes(), MODE)?;
    std::fs::rename(folder.keep(), into).map_err(failed)
}

fn read(given: &Given) -> Result<(Applicant, Vec<Programme>, Instant), Failure> {
    let applicant =
        Applicant::read(&text(&given.applicant)?).map_err(|bad| wrong("bad-applicant", &given.applicant, &bad))?;
    let mut programmes: Vec<Programme> = Vec::new();
    for path in &given.programmes {
        let (text, origin) = pack_file::text(path, &given.pack_key)?;
        let mut pack = ProgrammePack::read(&text).map_err(|bad| wrong("bad-programmes", path, &bad))?;
        if let Origin::Signed(key) = origin {
            pack.programmes.iter_mut().for_each(|one| one.entered_by = signed(&one.entered_by, key));
        }
        if let Some(twice) = pack.programmes.iter().find(|new| programmes.iter().any(|known| known.id == new.id)) {
            return Err(Failure::call("named-twice", format!("two packs have a programme `{}`", twice.id)));
        }
        programmes.extend(pack.programmes);
    }
    if given.programmes.is_empty() {
        let example = ProgrammePack::example()
            .map_err(|bad| Failure::own("no-pack", format!("the example as shipped cannot be used: {bad}")))?;
        programmes = example.programmes;
    }
    Ok((applicant, programmes, given.now.unwrap_or_else(Instant::now)))
}

fn matched(applicant: &Applicant, programmes: &[Programme], now: Instant) -> Result<Grants, Failure> {
    let zone = Zone::named("America/New_York").map_err(|error| Failure::own("no-zone", error.to_string()))?;
    Ok(Grants::make(programmes, applicant, now, &zone))
}

fn attached(role: Role, path: &Path) -> Result<Attached, Failure> {
    let bytes = open::as_it_lies(path, ATTACHED)?;
    let digest = Sha256::digest(&bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let name = path.file_name().map(|name| plain::line(&name.to_string_lossy(), 200)).unwrap_or_default();
    let counts = match role {
        Role::Scan | Role::Plan => counts(role, path, &bytes)?,
        Role::Inventory | Role::Other => Vec::new(),
    };
    Ok(Attached { role, name, bytes: bytes.len() as u64, sha256: digest, counts })
}

/// The numbers of a scan (`answer`) or a plan (`counts`, else how many cards): never a name of what is installed.
fn counts(role: Role, path: &Path, bytes: &[u8]) -> Result<Vec<(String, u64)>, Failure> {
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Failure::call("not-json", format!("`{}` is no JSON: {error}", path.display())))?;
    let wrong = || {
        let word = role.words();
        Failure::call("wrong-json", format!("`{}` is not the JSON of a {word}", path.display()))
            .help(format!("make it with `assay {word} ... --format json`"))
    };
    let key = if role == Role::Scan { "answer" } else { "cards" };
    match value.get(key).ok_or_else(wrong)? {
        Value::Object(map) => {
            Ok(map.iter().filter_map(|(name, value)| Some((plain::line(name, 40), value.as_u64()?))).take(40).collect())
        }
        Value::Array(list) => Ok(vec![(key.to_owned(), list.len() as u64)]),
        _ => Err(wrong()),
    }
}

/// A text that ends its last line.
trait AddEnd {
    fn add_end(self) -> String;
}

impl AddEnd for String {
    fn add_end(mut self) -> String {
        if !self.ends_with('\n') {
            self.push('\n');
        }
        self
    }
}

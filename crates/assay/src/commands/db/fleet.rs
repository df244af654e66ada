//! `assay db fleet`: what many inventories have, kept as one file that
//! `assay db touched` asks.

use std::path::{Path, PathBuf};
use std::time::Instant as Watch;

use assay_base::Instant;
use assay_index::Error;
use assay_index::container::{Container, Purpose, is_one};
use assay_index::fleet::file::{FleetFile, write};
use assay_index::fleet::{Fleet, Touched};
use assay_index::sign::{self, signed};
use assay_index::write::As;
use assay_match::index::Index;
use assay_seal::{TrustedKeys, VerifyingKey};
use clap::Args;
use serde::Serialize;

use super::info::public_key;
use crate::cli::{Common, Format};
use crate::commands::verify::{count, seconds};
use crate::failure::Failure;
use crate::report::next;
use crate::scan_input::{database, inventories};
use crate::whole_file::WholeFile;
use crate::{key, output};

/// Keep what many inventories have as one file
///
/// Reading thousands of inventories takes longer than asking them. This reads them once; `assay db touched --fleet FILE`
/// then answers from the file, the same as from the inventories themselves. It has packages and their versions, and the
/// names of the inventories; nothing is fetched and nothing is sent. Make it anew when the inventories change.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay db fleet sboms/ --into fleet.assay
  assay db fleet one/Cargo.lock sboms/ --into fleet.assay --key fleet.key
  assay db touched CVE-2024-45337 --fleet fleet.assay
  assay db info fleet.assay --trust fleet.pub

Exit codes:
   0  the file is written
   2  the call is wrong, or a file that it names
   1  Assay itself failed")]
pub struct FleetArgs {
    /// Inventories: files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The file of the fleet; exchanged in one step if it is there
    #[arg(long, value_name = "FILE")]
    into: PathBuf,
    /// Sign it with this key; without one it is not signed
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answer {
    file: String,
    bytes: usize,
    root: String,
    built: Instant,
    inventories: usize,
    components: usize,
    packages: usize,
    /// Entries of the inventories that could not be read.
    unread: usize,
    signers: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<bool>,
}

/// Writes it.
pub fn run(call: &FleetArgs, common: &Common) -> Result<u8, Failure> {
    let watch = Watch::now();
    let file = WholeFile::begin(&call.into)?;
    let signer = call.key.as_deref().map(|path| key::signing_key(Some(path))).transpose()?;
    let fleet = read(&call.paths)?;
    let at = As { generation: 0, built: Instant::now().as_micros() };
    let too_large = |error: &dyn ToString| Failure::own("too-large", error.to_string());
    let bytes = write(&fleet, at).map_err(|error| too_large(&error))?;
    let composed = Container::from_bytes(&call.into, bytes).map_err(|error| too_large(&error))?;
    let root = composed.root();
    let mut bytes = composed.into_bytes();
    if let Some(signer) = &signer {
        bytes = signed(bytes, root, at.generation, signer);
    }
    file.finish(&bytes, 0o644)?;
    let opened = FleetFile::of(Container::open(&call.into).map_err(|error| database::failure(&error))?);
    let written = opened.map_err(|error| database::failure(&error))?;
    let milliseconds = watch.elapsed().as_millis();
    match common.format {
        Format::Json => output::json(&Answer { milliseconds: Some(milliseconds), ..answer(&call.into, &written) }),
        Format::Text => {
            let mut text = told(&call.into, &written);
            text.push_str(&format!("Read and written in {:.1} s.\n", milliseconds as f64 / 1e3));
            if signer.is_none() {
                text.push_str("It is not signed; --key signs it.\n");
            }
            text.push_str(&format!("Next: assay db touched ADVISORY --fleet {}\n", next::quoted(&call.into)));
            output::answer(&text);
        }
    }
    Ok(0)
}

/// The inventories of these paths, together.
pub fn read(paths: &[PathBuf]) -> Result<Fleet, Failure> {
    let (read, _) = inventories::read(paths, None, None)?;
    let mut fleet = Fleet::new();
    read.iter().for_each(|inventory| fleet.take(inventory));
    Ok(fleet)
}

/// The fleet that was kept in this file; none if it is no such file.
pub fn kept(path: &Path) -> Result<Option<FleetFile>, Error> {
    if !is_one(path) {
        return Ok(None);
    }
    let container = Container::open(path)?;
    if container.head().purpose == Purpose::Fleet { FleetFile::of(container).map(Some) } else { Ok(None) }
}

/// What `assay db info` says of it. That all of it was hashed is so whenever one was opened.
pub fn info(path: &Path, fleet: &FleetFile, is_signed: bool, common: &Common) {
    match common.format {
        Format::Json => output::json(&Answer { verified: Some(is_signed), ..answer(path, fleet) }),
        Format::Text => {
            let whose = if is_signed {
                "All of it was hashed, and the key that you trust signed it.\n"
            } else {
                "All of it was hashed and is whole. Whose it is, --trust would tell.\n"
            };
            output::answer(&(told(path, fleet) + whose));
        }
    }
}

fn answer(path: &Path, fleet: &FleetFile) -> Answer {
    let (container, counts) = (fleet.container(), fleet.counts());
    Answer {
        file: path.display().to_string(),
        bytes: container.size(),
        root: container.root().to_string(),
        built: Instant::from_micros(container.head().built),
        inventories: fleet.len(),
        components: counts.components,
        packages: counts.packages,
        unread: counts.unread,
        signers: sign::claimed(container).iter().map(ToString::to_string).collect(),
        milliseconds: None,
        verified: None,
    }
}

fn told(path: &Path, fleet: &FleetFile) -> String {
    let told = answer(path, fleet);
    let signer = match &*told.signers {
        [] => "not signed".to_owned(),
        signers => format!("says it is signed by {}", signers.join(", ")),
    };
    format!(
        "{}: {}, {} of {}, {:.1} MB, of {}, {signer}\n{}",
        next::quoted(path),
        count(told.inventories as u64, "inventory", "inventories"),
        count(told.components as u64, "component", "components"),
        count(told.packages as u64, "package", "packages"),
        told.bytes as f64 / 1e6,
        seconds(told.built),
        unread(told.unread)
    )
}

/// That something is not in the answer; nothing if all was read.
pub fn unread(entries: usize) -> String {
    match entries {
        0 => String::new(),
        some => format!(
            "{} of the inventories could not be read, and nothing is said of them; `assay scan` names them.\n",
            count(some as u64, "entry", "entries")
        ),
    }
}

/// A public key that is trusted.
fn trusted(path: &Path) -> Result<VerifyingKey, Failure> {
    let wrong = |error: assay_seal::KeyError| {
        Failure::call("no-key", format!("`{}` is no public key: {error}", path.display()))
    };
    VerifyingKey::from_pem(&public_key(path)?).map_err(wrong)
}

/// A part of a fleet: inventories that were read just now, or a file of them.
pub enum Part {
    /// Read now.
    Read(Fleet),
    /// Kept in a file.
    Kept(FleetFile),
}

impl Part {
    /// The parts that paths name: each file with a fleet by itself, and all that is read together.
    ///
    /// With keys to trust, each has to be a file that one of them signed: whoever names a key wants to hear of no other
    /// inventory.
    pub fn all(paths: &[PathBuf], trust: &[PathBuf]) -> Result<Vec<Self>, Failure> {
        let keys = trust.iter().map(|path| trusted(path)).collect::<Result<Vec<_>, _>>()?;
        let (files, others): (Vec<PathBuf>, Vec<PathBuf>) = paths.iter().cloned().partition(|path| is_one(path));
        if let (Some(path), false) = (others.first(), keys.is_empty()) {
            let message = format!("`{}` is no file of a fleet, so no key that you trust signed it", path.display());
            return Err(Failure::call("not-signed", message)
                .help("keep the inventories with `assay db fleet --key`, or leave --trust out"));
        }
        let keys: TrustedKeys = keys.into_iter().collect();
        let mut parts = Vec::new();
        for path in &files {
            let opened = Container::open(path).and_then(FleetFile::of).map_err(|error| database::failure(&error))?;
            if !trust.is_empty() {
                sign::check(opened.container(), &keys).map_err(|error| {
                    Failure::call("not-signed", error.to_string())
                        .help("get the file anew from whoever made it, and their key from them as well")
                })?;
            }
            parts.push(Self::Kept(opened));
        }
        if !others.is_empty() {
            parts.push(Self::Read(read(&others)?));
        }
        let places = parts.iter().flat_map(|part| (0..part.len() as u32).map(move |place| part.name(place)));
        let mut names: Vec<&str> = places.collect();
        names.sort_unstable();
        if let Some([twice, _]) = names.array_windows().find(|[one, next]| one == next) {
            return Err(Failure::call("named-twice", format!("`{twice}` is named twice")));
        }
        Ok(parts)
    }

    /// How many inventories.
    pub fn len(&self) -> usize {
        match self {
            Self::Read(fleet) => fleet.len(),
            Self::Kept(file) => file.len(),
        }
    }

    /// The name of one.
    pub fn name(&self, place: u32) -> &str {
        match self {
            Self::Read(fleet) => fleet.name(place),
            Self::Kept(file) => file.name(place),
        }
    }

    /// How many of their entries could not be read.
    pub fn unread(&self) -> usize {
        match self {
            Self::Read(fleet) => fleet.unread(),
            Self::Kept(file) => file.counts().unread,
        }
    }

    /// What these records touch of it.
    pub fn touched(&self, records: &Index) -> Result<Vec<Touched>, Failure> {
        match self {
            Self::Read(fleet) => Ok(fleet.touched(records)),
            Self::Kept(file) => file.touched(records).map_err(|error| database::failure(&error)),
        }
    }
}

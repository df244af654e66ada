//! `assay directive`: the packs that terms and duties are from: listed, shown,
//! compared, signed, and the notice that a duty asks for.

mod notice;
mod told;

use std::path::PathBuf;

use assay_clock::shelf::{Pack, SHIPPED};
use assay_seal::Envelope;
use assay_track::duty::Evidence;
use assay_track::grant::ProgrammePack;
use clap::{Args, Subcommand};
use serde_json::json;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::pack_file::{self, TYPE};
use crate::report::plain;
use crate::whole_file::WholeFile;
use crate::{key, output};

/// Look at directives, duties and policies, compare and sign them, and make the notice that a duty asks for
#[derive(Debug, Subcommand)]
pub enum DirectiveCommand {
    /// List the packs that ship, with whom they bind and what took their place
    List,
    /// Show a pack: its rows, dates, duties or rules
    #[command(after_help = "\
Examples:
  assay directive show bod-26-04
  assay directive show ours.toml --format json

Exit codes: 0 shown, 2 there is no such pack or it cannot be read, 1 Assay itself failed.")]
    Show(ShowArgs),
    /// Say what changed from one version of a pack to another
    #[command(after_help = "\
Examples:
  assay directive diff bod-26-04 bod-26-04-v2.toml

Exit codes: 0 nothing changed, 10 something changed, 2 one of them cannot be read, 1 Assay itself failed.")]
    Diff(DiffArgs),
    /// Sign a pack, so that others can tell that it is yours
    #[command(after_help = "\
Examples:
  assay directive sign sector.toml --out sector.json
  assay plan products.csv --cve cves/ --directive sector.json --pack-key sector.pub
  assay track --pack duties.json --pack-key governor.pub

Exit codes: 0 signed, 2 it is no pack, 1 Assay itself failed.")]
    Sign(SignArgs),
    /// Write the minimum notice that a duty asks for, and when each step is due
    #[command(after_help = "\
Examples:
  assay directive notice cra-article-14 --aware 2026-11-20T17:30:00Z --product 'Gateway 3' --into notices/
  assay directive notice cra-article-14 --event severe-incident --step notification --aware 2026-11-20T17:30:00Z \\
      --into notices/

Exit codes: 0 written, 2 the call is wrong, 1 Assay itself failed.")]
    Notice(Box<notice::NoticeArgs>),
}

/// Which pack is shown.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// A pack that ships, by its id, or a file
    #[arg(value_name = "ID|FILE")]
    pub pack: String,
    /// The public key of whoever you trust for a signed one
    #[arg(long, value_name = "FILE")]
    pub pack_key: Vec<PathBuf>,
}

/// Which packs are compared.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The older one: an id or a file
    #[arg(value_name = "OLD")]
    pub old: String,
    /// The newer one: an id or a file
    #[arg(value_name = "NEW")]
    pub new: String,
    /// The public key of whoever you trust for a signed one
    #[arg(long, value_name = "FILE")]
    pub pack_key: Vec<PathBuf>,
}

/// What is signed, with which key, and where it goes.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// The pack, as TOML: a directive, duty or policy, duties or evidence of `assay track`, programmes of `assay grant`
    #[arg(value_name = "FILE")]
    pub pack: PathBuf,
    /// The private key, as PEM; else this runner's own
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// Where the signed pack goes
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// Something changed.
const CHANGED: u8 = 10;

/// Does what is asked.
pub fn run(command: &DirectiveCommand, common: &Common) -> Result<u8, Failure> {
    match command {
        DirectiveCommand::List => list(common),
        DirectiveCommand::Show(call) => {
            let (pack, origin) = pack_file::load(&call.pack, &call.pack_key)?;
            match common.format {
                Format::Text => output::answer(&told::text(&pack, &origin)),
                Format::Json => output::json(&told::json(&pack, &origin)),
            }
            Ok(0)
        }
        DirectiveCommand::Diff(call) => diff(call, common),
        DirectiveCommand::Sign(call) => sign(call, common),
        DirectiveCommand::Notice(call) => notice::run(call, common),
    }
}

fn list(common: &Common) -> Result<u8, Failure> {
    let mut packs = Vec::new();
    for (id, text) in SHIPPED {
        packs.push(Pack::read(text).map_err(|error| Failure::own("bad-pack", format!("`{id}`: {error}")))?);
    }
    match common.format {
        Format::Text => {
            let lines: Vec<String> = packs.iter().map(told::line).collect();
            output::answer(&lines.concat());
        }
        Format::Json => {
            let all: Vec<_> = packs.iter().map(|pack| told::json(pack, &pack_file::Origin::Shipped)).collect();
            output::json(&json!({ "packs": all }));
        }
    }
    Ok(0)
}

fn diff(call: &DiffArgs, common: &Common) -> Result<u8, Failure> {
    let (old, _) = pack_file::load(&call.old, &call.pack_key)?;
    let (new, _) = pack_file::load(&call.new, &call.pack_key)?;
    let changes = new.changes_since(&old).ok_or_else(|| {
        let message =
            format!("`{}` is a {}, and `{}` a {}", call.old, old.kind().as_str(), call.new, new.kind().as_str());
        Failure::call("two-kinds", message).help("compare two packs of one kind")
    })?;
    match common.format {
        Format::Text => {
            let mut text = format!(
                "{} version {} to {} version {}: {}\n",
                old.id(),
                old.version(),
                new.id(),
                new.version(),
                match changes.len() {
                    0 => "nothing changed".to_owned(),
                    1 => "1 change".to_owned(),
                    many => format!("{many} changes"),
                }
            );
            for change in &changes {
                text.push_str(&format!("  - {}\n", plain::line(change, 600)));
            }
            output::answer(&text);
        }
        Format::Json => output::json(&json!({
            "old": { "id": old.id(), "version": old.version() },
            "new": { "id": new.id(), "version": new.version() },
            "changes": changes,
        })),
    }
    Ok(if changes.is_empty() { 0 } else { CHANGED })
}

/// The id and the version of a pack of any kind: what `assay plan`, `assay track` or `assay grant` reads.
fn usable(text: &str) -> Result<(String, u32), String> {
    let schema = text.lines().map(str::trim).find(|line| line.starts_with("schema"));
    let is = |name: &str| schema.is_some_and(|line| line.contains(&format!("\"{name}\"")));
    if is("assay.duties/1") {
        let pack = assay_track::duty::Pack::read(text).map_err(|error| error.to_string())?;
        return Ok((pack.id, pack.version));
    }
    if is("assay.programmes/1") {
        let pack = ProgrammePack::read(text).map_err(|error| error.to_string())?;
        return Ok((pack.id, pack.version));
    }
    if is("assay.duty-evidence/1") {
        Evidence::read(text).map_err(|error| error.to_string())?;
        return Ok(("duty-evidence".to_owned(), 1));
    }
    let pack = Pack::read(text).map_err(|error| error.to_string())?;
    Ok((pack.id().to_owned(), pack.version()))
}

fn sign(call: &SignArgs, common: &Common) -> Result<u8, Failure> {
    let out = WholeFile::begin(&call.out)?;
    let bytes = crate::scan_input::open::whole(&call.pack, assay_clock::pack::LARGEST)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::call("bad-pack", format!("`{}` is no UTF-8 text", call.pack.display())))?;
    // Nothing is signed that could not be used.
    let (id, version) =
        usable(&text).map_err(|error| Failure::call("bad-pack", format!("`{}`: {error}", call.pack.display())))?;
    let key = key::signing_key(call.key.as_deref())?;
    out.finish(&Envelope::sign(TYPE, text.as_bytes(), &key).to_json(), 0o644)?;
    let key_id = key.verifying_key().id();
    match common.format {
        Format::Text => {
            output::answer(&format!("{} version {} signed by {key_id}: {}\n", id, version, plain::path(&call.out)))
        }
        Format::Json => output::json(&json!({
            "id": id, "version": version, "key": key_id.to_string(), "file": call.out.display().to_string(),
        })),
    }
    Ok(0)
}

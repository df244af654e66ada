//! `assay bundle import`: findings of other tools as bundles.

use std::path::PathBuf;

use assay_bundle::digest::Sha256;
use assay_bundle::files::MANIFEST;
use assay_bundle::pack::Entry;
use assay_bundle::path::BundlePath;
use assay_import::{Bundle, Format as Foreign, ImportError, Imported, Source, Wish};
use assay_prove::load::LoadedBundle;
use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{import_source, lay, new};
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake::Intake;
use crate::output;
use crate::report::check_json::CheckJson;
use crate::report::check_table::{self, Row};
use crate::report::{check_text, next, plain, words};

/// Something is missing.
const PARTIAL: u8 = 2;

/// What the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Look at it
    Auto,
    /// AIxCC submissions, API 1.4: PoV, patch, bundle
    Aixcc,
    /// OSS-CRS exchange folders, or an archive of them
    OssCrs,
    /// A crash report of CASR
    Casrep,
    /// SARIF 2.1.0: a bundle for each result
    Sarif,
    /// A testcase of OSS-Fuzz, ClusterFuzz or libFuzzer, alone or in a folder with what tells of it
    OssFuzz,
}

/// Make bundles of what other tools found; nothing is invented
///
/// What the source says becomes a readable proof.toml and files; what it does not say stays missing, as a comment
/// that teaches what to fill in. Where it came from is recorded in import.json. Several findings become a folder
/// each. With `--like`, findings against a harness that is a bundle already are complete at once.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle import auto pov.json --into report/
  assay bundle import sarif results.sarif --into reports/
  assay bundle import sarif results.sarif --only 7 --into report/
  assay bundle import oss-crs run.tar.gz --like harness/ --into reports/

Exit codes: 0 all are ready to be proved; 2 something is missing, or nothing could be imported;
1 the folder cannot be written")]
pub struct ImportArgs {
    /// What the source is
    #[arg(value_enum, value_name = "FORMAT")]
    pub kind: Kind,
    /// A file, a folder, or an archive (.tar, .tar.gz, .tar.zst, .zip, ...)
    #[arg(value_name = "PATH")]
    pub path: PathBuf,
    /// A folder that is not there yet, or empty
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
    /// Of several findings only this one, counted from 1
    #[arg(long, value_name = "NUMBER")]
    pub only: Option<usize>,
    /// The package with the flaw, in its vulnerable version
    #[arg(long, value_name = "PURL")]
    pub purl: Option<String>,
    /// A bundle whose target, build, harness and benign inputs these findings share
    #[arg(long, value_name = "BUNDLE")]
    pub like: Option<PathBuf>,
}

#[derive(Serialize)]
struct ImportJson<'a> {
    format: Foreign,
    source: SourceJson<'a>,
    tool: Option<&'a str>,
    left_out: &'a [String],
    bundles: Vec<CheckJson<'a>>,
}

#[derive(Serialize)]
struct SourceJson<'a> {
    name: &'a str,
    digest: Option<Sha256>,
    size: Option<usize>,
}

pub fn run(call: &ImportArgs, common: &Common) -> Result<u8, Failure> {
    lay::free(&call.into)?;
    let wish = wish(call)?;
    let source = import_source::read(&call.path, wish.format)?;
    let imported = assay_import::import(&source, &wish).map_err(failure)?;
    let several = imported.bundles.len() > 1;
    lay::folder(&call.into, &files(&imported.bundles, several)?)?;

    let intakes = imported.bundles.iter().map(|bundle| intake(call, bundle, several));
    let intakes: Vec<(PathBuf, Intake)> = intakes.collect::<Result<_, _>>()?;
    match common.format {
        Format::Text => output::answer(&text(&source, &imported, &intakes)),
        Format::Json => output::json(&ImportJson {
            format: imported.format,
            source: SourceJson {
                name: &source.name,
                digest: source.whole.map(|(digest, _)| digest),
                size: source.whole.map(|(_, size)| size),
            },
            tool: imported.tool.as_deref(),
            left_out: &imported.left_out,
            bundles: intakes.iter().map(|(path, one)| CheckJson::of(path, one, super::ids(&one.bundle))).collect(),
        }),
    }
    Ok(if intakes.iter().all(|(_, intake)| intake.is_ready()) { 0 } else { PARTIAL })
}

fn wish(call: &ImportArgs) -> Result<Wish, Failure> {
    let purl = call.purl.as_deref().map(new::checked).transpose()?.map(str::to_owned);
    let like = match &call.like {
        None => None,
        Some(path) => {
            let bundle = super::read(path)?;
            // Its files have to be there too, so that what is made of it can run.
            let intake = Intake::of(bundle.clone());
            if !intake.is_ready() {
                return Err(Failure::call("bad-pattern", format!("`{}` is not ready to be proved", path.display()))
                    .help(format!("run `assay bundle check {}`: it names what is missing", next::quoted(path))));
            }
            Some((bundle.manifest, bundle.files))
        }
    };
    Ok(Wish { format: format(call.kind), only: call.only, purl, like })
}

fn format(kind: Kind) -> Option<Foreign> {
    match kind {
        Kind::Auto => None,
        Kind::Aixcc => Some(Foreign::Aixcc),
        Kind::OssCrs => Some(Foreign::OssCrs),
        Kind::Casrep => Some(Foreign::Casrep),
        Kind::Sarif => Some(Foreign::Sarif),
        Kind::OssFuzz => Some(Foreign::OssFuzz),
    }
}

/// What is wrong with the source is told with its remedy; our own fault is not the caller's.
fn failure(error: ImportError) -> Failure {
    let failure = match error {
        ImportError::NotReadable(_) => Failure::own(error.code(), error.to_string()),
        _ => Failure::call(error.code(), error.to_string()),
    };
    failure.help(error.help())
}

/// All files of all bundles, each below its own folder if there are several.
fn files(bundles: &[Bundle], several: bool) -> Result<Vec<Entry>, Failure> {
    let mut out = Vec::new();
    for bundle in bundles {
        let place = |path: &str| -> Result<BundlePath, Failure> {
            let path = if several { format!("{}/{path}", bundle.name) } else { path.to_owned() };
            path.parse().map_err(|error| Failure::own("bad-path", format!("{error}")))
        };
        out.push(Entry { path: place(MANIFEST)?, content: bundle.manifest.clone().into_bytes(), executable: false });
        for file in &bundle.files {
            out.push(Entry { path: place(file.path.as_str())?, ..file.clone() });
        }
    }
    Ok(out)
}

/// What `bundle check` would say of it.
fn intake(call: &ImportArgs, bundle: &Bundle, several: bool) -> Result<(PathBuf, Intake), Failure> {
    let path = if several { call.into.join(&bundle.name) } else { call.into.clone() };
    let loaded = LoadedBundle {
        origin: path.clone(),
        manifest: bundle.manifest.clone(),
        expected: None,
        files: bundle.files.clone(),
    };
    Ok((path, Intake::of(loaded)))
}

fn text(source: &Source, imported: &Imported, intakes: &[(PathBuf, Intake)]) -> String {
    let count = words::count(intakes.len(), "bundle");
    let name = plain::line(&source.name, 200);
    let mut out = format!("{count} made of {}, {name}\n", imported.format.title());
    if let Some((digest, _)) = source.whole {
        out.push_str(&format!("  source    {digest}\n"));
    }
    if let Some(tool) = &imported.tool {
        out.push_str(&format!("  tool      {}, as the source claims\n", plain::line(tool, 300)));
    }
    for left in &imported.left_out {
        out.push_str(&format!("  left out  {}\n", plain::line(left, plain::LINE)));
    }
    out.push('\n');
    match intakes {
        [(path, intake)] => out.push_str(&check_text::render(path, intake, super::ids(&intake.bundle))),
        several => {
            let rows: Vec<Row<'_>> = several.iter().map(|(path, intake)| Row::of(path, intake)).collect();
            out.push_str(&check_table::render(&rows));
        }
    }
    out
}

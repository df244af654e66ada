//! `assay bundle new`: a small example that works, to put one's own finding in its place.

use std::path::PathBuf;

use assay_bundle::files::MANIFEST;
use assay_bundle::manifest;
use assay_bundle::pack::Entry;
use assay_bundle::path::BundlePath;
use assay_prove::recipe::PackageName;
use clap::Args;
use serde::Serialize;

use super::lay;
use super::new_templates::Scaffold;
use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::report::{next, words};

/// Start a bundle: a small example that works, to put your own finding in its place
///
/// The example is a flaw, its trigger, its fix and a harness, built the way you choose. Prove it as it is, then
/// replace it part by part: the comments of its proof.toml say what goes where. Nothing is run here.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bundle new cc report/
  assay bundle new wheel report/ --purl pkg:pypi/pygments@2.7.3
  assay prove report/                    what the example proves as it is

Exit codes: 0 made; 2 the folder is not empty, or the package URL is none; 1 the folder cannot be written")]
pub struct NewArgs {
    /// How the target is built
    #[arg(value_enum, value_name = "RECIPE")]
    pub recipe: Scaffold,
    /// A folder that is not there yet, or empty
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// The package with the flaw, in its vulnerable version
    #[arg(long, value_name = "PURL")]
    pub purl: Option<String>,
}

#[derive(Serialize)]
struct NewJson {
    folder: String,
    recipe: &'static str,
    files: Vec<String>,
}

pub fn run(call: &NewArgs, common: &Common) -> Result<u8, Failure> {
    let files = files(call)?;
    lay::folder(&call.folder, &files)?;
    let folder = next::quoted(&call.folder);
    match common.format {
        Format::Text => output::answer(&format!(
            "{folder}: {}, an example with the recipe {}\n\n\
             1. See what it proves as it is:    `assay prove {folder}`\n\
             2. Put your finding in its place:  {folder}/{MANIFEST} says what goes where\n\
             3. Ask what is missing or wrong:   `assay bundle check {folder}`\n",
            words::count(files.len(), "file"),
            call.recipe.word(),
        )),
        Format::Json => output::json(&NewJson {
            folder: call.folder.display().to_string(),
            recipe: call.recipe.word(),
            files: files.iter().map(|file| file.path.to_string()).collect(),
        }),
    }
    Ok(0)
}

/// The scaffold with its places filled.
fn files(call: &NewArgs) -> Result<Vec<Entry>, Failure> {
    let purl = match &call.purl {
        Some(purl) => checked(purl)?,
        None => call.recipe.example(),
    };
    let mut files = Vec::new();
    let text = call
        .recipe
        .manifest()
        .replace("{{recipe}}", call.recipe.word())
        .replace("{{purl}}", purl)
        .replace("{{package}}", &PackageName::of(purl).name)
        .replace("{{folder}}", &next::quoted(&call.folder));
    let reading = manifest::read(&text);
    if let Some(problem) = reading.problems.first() {
        return Err(Failure::call("bad-purl", format!("with this package URL the scaffold does not read: {problem}"))
            .help("start without `--purl`, and write it into proof.toml"));
    }
    files.push(entry(MANIFEST, text.as_bytes())?);
    for (path, content) in call.recipe.files() {
        files.push(entry(path, content)?);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The package URL, if the manifest's reader takes it.
pub(super) fn checked(purl: &str) -> Result<&str, Failure> {
    // No value that closes the string reaches the scaffold's text.
    let table = toml::Table::from_iter([("purl".to_owned(), toml::Value::from(purl))]);
    let text = format!("schema = \"{}\"\ntitle = \"-\"\n[target]\n{table}", manifest::SCHEMA);
    match manifest::read(&text).problems.into_iter().next() {
        None if !purl.contains(['"', '\\']) => Ok(purl),
        None => Err(Failure::call("bad-purl", format!("`{purl}` holds a quotation mark or a backslash"))
            .help("percent-encode them")),
        Some(problem) => {
            let failure = Failure::call("bad-purl", problem.message);
            Err(match problem.help {
                Some(help) => failure.help(help),
                None => failure,
            })
        }
    }
}

fn entry(path: &str, content: &[u8]) -> Result<Entry, Failure> {
    let path: BundlePath =
        path.parse().map_err(|error| Failure::own("bad-path", format!("the scaffold's own file: {error}")))?;
    Ok(Entry { path, content: content.to_vec(), executable: false })
}

//! `assay demo`: the whole pipeline on shipped examples, from a claim to a
//! hospital's action card, and a review window that ends by itself. Works from
//! anywhere, offline, as any user.
//!
//! Nothing here is staged: a clearinghouse is made in a folder of its own, and
//! each step is the use case that the command of the same name calls. What did
//! not come out as told is said, and makes the exit code 10.

use std::path::PathBuf;

use assay_prove::fetch::{Cache, default_root};
use clap::Args;
use serde_json::json;
use tempfile::TempDir;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::output;
use crate::report::several::SeveralJson;
use crate::runner::Runner;

mod ahead;
mod coordination;
mod hospital;
mod house;
mod release;
mod reports;
mod review;
mod story;
mod teller;

use house::House;
use teller::Teller;

/// Something did not come out as told.
const OTHERWISE: u8 = 10;

/// Show the whole pipeline on shipped examples, offline, in under a minute
///
/// Eight reports come in; a sandbox says which are real; a duplicate is found, a patch refuted, another one verified; an
/// embargo ends and a signed advisory goes out; a small hospital learns what it must do; and a frontier model is
/// reviewed in a window that ends by itself. Needs a C compiler, and neither a network nor any other file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay demo
  assay demo --into demo/       keep everything that it makes in this folder
  assay demo --format json | jq '.steps[] | [.chapter, .said]'

Exit codes: 0 each step came out as told; 10 one did not; 1 Assay itself failed")]
pub struct DemoArgs {
    /// Keep what is made in this folder, which must not be there yet; otherwise in a new one for temporary files
    #[arg(long, value_name = "FOLDER")]
    pub into: Option<PathBuf>,
}

/// Tells the story.
pub fn run(call: &DemoArgs, common: &Common) -> Result<u8, Failure> {
    let mut teller = Teller::new(common.format == Format::Text);
    let (cache, _temporary) = cache()?;
    let runner = Runner::open(cache);
    let house = House::build(call.into.as_deref())?;

    teller.opening();
    let reports = reports::tell(&house, &runner, &mut teller)?;
    let case = coordination::tell(&house, &runner, &reports, &mut teller)?;
    release::tell(&house, &case, &mut teller)?;
    hospital::tell(&house, &mut teller)?;
    review::tell(&house, &mut teller)?;
    teller.closing(&house);

    let code = if teller.unexpected.is_empty() { 0 } else { OTHERWISE };
    if common.format == Format::Json {
        let mut json = serde_json::to_value(SeveralJson::of(&reports.rows)).unwrap_or_default();
        json["steps"] = teller.steps.clone().into();
        json["unexpected"] = json!(teller.unexpected);
        json["folder"] = json!(house.folder.display().to_string());
        json["page"] = json!(house.page().display().to_string());
        output::json(&json);
    }
    Ok(code)
}

/// A cache for the work folders. Nothing is kept, so any folder will do.
fn cache() -> Result<(Cache, Option<TempDir>), Failure> {
    if let Some(cache) = default_root(|name| std::env::var_os(name)).and_then(|root| Cache::open(&root).ok()) {
        return Ok((cache, None));
    }
    let failed = |error: String| {
        Failure::own("no-cache", format!("there is no folder to work in: {error}"))
            .help("set ASSAY_CACHE or TMPDIR to a folder that this user can write")
    };
    let temporary = tempfile::tempdir().map_err(|error| failed(error.to_string()))?;
    let cache = Cache::open(temporary.path()).map_err(|error| failed(error.to_string()))?;
    Ok((cache, Some(temporary)))
}

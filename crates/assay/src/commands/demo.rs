//! `assay demo`: the shipped examples, proved and explained. Works from
//! anywhere, offline, as any user.

use std::time::Instant;

use assay_prove::fetch::{Cache, default_root};
use clap::Args;
use tempfile::TempDir;

use super::prove_several;
use crate::cli::{Common, Format};
use crate::examples;
use crate::failure::Failure;
use crate::intake::{Intake, Refusal};
use crate::output;
use crate::report::fold::paragraph;
use crate::report::several::{self, End, Row};
use crate::report::{bold, dim, paint, plain, proof_text, words};
use crate::runner::Runner;

mod story;

use story::{STORIES, Story};

/// Prove the shipped examples and explain each verdict
///
/// Ten made-up reports on two small C programs: true ones, a false one, a flaky one, fixes that hold and one that
/// does not. Each is built and run in the sandbox here and now. Needs a C compiler, and neither a network nor any
/// other file.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay demo
  assay demo --format json | jq '.bundles[] | [.path, .proof.verdict]'

Exit codes: 0 each example came out as expected; 10 one did not; 1 Assay itself failed")]
pub struct DemoArgs {}

/// Proves and explains all of them.
pub fn run(_call: &DemoArgs, common: &Common) -> Result<u8, Failure> {
    let text = common.format == Format::Text;
    let (cache, _temporary) = cache()?;
    let runner = Runner::open(cache);
    if text {
        output::answer(&paragraph(
            "",
            &format!(
                "{} Each of these reports claims a flaw in a small program. Assay builds the program with and without \
                 the fix, runs both in a sandbox, and says what came out.",
                bold("Assay runs what it is told.")
            ),
        ));
    }
    let mut bundles = Vec::new();
    for story in STORIES {
        let bundle = examples::load(story.name).ok_or_else(|| {
            Failure::own("no-example", format!("the example `{}` is not part of this program", story.name))
        })?;
        bundles.push((story, bundle.origin.clone(), bundle));
    }
    let origins: Vec<_> = bundles.iter().map(|(_, origin, _)| origin.clone()).collect();
    let total = bundles.len();
    let mut rows = Vec::new();
    for ((number, (story, _, bundle)), origin) in bundles.into_iter().enumerate().zip(&origins) {
        if text {
            output::answer(&format!("\n{}\n", bold(&format!("{}/{total}  {}", number + 1, story.name))));
            output::answer(&paragraph("  Claim    ", story.claim));
        }
        let row = prove_several::of(origin, Intake::of(bundle), None, &runner, common, Instant::now());
        if text {
            output::answer(&explained(story, &row));
        }
        rows.push(row);
    }
    if text {
        let width = several::path_width(origins.iter().map(std::path::PathBuf::as_path));
        output::answer("\n");
        output::answer(&several::head(width));
        for row in &rows {
            output::answer(&several::line(row, width));
        }
    }
    let code = prove_several::finish(&rows, common.format);
    if text && code == 0 {
        output::answer("\nNow look at one of them, or at a report of your own:\n");
        output::answer("  assay prove examples/heap-overflow    assay bundle check REPORT    assay prove --help\n");
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

/// What came out, what it means, and what a person does now.
fn explained(story: &Story, row: &Row<'_>) -> String {
    let mut out = String::new();
    match &row.end {
        End::Proved(proof) => {
            out.push_str(&paragraph("  Verdict  ", &proof_text::headline(proof)));
            let because = proof.claimants_parts.first().map_or_else(String::new, |part| format!(" ({part})"));
            let beside = format!(
                "assurance {}{because}, tier {}, {}",
                words::assurance(proof.assurance),
                words::tier(proof.tier),
                proof_text::made(proof)
            );
            out.push_str(&dim(paragraph("           ", &plain::line(&beside, 500)).trim_end()));
            out.push('\n');
            // What the sentence had to cut short ends with the remedy.
            for obstacle in proof_text::obstacles(proof) {
                if !proof.ruling.sentence.contains(&obstacle) {
                    out.push_str(&paragraph("  Why      ", &obstacle));
                }
            }
        }
        End::Refused(Refusal::Unready(intake)) if intake.is_partial() => {
            let keys: Vec<&str> = intake.missing().iter().map(|item| item.key.as_str()).collect();
            let text =
                format!("{} It lacks {}.", paint(anstyle::AnsiColor::Yellow, "A partial report."), keys.join(", "));
            out.push_str(&paragraph("  Answer   ", &text));
        }
        End::Refused(_) => out.push_str("  Refused  the bundle cannot be run\n"),
        End::Failed(failure) => {
            out.push_str(&paragraph("  Failed   ", &plain::line(&failure.message, 1000)));
            if let Some(help) = &failure.help {
                out.push_str(&paragraph("           ", &plain::line(help, 1000)));
            }
        }
    }
    match &row.matches {
        Ok(()) => {
            out.push_str(&paragraph("  Meaning  ", story.meaning));
            out.push_str(&paragraph("  Next     ", story.next));
        }
        // The story of another outcome would mislead.
        Err(why) => {
            let text = format!("{} {}.", paint(anstyle::AnsiColor::Red, "Not as expected:"), plain::line(why, 300));
            out.push_str(&paragraph("  Meaning  ", &text));
        }
    }
    out
}

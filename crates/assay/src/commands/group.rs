//! `assay group`: which findings are one.

use assay_app::grouping::{Compared, Comparison};
use assay_case::finding::Evidence;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::desk::{self, tell};
use crate::failure::Failure;
use crate::place;
use crate::report::plain;
use crate::runner::Runner;

/// Find duplicates by running each finding's input against the other one's patch
///
/// Two findings are one root cause when each patch silences the other one's input while the target lives. Only that, or
/// the same bundle, or the same claim, merges by itself; everything weaker is shown as a hint for a person. The later
/// finding becomes the duplicate and keeps its finder's time and credit; a merge can be undone.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 done; 1 Assay itself failed")]
pub struct GroupArgs {}

/// Groups.
pub fn run(_call: &GroupArgs, common: &Common) -> Result<u8, Failure> {
    let compared = desk::open()?.group(&Runner::open(place::cache()?))?;
    let mut text = String::new();
    for one in &compared {
        text.push_str(&format!("{} and {}\n  {}\n", one.later, one.earlier, plain::line(&sentence(one), 500)));
    }
    let merged = compared.iter().filter(|one| one.is_merged()).count();
    text.push_str(&match compared.len() {
        0 => "There are no two verified findings of one target to compare.\n".to_owned(),
        1 => format!("\n1 pair compared, {merged} merged\n"),
        count => format!("\n{count} pairs compared, {merged} merged\n"),
    });
    tell(common, &text, &json!({ "compared": compared.iter().map(shown).collect::<Vec<_>>(), "merged": merged }));
    Ok(0)
}

/// What came out, in a sentence.
pub fn sentence(compared: &Compared) -> String {
    match &compared.outcome {
        Comparison::Merged(Evidence::CrossExecution { .. }) => {
            "one root cause: each patch silences the other one's input. The later one is a duplicate, and keeps its \
             time and credit"
                .into()
        }
        Comparison::Merged(_) => {
            "the same bundle or claim. The later one is a duplicate, and keeps its time and credit".into()
        }
        Comparison::Apart => "two flaws: each input still fires with the other one's patch".into(),
        Comparison::Hint(why) => format!("perhaps one; a person decides: {why}"),
        Comparison::NoEvidence(why) => format!("cannot be compared: {why}"),
    }
}

fn shown(compared: &Compared) -> Value {
    let (outcome, why) = match &compared.outcome {
        Comparison::Merged(_) => ("merged", None),
        Comparison::Apart => ("apart", None),
        Comparison::Hint(why) => ("hint", Some(why)),
        Comparison::NoEvidence(why) => ("no-evidence", Some(why)),
    };
    json!({ "later": compared.later, "earlier": compared.earlier, "outcome": outcome, "why": why })
}

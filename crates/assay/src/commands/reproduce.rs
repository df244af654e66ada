//! `assay reproduce`: somebody who did not submit a finding runs it.

use assay_app::reproduction::Reproduced;
use assay_case::finding::Word;
use assay_case::ids::FindingId;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::commands::verify::count;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::output;
use crate::place;
use crate::report::{plain, proof_text, words};
use crate::runner::Runner;

/// Run submitted findings and record what came out, with the signed statement of each run
///
/// Without names, everything that was received and not run yet is run. Nobody reproduces his own finding. A verifier
/// can make a finding valid, and never invalid alone: what does not reproduce waits for a person.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay reproduce --as 'Ben Okafor'
  assay reproduce fnd_… fnd_… --as 'Ben Okafor'

Exit codes: 0 all of them were run; 10 some could not be run; 2 the call is wrong; 1 Assay itself failed")]
pub struct ReproduceArgs {
    /// Findings; without any, all that were received
    #[arg(value_name = "FINDING")]
    pub findings: Vec<FindingId>,
    #[command(flatten)]
    pub by: As,
}

/// Something could not be run.
const SOME_NOT: u8 = 10;

/// Reproduces.
pub fn run(call: &ReproduceArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let local = desk::open()?;
    let findings = match call.findings.as_slice() {
        [] => local.findings(&who, Some(Word::Received.as_str()))?.iter().map(|row| row.id).collect(),
        named => named.to_vec(),
    };
    let runner = Runner::open(place::cache()?);
    let mut text = String::new();
    let mut list = Vec::new();
    let mut code = 0;
    for id in &findings {
        match local.reproduce(Some(&who), *id, &runner) {
            Ok(done) => {
                text.push_str(&told(&done));
                list.push(shown(&done));
            }
            // One that cannot be run does not keep the others waiting.
            Err(refusal) if findings.len() > 1 => {
                code = SOME_NOT;
                text.push_str(&format!("{id}\n  not run: {}\n\n", plain::line(&refusal.message, 500)));
                list.push(json!({ "finding": id, "error": { "code": refusal.code, "message": refusal.message } }));
            }
            Err(refusal) => return Err(refusal.into()),
        }
    }
    if findings.is_empty() {
        text.push_str("Nothing waits to be run.\n");
    } else {
        text.push_str("Next: assay group, to find duplicates; or assay case open FINDING\n");
    }
    if call.findings.is_empty() && common.format == crate::cli::Format::Text && !findings.is_empty() {
        output::say(&format!("{} waiting", count(findings.len() as u64, "finding was", "findings were")));
    }
    tell(common, &text, &json!({ "findings": list }));
    Ok(code)
}

fn told(done: &Reproduced) -> String {
    format!(
        "{}\n  {}\n  {}, assurance {}; statement {}\n\n",
        done.finding.id,
        proof_text::headline(&done.proof),
        done.finding.word(),
        words::assurance(done.proof.assurance),
        done.statement.to_hex().get(..16).unwrap_or_default()
    )
}

fn shown(done: &Reproduced) -> Value {
    json!({
        "finding": done.finding.id,
        "verdict": done.proof.ruling.verdict.as_str(),
        "assurance": words::assurance(done.proof.assurance),
        "state": done.finding.word().as_str(),
        "statement": done.statement,
    })
}

//! `assay case fix`, `stage`, `draft`, `approve`: from a patch to an advisory
//! that two persons have signed.

use std::fs;
use std::path::{Path, PathBuf};

use assay_app::advisories::Text;
use assay_case::ids::CaseId;
use assay_prove::cross::Crossed;
use clap::Args;
use serde_json::json;

use super::show;
use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::key;
use crate::place;
use crate::report::plain;
use crate::runner::Runner;

/// The patch does not hold.
const REFUTED: u8 = 10;
/// Most bytes of a patch or an advisory's text.
const MAX_BYTES: u64 = 4 << 20;

/// Try a patch on every finding of a case and every duplicate; attach it only if it silences all of them
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the patch holds and is attached; 10 it does not; 2 the call is wrong; 1 Assay itself failed"
)]
pub struct FixArgs {
    /// The case
    pub case: CaseId,
    /// A patch against the vulnerable source, applied with -p1
    #[arg(long, value_name = "FILE")]
    pub patch: PathBuf,
    #[command(flatten)]
    pub by: As,
}

/// Stage the advisory of a case: approvals of an earlier one are void
#[derive(Debug, Args)]
#[command(after_help = "\
The text is TOML: title, summary, details, cvss, weaknesses, aliases, [[affected]], [[remedies]], [[references]]. What
follows from the case is added: credits in the order of receipt, the timeline, the patch with its level, the embargo.")]
pub struct StageArgs {
    /// The case
    pub case: CaseId,
    /// What a person writes of the advisory
    #[arg(long, value_name = "FILE")]
    pub text: PathBuf,
    #[command(flatten)]
    pub by: As,
}

/// Show the staged advisory as it will go out
#[derive(Debug, Args)]
pub struct DraftArgs {
    /// The case
    pub case: CaseId,
    #[command(flatten)]
    pub by: As,
}

/// Sign the staged advisory with one's own key; it takes two persons
#[derive(Debug, Args)]
pub struct ApproveArgs {
    /// The case
    pub case: CaseId,
    /// One's own Ed25519 key, in PEM, whose public half is registered
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    #[command(flatten)]
    pub by: As,
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: String| Failure::call("file", format!("`{}` cannot be read: {error}", path.display()));
    let meta = fs::metadata(path).map_err(|error| failed(error.to_string()))?;
    if !meta.is_file() || meta.len() > MAX_BYTES {
        return Err(failed(format!("it is no plain file of at most {MAX_BYTES} bytes")));
    }
    fs::read(path).map_err(|error| failed(error.to_string()))
}

/// Tries.
pub fn fix(call: &FixArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let patch = read(&call.patch)?;
    let tried = desk::open()?.try_fix(&who, call.case, &patch, &Runner::open(place::cache()?))?;
    let mut text = String::new();
    let mut list = Vec::new();
    for one in &tried.tried {
        let (word, why) = match &one.outcome {
            Crossed::Silenced => ("silenced", "its input is silent with the patch, and the target lives".to_owned()),
            Crossed::StillFires => ("still-fires", "its input still fires with the patch".to_owned()),
            Crossed::NoEvidence(why) => ("no-evidence", why.clone()),
        };
        text.push_str(&format!("{}\n  {}\n", one.finding, plain::line(&why, 500)));
        list.push(json!({ "finding": one.finding, "outcome": word, "verdict": one.proof.ruling.verdict.as_str() }));
    }
    let code = match &tried.attached {
        Some(case) => {
            for fix in case.fixes.values() {
                text.push_str(&format!("\nAttached as {}: {}\n", fix.id, fix.verified()));
            }
            text.push_str(&format!("Next: assay case stage {} --text FILE\n", call.case));
            0
        }
        None => {
            text.push_str(
                "\nThe patch does not hold, and is not attached.\nNext: send it back with the inputs that still fire\n",
            );
            REFUTED
        }
    };
    tell(common, &text, &json!({ "tried": list, "attached": tried.attached.is_some() }));
    Ok(code)
}

/// Stages.
pub fn stage(call: &StageArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let bytes = read(&call.text)?;
    let wrong = |error: String| Failure::call("advisory", format!("`{}`: {error}", call.text.display()));
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8 text".into()))?;
    let text: Text = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let staged = desk::open()?.stage_advisory(&who, call.case, &text)?;
    let told = format!(
        "Staged {} for {}\n\n  dated     {}\n  to sign   {}\n\nNext: two persons read it with `assay case draft {}` and \
         sign it with `assay case approve {} --key FILE`\n",
        staged.record.id,
        call.case,
        staged.record.published,
        staged.candidate.to_hex(),
        call.case,
        call.case
    );
    let json = json!({ "case": call.case, "advisory": staged.record.id.to_string(), "published": staged.record.published,
        "record": staged.candidate });
    tell(common, &told, &json);
    Ok(0)
}

/// Shows the staged one.
pub fn draft(call: &DraftArgs, common: &Common) -> Result<u8, Failure> {
    let record = desk::open()?.staged(&call.by.who()?, call.case)?;
    let json = serde_json::to_value(&*record).unwrap_or_default();
    let text = serde_json::to_string_pretty(&json).unwrap_or_default();
    tell(common, &format!("{}\n", plain::block(&text)), &json);
    Ok(0)
}

/// Signs.
pub fn approve(call: &ApproveArgs, common: &Common) -> Result<u8, Failure> {
    let key = key::signing_key(Some(&call.key))?;
    let case = desk::open()?.approve_advisory(&call.by.who()?, call.case, &key)?;
    show::after(&case, "Approved the advisory of", common);
    Ok(0)
}

//! `assay submit`: a finding on its way in, and a receipt on its way out.

use std::path::PathBuf;

use assay_prove::load::LoadedBundle;
use clap::Args;
use serde_json::json;

use crate::cli::Common;
use crate::desk::{self, As, tell};
use crate::failure::Failure;
use crate::report::plain;
use crate::whole_file::WholeFile;

/// Submit a proof bundle as a finding, and get a receipt
///
/// When this ends with 0, the finding is on disk and survives a power cut. A partial report is taken with the list of
/// what it still lacks. The receipt proves, without help of the clearinghouse, that this bundle was there at that time.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay submit report/ --as 'Ana Ruiz' --receipt report.receipt.json
  assay submit report.tar.zst --format json | jq -r .finding

Exit codes: 0 taken; 2 the bundle or the call is wrong; 3 too much is waiting, nothing was kept; 1 Assay itself failed")]
pub struct SubmitArgs {
    /// A folder or a `.tar.zst` with a proof.toml
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Write the signed receipt to this file
    #[arg(long, value_name = "FILE")]
    pub receipt: Option<PathBuf>,
    #[command(flatten)]
    pub by: As,
}

/// Submits.
pub fn run(call: &SubmitArgs, common: &Common) -> Result<u8, Failure> {
    let who = call.by.who()?;
    let bundle = LoadedBundle::read(&call.bundle)
        .map_err(|error| Failure::call(error.code, error.message).help("`assay bundle check` shows more"))?;
    // What cannot be written shows before the finding is in, not after it.
    let file = call.receipt.as_ref().map(|path| WholeFile::begin(path)).transpose()?;
    let submitted = desk::open()?.submit(&who, &bundle)?;
    if let Some(file) = file {
        // It opens the submission's own text: it is the submitter's, until the advisory is out.
        file.finish(&submitted.envelope, 0o600)?;
    }
    let receipt = &submitted.receipt;
    let mut text = format!(
        "Received as {}\n\n  at          {}\n  commitment  {}\n  state       {}\n",
        receipt.finding, receipt.received, receipt.commitment, submitted.state
    );
    if let Some(path) = &call.receipt {
        text.push_str(&format!("  receipt     {}\n", plain::path(path)));
    }
    if !receipt.missing.is_empty() {
        text.push_str("\nIt is a partial report. Before anything can be run, it needs:\n");
        for key in &receipt.missing {
            text.push_str(&format!("  {}\n", plain::line(key, 200)));
        }
    }
    text.push_str(&format!("\nNext: assay status {}\n", receipt.finding));
    let json = json!({
        "finding": receipt.finding,
        "received": receipt.received,
        "bundle-id": receipt.bundle_id,
        "commitment": receipt.commitment,
        "state": submitted.state.as_str(),
        "missing": receipt.missing,
    });
    tell(common, &text, &json);
    Ok(0)
}

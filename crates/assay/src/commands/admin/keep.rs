//! `assay admin rebuild`: the views are made of the events, and this shows it.

use clap::Args;
use serde_json::json;

use crate::cli::Common;
use crate::desk::{self, tell};
use crate::failure::Failure;

/// A row was not as the events say.
const DIFFERENT: u8 = 10;

/// Make every view anew from the events, and say whether it was as it should be
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 the views were as the events say; 10 some were not, and are now; 1 Assay itself failed"
)]
pub struct RebuildArgs {}

/// Rebuilds.
pub fn rebuild(_call: &RebuildArgs, common: &Common) -> Result<u8, Failure> {
    let rebuilt = desk::open()?.rebuild()?;
    let mut text = format!("Read {} events and made every view anew\n", rebuilt.events);
    if rebuilt.tombstones > 0 {
        text.push_str(&format!("{} streams were shredded: their rows stay as tombstones\n", rebuilt.tombstones));
    }
    if rebuilt.different.is_empty() {
        text.push_str("Every row was as the events say\n");
    } else {
        text.push_str(&format!("{} rows were not as the events say, and are now:\n", rebuilt.different.len()));
        for name in rebuilt.different.iter().take(100) {
            text.push_str(&format!("  {name}\n"));
        }
    }
    let json = json!({ "events": rebuilt.events, "tombstones": rebuilt.tombstones, "different": rebuilt.different });
    tell(common, &text, &json);
    Ok(if rebuilt.different.is_empty() { 0 } else { DIFFERENT })
}

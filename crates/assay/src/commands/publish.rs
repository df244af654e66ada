//! `assay publish`: the worker. What is due is done, and nothing before it is due.

use std::time::Duration;

use assay_app::due::Done;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::desk::{self, tell};
use crate::failure::Failure;
use crate::report::plain;

/// Something that is due could not be done.
const STUCK: u8 = 10;

/// Do what is due: end embargoes, publish what two persons approved, write the ledger's batch
///
/// An embargo ends at its exact instant. An advisory goes out when its embargo is over and two persons have signed it
/// with their own keys; nobody, and no option of this command, can make it go out earlier.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay publish                what is due now
  assay publish --watch        again each second, until it is interrupted

Exit codes: 0 done, or nothing was due; 10 something that is due could not be done; 1 Assay itself failed")]
pub struct PublishArgs {
    /// Look again each second, until interrupted
    #[arg(long)]
    pub watch: bool,
}

/// Publishes.
pub fn run(call: &PublishArgs, common: &Common) -> Result<u8, Failure> {
    let local = desk::open()?;
    loop {
        let done = local.do_due()?;
        if !call.watch || is_something(&done) {
            tell(common, &told(&done), &shown(&done));
        }
        if !call.watch {
            return Ok(if done.stuck.is_empty() { 0 } else { STUCK });
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

fn is_something(done: &Done) -> bool {
    !done.expired.is_empty()
        || !done.ended.is_empty()
        || !done.published.is_empty()
        || !done.stuck.is_empty()
        || done.version.is_some()
}

fn told(done: &Done) -> String {
    let mut text = String::new();
    for lease in &done.expired {
        text.push_str(&format!("{lease} ran out\n"));
    }
    for case in &done.ended {
        text.push_str(&format!("{case}: its embargo is over\n"));
    }
    for (case, number) in &done.published {
        text.push_str(&format!("{case} is published as {}\n", plain::line(number, 100)));
    }
    if let Some(batch) = &done.batch {
        text.push_str(&format!("The ledger has {} entries\n", batch.checkpoint.size));
    }
    if let Some(version) = done.version {
        text.push_str(&format!("The release folder is at version {version}\n"));
    }
    for why in &done.stuck {
        text.push_str(&format!("Not done: {}\n", plain::line(why, 500)));
    }
    if text.is_empty() { "Nothing is due.\n".to_owned() } else { text }
}

fn shown(done: &Done) -> Value {
    json!({
        "expired": done.expired,
        "ended": done.ended,
        "published": done.published.iter().map(|(case, number)| json!({ "case": case, "advisory": number })).collect::<Vec<_>>(),
        "ledger": done.batch.as_ref().map(|batch| json!({ "size": batch.checkpoint.size })),
        "version": done.version,
        "not-done": done.stuck,
    })
}

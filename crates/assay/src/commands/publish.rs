//! `assay publish`: the worker. What is due is done, and nothing before it is due.

use std::collections::BTreeSet;
use std::time::Duration;

use assay_app::due::Done;
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Common;
use crate::commands::verify::count;
use crate::desk::{self, tell};
use crate::failure::Failure;
use crate::output;
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
    if !call.watch {
        let done = local.do_due()?;
        tell(common, &told(&done), &shown(&done));
        return Ok(if done.stuck.is_empty() { 0 } else { STUCK });
    }
    let mut said = Said::default();
    loop {
        match local.do_due() {
            Ok(mut done) => {
                said.failure = None;
                said.only_new(&mut done);
                if is_something(&done) {
                    tell(common, &told(&done), &shown(&done));
                }
            }
            // One bad moment of the disk is no reason to publish nothing any more.
            Err(refusal) => {
                let failure = Failure::from(refusal);
                if said.failure.as_ref() != Some(&failure) {
                    output::fail(common.format, &failure);
                    output::say("The worker goes on, and tries again each second");
                    said.failure = Some(failure);
                }
            }
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// What a watching worker has told already.
#[derive(Default)]
struct Said {
    stuck: BTreeSet<String>,
    failure: Option<Failure>,
}

impl Said {
    /// Leaves out what could not be done before either. What can be done again meanwhile is forgotten: it would be told
    /// anew.
    fn only_new(&mut self, done: &mut Done) {
        let now: BTreeSet<String> = done.stuck.iter().cloned().collect();
        done.stuck.retain(|why| !self.stuck.contains(why));
        self.stuck = now;
    }
}

fn is_something(done: &Done) -> bool {
    !done.expired.is_empty()
        || !done.windows.is_empty()
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
    for engagement in &done.windows {
        text.push_str(&format!("{engagement}: its window has ended\n"));
    }
    for case in &done.ended {
        text.push_str(&format!("{case}: its embargo is over\n"));
        // An end other than the agreed one voids what was approved before it.
        if !done.published.iter().any(|(published, _)| published == case) {
            text.push_str(&format!(
                "  Nothing goes out yet: no advisory of it is approved as it now stands. Next: assay case show {case}\n"
            ));
        }
    }
    for (case, number) in &done.published {
        text.push_str(&format!("{case} is published as {}\n", plain::line(number, 100)));
    }
    if let Some(batch) = &done.batch {
        text.push_str(&format!("The ledger has {}\n", count(batch.checkpoint.size, "entry", "entries")));
    }
    if let Some(version) = done.version {
        text.push_str(&format!("The release folder is at version {version}\n"));
    }
    for why in &done.stuck {
        text.push_str(&format!("Not done: {}\n", plain::line(why, 1_000)));
    }
    if text.is_empty() { "Nothing is due.\n".to_owned() } else { text }
}

fn shown(done: &Done) -> Value {
    json!({
        "expired": done.expired,
        "windows": done.windows,
        "ended": done.ended,
        "published": done.published.iter().map(|(case, number)| json!({ "case": case, "advisory": number })).collect::<Vec<_>>(),
        "ledger": done.batch.as_ref().map(|batch| json!({ "size": batch.checkpoint.size })),
        "version": done.version,
        "not-done": done.stuck,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watching_worker_says_once_what_it_cannot_do() {
        let mut said = Said::default();
        let mut told = |stuck: &[&str]| {
            let mut done = Done { stuck: stuck.iter().map(ToString::to_string).collect(), ..Done::default() };
            said.only_new(&mut done);
            (done.stuck.len(), is_something(&done))
        };
        assert_eq!(told(&["one: no"]), (1, true));
        assert_eq!(told(&["one: no"]), (0, false));
        assert_eq!(told(&["one: no", "two: no"]), (1, true));
        assert_eq!(told(&[]), (0, false));
        assert_eq!(told(&["one: no"]), (1, true));
    }
}

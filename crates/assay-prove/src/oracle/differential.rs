//! Outputs that differ.
//!
//! **Proves** that the vulnerable version answers a trigger otherwise than the
//! fixed one, and a benign input alike; or, with `against`, that the target
//! answers otherwise than another implementation does in the same arm. Compared
//! are one channel, normalised as the manifest declares, and the exit status.
//!
//! Between the versions the fixed one is the measure, so all its runs on an input
//! must agree: where they do not, there is nothing to compare with
//! (`oracle-broken`), and the manifest should take out what changes by itself.
//! Runs are judged as one set. A benign input that is answered differently fires,
//! and that makes the harness suspect. With `against`, both arms are measured,
//! and the fixed version is silent only where it agrees with the other
//! implementation.
//!
//! **Assurance**: `claimant` unless the harness is the project's, since whoever
//! writes the harness words the output. **Cheats**: a harness that prints the
//! version, a random number or the time makes benign inputs fire, or the measure
//! worthless; a normalisation that takes out everything fails the self-test.

use std::collections::{BTreeMap, BTreeSet};

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, Channel, Differential, Normalise};
use assay_bundle::verdict::Outcome;
use assay_sandbox::{End, Finished};
use regex::Regex;

use super::end::end_words;
use super::line;
use super::plan::{Plan, RunOptions};
use super::runtime::{self, Reporting};
use super::seen::{Judgement, Seen};
use super::{Oracle, Unsupported};
use crate::evidence::{Place, Role, Run, Signature};

/// Hex digits of a digest that people are shown.
const SHOWN: usize = 12;

pub(super) struct Differing {
    declared: Differential,
    remove: Vec<Regex>,
}

impl Differing {
    pub fn new(declared: &Differential) -> Result<Self, Unsupported> {
        let remove = declared.remove.iter().map(|regex| line::compile(regex)).collect::<Result<_, _>>()?;
        Ok(Self { declared: declared.clone(), remove })
    }

    /// What of a run is compared.
    fn digest(&self, finished: &Finished) -> Sha256 {
        let output = match self.declared.channel {
            Channel::Stdout => &finished.stdout,
            Channel::Stderr => &finished.stderr,
        };
        let mut bytes = self.normalised(output).into_bytes();
        if self.declared.exit {
            // The words of an end hold no NUL, so what stands behind the last one is never output.
            bytes.extend(format!("\0{}", end_words(&finished.end)).bytes());
        }
        Sha256::of(&bytes)
    }

    fn normalised(&self, output: &[u8]) -> String {
        let steps = &self.declared.normalise;
        let text = String::from_utf8_lossy(output);
        let mut lines: Vec<String> = text
            .lines()
            .map(|line| {
                self.remove.iter().fold(line.to_owned(), |line, regex| regex.replace_all(&line, "").into_owned())
            })
            .collect();
        if steps.contains(&Normalise::Trim) {
            lines = lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
        }
        if steps.contains(&Normalise::LowerCase) {
            lines = lines.iter().map(|line| line.to_lowercase()).collect();
        }
        if steps.contains(&Normalise::SortLines) {
            lines.sort_unstable();
        }
        lines.join("\n")
    }

    /// Whether two outputs are one once they are normalised.
    pub fn levels(&self, outputs: [&str; 2]) -> bool {
        let [one, other] = outputs.map(|output| self.normalised(output.as_bytes()));
        one == other
    }

    fn channel(&self) -> &'static str {
        match self.declared.channel {
            Channel::Stdout => "stdout",
            Channel::Stderr => "stderr",
        }
    }

    fn with_other(&self, own: Sha256, seen: &Seen<'_>) -> Judgement {
        let Some(other) = seen.against else {
            return Judgement::of(Outcome::OracleBroken, "the other implementation was not run");
        };
        let ended = end_words(&other.end);
        if !matches!(other.end, End::Exited(_) | End::Stopped) {
            return Judgement::of(Outcome::HarnessError, format!("the other implementation ended with {ended}"));
        }
        let measure = self.digest(other);
        let saw = format!("{} is {}, the other implementation's {}", self.channel(), short(own), short(measure));
        if own == measure { Judgement::of(Outcome::Silent, saw) } else { Judgement::fired("differential", saw) }
    }
}

fn short(digest: Sha256) -> String {
    digest.to_hex().chars().take(SHOWN).collect()
}

impl Oracle for Differing {
    fn options(&self, plan: &Plan<'_>) -> RunOptions {
        RunOptions { env: runtime::env(plan, Reporting::Stderr), ..RunOptions::default() }
    }

    /// Against another implementation the answer is final; between versions it is given by `settle`, without
    /// which nothing ever fires.
    fn judge(&self, seen: &Seen<'_>) -> Judgement {
        if let Some(judgement) = seen.cut_short_or_crashed() {
            return judgement;
        }
        let own = self.digest(seen.finished);
        if self.declared.against.is_some() {
            return self.with_other(own, seen);
        }
        let end = end_words(&seen.finished.end);
        Judgement::of(Outcome::Silent, format!("{} is {}; {end}", self.channel(), short(own)))
    }

    fn against(&self) -> Option<&[String]> {
        self.declared.against.as_deref()
    }

    fn compared(&self, seen: &Seen<'_>) -> Option<Sha256> {
        matches!(seen.finished.end, End::Exited(_) | End::Stopped).then(|| self.digest(seen.finished))
    }

    fn settle(&self, runs: &mut [Run]) {
        if self.declared.against.is_some() {
            return;
        }
        let mut measures: BTreeMap<(Role, usize), BTreeSet<Sha256>> = BTreeMap::new();
        for run in runs.iter().filter(|run| run.cell.arm == ArmName::Fixed && run.outcome == Outcome::Silent) {
            measures.entry((run.cell.role, run.cell.input)).or_default().extend(run.compared);
        }
        for run in runs.iter_mut().filter(|run| run.outcome == Outcome::Silent) {
            let none = BTreeSet::new();
            let measure = measures.get(&(run.cell.role, run.cell.input)).unwrap_or(&none);
            let (Some(own), Some(first)) = (run.compared, measure.first()) else {
                run.outcome = Outcome::OracleBroken;
                run.saw.push_str("; the fixed version gave nothing to compare with");
                continue;
            };
            if measure.len() > 1 {
                run.outcome = Outcome::OracleBroken;
                run.saw.push_str("; the fixed version answers otherwise from run to run, so nothing can be compared");
            } else if own == *first {
                run.saw.push_str("; as in the fixed version");
            } else {
                run.outcome = Outcome::Fired;
                run.saw.push_str(&format!("; the fixed version's is {}", short(*first)));
                run.signature =
                    Some(Signature { kind: "differential".to_owned(), function: None, place: Place::Unknown });
            }
        }
    }
}

#[cfg(test)]
#[path = "differential_tests.rs"]
mod tests;

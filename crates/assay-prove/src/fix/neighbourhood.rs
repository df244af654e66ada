//! What lies around the inputs of a bundle, run in both builds: the variants
//! that show the flaw without the patch, and those that both builds handle.
//!
//! The first decide L3: a neighbourhood that never fires without the patch is no
//! evidence. The second decide L4, and a share of L3 too: a patch that refuses
//! what the unpatched version handles has taken something away.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use assay_bundle::digest::Sha256;
use assay_bundle::verdict::Outcome;
use serde::Serialize;

use super::dictionary::tokens;
use super::dressed::dressed;
use super::edge::{carried, edges, exchanged, filled};
use super::feed::Feed;
use super::mutate::{MAX_LEN, Mutator, Way};
use super::named::Named;
use super::trial::{Bench, Shown, Trial, together};
use crate::evidence::Signature;

/// Variants of one round: what is learnt in one is used in the next.
const ROUND: usize = 48;
/// Inputs that are varied at most.
const MAX_PARENTS: usize = 400;
/// Clean inputs that are kept.
const SAMPLE: usize = 60;
/// Findings of one kind that are kept with their bytes.
const KEPT: usize = 8;
/// Runs that ended by a limit before the rest is given up: each costs its whole limit.
const MAX_LIMITS: usize = 40;

/// Bytes from which an input that the patch names may take its time.
const LONG: usize = 16 << 10;
/// Bytes of a word that tells a trigger's kin.
const SHORTEST: usize = 3;
const LONGEST: usize = 32;
/// Variants that the patch names, at least.
const NAMED: usize = 64;

/// How far the neighbourhood reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Variants, each run in both builds.
    pub variants: usize,
    /// CPU time of all runs together.
    pub cpu: Duration,
    /// Decides all variants.
    pub seed: u64,
}

/// Where a variant comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stem {
    /// An input that shows the flaw.
    Trigger,
    /// An input that does not.
    Benign,
}

/// One input that says something against the patch.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The input.
    pub feed: Feed,
    /// Its digest.
    pub sha256: Sha256,
    /// Where it comes from.
    pub stem: Stem,
    /// How it was made; none for an input as it was given.
    pub way: Option<Way>,
    /// Without the patch.
    pub without: String,
    /// With the patch.
    pub with: String,
}

/// A list of which only the first are kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Finds {
    /// All.
    pub count: usize,
    /// The first.
    pub kept: Vec<Found>,
}

impl Finds {
    fn add(&mut self, found: Found) {
        self.count += 1;
        if self.kept.len() < KEPT {
            self.kept.push(found);
        }
    }
}

/// What both builds handle, from one stem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Handled {
    /// Silent and alive without the patch.
    pub clean: usize,
    /// Of these, not alive with the patch.
    pub refused: usize,
    /// Of these, alive with the patch, and otherwise.
    pub changed: usize,
}

/// What was seen around the inputs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Neighbourhood {
    /// Decides all variants.
    pub seed: u64,
    /// Variants that were asked for.
    pub wanted: usize,
    /// Runs in both builds.
    pub executions: usize,
    /// CPU time of these, by the kernel.
    pub cpu: Duration,
    /// Wall time, which says nothing.
    pub wall: Duration,
    /// Variants that were run in both builds.
    pub variants: usize,
    /// Of these, fired without the patch.
    pub fired: usize,
    /// How many that fired were made in each way.
    pub fired_by: BTreeMap<&'static str, usize>,
    /// Lengths of those that fired.
    pub lengths: BTreeSet<usize>,
    /// Some that both builds handle, for whoever runs them in another way.
    pub clean: Vec<Feed>,
    /// Bytes of those that fired, for whoever asks what they have in common.
    pub firing: Vec<Feed>,
    /// Fired with the patch; or crashed or did not end with it, and was silent without.
    pub against: Finds,
    /// Crashed with the patch in another way than the oracle waits for, or did not end, and was not silent without.
    pub elsewhere: Finds,
    /// What those were: kind and function.
    pub elsewhere_as: BTreeSet<String>,
    /// Gave no evidence: a limit without the patch, a broken oracle.
    pub nothing: usize,
    /// Handled by both, by stem.
    pub of_triggers: Handled,
    /// The same for descendants of benign inputs, and those inputs themselves.
    pub of_benign: Handled,
    /// The same for what the patch names: it may refuse that, and a difference there counts for L4.
    pub of_named: Handled,
    /// Of these, descendants of benign inputs that are handled otherwise: the patch names them to change them.
    pub named_changed: usize,
    /// Not alive with the patch, and clean without.
    pub refused: Finds,
    /// Otherwise with the patch, and clean without.
    pub changed: Finds,
    /// Differ from themselves: left out.
    pub unstable: usize,
    /// How many different outputs the clean ones gave without the patch.
    pub outputs: usize,
    /// Why it ended before all variants were run.
    pub stopped: Option<String>,
}

struct Job {
    feed: Feed,
    stem: Stem,
    way: Option<Way>,
}

/// Everything that is needed to walk around.
pub struct Walk<'a> {
    /// The build without the patch.
    pub without: &'a Bench<'a>,
    /// The build with it.
    pub with: &'a Bench<'a>,
    /// Inputs that fire.
    pub triggers: Vec<Feed>,
    /// Inputs that do not.
    pub benign: Vec<Feed>,
    /// Inputs of the caller, compared like benign ones and not varied.
    pub corpus: Vec<Feed>,
    /// What the patch names.
    pub named: Named,
    /// Makes variants.
    pub mutator: Mutator,
    /// How far.
    pub bounds: Bounds,
}

impl Walk<'_> {
    /// Runs all variants. `progress` hears how many are done of how many.
    ///
    /// # Errors
    ///
    /// The sandbox cannot run them.
    pub fn run(mut self, progress: &(dyn Fn(usize, usize) + Sync)) -> Result<Neighbourhood, String> {
        let begun = Instant::now();
        let mut seen =
            Neighbourhood { seed: self.bounds.seed, wanted: self.bounds.variants, ..Neighbourhood::default() };
        let mut known: BTreeSet<Sha256> = self.triggers.iter().map(Feed::sha256).collect();
        let mut outputs: BTreeSet<Shown> = BTreeSet::new();
        let mut parents: Vec<(Feed, Stem)> = Vec::new();
        parents.extend(self.triggers.iter().map(|feed| (feed.clone(), Stem::Trigger)));
        parents.extend(self.benign.iter().map(|feed| (feed.clone(), Stem::Benign)));
        let given: Vec<Job> = self.benign.iter().chain(&self.corpus).cloned().map(Job::given).collect();
        for jobs in given.chunks(ROUND) {
            known.extend(jobs.iter().map(|job| job.feed.sha256()));
            for (job, pair) in jobs.iter().zip(self.pairs(jobs)?) {
                seen.take(job, &pair, &mut outputs);
            }
        }
        seen.variants = 0;
        let mut planned = self.planned(&mut seen, &mut known)?;
        let named = self.named.feeds(&self.triggers, &self.benign, NAMED.max(self.bounds.variants / 10));
        let named = named.into_iter().filter(|(feed, _)| known.insert(feed.sha256()));
        let named: Vec<Job> = named.map(|(feed, stem)| Job { feed, stem, way: Some(Way::Named) }).collect();
        // Beyond what was asked for: they are the patch's own doing.
        let wanted = self.bounds.variants + named.len();
        planned.extend(named);
        let mut limits = 0;
        let marks = marks(&self.triggers, &self.benign);
        while seen.variants < wanted {
            let left = wanted - seen.variants;
            let mut jobs = planned.split_off(planned.len().saturating_sub(left.min(ROUND)));
            if jobs.is_empty() {
                jobs = self.round(left.min(ROUND), &parents, &mut known);
                // With a word of the trigger in it, a harmless input is the trigger's kin: a fix may refuse that word.
                for job in jobs.iter_mut().filter(|job| holds(&job.feed, &marks)) {
                    job.stem = Stem::Trigger;
                }
            }
            if jobs.is_empty() {
                seen.stopped = Some("no more variants could be made of such short inputs".into());
                break;
            }
            for (job, pair) in jobs.iter().zip(self.pairs(&jobs)?) {
                limits += usize::from(pair.without.outcome == Outcome::Limit);
                let new = seen.take(job, &pair, &mut outputs);
                if new && parents.len() < MAX_PARENTS && job.feed.len() <= MAX_LEN {
                    let stem = if pair.without.outcome == Outcome::Fired { Stem::Trigger } else { job.stem };
                    parents.push((job.feed.clone(), stem));
                }
            }
            progress(seen.variants, wanted);
            seen.stopped = if seen.against.count >= KEPT {
                Some("enough speaks against the patch".into())
            } else if seen.cpu >= self.bounds.cpu {
                Some(format!("its {} s of CPU time were used up", self.bounds.cpu.as_secs()))
            } else if limits >= MAX_LIMITS {
                Some(format!("{limits} variants reached a limit of the harness without the patch, which shows nothing"))
            } else {
                None
            };
            if seen.stopped.is_some() {
                break;
            }
        }
        seen.outputs = outputs.len();
        seen.wall = begun.elapsed();
        Ok(seen)
    }

    /// Variants with a plan; the last are run first.
    fn planned(&mut self, seen: &mut Neighbourhood, known: &mut BTreeSet<Sha256>) -> Result<Vec<Job>, String> {
        let (edges, cost) = edges(self.without, &self.triggers, self.bounds.cpu / 4)?;
        seen.executions += cost.executions;
        seen.cpu += cost.cpu;
        let others: Vec<Feed> = self.benign.iter().chain(&self.triggers).cloned().collect();
        let mut exchanged = exchanged(&self.triggers, &others, self.mutator.dictionary(), self.bounds.variants);
        // No more than one of five; which of them, the seed decides.
        let most = self.bounds.variants / 5;
        let mut planned = Vec::new();
        while planned.len() < most && !exchanged.is_empty() {
            let feed = exchanged.swap_remove(self.mutator.below(exchanged.len()));
            if known.insert(feed.sha256()) {
                planned.push(Job { feed, stem: Stem::Trigger, way: Some(Way::Exchanged) });
            }
        }
        let filled = filled(&self.triggers, &others, self.mutator.dictionary());
        let carried = carried(&self.triggers, &others, self.bounds.variants / 5);
        let dressed = dressed(&self.triggers).into_iter().take(self.bounds.variants / 8);
        let carried = carried.into_iter().chain(dressed);
        let plan = filled.into_iter().take(self.bounds.variants / 5).map(|feed| (feed, Way::Filled));
        for (feed, way) in plan.chain(carried.map(|feed| (feed, Way::Exchanged))) {
            if known.insert(feed.sha256()) {
                planned.push(Job { feed, stem: Stem::Trigger, way: Some(way) });
            }
        }
        for (feed, way) in edges {
            if known.insert(feed.sha256()) {
                planned.push(Job { feed, stem: Stem::Trigger, way: Some(way) });
            }
        }
        Ok(planned)
    }

    /// New variants, each only once.
    fn round(&mut self, count: usize, parents: &[(Feed, Stem)], known: &mut BTreeSet<Sha256>) -> Vec<Job> {
        let mut jobs = Vec::new();
        for _ in 0..count * 40 {
            if jobs.len() == count {
                break;
            }
            // Half of all are children of the bundle's own inputs, and a quarter of its benign ones: what
            // shows no flaw is needed as much as what does.
            let own = self.triggers.len() + self.benign.len();
            let index = match self.mutator.below(8) {
                0 | 1 => self.triggers.len() + self.mutator.below(self.benign.len()),
                2..=4 => self.mutator.below(own),
                _ => self.mutator.below(parents.len()),
            };
            let other = self.mutator.below(parents.len());
            let (Some((parent, stem)), Some((other, _))) = (parents.get(index), parents.get(other)) else { break };
            let Some((feed, way)) = self.mutator.variant(parent, other) else { continue };
            if known.insert(feed.sha256()) {
                jobs.push(Job { feed, stem: *stem, way: Some(way) });
            }
        }
        jobs
    }

    fn pairs(&self, jobs: &[Job]) -> Result<Vec<Pair>, String> {
        together(jobs, |job| self.pair(&job.feed)).into_iter().collect()
    }

    /// One input in both builds; again where they differ, to see whether one differs from itself.
    fn pair(&self, feed: &Feed) -> Result<Pair, String> {
        let without = self.without.run(feed)?;
        let with = self.with.run(feed)?;
        let mut pair = Pair { cpu: without.cpu + with.cpu, executions: 2, unstable: false, without, with };
        let quiet = pair.without.outcome == Outcome::Silent && pair.with.outcome == Outcome::Silent;
        if quiet && pair.without.alive && pair.without.shown != pair.with.shown {
            let (again, patched) = (self.without.run(feed)?, self.with.run(feed)?);
            pair.cpu += again.cpu + patched.cpu;
            pair.executions += 2;
            pair.unstable = again.shown != pair.without.shown || patched.shown != pair.with.shown;
        }
        Ok(pair)
    }
}

/// Words of the triggers that no benign input has.
fn marks(triggers: &[Feed], benign: &[Feed]) -> Vec<Vec<u8>> {
    let mut marks: BTreeSet<Vec<u8>> = BTreeSet::new();
    for content in triggers.iter().flat_map(Feed::parts) {
        let own = tokens(&content).into_iter().flat_map(|(from, to)| content[from..to].split(|byte| *byte == b'.'));
        marks.extend(
            own.filter(|word| (SHORTEST..=LONGEST).contains(&word.len())).take(MAX_PARENTS).map(<[u8]>::to_vec),
        );
    }
    marks.retain(|mark| !benign.iter().any(|feed| contains(&feed.bytes(), mark)));
    marks.into_iter().take(MAX_PARENTS).collect()
}

fn holds(feed: &Feed, marks: &[Vec<u8>]) -> bool {
    let content = feed.bytes();
    content.len() <= MAX_LEN && marks.iter().any(|mark| contains(&content, mark))
}

fn contains(content: &[u8], word: &[u8]) -> bool {
    content.windows(word.len().max(1)).any(|window| window == word)
}

struct Pair {
    without: Trial,
    with: Trial,
    unstable: bool,
    cpu: Duration,
    executions: usize,
}

impl Job {
    fn given(feed: Feed) -> Self {
        Self { feed, stem: Stem::Benign, way: None }
    }
}

impl Neighbourhood {
    /// Counts one pair; whether its input is worth varying further.
    fn take(&mut self, job: &Job, pair: &Pair, outputs: &mut BTreeSet<Shown>) -> bool {
        self.variants += 1;
        self.executions += pair.executions;
        self.cpu += pair.cpu;
        let (without, with) = (&pair.without, &pair.with);
        let found = || Found {
            feed: job.feed.clone(),
            sha256: job.feed.sha256(),
            stem: job.stem,
            way: job.way,
            without: told(without),
            with: told(with),
        };
        use Outcome::{Fired, Limit, OtherCrash, Silent};
        match (without.outcome, with.outcome) {
            (Fired, Silent) => {
                self.fired(job);
                true
            }
            (Fired, Fired) => {
                self.fired(job);
                self.against.add(found());
                true
            }
            // What is that long may take its time.
            (Fired, Limit) | (Silent, Limit)
                if matches!(job.way, Some(Way::Giant | Way::Wrapped))
                    || job.way == Some(Way::Named) && job.feed.len() > LONG =>
            {
                self.nothing += 1;
                false
            }
            // Behind a flaw that is mended another one may lie, or the rest of it.
            (Fired, OtherCrash | Limit) => {
                self.fired(job);
                self.elsewhere(found(), with);
                true
            }
            // What it did not do before is the patch's doing.
            (Silent | OtherCrash, Fired) | (Silent, OtherCrash | Limit) => {
                self.against.add(found());
                true
            }
            (OtherCrash, OtherCrash) => {
                self.elsewhere(found(), with);
                false
            }
            (Silent, Silent) if without.alive => self.handled(job, pair, outputs, found),
            (Silent, Silent) | (OtherCrash, Silent | Limit) => false,
            _ => {
                self.nothing += 1;
                false
            }
        }
    }

    fn elsewhere(&mut self, found: Found, with: &Trial) {
        let named = |signature: &Signature| match &signature.function {
            Some(function) => format!("{} in {function}", signature.kind),
            None => signature.kind.clone(),
        };
        self.elsewhere_as.insert(with.signature.as_ref().map_or_else(|| with.end.clone(), named));
        self.elsewhere.add(found);
    }

    fn fired(&mut self, job: &Job) {
        self.fired += 1;
        *self.fired_by.entry(job.way.map_or("given", Way::as_str)).or_default() += 1;
        self.lengths.insert(job.feed.len());
        if self.firing.len() < 2_000 && job.feed.len() <= MAX_LEN {
            self.firing.push(job.feed.clone());
        }
    }

    fn handled(&mut self, job: &Job, pair: &Pair, outputs: &mut BTreeSet<Shown>, found: impl Fn() -> Found) -> bool {
        if pair.unstable {
            self.unstable += 1;
            return false;
        }
        let (without, with) = (&pair.without, &pair.with);
        let new = outputs.len() < 10_000 && outputs.insert(without.shown.clone());
        let handled = match (job.way, job.stem) {
            (Some(Way::Named), _) => &mut self.of_named,
            (_, Stem::Trigger) => &mut self.of_triggers,
            (_, Stem::Benign) => &mut self.of_benign,
        };
        handled.clean += 1;
        if self.clean.len() < SAMPLE && job.feed.len() <= MAX_LEN {
            self.clean.push(job.feed.clone());
        }
        if !with.alive {
            handled.refused += 1;
            self.refused.add(found());
        } else if let Some(what) = without.shown.difference(&with.shown) {
            handled.changed += 1;
            self.named_changed += usize::from((job.way, job.stem) == (Some(Way::Named), Stem::Benign));
            let mut found = found();
            found.with = format!("{}, another {what}", found.with);
            self.changed.add(found);
        }
        new
    }
}

/// `silent, exit 0`.
fn told(trial: &Trial) -> String {
    let outcome = match trial.outcome {
        Outcome::Fired => "fired",
        Outcome::Silent if trial.alive => "silent and alive",
        Outcome::Silent => "silent",
        Outcome::OtherCrash => "another crash",
        Outcome::Limit => "ended by a limit",
        Outcome::OracleBroken => "no evidence",
        Outcome::HarnessError => "not started",
        Outcome::BuildFailed => "not built",
        Outcome::SandboxUnavailable => "no sandbox",
    };
    match (trial.outcome, &trial.signature) {
        (Outcome::Fired | Outcome::OtherCrash, Some(signature)) => {
            let function = signature.function.as_deref().map(|name| format!(" in {name}")).unwrap_or_default();
            format!("{outcome}: {}{function}", signature.kind)
        }
        _ => format!("{outcome}, {}", trial.end),
    }
}

#[cfg(test)]
mod tests {
    use super::super::feed::in_file as feed;
    use super::*;

    #[test]
    fn what_has_a_word_of_the_trigger_is_its_kin() {
        let marks = marks(&[feed(b"name=box\n__proto__.seen=yes\n")], &[feed(b"name=box\nsize.width=3\n")]);
        assert_eq!(marks, [b"__proto__".to_vec(), b"seen".to_vec(), b"yes".to_vec()]);
        assert!(holds(&feed(b"size.__proto__=3\n"), &marks));
        assert!(!holds(&feed(b"size.height=3\n"), &marks));
    }
}

//! The runs without the sanitizer: both builds on both heaps, beside the build
//! with the sanitizer, and what the differences say.

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;
use assay_sandbox::Node;

use super::feed::Feed;
use super::trial::{Bench, Trial, together};
use super::unwatched::Seen;
use crate::execute::Executor;
use crate::oracle::CPU_LIMIT;
use crate::second::log::{self, Held};

/// One heap, both builds.
pub(super) struct Two<'a> {
    without: Bench<'a>,
    with: Bench<'a>,
}

impl<'a> Two<'a> {
    pub fn of(executor: &'a Executor<'a>, folder: &'a std::path::Path) -> Self {
        Self {
            without: Bench::new(executor, ArmName::Vulnerable, folder),
            with: Bench::new(executor, ArmName::Fixed, folder),
        }
    }
}

/// All builds that are held against each other.
pub(super) struct Sides<'a> {
    /// Guard pages.
    pub pages: Two<'a>,
    /// The C library's heap, with marks.
    pub marks: Two<'a>,
    /// With the sanitizer.
    pub watched: Two<'a>,
    /// The patched build under the bundle's own oracle, where that needs no sanitizer.
    pub own: Option<Bench<'a>>,
}

/// The end of a run that the kernel or a mark made.
fn stopped(trial: &Trial) -> bool {
    matches!(trial.outcome, Outcome::Fired | Outcome::OtherCrash)
}

fn held(trial: &Trial) -> Option<Held> {
    let mut files = trial.log.entries.iter().filter(|entry| log::is_log(&String::from_utf8_lossy(&entry.path)));
    match (files.next(), files.next()) {
        (Some(entry), None) => match &entry.node {
            Node::File { content, .. } => log::read(content)?.held,
            _ => None,
        },
        // Which of several processes counts is not known.
        _ => None,
    }
}

impl Sides<'_> {
    /// Benign inputs must be silent on both heaps without the patch. Whether they show the same as under the
    /// sanitizer, so that comparing means something.
    pub fn controls(&self, benign: &[Feed], seen: &mut Seen) -> Result<bool, String> {
        let mut same = true;
        for feed in benign {
            let (pages, marks) = (self.pages.without.run(feed)?, self.marks.without.run(feed)?);
            let watched = self.watched.without.run(feed)?;
            seen.runs += 3;
            for trial in [&pages, &marks] {
                if trial.outcome != Outcome::Silent {
                    return Err(format!("a benign input is not silent there without the patch either: {}", trial.saw));
                }
            }
            same &= watched.shown == marks.shown && watched.shown == pages.shown;
        }
        Ok(same)
    }

    /// Inputs without the flaw: what was silent without the patch must be with it, and hold no more memory. The most
    /// blocks that the unpatched program held at the end of any.
    pub fn clean(&self, clean: &[Feed], seen: &mut Seen) -> Result<Option<u64>, String> {
        let pairs: Vec<(Trial, Trial)> =
            together(clean, |feed| Ok((self.pages.without.run(feed)?, self.pages.with.run(feed)?)))
                .into_iter()
                .collect::<Result<_, String>>()?;
        seen.runs += 2 * pairs.len();
        let mut most = None;
        let mut more = 0;
        let mut example = None;
        for (without, with) in pairs.iter().filter(|(without, _)| without.outcome == Outcome::Silent) {
            if stopped(with) {
                seen.against.get_or_insert_with(|| with.saw.clone());
            }
            let (Some(before), Some(after)) = (held(without), held(with)) else { continue };
            most = most.max(Some(before.now));
            if after.now > before.now {
                more += 1;
                example.get_or_insert((before.now, after.now));
            }
        }
        if let Some((before, after)) = example {
            seen.holds = Some(format!(
                "on {more} of {} inputs without the flaw it holds more blocks at the end: {after} and not {before}",
                pairs.len()
            ));
        }
        Ok(most)
    }

    /// Inputs with the flaw: whether the unpatched build is stopped, and whether the patched one is.
    pub fn firing(&self, firing: &[Feed], triggers: usize, comparable: bool, seen: &mut Seen) -> Result<(), String> {
        let all: Vec<(usize, &Feed)> = firing.iter().enumerate().collect();
        let runs: Vec<[Trial; 5]> = together(&all, |(_, feed)| {
            Ok([
                self.pages.without.run(feed)?,
                self.marks.without.run(feed)?,
                self.pages.with.run(feed)?,
                self.marks.with.run(feed)?,
                self.watched.with.run(feed)?,
            ])
        })
        .into_iter()
        .collect::<Result<_, String>>()?;
        seen.runs += 5 * runs.len();
        let (mut nothing, mut other) = (0, 0);
        for ((index, feed), [pages_without, marks_without, pages, marks, watched]) in all.into_iter().zip(&runs) {
            if let Some(own) = &self.own {
                let trial = own.run(feed)?;
                seen.runs += 1;
                if trial.outcome == Outcome::Fired {
                    seen.against.get_or_insert_with(|| trial.saw.clone());
                    if index < triggers {
                        seen.trigger.get_or_insert(trial.saw);
                    }
                }
            }
            seen.stopped += usize::from(stopped(pages_without) || stopped(marks_without));
            seen.stopped_with += usize::from(stopped(pages) || stopped(marks));
            for trial in [pages, marks] {
                // Without the sanitizer it does not end, and with it did.
                let endless = trial.outcome == Outcome::Limit && watched.outcome == Outcome::Silent;
                if stopped(trial) || endless && trial.end == CPU_LIMIT {
                    seen.against.get_or_insert_with(|| trial.saw.clone());
                    if index < triggers {
                        seen.trigger.get_or_insert_with(|| trial.saw.clone());
                    }
                } else if trial.outcome != Outcome::Silent {
                    nothing += 1;
                } else if watched.outcome == Outcome::Silent && watched.shown != trial.shown {
                    // What differs from itself is left out.
                    let again = self.watched.with.run(feed)?;
                    seen.runs += 1;
                    if let Some(what) = again.shown.difference(&trial.shown).filter(|_| again.shown == watched.shown) {
                        other += 1;
                        seen.differs.get_or_insert_with(|| format!("another {what}: {}", trial.end));
                    }
                }
            }
        }
        if nothing * 10 > runs.len() * 2 {
            return Err(format!("{nothing} of {} runs of the patched build gave no evidence", runs.len() * 2));
        }
        if !comparable {
            // They differ on ordinary inputs without the patch too.
            seen.differs = None;
            if !seen.can_stop {
                return Err("it shows other things than under the sanitizer without the patch too".into());
            }
        } else if let Some(differs) = &mut seen.differs {
            differs.push_str(&format!(", and so in {other} runs"));
        }
        Ok(())
    }

    /// For a flaw in the lifetime of memory: whether the patched program holds more at the end of inputs with the
    /// flaw than the unpatched one does at the end of any without it.
    pub fn hoards(&self, firing: &[Feed], most: Option<u64>, seen: &mut Seen) {
        let Some(most) = most.filter(|_| seen.holds.is_none()) else { return };
        let ends = together(firing, |feed| held(&self.pages.with.run(feed).ok()?));
        seen.runs += ends.len();
        let more: Vec<u64> = ends.into_iter().flatten().map(|held| held.now).filter(|now| *now > most).collect();
        if let Some(example) = more.first() {
            seen.holds = Some(format!(
                "on {} inputs with the flaw it holds more blocks at the end, as {example}, than the unpatched program on \
                 any without it, {most}: what is never freed is never used after it was freed",
                more.len()
            ));
        }
    }
}

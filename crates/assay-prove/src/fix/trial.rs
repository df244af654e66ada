//! One input in one build, in a sandbox of its own, judged like a run of the
//! bundle: by the same oracle, harness and limits.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use assay_bundle::manifest::ArmName;
use assay_bundle::verdict::Outcome;
use assay_sandbox::{End, Node, Tree};

use super::feed::Feed;
use super::laid::{Laid, lay};
use crate::evidence::{Cell, Role, Signature};
use crate::execute::{Executor, lock};
use crate::observe::Resolver;
use crate::oracle::end_words;

/// What one input did in one build.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// What the oracle says.
    pub outcome: Outcome,
    /// Whether it showed the signs of life of a benign run.
    pub alive: bool,
    /// How it ended, in words.
    pub end: String,
    /// What fired or crashed.
    pub signature: Option<Signature>,
    /// What the oracle saw.
    pub saw: String,
    /// What it showed of itself.
    pub shown: Shown,
    /// CPU time by the kernel.
    pub cpu: Duration,
    /// The log folder, where the oracle has one.
    pub log: Tree,
}

/// What a run shows of itself: by this two builds are compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Shown {
    /// Exit status or signal.
    pub end: String,
    /// Standard output, with addresses made one.
    pub stdout: Vec<u8>,
    /// Standard error, with addresses made one.
    pub stderr: Vec<u8>,
    /// Files left in `$SCRATCH`: path and content.
    pub files: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Shown {
    /// What differs, in words; none if nothing does.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<&'static str> {
        let parts = [
            (self.end == other.end, "exit status"),
            (self.stdout == other.stdout, "stdout"),
            (self.stderr == other.stderr, "stderr"),
            (self.files == other.files, "files"),
        ];
        parts.into_iter().find(|(same, _)| !same).map(|(_, what)| what)
    }
}

/// Runs inputs in one build.
pub struct Bench<'a> {
    executor: &'a Executor<'a>,
    arm: ArmName,
    resolver: Mutex<Resolver>,
    folder: &'a Path,
    elsewhere: bool,
}

impl<'a> Bench<'a> {
    /// In this build; inputs are laid into `folder` while they run.
    #[must_use]
    pub fn new(executor: &'a Executor<'a>, arm: ArmName, folder: &'a Path) -> Self {
        let resolver = Mutex::new(Resolver::default());
        Self { executor, arm, resolver, folder, elsewhere: false }
    }

    /// The same in folders of other names.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        Self { elsewhere: true, ..self }
    }

    /// Runs one input.
    ///
    /// # Errors
    ///
    /// The sandbox cannot run it, or the disk is full.
    pub fn run(&self, feed: &Feed) -> Result<Trial, String> {
        let executor = self.executor;
        let arm = executor.arms.get(&self.arm).ok_or("there is no such build")?;
        let out = arm.outs.values().next().ok_or("nothing was built")?;
        let Laid { argv, stdin, mut extra, away } = lay(executor, arm, out, feed, self.folder)?;
        (extra.keep_scratch, extra.elsewhere) = (true, self.elsewhere);
        let single = executor.single_with(arm, out, argv, stdin, extra);
        drop(away);
        let single = single?;
        let cell = Cell { arm: self.arm, role: Role::Trigger, input: 0 };
        let fault = single.fault(executor.manifest.harness.alive.exit);
        let (outcome, signature, saw) = match fault {
            // What a driver could not bring to the server shows nothing of it.
            Some(why) => (Outcome::HarnessError, None, why),
            None => match executor.judge(cell, &single, out, Some(&self.resolver)) {
                Ok(judgement) => (judgement.outcome, judgement.signature, judgement.saw),
                Err(why) => (Outcome::OracleBroken, None, why),
            },
        };
        let missing = match &single.met {
            Some(met) => met.missing(executor.alive, &single.finished.end),
            None => executor.alive.missing_in(&single.finished),
        };
        let end = end_words(&single.finished.end);
        Ok(Trial {
            outcome,
            alive: missing.is_none(),
            signature,
            saw,
            shown: Shown {
                end: match single.finished.end {
                    // Which of several limits came first is the machine's.
                    End::CpuLimit | End::WallLimit | End::MemoryLimit | End::OutputLimit => "limit".into(),
                    _ => end.clone(),
                },
                stdout: match &single.met {
                    Some(met) => {
                        timeless(&normal(&[&single.finished.stdout, &met.driver.stdout].map(Vec::as_slice).concat()))
                    }
                    None => normal(&single.finished.stdout),
                },
                stderr: match &single.met {
                    Some(_) => timeless(&normal(&single.finished.stderr)),
                    None => normal(&single.finished.stderr),
                },
                files: single.scratch.as_ref().map(files).unwrap_or_default(),
            },
            end,
            cpu: single.finished.usage.cpu,
            log: single.log,
        })
    }
}

/// Runs many at a time, as many as there are cores; the answers are in the order of the jobs.
pub fn together<J: Sync, T: Send>(jobs: &[J], work: impl Fn(&J) -> T + Sync) -> Vec<T> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(jobs.len().max(1));
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some((index, job)) = {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    jobs.get(index).map(|job| (index, job))
                } {
                    let answer = work(job);
                    lock(&done).push((index, answer));
                }
            });
        }
    });
    let mut done = std::mem::take(&mut *lock(&done));
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, answer)| answer).collect()
}

/// Addresses are drawn anew in each run, and process numbers stand in the runtime's own lines.
fn normal(output: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(output.len());
    let mut at = 0;
    while at < output.len() {
        let hex = output[at..]
            .starts_with(b"0x")
            .then(|| output[at + 2..].iter().take(16).take_while(|byte| byte.is_ascii_hexdigit()).count());
        match hex {
            // An address has eight digits at least; a shorter number is the program's own.
            Some(digits) if digits >= 8 => {
                out.extend_from_slice(b"0x.");
                at += 2 + digits;
            }
            _ => {
                out.push(output[at]);
                at += 1;
            }
        }
    }
    out
}

/// What a server says of the time of day is made one: `12:34:56`.
fn timeless(output: &[u8]) -> Vec<u8> {
    let mut out = output.to_vec();
    for at in 0..out.len().saturating_sub(7) {
        let time = out[at..at + 8].iter().zip(b"00:00:00").all(|(byte, form)| match form {
            b':' => *byte == b':',
            _ => byte.is_ascii_digit(),
        });
        if time {
            out[at..at + 8].copy_from_slice(b"..:..:..");
        }
    }
    out
}

fn files(tree: &Tree) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut files: Vec<_> = tree
        .entries
        .iter()
        .map(|entry| {
            let content = match &entry.node {
                Node::File { content, .. } => content.clone(),
                Node::Folder => b"folder".to_vec(),
                Node::Link(target) => [b"link ", target.as_slice()].concat(),
                Node::Other => b"other".to_vec(),
            };
            (entry.path.clone(), content)
        })
        .collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn addresses_are_one_and_numbers_are_not() {
        assert_eq!(normal(b"at 0x7ffd00112233, len 0x10"), normal(b"at 0x55ee00112233, len 0x10"));
        assert_ne!(normal(b"len 0x10"), normal(b"len 0x11"));
    }

    #[test]
    fn the_time_of_day_is_one_and_numbers_are_not() {
        assert_eq!(timeless(b"Date: 10:20:30 GMT"), timeless(b"Date: 11:21:31 GMT"));
        assert_ne!(timeless(b"ratio 1:2"), timeless(b"ratio 1:3"));
    }

    #[test]
    fn answers_keep_the_order_of_the_jobs() {
        let jobs: Vec<usize> = (0..100).collect();
        assert_eq!(together(&jobs, |job| job * 2), jobs.iter().map(|job| job * 2).collect::<Vec<_>>());
    }

    #[test]
    fn a_difference_is_named() {
        let one = Shown { end: "exit 0".into(), ..Shown::default() };
        assert_eq!(one.difference(&one.clone()), None);
        assert_eq!(one.difference(&Shown { end: "exit 1".into(), ..one.clone() }), Some("exit status"));
        assert_eq!(one.difference(&Shown { stdout: b"x".to_vec(), ..one.clone() }), Some("stdout"));
        assert_eq!(one.difference(&Shown { files: vec![(b"a".to_vec(), vec![])], ..one.clone() }), Some("files"));
    }
}

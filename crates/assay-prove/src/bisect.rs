//! Which commit took the flaw away? The bundle's proof is asked of the commits of
//! a repository, each built in the sandbox by the bundle's own recipe.
//!
//! The line of first parents is searched; where the answer is a merge, the line
//! that it merged is searched too. A commit that does not build, does not live or
//! gives no evidence is passed over and counted. What is found is asked again,
//! twice, with its parent, before it is said.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use assay_bundle::manifest::Manifest;

use crate::bisect_repo::{Commit, Repo, RepoError};
use crate::bisect_search;
use crate::derived;
use crate::frozen;
use crate::latest::{self, Ground, Still, Version};
use crate::load::LoadedBundle;
use crate::pipeline::{ProveError, Prover};
use crate::recipe::PackageName;

/// How often the answer is asked again.
const CONFIRMED: usize = 2;
/// Merges inside merges that are followed.
const MERGES: usize = 8;

/// What is to be found out.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The proof.
    pub bundle: &'a LoadedBundle,
    /// Its checked manifest.
    pub manifest: &'a Manifest,
    /// The repository.
    pub repo: &'a Path,
    /// The target's folder in it, with `/` between its parts; empty for all of it.
    pub folder: &'a str,
    /// A commit that has the flaw; found out where it is not given.
    pub from: Option<&'a str>,
    /// A later one that does not.
    pub to: &'a str,
}

/// A commit that was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its name.
    pub commit: Commit,
    /// The word.
    pub still: Still,
    /// Why.
    pub sentence: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The first commit without the flaw, and its parent, which has it.
    Found {
        /// Without.
        fix: Commit,
        /// With.
        before: Commit,
    },
    /// It went somewhere between these two; the commits between them tell nothing.
    Between {
        /// The last one known to have it.
        still: Commit,
        /// The first one known not to.
        gone: Commit,
        /// How many lie between them.
        unknown: usize,
    },
    /// The last commit still has it.
    StillThere,
    /// Nothing can be said: the sentence says why.
    CannotTell(String),
}

/// A bisection, done.
#[derive(Debug, Clone)]
pub struct Bisection {
    /// The bundle's own proof.
    pub ground: Ground,
    /// The commit that was known or found to have the flaw.
    pub from: Option<Commit>,
    /// How that one was come by, in words.
    pub from_by: &'static str,
    /// The last commit.
    pub to: Commit,
    /// Commits of the line.
    pub commits: usize,
    /// Commits in the order in which they were asked; those asked again are there again.
    pub asked: Vec<Asked>,
    /// Versions that were prepared, built and run.
    pub builds: usize,
    /// What was found.
    pub answer: Answer,
    /// First line of the found commit's message; hostile text.
    pub subject: String,
    /// The day of the found commit, as it says itself; hostile text.
    pub day: String,
    /// Whether the found commit is a merge.
    pub merge: bool,
    /// How long all of it took.
    pub took: Duration,
}

/// What happens, for people who wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The bundle's own proof is run.
    Ground,
    /// A commit is asked: its name, how many were asked before, how many commits there are.
    Asking(Commit, usize, usize),
    /// The answer is asked again.
    Confirming(Commit),
}

/// Why there is no bisection.
#[derive(Debug, thiserror::Error)]
pub enum BisectError {
    /// The repository cannot be read, or has no such commit.
    #[error("{0}")]
    Repo(#[from] RepoError),
    /// The cache's folder cannot be written.
    #[error("{0}")]
    Prove(#[from] ProveError),
    /// The engine is missing.
    #[error("{0}")]
    NoSandbox(String),
    /// The folder of the target is no path inside a repository.
    #[error("`{0}` is no folder inside a repository")]
    NoFolder(String),
}

/// Searches.
///
/// # Errors
///
/// See [`BisectError`]. What a commit does is never one.
pub fn run(
    prover: &Prover<'_>,
    question: &Question<'_>,
    hear: &(dyn Fn(Step) + Sync),
) -> Result<Bisection, BisectError> {
    let begun = Instant::now();
    let sandbox = prover.sandbox.map_err(|error| BisectError::NoSandbox(error.to_string()))?;
    let part = |part: &str| !part.is_empty() && !matches!(part, "." | "..") && !part.chars().any(char::is_control);
    if !question.folder.is_empty() && (!question.folder.split('/').all(part) || question.folder.len() > 1000) {
        return Err(BisectError::NoFolder(question.folder.to_owned()));
    }
    let beside = tempfile::tempdir_in(prover.cache.root()).map_err(crate::pipeline::disk("the cache"))?;
    let cache = prover.cache.beside(beside.path());
    let prover = Prover { cache: &cache, ..*prover };
    let repo = Repo::open(sandbox, question.repo, beside.path())?;
    // A wrong name shows before the work, not after it.
    let to = repo.resolve(question.to)?;
    let given = question.from.map(|from| repo.resolve(from)).transpose()?;

    hear(Step::Ground);
    let ground = latest::ground(&prover, question.bundle, question.manifest, &|_| {})?;
    let mut search = Search {
        prover: &prover,
        question,
        repo: &repo,
        ground: &ground,
        beside: beside.path(),
        hear,
        known: BTreeMap::new(),
        asked: Vec::new(),
        builds: 0,
        commits: 0,
    };
    let (from, from_by, answer) = if latest::shows(&ground.proof.ruling) {
        search.answer(given, &to)?
    } else {
        let why =
            format!("the bundle's own proof does not show the flaw on this machine: {}", ground.proof.ruling.sentence);
        (given, "named", Answer::CannotTell(why))
    };
    let (asked, builds, commits) = (search.asked, search.builds, search.commits);
    let (mut subject, mut day, mut merge) = (String::new(), String::new(), false);
    if let Answer::Found { fix, .. } = &answer {
        (subject, day) = repo.about(fix);
        merge = repo.parents(fix)?.len() > 1;
    }
    let took = begun.elapsed();
    Ok(Bisection { ground, from, from_by, to, commits, asked, builds, answer, subject, day, merge, took })
}

struct Search<'a> {
    prover: &'a Prover<'a>,
    question: &'a Question<'a>,
    repo: &'a Repo<'a>,
    ground: &'a Ground,
    beside: &'a Path,
    hear: &'a (dyn Fn(Step) + Sync),
    /// By tree: commits that change nothing of the target are one version.
    known: BTreeMap<String, (Still, String)>,
    asked: Vec<Asked>,
    builds: usize,
    commits: usize,
}

type Ends = (Option<Commit>, &'static str, Answer);

impl Search<'_> {
    fn answer(&mut self, given: Option<Commit>, to: &Commit) -> Result<Ends, BisectError> {
        let purl = PackageName::of(&self.question.manifest.target.purl);
        let tag = self.repo.tag_of(&purl.name, &purl.version).and_then(|tag| self.repo.resolve(&tag).ok());
        let (from, by) = match (given, tag) {
            (Some(given), _) => (Some(given), "named"),
            (None, Some(tag)) if tag != *to => (Some(tag), "the tag of the bundle's version"),
            _ => (None, "searched backwards"),
        };
        let line = self.repo.line(from.as_ref(), to)?;
        self.commits = line.len();
        let cannot = |from: Option<Commit>, why: String| Ok((from, by, Answer::CannotTell(why)));
        let Some(last) = line.len().checked_sub(1) else {
            return cannot(from, "there is no commit between the two ends".into());
        };
        match self.ask(to)? {
            Still::Gone => {}
            Still::StillThere => return Ok((from, by, Answer::StillThere)),
            Still::CannotTell => {
                return cannot(from, format!("the last commit tells nothing: {}", self.last_sentence()));
            }
        }
        let (still, gone) = if from.is_some() {
            let Some(first) = line.first().filter(|_| last > 0).cloned() else {
                return cannot(from, "there is no commit between the two ends".into());
            };
            if self.ask(&first)? != Still::StillThere {
                let why =
                    format!("the first commit, {}, does not show the flaw: {}", short(&first), self.last_sentence());
                return cannot(from, why);
            }
            (0, last)
        } else {
            match self.backwards(&line)? {
                Some(ends) => ends,
                None => {
                    return cannot(
                        None,
                        "no commit that was asked shows the flaw; name one that does with --from".into(),
                    );
                }
            }
        };
        let from = from.or_else(|| line.get(still).cloned());
        let answer = self.within(&line, still, gone, 0)?;
        Ok((from, by, answer))
    }

    /// Goes back 1, 2, 4, 8 and more commits until one has the flaw.
    fn backwards(&mut self, line: &[Commit]) -> Result<Option<(usize, usize)>, BisectError> {
        let mut gone = line.len().saturating_sub(1);
        let mut back = 1;
        loop {
            let place = line.len().saturating_sub(1).saturating_sub(back);
            let Some(commit) = line.get(place).cloned() else { return Ok(None) };
            match self.ask(&commit)? {
                Still::StillThere => return Ok(Some((place, gone))),
                Still::Gone => gone = place,
                Still::CannotTell => {}
            }
            if place == 0 {
                return Ok(None);
            }
            back *= 2;
        }
    }

    fn within(&mut self, line: &[Commit], still: usize, gone: usize, depth: usize) -> Result<Answer, BisectError> {
        let found = bisect_search::search(still, gone, |place| match line.get(place).cloned() {
            Some(commit) => self.ask(&commit),
            None => Ok(Still::CannotTell),
        })?;
        let (Some(before), Some(fix)) = (line.get(found.still).cloned(), line.get(found.gone).cloned()) else {
            return Ok(Answer::CannotTell("the line of commits is empty".into()));
        };
        if found.unknown() > 0 {
            return Ok(Answer::Between { still: before, gone: fix, unknown: found.unknown() });
        }
        if let Some(inner) = self.merged(&before, &fix, depth)? {
            return Ok(inner);
        }
        self.confirmed(before, fix)
    }

    /// Where a merge took the flaw away: the commit of the merged line that did, if it lies there.
    fn merged(&mut self, before: &Commit, fix: &Commit, depth: usize) -> Result<Option<Answer>, BisectError> {
        let parents = self.repo.parents(fix)?;
        let Some(side) = parents.get(1).filter(|_| depth < MERGES) else { return Ok(None) };
        let line = self.repo.line(Some(before), side)?;
        let Some(base) = line.first().cloned().filter(|_| line.len() > 1) else { return Ok(None) };
        if self.ask(side)? != Still::Gone || self.ask(&base)? != Still::StillThere {
            return Ok(None);
        }
        self.commits += line.len() - 1;
        self.within(&line, 0, line.len() - 1, depth + 1).map(Some)
    }

    /// What was found, asked again.
    fn confirmed(&mut self, before: Commit, fix: Commit) -> Result<Answer, BisectError> {
        for _ in 0..CONFIRMED {
            for (commit, expected) in [(&before, Still::StillThere), (&fix, Still::Gone)] {
                (self.hear)(Step::Confirming(commit.clone()));
                let (still, sentence) = self.fresh(commit)?;
                self.asked.push(Asked { commit: commit.clone(), still, sentence: sentence.clone() });
                if still != expected {
                    let why = format!(
                        "asked again, {} is {} and was {} before: {sentence}",
                        short(commit),
                        still.as_str(),
                        expected.as_str()
                    );
                    return Ok(Answer::CannotTell(why));
                }
            }
        }
        Ok(Answer::Found { fix, before })
    }

    fn last_sentence(&self) -> &str {
        self.asked.last().map_or("", |asked| asked.sentence.as_str())
    }

    fn ask(&mut self, commit: &Commit) -> Result<Still, BisectError> {
        if let Some(asked) = self.asked.iter().find(|asked| asked.commit == *commit) {
            return Ok(asked.still);
        }
        (self.hear)(Step::Asking(commit.clone(), self.asked.len(), self.commits));
        let tree = self.repo.tree(commit, self.question.folder).ok();
        let known = tree.as_ref().and_then(|tree| self.known.get(tree).cloned());
        let (still, sentence) = match known {
            Some(known) => known,
            None => self.fresh(commit)?,
        };
        if let Some(tree) = tree {
            self.known.insert(tree, (still, sentence.clone()));
        }
        self.asked.push(Asked { commit: commit.clone(), still, sentence });
        Ok(still)
    }

    /// Asks a commit, whatever is known of it.
    fn fresh(&mut self, commit: &Commit) -> Result<(Still, String), BisectError> {
        let got = self.repo.tree(commit, self.question.folder).and_then(|tree| self.repo.archive(&tree, self.beside));
        let digest = match got {
            Ok(digest) => digest,
            Err(RepoError::Unavailable(why)) => return Err(RepoError::Unavailable(why).into()),
            Err(error) => return Ok((Still::CannotTell, error.to_string())),
        };
        self.builds += 1;
        let source = derived::archive(&self.question.manifest.target.purl, frozen::NAME, &digest);
        let version = Version { name: commit.clone(), source };
        let Question { bundle, manifest, .. } = self.question;
        let recheck = latest::recheck(self.prover, bundle, manifest, self.ground, &version, &|_| {})?;
        // Hundreds of whole sources would fill the disk.
        let _ = fs::remove_file(self.beside.join(digest.to_hex()));
        Ok((recheck.still, recheck.sentence))
    }
}

/// The first digits of a commit's name, as git shows them.
#[must_use]
pub fn short(commit: &Commit) -> &str {
    commit.get(..12).unwrap_or(commit)
}

//! `assay bisect`: which commit took the flaw away?

use std::path::{Path, PathBuf};

use assay_prove::bisect::{self, Answer, BisectError, Bisection, Question, Step};
use assay_prove::bisect_repo::RepoError;
use clap::Args;

use crate::cli::{Common, Format};
use crate::failure::Failure;
use crate::intake;
use crate::output;
use crate::place;
use crate::progress::Progress;
use crate::report::bisect_json::BisectJson;
use crate::report::bisect_text;
use crate::report::check_text;
use crate::report::next::quoted;
use crate::report::problem_json::RefusalJson;
use crate::runner::Runner;

/// The bundle or the call is wrong.
const WRONG: u8 = 2;
/// The last commit still has the flaw.
const STILL_THERE: u8 = 10;
/// Only a stretch of commits is known.
const STRETCH: u8 = 11;
/// Nothing can be said.
const CANNOT_TELL: u8 = 13;

/// Find the commit that took a flaw away, in a git repository
///
/// Each commit that is asked is unpacked and built in the sandbox by the bundle's own recipe, then run with the
/// bundle's harness, inputs and oracle. Commits that do not build or tell nothing are passed over and counted. What
/// is found is run twice more, with its parent, before it is said.
///
/// Of the repository only the objects and the names of references are read: no hook, configuration, filter or
/// attribute of it has a say, nothing is checked out, and git itself runs in the sandbox.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  assay bisect report/ ../project
  assay bisect report/ ../project --from v1.2 --to main
  assay bisect report/ ../monorepo --folder crates/parser

Exit codes:
   0  the commit was found
  10  the last commit still has the flaw
  11  only a stretch of commits is known, which tell nothing themselves
  13  cannot tell
   2  the bundle or the call is wrong, or the repository cannot be read
   1  Assay itself failed")]
pub struct BisectArgs {
    /// A folder or `.tar.zst` file with a proof.toml
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// A git repository on this machine
    #[arg(value_name = "REPOSITORY")]
    pub repository: PathBuf,
    /// A commit that has the flaw; else the tag of the bundle's version, else one is searched backwards
    #[arg(long, value_name = "REV")]
    pub from: Option<String>,
    /// A later commit that does not have it
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub to: String,
    /// The folder of the target in the repository
    #[arg(long, value_name = "DIR", default_value = "")]
    pub folder: String,
}

/// What was asked and what came of it.
pub struct Told<'a> {
    /// Where the bundle was read from.
    pub path: &'a Path,
    /// The repository.
    pub repository: &'a Path,
    /// What was found.
    pub bisection: Bisection,
}

/// Searches.
pub fn run(call: &BisectArgs, common: &Common) -> Result<u8, Failure> {
    let ready = match intake::ready(&call.bundle) {
        Ok(ready) => ready,
        Err(refusal) => {
            match common.format {
                Format::Text => output::say(check_text::refusal(&call.bundle, &refusal).trim_end()),
                Format::Json => output::json(&RefusalJson::of(&refusal)),
            }
            return Ok(WRONG);
        }
    };
    let runner = Runner::open(place::cache()?);
    let progress = Progress::start(&quoted(&call.repository), !common.no_progress);
    let question = Question {
        bundle: &ready.bundle,
        manifest: &ready.manifest,
        repo: &call.repository,
        folder: call.folder.trim_matches('/'),
        from: call.from.as_deref(),
        to: &call.to,
    };
    let bisection = bisect::run(&runner.prover(), &question, &|step| progress.say(&words(&step))).map_err(failure)?;
    drop(progress);
    let told = Told { path: &call.bundle, repository: &call.repository, bisection };
    match common.format {
        Format::Text => output::answer(&bisect_text::render(&told)),
        Format::Json => output::json(&BisectJson::of(&told)),
    }
    Ok(match told.bisection.answer {
        Answer::Found { .. } => 0,
        Answer::StillThere => STILL_THERE,
        Answer::Between { .. } => STRETCH,
        Answer::CannotTell(_) => CANNOT_TELL,
    })
}

fn words(step: &Step) -> String {
    match step {
        Step::Ground => "the bundle's own proof".to_owned(),
        Step::Asking(commit, asked, commits) => {
            format!("{} is built and run; {asked} asked of {commits} commits", bisect::short(commit))
        }
        Step::Confirming(commit) => format!("{} once more", bisect::short(commit)),
    }
}

fn failure(error: BisectError) -> Failure {
    let message = crate::report::plain::line(&error.to_string(), 600);
    match error {
        BisectError::Repo(RepoError::NotReadable(_)) => Failure::call("no-repository", message).help(
            "name a git repository of this machine that this user can read; `git clone --bare` makes a plain one",
        ),
        BisectError::Repo(RepoError::NoCommit(_)) => {
            Failure::call("no-commit", message).help("name a commit, a tag or a branch of that repository")
        }
        BisectError::Repo(RepoError::Unavailable(_)) => {
            Failure::own("no-git", message).help("git is needed under /usr, and the sandbox has to run it")
        }
        BisectError::NoFolder(_) => {
            Failure::call("no-folder", message).help("name it as git does: parts with `/` between them")
        }
        BisectError::NoSandbox(_) => Failure::own("no-sandbox", message),
        BisectError::Prove(_) => Failure::own("cannot-prove", message)
            .help("check the space and the permissions of the cache folder (ASSAY_CACHE)"),
    }
}

//! Looks at single runs of a build: by whichever means this build can be looked
//! at, found out once for all its inputs.

use std::collections::BTreeSet;
use std::path::Path;

use assay_sandbox::{Profile, Stdin};

use super::script::{self, Language};
use super::{Span, as_far_as_it_came, judge, recorded, spans, traced};
use crate::evidence::Reach;
use crate::execute::{Built, Executor};
use crate::oracle::RunOptions;
use crate::recipe::{REACH, RUNNER_FOLDER};
use crate::single::Extra;
use crate::source::ChangedLines;
use crate::work::write_readable;

/// The functions of a build, and which of them ran.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub spans: Vec<Span>,
    pub offsets: BTreeSet<u64>,
}

/// What one run is given.
pub(crate) struct Given {
    pub argv: Vec<String>,
    pub stdin: Stdin,
    pub extra: Extra,
}

enum Means {
    /// A second copy of the build that writes down its functions.
    Recorder(Vec<Span>),
    /// The interpreter's own, with the places of the changed files.
    Script(Language, Vec<(String, String)>),
    /// A tracer that stops the program at the changed functions.
    Traced(traced::Plan),
}

/// Looks at runs of one build.
pub(crate) struct Watch<'a> {
    executor: &'a Executor<'a>,
    arm: &'a Built,
    out: &'a Path,
    changed: Vec<ChangedLines>,
    means: Means,
    /// For what is put before the program; gone with it.
    folder: tempfile::TempDir,
}

impl<'a> Watch<'a> {
    /// None where nothing changed, or where this build cannot be looked at.
    pub fn new(executor: &'a Executor<'a>, changed: &[ChangedLines], arm: &'a Built, out: &'a Path) -> Option<Self> {
        if changed.is_empty() {
            return None;
        }
        let folder = readable_folder(executor.work).ok()?;
        let run = &executor.manifest.harness.run;
        let recorder =
            out.join(".assay").join(REACH).is_file() && run.first().map(String::as_str) == Some("$OUT/harness");
        let means = if recorder {
            Means::Recorder(spans(executor, out, &recording()))
        } else if let Some(language) = Language::of(executor) {
            write_readable(folder.path(), "sitecustomize.py", script::PYTHON.as_bytes(), false).ok()?;
            Means::Script(language, script::places(executor, arm, changed))
        } else {
            let plan = traced::Plan::of(executor, out, changed)?;
            traced::compile(executor, folder.path())?;
            Means::Traced(plan)
        };
        Some(Self { executor, arm, out, changed: changed.to_vec(), means, folder })
    }

    /// Whether this run gets to the change.
    pub fn ask(&self, given: Given) -> Reach {
        self.run(given).unwrap_or(Reach::Unknown)
    }

    fn run(&self, Given { mut argv, stdin, extra }: Given) -> Option<Reach> {
        let (arm, out) = (self.arm, self.out);
        let under = Executor { hooks: self.folder.path(), ..*self.executor };
        match &self.means {
            Means::Recorder(spans) => {
                argv.first_mut()?.clone_from(&recording());
                let (end, log) = self.executor.with_log(arm, out, argv, stdin, extra, RunOptions::default()).ok()?;
                let offsets = recorded(&log);
                (!offsets.is_empty()).then(|| as_far_as_it_came(judge(&self.changed, spans, &offsets), &end))
            }
            Means::Script(language, places) => {
                let files: Vec<String> = places.iter().map(|(path, _)| path.clone()).collect();
                let options = RunOptions { env: language.env(&files), hook: true, ..RunOptions::default() };
                let (end, log) = under.with_log(arm, out, argv, stdin, extra, options).ok()?;
                let ran = match language {
                    Language::Python => script::python(&log, places)?,
                    Language::Node => script::node(&log, places, arm)?,
                };
                Some(as_far_as_it_came(judge(&self.changed, &ran.spans, &ran.offsets), &end))
            }
            Means::Traced(plan) => {
                let env = ["ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"]
                    .map(|name| (name.to_owned(), "detect_leaks=0:symbolize=0:quarantine_size_mb=8".to_owned()));
                // The profile that lets a process trace its own children.
                let options =
                    RunOptions { env: env.into(), hook: true, profile: Profile::Lsan, ..RunOptions::default() };
                let (end, log) = under.with_log(arm, out, plan.command(argv), stdin, extra, options).ok()?;
                let ran = plan.ran(&log)?;
                Some(plan.as_far_as_it_sees(as_far_as_it_came(judge(&self.changed, &ran.spans, &ran.offsets), &end)))
            }
        }
    }
}

/// The program of the copy that writes down its functions.
fn recording() -> String {
    format!("{RUNNER_FOLDER}/{REACH}")
}

/// A folder that the sandbox's user can read.
fn readable_folder(work: &Path) -> std::io::Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir_in(work)?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

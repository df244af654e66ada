//! Builds one arm in the sandbox and keeps what it put into `$OUT`.
//!
//! The build sees the bundle without its inputs, a writable copy of the arm's
//! source, and unpacked dependencies. `$OUT` is a tmpfs of the sandbox: what a
//! hostile build leaves there comes out as plain files and harmless links only.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_bundle::manifest::{Build, Limits, Manifest};
use assay_bundle::path::BundlePath;
use assay_sandbox::{
    Collect, End, Into as Destination, Mount, Profile, RunLimits, Sandbox, SandboxError, Spec, Stdin, Task,
};

use crate::build_cache::BuildCache;
use crate::build_key::BuildKeys;
use crate::diagnostic::{self, CompilerError};
use crate::digest;
use crate::layout::{BUNDLE, DEPS, OUT, SCRATCH, SRC};
use crate::oracle::end_words;
use crate::recipe::{self, Context, Dependency, PackageName};
use crate::toolchain::Toolchain;

/// CPU time of a build whose bundle names none.
pub const CPU: Duration = Duration::from_secs(600);

/// Files a build may leave in `$OUT`.
const MAX_ENTRIES: u64 = 200_000;

/// Everything that a build needs.
pub struct Builder<'a> {
    /// Runs it.
    pub sandbox: &'a dyn Sandbox,
    /// The manifest.
    pub manifest: &'a Manifest,
    /// Tools and their folders.
    pub toolchain: &'a Toolchain,
    /// The staged bundle without inputs.
    pub bundle: &'a Path,
    /// Bytes that builds may still leave on the disk, all together.
    pub room: Cell<u64>,
    /// Where builds are kept, if they are.
    pub kept: Option<BuildCache>,
    /// What those are known by.
    pub keys: BuildKeys,
    /// Builds that were made by this one.
    pub made: Cell<u32>,
    /// Builds that were taken from those that are kept.
    pub reused: Cell<u32>,
}

/// One arm's build.
pub struct Job<'a> {
    /// The arm's prepared source.
    pub source: &'a Path,
    /// Its unpacked dependencies.
    pub deps: &'a [Dependency],
    /// Where they lie on the host.
    pub deps_folder: &'a Path,
    /// For kind `program`: the program's source and its file on the host.
    pub program: Option<(&'a BundlePath, &'a Path)>,
    /// Whether the reach check wants a copy that records which functions run.
    pub recorder: bool,
    /// Where `$OUT` is kept: an existing, empty folder.
    pub out: &'a Path,
}

/// Why there is no build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The sandbox could not run it.
    #[error("{0}")]
    Unavailable(#[from] SandboxError),
    /// A limit of this runner, or of the machine, ended it: that says nothing about the bundle.
    #[error("the build was ended by a limit of this runner: {0}")]
    RunnersLimit(String),
    /// The limit that the claimant set himself ended it.
    #[error("the build was ended by its own limit: {0}")]
    OwnLimit(String),
    /// The compiler refused it. Only where its messages are asked for, by the oracle `build-refusal`.
    #[error("{}", rendered(.0))]
    Refused(Vec<CompilerError>),
    /// It failed: the last lines of what it printed.
    #[error("{0}")]
    Failed(String),
}

impl Builder<'_> {
    /// Builds one arm.
    ///
    /// # Errors
    ///
    /// See [`BuildError`].
    pub fn build(&self, build: &Build, job: &Job<'_>) -> Result<(), BuildError> {
        let context = Context {
            manifest: self.manifest,
            build,
            deps: job.deps,
            program: job.program.map(|(path, _)| path),
            recorder: job.recorder,
            package: PackageName::of(&self.manifest.target.purl),
        };
        let plan = recipe::plan(&context).map_err(|error| BuildError::Failed(error.to_string()))?;
        let limits = limits(&build.limits);
        let scratch = build.limits.scratch.unwrap_or(1 << 30);
        let mut env = recipe::common_env(&self.toolchain.path_variable());
        env.extend(self.toolchain.env.iter().map(|(name, value)| (name.clone(), value.clone())));
        env.extend(plan.env);
        let request = serde_json::to_vec(&recipe::Request { steps: plan.steps, env })
            .map_err(|error| BuildError::Failed(format!("the build's steps: {error}")))?;
        let mut mounts = self.toolchain.mounts.clone();
        mounts.push(Mount::ReadOnly { host: self.bundle.to_owned(), at: BUNDLE.into() });
        mounts.push(Mount::Copy { host: job.source.to_owned(), at: SRC.into(), size: scratch });
        for folder in &plan.writable {
            mounts.push(Mount::Copy {
                host: self.bundle.join(folder.as_str()),
                at: PathBuf::from(BUNDLE).join(folder.as_str()),
                size: scratch,
            });
        }
        if let Some((path, host)) = job.program {
            mounts.push(Mount::ReadOnly { host: host.to_owned(), at: PathBuf::from(BUNDLE).join(path.as_str()) });
        }
        mounts.push(Mount::ReadOnly { host: job.deps_folder.to_owned(), at: DEPS.into() });
        mounts.push(Mount::Scratch { at: OUT.into(), size: scratch });
        mounts.push(Mount::Scratch { at: SCRATCH.into(), size: scratch });
        let spec = Spec {
            task: Task::Builtin { name: recipe::BUILTIN.into(), request },
            cwd: BUNDLE.into(),
            mounts,
            stdin: Stdin::Empty,
            limits,
            profile: Profile::Default,
            family: false,
            collect: vec![Collect {
                from: OUT.into(),
                into: Destination::Folder(job.out.to_owned()),
                max_bytes: scratch.min(self.room.get()),
                max_entries: MAX_ENTRIES,
            }],
        };
        let kept = self.kept.as_ref().and_then(|kept| {
            let key = self.keys.of(&spec, self.toolchain, &self.sandbox.layers().engine).ok()?;
            Some((kept, key))
        });
        if let Some((kept, key)) = &kept
            && let Some(bytes) = kept.take(&key.sha256, job.out, self.room.get())
        {
            self.room.set(self.room.get().saturating_sub(bytes));
            self.reused.set(self.reused.get().saturating_add(1));
            return Ok(());
        }
        let finished = self.sandbox.run(&spec)?;
        self.room.set(self.room.get().saturating_sub(digest::bytes_of(job.out)));
        match finished.end {
            End::Exited(0) if finished.trees.iter().any(|tree| tree.truncated) => {
                Err(BuildError::Failed("the build left more in $OUT than its limits allow".into()))
            }
            End::Exited(0) => {
                self.made.set(self.made.get().saturating_add(1));
                // A build that lasted while a tool changed may be of the old one or of the new one.
                if let Some((kept, key)) = kept.as_ref().filter(|(_, key)| key.still_holds(self.toolchain)) {
                    kept.keep(&key.sha256, job.out);
                }
                Ok(())
            }
            End::Exited(_) | End::Signaled(_) | End::NotStarted(_) => {
                let errors = diagnostic::read(&finished.stdout);
                Err(match (&finished.end, errors.is_empty()) {
                    (End::Exited(_), false) => BuildError::Refused(errors),
                    _ => BuildError::Failed(last_lines(&finished.stderr)),
                })
            }
            // The claimant's own bound is his to meet; the runner's default says nothing about him.
            end => {
                let own = match end {
                    End::CpuLimit => build.limits.cpu.is_some(),
                    End::OutputLimit => build.limits.output.is_some(),
                    // A machine short of memory looks the same, and time spent waiting is nobody's.
                    _ => false,
                };
                Err(if own { BuildError::OwnLimit(end_words(&end)) } else { BuildError::RunnersLimit(end_words(&end)) })
            }
        }
    }
}

fn limits(wanted: &Limits) -> RunLimits {
    let cpu = wanted.cpu.unwrap_or(CPU);
    RunLimits {
        cpu,
        wall: cpu.saturating_add(Duration::from_secs(60)),
        memory: wanted.memory.unwrap_or(2 << 30),
        output: wanted.output.unwrap_or(16 << 20),
        pids: wanted.pids.unwrap_or(256),
    }
}

/// The first errors in the compiler's own words.
fn rendered(errors: &[CompilerError]) -> String {
    errors.iter().take(3).map(|error| error.rendered.trim()).collect::<Vec<_>>().join("\n")
}

/// The end of a build's log, which is where it says why it failed.
fn last_lines(log: &[u8]) -> String {
    const LINES: usize = 20;
    const BYTES: usize = 4000;
    let start = log.len().saturating_sub(BYTES);
    let text = String::from_utf8_lossy(log.get(start..).unwrap_or_default()).into_owned();
    let lines: Vec<&str> = text.lines().collect();
    let tail = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n");
    if tail.is_empty() { "the build failed without a word".to_owned() } else { tail }
}

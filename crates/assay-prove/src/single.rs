//! One command in one arm, with everything that an oracle asks for: what is
//! mounted, what is drawn for the run, what is brought out of it afterwards.

use std::path::Path;

use assay_bundle::manifest::{HarnessOrigin, Instrument, Oracle as Declared};
use assay_sandbox::{Collect, End, Finished, Into as Destination, Mount, RunLimits, Spec, Stdin, Task, Tree};

use crate::ceiling;
use crate::elsewhere;
use crate::execute::{Built, Executor};
use crate::joined::Met;
use crate::layout::{BUNDLE, CANARY, DEPS, HOOK, LOG, OUT, SCRATCH, SRC};
use crate::oracle::canary_write::{self, Root};
use crate::oracle::secret::Secret;
use crate::oracle::{Plan, RunOptions};
use crate::recipe;
use crate::work::write_readable;

/// Bytes of a log folder that are brought out.
const LOG_BYTES: u64 = 4 << 20;

/// What a single run gave, with what only this proof needs of it.
pub struct Single {
    /// How it ended, what it printed.
    pub finished: Finished,
    /// The log folder.
    pub log: Tree,
    /// What lay in `$SCRATCH` afterwards, if [`Extra::keep_scratch`] asked for it.
    pub scratch: Option<Tree>,
    pub(crate) limits: RunLimits,
    pub(crate) exit_code: u8,
    pub(crate) secret: Secret,
    pub(crate) changes: Vec<canary_write::Change>,
    pub(crate) changes_cut: bool,
    pub(crate) against: Option<Finished>,
    /// What it met on the other side, if it was the server of a driver.
    pub met: Option<Met>,
}

/// What one command is given beyond what the manifest says.
#[derive(Debug, Default)]
pub struct Extra {
    /// Mounts on top of all others.
    pub mounts: Vec<Mount>,
    /// Whether `$SCRATCH` is brought out.
    pub keep_scratch: bool,
    /// The other side, to which the command is the server (`Executor::driver`).
    pub driver: Option<Spec>,
    /// What runs in the place of the command.
    pub task: Option<Task>,
    /// Whether all folders have other names than the runner's (`crate::elsewhere`).
    pub elsewhere: bool,
}

impl Single {
    /// The status that was drawn for this run (`Plan::exit_code`).
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.exit_code
    }

    /// Why the run is no evidence, by what its driver did; `exit` is the status of a live one.
    #[must_use]
    pub fn fault(&self, exit: i32) -> Option<String> {
        self.met.as_ref()?.fault(&self.finished.end, exit)
    }
}

impl Executor<'_> {
    /// One command with everything an oracle asks for.
    ///
    /// # Errors
    ///
    /// Why the sandbox could not run it.
    pub fn single(&self, arm: &Built, out: &Path, argv: Vec<String>, stdin: Stdin) -> Result<Single, String> {
        self.single_with(arm, out, argv, stdin, Extra::default())
    }

    /// The same, with more than the manifest says.
    ///
    /// # Errors
    ///
    /// Why the sandbox could not run it.
    pub fn single_with(
        &self,
        arm: &Built,
        out: &Path,
        argv: Vec<String>,
        stdin: Stdin,
        extra: Extra,
    ) -> Result<Single, String> {
        let limits = self.limits();
        let mut random = [0_u8; 33];
        getrandom::fill(&mut random).map_err(|error| format!("no random numbers: {error}"))?;
        let [exit_byte, secret @ ..] = random;
        let exit_code = Plan::draw_exit_code(exit_byte);
        let instrument = self.manifest.build.as_ref().map_or(Instrument::None, |build| build.instrument);
        let options = self.oracle.options(&Plan { instrument, limits: &limits, exit_code });
        let secret = Secret::of(secret);
        let mut spec = self.spec(arm, out, argv, stdin, &limits, &options);
        let before = canary_write::canary_tree(secret.text());
        spec.mounts.extend(extra.mounts);
        if let Some(task) = extra.task {
            spec.task = task;
        }
        let canary = if options.snapshot_canary { Some(self.add_canary(&mut spec, secret.text())?) } else { None };
        let mut collected = Vec::new();
        let mut collect = |spec: &mut Spec, wanted: bool, from: &str, max_bytes: u64, name| {
            if wanted {
                let into = Destination::Memory;
                spec.collect.push(Collect { from: from.into(), into, max_bytes, max_entries: 20_000 });
                collected.push(name);
            }
        };
        let scratch = self.scratch().min(ceiling::WATCHED);
        collect(&mut spec, options.log_folder, LOG, LOG_BYTES, What::Log);
        collect(&mut spec, options.snapshot_scratch || extra.keep_scratch, SCRATCH, scratch, What::Scratch);
        collect(&mut spec, options.snapshot_canary, CANARY, 1 << 20, What::Canary);
        if extra.elsewhere {
            elsewhere::moved(&mut spec);
        }
        let (mut finished, met) = self.carry_out(&spec, extra.driver)?;
        drop(canary);
        let mut log = Tree::default();
        let mut changes = Vec::new();
        let mut changes_cut = false;
        let mut kept = None;
        for (what, tree) in collected.into_iter().zip(std::mem::take(&mut finished.trees)) {
            let (root, before) = match what {
                What::Log => {
                    log = tree;
                    continue;
                }
                What::Scratch => (Root::Scratch, &Tree::default()),
                What::Canary => (Root::Canary, &before),
            };
            if root != Root::Scratch || options.snapshot_scratch {
                changes_cut |= tree.truncated;
                changes.extend(canary_write::changes(root, before, &tree));
            }
            if root == Root::Scratch {
                kept = Some(tree);
            }
        }
        Ok(Single { finished, log, scratch: kept, limits, exit_code, secret, changes, changes_cut, against: None, met })
    }

    /// Adds the canary folder, which is to live until the run is over.
    pub(crate) fn add_canary(&self, spec: &mut Spec, secret: &str) -> Result<tempfile::TempDir, String> {
        let canary = tempfile::tempdir_in(self.work).map_err(|error| format!("the proof's folder: {error}"))?;
        write_readable(canary.path(), canary_write::CANARY_FILE, secret.as_bytes(), false)
            .map_err(|error| format!("the canary: {error}"))?;
        spec.mounts.push(Mount::Copy { host: canary.path().to_owned(), at: CANARY.into(), size: 1 << 20 });
        Ok(canary)
    }

    /// One command with a log folder whatever the oracle: how it ended, and what lies in the folder afterwards. Of
    /// `extra` it takes mounts and driver.
    ///
    /// # Errors
    ///
    /// Why the sandbox could not run it.
    pub fn with_log(
        &self,
        arm: &Built,
        out: &Path,
        argv: Vec<String>,
        stdin: Stdin,
        extra: Extra,
        options: RunOptions,
    ) -> Result<(End, Tree), String> {
        let options = RunOptions { log_folder: true, ..options };
        let mut spec = self.spec(arm, out, argv, stdin, &self.limits(), &options);
        spec.mounts.extend(extra.mounts);
        // A harness that is given `$CANARY` would end early without one.
        let _canary = match &self.manifest.oracle {
            Declared::CanaryWrite { .. } | Declared::CanaryRead => Some(self.add_canary(&mut spec, "none")?),
            _ => None,
        };
        spec.collect.push(Collect {
            from: LOG.into(),
            into: Destination::Memory,
            max_bytes: LOG_BYTES,
            max_entries: 64,
        });
        let (finished, _) = self.carry_out(&spec, extra.driver)?;
        Ok((finished.end, finished.trees.into_iter().next().unwrap_or_default()))
    }

    pub(crate) fn scratch(&self) -> u64 {
        let wanted = self.manifest.harness.limits.scratch.unwrap_or(64 << 20);
        match &self.manifest.oracle {
            // A tmpfs is memory too: full, it must not look like what the program holds.
            Declared::Memory => wanted.min(self.limits().memory / 20),
            _ => wanted,
        }
    }

    fn spec(
        &self,
        arm: &Built,
        out: &Path,
        argv: Vec<String>,
        stdin: Stdin,
        limits: &RunLimits,
        options: &RunOptions,
    ) -> Spec {
        let mut env = recipe::common_env(&self.toolchain.path_variable());
        env.extend(self.toolchain.env.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut mounts = self.toolchain.mounts.clone();
        let read_only = |host: &Path, at: &str| Mount::ReadOnly { host: host.to_owned(), at: at.into() };
        // Where the code is to be the project's alone, the claimant's files are data: an input that
        // is a library must not be loaded by a target that knows plug-ins.
        mounts.push(match self.manifest.harness.origin {
            HarnessOrigin::Project => Mount::Data { host: self.bundle.to_owned(), at: BUNDLE.into() },
            HarnessOrigin::Registry | HarnessOrigin::Claimant => read_only(self.bundle, BUNDLE),
        });
        mounts.push(read_only(&arm.source, SRC));
        mounts.push(read_only(out, OUT));
        mounts.push(read_only(&arm.deps, DEPS));
        mounts.push(Mount::Scratch { at: SCRATCH.into(), size: self.scratch() });
        if options.log_folder {
            mounts.push(Mount::LogFolder { at: LOG.into(), size: LOG_BYTES });
        }
        if options.hook {
            mounts.push(read_only(self.hooks, HOOK));
        }
        Spec {
            task: Task::Exec { argv, env: options.merge(&env) },
            cwd: BUNDLE.into(),
            mounts,
            stdin,
            limits: limits.clone(),
            profile: options.profile,
            collect: Vec::new(),
            family: options.family,
        }
    }
}

/// Which folder a collected tree is.
enum What {
    Log,
    Scratch,
    Canary,
}

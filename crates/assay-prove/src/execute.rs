//! Runs one input in one arm, in a sandbox of its own, and lets the oracle judge it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{
    ArmName, HarnessKind, HarnessOrigin, Input, InputContent, Instrument, Manifest, Oracle as Declared,
};
use assay_bundle::verdict::Outcome;
use assay_sandbox::{Collect, End, Finished, Into as Destination, Mount, RunLimits, Sandbox, Spec, Stdin, Task, Tree};

use crate::ceiling;
use crate::evidence::{Cell, Role, Run};
use crate::hook::HookLog;
use crate::joined::Met;
use crate::layout::{BUNDLE, CANARY, DEPS, HOOK, LOG, OUT, SCRATCH, SRC};
use crate::observe::{self, Resolver};
use crate::oracle::alive::SignsOfLife;
use crate::oracle::canary_write::{self, Root};
use crate::oracle::secret::Secret;
use crate::oracle::{Judgement, LogFile, Oracle, Plan, Planted, RunOptions, Seen, end_words};
use crate::recipe;
use crate::toolchain::Toolchain;
use crate::variable;
use crate::work::write_readable;

/// CPU time of a run whose bundle names none.
pub const CPU: Duration = Duration::from_secs(10);

/// Bytes of a log folder that are brought out.
const LOG_BYTES: u64 = 4 << 20;

/// An arm that was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// Its source on the host.
    pub source: PathBuf,
    /// Its unpacked dependencies.
    pub deps: PathBuf,
    /// Its `$OUT`, one for each program of kind `program`, otherwise under the empty name.
    pub outs: BTreeMap<String, PathBuf>,
    /// Triggers that the compiler refused as the manifest declares, with what it said.
    pub refused: BTreeMap<String, String>,
}

impl Built {
    /// The `$OUT` for an input.
    #[must_use]
    pub fn out(&self, input: &Input) -> Option<&Path> {
        self.outs.get(key(input)).map(PathBuf::as_path)
    }

    /// What the compiler said of an input that it refused as declared.
    #[must_use]
    pub fn refusal(&self, input: &Input) -> Option<&str> {
        self.refused.get(key(input)).map(String::as_str)
    }
}

/// Each program has a build of its own.
fn key(input: &Input) -> &str {
    match &input.content {
        InputContent::Program(path) => path.as_str(),
        _ => "",
    }
}

/// Everything that running needs.
pub struct Executor<'a> {
    /// Runs it.
    pub sandbox: &'a dyn Sandbox,
    /// The manifest.
    pub manifest: &'a Manifest,
    /// Recognises the flaw.
    pub oracle: &'a dyn Oracle,
    /// What a benign run must show.
    pub alive: &'a SignsOfLife,
    /// Tools and their folders.
    pub toolchain: &'a Toolchain,
    /// The staged bundle for runs.
    pub bundle: &'a Path,
    /// The arms that were built.
    pub arms: &'a BTreeMap<ArmName, Built>,
    /// The runner's hooks on the host.
    pub hooks: &'a Path,
    /// The proof's folder, for canaries.
    pub work: &'a Path,
}

/// What a single run gave, with what only this proof needs of it.
pub struct Single {
    /// How it ended, what it printed.
    pub finished: Finished,
    /// The log folder.
    pub log: Tree,
    /// What lay in `$SCRATCH` afterwards, if [`Extra::keep_scratch`] asked for it.
    pub scratch: Option<Tree>,
    limits: RunLimits,
    exit_code: u8,
    secret: Secret,
    changes: Vec<canary_write::Change>,
    changes_cut: bool,
    against: Option<Finished>,
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

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Executor<'_> {
    fn input(&self, cell: Cell) -> Option<&Input> {
        match cell.role {
            Role::Trigger => self.manifest.inputs.trigger.get(cell.input),
            Role::Benign => self.manifest.inputs.benign.get(cell.input),
        }
    }

    /// One run of a cell, judged.
    pub(crate) fn run(&self, cell: Cell, repetition: u32, resolvers: &BTreeMap<ArmName, Mutex<Resolver>>) -> Run {
        let failed = |outcome, saw: String| Run {
            cell,
            repetition,
            outcome,
            alive: (cell.role == Role::Benign).then_some(false),
            signature: None,
            saw,
            end: "not run".into(),
            cpu: Duration::ZERO,
            wall: Duration::ZERO,
            max_rss: 0,
            compared: None,
        };
        let (Some(input), Some(arm)) = (self.input(cell), self.arms.get(&cell.arm)) else {
            return failed(Outcome::HarnessError, "there is no such input or arm".into());
        };
        if let Some(refusal) = arm.refusal(input) {
            return Run {
                end: "refused by the compiler".into(),
                ..failed(Outcome::Silent, format!("the compiler refuses it, as declared: {refusal}"))
            };
        }
        let Some(out) = arm.out(input) else {
            return failed(Outcome::BuildFailed, "the program of this input was not built".into());
        };
        let argv = Self::command(&self.manifest.harness.run, input);
        let stdin = match (self.manifest.harness.kind, &input.content) {
            (HarnessKind::Stdin, InputContent::Path(path)) => Stdin::File(self.bundle.join(path.as_str())),
            _ => Stdin::Empty,
        };
        let extra = || Extra { driver: self.driver(arm, out, input), ..Extra::default() };
        let mut single = match self.single_with(arm, out, argv, stdin.clone(), extra()) {
            Ok(single) => single,
            Err(error) => return failed(Outcome::SandboxUnavailable, error),
        };
        if let Some(why) = single.fault(self.manifest.harness.alive.exit) {
            let end = end_words(&single.finished.end);
            return Run { end, cpu: single.finished.usage.cpu, ..failed(Outcome::HarnessError, why) };
        }
        if let Some(other) = self.oracle.against() {
            match self.single_with(arm, out, Self::command(other, input), stdin, extra()) {
                Ok(other) => single.against = Some(other.finished),
                Err(error) => return failed(Outcome::SandboxUnavailable, error),
            }
        }
        let judgement = match self.judge(cell, &single, out, resolvers.get(&cell.arm)) {
            Ok(judgement) => judgement,
            Err(why) => return failed(Outcome::OracleBroken, why),
        };
        let compared = self.compared(cell, &single);
        let missing = (cell.role == Role::Benign).then(|| match &single.met {
            Some(met) => met.missing(self.alive, &single.finished.end),
            None => self.alive.missing_in(&single.finished),
        });
        let mut saw = judgement.saw;
        if let Some(met) = &single.met {
            saw.push_str(&format!("; {}", met.words()));
        }
        if let Some(missing) = missing.iter().flatten().next() {
            saw.push_str(&format!("; no sign of life: {missing}"));
        }
        Run {
            cell,
            repetition,
            outcome: judgement.outcome,
            alive: missing.map(|missing| missing.is_none()),
            signature: judgement.signature,
            saw,
            end: end_words(&single.finished.end),
            cpu: single.finished.usage.cpu,
            wall: single.finished.usage.wall,
            max_rss: single.finished.usage.max_rss,
            compared,
        }
    }

    /// What the oracle says of a run.
    ///
    /// # Errors
    ///
    /// Why it cannot be asked: the frames of a report could not be looked up.
    pub(crate) fn judge(
        &self,
        cell: Cell,
        single: &Single,
        out: &Path,
        resolver: Option<&Mutex<Resolver>>,
    ) -> Result<Judgement, String> {
        let (raw, hooks) = observe::logs(&single.log);
        let logs = match resolver {
            Some(resolver) => lock(resolver).resolve(self.sandbox, out, raw)?,
            None => Vec::new(),
        };
        Ok(Self::seen(cell, single, &logs, &hooks, |seen| self.oracle.judge(seen)))
    }

    /// The output of a run as the oracle compares it, where it does.
    pub(crate) fn compared(&self, cell: Cell, single: &Single) -> Option<Sha256> {
        Self::seen(cell, single, &[], &[], |seen| self.oracle.compared(seen))
    }

    fn seen<T>(
        cell: Cell,
        single: &Single,
        logs: &[LogFile],
        hooks: &[HookLog],
        ask: impl FnOnce(&Seen<'_>) -> T,
    ) -> T {
        ask(&Seen {
            cell,
            finished: &single.finished,
            limits: &single.limits,
            exit_code: single.exit_code,
            logs,
            hooks,
            changes: &single.changes,
            changes_cut: single.changes_cut,
            planted: single.scratch.as_ref().map(|scratch| Planted { secret: &single.secret, scratch }),
            against: single.against.as_ref(),
            said: single.met.as_ref().map_or(&[], |met| &met.said),
        })
    }

    fn command(run: &[String], input: &Input) -> Vec<String> {
        match &input.content {
            InputContent::Path(path) => variable::command(run, Some(&format!("{BUNDLE}/{path}")), None),
            InputContent::Args(arguments) => variable::command(run, None, Some(arguments)),
            InputContent::Program(_) => variable::command(run, None, None),
        }
    }

    /// Limits of one run of the harness.
    #[must_use]
    pub fn limits(&self) -> RunLimits {
        let wanted = &self.manifest.harness.limits;
        let cpu = wanted.cpu.unwrap_or(CPU);
        RunLimits {
            cpu,
            // Only for programs that sleep: CPU time used extends it.
            wall: cpu.saturating_add(Duration::from_secs(10)),
            memory: wanted.memory.unwrap_or(512 << 20),
            output: wanted.output.unwrap_or(1 << 20),
            pids: wanted.pids.unwrap_or(64),
        }
    }

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

    /// One command with a log folder whatever the oracle: how it ended, and what lies in the folder afterwards.
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
        driver: Option<Spec>,
        options: RunOptions,
    ) -> Result<(End, Tree), String> {
        let options = RunOptions { log_folder: true, ..options };
        let mut spec = self.spec(arm, out, argv, stdin, &self.limits(), &options);
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
        let (finished, _) = self.carry_out(&spec, driver)?;
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
        }
    }
}

/// Which folder a collected tree is.
enum What {
    Log,
    Scratch,
    Canary,
}

//! Runs one input in one arm, in a sandbox of its own, and lets the oracle judge it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{ArmName, HarnessKind, Input, InputContent, Manifest};
use assay_bundle::verdict::Outcome;
use assay_sandbox::{RunLimits, Sandbox, Stdin};

use crate::evidence::{Cell, Role, Run};
use crate::hook::HookLog;
use crate::kept_logs::KeptLogs;
use crate::layout::BUNDLE;
use crate::logs;
use crate::observe::{self, Resolver};
use crate::oracle::alive::SignsOfLife;
use crate::oracle::{Judgement, LogFile, Oracle, Planted, Seen, end_words};
use crate::toolchain::Toolchain;
use crate::variable;

pub use crate::single::{Extra, Single};

/// CPU time of a run whose bundle names none.
pub const CPU: Duration = Duration::from_secs(10);

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
    /// Where logs are kept, if they are.
    pub kept_logs: Option<&'a KeptLogs>,
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
            logs: Vec::new(),
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
            logs: logs::of(&single, self.kept_logs),
        }
    }

    /// What the oracle says of a run.
    ///
    /// # Errors
    ///
    /// Why it cannot be asked: the frames of a report could not be looked up.
    pub fn judge(
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
}

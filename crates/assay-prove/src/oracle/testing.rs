//! Runs made up for the tests of the oracles.

use std::time::Duration;

use assay_bundle::manifest::ArmName;
use assay_sandbox::{End, Family, Finished, RunLimits, Tree, Usage};

use super::canary_write::Change;
use super::secret::Secret;
use super::seen::{LogFile, Planted, Seen};
use crate::evidence::{Cell, Role};
use crate::hook::HookLog;

pub const PID: i32 = 2;

pub const TRIGGER: Cell = Cell { arm: ArmName::Vulnerable, role: Role::Trigger, input: 0 };

pub const FIXED: Cell = Cell { arm: ArmName::Fixed, ..TRIGGER };

pub fn limits() -> RunLimits {
    RunLimits {
        cpu: Duration::from_secs(10),
        wall: Duration::from_secs(60),
        memory: 512 << 20,
        output: 1 << 20,
        pids: 64,
    }
}

pub fn finished(end: End) -> Finished {
    Finished {
        end,
        usage: Usage { cpu: Duration::from_millis(5), family: Some(Family::default()), ..Usage::default() },
        stdout: Vec::new(),
        stderr: Vec::new(),
        trees: Vec::new(),
        pid: PID,
    }
}

/// A finished run with what was brought out of it.
pub struct Scene {
    pub cell: Cell,
    pub finished: Finished,
    pub limits: RunLimits,
    pub logs: Vec<LogFile>,
    pub hooks: Vec<HookLog>,
    pub changes: Vec<Change>,
    pub changes_cut: bool,
    pub secret: Option<Secret>,
    pub scratch: Tree,
    pub against: Option<Finished>,
    pub said: Vec<Vec<u8>>,
}

impl Scene {
    pub fn of(end: End) -> Self {
        Self {
            cell: TRIGGER,
            finished: finished(end),
            limits: limits(),
            logs: Vec::new(),
            hooks: Vec::new(),
            changes: Vec::new(),
            changes_cut: false,
            secret: None,
            scratch: Tree::default(),
            against: None,
            said: Vec::new(),
        }
    }

    pub fn seen(&self) -> Seen<'_> {
        Seen {
            cell: self.cell,
            finished: &self.finished,
            limits: &self.limits,
            exit_code: 77,
            logs: &self.logs,
            hooks: &self.hooks,
            changes: &self.changes,
            changes_cut: self.changes_cut,
            planted: self.secret.as_ref().map(|secret| Planted { secret, scratch: &self.scratch }),
            against: self.against.as_ref(),
            said: &self.said,
        }
    }
}

//! What a statement says of the runs of a patched build where nobody watches: without the
//! sanitizer, and in folders of other names.

use serde::{Deserialize, Serialize};

use super::level::Level;
use super::moved::Moved;
use super::unwatched::Unwatched;

/// What the builds without the sanitizer did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainSaid {
    /// Whether they could be run; all else is zero and false where not.
    pub run: bool,
    /// Runs of all builds.
    pub runs: usize,
    /// Inputs that fire under the sanitizer without the patch.
    pub inputs: usize,
    /// Of these, stopped without the patch.
    pub stopped_without: usize,
    /// Of these, stopped with it.
    pub stopped_with: usize,
    /// Whether the patched program failed on a trigger.
    pub trigger_failed: bool,
    /// Whether it failed on any input.
    pub failed: bool,
    /// Whether it showed other things than under the sanitizer.
    pub differs: bool,
    /// Whether it held more memory at its end than the unpatched program.
    pub holds: bool,
}

impl PlainSaid {
    pub(super) fn of(unwatched: &Unwatched) -> Option<Self> {
        let none = Self {
            run: false,
            runs: 0,
            inputs: 0,
            stopped_without: 0,
            stopped_with: 0,
            trigger_failed: false,
            failed: false,
            differs: false,
            holds: false,
        };
        match unwatched {
            Unwatched::NotNeeded => None,
            Unwatched::Unasked(_) => Some(none),
            Unwatched::Asked(seen) => Some(Self {
                run: true,
                runs: seen.runs,
                inputs: seen.inputs,
                stopped_without: seen.stopped,
                stopped_with: seen.stopped_with,
                trigger_failed: seen.trigger.is_some(),
                failed: seen.against.is_some(),
                differs: seen.differs.is_some(),
                holds: seen.holds.is_some(),
            }),
        }
    }

    /// Whether a level can stand on it.
    pub(super) fn allows(&self, level: Option<Level>) -> bool {
        let silent = self.run && !self.failed && !self.differs && !self.holds;
        (level < Some(Level::L1) || !self.trigger_failed)
            && (level < Some(Level::L3) || silent)
            && self.stopped_without.max(self.stopped_with) <= self.inputs
    }
}

/// What the patched build did in folders of other names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedSaid {
    /// Whether it could be run there.
    pub run: bool,
    /// Runs of both builds.
    pub runs: usize,
    /// Whether it failed on a trigger there.
    pub trigger_failed: bool,
    /// Whether it failed on another input there.
    pub failed: bool,
    /// Whether it showed other things there.
    pub differs: bool,
    /// Whether it should have been run there and was not, or showed nothing; in no statement before `assay.fix/4`.
    #[serde(default)]
    pub broken: bool,
}

impl MovedSaid {
    pub(super) fn of(moved: &Moved) -> Self {
        let none = Self { run: false, runs: 0, trigger_failed: false, failed: false, differs: false, broken: false };
        match moved {
            Moved::Unasked(_) => none,
            Moved::Broken(_) => Self { broken: true, ..none },
            Moved::Asked { runs, trigger, against, differs } => Self {
                run: true,
                runs: *runs,
                trigger_failed: trigger.is_some(),
                failed: against.is_some(),
                differs: differs.is_some(),
                broken: false,
            },
        }
    }

    /// Whether a level can stand on it.
    pub(super) fn allows(&self, level: Option<Level>) -> bool {
        let silent = !self.failed && !self.differs && !self.broken;
        (level < Some(Level::L1) || !self.trigger_failed) && (level < Some(Level::L3) || silent)
    }
}

//! Locks between processes: of two who would do the same at once, one waits.
//!
//! The store has its own. These are for work that spans more than one of its
//! transactions: the worker's round, a number drawn, a backup.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;

use crate::home::Home;
use crate::refusal::Refusal;

/// What is done by one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// What is due; and a backup, which must not fall between two steps of it.
    Worker,
    /// Drawing an advisory number.
    Number,
    /// Registering a key.
    Approver,
}

impl Turn {
    fn file(self) -> &'static str {
        match self {
            Self::Worker => ".worker.lock",
            Self::Number => ".number.lock",
            Self::Approver => ".approver.lock",
        }
    }
}

impl Home {
    /// Waits for the turn. It ends with the value, and with the process, however that ends.
    pub(crate) fn turn(&self, turn: Turn) -> Result<File, Refusal> {
        let path = self.root().join(turn.file());
        let failed = |error: std::io::Error| Refusal::broken(format!("the lock `{}`: {error}", path.display()));
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(failed)?;
        file.lock().map_err(failed)?;
        Ok(file)
    }
}

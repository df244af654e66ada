//! What a fixture of the runner's own does in the sandbox, so that an oracle can
//! be asked whether it saw it.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use assay_bundle::manifest::{ArmName, Channel};
use assay_sandbox::{Stdin, Task};
use serde::{Deserialize, Serialize};

use crate::evidence::{Cell, Role};
use crate::execute::{Built, Executor};
use crate::single::{Extra, Single};

/// The builtin that does it.
pub const BUILTIN: &str = "assay-prove/act";

/// Runs judged by a self-test stand in the place of a trigger on the vulnerable version.
pub(super) const CELL: Cell = Cell { arm: ArmName::Vulnerable, role: Role::Trigger, input: 0 };

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Act {
    /// Print this.
    Print { stderr: bool, text: String },
    /// Use so much CPU time.
    Work { micros: u64 },
    /// Write a file, folders included.
    Write { at: PathBuf },
}

impl Act {
    pub fn print(channel: Channel, text: &str) -> Self {
        Self::Print { stderr: channel == Channel::Stderr, text: text.to_owned() }
    }
}

/// Does it under the same limits, mounts and observation as the harness's own runs.
pub(super) fn perform(executor: &Executor<'_>, arm: &Built, act: &Act) -> Result<Single, String> {
    let Some((_, out)) = arm.outs.iter().next() else { return Err("nothing was built".into()) };
    let request = serde_json::to_vec(act).map_err(|error| error.to_string())?;
    let task = Task::Builtin { name: BUILTIN.into(), request };
    executor.single_with(arm, out, Vec::new(), Stdin::Empty, Extra { task: Some(task), ..Extra::default() })
}

/// The builtin.
///
/// # Errors
///
/// The request cannot be read, or it could not be done.
pub fn builtin(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let act: Act = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    match act {
        Act::Print { stderr: false, text } => out.write_all(text.as_bytes()).map_err(|error| error.to_string()),
        Act::Print { stderr: true, text } => {
            std::io::stderr().write_all(text.as_bytes()).map_err(|error| error.to_string())
        }
        Act::Work { micros } => {
            work(Duration::from_micros(micros));
            Ok(())
        }
        Act::Write { at } => {
            if let Some(folder) = at.parent() {
                std::fs::create_dir_all(folder).map_err(|error| format!("`{}`: {error}", folder.display()))?;
            }
            std::fs::write(&at, b"self-test").map_err(|error| format!("`{}`: {error}", at.display()))
        }
    }
}

/// By this thread's own clock, which stands still while others run.
fn work(wanted: Duration) {
    use rustix::time::{ClockId, clock_gettime};
    let spent = || {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
    };
    let begun = spent();
    let mut count = 0_u64;
    while spent().saturating_sub(begun) < wanted {
        for _ in 0..1000 {
            count = std::hint::black_box(count.wrapping_add(1));
        }
    }
}

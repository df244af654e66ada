//! Cleans up after a runner that was killed: a process of its own session that
//! waits for the runner's end and removes the proof's folder.

use std::io::{self, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

/// `argv[0]` by which the program knows that it is to be the sweeper.
const NAME: &str = "assay-work-sweeper";

/// Whether this program's `main` takes part; a library's tests do not.
static TAKES_PART: AtomicBool = AtomicBool::new(false);

/// Turns this process into the sweeper if a runner started it as one, and then never returns.
///
/// A program that proves bundles calls this first thing in `main`.
pub fn take_over_if_asked() {
    let mut arguments = std::env::args_os();
    if arguments.next().is_none_or(|name| name != NAME) {
        TAKES_PART.store(true, Ordering::Relaxed);
        return;
    }
    // The runner holds the other end for as long as it lives, and writes nothing to it.
    let _ = io::stdin().read_to_end(&mut Vec::new());
    if let Some(folder) = arguments.next() {
        let _ = std::fs::remove_dir_all(folder);
    }
    std::process::exit(0);
}

/// A waiting sweeper. Dropping it lets it remove what is left, and waits for that.
#[derive(Debug)]
pub(crate) struct Sweeper(Child);

impl Sweeper {
    /// Starts one for this folder, if this program takes part.
    ///
    /// Without one (it could not be started, or this is a library's test), the
    /// next proof sweeps.
    pub(crate) fn watch(folder: &Path) -> Option<Self> {
        if !TAKES_PART.load(Ordering::Relaxed) {
            return None;
        }
        let mut command = Command::new("/proc/self/exe");
        command.arg0(NAME).arg(folder).env_clear().current_dir("/");
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: what ends the runner's group must not end it.
        command.process_group(0).spawn().ok().map(Self)
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

//! An input of nobody's bundle laid before a harness: in the place of one that
//! the bundle has, by file, standard input, arguments or driver.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use assay_bundle::manifest::HarnessKind;
use assay_sandbox::{Mount, Stdin};

use super::feed::Feed;
use crate::execute::{Built, Executor};
use crate::layout::BUNDLE;
use crate::single::Extra;
use crate::variable;
use crate::work::write_readable;

/// How a harness is given an input.
pub(super) struct Laid {
    pub argv: Vec<String>,
    pub stdin: Stdin,
    pub extra: Extra,
    /// To be dropped when the run is over.
    pub away: Away,
}

/// Takes the input's file away, if it has one.
pub(super) struct Away(Option<PathBuf>);

impl Drop for Away {
    fn drop(&mut self) {
        if let Some(file) = &self.0 {
            let _ = std::fs::remove_file(file);
        }
    }
}

/// Numbers of the inputs that are laid down. Of the process and not of a bench: two benches of one build may share a
/// folder, and one must never take away or exchange what the other one's program is reading.
static NUMBERS: AtomicUsize = AtomicUsize::new(0);

/// Lays an input into `folder`, for a run of this arm.
pub(super) fn lay(
    executor: &Executor<'_>,
    arm: &Built,
    out: &Path,
    feed: &Feed,
    folder: &Path,
) -> Result<Laid, String> {
    let run = &executor.manifest.harness.run;
    let mut extra = Extra::default();
    let (at, content) = match feed {
        Feed::Bytes { at, content } => (at, content),
        Feed::Args(arguments) => {
            extra.driver = executor.driver_for(arm, out, None, Some(arguments));
            let argv = variable::command(run, None, Some(arguments));
            return Ok(Laid { argv, stdin: Stdin::Empty, extra, away: Away(None) });
        }
    };
    let name = NUMBERS.fetch_add(1, Ordering::Relaxed).to_string();
    let host = folder.join(&name);
    let away = Away(Some(host.clone()));
    write_readable(folder, &name, content, false).map_err(|error| format!("a variant: {error}"))?;
    let place = format!("{BUNDLE}/{at}");
    extra.driver = executor.driver_for(arm, out, Some(&place), None);
    let mount = Mount::Data { host: host.clone(), at: place.clone().into() };
    // A server is fed by its driver, which alone sees the input.
    let stdin = match (&mut extra.driver, executor.manifest.harness.kind) {
        (Some(driver), _) => {
            driver.mounts.push(mount);
            Stdin::Empty
        }
        (None, HarnessKind::Stdin) => Stdin::File(host),
        (None, _) => {
            extra.mounts.push(mount);
            Stdin::Empty
        }
    };
    Ok(Laid { argv: variable::command(run, Some(&place), None), stdin, extra, away })
}

//! The oracles: what recognises a flaw in one run.
//!
//! One kind, one file, one trait. An oracle says beforehand what it needs of
//! the run ([`Oracle::options`]), afterwards what the run shows
//! ([`Oracle::judge`]), and, where runs only mean something together, what all
//! of them show ([`Oracle::settle`]). Oracles are pure: all they know is in
//! [`Seen`], which the pipeline fills from what the kernel and the runner saw.
//!
//! Adding one: a file of the shape of `signal.rs` (what it proves, how far it
//! can be trusted, how it can be cheated; tests for each), an arm in
//! [`from_manifest`], a paragraph in the documentation of the manifest.

pub mod alive;
mod build_refusal;
mod canary_read;
pub mod canary_write;
pub mod control;
mod cpu;
mod differential;
mod end;
mod exception;
mod growth;
mod leak;
mod line;
pub mod memory;
mod output;
mod place;
mod plan;
pub mod runtime;
mod sanitizer;
pub mod secret;
mod seen;
mod signal;
#[cfg(test)]
pub(crate) mod testing;

use assay_bundle::digest::Sha256;
use assay_bundle::manifest::{self, Manifest};

use crate::evidence::Run;

pub use end::{CPU_LIMIT, end_words, signal_name, signal_number};
pub(crate) use place::first_placed;
pub use place::{BUNDLE, CANARY, HOOK, LOG, OUT, SCRATCH, SRC, place_of};
pub use plan::{Plan, RunOptions};
pub use seen::{Frame, Judgement, Leak, LogFile, Planted, Report, Seen};

/// What recognises a flaw.
///
/// An implementation never reads the clock, the disk or the process's own word
/// for how it ended, never panics, and calls nothing evidence that is not:
/// in doubt the outcome is neither `fired` nor `silent`.
pub trait Oracle: Send + Sync {
    /// What a run needs so that this oracle can judge it.
    fn options(&self, plan: &Plan<'_>) -> RunOptions;

    /// What one run shows.
    fn judge(&self, seen: &Seen<'_>) -> Judgement;

    /// The command of another implementation that is to run on the same input beside each run.
    fn against(&self) -> Option<&[String]> {
        None
    }

    /// Digest of the output as this oracle compares it, for [`Run::compared`].
    fn compared(&self, seen: &Seen<'_>) -> Option<Sha256> {
        let _ = seen;
        None
    }

    /// Called once when all runs of all arms are done. Oracles that judge runs
    /// as one set (`growth`) rewrite outcomes here; for them the outcome of
    /// [`Oracle::judge`] is provisional.
    fn settle(&self, runs: &mut [Run]) {
        let _ = runs;
    }
}

/// For self-tests: the oracle `output` that waits for exactly this line.
pub(crate) fn for_line(channel: manifest::Channel, line: &str) -> Result<Box<dyn Oracle>, Unsupported> {
    Ok(Box::new(output::Output::new(channel, &format!("^{}$", regex::escape(line)))?))
}

/// For self-tests: the oracle `growth` with its default numbers over these sizes.
pub(crate) fn for_growth(sizes: &[u64]) -> Box<dyn Oracle> {
    let sizes = sizes.iter().copied().map(Some).collect();
    Box::new(growth::Growth { sizes, exponent: 1.7, control: 1.3, ratio: 100.0 })
}

/// For self-tests: the oracle `exception` that waits for this class, wherever it is raised.
pub(crate) fn for_class(class: &str, java: bool) -> Box<dyn Oracle> {
    Box::new(exception::Exception { types: vec![class.to_owned()], frame: None, java, project: false })
}

/// Two answers that have nothing in common, down to their numbers and signs.
pub(crate) const UNLIKE: [&str; 2] = ["Alpha = 17, \"x\" at 0x1f\n", "beta: 4242; (yes) #9\nand more\n"];

/// Whether a declared normalisation makes answers equal that have nothing in common.
pub(crate) fn levels_all(declared: &manifest::Differential) -> bool {
    differential::Differing::new(declared).is_ok_and(|oracle| oracle.levels(UNLIKE))
}

/// An oracle that this version cannot run; the verdict is `not-run` with this sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub String);

/// Whether the hook for Java is needed.
pub(crate) fn needs_java(manifest: &Manifest) -> bool {
    matches!(manifest.oracle, manifest::Oracle::Exception { .. })
        && manifest.toolchain.iter().any(|tool| tool == "java")
}

/// The oracle that a manifest declares.
///
/// # Errors
/// For kinds that this version does not run, and for a regex or signal name
/// that slipped through the manifest's own checks.
pub fn from_manifest(manifest: &Manifest) -> Result<Box<dyn Oracle>, Unsupported> {
    Ok(match &manifest.oracle {
        manifest::Oracle::Sanitizer { types, access, stack, frame } => Box::new(sanitizer::Sanitizer {
            types: types.clone(),
            access: *access,
            stack: *stack,
            frame: frame.clone(),
        }),
        manifest::Oracle::Signal { signals } => Box::new(signal::Signal::new(signals)?),
        manifest::Oracle::Cpu => Box::new(cpu::Cpu),
        manifest::Oracle::Growth { exponent, control, ratio } => Box::new(growth::Growth {
            sizes: manifest.inputs.trigger.iter().map(|input| input.size).collect(),
            exponent: *exponent,
            control: *control,
            ratio: *ratio,
        }),
        manifest::Oracle::CanaryWrite { path, allowed } => {
            Box::new(canary_write::CanaryWrite::new(path.as_deref(), allowed))
        }
        manifest::Oracle::Output { channel, regex } => Box::new(output::Output::new(*channel, regex)?),
        manifest::Oracle::Exception { types, frame } => {
            let java = needs_java(manifest);
            let project = manifest.harness.origin == manifest::HarnessOrigin::Project;
            Box::new(exception::Exception { types: types.clone(), frame: frame.clone(), java, project })
        }
        manifest::Oracle::Differential(declared) => Box::new(differential::Differing::new(declared)?),
        manifest::Oracle::BuildRefusal => Box::new(build_refusal::BuildRefusal),
        manifest::Oracle::Leak { frame } => {
            // GCC's runtime makes no such copy, so there it is the program's.
            let tries = manifest.toolchain.iter().any(|tool| matches!(tool.as_str(), "rust" | "clang"));
            Box::new(leak::Leak { frame: frame.clone(), tries })
        }
        manifest::Oracle::Memory => Box::new(memory::Memory),
        manifest::Oracle::CanaryRead => Box::new(canary_read::CanaryRead),
    })
}

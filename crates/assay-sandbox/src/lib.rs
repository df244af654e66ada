//! Isolated execution of untrusted programs, with limits and proofs of confinement.
//!
//! One trait, [`Sandbox`], and one engine, [`Native`], which needs nothing
//! installed. A run sees a read-only root, folders of its own that die with it,
//! no network, and ends with everything it started. What confines it is probed
//! at the start, *proved* by attempts of our own, and told by
//! [`Sandbox::layers`]. Where a layer is missing there is an error with the
//! remedy for the system at hand, never a weaker run.
//!
//! ```no_run
//! use assay_sandbox::{Native, NativeOptions, Sandbox as _, Spec, Task};
//!
//! fn main() -> Result<(), assay_sandbox::SandboxError> {
//!     // First thing in `main`: the engine starts this very program again.
//!     assay_sandbox::take_over_if_asked(&[]);
//!     let sandbox = Native::open(&NativeOptions::default())?;
//!     let task = Task::Exec { argv: vec!["true".into()], env: vec![("PATH".into(), "/usr/bin".into())] };
//!     let finished = sandbox.run(&Spec::of(task))?;
//!     println!("{:?}", finished.end);
//!     Ok(())
//! }
//! ```

mod error;
mod layers;
mod native;
mod proofs;
mod remedy;
mod spec;

pub use error::{Layer, SandboxError};
pub use layers::Layers;
pub use native::{Builtin, Native, NativeOptions, take_over_if_asked};
pub use spec::*;

/// An engine that runs untrusted programs.
///
/// An implementation must never run a spec with a layer missing, must end every
/// process of a run before it returns, and must leave nothing behind on the host
/// but what `Collect` asked for.
pub trait Sandbox: Send + Sync {
    /// Runs a spec to its end. May be called from several threads at once.
    ///
    /// # Errors
    ///
    /// The layer or file that was missing. A program that fails, crashes or
    /// passes a limit is no error: that is in [`Finished::end`].
    fn run(&self, spec: &Spec) -> Result<Finished, SandboxError>;

    /// What confines the runs of this engine.
    fn layers(&self) -> &Layers;
}

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

mod bubblewrap;
mod cgroup;
mod choice;
mod error;
mod join;
mod layers;
pub mod microvm;
mod native;
mod proofs;
mod remedy;
mod spec;
mod tier;

use std::os::fd::OwnedFd;

pub use bubblewrap::{Bubblewrap, BubblewrapOptions};
pub use choice::{Choice, Engine};
pub use error::{Layer, SandboxError};
pub use join::{Endpoint, Exceeded, Join, Joined, MAX_CONNECTIONS, Side, Traffic, run_joined};
pub use layers::Layers;
pub use native::{Builtin, Native, NativeOptions, take_over_if_asked};
pub use spec::*;
pub use tier::Tier;

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

    /// Runs one side of a join to its end; [`run_joined`] calls it for both.
    ///
    /// Before the program starts, the engine makes the sockets of `endpoint` in
    /// the run's own network, whose loopback is up, and sends them as one message
    /// over `link`, a socket that keeps messages apart. The program may speak TCP
    /// over IPv4 and may only listen at (server) or connect to (driver) the port.
    /// A word on `link`, or its end, asks for the end of the run: once the program
    /// is idle it gets SIGTERM, of which the engine sends a word on `link` before,
    /// and is killed when it stays; either way it ended by [`End::Stopped`]. An
    /// end of its own making is told as it was.
    ///
    /// # Errors
    ///
    /// As of [`Sandbox::run`]; and where an engine does not offer this.
    fn run_side(&self, spec: &Spec, endpoint: Endpoint, link: OwnedFd) -> Result<Finished, SandboxError> {
        let _ = (spec, endpoint, link);
        let what = format!("the engine `{}` joins no runs", self.layers().engine);
        Err(SandboxError::new(Layer::Launcher, what))
    }

    /// What confines the runs of this engine.
    fn layers(&self) -> &Layers;
}

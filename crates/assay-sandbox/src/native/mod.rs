//! The native engine: namespaces, mounts, Landlock and seccomp by this process
//! family itself, with nothing installed.
//!
//! Three kinds of process take part. The *runner* is the caller. The *launcher*
//! is the same program executed again: small, single-threaded, without secrets,
//! so that forking it is cheap whatever the runner's size. For each run it makes
//! an *init*, pid 1 of fresh namespaces, which builds the root, starts the
//! program, meters and ends it, and brings folders out through a pipe.
//!
//! What is the same for all runs is made before the run is asked for: two inits
//! stand ready, each with its namespaces, the common part of its root, and the
//! process that will become the program. An init serves one run and ends with
//! it, so nothing of a run is there for the next.

mod bpf;
mod collect;
mod command;
mod copy;
pub(crate) mod core;
pub(crate) mod descriptors;
mod engine;
mod equipment;
mod family;
pub(crate) mod fence;
pub(crate) mod filter;
mod frames;
pub(crate) mod hosts;
pub(crate) mod inbox;
pub(crate) mod init;
pub(crate) mod joint;
mod keep;
pub(crate) mod launcher;
pub(crate) mod message;
mod meter;
mod place;
pub(crate) mod process;
pub(crate) mod program;
mod restrict;
pub(crate) mod root;
mod runner;
mod supervise;
pub(crate) mod sys;
mod winding;

pub(crate) use descriptors::receive;
pub use engine::{Native, NativeOptions};
pub use launcher::{Builtin, take_over_if_asked};

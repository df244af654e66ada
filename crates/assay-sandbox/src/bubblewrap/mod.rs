//! The bubblewrap engine: the distribution's `bwrap` makes namespaces, id maps,
//! root and mounts; everything else is as in the native engine.
//!
//! Four kinds of process take part. The *runner* is the caller. The *launcher*
//! is the same program executed again, as in the native engine, so that a run
//! starts from something small. For each run it forks a *monitor*, which becomes
//! an ordinary user, starts `bwrap` and says why when that fails. `bwrap` starts
//! the *helper*: this program once more, as pid 1 inside. The helper adds what
//! `bwrap` has no option for (sized folders with bounded entries, data that is no
//! code, device files that are no programs), gives up the one capability it had
//! for that, and does the work of the native engine's init: it starts the
//! program under Landlock, rlimits and seccomp, meters and ends it.
//!
//! All of them but the runner are one process group, the launcher's, which ends it
//! when the runner is gone: `bwrap` has moments in which a part of it would be left.

mod arguments;
mod engine;
pub(crate) mod helper;
pub(crate) mod launcher;
mod monitor;
mod version;

pub use engine::{Bubblewrap, BubblewrapOptions};

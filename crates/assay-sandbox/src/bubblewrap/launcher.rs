//! The launcher of the bubblewrap engine: small, single-threaded, and without
//! secrets. It forks a monitor for each run.

use std::ffi::CString;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt as _;

use super::monitor;
use crate::error::{Layer, SandboxError};
use crate::native::filter;
use crate::native::inbox;
use crate::native::message::{HANDED_IN, write_failure};
use crate::native::process::{self, Begun};
use crate::native::sys::{self, Forked};

/// The launcher's first argument in this engine; the path of `bwrap` follows.
pub const BUBBLEWRAP: &str = "bubblewrap";

/// What the launcher keeps for all runs: no state of any run.
pub struct Launcher {
    /// The path of `bwrap`.
    pub bwrap: CString,
    /// This program, as others may execute it.
    pub program: OwnedFd,
    /// The filter that `bwrap` sets, as it reads it.
    pub filter: Vec<u8>,
    /// Whether the runner is root, and hands in what it opened of the host.
    pub handed_in: bool,
}

/// Serves until the runner is gone.
pub fn serve(begun: &Begun) -> io::Result<()> {
    let socket = &begun.socket;
    let mut arguments = std::env::args_os().skip(2);
    let bwrap = arguments.next().ok_or_else(|| io::Error::other("the launcher was not told where bwrap is"))?;
    let handed_in = arguments.next().is_some_and(|argument| argument == HANDED_IN);
    let launcher = Launcher {
        bwrap: CString::new(bwrap.into_vec()).map_err(io::Error::other)?,
        program: process::runnable(File::open("/proc/self/exe")?, handed_in)?,
        filter: filter::around_the_helper(),
        handed_in,
    };
    while let Some(channels) = inbox::next(socket)? {
        match sys::fork_into(0) {
            Ok(Forked::Child) => monitor::main(&launcher, begun, channels),
            Ok(Forked::Parent(_)) => {}
            Err(error) => {
                let error = SandboxError::new(Layer::Launcher, format!("forking a monitor: {error}"));
                write_failure(&mut &channels.report, &error);
            }
        }
    }
    Ok(())
}

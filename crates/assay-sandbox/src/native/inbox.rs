//! What comes from the runner: one message for each run, with its descriptors.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;

use super::descriptors::receive;

/// Descriptors of one run.
pub struct Channels {
    /// The request, in a memory file.
    pub request: File,
    /// Frames to the runner.
    pub report: File,
    /// Closes when the runner lets go.
    pub lifeline: OwnedFd,
    /// The program's standard output.
    pub stdout: OwnedFd,
    /// The program's standard error.
    pub stderr: OwnedFd,
    /// The link of a join, if it is an end of one; then what the runner opened of the host, when it is root.
    pub handed_in: Vec<OwnedFd>,
}

impl Channels {
    /// The link of a run that is an end of a join.
    pub fn take_link(&mut self) -> io::Result<OwnedFd> {
        if self.handed_in.is_empty() {
            return Err(io::Error::other("it did not come with the message"));
        }
        Ok(self.handed_in.remove(0))
    }
}

/// Waits for the next run; `None` when the runner is gone.
pub fn next(socket: &OwnedFd) -> io::Result<Option<Channels>> {
    let Some(descriptors) = receive(socket)? else {
        return Ok(None);
    };
    let mut descriptors = descriptors.into_iter();
    let mut one = || descriptors.next().ok_or_else(|| io::Error::other("a message without its descriptors"));
    Ok(Some(Channels {
        request: one()?.into(),
        report: one()?.into(),
        lifeline: one()?,
        stdout: one()?,
        stderr: one()?,
        handed_in: descriptors.collect(),
    }))
}

//! What comes from the runner: one message for each run, with its descriptors.

use std::fs::File;
use std::io::{self, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};

use super::launcher::MAX_HANDED_IN;
use super::message::FIXED_DESCRIPTORS;

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
    /// What the runner opened of the host, when it is root.
    pub handed_in: Vec<OwnedFd>,
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

fn receive(socket: &OwnedFd) -> io::Result<Option<Vec<OwnedFd>>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_HANDED_IN + FIXED_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut byte = [0; 1];
    let received = loop {
        match recvmsg(socket, &mut [IoSliceMut::new(&mut byte)], &mut control, RecvFlags::CMSG_CLOEXEC) {
            Err(rustix::io::Errno::INTR) => {}
            other => break other?,
        }
    };
    if received.bytes == 0 {
        return Ok(None);
    }
    let mut descriptors = Vec::new();
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            descriptors.extend(rights);
        }
    }
    Ok(Some(descriptors))
}

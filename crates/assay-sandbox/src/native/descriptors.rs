//! Descriptors from one process to another, over a socket that keeps messages apart.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

use super::launcher::MAX_HANDED_IN;
use super::message::FIXED_DESCRIPTORS;

/// Longest word that goes with descriptors.
const MAX_WORD: usize = 512;

/// Sends descriptors as one message.
pub fn send(socket: impl AsFd, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    send_with(socket, b"r", descriptors)
}

/// Sends descriptors with a word as one message.
pub fn send_with(socket: impl AsFd, word: &[u8], descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_HANDED_IN + FIXED_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::other("too many descriptors"));
    }
    loop {
        match sendmsg(&socket, &[IoSlice::new(word)], &mut control, SendFlags::NOSIGNAL) {
            Err(rustix::io::Errno::INTR) => {}
            other => return Ok(other.map(drop)?),
        }
    }
}

/// Waits for the next message; `None` when the other side is gone.
pub fn receive(socket: impl AsFd) -> io::Result<Option<Vec<OwnedFd>>> {
    Ok(receive_with(socket)?.map(|(_, descriptors)| descriptors))
}

/// Waits for the next message with its word; `None` when the other side is gone.
pub fn receive_with(socket: impl AsFd) -> io::Result<Option<(Vec<u8>, Vec<OwnedFd>)>> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_HANDED_IN + FIXED_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut word = [0; MAX_WORD];
    let received = loop {
        match recvmsg(&socket, &mut [IoSliceMut::new(&mut word)], &mut control, RecvFlags::CMSG_CLOEXEC) {
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
    Ok(Some((word.get(..received.bytes).unwrap_or_default().to_vec(), descriptors)))
}

//! A run's end of a join: its sockets, made in the run's own network before the
//! program starts, and handed to the runner.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, ipproto, listen, socket_with};

use super::{descriptors, sys};
use crate::join::{Endpoint, MAX_CONNECTIONS, Side};

/// Brings the run's own loopback up, makes the sockets of this end and sends them
/// over `link`. To be called in the run's network, by its owner, before the program starts.
pub fn hand_out(endpoint: Endpoint, link: &OwnedFd) -> io::Result<()> {
    sys::loopback_up()?;
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = || socket_with(AddressFamily::INET, SocketType::STREAM, flags, Some(ipproto::TCP));
    let sockets: Vec<OwnedFd> = match endpoint.side {
        Side::Server => (0..endpoint.sockets.min(MAX_CONNECTIONS)).map(|_| socket()).collect::<Result<_, _>>()?,
        Side::Driver => {
            let listener = socket()?;
            bind(&listener, &SocketAddrV4::new(Ipv4Addr::LOCALHOST, endpoint.port))?;
            listen(&listener, i32::from(MAX_CONNECTIONS))?;
            vec![listener]
        }
    };
    descriptors::send(link, &sockets.iter().map(|socket| socket.as_fd()).collect::<Vec<_>>())
}

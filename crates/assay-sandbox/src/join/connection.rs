//! One connection of the driver's, carried on to the server.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, Shutdown, connect, recv, send, shutdown, sockopt};

/// Bytes that a connection holds in each direction.
const BUFFER: usize = 64 * 1024;

/// How often a server that does not listen yet is tried again.
pub const AGAIN: Duration = Duration::from_millis(10);

/// What was read and not yet written on, in one direction.
#[derive(Default)]
struct Flow {
    held: Vec<u8>,
    read_to_end: bool,
    closed: bool,
}

impl Flow {
    /// Whether to wait for something to read, and for room to write.
    fn wants(&self) -> (bool, bool) {
        (!self.read_to_end && self.held.len() < BUFFER, !self.held.is_empty())
    }

    /// Moves what can be moved without waiting: so many bytes reached the other side.
    /// A socket that breaks closes this direction only: a server that is gone may have answered before.
    /// `hear` is given the bytes that were read.
    fn step(&mut self, from: BorrowedFd<'_>, to: BorrowedFd<'_>, hear: impl FnOnce(&[u8])) -> u64 {
        let mut moved = 0;
        if self.closed {
            return moved;
        }
        if self.wants().0 {
            let mut chunk = vec![0; BUFFER - self.held.len()];
            match recv(from, chunk.as_mut_slice(), RecvFlags::DONTWAIT) {
                Ok((0, _)) => self.read_to_end = true,
                Ok((count, _)) => {
                    let read = chunk.get(..count).unwrap_or_default();
                    hear(read);
                    self.held.extend_from_slice(read);
                }
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(_) => self.read_to_end = true,
            }
        }
        if !self.held.is_empty() {
            match send(to, &self.held, SendFlags::DONTWAIT | SendFlags::NOSIGNAL) {
                Ok(count) => {
                    self.held.drain(..count.min(self.held.len()));
                    moved = count as u64;
                }
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(_) => {
                    self.held.clear();
                    self.read_to_end = true;
                }
            }
        }
        if self.read_to_end && self.held.is_empty() && !self.closed {
            self.closed = true;
            let _ = shutdown(to, Shutdown::Write);
        }
        moved
    }
}

#[derive(Clone, Copy)]
enum Phase {
    /// Not tried yet, or the server did not listen when last tried.
    Waiting(Option<Instant>),
    /// Asked, and not answered yet.
    Asked,
    /// Bytes go both ways.
    Open,
    /// One of the sockets broke, or both directions are closed.
    Over,
}

/// What one step of a connection did.
#[derive(Default)]
pub struct Step {
    /// The server took it just now.
    pub taken: bool,
    /// Bytes that reached the server.
    pub up: u64,
    /// Bytes that reached the driver.
    pub down: u64,
}

/// One connection.
pub struct Connection {
    driver: OwnedFd,
    server: OwnedFd,
    port: u16,
    phase: Phase,
    up: Flow,
    down: Flow,
    said: Vec<u8>,
}

impl Connection {
    /// The driver's socket, and one of the server's network that is to be connected.
    pub fn new(driver: OwnedFd, server: OwnedFd, port: u16) -> Self {
        let (up, down) = (Flow::default(), Flow::default());
        Self { driver, server, port, phase: Phase::Waiting(None), up, down, said: Vec::new() }
    }

    fn knock(&mut self) {
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, self.port);
        // The answer, if it is there already, is read by the next step.
        self.phase = match connect(&self.server, &address) {
            Ok(()) | Err(Errno::ISCONN | Errno::INPROGRESS | Errno::ALREADY | Errno::INTR) => Phase::Asked,
            Err(_) => Phase::Waiting(Some(Instant::now())),
        };
    }

    /// Moves on what can be moved without waiting. `server_over`: nobody will ever listen. `first`: those
    /// that the driver opened before are with the server, which is to see them in the driver's order.
    pub fn step(&mut self, server_over: bool, first: bool) -> Step {
        let mut step = Step::default();
        match self.phase {
            Phase::Waiting(_) if server_over => self.phase = Phase::Over,
            Phase::Waiting(since) if first && since.is_none_or(|since| since.elapsed() >= AGAIN) => self.knock(),
            _ => {}
        }
        if matches!(self.phase, Phase::Asked) {
            match (sockopt::socket_error(&self.server), rustix::net::getpeername(&self.server)) {
                (Ok(Ok(())), Ok(_)) => {
                    self.phase = Phase::Open;
                    step.taken = true;
                }
                (Ok(Ok(())), Err(_)) if !server_over => {}
                _ if server_over => self.phase = Phase::Over,
                _ => self.phase = Phase::Waiting(Some(Instant::now())),
            }
        }
        if matches!(self.phase, Phase::Open) {
            let (driver, server) = (self.driver.as_fd(), self.server.as_fd());
            step.up = self.up.step(driver, server, |_| {});
            step.down = self.down.step(server, driver, |bytes| self.said.extend_from_slice(bytes));
            if self.up.closed && self.down.closed {
                self.phase = Phase::Over;
            }
        }
        step
    }

    /// What to wait for. A closed socket always has something to say, so one of which nothing is wanted is left out.
    pub fn polls(&self) -> Vec<PollFd<'_>> {
        match self.phase {
            Phase::Asked => vec![PollFd::new(&self.server, PollFlags::OUT)],
            Phase::Waiting(_) | Phase::Over => Vec::new(),
            Phase::Open => {
                let (up, down) = (self.up.wants(), self.down.wants());
                [(&self.driver, up.0, down.1), (&self.server, down.0, up.1)]
                    .into_iter()
                    .filter(|(_, read, write)| *read || *write)
                    .map(|(socket, read, write)| {
                        let mut flags = PollFlags::empty();
                        flags.set(PollFlags::IN, read);
                        flags.set(PollFlags::OUT, write);
                        PollFd::new(socket, flags)
                    })
                    .collect()
            }
        }
    }

    /// Whether the server has not taken it yet.
    pub fn waits(&self) -> bool {
        matches!(self.phase, Phase::Waiting(_) | Phase::Asked)
    }

    /// Whether all that the driver sent is with the server, or never will be.
    pub fn delivered(&self) -> bool {
        matches!(self.phase, Phase::Over) || self.up.closed
    }

    /// The same in the other direction.
    pub fn answered(&self) -> bool {
        matches!(self.phase, Phase::Over) || self.down.closed
    }

    /// What the server sent on it.
    pub fn into_said(self) -> Vec<u8> {
        self.said
    }

    /// Whether nothing is left to carry.
    pub fn over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }
}

//! The relay: carries bytes between the driver's connections and the server's
//! port, counts and bounds them, and asks each side to end when the other has.
//!
//! It reads nothing of what it carries. Sockets belong to the network they were
//! made in, whoever holds them, so it needs no foot in either sandbox.

use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, accept_with, recv, send, socketpair};

use super::connection::{AGAIN, Connection};
use super::{Exceeded, Join, Traffic};
use crate::native::receive;

/// How long nothing may move, once a side has ended, before what is left counts as never to be delivered.
const STALLED: Duration = Duration::from_millis(500);

/// One side as the relay sees it. Dropping it asks the side to end.
pub struct End {
    /// A word on it asks the side to end.
    link: OwnedFd,
    /// At its end when the side's run is.
    over: PipeReader,
    ended: bool,
    asked: bool,
}

impl End {
    /// With the link for the side's engine, and what is to be dropped when its run is over.
    pub fn new() -> io::Result<(Self, OwnedFd, PipeWriter)> {
        let (link, theirs) = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        let (over, runs) = io::pipe()?;
        Ok((Self { link, over, ended: false, asked: false }, theirs, runs))
    }

    fn ask_to_end(&mut self) {
        if !std::mem::replace(&mut self.asked, true) {
            let _ = send(&self.link, b"e", SendFlags::NOSIGNAL | SendFlags::DONTWAIT);
        }
    }

    /// Whether it was sent SIGTERM before it ended: its engine says so on the link.
    fn was_told(&self) -> bool {
        let hear = || recv(&self.link, &mut [0; 1], RecvFlags::DONTWAIT);
        // A side that ends with our word unread resets the link; what it said comes after that.
        let heard = match hear() {
            Err(Errno::CONNRESET) => hear(),
            other => other,
        };
        matches!(heard, Ok((1.., _)))
    }

    /// The sockets of its end. No program starts before its engine has handed them out, so this waits for no program.
    pub fn sockets(&self, count: u16) -> io::Result<Vec<OwnedFd>> {
        let sockets = receive(&self.link)?.unwrap_or_default();
        if sockets.len() == usize::from(count) { Ok(sockets) } else { Err(io::Error::other("they did not come")) }
    }
}

struct Relay<'a> {
    join: &'a Join,
    server: End,
    driver: End,
    listener: Option<OwnedFd>,
    spare: Vec<OwnedFd>,
    connections: Vec<Connection>,
    traffic: Traffic,
    said: Vec<Vec<u8>>,
    moved: Instant,
}

/// Carries bytes until both sides have ended, and says how many and what the server sent.
pub fn carry(
    server: End,
    spare: Vec<OwnedFd>,
    driver: End,
    mut listener: Vec<OwnedFd>,
    join: &Join,
) -> io::Result<(Traffic, Vec<Vec<u8>>)> {
    let mut relay = Relay {
        join,
        server,
        driver,
        listener: listener.pop(),
        spare,
        connections: Vec::new(),
        traffic: Traffic::default(),
        said: Vec::new(),
        moved: Instant::now(),
    };
    while !(relay.server.ended && relay.driver.ended) {
        relay.wait()?;
        relay.accept()?;
        relay.carry_all();
        relay.wind_down();
    }
    relay.forget(|_| true);
    Ok((relay.traffic, relay.said))
}

impl Relay<'_> {
    /// Waits until something can be done, and hears which sides have ended.
    fn wait(&mut self) -> io::Result<()> {
        let ends = [&self.server, &self.driver];
        let mut polls: Vec<PollFd<'_>> =
            ends.iter().filter(|end| !end.ended).map(|end| PollFd::new(&end.over, PollFlags::IN)).collect();
        polls.extend(self.listener.iter().map(|listener| PollFd::new(listener, PollFlags::IN)));
        polls.extend(self.connections.iter().flat_map(Connection::polls));
        let timeout = if self.connections.iter().any(Connection::waits) {
            Some(AGAIN)
        } else {
            (self.server.ended || self.driver.ended).then_some(STALLED)
        };
        let timeout = timeout.map(|time| Timespec { tv_sec: 0, tv_nsec: i64::from(time.subsec_nanos()) });
        match poll(&mut polls, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut heard = polls.iter().map(|poll| !poll.revents().is_empty()).collect::<Vec<_>>().into_iter();
        let [server, driver] = ends.map(|end| end.ended || heard.next().unwrap_or(false));
        if !self.server.ended && server {
            self.traffic.server_by_itself = !self.server.was_told();
            self.moved = Instant::now();
        }
        if !self.driver.ended && driver {
            self.moved = Instant::now();
        }
        (self.server.ended, self.driver.ended) = (server, driver);
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        while let Some(listener) = &self.listener {
            let driver = match accept_with(listener, SocketFlags::CLOEXEC | SocketFlags::NONBLOCK) {
                Ok(driver) => driver,
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR | Errno::CONNABORTED) => continue,
                Err(error) => return Err(error.into()),
            };
            self.moved = Instant::now();
            self.traffic.asked += 1;
            match self.spare.pop() {
                Some(server) => self.connections.push(Connection::new(driver, server, self.join.port)),
                None => self.exceed(Exceeded::Connections),
            }
        }
        Ok(())
    }

    fn carry_all(&mut self) {
        let mut first = true;
        for connection in &mut self.connections {
            let step = connection.step(self.server.ended, first);
            first &= !connection.waits();
            if step.up + step.down > 0 || step.taken {
                self.moved = Instant::now();
            }
            self.traffic.taken += u32::from(step.taken);
            self.traffic.to_server += step.up;
            self.traffic.to_driver += step.down;
        }
        self.forget(Connection::over);
        if self.traffic.to_server > self.join.bytes {
            self.exceed(Exceeded::BytesToServer);
        } else if self.traffic.to_driver > self.join.bytes {
            self.exceed(Exceeded::BytesToDriver);
        }
    }

    /// Lets go of connections, but for what the server said on them: at most what `bytes` and the buffers hold.
    fn forget(&mut self, which: impl Fn(&Connection) -> bool) {
        let gone = self.connections.extract_if(.., |connection| which(connection));
        self.said.extend(gone.map(Connection::into_said).filter(|said| !said.is_empty()));
    }

    /// A side that has ended takes the other with it, as soon as that has all that was meant for it.
    fn wind_down(&mut self) {
        if self.server.ended {
            // Whoever connects from now on is refused.
            self.listener = None;
        }
        let stalled = self.moved.elapsed() >= STALLED;
        let waiting = self.connections.iter().any(Connection::waits);
        if self.driver.ended && (self.connections.iter().all(Connection::delivered) || (stalled && !waiting)) {
            self.server.ask_to_end();
        }
        if self.server.ended && (self.connections.iter().all(Connection::answered) || stalled) {
            self.driver.ask_to_end();
        }
    }

    fn exceed(&mut self, bound: Exceeded) {
        self.traffic.exceeded.get_or_insert(bound);
        self.listener = None;
        self.forget(|_| true);
        self.server.ask_to_end();
        self.driver.ask_to_end();
    }
}

//! Two runs joined by one port: a server in one sandbox, a driver in another.
//!
//! They share nothing: no namespace, no folder, no process. Each side's engine
//! makes the sockets of its end inside that sandbox's own network and hands them
//! out; the [`relay`], which is part of the runner and so out of reach for both,
//! carries bytes from the driver's connections to the server's port. It counts
//! and bounds them, and knows by itself who ended first. So what a driver says
//! it did is never needed: either the server was reached through its port, or
//! it was not reached at all (validation 4.5, "PoC is a script that does the
//! deed itself").
//!
//! This file is the same for every engine. What an engine adds is
//! [`Sandbox::run_side`](crate::Sandbox::run_side).

mod connection;
mod relay;

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Once;
use std::thread::ScopedJoinHandle;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

use self::relay::End;
use crate::Sandbox;
use crate::error::{Layer, SandboxError};
use crate::spec::{Finished, Spec};

/// Connections of one joined run, all together, at most. Each has a socket of the server's network made for it.
pub const MAX_CONNECTIONS: u16 = 128;

/// Two specs and what joins them.
#[derive(Debug, Clone, PartialEq)]
pub struct Join {
    /// Listens on loopback TCP at `port` of its own network.
    pub server: Spec,
    /// Connects to loopback TCP at `port` of its own network, where the relay listens.
    pub driver: Spec,
    /// The one port: 1024 or above.
    pub port: u16,
    /// Connections that the driver may make, all together; at most [`MAX_CONNECTIONS`].
    pub connections: u16,
    /// Bytes that may go in each direction.
    pub bytes: u64,
}

/// What came of a joined run.
#[derive(Debug, Clone, PartialEq)]
pub struct Joined {
    /// The server's side.
    pub server: Finished,
    /// The driver's side.
    pub driver: Finished,
    /// What went between them, as the relay counted.
    pub traffic: Traffic,
    /// What the server sent to the driver, connection by connection. Hostile.
    pub said: Vec<Vec<u8>>,
}

/// What went through the relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Traffic {
    /// Connections that the driver made.
    pub asked: u32,
    /// Of these, connections that the server took.
    pub taken: u32,
    /// Bytes from the driver that the server's socket took.
    pub to_server: u64,
    /// Bytes from the server that the driver's socket took.
    pub to_driver: u64,
    /// Whether the server ended by itself, or at a limit, before it was sent SIGTERM because its driver was done.
    pub server_by_itself: bool,
    /// The bound that ended the traffic, if one did.
    pub exceeded: Option<Exceeded>,
}

/// A bound of a joined run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exceeded {
    /// More connections than allowed.
    Connections,
    /// More bytes than allowed from the driver.
    BytesToServer,
    /// More bytes than allowed from the server.
    BytesToDriver,
}

/// Which side of a join a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The server: may listen at the port, and connect nowhere.
    Server,
    /// The driver: may connect to the port, and listen nowhere.
    Driver,
}

/// One end of a join, as an engine has to make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Which side the run is.
    pub side: Side,
    /// The port.
    pub port: u16,
    /// Sockets to hand out: for the driver the listener and nothing else, for the
    /// server so many that are not connected yet.
    pub sockets: u16,
}

/// Runs both sides to their end.
///
/// When the driver has ended and all it sent is delivered, the server is asked to
/// end (see [`Sandbox::run_side`]); when the server ends first, the driver is.
///
/// # Errors
///
/// The layer or file that was missing on either side, or that this engine joins
/// no runs. What programs do is in [`Joined`].
pub fn run_joined(sandbox: &dyn Sandbox, join: &Join) -> Result<Joined, SandboxError> {
    if join.port < 1024 || join.connections == 0 || join.connections > MAX_CONNECTIONS {
        let what = format!("a join needs a port from 1024 on and 1 to {MAX_CONNECTIONS} connections");
        return Err(SandboxError::new(Layer::Files, what));
    }
    more_descriptors();
    let endpoint = |side, sockets| Endpoint { side, port: join.port, sockets };
    let run = |spec: &Spec, endpoint, link: OwnedFd, runs: io::PipeWriter| {
        let finished = sandbox.run_side(spec, endpoint, link);
        drop(runs);
        finished
    };
    std::thread::scope(|scope| {
        let (server, link, runs) = End::new().map_err(broken("a socket to the server's side"))?;
        let serving = std::thread::Builder::new()
            .spawn_scoped(scope, move || run(&join.server, endpoint(Side::Server, join.connections), link, runs))
            .map_err(broken("a thread for the server's side"))?;
        // The driver starts when the server's sandbox stands: its clock is not to run while that waits for a place.
        let spare = server.sockets(join.connections).map_err(broken("the server's sockets"));
        let driven = spare.and_then(|spare| {
            let (driver, link, runs) = End::new().map_err(broken("a socket to the driver's side"))?;
            let driving = std::thread::Builder::new()
                .spawn_scoped(scope, move || run(&join.driver, endpoint(Side::Driver, 1), link, runs))
                .map_err(broken("a thread for the driver's side"))?;
            let listener = driver.sockets(1).map_err(broken("the driver's socket"));
            // Closing an end asks its side to end, so nobody waits below for one that was left alone.
            let carried = listener
                .and_then(|listener| relay::carry(server, spare, driver, listener, join).map_err(broken("the relay")));
            Ok((wait(driving)?, carried))
        });
        let server = wait(serving)?;
        let (driver, carried) = driven?;
        let (traffic, said) = carried?;
        Ok(Joined { server, driver, traffic, said })
    })
}

/// What came of a side.
fn wait(side: ScopedJoinHandle<'_, Result<Finished, SandboxError>>) -> Result<Finished, SandboxError> {
    side.join().map_err(|_| broken("a side")(io::Error::other("its thread broke off")))?
}

/// A join holds two descriptors for each connection: on a machine of many cores more than the usual soft limit.
fn more_descriptors() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let now = getrlimit(Resource::Nofile);
        let wanted = now.maximum.map_or(1 << 16, |hard| hard.min(1 << 16));
        if now.current.is_some_and(|soft| soft < wanted) {
            // Refused, the joins of a small machine still fit.
            let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: now.maximum });
        }
    });
}

fn broken(step: &str) -> impl Fn(io::Error) -> SandboxError {
    let step = step.to_owned();
    move |error| SandboxError::new(Layer::Launcher, format!("{step}: {error}"))
}

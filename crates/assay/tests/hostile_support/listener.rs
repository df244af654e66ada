//! Ears on the host that no program in a sandbox may reach.

use std::net::TcpListener;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};

/// The abstract name that hostile programs try.
const NAME: &str = "assay-host-canary";

/// Both of them. A second run as another user finds the name taken, and the first run listens for it.
pub struct Listeners {
    tcp: TcpListener,
    unix: Option<UnixListener>,
}

impl Listeners {
    /// Opens them.
    pub fn open() -> Self {
        let tcp = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        tcp.set_nonblocking(true).unwrap();
        let unix = UnixListener::bind_addr(&SocketAddr::from_abstract_name(NAME).unwrap()).ok();
        if let Some(listener) = &unix {
            listener.set_nonblocking(true).unwrap();
        }
        Self { tcp, unix }
    }

    /// What was heard.
    pub fn heard(&self) -> Vec<String> {
        let mut heard = Vec::new();
        if self.tcp.accept().is_ok() {
            heard.push("somebody connected to a port of loopback".to_owned());
        }
        if self.unix.as_ref().is_some_and(|listener| listener.accept().is_ok()) {
            heard.push(format!("somebody connected to the abstract name {NAME}"));
        }
        heard
    }
}

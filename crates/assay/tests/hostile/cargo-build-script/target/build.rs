//! Tries to reach the network and the host from a build script.
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;
use std::{env, fs};

fn main() {
    let mut won = Vec::new();
    for address in ["127.0.0.1:22", "127.0.0.1:80", "192.0.2.1:80"] {
        let address = address.parse().unwrap();
        if TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok() {
            won.push("connect");
        }
    }
    if let Ok(socket) = UdpSocket::bind("0.0.0.0:0") {
        if socket.send_to(b"canary", "192.0.2.1:53").is_ok() {
            won.push("send");
        }
    }
    for folder in ["/", "/usr", "/etc", "/root", "/home", "/bundle", "/var", "/proc/sys/kernel"] {
        if fs::write(format!("{folder}/assay-escaped"), "").is_ok() {
            won.push(folder);
        }
    }
    if fs::read("/etc/shadow").is_ok() || env::var_os("ASSAY_HOST_CANARY").is_some() {
        won.push("secret");
    }
    let said = if won.is_empty() { "refused".to_owned() } else { won.join(" ") };
    println!("cargo:rustc-env=SAID={said}");
}

//! A web server of a few lines on the loopback interface, that goes on in the middle of a file where it is asked to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Hands out a folder; of each answer at most so many bytes, if that is not zero.
pub fn serve(root: &Path, most: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let root = root.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that is killed in the middle is no failure of the server.
            let Ok(mut stream) = stream else { continue };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut first, mut from) = (String::new(), 0);
            if reader.read_line(&mut first).is_err() {
                continue;
            }
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) <= 2 {
                    break;
                }
                if let Some(range) = line.to_lowercase().strip_prefix("range: bytes=") {
                    from = range.trim().trim_end_matches('-').parse().unwrap();
                }
            }
            let name = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
            let Ok(bytes) = fs::read(root.join(name)) else {
                let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                continue;
            };
            let rest = &bytes[from.min(bytes.len())..];
            let head = match from {
                0 => "HTTP/1.1 200 OK\r\n".to_owned(),
                _ if rest.is_empty() => "HTTP/1.1 416 Range Not Satisfiable\r\n".to_owned(),
                _ => {
                    let (last, all) = (bytes.len() - 1, bytes.len());
                    format!("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{last}/{all}\r\n")
                }
            };
            let head = format!("{head}Content-Length: {}\r\nConnection: close\r\n\r\n", rest.len());
            let _ = stream.write_all(head.as_bytes());
            let end = match most.load(Ordering::Relaxed) {
                0 => rest.len(),
                most => rest.len().min(most),
            };
            let _ = stream.write_all(&rest[..end]);
        }
    });
    address
}

//! A web server of a few lines, for one folder, on the loopback interface.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// How it answers.
#[derive(Debug, Clone)]
pub enum Manner {
    /// As a web server should.
    Plain,
    /// Sends everyone to this address instead; `{path}` is what was asked for.
    Redirect(String),
    /// Never stops sending.
    Endless,
    /// Says that it is broken.
    Broken,
    /// Claims more bytes than it sends.
    Short,
}

pub struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(folder: &Path, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (folder, stopped, heard) = (folder.to_owned(), Arc::clone(&stop), Arc::clone(&asked));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (folder, manner, heard) = (folder.clone(), manner.clone(), Arc::clone(&heard));
                if let Ok(stream) = stream {
                    // A client that goes away in the middle is no failure of the server.
                    thread::spawn(move || drop(answer(stream, &folder, &manner, &heard)));
                }
            }
        });
        Self { address, stop, asked, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}/release", self.address)
    }

    /// The first lines of all requests.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn answer(mut stream: TcpStream, folder: &Path, manner: &Manner, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    asked.lock().unwrap().push(first.clone());
    let path = first.split(' ').nth(1).unwrap_or_default().strip_prefix("/release/").unwrap_or_default().to_owned();
    let head = |status: &str, more: &str| format!("HTTP/1.1 {status}\r\n{more}Connection: close\r\n\r\n");
    match manner {
        Manner::Redirect(to) => {
            let to = to.replace("{path}", &path);
            stream.write_all(head("302 Found", &format!("Location: {to}\r\nContent-Length: 0\r\n")).as_bytes())
        }
        Manner::Broken => stream.write_all(head("500 Oh", "Content-Length: 0\r\n").as_bytes()),
        Manner::Endless => {
            stream.write_all(head("200 OK", "").as_bytes())?;
            loop {
                stream.write_all(&[b'{'; 65_536])?;
            }
        }
        Manner::Plain | Manner::Short => {
            let relative = PathBuf::from(&path);
            let safe = relative.components().all(|part| matches!(part, Component::Normal(_)));
            match std::fs::read(folder.join(&relative)) {
                Ok(bytes) if safe => {
                    let more = if matches!(manner, Manner::Short) { 10 } else { 0 };
                    let length = format!("Content-Length: {}\r\n", bytes.len() + more);
                    stream.write_all(head("200 OK", &length).as_bytes())?;
                    stream.write_all(&bytes)
                }
                _ => stream.write_all(head("404 Not Found", "Content-Length: 0\r\n").as_bytes()),
            }
        }
    }
}

//! The runner's own driver: sends the bytes of an input over one connection and
//! prints what comes back. With it the claimant brings data and no code.

use std::io::{ErrorKind, Read as _, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::time::{Duration, Instant};

use assay_sandbox::Task;
use serde::{Deserialize, Serialize};

/// The builtin's name.
pub const BUILTIN: &str = "assay-prove/sender";

/// How long it waits for a first answer before it says that it has nothing more to send, and once more after that.
const FIRST: Duration = Duration::from_secs(5);

/// How long it waits for more of an answer.
const MORE: Duration = Duration::from_millis(500);

/// Bytes of the answer that are printed; the rest is read and let go.
const PRINTED: usize = 512 << 10;

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    port: u16,
    path: String,
}

/// The task that sends the file at a path of its sandbox to a port.
#[must_use]
pub fn task(port: u16, path: &str) -> Task {
    let request = serde_json::to_vec(&Request { port, path: path.to_owned() }).unwrap_or_default();
    Task::Builtin { name: BUILTIN.into(), request }
}

/// The builtin.
///
/// # Errors
///
/// The input cannot be read, or nobody is at the port. That a server closes the
/// connection, sooner or later, is what it may do.
pub fn builtin(request: &[u8], out: &mut dyn Write) -> Result<(), String> {
    let Request { port, path } = serde_json::from_slice(request).map_err(|error| error.to_string())?;
    let bytes = std::fs::read(&path).map_err(|error| format!("`{path}`: {error}"))?;
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(|error| format!("port {port}: {error}"))?;
    let mut sending = stream.try_clone().map_err(|error| error.to_string())?;
    // Beside the reading: a server that answers while it reads would else wait for this side for ever.
    let sent = std::thread::spawn(move || {
        let _ = sending.write_all(&bytes);
    });
    let printed = answer(&stream, out);
    let _ = stream.shutdown(Shutdown::Both);
    let _ = sent.join();
    printed.map_err(|error| error.to_string())
}

/// Prints what comes, until it ends or nothing has come for a while.
fn answer(mut stream: &TcpStream, out: &mut dyn Write) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    let mut printed = 0;
    let mut patience = Some(FIRST);
    let mut since = Instant::now();
    loop {
        let wait = if printed > 0 { MORE } else { patience.unwrap_or(FIRST) };
        stream.set_read_timeout(Some(wait.saturating_sub(since.elapsed()).max(Duration::from_millis(1))))?;
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => {
                since = Instant::now();
                let room = count.min(PRINTED.saturating_sub(printed));
                out.write_all(buffer.get(..room).unwrap_or_default())?;
                printed += count;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => return Ok(()),
            Err(_) if since.elapsed() < wait => {}
            Err(_) if printed == 0 && patience.take().is_some() => {
                // A server that waits for the end of the input has it now.
                let _ = stream.shutdown(Shutdown::Write);
                since = Instant::now();
            }
            Err(_) => return Ok(()),
        }
    }
}

//! Fetches one file of a web server into a file, and goes on where an earlier
//! attempt broke off.
//!
//! Only GET, with bounds on size, time and redirects. Nothing is believed
//! because of where it came from: whoever asks checks a digest afterwards.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};

/// Longest time for one file: the largest, over a rural line.
const TIME: Duration = Duration::from_secs(3_600);
/// Longest time until a server answers at all.
const ANSWER: Duration = Duration::from_secs(30);
/// Longest time to reach the server.
const CONNECT: Duration = Duration::from_secs(15);
/// Most redirects for one file.
const REDIRECTS: u32 = 3;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The address is none that is fetched.
    #[error("`{0}` is no http or https address of a file")]
    Address(String),
    /// The server has no such file.
    #[error("`{0}` is not there")]
    Absent(String),
    /// The server, or the way to it.
    #[error("`{place}` could not be fetched: {why}")]
    Unreachable {
        /// What was asked for.
        place: String,
        /// What happened.
        why: String,
    },
    /// The server sends more than there may be.
    #[error("`{place}` has more than {most} bytes")]
    TooLong {
        /// What was asked for.
        place: String,
        /// How many there may be.
        most: u64,
    },
    /// The disk.
    #[error("what was fetched could not be kept: {0}")]
    Kept(#[from] io::Error),
}

fn agent(address: &str) -> Result<Agent, FetchError> {
    let wrong = || FetchError::Address(address.chars().take(200).collect());
    let uri: Uri = address.parse().map_err(|_| wrong())?;
    let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    if !matches!(uri.scheme_str(), Some("http" | "https")) || host.is_empty() || host.contains('@') {
        return Err(wrong());
    }
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        // The system's roots, so that an office's own certificate authority works.
        .root_certs(RootCerts::PlatformVerifier)
        .build();
    Ok(Agent::config_builder()
        .tls_config(tls)
        // A redirect must not take an https address to plain http.
        .https_only(uri.scheme_str() == Some("https"))
        .max_redirects(REDIRECTS)
        .timeout_global(Some(TIME))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(ANSWER))
        .http_status_as_error(false)
        .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent())
}

/// Fetches a file behind what `into` holds already, which an earlier attempt left there. Gives the bytes that came over
/// the line.
///
/// # Errors
///
/// There is none, it is longer than `most`, or server, line or disk fail. What arrived stays in `into`.
pub fn fetch(address: &str, into: &mut File, most: u64) -> Result<u64, FetchError> {
    let failed = |why: String| FetchError::Unreachable { place: address.to_owned(), why };
    let mut have = into.seek(SeekFrom::End(0))?;
    let mut request = agent(address)?.get(address);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let response = request.call().map_err(|error| failed(error.to_string()))?;
    match response.status().as_u16() {
        206 if have > 0 => {
            // A server that sends another part than was asked for would make a file of two halves that do not fit.
            let range = response.headers().get("content-range").and_then(|range| range.to_str().ok());
            if !range.is_some_and(|range| range.starts_with(&format!("bytes {have}-"))) {
                return Err(failed("the server sent another part of it than was asked for".to_owned()));
            }
        }
        // It has all of it, or the file has changed and is shorter now: the digest will tell.
        416 if have > 0 => return Ok(0),
        200 => {
            into.set_len(0)?;
            have = into.seek(SeekFrom::Start(0))?;
        }
        404 | 410 => return Err(FetchError::Absent(address.to_owned())),
        status => return Err(failed(format!("the server answered {status}"))),
    }
    let mut body = response.into_body().into_reader().take(most.saturating_sub(have).saturating_add(1));
    let mut buffer = vec![0; 64 << 10];
    let mut came = 0;
    loop {
        let read = body.read(&mut buffer).map_err(|error| failed(error.to_string()))?;
        if read == 0 {
            break;
        }
        into.write_all(buffer.get(..read).unwrap_or_default())?;
        came += read as u64;
    }
    if have + came > most {
        into.set_len(0)?;
        return Err(FetchError::TooLong { place: address.to_owned(), most });
    }
    Ok(came)
}

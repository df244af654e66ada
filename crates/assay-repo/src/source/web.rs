//! A release folder on a web server. Only GET, with bounds on time, size and
//! redirects: a server can be slow, endless or run in circles.

use std::fmt;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig};

use super::Unreachable;

/// Longest time for one file.
const TIME: Duration = Duration::from_secs(60);
/// Longest time to reach the server.
const CONNECT: Duration = Duration::from_secs(15);
/// Most redirects for one file.
const REDIRECTS: u32 = 3;

/// A web server's folder.
#[derive(Debug, Clone)]
pub struct Web {
    base: String,
    agent: Agent,
}

impl Web {
    pub(super) fn new(address: &str) -> Result<Self, String> {
        let uri: Uri = address.parse().map_err(|_| "it is no web address".to_owned())?;
        let host = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
        if uri.host().is_none_or(str::is_empty) || host.contains('@') {
            return Err("it has no host, or a name and password in front of it".into());
        }
        if uri.query().is_some() || address.contains('#') {
            return Err("it has a query or a fragment; name the folder".into());
        }
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            // The system's roots, so that an office's own certificate authority works.
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            // A redirect must not take an https address to plain http.
            .https_only(uri.scheme_str() == Some("https"))
            .max_redirects(REDIRECTS)
            .timeout_global(Some(TIME))
            .timeout_connect(Some(CONNECT))
            .http_status_as_error(false)
            .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { base: address.trim_end_matches('/').to_owned(), agent })
    }

    pub(super) fn get(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Unreachable> {
        let place = format!("{}/{path}", self.base);
        let failed = |why: String| Unreachable { place: place.clone(), why };
        let response = self.agent.get(&place).call().map_err(|error| failed(error.to_string()))?;
        match response.status().as_u16() {
            200 => {}
            404 | 410 => return Ok(None),
            status => return Err(failed(format!("the server answered {status}"))),
        }
        let mut bytes = Vec::new();
        // One byte more than there may be shows that there is more; the rest is never read.
        let mut body = response.into_body().into_reader().take(most.saturating_add(1));
        body.read_to_end(&mut bytes).map_err(|error| failed(error.to_string()))?;
        Ok(Some(bytes))
    }
}

impl fmt::Display for Web {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.base)
    }
}

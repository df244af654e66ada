//! How a call of a client ended, and what its messages mean.

use super::Reason;

/// How a call ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Whether the exit status was 0.
    pub success: bool,
    /// The exit status, if it ended by itself.
    pub code: Option<i32>,
    /// The start of its standard output.
    pub stdout: String,
    /// The end of its standard error.
    pub stderr: String,
}

impl Ended {
    /// Why a client brought nothing, from what it said.
    pub fn reason(&self) -> Reason {
        let said = self.said();
        let lower = self.stderr.to_lowercase();
        if UNREACHABLE.iter().any(|sign| lower.contains(sign)) {
            Reason::Unreachable(said)
        } else {
            Reason::NotFound(said)
        }
    }

    /// Its first and last words in one line, without control characters.
    pub fn said(&self) -> String {
        let lines: Vec<String> = self
            .stderr
            .lines()
            .map(|line| line.chars().filter(|c| !c.is_control()).take(300).collect::<String>())
            .map(|line| without_password(line.trim_start_matches("npm error").trim()))
            .filter(|line| line.len() > 1 && !NOISE.iter().any(|noise| line.starts_with(noise)))
            .collect();
        match lines.as_slice() {
            [] => format!("it ended with status {} and said nothing", self.code.unwrap_or(-1)),
            [first, second, .., last] => format!("{first} | {second} | {last}"),
            few => few.join(" | "),
        }
    }
}

/// Lines that tell a reader of an error nothing.
const NOISE: &[&str] = &["npm warn", "npm notice", "A complete log of this run", "Reading package lists"];

/// How clients say that it was the network (lower case).
const UNREACHABLE: &[&str] = &[
    "enotfound",
    "etimedout",
    "econnrefused",
    "econnreset",
    "eai_again",
    "enetunreach",
    "could not resolve",
    "couldn't resolve",
    "temporary failure resolving",
    "name resolution",
    "could not connect",
    "couldn't connect",
    "failed to connect",
    "connection refused",
    "connection timed out",
    "connection failed",
    "newconnectionerror",
    "maxretryerror",
    "network is unreachable",
    "spurious network error",
    "timed out",
    "timeout was reached",
    "getaddrinfo",
    "proxy error",
    "proxyerror",
    "sslerror",
    "certificate",
];

/// A mirror's address may hold a password, and messages end in logs and reports.
fn without_password(line: &str) -> String {
    let mut kept = String::new();
    for (index, part) in line.split("://").enumerate() {
        if index == 0 {
            kept.push_str(part);
            continue;
        }
        let host_end = part.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(part.len());
        let (authority, rest) = part.split_at_checked(host_end).unwrap_or((part, ""));
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        kept.push_str("://");
        kept.push_str(host);
        kept.push_str(rest);
    }
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn ended(stderr: &str) -> Ended {
        Ended { success: false, code: Some(1), stdout: String::new(), stderr: stderr.to_owned() }
    }

    #[test]
    fn the_network_is_told_apart_from_a_version_that_is_not_there() {
        for stderr in [
            "npm error code ECONNREFUSED\nnpm error syscall connect\n",
            "W: Failed to fetch http://mirror/x  Temporary failure resolving 'mirror'\n",
            "error: failed to query\nCaused by:\n  [7] Could not connect to server\n",
            "ProxyError: HTTPSConnectionPool(host='x'): Max retries exceeded (NewConnectionError)\n",
        ] {
            assert_eq!(ended(stderr).reason().code(), "unreachable", "{stderr}");
        }
        for stderr in [
            "npm error code ETARGET\nnpm error notarget No matching version found for a@9.9.9.\n",
            "E: Version '9' of 'cjson' was not found\n",
            "error: could not find `a@9.9.9` in registry `x`\n",
            "",
        ] {
            assert_eq!(ended(stderr).reason().code(), "not-found", "{stderr}");
        }
    }

    #[test]
    fn passwords_of_a_mirror_are_not_repeated() {
        let said = ended("cannot get https://me:secret@mirror/a@1/b nor http://mirror2/x@y\n").said();
        assert_eq!(said, "cannot get https://mirror/a@1/b nor http://mirror2/x@y");
    }

    #[test]
    fn messages_are_one_plain_line() {
        let said = ended("npm error code X\nnpm warn noise\n\x1b[31mred\u{7}\n\nmiddle\nnpm error end\n").said();
        assert_eq!(said, "code X | [31mred | end");
        assert!(ended("").said().contains("said nothing"));
    }
}

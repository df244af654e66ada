//! What was read to judge a run, by digests: the evidence that a verdict rests
//! on. A log of a flaw that is not patched yet is itself confidential, so a
//! statement names logs and does not carry them; whoever keeps a log can show
//! later that it is the one.

use assay_bundle::digest::Sha256;
use assay_sandbox::Node;
use serde::Serialize;

use crate::hook;
use crate::kept_logs::KeptLogs;
use crate::single::Single;

/// Logs of one run that are named one by one; the target may leave thousands.
const MOST: usize = 16;

/// Where a log was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogKind {
    /// A file of the log folder, where sanitizers write.
    Report,
    /// A file of the log folder that the runner's own hook wrote.
    Hook,
    /// What was printed to stdout.
    Stdout,
    /// What was printed to stderr.
    Stderr,
    /// What the program that the target is held against printed to stdout.
    AgainstStdout,
    /// What a server sent.
    Sent,
    /// All files of the log folder beyond those that are named, together.
    More,
}

impl LogKind {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Hook => "hook",
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::AgainstStdout => "against-stdout",
            Self::Sent => "sent",
            Self::More => "more",
        }
    }
}

/// One log of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LogDigest {
    /// Where it was read.
    pub kind: LogKind,
    /// Its length.
    pub bytes: u64,
    /// Of its bytes as they were brought out of the sandbox, within the limits of the run.
    pub sha256: Sha256,
}

impl LogDigest {
    /// Digests a log, and keeps it where logs are kept.
    fn of(kind: LogKind, content: &[u8], keep: Option<&KeptLogs>) -> Self {
        let sha256 = Sha256::of(content);
        if let Some(keep) = keep {
            keep.keep(sha256, content);
        }
        Self { kind, bytes: content.len() as u64, sha256 }
    }
}

/// The logs of a run that hold anything, in one order whatever their names, which are the program's.
#[must_use]
pub fn of(single: &Single, keep: Option<&KeptLogs>) -> Vec<LogDigest> {
    let mut folder: Vec<LogDigest> = single
        .log
        .entries
        .iter()
        .filter_map(|entry| match &entry.node {
            Node::File { content, .. } if !content.is_empty() => {
                let hook = hook::read(&String::from_utf8_lossy(&entry.path), content).is_some();
                Some(LogDigest::of(if hook { LogKind::Hook } else { LogKind::Report }, content, keep))
            }
            _ => None,
        })
        .collect();
    folder.sort_unstable();
    if folder.len() > MOST {
        let rest = folder.split_off(MOST);
        let lines: String =
            rest.iter().map(|log| format!("{} {} {}\n", log.kind.as_str(), log.bytes, log.sha256)).collect();
        // The digest is of the list, and the length that of all that it lists.
        let bytes = rest.iter().map(|log| log.bytes).fold(0, u64::saturating_add);
        folder.push(LogDigest { bytes, ..LogDigest::of(LogKind::More, lines.as_bytes(), keep) });
    }
    let printed = [
        (LogKind::Stdout, Some(single.finished.stdout.as_slice())),
        (LogKind::Stderr, Some(single.finished.stderr.as_slice())),
        (LogKind::AgainstStdout, single.against.as_ref().map(|other| other.stdout.as_slice())),
    ];
    folder.extend(
        printed.into_iter().filter_map(|(kind, content)| {
            Some(LogDigest::of(kind, content.filter(|content| !content.is_empty())?, keep))
        }),
    );
    let sent: Vec<u8> = single.met.iter().flat_map(|met| met.said.concat()).collect();
    if !sent.is_empty() {
        folder.push(LogDigest::of(LogKind::Sent, &sent, keep));
    }
    folder
}

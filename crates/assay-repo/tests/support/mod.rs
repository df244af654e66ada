//! A small clearinghouse: keys, advisories, a release folder and a mirror.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../../../assay-advisory/tests/support/mod.rs"]
pub mod made;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assay_advisory::record::{AdvisoryId, Record};
use assay_base::Instant;
use assay_bundle::digest::Sha256;
use assay_bundle::jcs;
use assay_repo::{Approved, Candidate, Client, INDEX_TYPE, Next, Publisher, Trust};
use assay_seal::{Envelope, SigningKey, TrustedKeys};
use serde_json::Value;
use tempfile::TempDir;

/// A key by its number.
pub fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

pub const INDEX: u8 = 1;
pub const APPROVERS: [u8; 3] = [11, 12, 13];
pub const RUNNER: u8 = 21;
pub const STRANGER: u8 = 66;

/// How long an index holds.
pub const LIFETIME: Duration = Duration::from_secs(7 * 86_400);

/// A day after the sample advisory's publication.
pub fn now() -> Instant {
    made::instant("2026-11-21T17:00:00Z")
}

pub fn trust() -> Trust {
    let public = |numbers: &[u8]| numbers.iter().map(|number| key(*number).verifying_key()).collect();
    Trust::new(public(&[INDEX]), public(&APPROVERS), 2, None).unwrap()
}

pub fn id(number: u32) -> AdvisoryId {
    AdvisoryId::new("ASSAY", 2026, number).unwrap()
}

/// An advisory with a patch and a statement, different for each number.
pub fn candidate(number: u32) -> Candidate {
    let statement = Envelope::sign("application/vnd.in-toto+json", format!("{number}").as_bytes(), &key(RUNNER));
    let statement = statement.to_json();
    let patch = format!("{}+{number}\n", std::str::from_utf8(made::PATCH).unwrap()).into_bytes();
    let mut draft = made::draft();
    draft.id = id(number);
    draft.aliases = vec![format!("CVE-2026-{number:05}")];
    draft.title = format!("{} ({number})", draft.title);
    let fix = draft.fix.as_mut().unwrap();
    fix.patch = Sha256::of(&patch);
    let verification = fix.verification.as_mut().unwrap();
    verification.runner = key(RUNNER).verifying_key().id().to_string();
    verification.statement = Sha256::of(&statement);
    Candidate::new(Record::new(draft).unwrap(), Some(patch), Some(statement)).unwrap()
}

/// The same, signed by the first two approvers.
pub fn approved(number: u32) -> Approved {
    let candidate = candidate(number);
    let mut envelope = candidate.sign(&key(APPROVERS[0]));
    envelope.add_signature(&key(APPROVERS[1]));
    candidate.approve(envelope, &trust()).unwrap()
}

pub fn publisher(folder: &Path) -> Publisher {
    Publisher::new(folder, trust(), key(INDEX), LIFETIME).unwrap()
}

pub fn client(mirror: &Path) -> Client {
    Client::new(mirror, trust())
}

pub fn next(numbers: &[u32]) -> Next {
    Next { approved: numbers.iter().map(|number| approved(*number)).collect(), ..Next::default() }
}

/// A folder that is cleared away: in memory where there is such a place, since thousands of states are written.
pub fn temporary() -> TempDir {
    let mut builder = tempfile::Builder::new();
    builder.prefix("assay-repo-");
    builder.tempdir_in("/dev/shm").or_else(|_| builder.tempdir()).unwrap()
}

/// How many rounds a long test makes: `ASSAY_ROUNDS` can ask for more.
pub fn rounds(few: usize) -> usize {
    std::env::var("ASSAY_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

/// Everything in a folder: path -> content; a link is its target with an arrow.
pub fn content(root: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        let Ok(items) = fs::read_dir(folder) else { return };
        for item in items {
            let path = item.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            let meta = fs::symlink_metadata(&path).unwrap();
            if meta.is_dir() {
                walk(root, &path, found);
            } else if meta.is_file() {
                found.insert(name, fs::read(&path).unwrap());
            } else {
                found.insert(name, format!("-> {}", fs::read_link(&path).unwrap().display()).into_bytes());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

/// Writes a folder anew.
pub fn put(root: &Path, content: &BTreeMap<String, Vec<u8>>) {
    let _ = fs::remove_dir_all(root);
    fs::create_dir_all(root).unwrap();
    for (path, bytes) in content {
        let full = root.join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, bytes).unwrap();
    }
}

/// What an index says, as JSON.
pub fn payload(index: &[u8]) -> Value {
    let trusted = TrustedKeys::from_iter([key(INDEX).verifying_key()]);
    let verified = Envelope::parse(index).unwrap().verify(INDEX_TYPE, &trusted).unwrap();
    serde_json::from_slice(verified.payload()).unwrap()
}

/// An index that says this, signed by this key.
pub fn signed(payload: &Value, signer: u8) -> Vec<u8> {
    Envelope::sign(INDEX_TYPE, &jcs::canonical(payload).unwrap(), &key(signer)).to_json()
}

/// Lists a file anew in an index, as whoever holds the index key could.
pub fn relist(payload: &mut Value, content: &BTreeMap<String, Vec<u8>>) {
    for entry in payload["entries"].as_array_mut().unwrap() {
        for file in entry["files"].as_array_mut().unwrap() {
            let bytes = &content[file["path"].as_str().unwrap()];
            file["sha256"] = Sha256::of(bytes).to_string().into();
            file["size"] = bytes.len().into();
        }
    }
}

/// A release folder with these advisories, all published at once.
pub fn released(root: &Path, numbers: &[u32]) -> PathBuf {
    let folder = root.join("release");
    publisher(&folder).publish(&next(numbers), now()).unwrap();
    folder
}

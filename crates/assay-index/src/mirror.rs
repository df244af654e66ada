//! A folder that anyone may copy and any web server can hand out: one packed
//! index, the deltas on top of it, and a signed list of them.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assay_seal::{Envelope, SigningKey, TrustedKeys};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::container::Container;
use crate::delta::{DeltaError, between};
use crate::error::Error;
use crate::layers::{DELTAS, Layers};
use crate::pack;
use crate::store::{Lock, whole_file};
use crate::write::As;

/// The signed list.
pub const LIST: &str = "index.json";
/// What its envelope says that it holds.
pub const LIST_TYPE: &str = "application/vnd.assay.index-list.v1+json";
/// Most bytes of the list.
pub const LIST_BYTES: u64 = 256 << 10;
/// Most bytes of a file, packed or unpacked.
pub const FILE_BYTES: u64 = 4 << 30;
/// A delta that is larger than this part of the index, both as packed, is not worth another look-up.
const WORTH: u64 = 3;

/// What a mirror has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct List {
    /// The generation of the newest file. It only grows.
    pub generation: u64,
    /// When it was signed, in microseconds since 1970.
    pub signed: i64,
    /// The index, then its deltas in order.
    pub files: Vec<Listed>,
}

/// A file of a mirror.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Listed {
    /// Its name in the mirror; packed by zstd.
    pub name: String,
    /// The root of the file before it in the list against which it is packed; none if it stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// Its bytes as packed.
    pub packed: u64,
    /// SHA-256 of those.
    pub sha256: String,
    /// Its bytes unpacked.
    pub bytes: u64,
    /// The root of what is unpacked.
    pub root: String,
    /// Its generation.
    pub generation: u64,
}

/// Why a list is not believed.
#[derive(Debug, thiserror::Error)]
#[error("the list of the mirror is refused: {0}")]
pub struct BadList(pub String);

impl List {
    /// Reads a list that a trusted key signed.
    ///
    /// # Errors
    ///
    /// It is no list, or none of these keys signed it.
    pub fn read(bytes: &[u8], trusted: &TrustedKeys) -> Result<Self, BadList> {
        let bad = |why: String| BadList(why);
        let envelope = Envelope::parse(bytes).map_err(|error| bad(error.to_string()))?;
        let verified = envelope.verify(LIST_TYPE, trusted).map_err(|error| bad(error.to_string()))?;
        let list: Self = serde_json::from_slice(verified.payload()).map_err(|error| bad(error.to_string()))?;
        let plain = |file: &Listed| {
            let name = file.name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
            let hex = |text: &str| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            name && !file.name.starts_with('.')
                && hex(&file.sha256)
                && hex(&file.root)
                && file.packed <= FILE_BYTES
                && file.bytes <= FILE_BYTES
        };
        let grows = list.files.is_sorted_by(|a, b| a.generation < b.generation);
        let newest = list.files.last().map(|file| file.generation);
        if list.files.len() > DELTAS + 1 || !list.files.iter().all(plain) || !grows {
            return Err(bad("it names files that no mirror has".to_owned()));
        }
        if newest != Some(list.generation) {
            return Err(bad("its generation is not that of its newest file".to_owned()));
        }
        Ok(list)
    }
}

/// Why an index could not be published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The index, or what the mirror has, cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
    /// No delta could be made.
    #[error(transparent)]
    Delta(#[from] DeltaError),
    /// The mirror has a list of somebody else's.
    #[error(transparent)]
    List(#[from] BadList),
    /// Somebody else is publishing into the same mirror.
    #[error("somebody else is publishing into `{0}`")]
    Busy(PathBuf),
    /// The disk.
    #[error("the mirror cannot be written: {0}")]
    Disk(#[from] std::io::Error),
}

/// What was published.
#[derive(Debug)]
pub struct Published {
    /// The new state of the mirror.
    pub list: List,
    /// Whether nothing had changed, and so nothing was added.
    pub same: bool,
    /// Records that are new or changed, and removed; none where a whole index went out.
    pub changes: Option<(usize, usize)>,
}

/// Puts an index into a mirror: as a delta on top of what the mirror has where that is worth it, else as a whole one.
///
/// # Errors
///
/// Something cannot be read or written, or the mirror is somebody else's.
pub fn publish(new: &Arc<Layers>, mirror: &Path, key: &SigningKey, now: i64) -> Result<Published, PublishError> {
    let _lock = Lock::on(mirror).map_err(|error| match error.kind() {
        std::io::ErrorKind::WouldBlock => PublishError::Busy(mirror.to_owned()),
        _ => error.into(),
    })?;
    let trusted = TrustedKeys::from_iter([key.verifying_key()]);
    let before = match fs::read(mirror.join(LIST)) {
        Ok(bytes) => Some(List::read(&bytes, &trusted)?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let generation = before.as_ref().map_or(1, |before| before.generation + 1);
    let at = As { generation, built: new.newest().container().head().built };
    let mut changes = None;
    let mut files = Vec::new();
    let mut made = None;
    if let Some(before) = before {
        let mut old = Vec::new();
        for file in &before.files {
            let container = unpacked(mirror, file, &old)?;
            old.push(container);
        }
        let old = Layers::of(old)?;
        let delta = between(&old, new, at)?;
        let tables_changed = old.kev_entries()? != new.kev_entries()? || old.decisions()? != new.decisions()?;
        if delta.changed + delta.removed + delta.scores == 0 && !delta.products && !tables_changed {
            return Ok(Published { list: before, same: true, changes: Some((0, 0)) });
        }
        if before.files.len() <= DELTAS
            && let Some(first) = old.files().first()
        {
            let file = Packed::of(format!("delta-{generation:08}.zst"), delta.bytes, Some(first.container()), at, key)?;
            if before.files.first().is_some_and(|whole| file.listed.packed * WORTH < whole.packed) {
                changes = Some((delta.changed, delta.removed));
                files = before.files;
                made = Some(file);
            }
        }
    }
    let made = match made {
        Some(delta) => delta,
        None => {
            let index = new.whole()?;
            let tables = crate::write::Tables::of(&index);
            let digests = new.meta().digests.clone();
            let bytes = crate::write::index(&index, &tables, digests, at).map_err(DeltaError::from)?;
            Packed::of(format!("index-{generation:08}.zst"), bytes, None, at, key)?
        }
    };
    whole_file(&mirror.join(&made.listed.name), &made.bytes)?;
    files.push(made.listed);
    let list = List { generation, signed: now, files };
    let payload = serde_json::to_vec(&list).map_err(std::io::Error::from)?;
    // The list last: until then, whoever looks sees the state before.
    whole_file(&mirror.join(LIST), &Envelope::sign(LIST_TYPE, &payload, key).to_json())?;
    Ok(Published { list, same: false, changes })
}

/// A file as it goes into a mirror.
struct Packed {
    bytes: Vec<u8>,
    listed: Listed,
}

impl Packed {
    fn of(
        name: String,
        bytes: Vec<u8>,
        against: Option<&Container>,
        at: As,
        key: &SigningKey,
    ) -> Result<Self, PublishError> {
        let container = Container::from_bytes(Path::new(&name), bytes)?;
        let root = container.root();
        let signed = crate::sign::signed(container.into_bytes(), root, at.generation, key);
        let packed = pack::pack(&signed, against.map(Container::bytes))?;
        let listed = Listed {
            name,
            against: against.map(|file| file.root().to_string()),
            packed: packed.len() as u64,
            sha256: hex(&packed),
            bytes: signed.len() as u64,
            root: root.to_string(),
            generation: at.generation,
        };
        Ok(Self { bytes: packed, listed })
    }
}

/// A file of a mirror's folder, unpacked and checked.
fn unpacked(mirror: &Path, file: &Listed, before: &[Container]) -> Result<Container, PublishError> {
    let path = mirror.join(&file.name);
    let mut packed = Vec::new();
    fs::File::open(&path)?.take(file.packed + 1).read_to_end(&mut packed)?;
    Ok(unpack(&path, &packed, file, before)?)
}

/// Checks the digest of a packed file, unpacks it, and checks all of what comes out. It may be packed against one of
/// those before it in the list.
///
/// # Errors
///
/// It is not the file that the list names, or the one that it is packed against is not there.
pub fn unpack(path: &Path, packed: &[u8], file: &Listed, before: &[Container]) -> Result<Container, Error> {
    if packed.len() as u64 != file.packed || hex(packed) != file.sha256.to_ascii_lowercase() {
        return Err(Error::damaged(path, "it is not the file that the signed list names"));
    }
    // The signed list bounds what comes out; a packed file may unpack to anything.
    let most = usize::try_from(file.bytes).unwrap_or(usize::MAX);
    let against = match &file.against {
        None => None,
        Some(root) => {
            let known = before.iter().find(|known| known.root().to_string() == *root);
            Some(known.ok_or_else(|| Error::damaged(path, "the file that it is packed against is not in the list"))?)
        }
    };
    let bytes = pack::unpack(packed, most, against.map(Container::bytes))
        .map_err(|error| Error::damaged(path, &format!("it cannot be unpacked: {error}")))?;
    let container = Container::from_bytes(path, bytes)?;
    if container.root().to_string() != file.root || container.head().generation != file.generation {
        return Err(Error::damaged(path, "it is not the file that the signed list names"));
    }
    container.verify()?;
    Ok(container)
}

/// SHA-256 in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

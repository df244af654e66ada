//! The ledger that comes with a release: signed by its key, the one that the
//! index names, and a continuation of the one that was seen before.

use std::path::Path;

use assay_bundle::digest::Sha256;
use assay_ledger::{Checkpoint, Folder, Hash, VerifierKey, audit, continues};

use crate::index::{Index, LedgerHead};
use crate::layout;
use crate::refusal::Refusal;
use crate::trust::Trust;

/// Checks the ledger of a release whose files lie whole under `root`. `before` is the head that was seen here last.
///
/// # Errors
/// It is not signed, does not hold, is not what the index says, or does not continue what was seen.
pub(crate) fn check(root: &Path, index: &Index, before: Option<&LedgerHead>, trust: &Trust) -> Result<(), Refusal> {
    // INVARIANT 18 and 20: what was seen of the ledger stays in it, also where nobody gave a key for it.
    grows(before, index.ledger.as_ref())?;
    let Some(key) = trust.ledger() else {
        return Ok(());
    };
    let wrong = |why: String| Refusal::Ledger { why };
    let Some(head) = &index.ledger else {
        return Err(wrong("the trust file has a key for it, and the release has none".into()));
    };
    let key: VerifierKey = key.parse().map_err(|error| wrong(format!("its key in the trust file: {error}")))?;
    let folder = Folder::new(root.join(layout::LEDGER));
    let audited = audit(&folder, &key, &[], &[]).map_err(|refused| wrong(refused.to_string()))?;
    // Two signed statements about one ledger have to say the same.
    if !same(&audited.checkpoint, head) {
        return Err(wrong("the index names another head of it than its checkpoint".into()));
    }
    if let Some(before) = before {
        let root = Hash(bytes(before.root));
        let before = Checkpoint { origin: before.origin.clone(), size: before.size, root };
        continues(&folder, &key, &before).map_err(|error| {
            fork(format!("the ledger does not continue the one of {} entries: {error}", before.size))
        })?;
    }
    Ok(())
}

/// What two heads alone can show.
fn grows(before: Option<&LedgerHead>, now: Option<&LedgerHead>) -> Result<(), Refusal> {
    match (before, now) {
        (None, _) => Ok(()),
        (Some(before), None) => Err(fork(format!("its ledger had {} entries, and now there is none", before.size))),
        (Some(before), Some(now)) if now.origin != before.origin => Err(fork("it has another ledger".into())),
        (Some(before), Some(now)) if now.size < before.size => {
            Err(fork(format!("its ledger had {} entries, and now has {}", before.size, now.size)))
        }
        (Some(before), Some(now)) if now.size == before.size && now.root != before.root => {
            Err(fork(format!("the {} entries of its ledger were others", now.size)))
        }
        _ => Ok(()),
    }
}

fn fork(why: String) -> Refusal {
    Refusal::Fork { why }
}

fn same(found: &Checkpoint, head: &LedgerHead) -> bool {
    found.origin == head.origin && found.size == head.size && Sha256::from_bytes(found.root.0) == head.root
}

/// The bytes of a digest, from its hex digits.
fn bytes(digest: Sha256) -> [u8; 32] {
    let (hex, mut bytes) = (digest.to_hex(), [0; 32]);
    for (at, byte) in bytes.iter_mut().enumerate() {
        // A digest has 64 digits; a root that lacked some would only be refused.
        *byte = hex.get(at * 2..at * 2 + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or_default();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(origin: &str, size: u64, root: u8) -> LedgerHead {
        LedgerHead { origin: origin.into(), size, root: Sha256::from_bytes([root; 32]) }
    }

    #[test]
    fn a_ledger_only_grows() {
        let old = head("log.example/one", 5, 1);
        for good in [head("log.example/one", 5, 1), head("log.example/one", 6, 2)] {
            assert!(grows(Some(&old), Some(&good)).is_ok(), "{good:?}");
        }
        let bad = [head("log.example/one", 5, 2), head("log.example/one", 4, 1), head("log.example/two", 9, 1)];
        for bad in bad.iter().map(Some).chain([None]) {
            assert!(grows(Some(&old), bad).is_err(), "{bad:?}");
            assert!(grows(None, bad).is_ok(), "{bad:?}");
        }
    }

    #[test]
    fn the_bytes_of_a_digest_are_its_own() {
        let digest = Sha256::of(b"a root");
        assert_eq!(Sha256::from_bytes(bytes(digest)), digest);
    }
}

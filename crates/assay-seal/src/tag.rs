//! Tags: keyed hashes that tell equal texts within one instance, and nothing
//! to anybody without the key.
//!
//! A plain hash of a target or a signature falls to a guesser in seconds;
//! whoever holds the database without the master key learns from a tag only
//! that two texts of the same domain are equal.

use std::fmt;

use age::secrecy::ExposeSecret as _;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::wrap::MasterKey;

/// What the derivation is for: another purpose gives an unrelated key.
const PURPOSE: &[u8] = b"assay/tag-key/1";

/// The key of an instance's tags, derived from its master key. Wiped when dropped; no output shows it.
pub struct TagKey(Zeroizing<[u8; 32]>);

impl TagKey {
    /// The tag key of this master key: always the same.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn of(master: &MasterKey) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        let secret = master.secret_text();
        Hkdf::<Sha256>::new(None, secret.expose_secret().as_bytes())
            .expand(PURPOSE, key.as_mut_slice())
            .expect("RFC 5869 refuses more than 8160 bytes only");
        Self(key)
    }

    /// The tag of a text in a domain (`target`, `bundle`, …): HMAC-SHA256 over the domain's length as eight bytes, the
    /// domain, and the text.
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn tag(&self, domain: &str, text: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes keys of any length");
        mac.update(&(domain.len() as u64).to_be_bytes());
        mac.update(domain.as_bytes());
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for TagKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TagKey(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn key() -> TagKey {
        let text = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
        TagKey::of(&MasterKey::from_text(text).unwrap())
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Made with Python's hmac and hashlib, so that a change of the derivation, which would orphan every stored tag,
    /// is noticed.
    #[test]
    fn the_derivation_stays() {
        assert_eq!(hex(key().0.as_slice()), "d8eea08c20fe0dce1ad5c6ea025f9c9f872c18078e15b15942c136525dc255e6");
        assert_eq!(
            hex(&key().tag("target", b"pkg:deb/debian/cjson")),
            "dc406fea75e6767e8ba69431c2047d8effd29927b4157ab28cf99af3666613ad"
        );
    }

    #[test]
    fn another_instance_has_other_tags() {
        let other = TagKey::of(&MasterKey::generate());
        assert_ne!(other.tag("target", b"x"), key().tag("target", b"x"));
        assert_eq!(format!("{other:?}"), "TagKey(…)");
    }

    proptest! {
        #[test]
        fn a_boundary_cannot_be_moved(domain in "[a-z]{1,8}", text: Vec<u8>, cut in 0usize..8) {
            let whole = [domain.as_bytes(), &text].concat();
            let cut = cut.min(domain.len());
            let (moved, rest) = whole.split_at(cut);
            let moved = std::str::from_utf8(moved).unwrap();
            let same = key().tag(&domain, &text) == key().tag(moved, rest);
            prop_assert_eq!(same, moved == domain);
        }
    }
}

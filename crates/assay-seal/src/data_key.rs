//! Data keys: one random key seals what belongs to one finding, one case or
//! one attachment.
//!
//! Sealed form, version 1: `asl1`, a random nonce of 24 bytes, the ciphertext,
//! and a tag of 16 bytes (XChaCha20-Poly1305). What is authenticated beside
//! the text: the four letters, the key's id, and whatever the caller gives, so
//! that a payload cannot be moved to another place or another key unseen.

use std::fmt;

use assay_base::Entropy;
use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

assay_base::id_type!(
    /// A data key's name. Random; says nothing of the key.
    DataKeyId, "key", "data key id"
);

/// How sealed bytes begin: the form and its version.
const HEAD: &[u8; 4] = b"asl1";
const NONCE: usize = 24;
const TAG: usize = 16;

/// By how much sealed bytes are longer than what they hold.
pub const OVERHEAD: usize = HEAD.len() + NONCE + TAG;

/// Why sealed bytes did not open. Nothing of them is repeated here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The bytes do not have the sealed form, or one of a newer version.
    #[error("these bytes are not in the sealed form that this program knows (asl1)")]
    NotSealed,
    /// Another key, another place, or a changed byte: which of them cannot be told.
    #[error("the sealed bytes do not open: they were changed, moved, or sealed with another key than {0}")]
    DoesNotOpen(DataKeyId),
}

/// A key of 256 random bits, with its id. Wiped when dropped; no output shows it.
#[derive(Clone)]
pub struct DataKey {
    id: DataKeyId,
    secret: Zeroizing<[u8; 32]>,
}

impl DataKey {
    /// A new key under a new id.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        let id = DataKeyId::draw(entropy);
        let mut secret = Zeroizing::new([0; 32]);
        entropy.fill(secret.as_mut_slice());
        Self { id, secret }
    }

    /// What a wrap held.
    pub(crate) fn from_parts(id: DataKeyId, secret: Zeroizing<[u8; 32]>) -> Self {
        Self { id, secret }
    }

    /// What a wrap must hold.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// The key's name.
    #[must_use]
    pub fn id(&self) -> DataKeyId {
        self.id
    }

    /// Seals `plaintext` for the place that `aad` names (an event's id, a blob's id). Opening needs the same `aad`.
    ///
    /// # Panics
    /// If `plaintext` is longer than the cipher allows (256 GiB).
    #[must_use]
    #[allow(clippy::expect_used)]
    pub fn seal(&self, aad: &[u8], plaintext: &[u8], entropy: &mut dyn Entropy) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        entropy.fill(&mut nonce);
        let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD);
        sealed.extend_from_slice(HEAD);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let (_, text) = sealed.split_at_mut(HEAD.len() + NONCE);
        let tag = self
            .cipher()
            .encrypt_inout_detached(&XNonce::from(nonce), &self.place(aad), text.into())
            .expect("no text of 256 GiB is ever in memory");
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// Opens what this key sealed for the place that `aad` names.
    ///
    /// # Errors
    /// If the bytes have another form, were changed, belong elsewhere, or were sealed with another key.
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let rest = sealed.strip_prefix(HEAD).ok_or(SealError::NotSealed)?;
        let (nonce, rest) = rest.split_first_chunk::<NONCE>().ok_or(SealError::NotSealed)?;
        let (text, tag) = rest.split_last_chunk::<TAG>().ok_or(SealError::NotSealed)?;
        let mut text = Zeroizing::new(text.to_vec());
        self.cipher()
            .decrypt_inout_detached(
                &XNonce::from(*nonce),
                &self.place(aad),
                text.as_mut_slice().into(),
                &Tag::from(*tag),
            )
            .map_err(|_| SealError::DoesNotOpen(self.id))?;
        Ok(text)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.secret).into())
    }

    /// Two parts of fixed length before one of any: unambiguous.
    fn place(&self, aad: &[u8]) -> Vec<u8> {
        [HEAD.as_slice(), &self.id.to_bytes(), aad].concat()
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use assay_base::SystemEntropy;
    use proptest::prelude::*;

    use super::*;

    /// Opened without the crate's own `open`, by the form's description alone.
    #[test]
    fn the_frame_is_what_the_form_says() {
        struct Counting(u8);
        impl Entropy for Counting {
            fn fill(&mut self, bytes: &mut [u8]) {
                for byte in bytes {
                    *byte = self.0;
                    self.0 = self.0.wrapping_add(1);
                }
            }
        }
        let mut entropy = Counting(0x70);
        let key = DataKey::draw(&mut entropy);
        assert_eq!(key.secret()[0], 0x80);
        let sealed = key.seal(b"evt_x", b"hello", &mut entropy);
        assert_eq!(sealed.len(), 5 + OVERHEAD);
        assert_eq!(&sealed[..4], b"asl1");
        assert_eq!(sealed[4..28], (0xa0..=0xb7).collect::<Vec<u8>>());

        let aad = [b"asl1".as_slice(), &(0x70..0x80).collect::<Vec<u8>>(), b"evt_x"].concat();
        let secret: [u8; 32] = (0x80..0xa0).collect::<Vec<u8>>().try_into().unwrap();
        let mut buffer = sealed[28..].to_vec();
        let nonce: [u8; 24] = sealed[4..28].try_into().unwrap();
        XChaCha20Poly1305::new(&secret.into()).decrypt_in_place(&nonce.into(), &aad, &mut buffer).unwrap();
        assert_eq!(buffer, b"hello");
    }

    #[test]
    fn no_output_shows_the_secret() {
        let key = DataKey::draw(&mut SystemEntropy);
        assert_eq!(format!("{key:?}"), format!("DataKey({})", key.id()));
    }

    #[test]
    fn equal_texts_do_not_look_equal() {
        let key = DataKey::draw(&mut SystemEntropy);
        assert_ne!(key.seal(b"", b"same", &mut SystemEntropy), key.seal(b"", b"same", &mut SystemEntropy));
    }

    #[test]
    fn another_key_or_place_opens_nothing() {
        let (key, other) = (DataKey::draw(&mut SystemEntropy), DataKey::draw(&mut SystemEntropy));
        let sealed = key.seal(b"here", b"text", &mut SystemEntropy);
        assert_eq!(other.open(b"here", &sealed).unwrap_err(), SealError::DoesNotOpen(other.id()));
        assert_eq!(key.open(b"there", &sealed).unwrap_err(), SealError::DoesNotOpen(key.id()));
        // The same secret under another name, as a swapped wrap would give it.
        let renamed = DataKey::from_parts(other.id(), key.secret.clone());
        assert_eq!(renamed.open(b"here", &sealed).unwrap_err(), SealError::DoesNotOpen(other.id()));
        assert_eq!(key.open(b"here", b"asl2").unwrap_err(), SealError::NotSealed);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn sealed_and_opened(aad: Vec<u8>, text: Vec<u8>) {
            let key = DataKey::draw(&mut SystemEntropy);
            let sealed = key.seal(&aad, &text, &mut SystemEntropy);
            prop_assert_eq!(sealed.len(), text.len() + OVERHEAD);
            let opened = key.open(&aad, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), text.as_slice());
        }

        #[test]
        fn any_changed_bit_is_noticed(text: Vec<u8>, place: prop::sample::Index, bit in 0u8..8) {
            let key = DataKey::draw(&mut SystemEntropy);
            let mut sealed = key.seal(b"aad", &text, &mut SystemEntropy);
            let place = place.index(sealed.len());
            sealed[place] ^= 1 << bit;
            prop_assert!(key.open(b"aad", &sealed).is_err());
        }

        #[test]
        fn any_cut_is_noticed(text: Vec<u8>, length: prop::sample::Index) {
            let key = DataKey::draw(&mut SystemEntropy);
            let sealed = key.seal(b"aad", &text, &mut SystemEntropy);
            prop_assert!(key.open(b"aad", &sealed[..length.index(sealed.len())]).is_err());
        }

        #[test]
        fn any_bytes_are_refused(bytes: Vec<u8>) {
            prop_assert!(DataKey::draw(&mut SystemEntropy).open(b"", &bytes).is_err());
        }
    }
}

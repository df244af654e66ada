//! Wraps: a data key, encrypted to whoever may open what it sealed.
//!
//! A wrap is an age file (C2SP age v1) to one X25519 recipient, so that its
//! holder can open it with any implementation of age. It holds `assay-key/1`,
//! the key's id (16 bytes) and the key (32 bytes).
//!
//! The master key is the instance's own identity. It is kept outside the
//! database and its backups, in a file of mode 0600.

use std::fmt;
use std::str::FromStr;

use age::secrecy::ExposeSecret as _;
use zeroize::Zeroizing;

use crate::data_key::{DataKey, DataKeyId};

const HEAD: &[u8; 11] = b"assay-key/1";
/// A wrap to one recipient is about 260 bytes; other implementations may add stanzas of their own.
const MAX_WRAP: usize = 4096;
const MAX_TEXT: usize = 4096;

/// Why there is no wrap, or why one gave no key. No secret is repeated here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrapError {
    /// The text is no identity.
    #[error("this is not an age identity: a line that begins with AGE-SECRET-KEY-1")]
    NotAnIdentity,
    /// The text is no recipient.
    #[error("this is not an age recipient: it begins with age1 and has 58 more letters and digits")]
    NotARecipient,
    /// The key could not be wrapped.
    #[error("the key could not be wrapped: {0}")]
    NotWrapped(String),
    /// The wrap is not for this identity, was changed, or is no wrap at all.
    #[error("the wrap does not open with this identity: {0}")]
    DoesNotOpen(String),
    /// The age file opened, and holds something else.
    #[error("the wrap opened, but holds no data key of the form assay-key/1")]
    NoKey,
}

/// To whom a data key is wrapped: an age X25519 recipient (`age1…`).
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(age::x25519::Recipient);

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Recipient {
    type Err = WrapError;

    fn from_str(text: &str) -> Result<Self, WrapError> {
        if text.len() > MAX_TEXT {
            return Err(WrapError::NotARecipient);
        }
        text.parse().map(Self).map_err(|_| WrapError::NotARecipient)
    }
}

/// Wraps a data key. Every wrap looks different, also of the same key to the same recipient.
///
/// # Errors
/// If age refuses, which it has no reason to for one such recipient.
///
/// # Panics
/// If the system has no randomness.
pub fn wrap(key: &DataKey, recipient: &Recipient) -> Result<Vec<u8>, WrapError> {
    let mut text = Zeroizing::new(Vec::with_capacity(HEAD.len() + 16 + 32));
    text.extend_from_slice(HEAD);
    text.extend_from_slice(&key.id().to_bytes());
    text.extend_from_slice(key.secret());
    age::encrypt(&recipient.0, &text).map_err(|error| WrapError::NotWrapped(error.to_string()))
}

/// An identity that opens wraps: an age X25519 secret key. Wiped when dropped; no output shows it.
pub struct MasterKey(age::x25519::Identity);

impl MasterKey {
    /// A new one, from the system's randomness.
    ///
    /// # Panics
    /// If the system has none to give.
    #[must_use]
    pub fn generate() -> Self {
        Self(age::x25519::Identity::generate())
    }

    /// Reads an identity file as `age-keygen` writes it: one identity, and lines that begin with `#`.
    ///
    /// # Errors
    /// If there is no identity in it, or more than one. The error does not repeat the text.
    pub fn from_text(text: &str) -> Result<Self, WrapError> {
        if text.len() > MAX_TEXT {
            return Err(WrapError::NotAnIdentity);
        }
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (Some(line), None) = (lines.next(), lines.next()) else { return Err(WrapError::NotAnIdentity) };
        line.parse().map(Self).map_err(|_| WrapError::NotAnIdentity)
    }

    /// The identity as a file's text. Whoever writes it gives the file mode 0600.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let secret = self.0.to_string();
        Zeroizing::new(format!("# public key: {}\n{}\n", self.recipient(), secret.expose_secret()))
    }

    /// To whom others wrap keys for this identity.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// The data key in a wrap. Whoever asked for a certain key compares [`DataKey::id`].
    ///
    /// # Errors
    /// If the wrap is for somebody else, was changed, or holds no key.
    pub fn unwrap(&self, wrap: &[u8]) -> Result<DataKey, WrapError> {
        if wrap.len() > MAX_WRAP {
            return Err(WrapError::DoesNotOpen(format!("{} bytes are too many for a wrap", wrap.len())));
        }
        let text = age::decrypt(&self.0, wrap).map_err(|error| WrapError::DoesNotOpen(error.to_string()))?;
        let text = Zeroizing::new(text);
        let rest = text.strip_prefix(HEAD).ok_or(WrapError::NoKey)?;
        let (id, secret) = rest.split_first_chunk::<16>().ok_or(WrapError::NoKey)?;
        let mut kept = Zeroizing::new([0; 32]);
        kept.copy_from_slice(<&[u8; 32]>::try_from(secret).map_err(|_| WrapError::NoKey)?);
        Ok(DataKey::from_parts(DataKeyId::from_bytes(*id), kept))
    }

    /// The secret in its one canonical written form, for deriving other keys.
    pub(crate) fn secret_text(&self) -> age::secrecy::SecretString {
        self.0.to_string()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.recipient())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use assay_base::SystemEntropy;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wrapped_and_unwrapped() {
        let (master, key) = (MasterKey::generate(), DataKey::draw(&mut SystemEntropy));
        let wrapped = wrap(&key, &master.recipient()).unwrap();
        assert!(wrapped.starts_with(b"age-encryption.org/v1\n"));
        assert!(!wrapped.windows(32).any(|window| window == key.secret()));
        let opened = master.unwrap(&wrapped).unwrap();
        assert_eq!((opened.id(), opened.secret()), (key.id(), key.secret()));
        assert_ne!(wrapped, wrap(&key, &master.recipient()).unwrap());
    }

    #[test]
    fn another_identity_opens_nothing() {
        let key = DataKey::draw(&mut SystemEntropy);
        let wrapped = wrap(&key, &MasterKey::generate().recipient()).unwrap();
        assert!(matches!(MasterKey::generate().unwrap(&wrapped), Err(WrapError::DoesNotOpen(_))));
    }

    #[test]
    fn an_age_file_that_holds_something_else_is_no_wrap() {
        let master = MasterKey::generate();
        let id = [3; 16];
        for text in [
            b"".as_slice(),
            b"assay-key/1",
            b"assay-key/2 and much more than that, and then some more of it",
            &[HEAD.as_slice(), &id, &[0; 31]].concat(),
            &[HEAD.as_slice(), &id, &[0; 33]].concat(),
        ] {
            let wrapped = age::encrypt(&master.recipient().0, text).unwrap();
            assert_eq!(master.unwrap(&wrapped).unwrap_err(), WrapError::NoKey);
        }
    }

    #[test]
    fn text_and_back_and_nothing_shown() {
        let master = MasterKey::generate();
        let text = master.to_text();
        assert_eq!(MasterKey::from_text(&text).unwrap().to_text(), text);
        assert_eq!(format!("{master:?}"), format!("MasterKey({})", master.recipient()));
        assert_eq!(master.recipient().to_string().parse::<Recipient>().unwrap(), master.recipient());
    }

    #[test]
    fn one_identity_a_file() {
        let text = MasterKey::generate().to_text();
        for bad in ["", "# only a comment", &format!("{}{}", &*text, &*text), "AGE-SECRET-KEY-1QQQ", "age1qqq"] {
            assert_eq!(MasterKey::from_text(bad).unwrap_err(), WrapError::NotAnIdentity);
        }
    }

    #[test]
    fn files_of_age_keygen_are_read() {
        // The identity and recipient of the C2SP age test vectors.
        let text = "# created: 2026-01-01T00:00:00Z\n\
                    # public key: age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa\r\n\n\
                    AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33\n";
        assert_eq!(
            MasterKey::from_text(text).unwrap().recipient().to_string(),
            "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_changed_byte_is_noticed(place: prop::sample::Index, change in 1u8..) {
            let (master, key) = (MasterKey::generate(), DataKey::draw(&mut SystemEntropy));
            let mut wrapped = wrap(&key, &master.recipient()).unwrap();
            let place = place.index(wrapped.len());
            wrapped[place] ^= change;
            prop_assert!(master.unwrap(&wrapped).is_err());
        }

        #[test]
        fn any_bytes_are_refused(bytes: Vec<u8>, text in ".{0,80}") {
            prop_assert!(MasterKey::generate().unwrap(&bytes).is_err());
            prop_assert!(MasterKey::from_text(&text).is_err());
            prop_assert!(text.parse::<Recipient>().is_err());
        }
    }
}

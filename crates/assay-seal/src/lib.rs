//! Keys and signatures: Ed25519 keys in PEM, DSSE v1 envelopes, and what keeps
//! secrets: data keys, their wraps, and tags.
//!
//! A DSSE envelope carries bytes, their type and signatures over both. The
//! signed bytes are kept exactly as they came: whoever reads them reads what
//! was signed. [`Verified`] exists only if a signature of a trusted key holds.
//!
//! ```
//! use assay_seal::{Envelope, SigningKey, TrustedKeys};
//!
//! let key = SigningKey::generate()?;
//! let sealed = Envelope::sign("text/plain", b"hello", &key).to_json();
//!
//! let trusted = TrustedKeys::from_iter([key.verifying_key()]);
//! let verified = Envelope::parse(&sealed)?.verify("text/plain", &trusted)?;
//! assert_eq!(verified.payload(), b"hello");
//! assert_eq!(verified.signers(), [key.verifying_key().id()]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! This crate takes bytes and gives bytes. Whoever writes a signing key to a
//! file gives it mode 0600.

pub mod data_key;
mod envelope;
mod key;
mod pem;
pub mod tag;
pub mod wrap;

pub use envelope::{Envelope, EnvelopeError, MAX_BYTES, TrustedKeys, Verified, pae};
pub use key::{KeyError, KeyId, NotAKeyId, SigningKey, VerifyingKey};

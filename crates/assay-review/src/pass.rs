//! A credential that lives for minutes: it dies with the server down (invariant 2).

use std::time::Duration;

use assay_base::Instant;
use assay_seal::{Envelope, SigningKey, TrustedKeys};
use serde::{Deserialize, Serialize};

use crate::canonical::canonical;
use crate::ids::{GrantId, ModelId, PassId};
use crate::key::Holder;
use crate::refusal::Refusal;
use crate::text::Purpose;

/// What a signed pass's envelope says it holds.
pub const PASS_TYPE: &str = "application/vnd.assay.review-pass+json";
/// The longest life of a pass.
pub const PASS_LIFE: Duration = Duration::from_secs(15 * 60);

/// What a gateway needs to know to let one person through for some minutes.
///
/// It is bound to the holder's key: whoever has only the pass has nothing. It
/// ends by itself, at the latest with its window, also when the clearinghouse
/// cannot be reached to say that it was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pass {
    /// Its id.
    pub pass: PassId,
    /// The clearinghouse that hands it out.
    pub clearinghouse: String,
    /// The model.
    pub engagement: ModelId,
    /// The grant.
    pub grant: GrantId,
    /// The person and the key that must sign every request.
    pub holder: Holder,
    /// What the access may be used for.
    pub purposes: Vec<Purpose>,
    /// When it was handed out.
    pub issued_at: Instant,
    /// From when on it is worth nothing: fifteen minutes later at most, and never after the window's end.
    pub expires_at: Instant,
}

impl Pass {
    /// When a pass expires that is handed out now, in a window that ends then.
    #[must_use]
    pub fn expiry(now: Instant, window_ends_at: Instant) -> Instant {
        now.plus(PASS_LIFE).min(window_ends_at)
    }

    /// Whether it is good now, for a gateway whose latest known instant is `seen`.
    ///
    /// `seen` only grows (a monotonic clock, or the latest instant in any pass or request), so that
    /// a gateway whose wall clock is set back lets nobody in for longer.
    #[must_use]
    pub fn is_good(&self, now: Instant, seen: Instant) -> bool {
        let now = now.max(seen);
        self.issued_at <= now && now < self.expires_at && self.expires_at.since(self.issued_at) <= PASS_LIFE
    }

    /// Signs it with the clearinghouse's key.
    ///
    /// # Errors
    /// `malformed`, if it has no canonical form; this does not happen for passes of this crate.
    pub fn sign(&self, key: &SigningKey) -> Result<Vec<u8>, Refusal> {
        Ok(Envelope::sign(PASS_TYPE, &canonical(self)?, key).to_json())
    }

    /// Reads a signed pass. Whether it is good now is another question: see [`Self::is_good`].
    ///
    /// # Errors
    /// `malformed` or `signature`.
    pub fn read(envelope: &[u8], trusted: &TrustedKeys) -> Result<Self, Refusal> {
        let envelope = Envelope::parse(envelope).map_err(Refusal::malformed)?;
        let verified = envelope.verify(PASS_TYPE, trusted).map_err(|_| Refusal::Signature)?;
        serde_json::from_slice(verified.payload()).map_err(Refusal::malformed)
    }
}

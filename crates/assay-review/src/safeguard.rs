//! The five safeguards of section 3(b)(2), as controls that two parties sign (R62).

use assay_bundle::digest::Sha256;
use serde::{Deserialize, Serialize};

use crate::word::words;

words!(
    /// One of the five matters that an access under section 3(b)(2) is subject to.
    Safeguard {
        /// Who may know what of the model and its review.
        Confidentiality = "confidentiality",
        /// How the reviewing organisation's systems are kept.
        Cybersecurity = "cybersecurity",
        /// How its own people are watched over.
        InsiderRisk = "insider-risk",
        /// Intellectual property, and what the model may be used for.
        IpAndUse = "ip-and-use",
        /// What may be said to others.
        Nondisclosure = "nondisclosure",
    }
);

/// What each side has signed for one safeguard: digests of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafeguardSignatures {
    /// The text that the developer signed last.
    pub developer: Option<Sha256>,
    /// The text that the reviewing organisation signed last.
    pub organisation: Option<Sha256>,
}

impl SafeguardSignatures {
    /// The text that both have signed; none while one has not, or while they have signed different texts.
    #[must_use]
    pub fn agreed(self) -> Option<Sha256> {
        self.developer.filter(|text| self.organisation == Some(*text))
    }
}

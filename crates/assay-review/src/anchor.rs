//! What a window is anchored to: the developer's own plan (R61).

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// The planned event before which the access is given, with where the plan was stated.
///
/// Section 3(b)(2): access comes *before* the planned release to other trusted
/// partners. The anchor can only end a window earlier. It is the one place in
/// this crate that speaks of a release, and it is a date that the developer
/// states, not a state that anyone decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Anchor {
    /// The developer plans to give the model to other trusted partners.
    ReleaseToOtherTrustedPartners {
        /// When, as planned now.
        planned: Instant,
        /// Where the plan was stated.
        source: Text,
    },
    /// The developer plans to make the model public.
    PublicRelease {
        /// When, as planned now.
        planned: Instant,
        /// Where the plan was stated.
        source: Text,
    },
    /// The developer states no plan: only the thirty days count.
    None,
}

impl Anchor {
    /// The planned instant, if there is one.
    #[must_use]
    pub fn planned(&self) -> Option<Instant> {
        match self {
            Self::ReleaseToOtherTrustedPartners { planned, .. } | Self::PublicRelease { planned, .. } => Some(*planned),
            Self::None => None,
        }
    }
}

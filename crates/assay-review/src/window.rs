//! The window of access: thirty days of a family, and no call that lengthens them (R61, invariant 3).

use std::time::Duration;

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use crate::anchor::Anchor;
use crate::word::words;

/// What all windows of one model family have together: thirty days of 24 hours (section 3(b)(2)).
pub const FAMILY_BUDGET: Duration = Duration::from_secs(30 * 86_400);

/// An open window. Whether it still is at a given instant is computed, never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// When it was opened.
    pub opened_at: Instant,
    /// When it ends, whether or not anybody records it.
    pub ends_at: Instant,
    /// The developer's plan, as stated last.
    pub anchor: Anchor,
    /// Whether the developer has paused it.
    ///
    /// A pause does not move `ends_at`: thirty days are thirty days of the calendar, and time
    /// that could be saved up would be a way to lengthen the window.
    pub paused: bool,
}

words!(
    /// What ended a window.
    WindowEnd {
        /// Its instant came.
        Time = "time",
        /// The developer ended it.
        Developer = "developer",
        /// The developer withdrew.
        Withdrawal = "withdrawal",
    }
);

impl Window {
    /// The end of a window that opens at `opened_at` with so much of the family's budget left.
    #[must_use]
    pub fn end(opened_at: Instant, left: Duration, anchor: &Anchor) -> Instant {
        let by_budget = opened_at.plus(left.min(FAMILY_BUDGET));
        anchor.planned().map_or(by_budget, |planned| by_budget.min(planned))
    }

    /// Whether access is possible at this instant: not at `ends_at`, and not after it.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        now < self.ends_at
    }
}

//! Whether an index speaks of now.

use std::time::Duration;

use assay_base::Instant;

use crate::index::Index;
use crate::refusal::Refusal;

/// How far two clocks may be apart.
const TOLERANCE: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether it has begun and has not ended. At the instant at which it ends, it has ended.
pub(crate) fn check(index: &Index, now: Instant) -> Result<(), Refusal> {
    if now >= index.expires {
        return Err(Refusal::Expired { expires: index.expires });
    }
    // A clock that was set back would keep an old index alive for ever.
    if index.instant > now.plus(TOLERANCE) {
        return Err(Refusal::FromTheFuture { instant: index.instant, now });
    }
    Ok(())
}

//! The ledger's batch: at a fixed pace, what waits in the outbox is written
//! into the log, filled up with entries that mean nothing.

use std::num::NonZeroU32;
use std::time::Duration;

use assay_base::{Instant, SystemEntropy};
use assay_ledger::checkpoint::Checkpoint;
use assay_ledger::{Commitment, Pending, Sequencer};

use crate::local::Local;
use crate::refusal::Refusal;

/// Most commitments of one batch; more wait for the next.
const MOST: usize = 10_000;
/// When the last batch was written, by the store's clock.
const LAST: &str = "ledger/last-batch";

/// A batch that was written.
#[derive(Debug, Clone)]
pub struct Batch {
    /// How many events it holds. How many entries it has is a multiple of the instance's batch size.
    pub events: usize,
    /// The checkpoint that covers it.
    pub checkpoint: Checkpoint,
}

impl Local {
    /// When the next batch is due. The pace is the same every day, whatever happens.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn next_batch(&self) -> Result<Instant, Refusal> {
        let last = self.store.setting(LAST)?.and_then(|text| text.parse::<Instant>().ok());
        let cadence = Duration::from_secs(u64::from(self.home.instance.cadence.max(1)));
        Ok(last.map_or(Instant::from_micros(0), |last| last.plus(cadence)))
    }

    /// Writes a batch if one is due.
    ///
    /// # Errors
    ///
    /// The ledger cannot be written. What waits goes on waiting.
    pub fn write_batch_if_due(&self, now: Instant) -> Result<Option<Batch>, Refusal> {
        if now < self.next_batch()? {
            return Ok(None);
        }
        self.write_batch(now).map(Some)
    }

    /// Writes a batch now.
    ///
    /// # Errors
    ///
    /// As [`write_batch_if_due`](Self::write_batch_if_due).
    pub fn write_batch(&self, now: Instant) -> Result<Batch, Refusal> {
        let failed = |error: &dyn ToString| Refusal::broken(format!("the ledger: {}", error.to_string()));
        let instance = &self.home.instance;
        let size = NonZeroU32::new(instance.batch).unwrap_or(NonZeroU32::MIN);
        let mut sequencer = Sequencer::open(&self.home.ledger(), &instance.origin, self.home.keys()?.ledger, size)
            .map_err(|error| failed(&error))?;
        let (pending, confirmed) = self.look(|view| Ok((view.outbox(MOST)?, view.last_leaf()?)))?;
        let pending: Vec<Pending> = pending
            .iter()
            .map(|waiting| Pending { event: waiting.number, commitment: Commitment(waiting.commitment) })
            .collect();
        let released = sequencer.append(&pending, confirmed, &mut SystemEntropy).map_err(|error| failed(&error))?;
        let leaves: Vec<(u64, u64)> = released.placed.iter().map(|placed| (placed.event, placed.index)).collect();
        if !leaves.is_empty() {
            self.store.confirm(&leaves)?;
        }
        self.store.set_setting(LAST, &now.to_string())?;
        Ok(Batch { events: pending.len(), checkpoint: released.checkpoint })
    }
}

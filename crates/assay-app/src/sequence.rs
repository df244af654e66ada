//! The ledger's batch: at a fixed pace, what waits in the outbox is written
//! into the log, filled up with entries that mean nothing.

use std::num::NonZeroU32;
use std::time::Duration;

use assay_base::{Instant, SystemEntropy};
use assay_ledger::checkpoint::Checkpoint;
use assay_ledger::{Commitment, Pending, Sequencer};

use crate::local::Local;
use crate::refusal::Refusal;

/// A queue of so many batches is written faster than the pace: the one burst that the log's size shows.
const QUEUE: usize = 16;
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
        // A last batch in the future was written by a clock that ran ahead: waiting for it would stop the ledger.
        let last = self.store.setting(LAST)?.and_then(|text| text.parse::<Instant>().ok());
        if now < self.next_batch()? && last.is_none_or(|last| last <= now) {
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
        let batch = usize::try_from(instance.batch.max(1)).unwrap_or(1);
        let (mut waiting, confirmed) = self.look(|view| Ok((view.outbox(batch * QUEUE)?, view.last_leaf()?)))?;
        // One batch each time, whatever happened: how much the log grows says nothing about a day.
        if waiting.len() < batch * QUEUE {
            waiting.truncate(batch);
        }
        let pending: Vec<Pending> = waiting
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

//! Decides a family's history again, so that nobody has to believe whoever kept it.

use assay_base::Entropy;

use crate::decide::{Ctx, decide, due};
use crate::event::{By, Event, Happened};
use crate::refusal::Refusal;
use crate::state::State;

/// Why a history is not what signed commands and the clock make.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// An instant lies before the one of the event before it.
    #[error("event {0} is dated before the event before it")]
    Backwards(usize),
    /// No instant had come that makes this event.
    #[error("event {0} is said to be the clock's, and nothing ended by itself then")]
    NotDue(usize),
    /// The signed command was refused.
    #[error("event {place}: its signed command is refused: {refusal}")]
    Refused {
        /// Which event, from 0.
        place: usize,
        /// Why.
        refusal: Refusal,
    },
    /// The signed command makes other events.
    #[error("event {0} is not what its signed command makes")]
    Other(usize),
}

/// Gives an id that was drawn before.
struct Drawn([u8; 16]);

impl Entropy for Drawn {
    fn fill(&mut self, bytes: &mut [u8]) {
        for (byte, drawn) in bytes.iter_mut().zip(self.0.iter().cycle()) {
            *byte = *drawn;
        }
    }
}

/// A history that follows from its signed commands and the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The state that it makes.
    pub state: State,
    /// The places, from 0, of commands before which numbers of the same key are missing.
    ///
    /// Only commands that take access away may skip numbers. What was skipped was
    /// lost on the way or left out afterwards; the key's owner can say which.
    pub skipped: Vec<usize>,
}

/// Replays a family's whole history and checks each signature and each rule again.
///
/// It proves that nobody without the developer's key has widened anything, and
/// that no event was changed, added or reordered. A key's last events can be
/// missing without a trace here; the ledger sees that (invariant 18).
///
/// # Errors
/// The first event that does not follow.
pub fn audit(events: &[Event], clearinghouse: &str) -> Result<Audit, AuditError> {
    let mut state = State::default();
    let mut skipped = Vec::new();
    let mut place = 0;
    while let Some(event) = events.get(place) {
        if state.last.is_some_and(|last| event.at < last) {
            return Err(AuditError::Backwards(place));
        }
        let (expected, other) = match &event.by {
            By::Clock => (due(&state, event.at), AuditError::NotDue(place)),
            By::Key { envelope, key, sequence, .. } => {
                let here = state.engagements.get(&event.engagement);
                if here.is_some_and(|here| here.next_sequence(*key) < *sequence) {
                    skipped.push(place);
                }
                let mut drawn = Drawn(match &event.happened {
                    Happened::PassIssued { pass } => pass.pass.to_bytes(),
                    _ => [0; 16],
                });
                let mut ctx = Ctx { now: event.at, entropy: &mut drawn, clearinghouse };
                let decided = decide(&state, envelope.as_bytes(), &mut ctx);
                (decided.map_err(|refusal| AuditError::Refused { place, refusal })?, AuditError::Other(place))
            }
        };
        if expected.is_empty() || !events.get(place..).is_some_and(|rest| rest.starts_with(&expected)) {
            return Err(other);
        }
        expected.iter().for_each(|event| state.apply(event));
        place += expected.len();
    }
    Ok(Audit { state, skipped })
}

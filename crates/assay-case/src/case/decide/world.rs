//! What the world learns: awareness, exploits, attacks, breaks.
//!
//! Public awareness and a public exploit end an embargo at once: there is
//! nothing left to keep. Attacks alone do not, and call for an earlier end.

use super::{BREAKS_MAX, Decision};
use crate::case::breach::{BreakAction, Cause, Extent};
use crate::case::happened::{ExitReason, Happened};
use crate::case::pxa::PxaTrigger;
use crate::case::state::Case;
use crate::case::table::Machine as _;
use crate::embargoed::Embargoed;
use crate::refusal::{Code, Refusal};
use crate::text::Line;

impl Case {
    pub(super) fn public_awareness(&self, source: Embargoed<Line>) -> Vec<Happened> {
        let observed = Happened::Observed { what: PxaTrigger::PublicAware, source };
        std::iter::once(observed).chain(self.exit_for(ExitReason::PublicAware)).collect()
    }

    pub(super) fn public_exploit(&self, source: Embargoed<Line>) -> Vec<Happened> {
        let observed = Happened::Observed { what: PxaTrigger::ExploitPublic, source };
        std::iter::once(observed).chain(self.exit_for(ExitReason::ExploitPublic)).collect()
    }

    pub(super) fn attack(&self, source: Embargoed<Line>) -> Vec<Happened> {
        vec![Happened::Observed { what: PxaTrigger::AttacksObserved, source }]
    }

    pub(super) fn broken(&self, extent: Extent, cause: Cause, source: Embargoed<Line>) -> Decision {
        if self.breaks.len() >= BREAKS_MAX {
            return Err(Refusal::about(Code::TooMany, format!("at most {BREAKS_MAX} breaks")));
        }
        let action = BreakAction::of(extent, cause);
        let mut whats = vec![Happened::BreakReported { extent, cause, action, source: source.clone() }];
        if action == BreakAction::End {
            if self.pxa.step(PxaTrigger::PublicAware).is_some() {
                whats.push(Happened::Observed { what: PxaTrigger::PublicAware, source });
            }
            whats.extend(self.exit_for(ExitReason::Broken));
        }
        Ok(whats)
    }
}

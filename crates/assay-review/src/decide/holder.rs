//! What the person of a grant does: take a pass, and use the model.

use super::{Ctx, Room};
use crate::command::{Command, Side};
use crate::event::Happened;
use crate::grant::{Grant, GrantState};
use crate::ids::{GrantId, PassId};
use crate::pass::Pass;
use crate::refusal::Refusal;
use crate::window::Window;

impl Room<'_> {
    pub(super) fn holder(&self, ctx: &mut Ctx<'_>) -> Result<Vec<Happened>, Refusal> {
        match &self.statement.command {
            Command::TakePass { grant } => {
                let (grant, window) = self.access(grant)?;
                let pass = Pass {
                    pass: PassId::draw(ctx.entropy),
                    clearinghouse: ctx.clearinghouse.to_owned(),
                    engagement: self.statement.engagement,
                    grant: grant.agreement.grant,
                    holder: grant.agreement.holder,
                    purposes: grant.agreement.purposes.clone(),
                    issued_at: self.at,
                    expires_at: Pass::expiry(self.at, window.ends_at),
                };
                Ok(vec![Happened::PassIssued { pass }])
            }
            Command::Use { grant: id, purpose, request } => {
                let (grant, _) = self.access(id)?;
                if !grant.agreement.purposes.contains(purpose) {
                    return Err(Refusal::OtherPurpose);
                }
                Ok(vec![Happened::Used { grant: *id, purpose: purpose.clone(), request: *request }])
            }
            _ => Err(self.elsewhere(Side::Holder)),
        }
    }

    /// Whether this key reaches the model now under this grant: with both signatures, in an open
    /// window that is not paused, for this person, and with uses left.
    fn access(&self, id: &GrantId) -> Result<(&Grant, &Window), Refusal> {
        self.not_ended()?;
        let grant = self.grant(id)?;
        if grant.agreement.holder.key != self.key {
            return Err(Refusal::OtherPerson);
        }
        let state = self.engagement.grant_state(grant, self.at);
        if state != GrantState::Signed {
            return Err(Refusal::GrantNotOpen(state));
        }
        let window = self.window()?;
        if window.paused {
            return Err(Refusal::Paused);
        }
        if grant.used >= grant.quota {
            return Err(Refusal::QuotaUsedUp(grant.quota));
        }
        Ok((grant, window))
    }
}

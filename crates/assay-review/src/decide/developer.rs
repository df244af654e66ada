//! What a developer's key does: the only one that begins, widens or ends.

use assay_base::Instant;

use super::Room;
use crate::anchor::Anchor;
use crate::command::{Command, Side};
use crate::engagement::Stage;
use crate::event::Happened;
use crate::refusal::Refusal;
use crate::window::{Window, WindowEnd};

impl Room<'_> {
    pub(super) fn developer(&self) -> Result<Vec<Happened>, Refusal> {
        let one = |happened| Ok(vec![happened]);
        match &self.statement.command {
            Command::AskIfCovered { facts } => {
                if self.engagement.stage == Stage::Closed {
                    return Err(Refusal::AlreadyEnded);
                }
                one(Happened::CoverageAsked { facts: *facts })
            }
            Command::SignSafeguard { safeguard, text } => self.sign_safeguard(*safeguard, *text, Side::Developer),
            Command::Grant { agreement, uses } => self.propose(agreement, *uses).and_then(one),
            Command::EndGrant { grant } => {
                self.standing(grant)?;
                one(Happened::GrantEnded { grant: *grant })
            }
            Command::RaiseQuota { grant, uses } => self.set_quota(grant, *uses, true).and_then(one),
            Command::LowerQuota { grant, uses } => self.set_quota(grant, *uses, false).and_then(one),
            Command::OpenWindow { anchor } => self.open_window(anchor).and_then(one),
            Command::MoveAnchor { anchor } => self.move_anchor(anchor),
            Command::ShrinkWindow { ends_at } => self.shrink(*ends_at),
            Command::Pause => {
                if self.window()?.paused {
                    return Err(Refusal::Paused);
                }
                one(Happened::Paused)
            }
            Command::Resume => {
                if !self.window()?.paused {
                    return Err(Refusal::NotPaused);
                }
                one(Happened::Resumed)
            }
            Command::EndWindow => {
                self.window()?;
                one(self.ended(WindowEnd::Developer))
            }
            Command::Finish => {
                self.not_ended()?;
                if let Ok(window) = self.window() {
                    return Err(Refusal::WindowIsOpen { ends_at: window.ends_at });
                }
                one(Happened::Finished)
            }
            Command::Withdraw => {
                self.not_ended()?;
                let window = self.window().ok().map(|_| self.ended(WindowEnd::Withdrawal));
                Ok(window.into_iter().chain([Happened::Withdrawn]).collect())
            }
            Command::CloseOut => self.close_out().and_then(one),
            _ => Err(self.elsewhere(Side::Developer)),
        }
    }

    /// The window of this engagement that is open now.
    pub(super) fn window(&self) -> Result<&Window, Refusal> {
        self.engagement.open_window(self.at).ok_or(Refusal::NoWindow)
    }

    fn ended(&self, reason: WindowEnd) -> Happened {
        Happened::WindowEnded { ended_at: self.at, reason }
    }

    fn open_window(&self, anchor: &Anchor) -> Result<Happened, Refusal> {
        self.not_ended()?;
        if let Some(safeguard) = self.engagement.unsigned_safeguard() {
            return Err(Refusal::SafeguardUnsigned(safeguard));
        }
        // One at a time, so that no two windows can spend the same days.
        if let Some((_, window)) = self.state.open_window(self.at) {
            return Err(Refusal::WindowIsOpen { ends_at: window.ends_at });
        }
        let left = self.state.budget_left(self.at);
        if left.is_zero() {
            return Err(Refusal::NoDaysLeft);
        }
        if let Some(planned) = anchor.planned().filter(|planned| *planned <= self.at) {
            return Err(Refusal::AnchorPassed(planned));
        }
        Ok(Happened::WindowOpened { anchor: anchor.clone(), ends_at: Window::end(self.at, left, anchor) })
    }

    fn move_anchor(&self, anchor: &Anchor) -> Result<Vec<Happened>, Refusal> {
        let window = self.window()?;
        let earlier = anchor.planned().map_or(window.ends_at, |planned| window.ends_at.min(planned));
        let ends_at = earlier.max(self.at);
        let moved = Happened::AnchorMoved { anchor: anchor.clone(), ends_at };
        let ended = (ends_at == self.at).then(|| self.ended(WindowEnd::Developer));
        Ok([moved].into_iter().chain(ended).collect())
    }

    fn shrink(&self, ends_at: Instant) -> Result<Vec<Happened>, Refusal> {
        let window = self.window()?;
        if ends_at >= window.ends_at {
            return Err(Refusal::NotEarlier { ends_at: window.ends_at });
        }
        // A shortening that comes late still shortens as far as it can.
        let ends_at = ends_at.max(self.at);
        let ended = (ends_at == self.at).then(|| self.ended(WindowEnd::Developer));
        Ok([Happened::WindowShrunk { ends_at }].into_iter().chain(ended).collect())
    }

    fn close_out(&self) -> Result<Happened, Refusal> {
        match self.engagement.stage {
            Stage::Open => return Err(Refusal::NotEnded),
            Stage::Closed => return Err(Refusal::AlreadyEnded),
            Stage::Finished | Stage::Withdrawn => {}
        }
        // Silence is not an empty list (invariant 11).
        let left = self.engagement.residuals.as_ref().ok_or(Refusal::ResidualsUnknown)?;
        if left.is_empty() { Ok(Happened::Closed) } else { Err(Refusal::ResidualsLeft(left.len())) }
    }
}

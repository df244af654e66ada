//! What the reviewing organisation's key does: sign, answer, step back, report. It never widens.

use std::collections::BTreeSet;

use assay_bundle::digest::Sha256;

use super::Room;
use crate::command::{Command, Side};
use crate::engagement::Stage;
use crate::event::Happened;
use crate::refusal::Refusal;
use crate::residual::Residual;
use crate::safeguard::Safeguard;

/// Most things that can be left at one time.
pub const MAX_RESIDUALS: usize = 256;

impl Room<'_> {
    pub(super) fn organisation(&self) -> Result<Vec<Happened>, Refusal> {
        let one = |happened| Ok(vec![happened]);
        match &self.statement.command {
            Command::Answer { answer } => {
                if self.engagement.coverage.facts.is_none() {
                    return Err(Refusal::NeverAsked);
                }
                if answer.decided_at > self.at {
                    return Err(Refusal::FutureDated("an answer"));
                }
                one(Happened::CoverageAnswered { answer: answer.clone() })
            }
            Command::SignSafeguard { safeguard, text } => self.sign_safeguard(*safeguard, *text, Side::Organisation),
            Command::CountersignGrant { grant, agreement } => self.countersign(grant, *agreement).and_then(one),
            Command::DeclineGrant { grant, reason } => {
                self.standing(grant)?;
                one(Happened::GrantDeclined { grant: *grant, reason: reason.clone() })
            }
            Command::ReportResiduals { residuals } => self.report(residuals).and_then(one),
            Command::CertifyDestroyed { residual, certificate } => {
                let left = self.engagement.residuals.as_ref().ok_or(Refusal::ResidualsUnknown)?;
                if !left.contains_key(residual) {
                    return Err(Refusal::NoResidual);
                }
                one(Happened::ResidualDestroyed { residual: *residual, certificate: *certificate })
            }
            _ => Err(self.elsewhere(Side::Organisation)),
        }
    }

    /// Both sides sign safeguards, each for itself.
    ///
    /// Not while a window is open: a text that one side changes then would either
    /// stop the review without its developer, or leave it running on terms that
    /// only one side has signed.
    pub(super) fn sign_safeguard(
        &self,
        safeguard: Safeguard,
        text: Sha256,
        side: Side,
    ) -> Result<Vec<Happened>, Refusal> {
        self.not_ended()?;
        if let Ok(window) = self.window() {
            return Err(Refusal::WindowIsOpen { ends_at: window.ends_at });
        }
        Ok(vec![Happened::SafeguardSigned { safeguard, side, text }])
    }

    fn report(&self, residuals: &[Residual]) -> Result<Happened, Refusal> {
        match self.engagement.stage {
            Stage::Open => return Err(Refusal::NotEnded),
            Stage::Closed => return Err(Refusal::AlreadyEnded),
            Stage::Finished | Stage::Withdrawn => {}
        }
        let known = self.engagement.residuals.as_ref();
        let mut ids: BTreeSet<_> = known.into_iter().flat_map(|left| left.keys().copied()).collect();
        if residuals.iter().any(|item| !ids.insert(item.residual)) {
            return Err(Refusal::IdTaken);
        }
        if ids.len() > MAX_RESIDUALS {
            return Err(Refusal::TooMany { what: "things left with the organisation", most: MAX_RESIDUALS });
        }
        Ok(Happened::ResidualsReported { residuals: residuals.to_vec() })
    }
}

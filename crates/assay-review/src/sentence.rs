//! What happened, in a sentence for people: facts, never a legal conclusion (invariant 16).

use crate::event::{Event, Happened};
use crate::window::WindowEnd;

/// What every page and export of a review says.
pub const NOTICE: &str = "Taking part is voluntary. Nothing recorded here is a condition for developing, \
                          publishing, releasing or distributing a model.";

impl Event {
    /// The event in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let model = self.engagement;
        match &self.happened {
            Happened::Opened { .. } => format!("The developer opened an engagement for the model {model}."),
            Happened::CoverageAsked { .. } => {
                "The developer asked whether the model is covered. Until somebody answers, that is undetermined."
                    .to_owned()
            }
            Happened::CoverageAnswered { answer } => format!(
                "The person {} answered on {} whether the model is covered: {}. The answer changes nothing here.",
                answer.decided_by,
                answer.decided_at,
                answer.coverage.as_str().replace('-', " ")
            ),
            Happened::SafeguardSigned { safeguard, side, text } => {
                format!("The {side} signed the safeguard {safeguard}, text {text}.")
            }
            Happened::GrantProposed { agreement, uses, .. } => format!(
                "The developer signed an agreement over access of the person {} for {uses} uses; the organisation has \
                 not signed yet.",
                agreement.holder.person
            ),
            Happened::GrantCountersigned { grant, .. } => {
                format!(
                    "The organisation signed the same agreement: the grant {grant} stands while the window is open."
                )
            }
            Happened::GrantDeclined { grant, reason } => {
                format!("The organisation declined the grant {grant}. Its reason: {reason}")
            }
            Happened::GrantEnded { grant } => format!("The developer ended the grant {grant}."),
            Happened::QuotaSet { grant, uses } => format!("The grant {grant} is now good for {uses} uses in all."),
            Happened::WindowOpened { ends_at, .. } => {
                format!("The developer opened a window. It ends by itself at {ends_at}.")
            }
            Happened::AnchorMoved { ends_at, .. } => {
                format!("The developer stated a new plan. The window ends at {ends_at}.")
            }
            Happened::WindowShrunk { ends_at } => {
                format!("The developer shortened the window. It ends at {ends_at}.")
            }
            Happened::Paused => "The developer paused the window. Its end stays where it is.".to_owned(),
            Happened::Resumed => "The developer let the window go on. Its end stays where it is.".to_owned(),
            Happened::WindowEnded { ended_at, reason } => {
                let how = match reason {
                    WindowEnd::Time => "by itself",
                    WindowEnd::Developer => "by the developer's command",
                    WindowEnd::Withdrawal => "because the developer withdrew",
                };
                format!("The window ended at {ended_at}, {how}. All grants ended with it.")
            }
            Happened::Finished => "The developer said that the review has run its course.".to_owned(),
            Happened::Withdrawn => "The developer withdrew. All grants ended at once.".to_owned(),
            Happened::ResidualsReported { residuals } => {
                format!("The organisation listed what is left with it: {} more.", residuals.len())
            }
            Happened::ResidualDestroyed { residual, certificate } => {
                format!("The organisation certified that {residual} is destroyed, certificate {certificate}.")
            }
            Happened::Closed => "Nothing is left with the organisation. The engagement is closed.".to_owned(),
            Happened::PassIssued { pass } => {
                format!("The person {} took a pass. It ends by itself at {}.", pass.holder.person, pass.expires_at)
            }
            Happened::Used { purpose, grant, .. } => {
                format!("The model was used once under the grant {grant}, for {purpose}.")
            }
        }
    }
}

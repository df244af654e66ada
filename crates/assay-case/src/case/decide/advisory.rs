//! The advisory: staged, approved by two persons, published.

use assay_bundle::digest::Sha256;

use super::Decision;
use crate::aggregate::Ctx;
use crate::case::channel::{Channel, Message};
use crate::case::happened::Happened;
use crate::case::state::{Case, Draft};
use crate::ids::AdvisoryDraftId;
use crate::refusal::{Code, Refusal};
use crate::text::Line;

impl Case {
    pub(super) fn stage(&self, record: Sha256, ctx: &mut Ctx<'_>) -> Decision {
        // After the end moved and moved back, the same record may be true again; it is approved anew.
        if self.draft.as_ref().is_some_and(|draft| draft.record == record && !draft.outdated) {
            return Err(Code::Unchanged.into());
        }
        Ok(vec![Happened::AdvisoryStaged { draft: AdvisoryDraftId::draw(ctx.entropy), record }])
    }

    fn staged(&self, record: Sha256) -> Result<&Draft, Refusal> {
        let draft = self.draft.as_ref().ok_or(Code::NoDraft)?;
        if draft.record == record { Ok(draft) } else { Err(Code::DraftChanged.into()) }
    }

    pub(super) fn approval(&self, record: Sha256, channel: Channel) -> Decision {
        channel.check(Message::Approve)?;
        let draft = self.staged(record)?.id;
        Ok(vec![Happened::AdvisoryApproved { draft, record, channel }])
    }

    /// The caller has checked that the embargo is over, and the approvals.
    pub(super) fn publication_of(&self, advisory: Line, record: Sha256) -> Decision {
        self.staged(record)?;
        Ok(self.exit_at_end().into_iter().chain([Happened::Published { advisory, record }]).collect())
    }
}

//! The state of one model family, from its events.

use std::collections::BTreeMap;
use std::time::Duration;

use assay_base::Instant;
use serde::{Deserialize, Serialize};

use crate::command::Side;
use crate::coverage::CoverageQuestion;
use crate::engagement::{Engagement, Stage};
use crate::event::{By, Event, Happened};
use crate::grant::{Grant, GrantState};
use crate::ids::{FamilyId, GrantId, ModelId};
use crate::window::{FAMILY_BUDGET, Window};

/// One model family: its engagements and the thirty days that they share. One stream of events each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Which family; none before the first event.
    pub family: Option<FamilyId>,
    /// The engagements by handle.
    pub engagements: BTreeMap<ModelId, Engagement>,
    /// How long windows that are over were open, in microseconds.
    pub used_micros: u64,
    /// The instant of the last event: stored time never runs backwards.
    pub last: Option<Instant>,
}

impl State {
    /// The state after these events.
    pub fn replay<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut state = Self::default();
        for event in events {
            state.apply(event);
        }
        state
    }

    /// The time that counts: the wall clock's, but never earlier than the last event.
    ///
    /// A clock that is set back neither re-opens nor lengthens anything (invariant 2).
    #[must_use]
    pub fn time(&self, now: Instant) -> Instant {
        self.last.map_or(now, |last| now.max(last))
    }

    /// What is left of the thirty days for a window that would be opened now.
    #[must_use]
    pub fn budget_left(&self, now: Instant) -> Duration {
        let now = self.time(now);
        let ended = self.engagements.values().filter_map(|engagement| engagement.window.as_ref());
        let running: Duration = ended.map(|window| window.ends_at.min(now).since(window.opened_at)).sum();
        FAMILY_BUDGET.saturating_sub(Duration::from_micros(self.used_micros)).saturating_sub(running)
    }

    /// The window that is open now, of whichever engagement: a family has one at a time.
    #[must_use]
    pub fn open_window(&self, now: Instant) -> Option<(ModelId, &Window)> {
        let now = self.time(now);
        self.engagements.iter().find_map(|(id, engagement)| Some((*id, engagement.open_window(now)?)))
    }

    /// Applies one event. It was decided before, and is not judged again.
    pub fn apply(&mut self, event: &Event) {
        self.last = Some(self.time(event.at));
        if let Happened::Opened { family, developer, organisation, criteria, sealed_name } = &event.happened {
            self.family = Some(*family);
            let engagement = Engagement {
                developer: *developer,
                organisation: *organisation,
                criteria: *criteria,
                sealed_name: *sealed_name,
                stage: Stage::Open,
                coverage: CoverageQuestion::default(),
                safeguards: BTreeMap::new(),
                window: None,
                windows: 0,
                grants: BTreeMap::new(),
                residuals: None,
                sequences: BTreeMap::new(),
            };
            self.engagements.insert(event.engagement, engagement);
        }
        let Some(engagement) = self.engagements.get_mut(&event.engagement) else {
            return;
        };
        if let By::Key { key, sequence, .. } = &event.by {
            engagement.sequences.insert(*key, *sequence);
        }
        if let Happened::WindowEnded { ended_at, .. } = &event.happened {
            if let Some(window) = engagement.window.take() {
                let open = u64::try_from(ended_at.since(window.opened_at).as_micros()).unwrap_or(u64::MAX);
                self.used_micros = self.used_micros.saturating_add(open);
            }
            engagement.end_grants();
            return;
        }
        engagement.apply(event);
    }
}

impl Engagement {
    fn end_grants(&mut self) {
        for grant in self.grants.values_mut().filter(|grant| grant.state.stands()) {
            grant.state = GrantState::Ended;
        }
    }

    fn set(&mut self, grant: &GrantId, change: impl FnOnce(&mut Grant)) {
        if let Some(grant) = self.grants.get_mut(grant) {
            change(grant);
        }
    }

    fn apply(&mut self, event: &Event) {
        match &event.happened {
            // The family's share of these two is in `State::apply`.
            Happened::Opened { .. } | Happened::WindowEnded { .. } => {}
            // A new question has no answer yet.
            Happened::CoverageAsked { facts } => {
                self.coverage = CoverageQuestion { facts: Some(*facts), answer: None };
            }
            Happened::CoverageAnswered { answer } => self.coverage.answer = Some(answer.clone()),
            Happened::SafeguardSigned { safeguard, side, text } => {
                let signed = self.safeguards.entry(*safeguard).or_default();
                match side {
                    Side::Developer => signed.developer = Some(*text),
                    Side::Organisation => signed.organisation = Some(*text),
                    // A person's key signs no safeguard: `CommandKind::sides`.
                    Side::Holder => {}
                }
            }
            Happened::GrantProposed { agreement, digest, uses } => {
                let (agreement, digest) = (agreement.clone(), *digest);
                let grant = Grant { agreement, digest, state: GrantState::Proposed, quota: *uses, used: 0 };
                self.grants.insert(grant.agreement.grant, grant);
            }
            Happened::GrantCountersigned { grant, .. } => self.set(grant, |grant| grant.state = GrantState::Signed),
            Happened::GrantDeclined { grant, .. } => self.set(grant, |grant| grant.state = GrantState::Declined),
            Happened::GrantEnded { grant } => self.set(grant, |grant| grant.state = GrantState::Ended),
            Happened::QuotaSet { grant, uses } => self.set(grant, |grant| grant.quota = *uses),
            Happened::WindowOpened { anchor, ends_at } => {
                self.windows = self.windows.saturating_add(1);
                let (opened_at, anchor) = (event.at, anchor.clone());
                self.window = Some(Window { opened_at, ends_at: *ends_at, anchor, paused: false });
            }
            Happened::AnchorMoved { anchor, ends_at } => {
                if let Some(window) = &mut self.window {
                    window.anchor = anchor.clone();
                    // INVARIANT: no event lengthens a window, whatever it says.
                    window.ends_at = window.ends_at.min(*ends_at);
                }
            }
            Happened::WindowShrunk { ends_at } => {
                if let Some(window) = &mut self.window {
                    window.ends_at = window.ends_at.min(*ends_at);
                }
            }
            Happened::Paused => self.set_paused(true),
            Happened::Resumed => self.set_paused(false),
            Happened::Finished => {
                self.stage = Stage::Finished;
                self.end_grants();
            }
            Happened::Withdrawn => {
                self.stage = Stage::Withdrawn;
                self.end_grants();
            }
            Happened::ResidualsReported { residuals } => {
                let left = self.residuals.get_or_insert_default();
                left.extend(residuals.iter().map(|item| (item.residual, item.what.clone())));
            }
            Happened::ResidualDestroyed { residual, .. } => {
                if let Some(left) = &mut self.residuals {
                    left.remove(residual);
                }
            }
            Happened::Closed => self.stage = Stage::Closed,
            // Handing out a pass changes nothing: it is worth nothing without the grant that it names.
            Happened::PassIssued { .. } => {}
            Happened::Used { grant, .. } => self.set(grant, |grant| grant.used = grant.used.saturating_add(1)),
        }
    }

    fn set_paused(&mut self, paused: bool) {
        if let Some(window) = &mut self.window {
            window.paused = paused;
        }
    }
}

//! PEC: embargo consent, one per participant (CERT/CC's names).
//!
//! One move is narrower than CERT/CC's: nobody accepts what he was not asked,
//! so that every signature has an invitation with a sponsor before it.
//! Silence moves nothing (DESIGN section 6).

use super::table::{Machine, words};

words! {
    /// Where a participant stands with the embargo.
    #[derive(Default)]
    Pec {
        /// No embargo binds him.
        #[default]
        NoEmbargo = "no-embargo",
        /// He was asked, and has not answered.
        Invited = "invited",
        /// He accepted, and is bound.
        Signatory = "signatory",
        /// He had accepted, and his consent no longer stands.
        Lapsed = "lapsed",
        /// He said no, or took his consent back.
        Declined = "declined",
    }
}

words! {
    /// What moves [`Pec`].
    PecTrigger {
        /// He is asked.
        Invite = "invite",
        /// He says yes.
        Accept = "accept",
        /// He says no.
        Decline = "decline",
        /// The terms that he accepted, or the time for which he was read in, are over.
        Revise = "revise",
        /// The embargo ended for everybody.
        Reset = "reset",
    }
}

impl Machine for Pec {
    type Trigger = PecTrigger;
    const NAME: &'static str = "PEC";
    const STATES: &'static [Self] = Self::ALL;
    const TRIGGERS: &'static [PecTrigger] = PecTrigger::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }

    fn trigger(trigger: PecTrigger) -> &'static str {
        trigger.as_str()
    }

    fn step(self, trigger: PecTrigger) -> Option<Self> {
        use PecTrigger as T;
        match (self, trigger) {
            (Self::NoEmbargo | Self::Lapsed | Self::Declined, T::Invite) => Some(Self::Invited),
            (Self::Invited | Self::Lapsed, T::Accept) => Some(Self::Signatory),
            (Self::Invited | Self::Lapsed | Self::Signatory, T::Decline) => Some(Self::Declined),
            (Self::Signatory, T::Revise) => Some(Self::Lapsed),
            (_, T::Reset) => Some(Self::NoEmbargo),
            _ => None,
        }
    }
}

//! RM: report management, one per participant (CERT/CC's names and moves).
//!
//! A valid report never becomes invalid: it is accepted or deferred. That is
//! why a duplicate, which is valid and deferred, keeps its worth.

use super::table::{Machine, words};

words! {
    /// Where a participant stands with the report.
    #[derive(Default)]
    Rm {
        /// He has not received it.
        #[default]
        Start = "start",
        /// He has it, and has not judged it.
        Received = "received",
        /// He holds it for wrong, for now.
        Invalid = "invalid",
        /// He holds it for right.
        Valid = "valid",
        /// Right, but not now.
        Deferred = "deferred",
        /// Right, and he works on it.
        Accepted = "accepted",
        /// He is done.
        Closed = "closed",
    }
}

words! {
    /// What moves [`Rm`].
    RmTrigger {
        /// The report arrives.
        Receive = "receive",
        /// It is held for right.
        Validate = "validate",
        /// It is held for wrong.
        Invalidate = "invalidate",
        /// It is worked on.
        Accept = "accept",
        /// It is put off.
        Defer = "defer",
        /// It is done with.
        Close = "close",
    }
}

impl Machine for Rm {
    type Trigger = RmTrigger;
    const NAME: &'static str = "RM";
    const STATES: &'static [Self] = Self::ALL;
    const TRIGGERS: &'static [RmTrigger] = RmTrigger::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }

    fn trigger(trigger: RmTrigger) -> &'static str {
        trigger.as_str()
    }

    fn step(self, trigger: RmTrigger) -> Option<Self> {
        use RmTrigger as T;
        match (self, trigger) {
            (Self::Start, T::Receive) => Some(Self::Received),
            (Self::Received | Self::Invalid, T::Validate) => Some(Self::Valid),
            (Self::Received, T::Invalidate) => Some(Self::Invalid),
            (Self::Valid | Self::Deferred, T::Accept) => Some(Self::Accepted),
            (Self::Valid | Self::Accepted, T::Defer) => Some(Self::Deferred),
            (Self::Received | Self::Invalid | Self::Deferred | Self::Accepted, T::Close) => Some(Self::Closed),
            _ => None,
        }
    }
}

impl Rm {
    /// The moves that close from here, without leaving the table: a valid
    /// report is deferred before it closes.
    pub fn closing(self) -> &'static [RmTrigger] {
        match self {
            Self::Start => &[RmTrigger::Receive, RmTrigger::Close],
            Self::Valid => &[RmTrigger::Defer, RmTrigger::Close],
            Self::Received | Self::Invalid | Self::Deferred | Self::Accepted => &[RmTrigger::Close],
            Self::Closed => &[],
        }
    }

    /// Follows the triggers as far as the table goes.
    pub fn follow(self, triggers: &[RmTrigger]) -> Self {
        triggers.iter().fold(self, |rm, trigger| rm.step(*trigger).unwrap_or(rm))
    }
}

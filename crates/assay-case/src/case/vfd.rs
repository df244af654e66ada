//! VFD: a vendor's own path, one per vendor (CERT/CC's names): Vendor aware,
//! Fix ready, fix Deployed. A capital letter says that it is so.

use super::table::{Machine, words};

words! {
    /// How far a vendor is.
    #[derive(Default)]
    Vfd {
        /// He does not know.
        #[default]
        Unaware = "vfd",
        /// He knows.
        Aware = "Vfd",
        /// His fix is ready.
        Ready = "VFd",
        /// His fix is deployed.
        Deployed = "VFD",
    }
}

words! {
    /// What moves [`Vfd`].
    VfdTrigger {
        /// He was notified.
        Aware = "vendor-aware",
        /// His fix is ready.
        Ready = "fix-ready",
        /// His fix is deployed.
        Deployed = "fix-deployed",
    }
}

impl Machine for Vfd {
    type Trigger = VfdTrigger;
    const NAME: &'static str = "VFD";
    const STATES: &'static [Self] = Self::ALL;
    const TRIGGERS: &'static [VfdTrigger] = VfdTrigger::ALL;

    fn word(self) -> &'static str {
        self.as_str()
    }

    fn trigger(trigger: VfdTrigger) -> &'static str {
        trigger.as_str()
    }

    fn step(self, trigger: VfdTrigger) -> Option<Self> {
        match (self, trigger) {
            (Self::Unaware, VfdTrigger::Aware) => Some(Self::Aware),
            (Self::Aware, VfdTrigger::Ready) => Some(Self::Ready),
            (Self::Ready, VfdTrigger::Deployed) => Some(Self::Deployed),
            _ => None,
        }
    }
}
